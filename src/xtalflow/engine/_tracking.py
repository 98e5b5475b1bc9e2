"""Tracks a plugin: its job is made and started, and at the end gleaned once and finished."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from xtalflow.data import Severity, find_all_files
from xtalflow.errors import InvalidInput, NotTracked, XtalflowError
from xtalflow.formats import ParamsHeader, write_params
from xtalflow.plugin import (
    Command,
    CommandResult,
    CPluginScript,
    ErrorRow,
    JobContext,
    JobStatus,
    Outcome,
    Progress,
    find_program,
    program_version,
)

from ._kept_store import child_id
from ._outputs import collect_kpis, collect_outputs, input_uses, set_output_file_names
from ._ports import JobStore
from ._processes import to_the_end
from ._programs import run_program
from ._records import JobEnd, JobId, JobRecord, NewJob
from ._settings import user_name

PARAMS, INPUT_PARAMS = "params.xml", "input_params.xml"


@asynccontextmanager
async def track_job(store: JobStore, plugin: CPluginScript) -> AsyncIterator[JobRecord]:
    """Give a plugin its host, start its job, and on leaving glean its results and finish it.

    A plugin made by `create_plugin_for_job` has its job; for any other a new job is made in the store's project.
    """
    host = TrackingHost(store)
    plugin.host = host
    async with host.tracked(plugin) as job:
        yield job


class TrackingHost:
    """The `Host` of a top-level plugin and of all its children."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._children: dict[JobId, int] = {}
        self._programs: dict[JobId, dict[str, str]] = {}

    def tracking(self, plugin: CPluginScript) -> AbstractAsyncContextManager[object]:
        return self.tracked(plugin) if plugin.parent is not None else nullcontext()

    @asynccontextmanager
    async def tracked(self, plugin: CPluginScript) -> AsyncIterator[JobRecord]:
        """Start the job of a plugin, and finish it on leaving."""
        job = await self._begin(plugin)
        try:
            if plugin.parent is not None:
                _refuse_foreign_inputs(plugin)
                write_params(plugin.container, params_header(plugin), plugin.work_directory / INPUT_PARAMS)
            yield job
        except asyncio.CancelledError:
            plugin.outcome = Outcome.INTERRUPTED
            raise
        except BaseException as exc:
            plugin.outcome = Outcome.FAILED
            plugin.errors.add(
                ErrorRow(class_name=type(plugin).__name__, code=999, message=f"{type(exc).__name__}: {exc}")
            )
            raise
        finally:
            await to_the_end(self._finish(plugin, job))

    async def run_command(self, plugin: CPluginScript, command: Command) -> CommandResult:
        program = find_program(command.program)
        versions = self._programs.setdefault(JobId(plugin.context.job), {})
        versions[command.program] = program_version(program)
        return await run_program(command, plugin.work_directory)

    async def progress(self, plugin: CPluginScript, progress: Progress) -> None:
        await self._store.report_progress(JobId(plugin.context.job), progress)

    async def report_kpis(self, plugin: CPluginScript, values: Mapping[str, float]) -> None:
        await self._store.report_cycle(JobId(plugin.context.job), values)

    async def _begin(self, plugin: CPluginScript) -> JobRecord:
        store = self._store
        job = await self._existing_or_new_job(plugin)
        folder = store.project_directory / job.folder
        folder.mkdir(parents=True, exist_ok=plugin.parent is None)
        plugin.job = JobContext(
            job=job.id,
            number=job.number,
            project=store.project,
            project_name=store.project_name,
            project_directory=store.project_directory,
            folder=folder,
        )
        plugin.container.project_directory = store.project_directory
        set_output_file_names(plugin.container, store.project, job.number)
        if job.status is JobStatus.PENDING:
            await store.update_job_status(job.id, JobStatus.QUEUED)
        job = await store.update_job_status(job.id, JobStatus.RUNNING)
        await plugin.status.emit_async(JobStatus.RUNNING)
        return job

    async def _existing_or_new_job(self, plugin: CPluginScript) -> JobRecord:
        if plugin.parent is not None:
            parent = JobId(plugin.parent.context.job)
            self._children[parent] = self._children.get(parent, 0) + 1
            number = f"{plugin.parent.context.number}.{self._children[parent]}"
            return await self._store.create_job(
                _new_job(plugin, parent=parent, number=number, id=child_id(parent, number), status=JobStatus.QUEUED)
            )
        if plugin.job is not None:
            return await self._store.job(JobId(plugin.job.job))
        return await self._store.create_job(_new_job(plugin))

    async def _finish(self, plugin: CPluginScript, job: JobRecord) -> None:
        """Glean what a successful plugin made, and end its job; what goes wrong in gleaning fails the job."""
        if plugin.outcome is None:
            plugin.outcome = Outcome.FAILED
            plugin.errors.add(ErrorRow(class_name=type(plugin).__name__, code=999, message="it was never executed"))
        end = JobEnd(status=plugin.outcome.status)
        if plugin.outcome in (Outcome.SUCCEEDED, Outcome.UNSATISFACTORY):
            try:
                end = await self._gleaned(plugin, job)
            except (XtalflowError, OSError) as exc:
                plugin.outcome = Outcome.FAILED
                plugin.errors.add(ErrorRow(class_name=type(plugin).__name__, code=998, message=str(exc)))
        status = plugin.outcome.status
        end = JobEnd(
            status=status,
            reason=plugin.errors.reason,
            outputs=end.outputs if status is not JobStatus.FAILED else (),
            uses=input_uses(plugin.container),
            kpis=end.kpis,
            program_versions=self._programs.pop(job.id, {}),
            host=socket.gethostname(),
        )
        await asyncio.to_thread(_write_papers, plugin)
        await self._store.finish_job(job.id, end)
        await plugin.status.emit_async(status)
        await plugin.finished.emit_async(plugin.outcome)

    async def _gleaned(self, plugin: CPluginScript, job: JobRecord) -> JobEnd:
        kpis, dropped = collect_kpis(plugin.container["outputData"])
        for name in dropped:
            plugin.warn(f"{name} is not a finite number and is left out")
        outputs = await collect_outputs(job.id, plugin.container["outputData"], self._store)
        return JobEnd(status=JobStatus.FINISHED, outputs=tuple(outputs), kpis=tuple(kpis))


