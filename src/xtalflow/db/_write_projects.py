"""What happens to a project's own row. Every function is part of a transaction that holds the project."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

from xtalflow.errors import InvalidInput

from ._clean import clean_text, short_text
from ._ledger import Ledger
from ._project_log import ProjectEdit
from ._records import ProjectRecord
from .models import Project, ProjectTag


def edit_project(ledger: Ledger, edit: ProjectEdit) -> None:
    """What a user says about a project."""
    columns: dict[str, Any] = {}
    if edit.name is not None and edit.name.strip() != ledger.project.name:
        columns["name"] = free_project_name(edit.name, but=ledger.project.name)
    if edit.description is not None:
        columns["description"] = clean_text(edit.description)
    if edit.archived is not None:
        columns["archived"] = edit.archived
    if columns:
        Project.objects.filter(pk=ledger.project.pk).update(**columns)
    changes = dict(columns)
    if edit.tags is not None:
        texts = list(dict.fromkeys(short_text(tag.strip(), 50, "a tag") for tag in edit.tags))
        if any("/" in text for text in texts):
            raise InvalidInput("a tag cannot have a / in it")
        changes["tags"] = texts
        ProjectTag.objects.bulk_create([ProjectTag(text=text) for text in sorted(texts)], ignore_conflicts=True)
        ledger.project.tags.set(ProjectTag.objects.filter(parent__isnull=True, text__in=texts))
    if changes:
        ledger.note("edited", None, changes)


def news_in(edit: ProjectEdit, project: ProjectRecord) -> ProjectEdit:
    """An edit without what the project has already."""
    if edit.name is not None and edit.name.strip() == project.name:
        edit = replace(edit, name=None)
    if edit.description is not None and clean_text(edit.description) == project.description:
        edit = replace(edit, description=None)
    if edit.tags is not None and {tag.strip() for tag in edit.tags} == set(project.tags):
        edit = replace(edit, tags=None)
    return replace(edit, archived=None) if edit.archived == project.is_archived else edit


def free_project_name(name: str, *, but: str = "") -> str:
    """The name of a project, as it is kept.

    Parameters
    ----------
    but
        The name that the project has, if it is renamed.

    Raises
    ------
    InvalidInput
        It cannot be a name, or differs from that of another project in nothing, or only in case or in how its
        letters are composed.
    """
    name = sound_project_name(name)
    for other in Project.objects.exclude(name=but).values_list("name", flat=True):
        if other == name:
            raise InvalidInput(f"there is a project {name!r} already")
        if compared_name(other) == compared_name(name):
            raise InvalidInput(
                f"{name!r} is refused: there is a project {other!r}, and names that differ only in case are one name"
            )
    return name


def sound_project_name(name: str) -> str:
    """The name of a project, as it is kept, whether or not another has it.

    Raises
    ------
    InvalidInput
        It cannot be a name.
    """
    name = short_text(name.strip(), 100, "the name of a project")
    if "/" in name:
        raise InvalidInput(f"{name!r} is refused: the name of a project cannot have a / in it")
    return name


def compared_name(name: str) -> str:
    """A name as it is compared with others: composed, and without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
