"""Which jobs have a refined model to export: the page and the command line go by one rule."""

from __future__ import annotations

from contract.job_store_contract import new_file, running_job
from xtalflow.db import AsyncDatabaseHandler, ProjectRecord, list_files
from xtalflow.engine import FileRecord, JobEnd, JobRecord, JobStatus, NewJob
from xtalflow.errors import InvalidInput
from xtalflow.services import FoundJob, has_refined_model
from xtalflow.services.deposition._record import deposition_record

MMCIF = {"format": "mmcif"}


async def ended(
    handler: AsyncDatabaseHandler, job: JobRecord, status: JobStatus, origin: FileRecord | None = None
) -> FileRecord:
    """End a job that made a model as mmCIF."""
    output = new_file(handler, f"{job.folder}/XYZOUT.cif", facts=MMCIF, derived_from=origin.id if origin else None)
    await handler.finish_job(job.id, JobEnd(status=status, outputs=(output,)))
    return (await handler.files([output.id]))[0]


async def pipeline(handler: AsyncDatabaseHandler, step_ends: JobStatus, ends: JobStatus) -> JobRecord:
    """A pipeline whose model is that of its refinement."""
    top = await running_job(handler, "refine_pipeline")
    new = NewJob(task="servalcat_refine", parent=top.id, number=f"{top.number}.1", status=JobStatus.QUEUED)
    step = await handler.create_job(new)
    await handler.update_job_status(step.id, JobStatus.RUNNING)
    await ended(handler, top, ends, await ended(handler, step, step_ends))
    return await handler.job(top.id)


async def test_a_refined_model_is_offered_where_it_can_be_exported(
    handler: AsyncDatabaseHandler, project: ProjectRecord
) -> None:
    """Of a pipeline that is unsatisfactory, too; not of an import, nor of a refinement that did not finish."""
    refinement = await running_job(handler, "servalcat_refine")
    await ended(handler, refinement, JobStatus.FINISHED)
    good = await pipeline(handler, JobStatus.FINISHED, JobStatus.FINISHED)
    poor = await pipeline(handler, JobStatus.FINISHED, JobStatus.UNSATISFACTORY)
    failed = await pipeline(handler, JobStatus.FAILED, JobStatus.FAILED)
    imported = await running_job(handler, "import_model")
    await ended(handler, imported, JobStatus.FINISHED)
    for file in await list_files(project.id):
        path = project.directory / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    has, exports = {}, {}
    for job in (refinement, good, poor, failed, imported):
        found = FoundJob(project=project, job=await handler.job(job.id))
        has[job.number] = await has_refined_model(found)
        try:
            exports[job.number] = (await deposition_record(found)).model.is_file()
        except InvalidInput:
            exports[job.number] = False

    assert list(has.values()) == [True, True, True, False, False]
    assert exports == has


async def test_a_refined_model_that_was_purged_is_not_offered(
    handler: AsyncDatabaseHandler, project: ProjectRecord
) -> None:
    job = await running_job(handler, "servalcat_refine")
    model = await ended(handler, job, JobStatus.FINISHED)
    found = FoundJob(project=project, job=await handler.job(job.id))
    before = await has_refined_model(found)
    await handler.mark_purged([model.id])

    assert before
    assert not await has_refined_model(found)
