"""What a task author builds on: the plugin, its programs, its report, and the registry."""

from ._aside import AT_ONCE, aside
from ._command import Command, CommandResult, find_program, program_version
from ._errors import DIAGNOSTIC, ErrorReport, ErrorRow, Unsatisfactory
from ._host import Host, JobContext, Progress
from ._purge import PurgeCode, PurgeContext
from ._registry import load_task, make_task, task_names
from ._report import REPORT, Fixed, Report, Section, Series, Value
from ._script import CPluginScript
from ._status import JobStatus, Outcome

__all__ = [
    "AT_ONCE",
    "DIAGNOSTIC",
    "REPORT",
    "CPluginScript",
    "Command",
    "CommandResult",
    "ErrorReport",
    "ErrorRow",
    "Fixed",
    "Host",
    "JobContext",
    "JobStatus",
    "Outcome",
    "Progress",
    "PurgeCode",
    "PurgeContext",
    "Report",
    "Section",
    "Series",
    "Unsatisfactory",
    "Value",
    "aside",
    "find_program",
    "load_task",
    "make_task",
    "program_version",
    "task_names",
]
