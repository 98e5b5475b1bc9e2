"""Every function and class that the analysis of the old workflow asks for, on a real database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import gemmi
import numpy as np
import pytest

from xtalflow.data import (
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CPerformanceIndicator,
    CString,
    HierarchicalObject,
    Signal,
    ValueState,
    extract_file_metadata,
    find_all_files,
    find_objects_by_type,
)
from xtalflow.db import AsyncDatabaseHandler, get_job, job_detail, list_files
from xtalflow.engine import (
    IMPORT_DIR,
    JOB_DIR,
    JobStatus,
    NewJob,
    async_copy_file,
    create_plugin_for_job,
    glean_job_files_async,
    glean_performance_indicators_async,
    import_external_file,
    import_input_files_async,
    params_header,
    run_job_async,
    set_output_file_names,
    sha256_of,
)
from xtalflow.formats import write_params
from xtalflow.plugin import CPluginScript, JobContext, Outcome, make_task
from xtalflow.xtal import CFreeRDataFile, CMapCoeffsDataFile, CObsDataFile

pytestmark = pytest.mark.database

CELL, SPACE_GROUP = (30.0, 35.0, 40.0, 90.0, 90.0, 90.0), "P 21 21 21"


def write_mtz(path: Path, columns: dict[str, str], *, seed: int = 1, title: str = "test") -> Path:
    """A small merged MTZ: every reflection to 3 Å, random positive values."""
    cell, group = gemmi.UnitCell(*CELL), gemmi.SpaceGroup(SPACE_GROUP)
    hkl = gemmi.make_miller_array(cell, group, 3.0)
    mtz = gemmi.Mtz(with_base=True)
    mtz.title, mtz.cell, mtz.spacegroup = title, cell, group
    mtz.add_dataset("native")
    random = np.random.default_rng(seed)
    for label, kind in columns.items():
        mtz.add_column(label, kind)
    values = [random.uniform(10, 20, len(hkl)) for _ in columns]
    mtz.set_data(np.column_stack([hkl, *values]).astype(np.float32))
    mtz.write_to_file(str(path))
    return path


@pytest.fixture
def intensities(tmp_path: Path) -> Path:
    return write_mtz(tmp_path / "native.mtz", {"I": "J", "SIGI": "Q"})


class CScalePerformance(CPerformanceIndicator):
    scale = CFloat()
    nUsed = CInt()
    spaceGroup = CString()


class Scale(CPluginScript):
    """Writes a map-coefficient file and says how well it went."""

    TASKNAME, TASKTITLE, TASKVERSION = "scale", "Scale", "1.0"

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(allowUndefined=False, mustExist=True, guiLabel="Reflections")

    class Outputs(CContainer):
        FPHIOUT = CMapCoeffsDataFile(guiLabel="Map")
        NEVERMADE = CMapCoeffsDataFile()
        PERFORMANCE = CScalePerformance()

    inputData, outputData = Inputs(), Outputs()

    async def run(self) -> None:
        write_mtz(Path(str(self.outputData.FPHIOUT)), {"F": "F", "PHI": "P"})
        self.outputData.FPHIOUT.subType = 2
        self.outputData.PERFORMANCE.set({"scale": 0.5, "nUsed": 120, "spaceGroup": SPACE_GROUP})


class Pipeline(Scale):
    """Scales twice, side by side."""

    TASKNAME = "scale_pipeline"

    async def run(self) -> None:
        children = [self.child(Scale, title=f"part {number}") for number in (1, 2)]
        for child in children:
            child.inputData.F_SIGF = self.inputData.F_SIGF
        async with asyncio.TaskGroup() as group:
            for child in children:
                group.create_task(self.step(child))
        self.outputData.FPHIOUT = children[1].outputData.FPHIOUT
        self.outputData.PERFORMANCE = children[1].outputData.PERFORMANCE


async def queued(handler: AsyncDatabaseHandler, plugin: CPluginScript) -> JobContext:
    """A queued job of a registered task, as a service makes it: its folder with the parameters as asked."""
    job = await handler.create_job(NewJob(task=plugin.TASKNAME))
    folder = handler.project_directory / job.folder
    folder.mkdir(parents=True)
    plugin.container.project_directory = handler.project_directory
    context = JobContext(
        job=job.id,
        number=job.number,
        project=job.project,
        project_name=handler.project_name,
        project_directory=handler.project_directory,
        folder=folder,
    )
    plugin.job = context
    await import_input_files_async(job, plugin, handler)
    write_params(plugin.container, params_header(plugin), folder / "input_params.xml")
    await handler.update_job_status(job.id, JobStatus.QUEUED)
    return context


async def scaled(handler: AsyncDatabaseHandler, intensities: Path, plugin: Scale | None = None) -> Scale:
    """A plugin that was tracked to its end."""
    plugin = plugin or Scale()
    plugin.inputData.F_SIGF = intensities
    async with handler.track_job(plugin) as job:
        await import_input_files_async(job, plugin, handler)
        await plugin.execute()
    return plugin


def test_the_tree_has_names_states_paths_and_metadata() -> None:
    """HierarchicalObject, CData, CContainer, CDataFile, ValueState, get_merged_metadata, childNames, object_path."""
    plugin = make_task("freerflag")
    frac: Any = plugin.container.find("controlParameters.FRAC")
    file: Any = plugin.container.find("inputData.F_SIGF")

    assert isinstance(frac, (HierarchicalObject, CData))
    assert isinstance(plugin.container.find("inputData"), CContainer)
    assert isinstance(file, CDataFile)
    assert (frac.name, frac.object_path()) == ("FRAC", "controlParameters.FRAC")
    assert plugin.container.find(frac.object_path()) is frac
    assert frac.getValueState() is ValueState.DEFAULT
    frac.set(0.05)
    assert frac.getValueState() is ValueState.EXPLICITLY_SET
    frac.unSet()
    assert (frac.isSet(), frac.value) == (False, None)
    assert plugin.container.find("inputData").childNames()[:2] == ["F_SIGF", "FREERFLAG"]
    assert file.get_merged_metadata("qualifiers")["mimeTypeName"] == "application/CCP4-mtz-observed"
    assert {"subType", "contentFlag"} <= set(file.get_merged_metadata("attributes"))
    assert not file.exists()


def test_find_all_files_and_find_objects_by_type_keep_the_order_of_the_declaration() -> None:
    plugin = Scale()

    assert [file.name for file in find_all_files(plugin.container)] == ["F_SIGF", "FPHIOUT", "NEVERMADE"]
    assert [kpi.name for kpi in find_objects_by_type(plugin.container, CPerformanceIndicator)] == ["PERFORMANCE"]


def test_extract_file_metadata_tells_what_a_database_keeps(intensities: Path) -> None:
    plugin = Scale()
    plugin.inputData.F_SIGF = intensities
    plugin.inputData.F_SIGF.examine()

    metadata = extract_file_metadata(plugin.inputData.F_SIGF)

    assert metadata.param_name == "F_SIGF"
    assert metadata.file_type == "application/CCP4-mtz-observed"
    assert metadata.content_flag == 3
    assert metadata.path == intensities


async def test_set_output_file_names_presets_paths_below_the_job(handler: AsyncDatabaseHandler) -> None:
    plugin = Scale()
    plugin.container.project_directory = handler.project_directory

    set_output_file_names(plugin.container, handler.project, "3.1", force=True)

    assert plugin.outputData.FPHIOUT.path == handler.project_directory / "CCP4_JOBS/job_3/job_1/FPHIOUT.mtz"
    assert plugin.outputData.FPHIOUT.relPath.value == "CCP4_JOBS/job_3/job_1"


async def test_async_copy_file_copies_and_hashes(intensities: Path, tmp_path: Path) -> None:
    copied = await async_copy_file(intensities, tmp_path / "copies")

    assert copied.checksum == sha256_of(intensities) == sha256_of(copied.path)


async def test_import_external_file_registers_the_copy_and_points_to_it(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    job = await handler.create_job(NewJob(task="freerflag"))
    plugin = Scale()
    plugin.container.project_directory = handler.project_directory
    plugin.inputData.F_SIGF = intensities

    record = await import_external_file(job, plugin.inputData.F_SIGF, handler)

    assert (record.path, record.directory) == ("CCP4_IMPORTED_FILES/native.mtz", IMPORT_DIR)
    assert record.content_flag == 3
    assert record.facts["cell"] == pytest.approx(list(CELL))
    assert record.facts["space_group"] == SPACE_GROUP
    assert plugin.inputData.F_SIGF.dbFileId.value == str(record.id)
    assert plugin.inputData.F_SIGF.path == handler.project_directory / record.path
    (use,) = (await job_detail(handler.project, job.id)).inputs
    assert (use.file.id, use.param_name) == (record.id, "F_SIGF")


async def test_the_same_bytes_are_one_file_and_other_bytes_get_another_name(
    handler: AsyncDatabaseHandler, intensities: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = write_mtz(tmp_path / "other" / "native.mtz", {"I": "J", "SIGI": "Q"}, seed=2)
    paths = []
    for source in (intensities, other, intensities):
        job, plugin = await handler.create_job(NewJob(task="scale")), Scale()
        plugin.container.project_directory = handler.project_directory
        plugin.inputData.F_SIGF = source
        paths += [record.path for record in await import_input_files_async(job, plugin, handler)]

    assert paths == [f"CCP4_IMPORTED_FILES/{name}" for name in ("native.mtz", "native_1.mtz", "native.mtz")]
    folder = handler.project_directory / "CCP4_IMPORTED_FILES"
    assert sorted(path.name for path in folder.iterdir()) == ["native.mtz", "native_1.mtz"]


async def test_run_job_async_runs_a_registered_task_to_its_end(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    """create_plugin_for_job, run_job_async: load, import, preset, track, execute, glean, finish."""
    asked = make_task("freerflag")
    asked.container.find("inputData.F_SIGF").set(intensities)
    asked.container.find("controlParameters.FRAC").set(0.1)
    context = await queued(handler, asked)
    loaded = await create_plugin_for_job(await get_job(context.job), handler)
    assert loaded.container.find("controlParameters.FRAC").value == 0.1

    outcome = await run_job_async(context.job, handler)

    detail = await job_detail(handler.project, job_of(context))
    assert outcome is Outcome.SUCCEEDED
    assert detail.job.status is JobStatus.FINISHED
    (made,) = detail.outputs
    assert (made.file.path, made.file.directory) == ("CCP4_JOBS/job_1/FREEROUT.mtz", JOB_DIR)
    assert made.file.file_type == "application/CCP4-mtz-freerflag"
    assert made.file.content_flag == 1
    assert detail.kpis["freeFlag"] == 0


def job_of(context: JobContext) -> Any:
    return context.job


async def test_glean_keeps_type_sub_type_content_flag_checksum_and_facts(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    plugin = await scaled(handler, intensities)

    (imported, made) = await list_files(handler.project)
    assert (made.file_type, made.sub_type, made.content_flag) == ("application/CCP4-mtz-map", 2, 1)
    assert (made.annotation, made.param_name) == ("Map", "FPHIOUT")
    assert made.checksum == sha256_of(handler.project_directory / made.path)
    assert made.facts["space_group"] == SPACE_GROUP
    assert imported.param_name == "F_SIGF"
    assert UUID(str(plugin.outputData.FPHIOUT.dbFileId)) == made.id
    assert not plugin.outputData.NEVERMADE.isSet()


async def test_glean_functions_register_one_by_one_for_a_program_that_embeds_xtalflow(
    handler: AsyncDatabaseHandler,
) -> None:
    job = await handler.create_job(NewJob(task="scale"))
    plugin = Scale()
    plugin.container.project_directory = handler.project_directory
    (handler.project_directory / job.folder).mkdir(parents=True)
    set_output_file_names(plugin.container, handler.project, job.number)
    await plugin.run()

    files = await glean_job_files_async(job.id, plugin.container["outputData"], handler)
    kpis = await glean_performance_indicators_async(job.id, plugin.container["outputData"], handler)

    detail = await job_detail(handler.project, job.id)
    assert [use.file.id for use in detail.outputs] == [file.id for file in files]
    assert detail.kpis == {kpi.key: kpi.value for kpi in kpis}


async def test_indicators_are_floats_integers_and_texts(handler: AsyncDatabaseHandler, intensities: Path) -> None:
    plugin = await scaled(handler, intensities)

    kpis = (await job_detail(handler.project, job_of(plugin.context))).kpis
    assert kpis == {"scale": 0.5, "nUsed": 120, "spaceGroup": SPACE_GROUP}
    assert [type(value) for value in kpis.values()] == [float, int, str]


async def test_the_handler_registers_files_and_values_one_by_one(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    """register_input_file, register_imported_file, register_output_file, register_job_float_value and _char_value."""
    job = await handler.create_job(NewJob(task="scale"))
    folder = handler.project_directory / "CCP4_IMPORTED_FILES"
    folder.mkdir(exist_ok=True)
    (folder / "a.mtz").write_bytes(intensities.read_bytes())
    (handler.project_directory / job.folder).mkdir(parents=True)
    (handler.project_directory / job.folder / "b.mtz").write_bytes(b"b")

    imported = await handler.register_imported_file(
        job.id,
        file_path=folder / "a.mtz",
        file_type="application/CCP4-mtz-observed",
        param_name="F_SIGF",
        annotation="native",
        source_path=intensities,
    )
    await handler.register_input_file(job.id, imported.id, "HKLIN")
    made = await handler.register_output_file(
        job.id,
        file_path=handler.project_directory / job.folder / "b.mtz",
        file_type="application/CCP4-mtz-map",
        param_name="FPHIOUT",
        sub_type=1,
        content_flag=1,
    )
    await handler.register_job_float_value(job.id, "RFree", 0.21)
    await handler.register_job_char_value(job.id, "spaceGroup", SPACE_GROUP)

    detail = await job_detail(handler.project, job.id)
    assert sorted(use.param_name for use in detail.inputs) == ["F_SIGF", "HKLIN"]
    assert [use.file.id for use in detail.outputs] == [made.id]
    assert detail.kpis == {"RFree": 0.21, "spaceGroup": SPACE_GROUP}


async def test_nested_jobs_have_numbers_folders_files_and_indicators(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    await scaled(handler, intensities, Pipeline())

    detail = await job_detail(handler.project, (await find_top(handler)).id)
    assert [child.job.number for child in detail.children] == ["1.1", "1.2"]
    assert {child.job.status for child in detail.children} == {JobStatus.FINISHED}
    assert [child.job.title for child in detail.children] == ["part 1", "part 2"]
    (result,) = detail.outputs
    (made,) = detail.children[1].outputs
    assert result.file.derived_from == made.file.id
    assert (handler.project_directory / result.file.path).samefile(handler.project_directory / made.file.path)
    assert detail.kpis == detail.children[1].kpis


async def find_top(handler: AsyncDatabaseHandler) -> Any:
    from xtalflow.db import find_job

    return await find_job(handler.project, "1")


async def test_signals_reach_coroutine_listeners_before_execution_goes_on(
    handler: AsyncDatabaseHandler, intensities: Path
) -> None:
    plugin, seen = Scale(), list[tuple[JobStatus, JobStatus]]()

    async def in_the_database(status: JobStatus) -> None:
        seen.append((status, (await get_job(plugin.context.job)).status))

    assert isinstance(plugin.status, Signal)
    plugin.status.connect(in_the_database)

    await scaled(handler, intensities, plugin)

    assert seen == [(JobStatus.RUNNING, JobStatus.RUNNING), (JobStatus.FINISHED, JobStatus.FINISHED)]


async def test_each_status_is_written_once(handler: AsyncDatabaseHandler, intensities: Path) -> None:
    from xtalflow.db import list_events

    await scaled(handler, intensities)

    moves = [event.data.get("to") for event in await list_events(handler.project) if "to" in event.data]
    assert len(moves) == len(set(map(str, moves))) == 3


async def test_a_job_is_never_seen_finished_without_its_files(
    handler: AsyncDatabaseHandler, intensities: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the indicators cannot be kept, neither the files nor FINISHED are."""
    from xtalflow.db import _write_jobs
    from xtalflow.errors import StoreUnavailable

    def broken(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(_write_jobs, "set_values", broken)
    plugin = Scale()
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await scaled(handler, intensities, plugin)

    detail = await job_detail(handler.project, job_of(plugin.context))
    assert detail.job.status is JobStatus.RUNNING
    assert detail.outputs == ()


def test_free_r_and_map_files_are_kinds_of_their_own() -> None:
    assert CFreeRDataFile().qualifier("mimeTypeName") == "application/CCP4-mtz-freerflag"
