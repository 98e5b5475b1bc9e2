"""What every `JobStore` promises; each implementation adds a `store` fixture."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from xtalflow.engine import (
    IMPORT_DIR,
    JOB_DIR,
    FileId,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    JobStoreBase,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
    child_id,
)
from xtalflow.errors import IllegalTransition, InvalidInput, UnknownJob
from xtalflow.plugin import Progress


def new_file(store: JobStoreBase, path: str, content: bytes = b"bytes", **fields: Any) -> NewFile:
    """A file on the disk of a project, to be registered."""
    target = store.project_directory / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    given: dict[str, Any] = {
        "id": FileId(uuid4()),
        "file_path": path,
        "file_type": "application/CCP4-mtz-observed",
        "param_name": "FREEROUT",
        "checksum": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
    return NewFile(**(given | fields))


def new_import(store: JobStoreBase, name: str, content: bytes, **fields: Any) -> NewImport:
    """A copy in CCP4_IMPORTED_FILES, to be registered."""
    file = new_file(store, f"CCP4_IMPORTED_FILES/{name}", content, **({"param_name": "F_SIGF"} | fields))
    return NewImport(file=file, source_path=f"/data/{name}")


async def running_job(store: JobStoreBase, task: str = "freerflag") -> JobRecord:
    """A job that runs."""
    job = await store.create_job(NewJob(task=task))
    await store.update_job_status(job.id, JobStatus.QUEUED)
    return await store.update_job_status(job.id, JobStatus.RUNNING)


class JobStoreContract:
    """Promises of the protocol, one test each."""

    async def uses(self, store: Any, job: JobId) -> list[tuple[FileId, str]]:
        """What a store remembers of the files that a job reads; the protocol itself only writes it."""
        raise NotImplementedError

    async def test_top_level_jobs_are_numbered_one_after_the_other(self, store: JobStoreBase) -> None:
        """The first three jobs of a project are 1, 2 and 3, pending."""
        jobs = [await store.create_job(NewJob(task="freerflag", title="Free-R")) for _ in range(3)]

        assert [job.number for job in jobs] == ["1", "2", "3"]
        assert {job.status for job in jobs} == {JobStatus.PENDING}
        assert {job.project for job in jobs} == {store.project}
        assert jobs[0].title == "Free-R"
        assert jobs[2].folder == "CCP4_JOBS/job_3"

    async def test_jobs_made_at_the_same_time_have_different_numbers(self, store: JobStoreBase) -> None:
        """Twenty calls at once give the numbers 1 to 20."""
        jobs = await asyncio.gather(*(store.create_job(NewJob(task="freerflag")) for _ in range(20)))

        assert sorted(int(job.number) for job in jobs) == list(range(1, 21))

    async def test_a_child_has_the_number_that_its_parent_gives(self, store: JobStoreBase) -> None:
        """A child is queued at once, and its uuid follows from its parent's and its number."""
        parent = await running_job(store, "refine_pipeline")
        new = NewJob(task="freerflag", parent=parent.id, number=f"{parent.number}.1", status=JobStatus.QUEUED)
        child = await store.create_job(new)

        assert child.id == child_id(parent.id, f"{parent.number}.1")
        assert (child.parent, child.number, child.status) == (parent.id, f"{parent.number}.1", JobStatus.QUEUED)
        assert await store.job(child.id) == child

    async def test_a_child_without_a_number_is_refused(self, store: JobStoreBase) -> None:
        """A store does not number children."""
        parent = await running_job(store)

        with pytest.raises(InvalidInput, match="number"):
            await store.create_job(NewJob(task="freerflag", parent=parent.id))

    async def test_a_number_is_given_once(self, store: JobStoreBase) -> None:
        """A second job of the same number is refused."""
        parent = await running_job(store)
        new = NewJob(task="freerflag", parent=parent.id, number=f"{parent.number}.1")
        await store.create_job(new)

        with pytest.raises(InvalidInput, match="already"):
            await store.create_job(replace(new, task="other", id=JobId(uuid4())))

    async def test_an_unknown_job_is_an_error(self, store: JobStoreBase) -> None:
        """Reading and changing a job that the project does not have is refused."""
        nobody = JobId(uuid4())

        for call in (
            store.job(nobody),
            store.update_job_status(nobody, JobStatus.QUEUED),
            store.register_job_values(nobody, [Kpi(key="RFactor", value=0.2)]),
            store.register_output_files(nobody, [new_file(store, "CCP4_JOBS/job_1/a.mtz")]),
            store.finish_job(nobody, JobEnd(status=JobStatus.FINISHED)),
            store.report_progress(nobody, Progress(done=1, total=2)),
            store.create_job(NewJob(task="freerflag", parent=nobody, number="1.1")),
        ):
            with pytest.raises(UnknownJob):
                await call

    async def test_of_two_workers_one_gets_the_job(self, store: JobStoreBase) -> None:
        """Starting a queued job twice succeeds once and is refused once."""
        job = await store.create_job(NewJob(task="freerflag"))
        await store.update_job_status(job.id, JobStatus.QUEUED)

        starts = [store.update_job_status(job.id, JobStatus.RUNNING) for _ in range(2)]
        outcomes = await asyncio.gather(*starts, return_exceptions=True)

        assert {type(outcome).__name__ for outcome in outcomes} == {"JobRecord", "IllegalTransition"}

    @pytest.mark.parametrize("end", [status for status in JobStatus if status.is_end])
    async def test_a_job_moves_only_along_the_allowed_ways(self, store: JobStoreBase, end: JobStatus) -> None:
        """From every status on the way, each of the others that is no successor is refused."""
        job = await store.create_job(NewJob(task="freerflag"))
        way = [JobStatus.PENDING, JobStatus.QUEUED, JobStatus.RUNNING, end]
        for here, after in zip(way, [*way[1:], None], strict=True):
            for status in set(JobStatus) - here.successors:
                with pytest.raises(IllegalTransition, match=f"is {here.key} and cannot become {status.key}"):
                    await store.update_job_status(job.id, status)
            if after is not None:
                job = await store.update_job_status(job.id, after)

                assert job.status is after

    async def test_start_and_end_have_their_times_and_the_reason(self, store: JobStoreBase) -> None:
        """A started job has a start time, an ended one an end time and its reason."""
        job = await running_job(store)
        ended = await store.update_job_status(job.id, JobStatus.FAILED, reason="refmac: no reflections")

        assert job.started is not None
        assert job.started >= job.created
        assert ended.finished is not None
        assert ended.finished >= job.started
        assert ended.exit_reason == "refmac: no reflections"

    async def test_only_a_failed_or_interrupted_job_can_be_restarted(self, store: JobStoreBase) -> None:
        """A restart puts it back into the queue."""
        for end in (JobStatus.FAILED, JobStatus.INTERRUPTED):
            job = await running_job(store)
            await store.update_job_status(job.id, end)

            assert (await store.update_job_status(job.id, JobStatus.QUEUED)).status is JobStatus.QUEUED

    async def test_an_output_keeps_what_is_known_of_it(self, store: JobStoreBase) -> None:
        """Type, sub-type, content, checksum, size, facts and digests come back as they were given."""
        job = await running_job(store)
        new = new_file(
            store,
            f"{job.folder}/FREEROUT.mtz",
            annotation="Free set",
            sub_type=1,
            content_flag=3,
            facts={"cell": [79.1, 79.1, 37.9, 90.0, 90.0, 90.0], "space_group": "P 43 21 2", "reflections": 12},
            digests={"free_set": "a" * 64},
        )
        (record,) = await store.register_output_files(job.id, [new])

        assert (record.id, record.job, record.project) == (new.id, job.id, store.project)
        assert (record.path, record.param_name, record.directory) == (new.file_path, "FREEROUT", JOB_DIR)
        assert (record.file_type, record.sub_type, record.content_flag) == (new.file_type, 1, 3)
        assert (record.annotation, record.checksum, record.size) == ("Free set", new.checksum, 5)
        assert (record.facts, record.digests) == (new.facts, new.digests)
        assert record.available
        assert await store.files([record.id]) == [record]

    async def test_registering_a_file_again_is_the_same_file(self, store: JobStoreBase) -> None:
        """The same uuid at the same path is one row."""
        job = await running_job(store)
        new = new_file(store, f"{job.folder}/A.mtz")

        assert await store.register_output_files(job.id, [new]) == await store.register_output_files(job.id, [new])

    async def test_a_path_is_registered_once(self, store: JobStoreBase) -> None:
        """Another file at a path that is taken is refused."""
        job = await running_job(store)
        path = f"{job.folder}/A.mtz"
        await store.register_output_files(job.id, [new_file(store, path)])

        with pytest.raises(InvalidInput, match=r"A\.mtz"):
            await store.register_output_files(job.id, [new_file(store, path, b"other")])

    async def test_files_come_in_the_order_asked_for(self, store: JobStoreBase) -> None:
        """Registering and reading keep the order."""
        job = await running_job(store)
        new = [new_file(store, f"{job.folder}/{name}.mtz") for name in "CAB"]
        records = await store.register_output_files(job.id, new)
        backwards = await store.files([record.id for record in reversed(records)])

        assert [record.id for record in records] == [file.id for file in new]
        assert backwards == records[::-1]

    async def test_a_file_of_nobody_is_refused(self, store: JobStoreBase) -> None:
        """Reading or using a file that the project does not have names it."""
        job, nothing = await running_job(store), FileId(uuid4())

        with pytest.raises(InvalidInput, match=str(nothing)):
            await store.files([nothing])
        with pytest.raises(InvalidInput, match=str(nothing)):
            await store.register_input_files(job.id, [InputUse(file=nothing, param_name="XYZIN")])

    async def test_the_same_bytes_are_imported_once(self, store: JobStoreBase) -> None:
        """A second import of the same bytes, by another job and from another place, is the first file."""
        first, second = await running_job(store), await running_job(store)
        (record,) = await store.register_imported_files(first.id, [new_import(store, "native.mtz", b"I")])
        (again,) = await store.register_imported_files(second.id, [new_import(store, "native.mtz", b"I")])

        assert record == again
        assert (record.directory, record.job) == (IMPORT_DIR, first.id)
        assert await store.imported_file(record.checksum) == record
        assert await store.imported_file("0" * 64) is None

    async def test_other_bytes_are_another_file(self, store: JobStoreBase) -> None:
        """Two imports of different bytes in one call are two files, in their order."""
        job = await running_job(store)
        imports = [new_import(store, "a.mtz", b"A"), new_import(store, "a_1.mtz", b"B")]
        records = await store.register_imported_files(job.id, imports)

        assert [record.path for record in records] == [f"CCP4_IMPORTED_FILES/{name}" for name in ("a.mtz", "a_1.mtz")]

    async def test_using_a_file_twice_is_no_error(self, store: JobStoreBase) -> None:
        """The same use of the same file is one."""
        job = await running_job(store)
        (record,) = await store.register_imported_files(job.id, [new_import(store, "a.mtz", b"A")])

        for _ in range(2):
            await store.register_input_files(job.id, [InputUse(file=record.id, param_name="F_SIGF")])

        assert await self.uses(store, job.id) == [(record.id, "F_SIGF")]

    async def test_the_end_has_everything_together(self, store: JobStoreBase) -> None:
        """Outputs are there when the job is finished."""
        job = await running_job(store)
        output = new_file(store, f"{job.folder}/XYZOUT.pdb", file_type="chemical/x-pdb", param_name="XYZOUT")
        kpis = (Kpi(key="R1Factor", value=0.18), Kpi(key="nAtoms", value=1001), Kpi(key="spaceGroup", value="P 1"))
        end = JobEnd(status=JobStatus.FINISHED, outputs=(output,), kpis=kpis, host="node7")
        ended = await store.finish_job(job.id, end)

        assert ended.status is JobStatus.FINISHED
        assert ended.finished is not None
        assert [record.path for record in await store.files([output.id])] == [output.file_path]

    async def test_an_end_that_is_refused_leaves_nothing_behind(self, store: JobStoreBase) -> None:
        """A job that never ran, or that reads a file of nobody, keeps its status and gets no output."""
        pending, running = await store.create_job(NewJob(task="freerflag")), await running_job(store)
        outputs = [new_file(store, f"{job.folder}/A.mtz") for job in (pending, running)]
        nothing = InputUse(file=FileId(uuid4()), param_name="XYZIN")

        with pytest.raises(IllegalTransition):
            await store.finish_job(pending.id, JobEnd(status=JobStatus.FINISHED, outputs=outputs[:1]))
        with pytest.raises(InvalidInput):
            await store.finish_job(running.id, JobEnd(status=JobStatus.FINISHED, outputs=outputs[1:], uses=(nothing,)))
        for job, output in zip((pending, running), outputs, strict=True):
            assert await store.job(job.id) == job
            with pytest.raises(InvalidInput):
                await store.files([output.id])

    async def test_a_job_ends_once(self, store: JobStoreBase) -> None:
        """Finishing a finished job is refused."""
        job = await running_job(store)
        await store.finish_job(job.id, JobEnd(status=JobStatus.FINISHED))

        with pytest.raises(IllegalTransition):
            await store.finish_job(job.id, JobEnd(status=JobStatus.FAILED))

    async def test_a_pipelines_output_names_its_childs_file(self, store: JobStoreBase) -> None:
        """A file made from another by a hard link says so."""
        job = await running_job(store)
        child = await store.create_job(NewJob(task="freerflag", parent=job.id, number=f"{job.number}.1"))
        (origin,) = await store.register_output_files(child.id, [new_file(store, f"{child.folder}/A.mtz")])
        (record,) = await store.register_output_files(
            job.id, [new_file(store, f"{job.folder}/FREEROUT.mtz", derived_from=origin.id)]
        )

        assert record.derived_from == origin.id

    async def test_progress_and_cycles_are_taken(self, store: JobStoreBase) -> None:
        """A running job can say how far it is."""
        job = await running_job(store)

        await store.report_progress(job.id, Progress(done=3, total=10, text="cycle 3"))
        await store.report_cycle(job.id, {"cycle": 3, "R1work": 0.231})

        assert (await store.job(job.id)).status is JobStatus.RUNNING

    async def test_one_file_or_value_can_be_registered_by_itself(self, store: JobStoreBase) -> None:
        """The one-by-one forms find checksum and size themselves."""
        job = await running_job(store)
        source = new_import(store, "native.mtz", b"I")
        imported = await store.register_imported_file(
            job.id,
            file_path=store.project_directory / source.file.file_path,
            file_type=source.file.file_type,
            param_name="F_SIGF",
            source_path=store.project_directory / "elsewhere.mtz",
        )
        await store.register_input_file(job.id, imported.id, "F_SIGF")
        new = new_file(store, f"{job.folder}/A.mtz")
        made = await store.register_output_file(
            job.id,
            file_path=store.project_directory / new.file_path,
            file_type=new.file_type,
            param_name="HKLOUT",
            sub_type=1,
            content_flag=2,
        )
        await store.register_job_float_value(job.id, "RFactor", 0.2)
        await store.register_job_char_value(job.id, "spaceGroup", "P 1")

        assert (imported.checksum, imported.size) == (source.file.checksum, 1)
        assert (made.path, made.checksum, made.content_flag) == (new.file_path, new.checksum, 2)
