"""A program that embeds xtalflow: plugins tracked straight into the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from contract.job_store_contract import running_job
from xtalflow.data import CContainer, CDataFile, CFloat, CInt, CList, CPerformanceIndicator, CString
from xtalflow.db import AsyncDatabaseHandler, Direction, job_detail, list_events, list_files, provenance_graph
from xtalflow.engine import (
    Kpi,
    glean_job_files_async,
    glean_performance_indicators_async,
    import_input_files_async,
)
from xtalflow.errors import TaskFailed
from xtalflow.plugin import CPluginScript, JobStatus, Outcome

CountQueries = Callable[[Awaitable[object]], Awaitable[int]]


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

    class Outputs(CContainer):
        TEXTOUT = CTextFile()
        PERFORMANCE = CCountPerformance()

    inputData, outputData = Inputs(), Outputs()

    async def run(self) -> None:
        text = Path(str(self.inputData.TEXTIN)).read_text()
        if "broken" in text:
            raise TaskFailed("the crystal is too small")
        Path(str(self.outputData.TEXTOUT)).write_text(f"{text}copied by {self.job.number}\n")
        self.outputData.PERFORMANCE.set({"fraction": 0.25, "nLines": 3, "spaceGroup": "P 1"})
        await self.progress(1, 1, "copied")


class Twice(CPluginScript):
    """A pipeline of two copies."""

    TASKNAME, TASKTITLE, TASKVERSION = "twice", "Copy twice", "1.0"

    class Inputs(CContainer):
        TEXTIN = CTextFile(allowUndefined=False, mustExist=True)

    class Outputs(CContainer):
        RESULT = CTextFile()

    inputData, outputData = Inputs(), Outputs()

    async def run(self) -> None:
        first, second = self.child(Copy), self.child(Copy)
        first.inputData.TEXTIN = self.inputData.TEXTIN
        await self.step(first)
        second.inputData.TEXTIN = first.outputData.TEXTOUT
        await self.step(second)
        self.outputData.RESULT = second.outputData.TEXTOUT


class ManyOutputs(CContainer):
    TEXTS = CList(CTextFile())
    PERFORMANCE = CCountPerformance()


async def run(handler: AsyncDatabaseHandler, plugin: CPluginScript, text: str, folder: Path) -> Outcome | None:
    source = folder / "text.txt"
    source.write_text(text)
    plugin.container.find("inputData.TEXTIN").set(str(source))
    async with handler.track_job(plugin) as job:
        await import_input_files_async(job, plugin, handler)
        await plugin.execute()
    return plugin.outcome


async def test_a_pipeline_is_recorded_with_its_children(handler: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """Jobs, files, uses and indicators of every step; the pipeline's output is its child's file."""
    plugin = Twice()

    assert await run(handler, plugin, "one\n", tmp_path) is Outcome.SUCCEEDED
    detail = await job_detail(handler.project, plugin.context.job)
    first, second = detail.children
    assert [job.job.status for job in (detail, first, second)] == [JobStatus.FINISHED] * 3
    assert (first.job.number, second.job.number) == ("1.1", "1.2")
    assert first.kpis == {"fraction": 0.25, "nLines": 3, "spaceGroup": "P 1"}
    assert first.progress == {"done": 1, "total": 1, "text": "copied"}
    assert [use.file for use in second.inputs] == [use.file for use in first.outputs]
    assert detail.outputs[0].file.derived_from == second.outputs[0].file.id
    assert detail.outputs[0].file.checksum == second.outputs[0].file.checksum
    graph = await provenance_graph(handler.project, detail.job.id, Direction.UP)
    assert [job.number for job in graph.jobs] == ["1", "1.1", "1.2"]
    assert list(graph.sources.values()) == [str(tmp_path / "text.txt")]


async def test_a_failure_is_recorded_with_its_reason(handler: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """The pipeline fails with its step, and neither has outputs."""
    plugin = Twice()

    assert await run(handler, plugin, "broken\n", tmp_path) is Outcome.FAILED
    detail = await job_detail(handler.project, plugin.context.job)
    assert [job.job.status for job in (detail, *detail.children)] == [JobStatus.FAILED] * 2
    assert "too small" in detail.job.exit_reason
    assert [file.path for file in await list_files(handler.project)] == ["CCP4_IMPORTED_FILES/text.txt"]


async def test_status_is_written_once(handler: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """Queued, running, finished: one event each, and one end with one glean."""
    plugin = Copy()
    await run(handler, plugin, "one\n", tmp_path)
    events = await list_events(handler.project)

    assert [event.data["to"] for event in events if event.kind == "status"] == ["queued", "running", "finished"]
    assert [event.kind for event in events].count("outputs") == 1


@pytest.mark.slow
async def test_gleaning_a_thousand_files_takes_as_many_statements_as_ten(
    handler: AsyncDatabaseHandler, count_queries: CountQueries
) -> None:
    """From the container to the database."""
    counts = []
    for size in (10, 1000):
        job = await running_job(handler)
        container = CContainer()
        container.project_directory = handler.project_directory
        outputs = container.add("outputData", ManyOutputs())
        for _ in range(size):
            outputs.TEXTS.addItem()
        (handler.project_directory / job.folder).mkdir(parents=True)
        for number, file in enumerate(outputs.TEXTS):
            file.set(str(handler.project_directory / job.folder / f"{number}.txt"))
            Path(str(file)).write_text(str(number))
        outputs.PERFORMANCE.set({"fraction": 0.25, "nLines": size, "spaceGroup": "P 1"})
        counts.append(await count_queries(glean_job_files_async(job.id, outputs, handler)))

        assert await glean_performance_indicators_async(job.id, outputs, handler) == [
            Kpi(key="fraction", value=0.25),
            Kpi(key="nLines", value=size),
            Kpi(key="spaceGroup", value="P 1"),
        ]
        assert len(await list_files(handler.project, job=job.id)) == size

    assert counts[0] == counts[1]
