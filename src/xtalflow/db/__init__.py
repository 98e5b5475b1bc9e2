"""Keeps projects, jobs and files in a database, and in the project folders that explain themselves.

`setup` and `ensure_schema` make it ready. Whatever needs Django is imported when it is first asked for, Django being
configured then; so ``import xtalflow.db`` is light, and ``from xtalflow.db import AsyncDatabaseHandler`` is enough.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._connection import DATABASE_FILE, database_settings, network_file_system, sqlite_settings
from ._setup import ensure_schema, setup

if TYPE_CHECKING:
    from ._asked import FileFilter, JobFilter, Page, ProjectFilter
    from ._asking import (
        add_person,
        change_password,
        check_name_of_import,
        copied_project,
        count_jobs,
        create_project,
        export_record,
        files_read_elsewhere,
        files_that_fit,
        find,
        find_job,
        find_project,
        get_job,
        get_project,
        give_back,
        give_role,
        going_jobs,
        group_families,
        held_attempts,
        hopeless_attempts,
        import_record,
        import_sources,
        imported_jobs,
        is_anyone_with_password,
        is_anything_queued,
        job_detail,
        job_inputs,
        jobs_to_cancel,
        known_files,
        kpi_keys,
        kpi_page,
        last_events,
        list_accounts,
        list_events,
        list_files,
        list_jobs,
        list_projects,
        list_tags,
        local_person,
        make_token,
        members_of,
        news_of,
        news_since,
        next_attempt,
        page_of_files,
        page_of_jobs,
        page_of_projects,
        person_named,
        person_of_token,
        person_with_password,
        plan_deletion,
        projects_open_to,
        provenance_graph,
        recover_project,
        registered_paths,
        release_attempts,
        remove_person,
        renew_attempts,
        revoke_token,
        role_in,
        roles_of,
        running_progress,
        take_over,
        tasks_of,
        tokens_of,
    )
    from ._backup import back_up
    from ._handler import AsyncDatabaseHandler
    from ._i2_sieve import places_of, sound_record
    from ._layout import PROJECT_FILE, PROJECT_LOG, ProjectFile, free_folder_name, read_project_file
    from ._moving import CopiedTable, copy_database
    from ._one_job import is_imported, job_events, job_neighbours
    from ._project_log import (
        CancelRequest,
        FoundOnDisk,
        JobDeletion,
        JobEdit,
        JobRestoration,
        LogLine,
        ProjectEdit,
        Purge,
        RecordTaken,
        read_project_log,
    )
    from ._provenance import Direction
    from ._records import (
        Account,
        Actor,
        ApiTokenRecord,
        AttemptRecord,
        DeletionPlan,
        Dependent,
        Derivation,
        Evaluation,
        EventRecord,
        FileEdge,
        Findings,
        FoundFile,
        GoingJob,
        JobDetail,
        JobNeighbours,
        JobProgress,
        JobSummary,
        Person,
        ProjectNews,
        ProjectRecord,
        ProjectSummary,
        ProvenanceGraph,
        Role,
        Scope,
        UsedFile,
        UseRole,
    )
    from ._recovery import Recovery
    from ._replay import RunSettlement
    from ._session import close_connections, in_database
    from ._submission import Submission, Submitted
    from ._trash import DELETION, DeletedJob, Deletion, deletions, read_deletion, write_deletion
    from ._waking import waking

_HOMES = {
    "_asked": "FileFilter JobFilter Page ProjectFilter",
    "_asking": (
        "add_person change_password check_name_of_import copied_project count_jobs create_project export_record "
        "files_read_elsewhere files_that_fit find find_job find_project get_job get_project give_back give_role "
        "going_jobs group_families held_attempts hopeless_attempts import_record import_sources imported_jobs "
        "is_anyone_with_password is_anything_queued job_detail job_inputs jobs_to_cancel known_files kpi_keys "
        "kpi_page last_events list_accounts list_events list_files list_jobs list_projects list_tags local_person "
        "make_token members_of news_of news_since next_attempt page_of_files page_of_jobs page_of_projects "
        "person_named person_of_token person_with_password plan_deletion projects_open_to provenance_graph "
        "recover_project registered_paths release_attempts remove_person renew_attempts revoke_token role_in roles_of "
        "running_progress take_over tasks_of tokens_of"
    ),
    "_backup": "back_up",
    "_handler": "AsyncDatabaseHandler",
    "_moving": "CopiedTable copy_database",
    "_i2_sieve": "places_of sound_record",
    "_layout": "PROJECT_FILE PROJECT_LOG ProjectFile free_folder_name read_project_file",
    "_one_job": "is_imported job_events job_neighbours",
    "_project_log": (
        "CancelRequest FoundOnDisk JobDeletion JobEdit JobRestoration LogLine ProjectEdit Purge RecordTaken "
        "read_project_log"
    ),
    "_provenance": "Direction",
    "_records": (
        "Account Actor ApiTokenRecord AttemptRecord DeletionPlan Dependent Derivation Evaluation EventRecord "
        "FileEdge Findings FoundFile GoingJob JobDetail JobNeighbours JobProgress JobSummary Person ProjectNews "
        "ProjectRecord ProjectSummary ProvenanceGraph Role Scope UseRole UsedFile"
    ),
    "_recovery": "Recovery",
    "_replay": "RunSettlement",
    "_session": "close_connections in_database",
    "_submission": "Submission Submitted",
    "_waking": "waking",
    "_trash": "DELETION DeletedJob Deletion deletions read_deletion write_deletion",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}
_LIGHT = {"_asked", "_i2_sieve", "_layout", "_project_log", "_records", "_trash"}


def __getattr__(name: str) -> Any:
    """Import what needs Django when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOME_OF[name] not in _LIGHT:
        setup()
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


