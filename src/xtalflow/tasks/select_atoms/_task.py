"""The task `select_atoms`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xtalflow.data import CContainer, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import CAtomCountPerformance, CPdbDataFile, ModelSubType, read_model, select_atoms

from .._files import path_of, write_in_own_format
from .._findings import Findings

if TYPE_CHECKING:
    import gemmi


class SelectAtoms(CPluginScript):
    """Write the part of a model that an atom selection means as a model of its own; PDB stays PDB, mmCIF mmCIF."""

    TASKNAME, TASKTITLE, TASKVERSION = "select_atoms", "Select atoms", "1.0"
    CATEGORY = "model_data_utility"

    class Inputs(CContainer):
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Model to take atoms from; XYZIN.selection.text says which",
        )

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile(guiLabel="Selected atoms", toolTip="The part of the model that is selected")
        PERFORMANCE = CAtomCountPerformance(guiLabel="Size", toolTip="Number of atoms and residues selected")

    inputData, controlParameters, outputData = Inputs(), CContainer(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: there must be a selection, and a model that it selects something of."""
        findings, model = Findings(super().validate()), self.inputData.XYZIN
        if not model.selection.is_given():
            findings.add(model.selection.text, "no selection is given, such as XYZIN.selection.text=A/10-20")
        elif findings.path_of(model):
            with findings.of(model):
                model.selected()
        return findings

    async def run(self) -> None:
        """Read, select, write."""
        await asyncio.to_thread(self._select)

    def _select(self) -> None:
        model, output = self.inputData.XYZIN, self.outputData.XYZOUT
        path, tree = path_of(model), model.selection.tree
        whole = read_model(path)
        part = select_atoms(whole, tree)
        write_in_own_format(part, output)
        output.subType = model.subType.value or ModelSubType.MODEL
        output.annotation = f"{model.selection.text} of {path.name}"
        performance = self.outputData.PERFORMANCE
        performance.nAtoms = part[0].count_atom_sites()
        performance.nResidues = sum(len(chain) for chain in part[0])
        self._report(whole, part)

    def _report(self, whole: gemmi.Structure, part: gemmi.Structure) -> None:
        section, performance = self.report.section("Selection"), self.outputData.PERFORMANCE
        section.text(f"{self.inputData.XYZIN.selection.text} of {path_of(self.inputData.XYZIN).name}.")
        section.figures({"Atoms": performance.nAtoms.value, "Residues": performance.nResidues.value})
        if len(whole) > 1:
            section.text(f"{len(part)} of {len(whole)} models are selected; figures are of model {part[0].num}.")
        before = next(model for model in whole if model.num == part[0].num)
        columns = ["Chain", "Atoms", "of all atoms", "Residues", "of all residues"]
        section.table("Chains", columns, [_row(chain.name, part[0], before) for chain in before])
        section.files({"Selected atoms": "XYZOUT"})


def _row(name: str, part: gemmi.Model, whole: gemmi.Model) -> list[str | float | int | None]:
    """Atoms and residues of a chain, selected and in all."""
    row: list[str | float | int | None] = [name]
    chain, before = part.find_chain(name), whole.find_chain(name)
    row += [sum(len(residue) for residue in chain or []), sum(len(residue) for residue in before)]
    return [*row, len(chain or []), len(before)]
