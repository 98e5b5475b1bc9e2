"""Records of CCP4i2 in the database: what comes in goes out again, and what cannot be kept is named."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import current_thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings

from contract.job_store_contract import new_file
from unit.formats.ccp4i2.arbitrary_records import records
from xtalflow import db
from xtalflow.db import Actor, FoundOnDisk, ProjectRecord, RecordTaken, places_of, sound_record
from xtalflow.engine import (
    JOURNAL,
    JobEnd,
    JobOrder,
    JobStatus,
    JournalReader,
    JournalStore,
    JournalWriter,
    NewJob,
    Settings,
    put_aside,
    write_order,
)
from xtalflow.errors import InvalidInput, StoreUnavailable
from xtalflow.faults import listen
from xtalflow.formats.ccp4i2 import (
    I2Association,
    I2Comment,
    I2Dialect,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2Record,
    I2ServerJob,
    I2Tag,
    I2Value,
    I2XData,
    read_record,
    write_record,
)
from xtalflow.services import import_archive

BEGAN = datetime(2024, 12, 14, 8, 51, 53, 65283, tzinfo=UTC)
_TABLES = [each.name for each in fields(I2Record) if each.name not in ("project", "rows", "oddities")]


def full_record(jobs: int = 3) -> I2Record:
    """A project with a row of every table, and every column that a row can have."""
    tops = [
        I2Job(
            id=uuid4(),
            number=str(number),
            task="prosmart_refmac",
            status=6,
            title=f"Job {number}",
            evaluation=2,
            created=BEGAN + timedelta(hours=number),
            finished=BEGAN + timedelta(hours=number, minutes=5),
            user_agent=1,
            user="nmemn",
            task_version="1.2",
            preceding=uuid4(),
            process_id=77,
        )
        for number in range(1, jobs + 1)
    ]
    children = [I2Job(id=uuid4(), number=f"{job.number}.1", task="refmac", status=6, parent=job.id) for job in tops]
    outputs = [
        I2File(
            id=uuid4(),
            name="XYZOUT.pdb",
            type="chemical/x-pdb",
            job=job.id,
            param="XYZOUT",
            sub_type=1,
            content=1,
            annotation="Model from refinement",
        )
        for job in (*tops, *children)
    ]
    same_place = replace(outputs[0], id=uuid4(), param="CIFFILE", content=2)
    taken = I2File(
        id=uuid4(),
        name="mdm2.mtz",
        type="application/CCP4-unmerged-experimental",
        job=tops[0].id,
        param="file",
        path_flag=2,
    )
    within = replace(taken, id=uuid4(), name="4hg7.pdb", path_flag=1, param="XYZIN_REF", path="sub")
    first, last = tops[0], tops[-1]
    return I2Record(
        project=I2Project(
            id=uuid4(),
            name=f"MDM2 {uuid4().hex[:8]}",
            created=BEGAN,
            directory="/Users/nmemn/MDM2",
            last_job_number=jobs + 4,
            user="nmemn",
            host="MN-MacBook-Pro.local",
            follow_from_job=last.id,
            parent=uuid4(),
            i1_name="mdm2",
            i1_directory="/data/mdm2",
        ),
        jobs=(*tops, *children),
        files=(*outputs, same_place, taken, within),
        uses=(
            I2FileUse(file=outputs[0].id, job=last.id, role=1, param="XYZIN"),
            I2FileUse(file=outputs[0].id, job=first.id, role=0, param="XYZOUT"),
            I2FileUse(file=within.id, job=last.id, role=2, param="XYZIN_REF"),
            I2FileUse(file=taken.id, job=last.id, role=1, param="HKLIN"),
            I2FileUse(file=taken.id, job=last.id, role=2, param="HKLIN"),
        ),
        imports=(
            I2FileImport(
                file=taken.id,
                id=uuid4(),
                created=BEGAN,
                last_modified=BEGAN - timedelta(days=100),
                checksum="c2c00a5271817c6f341d8fddf5b3ae3d",
                source="/data/mdm2_unmerged.mtz",
                annotation="Unmerged reflections",
                number=1,
                source_file=uuid4(),
                export_file=uuid4(),
                reference="a reference",
            ),
            I2FileImport(file=within.id),
        ),
        exports=(
            I2FileExport(file=taken.id, id=uuid4(), name="/home/me/out.mtz", annotation="for me", created=BEGAN),
            I2FileExport(file=taken.id),
        ),
        values=(
            I2Value(job=first.id, key="RFree", value=0.241),
            I2Value(job=first.id, key="spaceGroup", value="P 65 2 2"),
            I2Value(job=first.id, key="own", value=1.0),
        ),
        comments=(
            I2Comment(text="Description of this project", id=uuid4(), user="4d560b9c", time=BEGAN),
            I2Comment(text="looks well", id=uuid4(), job=first.id, user="4d560b9c", time=BEGAN),
            I2Comment(text="not so well", job=first.id),
        ),
        tags=(I2Tag(text="An MDM2 project"), I2Tag(text="inhibitors", parent=("ligands", "small"))),
        associations=(
            I2Association(id=uuid4(), type=1, name="data", members=((taken.id, 1), (outputs[0].id, 2))),
            I2Association(id=uuid4()),
        ),
        server_jobs=(
            I2ServerJob(
                job=last.id,
                process_id=4711,
                machine="node1",
                user="me",
                mechanism="ssh",
                remote_path="/scratch",
                custom_code_file="c",
                validate="key",
                key_file="k",
                group="g",
            ),
        ),
        xdata=(I2XData(job=first.id, data_class="CPdbData", xml="<a/>", id=uuid4()),),
        project_exports=(BEGAN + timedelta(days=7),),
        project_imports=(BEGAN + timedelta(days=8),),
    )


def same(record: I2Record) -> dict[str, Any]:
    """What two records of one project have in common, wherever it is and whenever somebody looked at it."""
    tables = {name: sorted(getattr(record, name), key=repr) for name in _TABLES}
    return {"project": replace(record.project, directory="", last_access=None)} | tables


def on_disk(record: I2Record) -> dict[str, FoundOnDisk]:
    return {str(file.id): FoundOnDisk(checksum=file.id.hex * 2, size=7) for file in record.files}


async def take_in(record: I2Record, *, name: str = "", found: dict[str, FoundOnDisk] | None = None) -> ProjectRecord:
    sound = sound_record(record)
    folder = Settings.load().projects / f".{record.project.id}.importing"
    folder.mkdir(parents=True)
    taken = RecordTaken(record=sound, files=on_disk(sound) if found is None else found, source="here")
    return await db.import_record(taken, name=name or record.project.name, folder=folder, actor=Actor())


def forget(project: UUID) -> None:
    """As if the database were lost."""
    from xtalflow.db.models import File, Job, Project

    File.objects.filter(project__uuid=project).delete()
    Job.objects.filter(project__uuid=project).delete()
    Project.objects.filter(uuid=project).delete()


async def test_what_comes_in_goes_out_again(database: None) -> None:
    """Every row of every table, with every column; the place of the project is the new one."""
    record = full_record()
    project = await take_in(record)
    out = await db.export_record(project.id)

    assert sound_record(record).oddities == ()
    assert same(out) == same(record)
    assert out.project.directory == str(project.directory) == str(Settings.load().projects / record.project.name)


async def test_jobs_files_and_indicators_are_seen(database: None) -> None:
    """Ids are kept, and what CCP4i2 leaves out, that a job wrote its files and took in others, is there."""
    record = full_record()
    project = await take_in(record)
    first = record.jobs[0]
    detail = await db.job_detail(project.id, first.id)
    files = {file.id: file for file in await db.list_files(project.id)}

    assert [child.job.number for child in detail.children] == ["1.1"]
    assert (detail.job.status, detail.job.task, detail.comments) == (
        JobStatus.FINISHED,
        "ccp4i2.prosmart_refmac",
        "looks well\nnot so well",
    )
    assert detail.kpis == {"RFree": 0.241, "spaceGroup": "P 65 2 2", "own": 1.0}
    assert sorted(used.param_name for used in detail.outputs) == ["CIFFILE", "XYZOUT"]
    assert sorted(used.file.path for used in detail.inputs) == [
        "CCP4_IMPORTED_FILES/mdm2.mtz",
        "CCP4_JOBS/job_1/sub/4hg7.pdb",
    ]
    assert set(files) == {file.id for file in record.files}
    assert (project.description, project.tags, project.last_job_number) == (
        "Description of this project",
        ("An MDM2 project", "inhibitors"),
        7,
    )


async def test_a_task_of_ccp4i2_and_one_of_this_program_are_told_apart(database: None) -> None:
    """On record, in what goes out, and after the database was lost; also of jobs that were made here."""
    jobs = tuple(
        I2Job(id=uuid4(), number=str(number), task=task, status=6)
        for number, task in enumerate(["freerflag", "xtalflow.freerflag", "", "xtalflow."], 1)
    )
    record = I2Record(project=I2Project(id=uuid4(), name=f"both {uuid4().hex}", last_job_number=4), jobs=jobs)
    project = await take_in(record)
    handler = await db.AsyncDatabaseHandler.open(project.id)
    for task in ("freerflag", "ccp4i2.freerflag"):
        await handler.create_job(NewJob(task=task))
    seen, told = await db.tasks_of(project.id), await db.export_record(project.id)
    await db.in_database(forget, project.id)
    await db.recover_project(project.directory)

    assert seen == ["ccp4i2.freerflag", "ccp4i2.unknown", "freerflag", "unknown"]
    assert [job.task for job in told.jobs] == [job.task for job in jobs] + ["xtalflow.freerflag", "freerflag"]
    assert [job.task for job in (await db.export_record(project.id)).jobs] == [job.task for job in told.jobs]


async def test_of_two_rows_with_one_place_the_second_has_one_beside_it(database: None) -> None:
    record = full_record()
    project = await take_in(record)
    second = record.files[6]
    places = places_of(record)
    found = {file.id: file for file in await db.list_files(project.id)}

    assert places[second.id] == f"CCP4_JOBS/job_1/XYZOUT_{second.id.hex}.pdb"
    assert found[second.id].path == places[second.id]
    assert found[second.id].derived_from == record.files[0].id


async def test_equal_imports_are_copies_of_the_first(database: None) -> None:
    """Of the same bytes in the folder of imported files one stands for all."""
    record = full_record()
    again = replace(record.files[-2], id=uuid4(), name="mdm2_1.mtz")
    record = replace(record, files=(*record.files, again))
    found = on_disk(record)
    found[str(again.id)] = found[str(record.files[-3].id)]
    project = await take_in(record, found=found)
    files = {file.id: file for file in await db.list_files(project.id)}

    assert files[again.id].derived_from == record.files[-3].id
    assert same(await db.export_record(project.id)) == same(record)


async def test_a_file_that_is_not_there_is_not_available(database: None) -> None:
    record = full_record()
    project = await take_in(record, found={})

    assert {file.available for file in await db.list_files(project.id)} == {False}


async def test_a_project_is_taken_in_once(database: None) -> None:
    """The second time is refused; a copy under another id, and a taken name, are refused, and leave nothing."""
    record = full_record()
    project = await take_in(record)
    for other, sentence in (
        (record, "this project is here already$"),
        (
            replace(record, project=replace(record.project, id=uuid4(), name=uuid4().hex)),
            "jobs of this project are those of another that is here: it is a copy of it",
        ),
        (
            replace(full_record(), project=replace(record.project, id=uuid4())),
            f"there is a project '{project.name}' already",
        ),
    ):
        folder = Settings.load().projects / f".{other.project.id}.importing"
        with pytest.raises(InvalidInput, match=sentence.replace("(", r"\(")):
            await take_in(other)
        folder.rmdir()

    names = [each.name for each in await db.list_projects()]
    assert names.count(project.name) == 1


@pytest.mark.parametrize("fault", ["commit", "rename"])
async def test_what_is_not_committed_leaves_no_folder(
    database: None, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Whatever fails, the folder has its old name, which whoever made it removes."""
    from django.db import OperationalError

    record = full_record()

    def fail(*_: object) -> None:
        raise OperationalError("disk I/O error") if fault == "commit" else OSError(5, "Input/output error")

    place = {"commit": "django.db.backends.base.base.BaseDatabaseWrapper._commit", "rename": "pathlib.Path.rename"}
    with monkeypatch.context() as patch:
        patch.setattr(place[fault], fail)
        with pytest.raises(StoreUnavailable):
            await take_in(record)

    projects = Settings.load().projects
    assert not (projects / record.project.name).exists()
    assert (projects / f".{record.project.id}.importing").is_dir()
    assert record.project.name not in [each.name for each in await db.list_projects()]


