"""One run of one job: load → import inputs → preset outputs → track → execute."""

from __future__ import annotations

from uuid import UUID

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.formats import read_params
from xtalflow.plugin import CPluginScript, JobContext, Outcome, aside, make_task

from ._imports import import_input_files_async
from ._papers import INPUT_PARAMS, task_of_params
from ._ports import JobStore
from ._records import JobId, JobRecord


async def run_job_async(job_uuid: UUID, store: JobStore) -> Outcome:
    """Run a job of a store's project in this process, tracked.

    Inputs that are not yet files of the project are imported first.
    """
    job = await store.job(JobId(job_uuid))
    plugin = await create_plugin_for_job(job, store)
    await import_input_files_async(job, plugin, store)
    async with store.track_job(plugin):
        await plugin.execute()
    if plugin.outcome is None:
        raise AssertionError("a tracked plugin has an outcome")
    return plugin.outcome


async def create_plugin_for_job(job: JobRecord, store: JobStore) -> CPluginScript:
    """The plugin of a job, with the parameters in the ``input_params.xml`` of its folder.

    Raises
    ------
    UnknownTask
        No registered task has the job's name.
    NotEquipped
        It is one of CCP4i2, which is not installed.
    UnreadableFile
        The parameter file is broken, or of another task.
    """
    return await aside(_make_plugin, job, store)


def _make_plugin(job: JobRecord, store: JobStore) -> CPluginScript:
    plugin = make_task(job.task)
    plugin.title = job.title
    plugin.container.project_directory = store.project_directory
    folder = store.project_directory / job.folder
    params = folder / INPUT_PARAMS
    if params.exists():
        header = read_params(params, plugin.container)
        if header.task and (said := task_of_params(header, job.task)) != job.task:
            remedy = "`xtalflow clone --params` makes a job of them"
            raise UnreadableFile(params, f"holds parameters of {said}, not of {job.task}; {remedy}")
        plugin.unknown_elements = header.unknown
    elif job.parent is not None:
        raise InvalidInput(f"{folder}: job {job.number} has no {INPUT_PARAMS}")
    plugin.job = JobContext(
        job=job.id,
        number=job.number,
        project=store.project,
        project_name=store.project_name,
        project_directory=store.project_directory,
        folder=folder,
    )
    return plugin
