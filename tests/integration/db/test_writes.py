"""What the handler keeps, and that it keeps it whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow.db import (
    AsyncDatabaseHandler,
    Evaluation,
    ProjectRecord,
    RunSettlement,
    create_project,
    get_project,
    in_database,
    job_detail,
    list_events,
    list_files,
    list_projects,
    renew_attempts,
)
from xtalflow.engine import (
    FileId,
    InputUse,
    JobEnd,
    JobId,
    JobRecord,
    JobStatus,
    Kpi,
    NewFile,
    NewImport,
    NewJob,
)
from xtalflow.errors import IllegalTransition, InvalidInput, StoreUnavailable, UnknownProject
from xtalflow.plugin import Progress

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


def outputs_of(job: JobRecord, count: int) -> tuple[NewFile, ...]:
    return tuple(
        NewFile(
            id=FileId(uuid4()),
            file_path=f"{job.folder}/OUT_{number}.mtz",
            file_type="application/CCP4-mtz-observed",
            param_name=f"HKLOUT[{number}]",
            checksum=f"{number:064x}",
            facts={"cell": [1.0] * 6},
        )
        for number in range(count)
    )


async def test_a_thousand_outputs_take_as_many_statements_as_ten(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Gleaning, with uses and indicators, costs a fixed number of statements."""
    counts = []
    for size in (10, 10, 1000):  # the first may have to make their kind known
        job = await running_job(handler)
        kpis = [Kpi(key=f"key{n}", value=n) for n in range(size)] + [
            Kpi(key=f"text{n}", value="P 1") for n in range(size)
        ]
        end = JobEnd(status=JobStatus.FINISHED, outputs=outputs_of(job, size), kpis=kpis)
        counts.append(await count_queries(handler.finish_job(job.id, end)))

    assert counts[1] == counts[2]
    assert len(await list_files(handler.project)) == 1020


async def test_registering_inputs_and_imports_takes_a_fixed_number_of_statements(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Ten or three hundred: the same; only a type of file that is new costs one more, once."""
    counts = []
    for size in (1, 10, 300):
        job = await running_job(handler)
        imports = [
            NewImport(
                file=replace(file, file_path=f"CCP4_IMPORTED_FILES/{uuid4()}", checksum=f"{size:032x}{n:032x}"),
                source_path="/x",
            )
            for n, file in enumerate(outputs_of(job, size))
        ]
        uses = [InputUse(file=entry.file.id, param_name=f"again[{n}]") for n, entry in enumerate(imports)]
        counts.append(
            (
                await count_queries(handler.register_imported_files(job.id, imports)),
                await count_queries(handler.register_input_files(job.id, uses)),
            )
        )

    assert counts[1] == counts[2]


async def test_a_job_finishes_with_its_files_or_not_at_all(
    handler: AsyncDatabaseHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error at the very last write leaves neither files nor indicators nor the status."""
    job = await running_job(handler)
    end = JobEnd(status=JobStatus.FINISHED, outputs=outputs_of(job, 3), kpis=[Kpi(key="RFactor", value=0.2)])

    def full(*args: object, **options: object) -> None:
        raise StoreUnavailable("project.jsonl: no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("xtalflow.db._transactions.append_lines", full)
        with pytest.raises(StoreUnavailable, match="no space"):
            await handler.finish_job(job.id, end)

    detail = await job_detail(handler.project, job.id)
    assert detail.job.status is JobStatus.RUNNING
    assert (detail.outputs, detail.kpis) == ((), {})
    assert (await handler.finish_job(job.id, end)).status is JobStatus.FINISHED


async def test_numbers_integers_and_texts_come_back_as_they_were(handler: AsyncDatabaseHandler) -> None:
    """An integer stays an integer, and the last value of a key stands, whatever its kind."""
    job = await running_job(handler)
    await handler.register_job_values(job.id, [Kpi(key="RFactor", value=0.25), Kpi(key="nAtoms", value=1001)])
    await handler.register_job_values(job.id, [Kpi(key="RFactor", value=0.2), Kpi(key="spaceGroup", value="P 1")])
    await handler.register_job_values(job.id, [Kpi(key="nAtoms", value="many"), Kpi(key="spaceGroup", value=1)])

    kpis = (await job_detail(handler.project, job.id)).kpis
    assert kpis == {"RFactor": 0.2, "nAtoms": "many", "spaceGroup": 1}
    assert isinstance(kpis["spaceGroup"], int)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60])