def unpacked(record: I2Record, folder: Path) -> Path:
    """A project's folder as CCP4i2 has it."""
    for place in places_of(record).values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(place)
    (folder / "DATABASE.db.xml").write_bytes(write_record(record, I2Dialect.NEW))
    return folder


async def test_files_on_record_are_read_only(database: None, tmp_path: Path) -> None:
    """As all files of jobs are, so that a crate may link them; what is not on record is not touched."""
    source = await asyncio.to_thread(unpacked, full_record(), tmp_path)
    (source / "CCP4_JOBS" / "job_1" / "log.txt").write_text("log")
    made = await import_archive(source)
    directory = made.project.directory
    modes = {(directory / file.path).stat().st_mode & 0o777 for file in await db.list_files(made.project.id)}

    assert modes == {0o444}
    assert (directory / "CCP4_JOBS/job_1/log.txt").stat().st_mode & 0o200


async def test_of_two_imports_at_once_the_second_finds_the_project(database: None, tmp_path: Path) -> None:
    record = full_record()
    source = await asyncio.to_thread(unpacked, record, tmp_path)
    both = await asyncio.gather(import_archive(source), import_archive(source))

    assert sorted(made.is_new for made in both) == [False, True]
    assert {made.project.id for made in both} == {record.project.id}
    assert [made.plan.known is None for made in both] == [made.is_new for made in both]


