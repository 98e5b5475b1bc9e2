"""Runs tasks: life cycle, processes, and the ports it needs."""

from xtalflow.plugin import JobStatus

from ._executor import RUNNER_LOG, STOP_GRACE_S, LocalExecutor, LocalRun, RunnerExit, identity_of
from ._files import async_copy_file, safe_name, sha256_of, sync_folder
from ._imports import IMPORTED_FILES, import_external_file, import_input_files_async, verify_inputs
from ._journal import (
    JOURNAL,
    Cycle,
    Event,
    Imports,
    Inputs,
    JournalLine,
    JournalReader,
    JournalWriter,
    Outputs,
    StatusChange,
    Values,
    decode_line,
)
from ._json_records import encode_json, from_json, to_json
from ._kept_store import JournalStore, KeptStore, child_id
from ._life_cycle import create_plugin_for_job, run_job_async
from ._order import BEAT, END, ORDER, START, JobOrder, RunEnd, RunStart, read_end, read_order, write_order
from ._outputs import (
    collect_kpis,
    collect_outputs,
    glean_job_files_async,
    glean_performance_indicators_async,
    set_output_file_names,
)
from ._papers import INPUT_PARAMS, PARAMS, given_parameters, params_header
from ._ports import JobStore
from ._processes import ProcessIdentity, identify, to_the_end
from ._records import (
    IMPORT_DIR,
    JOB_DIR,
    FileId,
    FileRecord,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    ProjectId,
    job_folder,
)
from ._runner import RUN_MARK
from ._settings import SETTINGS_FILE, Setting, Settings, user_name, without_password
from ._store_base import JobStoreBase
from ._tracking import track_job

__all__ = [
    "BEAT",
    "END",
    "IMPORTED_FILES",
    "IMPORT_DIR",
    "INPUT_PARAMS",
    "JOB_DIR",
    "JOURNAL",
    "ORDER",
    "PARAMS",
    "RUNNER_LOG",
    "RUN_MARK",
    "SETTINGS_FILE",
    "START",
    "STOP_GRACE_S",
    "Cycle",
    "Event",
    "FileId",
    "FileRecord",
    "Imports",
    "InputUse",
    "Inputs",
    "JobEnd",
    "JobId",
    "JobOrder",
    "JobRecord",
    "JobStatus",
    "JobStore",
    "JobStoreBase",
    "JournalLine",
    "JournalReader",
    "JournalStore",
    "JournalWriter",
    "KeptStore",
    "Kpi",
    "LocalExecutor",
    "LocalRun",
    "NewFile",
    "NewImport",
    "NewJob",
    "Outputs",
    "ProcessIdentity",
    "ProjectId",
    "RunEnd",
    "RunStart",
    "RunnerExit",
    "Setting",
    "Settings",
    "StatusChange",
    "Values",
    "async_copy_file",
    "child_id",
    "collect_kpis",
    "collect_outputs",
    "create_plugin_for_job",
    "decode_line",
    "encode_json",
    "from_json",
    "given_parameters",
    "glean_job_files_async",
    "glean_performance_indicators_async",
    "identify",
    "identity_of",
    "import_external_file",
    "import_input_files_async",
    "job_folder",
    "params_header",
    "read_end",
    "read_order",
    "run_job_async",
    "safe_name",
    "set_output_file_names",
    "sha256_of",
    "sync_folder",
    "to_json",
    "to_the_end",
    "track_job",
    "user_name",
    "verify_inputs",
    "without_password",
    "write_order",
]
