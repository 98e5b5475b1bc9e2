"""Makes the form of a task in a project, and takes what was typed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow import db
from xtalflow.data import CData, CDataFile, CList, CScalar, Finding, Severity, find_all_files
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript

from .._command_line import command_line
from .._parameters import SECTIONS
from .._projects import uuid_of
from .._submit import job_findings
from .._tasks import summary_of
from .._uploads import find_upload, uploads_folder
from ._fields import describe_form
from ._fill import Typed, chosen_files, fill_fields, is_in, without_blank_rows
from ._form import Form
from ._places import FilePlaces, facts_in_words, kinds_of

if TYPE_CHECKING:
    from uuid import UUID

    from xtalflow.db import ProjectRecord
    from xtalflow.engine import FileId, FileRecord

_LOOKED_AT = 400
"""Files of the kinds that parameters take that are looked at, the newest."""


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
    places = await _places(project, plugin, {}, owner, here)
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
    places = await _places(project, plugin, values, owner, here)
    return await asyncio.to_thread(check_filled, plugin, values, places, project.name)


async def _places(
    project: ProjectRecord, plugin: CPluginScript, values: Mapping[str, Any], owner: str, here: Path | None
) -> FilePlaces:
    """Where the files of a form are; of a project with very many the newest of each kind."""
    kinds, chosen = await asyncio.to_thread(_wanted, plugin, values)
    records = await _newest(project, kinds)
    others = await db.known_files(project.id, sorted(chosen - records.keys()))
    return FilePlaces(
        directory=project.directory,
        records=[*records.values(), *others],
        upload=partial(_upload_path, owner=owner),
        here=here,
    )


async def _newest(project: ProjectRecord, kinds: Collection[frozenset[str]]) -> dict[FileId, FileRecord]:
    """Files of these types, the newest first; where there are more of all, so many of each set of types."""
    found: dict[FileId, FileRecord] = {}

    async def look(types: Iterable[str]) -> None:
        which = db.FileFilter(file_types=tuple(sorted(types)))
        for each in await db.files_that_fit(project.id, which, limit=_LOOKED_AT):
            found.setdefault(each.file.id, each.file)

    if kinds:
        await look(frozenset[str]().union(*kinds))
    if len(found) == _LOOKED_AT:
        for types in kinds:
            await look(types)
    return found


def _wanted(plugin: CPluginScript, values: Mapping[str, Any]) -> tuple[set[frozenset[str]], set[UUID]]:
    """The types of files that each parameter of a task takes, and the files that are chosen, in it or by a form."""
    sections = [plugin.container[name] for name in SECTIONS]
    kinds = {kinds_of(parameter) for section in sections for parameter in _file_parameters(section)}
    known = [uuid_of(file.dbFileId.value or "") for section in sections for file in find_all_files(section)]
    return kinds - {frozenset()}, chosen_files(values) | {uuid for uuid in known if uuid is not None}


def _file_parameters(item: CData) -> Iterator[CDataFile]:
    """The files that can be given below a section, one of each list."""
    if isinstance(item, CDataFile):
        yield item
    elif isinstance(item, CList):
        yield from _file_parameters(item.makeItem())
    elif not isinstance(item, CScalar):
        for child in item.children():
            yield from _file_parameters(child)


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