async def test_others_may_write_while_an_import_is_logged(database: None) -> None:
    """The transaction begins when the record has been prepared and is on the disk; others may read meanwhile, too."""
    from django.db import connection

    seen: dict[str, tuple[str, bool]] = {}
    listen(lambda point: seen.update({point: (current_thread().name[:8], connection.in_atomic_block)}))
    try:
        await take_in(full_record())
    finally:
        listen(None)

    assert seen["record.placed"] == ("database", True)
    assert seen["record.logged"][0] != "database"


async def test_what_was_running_has_failed_and_nothing_claims_it(database: None) -> None:
    """Statuses that mean something for a reader are kept; 2 and 3 would wait for a runner that there is not."""
    record = full_record(10)
    jobs = [replace(job, status=number) for number, job in enumerate(record.jobs[:10], 1)]
    record = replace(record, jobs=(*jobs, *record.jobs[10:]))
    project = await take_in(record)
    found = {job.job.number: job.job for job in await db.list_jobs(project.id)}

    assert [found[str(number)].status.value for number in range(1, 11)] == [1, 5, 5, 4, 5, 6, 7, 8, 9, 10]
    assert found["3"].exit_reason == "was running when the archive was made"
    assert found["2"].exit_reason == "was queued when the archive was made"
    assert [each.job for each in await db.held_attempts() if each.project == project.id] == []
    assert len(sound_record(record).oddities) == 2


