"""A job's life: started, executed, gleaned once, finished; its children likewise."""

import asyncio
import errno
import json
from pathlib import Path

import pytest

from xtalflow.data import CContainer, CDataFile, CFloat, CInt, CPerformanceIndicator, CString, FileFacts
from xtalflow.engine import (
    Cycle,
    JobEnd,
    JobId,
    JobRecord,
    NewJob,
    StatusChange,
    create_plugin_for_job,
    import_input_files_async,
    run_job_async,
)
from xtalflow.engine._imports import check_inputs
from xtalflow.errors import InvalidInput, NotTracked, TaskFailed, UnknownTask, UnreadableFile
from xtalflow.formats import UnknownElement
from xtalflow.plugin import Command, CPluginScript, JobStatus, Outcome, Unsatisfactory
from xtalflow.testing import InMemoryStore


class CTextFile(CDataFile):
    QUALIFIERS = {"mimeTypeName": "text/plain", "fileExtensions": ["txt"], "guiLabel": "Text"}


class CCountPerformance(CPerformanceIndicator):
    fraction = CFloat()
    nLines = CInt()
    spaceGroup = CString()


class Copy(CPluginScript):
    """Copies a text."""

    TASKNAME, TASKTITLE, TASKVERSION = "copy", "Copy a text", "1.0"

    class Inputs(CContainer):
        TEXTIN = CTextFile(allowUndefined=False, mustExist=True)

    class Controls(CContainer):
        MODE = CString(default="ok")

    class Outputs(CContainer):
        TEXTOUT = CTextFile()
        MISSING = CTextFile()
        PERFORMANCE = CCountPerformance()

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    async def run(self) -> None:
        mode, out = self.controlParameters.MODE.value, Path(str(self.outputData.TEXTOUT))
        if mode == "crash":
            raise ZeroDivisionError("nothing to divide")
        if mode == "fail":
            raise TaskFailed("the crystal is too small", code=12)
        if mode == "hang":
            await asyncio.sleep(3600)
        out.write_text(Path(str(self.inputData.TEXTIN)).read_text())
        self.outputData.PERFORMANCE.set({"fraction": 0.25, "nLines": 3, "spaceGroup": "P 1"})
        if mode == "poor":
            raise Unsatisfactory("the map is empty")


class Twice(CPluginScript):
    """A pipeline of two copies."""

    TASKNAME, TASKTITLE, TASKVERSION = "twice", "Copy twice", "1.0"

    class Inputs(CContainer):
        TEXTIN = CTextFile(allowUndefined=False, mustExist=True)

    class Controls(CContainer):
        MODE = CString(default="ok")

    class Outputs(CContainer):
        RESULT = CTextFile()
        PERFORMANCE = CCountPerformance()

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    async def run(self) -> None:
        first = self.child(Copy)
        first.inputData.TEXTIN = self.inputData.TEXTIN
        await self.step(first)
        second = self.child(Copy)
        second.inputData.TEXTIN = first.outputData.TEXTOUT
        second.controlParameters.MODE = self.controlParameters.MODE
        await self.step(second)
        self.outputData.RESULT = second.outputData.TEXTOUT
        self.outputData.PERFORMANCE = second.outputData.PERFORMANCE


@pytest.fixture
def store(tmp_path: Path) -> InMemoryStore:
    (tmp_path / "project").mkdir()
    return InMemoryStore(tmp_path / "project")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text("one\ntwo\nthree\n")
    return tmp_path / "text.txt"


async def track(plugin: CPluginScript, store: InMemoryStore) -> None:
    """Run a plugin as a program that embeds xtalflow does."""
    async with store.track_job(plugin) as job:
        await import_input_files_async(job, plugin, store)
        await plugin.execute()


def copy(text: Path, mode: str = "ok", task: type[CPluginScript] = Copy) -> CPluginScript:
    plugin = task()
    plugin.container.find("inputData.TEXTIN").set(str(text))
    plugin.container.find("controlParameters.MODE").set(mode)
    return plugin


async def test_a_finished_job_has_its_files_uses_and_indicators(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text)

    await track(plugin, store)

    (job,) = store.all_jobs
    assert (job.number, job.status, job.task) == ("1", JobStatus.FINISHED, "copy")
    assert store.kpis_of(job.id) == {"fraction": 0.25, "nLines": 3, "spaceGroup": "P 1"}
    imported, made = store.outputs_of(job.id)
    assert imported.path == "CCP4_IMPORTED_FILES/text.txt"
    assert (made.path, made.param_name, made.file_type) == ("CCP4_JOBS/job_1/TEXTOUT.txt", "TEXTOUT", "text/plain")
    assert made.annotation == "Text"
    assert made.checksum == imported.checksum
    assert [use.param_name for use in store.uses_of(job.id)] == ["TEXTIN"]
    assert (store.project_directory / made.path).stat().st_mode & 0o222 == 0


