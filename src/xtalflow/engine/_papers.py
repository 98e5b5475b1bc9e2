"""What a tracked job writes about itself into its folder: parameters, report, complaints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xtalflow.data import CData, CDataFile, CScalar, Severity, ValueState, choices_in
from xtalflow.formats import ParamsHeader, write_params
from xtalflow.plugin import DIAGNOSTIC, HOSTED, REPORT, CPluginScript, HostedTask

from ._settings import user_name

PARAMS, INPUT_PARAMS = "params.xml", "input_params.xml"


def params_header(plugin: CPluginScript) -> ParamsHeader:
    """The header of a parameter file of a tracked plugin, with what its own file held beyond its parameters.

    CCP4i2's tasks are called there as CCP4i2 calls them, and its version stands for the program.
    """
    context = plugin.context
    hosted = plugin if isinstance(plugin, HostedTask) else None
    return ParamsHeader(
        task=hosted.INFO.name if hosted else plugin.TASKNAME,
        project_name=context.project_name,
        project_id=str(context.project),
        job_number=context.number,
        job_id=str(context.job),
        job_title=plugin.title,
        user=user_name(),
        unknown=plugin.unknown_elements,
    ).written_here(ccp4i2=hosted.PACKAGE.version if hosted else "")


def task_of_params(header: ParamsHeader, task: str) -> str:
    """The task that a parameter file names; `task` if it names that, and does not say of which program it is."""
    if not header.program and header.task == task.removeprefix(HOSTED):
        return task
    return header.task if header.is_native or not header.program else f"{HOSTED}{header.task}"


def given_parameters(plugin: CPluginScript) -> dict[str, Any]:
    """Values of inputs and controls that were given explicitly, by path.

    Files are kept as uses, not here; but here is what was chosen in one: columns, atoms, sequences.
    """
    return {
        value.object_path(): value.value
        for section in ("inputData", "controlParameters")
        for value in scalars(plugin.container[section])
        if value.getValueState() is ValueState.EXPLICITLY_SET
    }


def write_input_params(plugin: CPluginScript) -> None:
    """Write the parameters as asked: ``input_params.xml``; as with all papers, `sync_job` puts it on the disk."""
    write_params(plugin.container, params_header(plugin), plugin.work_directory / INPUT_PARAMS, durable=False)


def write_papers(plugin: CPluginScript) -> None:
    """Write the parameters as run, the report, and what there is to complain of."""
    folder = plugin.work_directory
    write_params(plugin.container, params_header(plugin), folder / PARAMS, durable=False)
    plugin.report.write(folder)
    if any(row.severity >= Severity.WARNING for row in plugin.errors):
        plugin.errors.write(folder)


def papers_and_outputs(folder: Path, outputs: Sequence[Path] = ()) -> list[Path]:
    """What a job wrote that must be on the disk before its end is on record: files, and folders with their names."""
    papers = [folder / name for name in (INPUT_PARAMS, PARAMS, REPORT, DIAGNOSTIC)]
    written = [path for path in (*papers, *outputs) if path.exists()]
    return [*written, *dict.fromkeys(path.parent for path in written)]


def scalars(item: CData) -> Iterator[CScalar[Any]]:
    """All values of a tree but those that say which file a file is."""
    if isinstance(item, CScalar):
        yield item
    else:
        for child in choices_in(item) if isinstance(item, CDataFile) else item.children():
            yield from scalars(child)
