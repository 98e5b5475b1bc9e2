"""Gathers what a crate tells, from the record and the project's folder, and writes it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import __version__, db
from xtalflow.engine import INPUT_PARAMS, PARAMS, sha256_of
from xtalflow.errors import InvalidInput, NotEquipped, UnknownTask, UnreadableFile, XtalflowError
from xtalflow.plugin import DIAGNOSTIC, REPORT, JobStatus

from .._clone import clone_parameters
from .._command_line import command_line
from .._jobs import LOGS, FoundJob
from .._staging import check_target
from ._content import README_FILE, WORKFLOW_FILE, CrateContent, PaperFile, all_jobs, crate_files
from ._equipment import can_make_crates
from ._graph import crate_metadata
from ._values import read_values, task_meanings
from ._writing import METADATA, CrateFile, check_files, crate_pieces, write_crate

if TYPE_CHECKING:
    from xtalflow.db import JobDetail

_SPDX_NAME = re.compile(r"(?!licenseref-)[A-Za-z0-9.-]+", re.IGNORECASE)
"""One licence of SPDX's list, and no expression of several."""
_URL = re.compile(r"https?://\S+")
_NO_COMMAND = "No command is known that makes these jobs again."
_UNDER_WAY = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.RUNNING_REMOTELY})
_PAPERS = {
    INPUT_PARAMS: ("Parameters as asked", "application/xml"),
    PARAMS: ("Parameters as run", "application/xml"),
    REPORT: ("Report", "application/json"),
    **dict.fromkeys(LOGS, ("Log", "text/plain")),
    DIAGNOSTIC: ("Errors and warnings", "application/xml"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedCrate:
    """A crate that was written.

    Attributes
    ----------
    jobs
        How many jobs it tells of, child jobs included.
    files, linked
        How many files it has, and how many of them are hard links of the project's.
    missing
        Paths of files that are on record and not there, and so not in it.
    """

    path: Path
    jobs: int
    files: int
    linked: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCrate:
    """Jobs as a crate, ready to be written or sent.

    Attributes
    ----------
    name
        What its zip is called.
    jobs
        How many it tells of, child jobs included.
    files
        What it takes from the project's folder.
    texts
        What was made for it, by path.
    missing
        Paths of files that are on record and not there.
    """

    name: str
    directory: Path
    jobs: int
    files: Sequence[CrateFile]
    texts: Mapping[str, bytes]
    missing: tuple[str, ...] = ()

    def pieces(self) -> Iterator[bytes]:
        """The bytes of its zip.

        Raises
        ------
        UnreadableFile
            A file is gone, or its bytes are not those that the record has.
        """
        return crate_pieces(self.directory, self.files, self.texts)


async def plan_crate(jobs: Sequence[FoundJob], *, licence: str = "") -> PlannedCrate:
    """Gather what a crate tells of jobs, with all below them and the files that they read and made.

    Parameters
    ----------
    jobs
        Jobs of one project that have ended; one that is below another of them comes with that.
    licence
        Under what others may use the data: an SPDX name such as ``CC-BY-4.0``, or a URL.

    Raises
    ------
    InvalidInput
        The jobs are of several projects, or have not ended; there is no such licence.
    NotEquipped
        rocrate is not installed.
    """
    if not can_make_crates():
        raise NotEquipped("crates are made with rocrate, which is not installed: pip install 'xtalflow[crate]'")
    licence = _licence(licence)
    wanted = _without_parts(jobs)
    details = [await _detail(job) for job in wanted]
    _refuse_going(details, wanted[0].project.name)
    ways = [await _again(job) for job in wanted]
    return await asyncio.to_thread(_plan, wanted, details, ways, licence)


async def export_crate(jobs: Sequence[FoundJob], out: Path | None = None, *, licence: str = "") -> ExportedCrate:
    """Write jobs, with all below them and the files that they read and made, as a Workflow Run RO-Crate.

    Parameters
    ----------
    jobs, licence
        As `plan_crate` has them.
    out
        Where: a name that ends with ``.zip``, or a folder; if not given, ``PROJECT-NUMBERS.crate.zip`` here.

    Raises
    ------
    InvalidInput
        The jobs are of several projects, or have not ended; `out` is there already.
    NotEquipped
        rocrate is not installed.
    UnreadableFile
        A file is gone, or its bytes are not those that the record has.

    References
    ----------
    Leo et al., PLoS ONE 19 (2024) e0309210: Workflow Run RO-Crate. https://w3id.org/ro/wfrun/provenance
    """
    if out is not None:
        await asyncio.to_thread(check_target, out)
    crate = await plan_crate(jobs, licence=licence)
    target = out or Path.cwd() / crate.name
    written = await asyncio.to_thread(write_crate, target, crate.directory, crate.files, crate.texts)
    return ExportedCrate(
        path=target, jobs=crate.jobs, files=written.files, linked=written.linked, missing=crate.missing
    )


async def _detail(job: FoundJob) -> JobDetail:
    """All of a job, with whoever asked for it as the user of all of it."""
    detail = await db.job_detail(job.project.id, job.job.id)
    events = await db.job_events(job.project.id, job.job.id)
    return _of(detail, detail.user or next((event.who for event in events if event.who), ""))


def _of(detail: JobDetail, user: str) -> JobDetail:
    return replace(detail, user=user, children=tuple(_of(child, user) for child in detail.children))


def _without_parts(jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """The jobs by number, each once, without those that are below another."""
    if not jobs:
        raise InvalidInput("name a job to make a crate of")
    names = dict.fromkeys(job.project.name for job in jobs)
    if len(names) > 1:
        raise InvalidInput(f"a crate is of one project; these jobs are of {', '.join(names)}")
    known = {job.job.number: job for job in jobs}
    parts = [number for number in known if any(number.startswith(f"{other}.") for other in known)]
    kept = (job for number, job in known.items() if number not in parts)
    return sorted(kept, key=lambda job: [int(part) for part in job.job.number.split(".")])


def _refuse_going(details: Sequence[JobDetail], project: str) -> None:
    for detail in all_jobs(details):
        if detail.job.status in _UNDER_WAY:
            raise InvalidInput(
                f"{project}/{detail.job.number} is {detail.job.status.key}; a crate is made of jobs that have ended"
            )


def _licence(text: str) -> str:
    """A licence as SPDX spells it, or a URL.

    Raises
    ------
    InvalidInput
        It is neither.
    """
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if not text or _URL.fullmatch(text):
        return text
    try:
        if _SPDX_NAME.fullmatch(text):
            return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        pass
    raise InvalidInput(f"{text!r} is no licence: write its SPDX name, such as CC-BY-4.0, or its URL")


@dataclass(frozen=True, slots=True)
class _Again:
    """What makes a job again in a folder with its files; or why that cannot be said."""

    command: str = ""
    why_not: str = ""


async def _again(job: FoundJob) -> _Again:
    try:
        plugin = await clone_parameters(job)
    except (UnknownTask, NotEquipped):
        return _Again(why_not=f"its task {_in_a_line(job.job.task)} is not known here")
    except XtalflowError:
        return _Again(why_not="its parameters cannot be read here")
    command = command_line(plugin, job.project.name, title=job.job.title)
    in_quotes = f"{job.project.directory}/".replace("'", "'\"'\"'")
    return _Again(command.replace(in_quotes, ""))


def _with_parameters(again: _Again, job: FoundJob, papers: Sequence[PaperFile]) -> _Again:
    """Without a command if the job has no parameter file, and telling where it is if there is one."""
    names = {Path(paper.path).name for paper in papers}
    if INPUT_PARAMS not in names and again.command:
        return _Again(why_not="its parameters are not there")
    if again.why_not and names & {INPUT_PARAMS, PARAMS}:
        return _Again(why_not=f"{again.why_not}; {job.job.folder} has its parameters")
    return again


def _script(jobs: Sequence[FoundJob], ways: Sequence[_Again]) -> str:
    """A script that makes the jobs again in a folder with their files, as far as that can be."""
    purpose = "Makes these jobs again, from the folder of this crate." if _has_command(ways) else _NO_COMMAND
    lines = ["#!/bin/bash", f"# {purpose}", "set -e"]
    for job, again in zip(jobs, ways, strict=True):
        lines.append(f"# job {job.job.number}: {_in_a_line(job.job.title or job.job.task)}")
        lines.append(again.command or f"# {again.why_not}")
    return "\n".join([*lines, ""])


def _has_command(ways: Sequence[_Again]) -> bool:
    return any(again.command for again in ways)


def _in_a_line(text: str) -> str:
    """A text without line ends and control characters, after which a shell or a table would go on with the rest."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _plan(jobs: Sequence[FoundJob], details: Sequence[JobDetail], ways: Sequence[_Again], licence: str) -> PlannedCrate:
    project, every = jobs[0].project, all_jobs(details)
    papers = {one.job.number: _papers(one, project.directory) for one in every}
    ways = [_with_parameters(again, job, papers[job.job.number]) for again, job in zip(ways, jobs, strict=True)]
    script, readme = _script(jobs, ways), _readme(project.name, details, can_be_made_again=_has_command(ways))
    content = CrateContent(
        project=project.name,
        description=project.description,
        jobs=details,
        values={one.job.number: read_values(one, project.directory) for one in every},
        meanings={task: task_meanings(task) for task in {one.job.task for one in every}},
        papers=papers,
        commands=script,
        can_be_made_again=_has_command(ways),
        readme=readme,
        licence=licence,
        version=__version__,
        made=datetime.now(UTC),
    )
    metadata = json.dumps(crate_metadata(content), ensure_ascii=False, allow_nan=False, indent=1).encode()
    on_record = crate_files(details).values()
    files = [
        *(CrateFile(path=file.path, checksum=file.checksum) for file in on_record if file.available),
        *(CrateFile(path=paper.path, checksum=paper.checksum) for some in papers.values() for paper in some),
    ]
    texts = {METADATA: metadata, WORKFLOW_FILE: script.encode(), README_FILE: readme.encode()}
    name = f"{project.name}-{'+'.join(job.job.number for job in jobs)}.crate.zip"
    check_files(project.directory, files)
    return PlannedCrate(
        name=name,
        directory=project.directory,
        jobs=len(every),
        files=files,
        texts=texts,
        missing=tuple(sorted(file.path for file in on_record if not file.available)),
    )


def _readme(project: str, details: Sequence[JobDetail], *, can_be_made_again: bool) -> str:
    """What people read first: what is here, and how to make it again if that can be."""
    rows, again = [], f"`bash {WORKFLOW_FILE}` here makes the jobs again, where xtalflow is installed."
    if not can_be_made_again:
        again = f"`{WORKFLOW_FILE}` only lists the jobs: no command is known that makes them again."
    for one in all_jobs(details):
        task = _in_a_line(one.job.task).replace("|", r"\|")
        rows.append(f"| {one.job.number} | {task} | {one.job.status.key} |")
    return "\n".join(
        [
            f"# Jobs of the project {project}",
            "",
            "A [Workflow Run RO-Crate](https://www.researchobject.org/workflow-run-crate/), written by xtalflow "
            f"{__version__}.",
            f"`{METADATA}` tells what ran, at which version, with what, on what, and what came out; files stand as",
            f"in the project. {again}",
            "",
            "| Job | Task | Ended |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _papers(detail: JobDetail, directory: Path) -> list[PaperFile]:
    """What a job wrote about itself."""
    found = []
    for name, (title, form) in _PAPERS.items():
        path = f"{detail.job.folder}/{name}"
        whole = directory / path
        if not whole.is_file() or whole.is_symlink():
            continue
        try:
            size, checksum = whole.stat().st_size, sha256_of(whole)
        except OSError as exc:
            raise UnreadableFile(whole, exc.strerror or str(exc)) from exc
        found.append(PaperFile(path=path, title=title, format=form, size=size, checksum=checksum))
    return found
