"""Files that a command names by the job that made or read them: ``fileUse="servalcat_refine[-1].XYZOUT"``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.engine import FileRecord, JobRecord
from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import NATIVE
from xtalflow.plugin import HOSTED, JobStatus

from .._projects import uuid_of
from ._giving import NamedFiles
from ._request import FILE_USE

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord, UsedFile

_USE = re.compile(
    r"(?:(?P<task>[^\[\]]*)\[(?P<index>-?\d{1,9})\]|(?P<bare>-?\d{1,9}))\.(?P<param>[^\[\]]+)(?:\[(?P<which>-?\d{1,9})\])?"
)
_HAS_RESULTS = (JobStatus.FINISHED, JobStatus.UNSATISFACTORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUse:
    """A file by its job.

    Attributes
    ----------
    task
        Name of the task; empty for any.
    index
        Position among the jobs of the task, from 0; a negative one counts back from the last that has results.
    param
        Name of the parameter that the file is of the job.
    which
        Position among the files of a list; a negative one counts back from the last.
    """

    task: str
    index: int
    param: str
    which: int | None = None


def parse_file_use(text: str) -> FileUse:
    """Read ``task[i].PARAM[n]``, ``[i].PARAM[n]`` or the old ``i.PARAM[n]``; ``[n]`` may be left out.

    Raises
    ------
    InvalidInput
        It is none of these.

    Examples
    --------
    >>> parse_file_use("servalcat_refine[-1].XYZOUT")
    FileUse(task='servalcat_refine', index=-1, param='XYZOUT', which=None)
    >>> parse_file_use("-1.HKLOUT[0]")
    FileUse(task='', index=-1, param='HKLOUT', which=0)
    """
    inside = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    found = _USE.fullmatch(inside.strip())
    if found is None:
        raise InvalidInput(f"{text!r} names no file of a job; write TASK[-1].PARAM, or [-1].PARAM[0]")
    which = found["which"]
    return FileUse(
        task=(found["task"] or "").strip(),
        index=int(found["index"] or found["bare"]),
        param=found["param"],
        which=None if which is None else int(which),
    )


async def resolve_files(named: Sequence[tuple[str, str]], project: ProjectRecord | None) -> NamedFiles:
    """The files of a project that a command names; see `named_files`.

    Raises
    ------
    InvalidInput
        A job does not exist, or has no such file; the sentence lists what it has.
    """
    found: dict[tuple[str, str], FileRecord | None] = {}
    for kind, text in dict.fromkeys(named):
        if kind == FILE_USE:
            found[kind, text] = await _file_of_use(text, project)
        else:
            found[kind, text] = await _file_of_id(text, project)
    return found


async def _file_of_id(text: str, project: ProjectRecord | None) -> FileRecord | None:
    uuid = uuid_of(text)
    known = await db.known_files(project.id, [uuid]) if project and uuid else []
    return known[0] if known else None


async def _file_of_use(text: str, project: ProjectRecord | None) -> FileRecord:
    use = parse_file_use(text)
    if project is None:
        raise InvalidInput(f"fileUse={text}: the project is not there yet, so no job of it has files")
    job = _meant(use, [each.job for each in await db.list_jobs(project.id, all_levels=True)], text)
    detail = await db.job_detail(project.id, job.id)
    for files in (detail.outputs, detail.inputs):
        if matching := [used for used in files if _is_of(used.param_name, use.param)]:
            return _one_of(matching, use, f"fileUse={text}: job {project.name}/{job.number} ({job.task})")
    has = ", ".join(used.param_name for used in (*detail.outputs, *detail.inputs))
    status = f"; it {job.status.key}" if job.status is not JobStatus.FINISHED else ""
    raise InvalidInput(
        f"fileUse={text}: job {project.name}/{job.number} ({job.task}) has no file {use.param}; "
        f"{f'it has {has}' if has else 'it has no files'}{status}"
    )


def _meant(use: FileUse, newest_first: Sequence[JobRecord], text: str) -> JobRecord:
    """The job of a use: one of the top level, if any such is of the task."""
    tasks = {use.task, f"{HOSTED}{use.task}", use.task.removeprefix(NATIVE)}
    jobs = [job for job in newest_first if not use.task or job.task in tasks]
    jobs = [job for job in jobs if job.parent is None] or jobs
    jobs.sort(key=lambda job: [int(part) for part in job.number.split(".")])
    ended = [job for job in jobs if use.index >= 0 or job.status in _HAS_RESULTS]
    try:
        return ended[use.index]
    except IndexError:
        of_task = f" of {use.task}" if use.task else ""
        kind = "finished jobs" if use.index < 0 else "jobs"
        count = f"{len(ended)} {kind}" if ended else f"no {kind}"
        raise InvalidInput(f"fileUse={text}: the project has {count}{of_task}") from None


def _is_of(name: str, param: str) -> bool:
    """Whether a file's parameter is the one named, or below it as an item of a list is."""
    return name == param or name.startswith((f"{param}[", f"{param}."))


def _one_of(matching: Sequence[UsedFile], use: FileUse, whose: str) -> FileRecord:
    if use.which is None and len(matching) > 1:
        names = ", ".join(f"{use.param}[{position}]" for position in range(len(matching)))
        raise InvalidInput(f"{whose} has several files {use.param}; write {names}")
    try:
        record = matching[use.which or 0].file
    except IndexError:
        raise InvalidInput(f"{whose} has {len(matching)} of {use.param}, so there is no [{use.which}]") from None
    if not record.available:
        raise InvalidInput(f"{whose} had {record.path}, which was purged")
    return record