async def test_a_number_that_cannot_be_kept_is_refused(handler: AsyncDatabaseHandler, value: float) -> None:
    """The key is named."""
    job = await running_job(handler)

    with pytest.raises(InvalidInput, match="RFactor"):
        await handler.register_job_values(job.id, [Kpi(key="RFactor", value=value)])


async def test_texts_of_programs_are_kept_whatever_they_contain(handler: AsyncDatabaseHandler) -> None:
    """NUL, half characters and long texts do not break a job's end."""
    job = await running_job(handler)
    reason = "died\0 at \udcff " + "x" * 10_000
    ended = await handler.finish_job(
        job.id, JobEnd(status=JobStatus.FAILED, reason=reason, kpis=[Kpi(key="t", value="y" * 999)])
    )

    assert ended.exit_reason.startswith("died\N{REPLACEMENT CHARACTER} at \\udcff xxx")
    assert len(ended.exit_reason) > 10_000


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.mtz", "CCP4_JOBS/../../a", "", "a//b", "a\0b", "./a"])
async def test_a_path_outside_the_project_is_refused(handler: AsyncDatabaseHandler, path: str) -> None:
    """Nothing absolute, nothing that climbs."""
    job = await running_job(handler)

    with pytest.raises(InvalidInput, match="below the project"):
        await handler.register_output_files(job.id, [replace(outputs_of(job, 1)[0], file_path=path)])


async def test_nothing_crosses_projects(handler: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """The jobs and files of one project are unknown to another, and their uuids cannot be taken."""
    other = await AsyncDatabaseHandler.open((await create_project(uuid4().hex, directory=tmp_path / "other")).id)
    job, foreign = await running_job(handler), await running_job(other)
    (file,) = await handler.register_output_files(job.id, [new_file(handler, f"{job.folder}/A.mtz")])

    with pytest.raises(InvalidInput, match="has no file"):
        await other.register_input_files(foreign.id, [InputUse(file=file.id, param_name="F_SIGF")])
    with pytest.raises(InvalidInput, match="another project"):
        await other.register_output_files(foreign.id, [new_file(other, f"{foreign.folder}/A.mtz", id=file.id)])
    with pytest.raises(InvalidInput, match="another project"):
        await other.create_job(NewJob(task="a", parent=foreign.id, number="1.1", id=job.id))


async def test_an_import_that_was_lost_is_where_its_new_copy_is(handler: AsyncDatabaseHandler) -> None:
    """The file keeps its uuid; its path follows the bytes."""
    job = await running_job(handler)
    (record,) = await handler.register_imported_files(job.id, [new_import(handler, "a.mtz", b"A")])
    (handler.project_directory / record.path).unlink()
    (again,) = await handler.register_imported_files(job.id, [new_import(handler, "b.mtz", b"A")])

    assert again.id == record.id
    assert again.path == "CCP4_IMPORTED_FILES/b.mtz"


async def test_a_new_kind_of_file_is_no_error(handler: AsyncDatabaseHandler) -> None:
    """A site's own MIME type is taken; a second spelling of CCP4i2's is the first."""
    job = await running_job(handler)
    kinds = ["application/x-site-own", "application/CCP4-unmerged-mtz", ""]
    new = [replace(file, file_type=kind) for file, kind in zip(outputs_of(job, 3), kinds, strict=True)]
    records = await handler.register_output_files(job.id, new)

    assert [r.file_type for r in records] == ["application/x-site-own", "application/CCP4-mtz-unmerged", "Unknown"]


async def test_the_history_has_no_holes(handler: AsyncDatabaseHandler) -> None:
    """Rivals, refusals and ends: events count from 1, each with who and from where."""
    jobs = [await handler.create_job(NewJob(task="freerflag")) for _ in range(3)]
    moves = [handler.update_job_status(job.id, JobStatus.QUEUED) for job in jobs for _ in range(2)]
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    await handler.update_job_status(jobs[0].id, JobStatus.INTERRUPTED, reason="cancelled")
    events = await list_events(handler.project)

    assert sum(isinstance(outcome, IllegalTransition) for outcome in outcomes) == 3
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.kind for event in events] == ["created"] * 4 + ["status"] * 4
    assert events[-1].data == {"to": "interrupted", "reason": "cancelled"}
    assert events[-1].job == jobs[0].id
    assert events[-1].who
    assert await list_events(handler.project, after=7) == events[7:]


