"""Tracks a plugin: its job is made and started, and at the end gleaned once and finished."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cache
from importlib import metadata
from typing import Any

from xtalflow.data import Severity, find_all_files
from xtalflow.errors import InvalidInput, LimitReached, NotTracked, TaskFailed, XtalflowError
from xtalflow.faults import passed
from xtalflow.plugin import (
    Command,
    CommandResult,
    CPluginScript,
    JobContext,
    JobStatus,
    Outcome,
    Progress,
    aside,
    find_program,
    last_child_number,
    program_version,
)

from ._fingerprint import JobResults, ReusableJob, Used, fingerprint_of, library_digests, write_results
from ._kept_store import child_id
from ._limits import Limits, watched
from ._outputs import collect_kpis, collect_outputs, input_uses, set_output_file_names
from ._papers import given_parameters, write_input_params, write_papers
from ._ports import JobStore
from ._processes import to_the_end
from ._programs import run_program
from ._records import FileRecord, JobEnd, JobId, JobRecord, Kpi, NewFile, NewJob, job_folder
from ._reuse import look_for_results, records_of, take_results

_LIBRARIES = ("gemmi",)
"""Libraries that read every job's files in its own process."""


@asynccontextmanager
async def track_job(
    store: JobStore, plugin: CPluginScript, *, reusable: Sequence[ReusableJob] = (), limits: Limits | None = None
) -> AsyncIterator[JobRecord]:
    """Give a plugin its host, start its job, and on leaving glean its results and finish it.

    A plugin made by `create_plugin_for_job` has its job; for any other a new job is made in the store's project.

    Parameters
    ----------
    reusable
        Jobs whose results it and its children may take instead of making them again.
    limits
        What it may use with all that it starts; beyond them it fails.
    """
    host = TrackingHost(store, reusable)
    plugin.host, task = host, asyncio.current_task()

    def stop(why: LimitReached) -> None:
        host.stopped_by = why
        if task is not None:
            task.cancel()

    with watched(limits or Limits(), stop):
        async with host.tracked(plugin) as job:
            yield job


