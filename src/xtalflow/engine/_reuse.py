"""Takes the results of an earlier job that did the same, instead of making them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from xtalflow.errors import InvalidInput, NotEquipped, UnknownTask, UnreadableFile
from xtalflow.formats import read_params
from xtalflow.plugin import DIAGNOSTIC, REPORT, CPluginScript, Report, find_program, load_task, program_version

from ._files import hard_link, sha256_of
from ._fingerprint import (
    RESULTS,
    SAME,
    Fingerprint,
    JobResults,
    ReusableJob,
    Used,
    changes_since,
    differences,
    library_digests,
    read_results,
)
from ._journal import JOURNAL
from ._order import BEAT, END, ORDER, RUNNER_LOG, START
from ._papers import INPUT_PARAMS, PARAMS
from ._records import JOB_DIR, FileRecord, JobId, NewFile, ProjectId, Reuse, job_folder

_OWN = frozenset({ORDER, START, END, BEAT, JOURNAL, RUNNER_LOG, INPUT_PARAMS, PARAMS, RESULTS, REPORT, DIAGNOSTIC})
"""Files that each job writes for itself."""
_LOOKED_AT = 5
"""Jobs of the same task that are compared to say why none of them is re-used."""
_SAID = 3
"""Differences that are told."""


def look_for_results(
    plugin: CPluginScript, fingerprint: Fingerprint, jobs: Sequence[ReusableJob], project_directory: Path
) -> tuple[Reuse | None, JobResults | None]:
    """The results of an earlier job that may stand for those of a plugin, and why; or why there are none.

    Nothing is said where there was no job of this task.
    """
    alike = [job for job in jobs if job.task == plugin.TASKNAME]
    refused: list[tuple[ReusableJob, str]] = []
    for job in [job for job in alike if job.fingerprint == fingerprint.digest]:
        try:
            results = read_results(project_directory / job_folder(job.number))
            _check(plugin, results, project_directory)
        except InvalidInput as exc:
            refused.append((job, str(exc)))
        else:
            return Reuse(source=job.job, number=job.number, is_reused=True, reason=SAME), results
    if not refused:
        refused = _nearest(fingerprint, alike[:_LOOKED_AT], project_directory)
    if not refused:
        return None, None
    job, reason = refused[0]
    return Reuse(source=job.job, number=job.number, is_reused=False, reason=reason), None


def take_results(plugin: CPluginScript, number: str, results: JobResults) -> None:
    """Give a plugin the outputs, indicators, report and remarks of an earlier job, and its folder the other files.

    Raises
    ------
    InvalidInput
        What the earlier job left cannot be read.
    """
    directory = plugin.context.project_directory
    folder = directory / job_folder(number)
    earlier = type(plugin)()
    earlier.container.project_directory = directory
    read_params(folder / PARAMS, earlier.container)
    outputs = {directory / file.file_path for file in results.outputs}
    for path in folder.iterdir():
        target = plugin.work_directory / path.name
        if path.is_file() and path.name not in _OWN and path not in outputs and not target.exists():
            hard_link(path, target)
    plugin.container["outputData"].set(earlier.container["outputData"])
    plugin.report = _read_report(folder / REPORT)
    for row in results.remarks:
        plugin.errors.add(row)
    plugin.recall()


def records_of(files: Sequence[NewFile], project: ProjectId, job: JobId) -> list[FileRecord]:
    """Outputs of a job as the project has them."""
    return [
        FileRecord(
            id=file.id,
            project=project,
            job=job,
            param_name=file.param_name,
            path=file.file_path,
            directory=JOB_DIR,
            file_type=file.file_type,
            sub_type=file.sub_type,
            content_flag=file.content_flag,
            annotation=file.annotation,
            checksum=file.checksum,
            size=file.size,
            facts=file.facts,
            digests=file.digests,
        )
        for file in files
    ]


def _check(plugin: CPluginScript, results: JobResults, project_directory: Path) -> None:
    """Raise `InvalidInput` if results cannot stand for those of a plugin, which asks for the same."""
    changes = changes_since(results.used, _present(plugin, results.used))
    if changes:
        raise InvalidInput(_listed(changes))
    for file in results.outputs:
        path = project_directory / file.file_path
        if not path.exists():
            raise InvalidInput(f"its {path.name} is not there any more")
        if sha256_of(path) != file.checksum:
            raise InvalidInput(f"its {path.name} has changed")


def _present(plugin: CPluginScript, used: Used) -> Used:
    """What a job would use today of what an earlier one used."""
    from ._tracking import library_versions

    programs, tasks = {}, {}
    for name in used.programs:
        with suppress(NotEquipped):
            known = plugin.PROGRAM_VERSIONS.get(name) or library_versions().get(name)
            programs[name] = known or program_version(find_program(name))
    for name in used.tasks:
        with suppress(UnknownTask, NotEquipped):
            tasks[name] = load_task(name).TASKVERSION
    return Used(programs=programs, tasks=tasks, library=library_digests(plugin, used.library))


def _nearest(
    fingerprint: Fingerprint, jobs: Sequence[ReusableJob], project_directory: Path
) -> list[tuple[ReusableJob, str]]:
    """The job that differs least from what is asked, with the differences as words."""
    compared = []
    for job in jobs:
        with suppress(UnreadableFile):
            results = read_results(project_directory / job_folder(job.number))
            compared.append((job, differences(results.fingerprint, fingerprint)))
    compared.sort(key=lambda each: len(each[1]))
    return [(job, _listed(found)) for job, found in compared[:1] if found]


def _listed(found: Sequence[str]) -> str:
    more = len(found) - _SAID
    return "; ".join([*found[:_SAID], *([f"and {more} more"] if more > 0 else [])])


def _read_report(path: Path) -> Report:
    try:
        return Report.from_dict(json.loads(path.read_bytes()))
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise UnreadableFile(path, str(exc)) from exc