__all__ = [
    "DATABASE_FILE",
    "DELETION",
    "PROJECT_FILE",
    "PROJECT_LOG",
    "Account",
    "Actor",
    "ApiTokenRecord",
    "AsyncDatabaseHandler",
    "AttemptRecord",
    "CancelRequest",
    "CopiedTable",
    "DeletedJob",
    "Deletion",
    "DeletionPlan",
    "Dependent",
    "Derivation",
    "Direction",
    "Evaluation",
    "EventRecord",
    "FileEdge",
    "FileFilter",
    "Findings",
    "FoundFile",
    "FoundOnDisk",
    "GoingJob",
    "JobDeletion",
    "JobDetail",
    "JobEdit",
    "JobFilter",
    "JobNeighbours",
    "JobProgress",
    "JobRestoration",
    "JobSummary",
    "LogLine",
    "Page",
    "Person",
    "ProjectEdit",
    "ProjectFile",
    "ProjectFilter",
    "ProjectNews",
    "ProjectRecord",
    "ProjectSummary",
    "ProvenanceGraph",
    "Purge",
    "RecordTaken",
    "Recovery",
    "Role",
    "RunSettlement",
    "Scope",
    "Submission",
    "Submitted",
    "UseRole",
    "UsedFile",
    "add_person",
    "back_up",
    "change_password",
    "check_name_of_import",
    "close_connections",
    "copied_project",
    "copy_database",
    "count_jobs",
    "create_project",
    "database_settings",
    "deletions",
    "ensure_schema",
    "export_record",
    "files_read_elsewhere",
    "files_that_fit",
    "find",
    "find_job",
    "find_project",
    "free_folder_name",
    "get_job",
    "get_project",
    "give_back",
    "give_role",
    "going_jobs",
    "group_families",
    "held_attempts",
    "hopeless_attempts",
    "import_record",
    "import_sources",
    "imported_jobs",
    "in_database",
    "is_anyone_with_password",
    "is_anything_queued",
    "is_imported",
    "job_detail",
    "job_events",
    "job_inputs",
    "job_neighbours",
    "jobs_to_cancel",
    "known_files",
    "kpi_keys",
    "kpi_page",
    "last_events",
    "list_accounts",
    "list_events",
    "list_files",
    "list_jobs",
    "list_projects",
    "list_tags",
    "local_person",
    "make_token",
    "members_of",
    "network_file_system",
    "news_of",
    "news_since",
    "next_attempt",
    "page_of_files",
    "page_of_jobs",
    "page_of_projects",
    "person_named",
    "person_of_token",
    "person_with_password",
    "places_of",
    "plan_deletion",
    "projects_open_to",
    "provenance_graph",
    "read_deletion",
    "read_project_file",
    "read_project_log",
    "recover_project",
    "registered_paths",
    "release_attempts",
    "remove_person",
    "renew_attempts",
    "revoke_token",
    "role_in",
    "roles_of",
    "running_progress",
    "setup",
    "sound_record",
    "sqlite_settings",
    "take_over",
    "tasks_of",
    "tokens_of",
    "waking",
    "write_deletion",
]