class TrackingHost:
    """The `Host` of a top-level plugin and of all its children."""

    def __init__(self, store: JobStore, reusable: Sequence[ReusableJob] = ()) -> None:
        self._store, self._reusable = store, reusable
        self._children: dict[JobId, int] = {}
        self._programs: dict[JobId, dict[str, str]] = {}
        self._used: dict[JobId, Used] = {}
        self.stopped_by: LimitReached | None = None
        """Why all that runs is cancelled, if not because somebody asked for it."""

    def tracking(self, plugin: CPluginScript) -> AbstractAsyncContextManager[object]:
        return self.tracked(plugin) if plugin.parent is not None else nullcontext()

    @asynccontextmanager
    async def tracked(self, plugin: CPluginScript) -> AsyncIterator[JobRecord]:
        """Start the job of a plugin, and finish it on leaving."""
        job = await self._start(plugin)
        try:
            await self._make_ready(plugin)
            yield job
        except asyncio.CancelledError:
            plugin.outcome = plugin.keep(self.stopped_by) if self.stopped_by else Outcome.INTERRUPTED
            raise
        except BaseException as exc:
            plugin.outcome = plugin.keep(exc)
            raise
        finally:
            await to_the_end(self._finish(plugin, job))

    async def reuse(self, plugin: CPluginScript) -> bool:
        if not self._reusable or plugin.number_below is not None:  # its folder has what it made itself
            return False
        store, job = self._store, JobId(plugin.context.job)
        asked = fingerprint_of(plugin, await self._inputs(plugin))
        directory = store.project_directory
        reuse, results = await asyncio.to_thread(look_for_results, plugin, asked, self._reusable, directory)
        if results is not None and reuse is not None:
            try:
                await aside(take_results, plugin, reuse.number, results)
            except (XtalflowError, OSError) as exc:
                reuse, results = replace(reuse, is_reused=False, reason=str(exc)), None
            else:
                await store.know_files(records_of(results.outputs, store.project, reuse.source))
                self._used[job], self._programs[job] = results.used, dict(results.used.programs)
        if reuse is not None:
            await store.report_reuse(job, reuse)
        return results is not None

    async def run_command(self, plugin: CPluginScript, command: Command) -> CommandResult:
        program = find_program(command.program)
        versions = self._programs.setdefault(JobId(plugin.context.job), {})
        versions |= plugin.PROGRAM_VERSIONS or {command.program: program_version(program)}
        return await run_program(command, plugin.work_directory)

    async def progress(self, plugin: CPluginScript, progress: Progress) -> None:
        await self._store.report_progress(JobId(plugin.context.job), progress)

    async def report_kpis(self, plugin: CPluginScript, values: Mapping[str, float]) -> None:
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        for name in values.keys() - finite.keys():
            plugin.warn(f"{name} = {values[name]} of a cycle is not a finite number and is left out")
        if finite:
            await self._store.report_cycle(JobId(plugin.context.job), finite)

    async def _start(self, plugin: CPluginScript) -> JobRecord:
        """The plugin's job, running from now on: whatever happens next, it has an end."""
        store = self._store
        job = await self._existing_or_new_job(plugin)
        if job.status is JobStatus.PENDING:
            await store.update_job_status(job.id, JobStatus.QUEUED)
        job = await store.update_job_status(job.id, JobStatus.RUNNING)
        passed("runner.started")
        plugin.job = JobContext(
            job=job.id,
            number=job.number,
            project=store.project,
            project_name=store.project_name,
            project_directory=store.project_directory,
            folder=store.project_directory / job.folder,
        )
        return job

    async def _make_ready(self, plugin: CPluginScript) -> None:
        """Output paths, for a top-level job its folder, and for a child the parameters as asked."""
        context = plugin.context
        is_child = plugin.parent is not None
        if not is_child:
            await aside(context.folder.mkdir, parents=True, exist_ok=True)
            self._children[JobId(context.job)] = await aside(last_child_number, context.folder)
        plugin.container.project_directory = context.project_directory
        set_output_file_names(plugin.container, context.project, context.number)
        if is_child:
            _refuse_foreign_inputs(plugin)
            await aside(write_input_params, plugin)
        await plugin.status.emit_async(JobStatus.RUNNING)

    async def _existing_or_new_job(self, plugin: CPluginScript) -> JobRecord:
        if plugin.parent is not None:
            parent = JobId(plugin.parent.context.job)
            last = self._children.get(parent, 0)
            below = last + 1 if plugin.number_below is None else plugin.number_below
            self._children[parent] = max(last, below)
            number = f"{plugin.parent.context.number}.{below}"
            # the folder first: a job without one would look as if it had lost it
            folder, is_there = self._store.project_directory / job_folder(number), plugin.number_below is not None
            await aside(lambda: folder.mkdir(parents=True, exist_ok=is_there))
            return await self._store.create_job(
                _new_job(plugin, parent=parent, number=number, id=child_id(parent, number), status=JobStatus.QUEUED)
            )
        if plugin.job is not None:
            return await self._store.job(JobId(plugin.job.job))
        return await self._store.create_job(_new_job(plugin))

    async def _finish(self, plugin: CPluginScript, job: JobRecord) -> None:
        """Glean what a plugin made, and end its job; what goes wrong here fails the job and leaves it with an end."""
        if plugin.outcome is None:
            plugin.outcome = plugin.keep(TaskFailed("it was never executed"))
        outputs, kpis = await self._results(plugin, job)
        passed("glean.collected")
        fingerprint = await self._keep_results(plugin, job, outputs)
        if not await _papers_are_written(plugin):
            outputs, kpis = [], []
        end = JobEnd(
            status=plugin.outcome.status,
            reason=plugin.errors.reason,
            outputs=tuple(outputs),
            uses=tuple(input_uses(plugin.container)),
            kpis=tuple(kpis),
            program_versions=await aside(library_versions) | self._programs.pop(job.id, {}),
            host=socket.gethostname(),
            fingerprint=fingerprint if plugin.outcome is Outcome.SUCCEEDED else "",
        )
        try:
            await self._store.finish_job(job.id, end)
        except InvalidInput as exc:  # the store refuses a result: without results, it takes the end
            _spoil(plugin, exc)
            bare = replace(end, status=plugin.outcome.status, reason=plugin.errors.reason, outputs=(), uses=(), kpis=())
            await self._store.finish_job(job.id, bare)
        await plugin.status.emit_async(plugin.outcome.status)
        await plugin.finished.emit_async(plugin.outcome)

    async def _results(self, plugin: CPluginScript, job: JobRecord) -> tuple[list[NewFile], list[Kpi]]:
        """Files and indicators of a plugin that ended well; none if they cannot be gleaned, which fails it."""
        if plugin.outcome not in (Outcome.SUCCEEDED, Outcome.UNSATISFACTORY):
            return [], []
        try:
            kpis, dropped = collect_kpis(plugin.container["outputData"])
            for name in dropped:
                plugin.warn(f"{name} is not a finite number and is left out")
            return await collect_outputs(job.id, plugin.container["outputData"], self._store), kpis
        except Exception as exc:  # noqa: BLE001  still the job's outer frame: an output may be anything
            _spoil(plugin, exc)
            return [], []

    async def _inputs(self, plugin: CPluginScript) -> list[FileRecord]:
        """Records of the files that a plugin reads, each once."""
        return await self._store.files(list(dict.fromkeys(use.file for use in input_uses(plugin.container))))

    async def _keep_results(self, plugin: CPluginScript, job: JobRecord, outputs: Sequence[NewFile]) -> str:
        """Write what the results of a plugin that ended well depend on; the fingerprint, empty if that is not known."""
        if plugin.outcome is not Outcome.SUCCEEDED:
            return ""
        try:
            asked = fingerprint_of(plugin, await self._inputs(plugin))
            programs = await aside(library_versions) | self._programs.get(job.id, {})
            library = await aside(lambda: library_digests(plugin, plugin.monomers()))
            used = Used(programs=programs, library=library) | self._used.pop(job.id, Used())
            remarks = tuple(row for row in plugin.errors if row.severity < Severity.ERROR)
            results = JobResults(fingerprint=asked, used=used, outputs=tuple(outputs), remarks=remarks)
            await aside(write_results, plugin.work_directory, results)
        except (XtalflowError, OSError) as exc:
            plugin.warn(f"its results cannot be re-used: {exc}")
            return ""
        if plugin.parent is not None:
            parent = JobId(plugin.parent.context.job)
            child = used | Used(tasks={plugin.TASKNAME: plugin.TASKVERSION})
            self._used[parent] = self._used.get(parent, Used()) | child
        return asked.digest


