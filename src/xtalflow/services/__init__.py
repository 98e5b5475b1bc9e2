"""One function for each thing a user can ask for; command line, REST and pages are thin over it.

What goes out is frozen records and JSON values, never a model of the database. `open_store` comes first for whatever
asks the record.
"""

from xtalflow.db import Evaluation, JobFilter, Page, ProjectFilter

from ._accounts import list_accounts, token_document
from ._cancel import cancel_job
from ._check import Problem, ProblemKind, ProjectCheck, check_project
from ._clone import clone_parameters
from ._command_line import command_line
from ._context import FilledInputs, fill_from
from ._cycles import cycles_of
from ._database import MovedDatabase, back_up_database, move_database
from ._delete import PlannedDeletion, delete_jobs, plan_deletion, refuse_dependents, restore_command
from ._demonstration import (
    DEMO_PROJECT,
    DEMO_TASK,
    Demonstration,
    compare_with_truth,
    enter_demo_home,
    prepare_demonstration,
)
from ._density import (
    Box,
    MapKind,
    ModelFormat,
    ShownStructure,
    find_structure,
    list_places,
    map_bytes,
    model_text,
    prepare_density,
    structure_document,
)
from ._disk import DiskUsage, job_usage, project_usage
from ._doctor import Diagnosis, Examination, State, examine_installation
from ._documents import (
    Document,
    job_document,
    job_head,
    listed_file,
    outcome_of,
    row_document,
    summary_document,
)
from ._edits import (
    archive_project,
    comment_job,
    describe_project,
    edit_job,
    edit_project,
    rate_job,
    rename_project,
    retitle_job,
    tag_project,
)
from ._feed import Feed, Message, event_document
from ._file_pages import page_of_files
from ._finding import search
from ._going import what_runs
from ._graph import job_graph
from ._housing import PROJECT_TRASH, ProjectSize, delete_project, move_project, project_size
from ._i2_export import ARCHIVE, Exported, ProjectArchive, export_archive, plan_archive
from ._i2_import import (
    Imported,
    ImportPlan,
    ListedProject,
    TableReport,
    import_archive,
    import_sqlite,
    list_sqlite,
    plan_import,
    plan_sqlite,
)
from ._job_pages import page_of_jobs
from ._job_parameters import command_of_job, job_parameters
from ._job_parts import file_of_project, job_events, job_neighbours
from ._jobs import (
    FoundJob,
    find_job,
    is_imported,
    job_details,
    jobs_to_wait_for,
    list_files,
    list_jobs,
    list_kpis,
    log_in,
    log_path,
    logged_jobs,
    read_report,
)
from ._kpi_tables import KpiTable, kpi_keys, kpi_table
from ._lineage import Lineage, Lineages, lineages
from ._log import LogPart, log_after, log_before
from ._news import CycleDone, JobEnded, JobProgressed, JobStarted, Listener, News, ReuseDecided
from ._open import load_settings, open_store
from ._options import JobOptions
from ._parameters import find_parameter, parameters
from ._params_file import plugin_of_params
from ._plan import planned_inputs, planned_project
from ._project_pages import list_tags, page_of_projects
from ._projects import (
    DEFAULT_PROJECT,
    check_project_name,
    count_jobs,
    find_or_make_project,
    find_project,
    find_project_named,
    list_projects,
    project_document,
    project_of_folder,
)
from ._purge import JobPurge, PurgedFile, PurgePlan, plan_purge, purge
from ._python_script import python_script
from ._recover import recover_projects
from ._repair import repair_project
from ._restart import restart_job
from ._run import Begin, JobRun, new_job, restarted
from ._serving import OneTimeTokens, Serving, SignInLimit
from ._submit import check_job, check_title, submit_job
from ._supervisor import Supervisor
from ._takeover import settle_abandoned
from ._tasks import list_tasks, parameter_documents, task_detail, task_schema
from ._trash import TrashEntry, empty_trash, list_trash, restore_entry, settle_trash
from ._trees import definition_detail, definition_schema, definition_tree, params_tree
from ._uploads import Upload, drop_old_uploads, drop_upload, find_upload, receive_upload
from ._words import give_parameters, split_columns
from ._zips import zip_of_files
from .crate import ExportedCrate, PlannedCrate, can_make_crates, export_crate, plan_crate
from .deposition import ExportedModel, RefinedModel, export_mmcif, has_refined_model, refined_mmcif
from .form import (
    Control,
    FileOffer,
    FilePlaces,
    FilledForm,
    Form,
    FormChoice,
    FormField,
    FormFile,
    FormProblem,
    Typed,
    columns_that_fit,
    describe_form,
    fill_fields,
    fill_form,
    task_form,
)
from .i2run import (
    I2RunRequest,
    NamedFiles,
    OptionNames,
    give_options,
    i2run_line,
    named_files,
    option_documents,
    read_request,
    resolve_files,
    task_meant,
)

