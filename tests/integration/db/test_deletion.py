"""Deleted rows come back to the last column, and what that costs does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow.db import (
    DELETION,
    PROJECT_LOG,
    AsyncDatabaseHandler,
    Deletion,
    in_database,
    list_files,
    plan_deletion,
    read_deletion,
    recover_project,
    write_deletion,
)
from xtalflow.engine import TRASH, InputUse, JobEnd, JobRecord, JobStatus, Kpi, NewJob
from xtalflow.errors import InvalidInput, UnreadableFile

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


async def family(handler: AsyncDatabaseHandler, files: int = 1) -> list[JobRecord]:
    """A pipeline whose output is its child's, a reader of that, and a clone of it that reads the same import."""
    top = await running_job(handler, "pipeline")
    name = f"{top.number}.mtz"
    (source,) = await handler.register_imported_files(top.id, [new_import(handler, name, name.encode())])
    child = await handler.create_job(
        NewJob(task="step", parent=top.id, number=f"{top.number}.1", status=JobStatus.QUEUED)
    )
    await handler.update_job_status(child.id, JobStatus.RUNNING)
    made = [new_file(handler, f"{child.folder}/{n}.mtz", param_name=f"OUT[{n}]") for n in range(files)]
    read = (InputUse(file=source.id, param_name="F_SIGF"),)
    kpis = (Kpi(key="RFactor", value=0.2), Kpi(key="nAtoms", value=17), Kpi(key="spaceGroup", value="P 1"))
    await handler.finish_job(child.id, JobEnd(status=JobStatus.FINISHED, outputs=made, uses=read, kpis=kpis))
    own = [
        new_file(handler, f"{top.folder}/{n}.mtz", param_name=f"OUT[{n}]", derived_from=file.id)
        for n, file in enumerate(made)
    ]
    await handler.finish_job(top.id, JobEnd(status=JobStatus.FINISHED, outputs=own, uses=read, kpis=kpis))
    reader = await running_job(handler, "reader")
    uses = tuple(InputUse(file=file.id, param_name=f"IN[{n}]") for n, file in enumerate(own))
    await handler.finish_job(reader.id, JobEnd(status=JobStatus.FINISHED, uses=uses))
    clone = await handler.create_job(NewJob(task="pipeline", cloned_from=top.id))
    await handler.register_input_files(clone.id, read)
    return [await handler.job(job.id) for job in (top, reader, clone)]


def _rows(project: Any) -> dict[str, list[dict[str, Any]]]:
    """All rows of a project, by what names them, without the numbers that the database gives."""
    from django.apps import apps
    from django.db.models import ForeignKey, OneToOneField

    found = {}
    of = {"Job": "project__uuid", "File": "project__uuid", "FileImport": "file__project__uuid"}
    of |= dict.fromkeys(["FileUse", "JobFloatValue", "JobCharValue", "Attempt"], "job__project__uuid")
    for name, path in of.items():
        model = apps.get_model("xtalflow", name)
        columns = []
        for field in model._meta.concrete_fields:
            if isinstance(field, (ForeignKey, OneToOneField)):
                key = "uuid" if hasattr(field.related_model, "uuid") else "pk"
                columns.append(f"{field.name}__{key}")
            elif field.name != "id":
                columns.append(field.name)
        found[name] = sorted(model.objects.filter(**{path: project}).values(*columns), key=repr)
    return found


async def test_every_column_comes_back(handler: AsyncDatabaseHandler) -> None:
    """Of jobs, children, files, imports, uses, indicators and runs; a clone points to its origin again."""
    top, reader, clone = await family(handler)
    await handler.queue_attempt(clone.id)
    await handler.update_job_status(clone.id, JobStatus.INTERRUPTED)
    before = await in_database(_rows, handler.project)
    deletion = await handler.delete_jobs([top.id, reader.id])
    between = await in_database(_rows, handler.project)
    await handler.restore_jobs(deletion)

    assert [len(between[name]) for name in ("Job", "File", "FileUse")] == [1, 1, 1]
    assert between["File"][0]["job__uuid"] == clone.id  # the import that the clone reads is its own meanwhile
    assert between["Job"][0]["cloned_from__uuid"] is None
    assert len(before["JobFloatValue"]) == 4
    assert await in_database(_rows, handler.project) == before


async def test_jobs_come_back_once(handler: AsyncDatabaseHandler) -> None:
    """The second time is refused, and is not in the log."""
    top, reader, _ = await family(handler)
    deletion = await handler.delete_jobs([top.id, reader.id])
    await handler.restore_jobs(deletion)
    before, log = await in_database(_rows, handler.project), handler.project_directory / PROJECT_LOG
    lines = log.read_bytes()

    with pytest.raises(InvalidInput, match=f"has a job {top.number} already"):
        await handler.restore_jobs(deletion)
    assert await in_database(_rows, handler.project) == before
    assert log.read_bytes() == lines


async def test_what_depends_on_a_job_is_found(handler: AsyncDatabaseHandler) -> None:
    """Its reader must go too; its clone may stay, and keeps the import."""
    top, reader, clone = await family(handler, files=2)
    plan = await plan_deletion(handler.project, [top.id])

    assert [job.number for job in plan.jobs] == [top.number]
    assert [(one.job.number, one.reads) for one in plan.dependents] == [(reader.number, (top.number,))]
    assert plan.clones == (clone.number,)
    assert (plan.children, plan.files, plan.imports) == (1, 4, ())
    assert plan.kept_imports == (f"CCP4_IMPORTED_FILES/{top.number}.mtz",)