async def _papers_are_written(plugin: CPluginScript) -> bool:
    """Whether parameters, report and complaints are in the job's folder; if not, the plugin failed."""
    try:
        await aside(write_papers, plugin)
    except Exception as exc:  # noqa: BLE001  still the job's outer frame: a full disk, a report that is not JSON
        _spoil(plugin, exc)
        with suppress(OSError):
            await aside(plugin.errors.write, plugin.work_directory)
        return False
    return True


def _spoil(plugin: CPluginScript, error: Exception) -> None:
    """Keep what went wrong after a plugin ended; a success becomes a failure by it."""
    outcome = plugin.keep(error)
    if plugin.outcome is not Outcome.INTERRUPTED:
        plugin.outcome = outcome


@cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries that read every job's files in its own process."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def _new_job(plugin: CPluginScript, **given: Any) -> NewJob:
    if not plugin.TASKNAME:
        raise NotTracked(f"{type(plugin).__name__} has no TASKNAME")
    title = plugin.title or plugin.TASKTITLE
    new = NewJob(
        task=plugin.TASKNAME, title=title, task_version=plugin.TASKVERSION, parameters=given_parameters(plugin)
    )
    return replace(new, **given)


def _refuse_foreign_inputs(plugin: CPluginScript) -> None:
    for file in find_all_files(plugin.container["inputData"]):
        if file.isSet() and not file.dbFileId.value:
            raise InvalidInput(
                f"{file.object_path()}: {file} is not a file of this project; give it as an input of the top job"
            )