async def test_what_a_user_says_is_kept(handler: AsyncDatabaseHandler, project: ProjectRecord) -> None:
    """Title, comments and rating of a job; description and tags of a project."""
    job = await handler.create_job(NewJob(task="freerflag", title="old"))
    await handler.edit_job(job.id, title="new", comments="good map", evaluation=Evaluation.BEST)
    await handler.edit_job(job.id, comments="better map")
    await handler.edit_project(description="lysozyme", tags=["xray", "demo", "xray"])

    detail = await job_detail(handler.project, job.id)
    known = await get_project(project.id)
    assert (detail.job.title, detail.comments, detail.evaluation) == ("new", "better map", Evaluation.BEST)
    assert (known.description, known.tags) == ("lysozyme", ("demo", "xray"))
    assert (detail.client, detail.xtalflow_version) == ("python", "0.1.0")


async def test_progress_is_the_latest(handler: AsyncDatabaseHandler) -> None:
    """It is shown with the job, and is not part of the history."""
    job = await running_job(handler)
    before = len(await list_events(handler.project))
    for cycle in (1, 2):
        await handler.report_progress(job.id, Progress(done=cycle, total=10, text=f"cycle {cycle}"))
        await handler.report_cycle(job.id, {"cycle": cycle, "R1work": 0.3 / cycle})

    detail = await job_detail(handler.project, job.id)
    assert detail.progress == {"done": 2, "total": 10, "text": "cycle 2"}
    assert detail.cycle_values == {"cycle": 2, "R1work": 0.15}
    assert len(await list_events(handler.project)) == before


async def test_a_job_whose_files_are_read_is_not_deleted(handler: AsyncDatabaseHandler) -> None:
    """The reader is named; without it the job goes, with its children and files, and the history stays."""
    maker, reader = await running_job(handler), await running_job(handler)
    child = await handler.create_job(NewJob(task="a", parent=maker.id, number="1.1"))
    (file,) = await handler.register_output_files(child.id, [new_file(handler, f"{child.folder}/A.mtz")])
    await handler.register_input_files(reader.id, [InputUse(file=file.id, param_name="XYZIN")])
    with pytest.raises(InvalidInput, match="running"):
        await handler.delete_jobs([maker.id])
    for job in (maker, reader):
        await handler.update_job_status(job.id, JobStatus.FAILED)

    with pytest.raises(InvalidInput, match="job 2 reads"):
        await handler.delete_jobs([maker.id])
    with pytest.raises(InvalidInput, match=r"job 1\.1 is a part of job 1"):
        await handler.delete_jobs([child.id])
    await handler.delete_jobs([reader.id])
    await handler.delete_jobs([maker.id])
    assert await list_files(handler.project) == []
    assert [event.kind for event in await list_events(handler.project)][-2:] == ["deleted", "deleted"]
    assert (await handler.create_job(NewJob(task="a"))).number == "3"


async def test_a_project_is_found_by_name_or_missed_by_little(project: ProjectRecord) -> None:
    """A close name is offered."""
    from xtalflow.db import find_project

    assert await find_project(project.name) == project
    assert project in await list_projects()
    with pytest.raises(UnknownProject, match=project.name):
        await find_project(project.name + "x")


async def test_a_project_is_made_once(project: ProjectRecord, tmp_path: Path) -> None:
    """Neither its name nor its folder can be another's; unusable names are refused."""
    with pytest.raises(InvalidInput, match="already"):
        await create_project(project.name, directory=tmp_path / "other")
    with pytest.raises(InvalidInput, match="already"):
        await create_project(uuid4().hex, directory=project.directory)
    for name in ("", " ", "a/b", "x" * 101):
        with pytest.raises(InvalidInput):
            await create_project(name)