async def test_the_end_is_one_event_with_the_files(store: InMemoryStore, text: Path) -> None:
    await track(copy(text), store)

    kinds = [event for _, event in store.events if isinstance(event, (StatusChange, JobEnd))]
    assert [type(event) for event in kinds] == [StatusChange, StatusChange, JobEnd]
    assert isinstance(kinds[-1], JobEnd)
    assert len(kinds[-1].outputs) == 1


async def test_an_output_that_is_absent_is_unset(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text)

    await track(plugin, store)

    assert not plugin.container.find("outputData.MISSING").isSet()
    assert plugin.container.find("outputData.TEXTOUT.dbFileId").isSet()


async def test_a_required_output_that_is_absent_fails_the_job(store: InMemoryStore, text: Path) -> None:
    class Forgetful(Copy):
        TASKNAME = "forgetful"

        class Outputs(Copy.Outputs):
            NEEDED = CTextFile(mustExist=True)

        outputData = Outputs()

    await track(copy(text, task=Forgetful), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FAILED
    assert job.exit_reason.startswith("outputData.NEEDED: the task made no file ")


@pytest.mark.parametrize(
    ("mode", "status", "reason"),
    [
        ("crash", JobStatus.FAILED, "ZeroDivisionError: nothing to divide"),
        ("fail", JobStatus.FAILED, "the crystal is too small"),
        ("poor", JobStatus.UNSATISFACTORY, "the map is empty"),
    ],
)
async def test_what_goes_wrong_is_the_reason_of_the_job(
    mode: str, status: JobStatus, reason: str, store: InMemoryStore, text: Path
) -> None:
    await track(copy(text, mode), store)

    (job,) = store.all_jobs
    assert (job.status, job.exit_reason) == (status, reason)
    assert reason in (store.project_directory / job.folder / "diagnostic.xml").read_text()


async def test_cancelling_interrupts_the_job_and_registers_no_result(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text, "hang")
    running = asyncio.Event()
    plugin.status.connect(lambda status: running.set() if status is JobStatus.RUNNING else None)
    task = asyncio.create_task(track(plugin, store))
    await running.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (job,) = store.all_jobs
    assert job.status is JobStatus.INTERRUPTED
    assert [file.directory for file in store.outputs_of(job.id)] in ([], [2])


async def test_children_are_jobs_with_numbers_folders_and_files(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text, task=Twice)

    await track(plugin, store)

    assert [(job.number, job.status.key) for job in store.all_jobs] == [
        ("1", "finished"),
        ("1.1", "finished"),
        ("1.2", "finished"),
    ]
    parent, first, second = store.all_jobs
    assert first.parent == second.parent == parent.id
    (made,) = store.outputs_of(second.id)
    assert made.path == "CCP4_JOBS/job_1/job_2/TEXTOUT.txt"
    _, result = store.outputs_of(parent.id)
    assert (result.path, result.derived_from) == ("CCP4_JOBS/job_1/RESULT.txt", made.id)
    assert (store.project_directory / result.path).samefile(store.project_directory / made.path)
    assert store.kpis_of(parent.id) == store.kpis_of(second.id)


async def test_a_child_that_fails_fails_its_pipeline_by_name(store: InMemoryStore, text: Path) -> None:
    await track(copy(text, "fail", task=Twice), store)

    parent, first, second = store.all_jobs
    assert [job.status.key for job in (parent, first, second)] == ["failed", "finished", "failed"]
    assert parent.exit_reason == "Copy a text (job 1.2) failed: the crystal is too small"


async def test_the_same_indicator_twice_fails_the_job(store: InMemoryStore, text: Path) -> None:
    class Doubled(Copy):
        TASKNAME = "doubled"

        class Outputs(Copy.Outputs):
            AGAIN = CCountPerformance()

        outputData = Outputs()

        async def run(self) -> None:
            await super().run()
            self.outputData.AGAIN.set({"fraction": 0.5})

    await track(copy(text, task=Doubled), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FAILED
    assert "fraction is reported twice" in job.exit_reason


async def test_an_indicator_that_is_not_finite_is_left_out_with_a_warning(store: InMemoryStore, text: Path) -> None:
    class Infinite(Copy):
        TASKNAME = "infinite"

        async def run(self) -> None:
            await super().run()
            self.outputData.PERFORMANCE.fraction = float("nan")

    plugin = copy(text, task=Infinite)

    await track(plugin, store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FINISHED
    assert "fraction" not in store.kpis_of(job.id)
    assert any("fraction is not a finite number" in row.message for row in plugin.errors)


async def test_a_plugin_that_nobody_tracks_does_not_run(text: Path) -> None:
    with pytest.raises(NotTracked):
        await copy(text).execute()


async def test_a_missing_input_is_found_before_the_task_runs(store: InMemoryStore, tmp_path: Path) -> None:
    plugin = copy(tmp_path / "none.txt")

    with pytest.raises(UnreadableFile, match=r"none\.txt"):
        await track(plugin, store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FAILED


async def test_the_report_and_the_parameters_are_written(store: InMemoryStore, text: Path) -> None:
    class Reporting(Copy):
        TASKNAME = "reporting"

        def collect(self) -> None:
            self.report.section("Result").figures({"lines": 3, "broken": float("inf")})

    await track(copy(text, task=Reporting), store)

    folder = store.project_directory / "CCP4_JOBS" / "job_1"
    report = json.loads((folder / "report.json").read_text())
    figures = report["sections"][0]["items"][0]["figures"]
    assert figures == [{"name": "lines", "value": 3}, {"name": "broken", "value": None}]
    assert "TEXTOUT.txt" in (folder / "params.xml").read_text()


async def test_signals_reach_plain_and_coroutine_listeners_in_order(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text)
    seen: list[object] = []

    async def later(status: JobStatus) -> None:
        await asyncio.sleep(0)
        seen.append(status)

    plugin.status.connect(later)
    plugin.finished.connect(seen.append)

    await track(plugin, store)

    assert seen == [JobStatus.RUNNING, JobStatus.FINISHED, Outcome.SUCCEEDED]


async def test_a_program_of_the_job_runs_in_its_folder(store: InMemoryStore, text: Path) -> None:
    class Program(Copy):
        TASKNAME = "program"

        async def run(self) -> None:
            await self.run_command(Command("cp", [str(self.inputData.TEXTIN), "TEXTOUT.txt"]))

    await track(copy(text, task=Program), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FINISHED
    assert (store.project_directory / job.folder / "log.txt").read_text().startswith("$ cp ")


async def test_run_job_async_needs_a_registered_task(store: InMemoryStore) -> None:
    job = await store.create_job(NewJob(task="freeflag"))

    with pytest.raises(UnknownTask, match="did you mean freerflag"):
        await run_job_async(job.id, store)


async def test_a_full_disk_at_the_end_fails_the_job_and_says_so(
    store: InMemoryStore, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xtalflow.engine._tracking.write_papers", full)

    await track(copy(text), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FAILED
    assert "No space left on device" in job.exit_reason
    assert [file.directory for file in store.outputs_of(job.id)] == [2]


async def test_an_output_that_cannot_be_read_fails_the_job_whatever_is_raised(store: InMemoryStore, text: Path) -> None:
    class CBrokenFile(CTextFile):
        def examine(self) -> FileFacts:
            raise ZeroDivisionError("no reflections")

    class Broken(Copy):
        TASKNAME = "broken"

        class Outputs(Copy.Outputs):
            TEXTOUT = CBrokenFile()

        outputData = Outputs()

    await track(copy(text, task=Broken), store)

    (job,) = store.all_jobs
    assert (job.status, job.exit_reason) == (JobStatus.FAILED, "ZeroDivisionError: no reflections")


async def test_results_that_the_store_refuses_fail_the_job(store: InMemoryStore, text: Path) -> None:
    class Same(Copy):
        TASKNAME = "same"

        async def run(self) -> None:
            await super().run()
            self.outputData.MISSING = str(self.outputData.TEXTOUT)

    await track(copy(text, task=Same), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FAILED
    assert "TEXTOUT.txt: this file is registered already" in job.exit_reason


async def test_a_listener_that_fails_at_the_start_leaves_no_running_job(store: InMemoryStore, text: Path) -> None:
    def refuse(status: JobStatus) -> None:
        if status is JobStatus.RUNNING:
            raise LookupError("no such window")

    plugin = copy(text)
    plugin.status.connect(refuse)
    with pytest.raises(ExceptionGroup, match="listeners"):
        await track(plugin, store)

    (job,) = store.all_jobs
    assert (job.status, job.exit_reason) == (JobStatus.FAILED, "LookupError: no such window")


async def test_a_cancel_while_a_child_ends_stops_its_pipeline(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text, task=Twice)
    task = asyncio.create_task(track(plugin, store))
    finish = store.finish_job

    async def slow_end(job_uuid: JobId, end: JobEnd) -> JobRecord:
        if (await store.job(job_uuid)).number == "1.1":
            task.cancel()
            await asyncio.sleep(0.01)
        return await finish(job_uuid, end)

    store.finish_job = slow_end  # type: ignore[method-assign]  # the cancel must come just then
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [(job.number, job.status.key) for job in store.all_jobs] == [("1", "interrupted"), ("1.1", "finished")]


async def test_a_job_keeps_its_parameters_and_what_it_ran_with(store: InMemoryStore, text: Path) -> None:
    await track(copy(text, task=Twice), store)

    made = [event for _, event in store.events if isinstance(event, NewJob)]
    ends = [event for _, event in store.events if isinstance(event, JobEnd)]
    mode = {"controlParameters.MODE": "ok"}
    assert [new.parameters for new in made] == [mode, {}, mode]
    assert all(end.program_versions["gemmi"] for end in ends)


async def test_cycle_values_that_are_not_finite_are_left_out_with_a_warning(store: InMemoryStore, text: Path) -> None:
    class Cycling(Copy):
        TASKNAME = "cycling"

        async def run(self) -> None:
            await self.report_kpis(cycle=1, R1work=float("nan"))
            await super().run()

    plugin = copy(text, task=Cycling)
    await track(plugin, store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FINISHED
    assert [event for _, event in store.events if isinstance(event, Cycle)] == [Cycle(values={"cycle": 1})]
    assert any("R1work = nan" in row.message for row in plugin.errors)


async def test_elements_that_are_no_parameters_stay_in_the_file_as_run(store: InMemoryStore, text: Path) -> None:
    plugin = copy(text)
    plugin.unknown_elements = (
        UnknownElement(path="controlParameters.OLD", parent="controlParameters", after="", xml="<OLD>7</OLD>"),
    )

    await track(plugin, store)

    assert "<OLD>7</OLD>" in (store.project_directory / "CCP4_JOBS" / "job_1" / "params.xml").read_text()


async def test_elements_that_are_no_parameters_are_read_with_the_plugin(store: InMemoryStore) -> None:
    job = await store.create_job(NewJob(task="freerflag"))
    folder = store.project_directory / job.folder
    folder.mkdir(parents=True)
    body = "<controlParameters><OLD>7</OLD></controlParameters>"
    (folder / "input_params.xml").write_text(f"<ccp4i2><ccp4i2_body>{body}</ccp4i2_body></ccp4i2>")

    plugin = await create_plugin_for_job(job, store)

    assert [element.xml for element in plugin.unknown_elements] == ["<OLD>7</OLD>"]


async def test_an_output_under_another_name_than_preset_is_kept_as_it_is(store: InMemoryStore, text: Path) -> None:
    class Renamed(Copy):
        TASKNAME = "renamed"

        async def run(self) -> None:
            self.outputData.TEXTOUT = str(self.work_directory / "model.cif")
            await super().run()

    await track(copy(text, task=Renamed), store)

    (job,) = store.all_jobs
    assert job.status is JobStatus.FINISHED
    assert [file.path for file in store.outputs_of(job.id)][1:] == ["CCP4_JOBS/job_1/model.cif"]


async def test_a_parameter_file_that_names_another_file_than_the_job_was_given_is_refused(
    store: InMemoryStore, text: Path
) -> None:
    plugin = copy(text)
    job = await store.create_job(NewJob(task="copy"))
    plugin.container.project_directory = store.project_directory
    records = await import_input_files_async(job, plugin, store)
    check_inputs(plugin, records, store)
    file = plugin.container.find("inputData.TEXTIN")
    assert isinstance(file, CDataFile)
    with pytest.raises(InvalidInput, match=r"inputData\.TEXTIN: .* is not a file that this job was given"):
        check_inputs(plugin, [], store)

    file.relPath = "../.."
    with pytest.raises(InvalidInput, match="is not a file that this job was given"):
        check_inputs(plugin, records, store)
