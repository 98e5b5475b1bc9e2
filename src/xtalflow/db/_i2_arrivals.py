"""What stands against a project of CCP4i2 that is to come: its name, or that it is a copy."""

from __future__ import annotations

from collections.abc import Iterable

from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import I2Record

from ._projects import project_by_uuid
from ._records import ProjectRecord
from ._rows import batched
from ._write_projects import compared_name, free_project_name, sound_project_name
from .models import Project


def check_name_of_import(name: str, others: Iterable[str] = (), *, is_known: bool = False) -> None:
    """Refuse a name that a project here has, or one of `others`, which are to come as well.

    Parameters
    ----------
    is_known
        Whether the project is here already, so that it only matters whether the name could be one.

    Raises
    ------
    InvalidInput
        It cannot be a name, or is taken.
    """
    if is_known:
        sound_project_name(name)
        return
    name = free_project_name(name)
    for other in others:
        if compared_name(other) == compared_name(name):
            raise InvalidInput(f"another project that is to come is called {other!r}")


def copied_project(record: I2Record) -> ProjectRecord | None:
    """Another project that has jobs or files of a record; None if there is none."""
    others = Project.objects.exclude(uuid=record.project.id)
    for rows, name in ((record.jobs, "jobs__uuid__in"), (record.files, "files__uuid__in")):
        for some in batched([row.id for row in rows]):
            if found := others.filter(**{name: some}).values_list("uuid", flat=True).first():
                return project_by_uuid(found)
    return None