def params_header(plugin: CPluginScript) -> ParamsHeader:
    """The header of a parameter file of a tracked plugin."""
    context = plugin.context
    return ParamsHeader(
        task=plugin.TASKNAME,
        project_name=context.project_name,
        project_id=str(context.project),
        job_number=context.number,
        job_id=str(context.job),
        job_title=plugin.title,
        user=user_name(),
        created=datetime.now(UTC),
    )


def _new_job(plugin: CPluginScript, **given: object) -> NewJob:
    if not plugin.TASKNAME:
        raise NotTracked(f"{type(plugin).__name__} has no TASKNAME")
    title = plugin.title or plugin.TASKTITLE
    return NewJob(task=plugin.TASKNAME, title=title, task_version=plugin.TASKVERSION, **given)  # type: ignore[arg-type]  # checked at the two calls above


def _refuse_foreign_inputs(plugin: CPluginScript) -> None:
    for file in find_all_files(plugin.container["inputData"]):
        if file.isSet() and not file.dbFileId.value:
            raise InvalidInput(
                f"{file.object_path()}: {file} is not a file of this project; give it as an input of the top job"
            )


def _write_papers(plugin: CPluginScript) -> None:
    """The parameters as run, the report, and what there is to complain of."""
    folder: Path = plugin.work_directory
    write_params(plugin.container, params_header(plugin), folder / PARAMS)
    plugin.report.write(folder)
    if any(row.severity >= Severity.WARNING for row in plugin.errors):
        plugin.errors.write(folder)
