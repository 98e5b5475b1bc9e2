"""What a task author builds on: the plugin, its programs, its report, and the registry."""

from ._aside import AT_ONCE, aside
from ._command import Command, CommandResult, find_program, program_version
from ._errors import DIAGNOSTIC, ErrorReport, ErrorRow, Unsatisfactory
from ._host import Host, JobContext, Progress, last_child_number
from ._purge import PurgeCode, PurgeContext
from ._registry import TaskHead, load_task, make_task, task_head, task_names
from ._report import REPORT, Fixed, Report, Section, Series, Value
from ._script import CPluginScript
from ._status import JobStatus, Outcome
from .hosted import HOSTED, HOSTED_LOG, HostedTask
from .hosted import VARIABLE as CCP4I2_VARIABLE
from .hosted import find_package as find_ccp4i2

__all__ = [
    "AT_ONCE",
    "CCP4I2_VARIABLE",
    "DIAGNOSTIC",
    "HOSTED",
    "HOSTED_LOG",
    "REPORT",
    "CPluginScript",
    "Command",
    "CommandResult",
    "ErrorReport",
    "ErrorRow",
    "Fixed",
    "Host",
    "HostedTask",
    "JobContext",
    "JobStatus",
    "Outcome",
    "Progress",
    "PurgeCode",
    "PurgeContext",
    "Report",
    "Section",
    "Series",
    "TaskHead",
    "Unsatisfactory",
    "Value",
    "aside",
    "find_ccp4i2",
    "find_program",
    "last_child_number",
    "load_task",
    "make_task",
    "program_version",
    "task_head",
    "task_names",
]