async def test_projects_whose_names_a_folder_cannot_tell_apart_have_different_folders(database: None) -> None:
    """Reserved characters are replaced; names that are the same then get a number."""
    word = uuid4().hex
    first, second = await create_project(f"{word} a:b"), await create_project(f"{word} A?b")

    assert first.directory.name == f"{word} a_b"
    assert second.directory.name == f"{word} A_b_1"


async def test_a_handler_knows_its_project_when_asked(project: ProjectRecord) -> None:
    """Made without `open`, inside a running loop, it reads name and folder itself."""
    handler = AsyncDatabaseHandler(project.id)

    assert (handler.project_name, handler.project_directory) == (project.name, project.directory)
    with pytest.raises(UnknownProject):
        _ = AsyncDatabaseHandler(uuid4()).project_name


async def test_an_attempt_is_queued_claimed_and_ended(handler: AsyncDatabaseHandler) -> None:
    """One of two supervisors gets it; a restart is the next epoch with another token."""
    job = await handler.create_job(NewJob(task="freerflag"))
    attempt = await handler.queue_attempt(job.id)
    with pytest.raises(IllegalTransition, match="attempt 1"):
        await handler.queue_attempt(job.id)
    claims = [handler.claim_attempt(job.id, 1, owner=owner, lease_s=30) for owner in "ab"]
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    owner = next(o.owner for o in outcomes if not isinstance(o, BaseException))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AttemptRecord", "IllegalTransition"]
    assert await renew_attempts(owner, [job.id, uuid4()], lease_s=60) == {job.id}
    assert await renew_attempts("nobody", [job.id], lease_s=60) == set()
    assert await renew_attempts(owner, [], lease_s=60) == set()
    killed = RunSettlement(status=JobStatus.FAILED, reason="killed", signal="SIGKILL", remark="killed", is_lost=True)
    assert (await handler.settle(await handler.job(job.id), 1, [], killed)).status is JobStatus.FAILED
    ended = await handler.attempt(job.id)
    assert (ended.state, ended.signal, ended.reason) == ("LOST", "SIGKILL", "killed")
    again = await handler.queue_attempt(job.id)
    assert (again.epoch, again.token != attempt.token) == (2, True)
    assert (await handler.job(job.id)).status is JobStatus.QUEUED
    assert (await handler.attempt(job.id)).epoch == 2


async def test_a_child_cannot_be_queued_by_itself(handler: AsyncDatabaseHandler) -> None:
    """It runs with its parent."""
    parent = await running_job(handler)
    child = await handler.create_job(NewJob(task="a", parent=parent.id, number="1.1", id=JobId(uuid4())))

    with pytest.raises(InvalidInput, match="parent"):
        await handler.queue_attempt(child.id)


async def test_creating_a_job_costs_a_fixed_number_of_statements(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """Numbering is one update of the counter, however many jobs there are."""
    first = await count_queries(handler.create_job(NewJob(task="a")))
    for _ in range(20):
        await handler.create_job(NewJob(task="a"))

    assert await count_queries(handler.create_job(NewJob(task="a"))) == first <= 9


async def test_closing_connections_is_harmless(handler: AsyncDatabaseHandler) -> None:
    """The next call opens another."""
    from xtalflow.db import close_connections

    await close_connections()

    assert (await handler.create_job(NewJob(task="a"))).number == "1"
    assert await in_database(lambda: 1) == 1


async def test_a_project_name_differs_from_others_in_more_than_case(project: ProjectRecord) -> None:
    """A new name is refused with the one that it is too like; a project may change the case of its own."""
    await create_project("Gamma é")
    for name in ("gamma é", "GAMMA e\u0301"):
        with pytest.raises(InvalidInput, match="there is a project 'Gamma é'"):
            await create_project(name)
        with pytest.raises(InvalidInput, match="there is a project 'Gamma é'"):
            await (await AsyncDatabaseHandler.open(project.id)).edit_project(name=name)
    handler = await AsyncDatabaseHandler.open(project.id)
    await handler.edit_project(name=project.name.upper())

    assert (await get_project(project.id)).name == project.name.upper()
