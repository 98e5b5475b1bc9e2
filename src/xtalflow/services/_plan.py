"""What a job that is not made would be."""

from __future__ import annotations

from pathlib import Path

from xtalflow import db
from xtalflow.data import CDataFile, find_all_files
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import CPdbDataFile

from ._documents import Document
from ._projects import folder_of_project
from ._tasks import value_of


def planned_inputs(plugin: CPluginScript) -> list[Document]:
    """The input files of a checked plugin with what their content says, and what is selected of it."""
    files = [file for file in find_all_files(plugin.container["inputData"]) if file.isSet()]
    return [_planned(file) for file in files]


def planned_project() -> str | None:
    """The name of the project whose folder we stand in; None outside any."""
    folder = folder_of_project(Path.cwd())
    return None if folder is None else db.read_project_file(folder).name


def _planned(file: CDataFile) -> Document:
    facts = dict(file.examine().facts)
    if isinstance(file, CPdbDataFile) and file.selection.is_given():
        facts = {"selection": file.selection.text.value} | facts
    return {"param": file.object_path(), "file": value_of(file), "facts": facts}