async def test_an_edit_is_what_is_told(database: None) -> None:
    """What was kept beside the columns does not stand against what somebody said since."""
    record = full_record()
    project = await take_in(record)
    handler = await db.AsyncDatabaseHandler.open(project.id)
    await handler.edit_job(record.jobs[0].id, comments="no", title="other")
    await handler.edit_project(description="anything", tags=["new"])
    out = await db.export_record(project.id)

    assert (out.jobs[0].comments, out.jobs[0].title, out.jobs[0].user) == ("no", "other", "nmemn")
    assert (out.project.description, out.tags) == ("anything", (I2Tag(text="new"),))


async def test_rows_that_cannot_be_kept_are_named(database: None) -> None:
    """The others come; of each that does not, the report says why."""
    record = full_record()
    nowhere = UUID(int=1)
    broken = replace(
        record,
        jobs=(
            *record.jobs,
            I2Job(id=uuid4(), number="9.1", task="refmac", status=6),
            I2Job(id=uuid4(), number="0", task="refmac", status=6),
            I2Job(id=record.jobs[0].id, number="8", task="refmac", status=6),
        ),
        files=(
            *record.files,
            I2File(id=uuid4(), name="../../x", type="text/plain", job=record.jobs[0].id),
            I2File(id=uuid4(), name="x", type="text/plain", job=nowhere),
        ),
        uses=(*record.uses, I2FileUse(file=nowhere, job=record.jobs[0].id, role=1)),
        values=(*record.values, I2Value(job=record.jobs[0].id, key="CC", value=float("nan"))),
        tags=(*record.tags, I2Tag(text="x" * 51)),
    )
    project = await take_in(broken)
    sound = sound_record(broken)

    assert same(await db.export_record(project.id)) == same(record) == same(sound)
    assert [(odd.table, odd.sentence.partition(":")[0]) for odd in sound.oddities] == [
        ("job", "job 0 is left out"),
        ("job", "job 8 is left out"),
        ("job", "job 9.1 is left out"),
        ("file", "left out"),
        ("file", "left out"),
        ("fileuse", "left out"),
        ("jobkeyvalue", "left out"),
        ("projecttag", "left out"),
    ]