async def test_queries_do_not_depend_on_how_much_is_deleted(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """One job with one file, or two with some; Django itself deletes a hundred rows at a time."""
    few = await family(handler)
    many = [await family(handler, files=8) for _ in range(2)]
    jobs_of = [[job.id for job in few[:2]], [job.id for one in many for job in one[:2]]]
    plans, deletions, restorations = [], [], []
    for jobs in jobs_of:
        plans.append(await count_queries(plan_deletion(handler.project, jobs)))
        kept: list[Any] = []

        async def delete(jobs: Any = jobs, kept: Any = kept) -> None:
            kept.append(await handler.delete_jobs(jobs))

        deletions.append(await count_queries(delete()))
        restorations.append(await count_queries(handler.restore_jobs(kept[0])))

    assert plans[0] == plans[1] <= 10
    assert deletions[0] == deletions[1]
    assert restorations[0] == restorations[1]


async def test_a_row_that_cannot_be_is_refused(handler: AsyncDatabaseHandler) -> None:
    """Nothing is restored then."""
    from dataclasses import replace

    top, reader, _ = await family(handler)
    deletion = await handler.delete_jobs([top.id, reader.id])
    before = await in_database(_rows, handler.project)
    for column, value in (("uuid", "nonsense"), ("number", 7), ("creation_time", "yesterday"), ("status", [])):
        rows = {**deletion.rows, "jobs": tuple({**row, column: value} for row in deletion.rows["jobs"])}
        with pytest.raises(InvalidInput):
            await handler.restore_jobs(replace(deletion, rows=rows))
    stranger = {"uuid": str(uuid4()), "time": datetime.now(UTC).isoformat()}
    with pytest.raises(InvalidInput, match="a row has no"):
        await handler.restore_jobs(replace(deletion, rows={"jobs": (stranger,)}))

    assert await in_database(_rows, handler.project) == before


async def test_of_the_same_bytes_there_is_one_import(handler: AsyncDatabaseHandler) -> None:
    """A file that is imported again while its first import is deleted: whichever goes or comes, one of them is it."""

    async def reader_of(path: str) -> tuple[JobRecord, Any]:
        job = await running_job(handler)
        (file,) = await handler.register_imported_files(job.id, [new_import(handler, path, b"I")])
        return await handler.update_job_status(job.id, JobStatus.FAILED), file

    async def imports() -> dict[str, bool]:
        files = await list_files(handler.project)
        return {file.path.rpartition("/")[2]: file.derived_from is None for file in files}

    deletions = []
    for name in ("a.mtz", "b.mtz", "c.mtz"):
        job, _ = await reader_of(name)
        deletions.append(await handler.delete_jobs([job.id]))
    seen = []
    for deletion in deletions:
        await handler.restore_jobs(deletion)
        seen.append(await imports())
    again = await handler.delete_jobs([deletions[0].jobs[0].id])
    seen.append(await imports())
    await handler.restore_jobs(again)

    assert seen == [
        {"a.mtz": True},
        {"a.mtz": True, "b.mtz": False},
        {"a.mtz": True, "b.mtz": False, "c.mtz": False},
        {"b.mtz": True, "c.mtz": False},
    ]
    assert await imports() == {"a.mtz": False, "b.mtz": True, "c.mtz": False}


async def test_a_lost_record_knows_what_was_deleted_restored_and_purged(
    handler: AsyncDatabaseHandler,
) -> None:
    """From the log alone, to the last column: one family is back, one is gone, of one a file was purged."""
    back, gone, purged = [await family(handler) for _ in range(3)]
    await handler.restore_jobs(await handler.delete_jobs([job.id for job in back[:2]]))
    await handler.delete_jobs([job.id for job in gone[:2]])
    files = await list_files(handler.project, job=purged[0].id)
    await handler.mark_purged([file.id for file in files if file.param_name == "OUT[0]" and not file.derived_from])
    before = await in_database(_rows, handler.project)
    await handler.remove_project(None)
    nothing = await in_database(_rows, handler.project)
    recovery = await recover_project(handler.project_directory)

    assert not any(nothing.values())
    assert recovery.remarks == ()
    assert [row["available"] for row in before["File"]].count(False) == 1
    assert await in_database(_rows, handler.project) == before


async def test_what_another_job_reads_is_not_purged(handler: AsyncDatabaseHandler) -> None:
    """Not even if it began to read it a moment ago; neither the rows nor the log change."""
    _, reader, _ = await family(handler)
    (read,) = [file for file in await list_files(handler.project) if file.derived_from]
    before = (await in_database(_rows, handler.project), (handler.project_directory / PROJECT_LOG).read_bytes())

    with pytest.raises(InvalidInput, match=f"is read by job {reader.number} by now"):
        await handler.mark_purged([read.id])
    assert (await in_database(_rows, handler.project), (handler.project_directory / PROJECT_LOG).read_bytes()) == before


def test_what_was_deleted_is_not_read_where_a_link_leads_out_of_the_project(tmp_path: Path) -> None:
    """The trash of another project would tell of its jobs."""
    other, own = tmp_path / "other", tmp_path / "own"
    deletion = Deletion(entry="job_1", time=datetime.now(UTC), who="ada", jobs=(), paths=(), rows={})
    (other / TRASH / "job_1").mkdir(parents=True)
    write_deletion(other, deletion)
    (own / TRASH).mkdir(parents=True)
    (own / TRASH / "job_1").symlink_to(other / TRASH / "job_1")

    assert read_deletion(other, "job_1") == deletion
    with pytest.raises(UnreadableFile, match=f"^{TRASH}/job_1/{DELETION}: leads out of the project's folder$"):
        read_deletion(own, "job_1")