__all__ = [
    "ARCHIVE",
    "DEFAULT_PROJECT",
    "DEMO_PROJECT",
    "DEMO_TASK",
    "PROJECT_TRASH",
    "Begin",
    "Box",
    "Control",
    "CycleDone",
    "Demonstration",
    "Diagnosis",
    "DiskUsage",
    "Document",
    "Evaluation",
    "Examination",
    "Exported",
    "ExportedCrate",
    "ExportedModel",
    "Feed",
    "FileOffer",
    "FilePlaces",
    "FilledForm",
    "FilledInputs",
    "Form",
    "FormChoice",
    "FormField",
    "FormFile",
    "FormProblem",
    "FoundJob",
    "I2RunRequest",
    "ImportPlan",
    "Imported",
    "JobEnded",
    "JobFilter",
    "JobOptions",
    "JobProgressed",
    "JobPurge",
    "JobRun",
    "JobStarted",
    "KpiTable",
    "Lineage",
    "Lineages",
    "ListedProject",
    "Listener",
    "LogPart",
    "MapKind",
    "Message",
    "ModelFormat",
    "MovedDatabase",
    "NamedFiles",
    "News",
    "OneTimeTokens",
    "OptionNames",
    "Page",
    "PlannedCrate",
    "PlannedDeletion",
    "Problem",
    "ProblemKind",
    "ProjectArchive",
    "ProjectCheck",
    "ProjectFilter",
    "ProjectSize",
    "PurgePlan",
    "PurgedFile",
    "RefinedModel",
    "ReuseDecided",
    "Serving",
    "ShownStructure",
    "SignInLimit",
    "State",
    "Supervisor",
    "TableReport",
    "TrashEntry",
    "Typed",
    "Upload",
    "archive_project",
    "back_up_database",
    "can_make_crates",
    "cancel_job",
    "check_job",
    "check_project",
    "check_project_name",
    "check_title",
    "clone_parameters",
    "columns_that_fit",
    "command_line",
    "command_of_job",
    "comment_job",
    "compare_with_truth",
    "count_jobs",
    "cycles_of",
    "definition_detail",
    "definition_schema",
    "definition_tree",
    "delete_jobs",
    "delete_project",
    "describe_form",
    "describe_project",
    "drop_old_uploads",
    "drop_upload",
    "edit_job",
    "edit_project",
    "empty_trash",
    "enter_demo_home",
    "event_document",
    "examine_installation",
    "export_archive",
    "export_crate",
    "export_mmcif",
    "file_of_project",
    "fill_fields",
    "fill_form",
    "fill_from",
    "find_job",
    "find_or_make_project",
    "find_parameter",
    "find_project",
    "find_project_named",
    "find_structure",
    "find_upload",
    "give_options",
    "give_parameters",
    "has_refined_model",
    "i2run_line",
    "import_archive",
    "import_sqlite",
    "is_imported",
    "job_details",
    "job_document",
    "job_events",
    "job_graph",
    "job_head",
    "job_neighbours",
    "job_parameters",
    "job_usage",
    "jobs_to_wait_for",
    "kpi_keys",
    "kpi_table",
    "lineages",
    "list_accounts",
    "list_files",
    "list_jobs",
    "list_kpis",
    "list_places",
    "list_projects",
    "list_sqlite",
    "list_tags",
    "list_tasks",
    "list_trash",
    "listed_file",
    "load_settings",
    "log_after",
    "log_before",
    "log_in",
    "log_path",
    "logged_jobs",
    "map_bytes",
    "model_text",
    "move_database",
    "move_project",
    "named_files",
    "new_job",
    "open_store",
    "option_documents",
    "outcome_of",
    "page_of_files",
    "page_of_jobs",
    "page_of_projects",
    "parameter_documents",
    "parameters",
    "params_tree",
    "plan_archive",
    "plan_crate",
    "plan_deletion",
    "plan_import",
    "plan_purge",
    "plan_sqlite",
    "planned_inputs",
    "planned_project",
    "plugin_of_params",
    "prepare_demonstration",
    "prepare_density",
    "project_document",
    "project_of_folder",
    "project_size",
    "project_usage",
    "purge",
    "python_script",
    "rate_job",
    "read_report",
    "read_request",
    "receive_upload",
    "recover_projects",
    "refined_mmcif",
    "refuse_dependents",
    "rename_project",
    "repair_project",
    "resolve_files",
    "restart_job",
    "restarted",
    "restore_command",
    "restore_entry",
    "retitle_job",
    "row_document",
    "search",
    "settle_abandoned",
    "settle_trash",
    "split_columns",
    "structure_document",
    "submit_job",
    "summary_document",
    "tag_project",
    "task_detail",
    "task_form",
    "task_meant",
    "task_schema",
    "token_document",
    "what_runs",
    "zip_of_files",
]