@pytest.mark.parametrize("last", [2**31 - 1, 99_999_999])
async def test_a_project_whose_numbers_are_used_up_can_make_jobs(database: None, last: int) -> None:
    """A number has eight digits; a counter beyond is told, and the highest number that leaves room counts."""
    record = full_record()
    end = I2Job(id=uuid4(), number="99999999", task="refmac", status=6)
    record = replace(record, jobs=(*record.jobs, end), project=replace(record.project, last_job_number=last))
    project = await take_in(record)
    handler = await db.AsyncDatabaseHandler.open(project.id)
    job = await handler.create_job(NewJob(task="refmac"))

    assert job.number == "4"
    assert [odd.sentence for odd in sound_record(record).oddities] == [f"{last} cannot be the number of its last job"]


def test_a_task_has_a_name_that_a_task_can_have() -> None:
    """Whatever else a record has for one would be another thing in a script, a table or a path."""
    jobs = tuple(
        I2Job(id=uuid4(), number=str(number), task=task, status=6)
        for number, task in enumerate(["refmac", "zz\ntouch x #", "a-b.c_2", "refmäc"], 1)
    )
    sound = sound_record(replace(full_record(), jobs=jobs))

    assert [job.task for job in sound.jobs] == ["refmac", "zz_touch_x__", "a-b.c_2", "refm_c"]
    assert [odd.sentence for odd in sound.oddities if "no task can be called" in odd.sentence] == [
        "job 2 names a task 'zz\\ntouch x #', which no task can be called; it is zz_touch_x__",
        "job 4 names a task 'refmäc', which no task can be called; it is refm_c",
    ]


def test_uses_that_a_record_leaves_out_are_implied(database: None) -> None:
    """A file in the folder of its job is an output of it; what was imported for a job is an input of it."""
    from xtalflow.db._i2_import import implied_uses

    job = uuid4()
    made, taken, moved = (
        I2File(id=uuid4(), name=name, type="chemical/x-pdb", job=job, param=name.upper(), path_flag=flag)
        for name, flag in (("made", 1), ("taken", 1), ("moved", 2))
    )

    assert implied_uses([made, taken, moved, replace(made, job=None)], {taken.id}) == [
        I2FileUse(file=made.id, job=job, role=0, param="MADE"),
        I2FileUse(file=taken.id, job=job, role=1, param="TAKEN"),
        I2FileUse(file=moved.id, job=job, role=1, param="MOVED"),
    ]


