"""A parameter file of any job, of CCP4i2 or of this program, for a new job."""

from __future__ import annotations

from pathlib import Path

from xtalflow.data import CContainer, CDataFile, find_all_files
from xtalflow.errors import UnknownTask, UnreadableFile
from xtalflow.formats import read_params, read_params_header
from xtalflow.plugin import CPluginScript, make_task

from ._parameters import OUTPUTS, given_sections, is_remembered
from .i2run import task_meant

_JOBS = "CCP4_JOBS"


def plugin_of_params(path: Path, *, task: str = "") -> tuple[CPluginScript, list[str]]:
    """A task with the parameters of a file, and remarks on what of them it does not have.

    Files of the job's project are those below the folder that holds its ``CCP4_JOBS``; they are named by their paths,
    and a new job takes them from there. Outputs are left to the new job.

    Parameters
    ----------
    task
        The task of the new job, if not the one that the file names.

    Raises
    ------
    UnknownTask
        The task is not installed.
    NotEquipped
        It is one of CCP4i2, which is not installed, and that of this program has not all of its parameters.
    UnreadableFile
        The file is missing, broken, no parameter file, or does not say of which task it is.
    """
    header = read_params_header(path)
    word = task or header.task
    if not word:
        raise UnreadableFile(path, "does not say of which task it is; name it with --task")
    try:
        plugin = make_task(word if not task and header.is_native else task_meant(word))
    except UnknownTask as exc:
        raise UnreadableFile(path, f"is of a task that cannot be run: {exc}; --task names another") from exc
    container = plugin.container
    folder = path.resolve().parent
    container.base_directory = folder
    container.project_directory = _project_of(folder) or folder
    header = read_params(path, container, keep_refused=True)
    if OUTPUTS in container:
        container[OUTPUTS].restore()
    _name_by_path(container)
    container.project_directory = None
    plugin.title = header.job_title
    return plugin, [
        each.refusal or f"{each.path} is not a parameter of {plugin.TASKNAME}"
        for each in header.unknown
        if not is_remembered(each.path)
    ]


def _project_of(folder: Path) -> Path | None:
    """The folder of the project that a job's folder is in."""
    jobs = next((each for each in folder.parents if each.name == _JOBS), None)
    return None if jobs is None else jobs.parent


def _name_by_path(container: CContainer) -> None:
    """Files are known by their paths alone, whatever a database called them."""
    for section in given_sections(container):
        for file in find_all_files(section):
            path = file.path
            if path is not None:
                _forget_records(file)
                file.relPath.set(str(path.parent))
                file.baseName.set(path.name)


def _forget_records(file: CDataFile) -> None:
    file.dbFileId.unSet()
    file.project.unSet()
