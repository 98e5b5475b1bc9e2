"""Where the files of a task are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.data import CDataFile
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Report
from xtalflow.xtal import CPdbDataFile, write_model
from xtalflow.xtal.selection import ALL

if TYPE_CHECKING:
    import gemmi

_PLAIN_MODELS = (".pdb", ".ent", ".cif", ".mmcif")
_LONGEST_CHAIN_NAME = 2
"""Characters that the PDB format has for the name of a chain, as gemmi writes it."""


def path_of(file: CDataFile) -> Path:
    """Where a file that the task cannot do without is.

    Raises
    ------
    InvalidInput
        It is not set.
    """
    if file.path is None:
        raise InvalidInput(f"{file.object_path()}: no file is given")
    return file.path


def model_for_servalcat(file: CPdbDataFile, folder: Path) -> Path:
    """The model, in a copy if only a part of it is selected, or servalcat cannot tell the file's format by its name."""
    path = path_of(file)
    if path.suffix.lower() in _PLAIN_MODELS and not file.selection.is_given():
        return path
    copy = folder / "model.cif"
    write_model(file.selected(), copy)
    return copy


def report_selection(report: Report, file: CPdbDataFile) -> None:
    """Say that only a part of a model is used, if that is so."""
    if file.selection.tree != ALL:
        report.section("Model").text(
            f"Of {path_of(file).name} only a part is used, that of the selection {file.selection.text}."
        )


def fits_pdb(structure: gemmi.Structure) -> bool:
    """Whether the PDB format can hold the chain names of a model."""
    return all(len(chain.name) <= _LONGEST_CHAIN_NAME for model in structure for chain in model)


def write_in_own_format(structure: gemmi.Structure, output: CPdbDataFile) -> None:
    """Write a model where `output` says, as PDB if it was read from PDB and fits, else as mmCIF."""
    import gemmi

    path = path_of(output)
    if structure.input_format == gemmi.CoorFormat.Mmcif or not fits_pdb(structure):
        path = path.with_suffix(".cif")
        output.set(path)
    write_model(structure, path)