@pytest.mark.real_data
def test_outputs_of_a_real_record_are_implied(database: None, shared_data: Path) -> None:
    from xtalflow.db._i2_import import implied_uses

    record = read_record(shared_data / "ccp4i2" / "DATABASE.db.xml")
    uses = implied_uses(record.files, {row.file for row in record.imports})

    assert [use.role for use in uses].count(0) == 22


async def test_some_jobs_come_with_what_they_need(database: None) -> None:
    """Job 3 reads a file of job 1, and job 2 none."""
    record = full_record()
    project = await take_in(record)
    out = await db.export_record(project.id, [3])

    assert [job.number for job in out.jobs] == ["1", "1.1", "3", "3.1"]
    assert {use.job for use in out.uses} | {file.job for file in out.files} <= {job.id for job in out.jobs}
    assert len((await db.export_record(project.id, [2])).jobs) == 2
    with pytest.raises(InvalidInput, match="has no job 9"):
        await db.export_record(project.id, [9])


async def test_an_imported_file_comes_with_the_jobs_that_read_it(database: None) -> None:
    """Not with the job that it was imported for, whose results nobody asked for; nor is it lost if there is none."""
    record = full_record()
    taken = record.files[-2]
    shared = replace(taken, id=uuid4(), name="shared.mtz", job=None)
    second = record.jobs[1]
    own = tuple(I2FileUse(file=file.id, job=second.id, role=1, param="HKLIN") for file in (taken, shared))
    record = replace(record, files=(*record.files, shared), uses=(*record.uses, *own))
    project = await take_in(record)
    out = await db.export_record(project.id, [2])
    files = {file.id: file for file in out.files}

    assert [job.number for job in out.jobs] == ["2", "2.1"]
    assert files.keys() == {file.id for file in record.files if file.job in {job.id for job in out.jobs}} | {
        taken.id,
        shared.id,
    }
    assert (files[taken.id].job, files[shared.id].job) == (None, None)
    assert set(own) <= set(out.uses)
    assert taken.id in {row.file for row in out.imports}
    assert sound_record(out).oddities == ()


async def test_statements_do_not_grow_with_the_rows(
    database: None, count_queries: Callable[[Awaitable[object]], Awaitable[int]]
) -> None:
    few, many = full_record(2), full_record(40)
    await take_in(full_record(1))  # what is remembered of kinds and people is asked for once
    counts = [await count_queries(take_in(record)) for record in (few, many)]
    ids = [record.project.id for record in (few, many)]
    exports = [await count_queries(db.export_record(each)) for each in ids]

    assert counts[0] == counts[1]
    assert exports[0] == exports[1]
    assert counts[0] < 60
    assert exports[0] < 25


async def test_it_is_rebuilt_from_its_folder(database: None) -> None:
    """With the edits that came after."""
    record = full_record()
    project = await take_in(record)
    handler = await db.AsyncDatabaseHandler.open(project.id)
    await handler.edit_job(record.jobs[0].id, title="other")
    before = await db.export_record(project.id), await db.list_files(project.id), await db.list_jobs(project.id)

    await db.in_database(forget, project.id)
    recovery = await db.recover_project(project.directory)
    after = await db.export_record(project.id), await db.list_files(project.id), await db.list_jobs(project.id)

    assert (recovery.outcome, recovery.remarks) == ("rebuilt", ())
    assert before == after


