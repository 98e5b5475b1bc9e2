"""Every table in Django's admin, to be read; only accounts are changed there, as all else has its services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from . import models

admin.site.register(models.User, UserAdmin)


if TYPE_CHECKING:  # generic in its stubs only
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class _Table(_ModelAdmin):
    """Lists that stay fast: no counting of all rows, related rows by their keys."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here: transitions, history and the files of projects would not know."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False


def _table(model: type[Any], *columns: str, search: tuple[str, ...] = (), raw: tuple[str, ...] = ()) -> None:
    options = {"list_display": columns, "search_fields": search, "raw_id_fields": raw}
    admin.site.register(model, type(f"{model.__name__}Admin", (_Table,), options))


_table(
    models.Project, "name", "directory", "last_job_number", "last_access", search=("name",), raw=("follow_from_job",)
)
_table(models.ProjectGroup, "name", "type", search=("name",))
_table(models.ProjectGroupMembership, "group", "project", "type", raw=("group", "project"))
_table(models.ProjectTag, "text", "parent", search=("text",), raw=("parent", "projects"))
_table(models.ProjectExport, "project", "time", "status", raw=("project",))
_table(models.ProjectImport, "project", "time", raw=("project",))
_table(
    models.Job,
    *("number", "task_name", "title", "status", "creation_time"),
    search=("title", "task_name", "=number"),
    raw=("project", "parent", "user", "cloned_from", "reused_from", "campaign"),
)
_table(models.ServerJob, "job_id", "machine", "mechanism", raw=("job",))
_table(models.JobValueKey, "name", "number", search=("name",))
_table(models.JobFloatValue, "job_id", "key_id", "value", raw=("job", "key"))
_table(models.JobCharValue, "job_id", "key_id", "value", raw=("job", "key"))
_table(models.FileType, "name", "number", search=("name",))
_table(models.File, "path", "type_id", "size", "available", search=("path",), raw=("project", "job", "derived_from"))
_table(models.FileUse, "file_id", "job_id", "role", "job_param_name", raw=("file", "job"))
_table(models.FileImport, "file_id", "name", "time", search=("name",), raw=("file",))
_table(models.FileExport, "file_id", "name", "time", raw=("file",))
_table(models.FileAssociation, "name", "type", raw=("project",))
_table(models.FileAssociationMember, "association_id", "file_id", "role", raw=("association", "file"))
_table(models.Membership, "project", "user", "role", raw=("project", "user"))
_table(models.ApiToken, "name", "user", "scope", "expiry", raw=("user",))
_table(models.Attempt, "job_id", "epoch", "state", "owner", "lease_until", raw=("job",))
_table(models.JobEvent, "seq", "time", "kind", "who")
