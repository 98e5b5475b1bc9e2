"""Makes the form of a task in a project, and takes what was typed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow import db
from xtalflow.data import Finding, Severity, find_all_files
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript

from .._command_line import command_line
from .._submit import job_findings
from .._tasks import summary_of
from .._uploads import find_upload, uploads_folder
from ._fields import Form, describe_form
from ._fill import Typed, fill_fields, is_in, without_blank_rows
from ._places import FilePlaces, facts_in_words

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form with what was typed in it.

    Attributes
    ----------
    plugin
        The task filled, as it can be submitted if the form may be run.
    findings
        All that is wrong, at the paths of the fields.
    """

    plugin: CPluginScript
    form: Form
    findings: tuple[Finding, ...]


async def task_form(project: ProjectRecord, plugin: CPluginScript, *, owner: str, here: Path | None = None) -> Form:
    """The form of a task with the values that it has; see `fill_form`. Nothing is checked."""
    places = await _places(project, owner, here)
    return await asyncio.to_thread(_described, plugin, places, project.name)


async def fill_form(
    project: ProjectRecord,
    plugin: CPluginScript,
    values: Mapping[str, Any],
    *,
    owner: str,
    here: Path | None = None,
) -> FilledForm:
    """Put what was typed into a task, and check all of it; nothing is made.

    Parameters
    ----------
    values
        By the names of the fields; see `fill_fields`.
    owner
        Who asks: only uploads of this person can be named.
    here
        The folder against which paths on the server are resolved; None if this person may name none.
    """
    places = await _places(project, owner, here)
    return await asyncio.to_thread(check_filled, plugin, values, places, project.name)


async def _places(project: ProjectRecord, owner: str, here: Path | None) -> FilePlaces:
    records = await db.list_files(project.id)
    return FilePlaces(
        directory=project.directory, records=records[::-1], upload=partial(_upload_path, owner=owner), here=here
    )


def _upload_path(upload: str, *, owner: str) -> Path:
    return find_upload(upload, owner=owner).path


def _described(plugin: CPluginScript, places: FilePlaces, project: str) -> Form:
    command = command_line(plugin, project, elsewhere=uploads_folder())
    return describe_form(plugin, places, summary=summary_of(type(plugin)), command=command)


def check_filled(plugin: CPluginScript, values: Mapping[str, Any], places: FilePlaces, project: str) -> FilledForm:
    """As `fill_form`, with files where `places` says."""
    typed = fill_fields(plugin, values, places)
    checked, moved = without_blank_rows(plugin, typed)
    findings = [*typed.findings, *_found(checked, moved, typed)]
    _read_facts(plugin, typed)
    form = describe_form(
        plugin,
        places,
        typed,
        findings,
        summary=summary_of(type(plugin)),
        command=command_line(checked, project, elsewhere=uploads_folder()),
    )
    return FilledForm(plugin=checked, form=form, findings=tuple(findings))


def _found(plugin: CPluginScript, moved: Mapping[str, str], typed: Typed) -> Sequence[Finding]:
    """What is wrong with the whole, but not what only says that a value is lacking which was refused."""
    try:
        found = job_findings(plugin)
    except InvalidInput as exc:
        return [Finding(path="", severity=Severity.ERROR, code=0, message=str(exc), class_name="")]
    names = [(str(file.path), file.path.name) for file in find_all_files(plugin.container["inputData"]) if file.path]
    findings = [
        replace(finding, path=_moved(finding.path, moved), message=_by_name(finding, names)) for finding in found
    ]
    return [finding for finding in findings if finding.path not in typed.refused]


def _by_name(finding: Finding, names: Sequence[tuple[str, str]]) -> str:
    """The message of a finding with names instead of whole paths, which a form shows elsewhere, if at all."""
    message = finding.message
    for whole, name in names:
        message = message.replace(whole, name).removeprefix(f"{name}: ")
    return message.removeprefix(f"{finding.path}: ")


def _moved(path: str, moved: Mapping[str, str]) -> str:
    """The path in the form of what is at a path in the task."""
    for begin, was in moved.items():
        if is_in(path, begin):
            return was + path.removeprefix(begin)
    return path


def _read_facts(plugin: CPluginScript, typed: Typed) -> None:
    """Read what the files say that are not of the project; those that cannot be read say nothing."""
    for file in find_all_files(plugin.container["inputData"]):
        if file.isSet() and not file.dbFileId.value:
            try:
                typed.facts[file.object_path()] = facts_in_words(file.examine().facts)
            except (InvalidInput, OSError):
                continue