async def run_again(project: ProjectRecord, number: str) -> None:
    """As a supervisor and a runner do: the job is restarted, and finishes with another XYZOUT.pdb."""
    handler = await db.AsyncDatabaseHandler.open(project.id)
    job = await db.find_job(project.id, number)
    attempt = await handler.queue_attempt(job.id)
    folder = project.directory / job.folder
    order = JobOrder(
        job=job.id,
        number=number,
        task=job.task,
        project=project.id,
        project_name=project.name,
        epoch=attempt.epoch,
        token=attempt.token,
    )
    await asyncio.to_thread(put_aside, folder, attempt.epoch)
    await asyncio.to_thread(write_order, folder, order)
    with JournalWriter(folder / JOURNAL, epoch=attempt.epoch) as writer:
        store = JournalStore(
            writer,
            project=project.id,
            project_name=project.name,
            project_directory=project.directory,
            job=await handler.job(job.id),
        )
        await store.update_job_status(job.id, JobStatus.RUNNING)
        made = replace(new_file(store, f"{job.folder}/XYZOUT.pdb", b"new"), param_name="XYZOUT")
        await store.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=(made,)))
    await handler.replay(list(JournalReader(folder / JOURNAL).read()))


async def failed_project() -> ProjectRecord:
    """With a failed job 2 that has left a model."""
    record = full_record()
    record = replace(record, jobs=tuple(replace(job, status=5) if job.number == "2" else job for job in record.jobs))
    project = await take_in(record)
    folder = project.directory / "CCP4_JOBS" / "job_2"
    folder.mkdir(parents=True)
    (folder / "XYZOUT.pdb").write_text("old")
    return project


async def test_a_restarted_job_keeps_what_it_had_written_elsewhere(database: None) -> None:
    """The old model is aside, and no output of the job any more."""
    project = await failed_project()
    await run_again(project, "2")
    job = await db.find_job(project.id, "2")
    files = {file.path: file for file in await db.list_files(project.id)}
    detail = await db.job_detail(project.id, job.id)
    out = {file.id: file for file in (await db.export_record(project.id)).files}

    old = "CCP4_JOBS/job_2/attempt_0/XYZOUT.pdb"
    assert detail.job.status is JobStatus.FINISHED
    assert [used.file.path for used in detail.outputs] == ["CCP4_JOBS/job_2/XYZOUT.pdb"]
    assert (project.directory / old).read_text() == "old"
    assert (out[files[old].id].path, out[files[old].id].name) == ("attempt_0", "XYZOUT.pdb")


async def test_a_restart_is_rebuilt_from_its_journal(database: None) -> None:
    """The job was taken in, and the log has no line that makes it."""
    project = await failed_project()
    await run_again(project, "2")
    before = await db.list_files(project.id), await db.list_jobs(project.id)

    await db.in_database(forget, project.id)
    recovery = await db.recover_project(project.directory)
    after = await db.list_files(project.id), await db.list_jobs(project.id)

    assert (recovery.outcome, recovery.remarks) == ("rebuilt", ())
    assert before == after


@settings(max_examples=25)
@given(record=records())
def test_any_record_goes_out_as_it_came_in(database: None, record: I2Record) -> None:
    """But for what no database can hold, which is named; and what was running has failed."""
    project = replace(record.project, name=f"any {uuid4().hex}", last_job_number=abs(record.project.last_job_number))
    record = replace(record, project=project)
    sound = sound_record(record)

    async def there_and_back() -> I2Record:
        home = await take_in(record)
        out = await db.export_record(home.id)
        await db.in_database(forget, home.id)
        return out

    out = asyncio.run(there_and_back())

    tops = [int(job.number) for job in sound.jobs if "." not in job.number]
    last = max([sound.project.last_job_number, *(top for top in tops if top < 99_999_999)])
    ended = tuple(replace(job, status=5) if job.status in (2, 3) else job for job in sound.jobs)
    assert same(out) == same(replace(sound, jobs=ended, project=replace(sound.project, last_job_number=last)))
    assert all(len(getattr(sound, name)) <= len(getattr(record, name)) for name in _TABLES)
    if sum(len(getattr(record, name)) - len(getattr(sound, name)) for name in _TABLES):
        assert any("left out" in odd.sentence for odd in sound.oddities)


async def test_a_place_is_not_a_name_that_leads_away(tmp_path: Path) -> None:
    record = full_record()
    away = replace(record.files[0], id=uuid4(), path="/etc", name="passwd")

    assert places_of(replace(record, files=(away,)))[away.id] == "CCP4_JOBS/job_1/passwd"
