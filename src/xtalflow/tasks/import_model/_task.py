"""The task `import_model`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from xtalflow.data import CBoolean, CContainer, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    Agreement,
    CAtomCountPerformance,
    CObsDataFile,
    CPdbDataFile,
    Crystal,
    ModelSubType,
    check_model_crystal,
    crystal_of_model,
    crystal_of_reflections,
    model_facts,
    read_reflections,
    with_crystal,
)

from .._files import path_of, report_selection, write_in_own_format
from .._findings import Findings

if TYPE_CHECKING:
    import gemmi


class ImportModel(CPluginScript):
    """Take an atomic model from a PDB or mmCIF file, plain or gzipped, and put it into the crystal of the data."""

    TASKNAME, TASKTITLE, TASKVERSION = "import_model", "Import model", "1.0"
    CATEGORY = "data_entry"

    class Inputs(CContainer):
        XYZIN = CPdbDataFile(
            allowUndefined=False, mustExist=True, ifAtomSelection=True, guiLabel="Model", toolTip="PDB or mmCIF"
        )
        F_SIGF = CObsDataFile(
            fromPreviousJob=True,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="The model gets the cell and space group of these data",
        )

    class Controls(CContainer):
        ADOPT_SPACEGROUP = CBoolean(
            default=False,
            guiLabel="Take the space group of the data",
            toolTip="Accept data of the same point group with other screw axes than the model",
        )

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile(guiLabel="Model", toolTip="The model in the crystal of the data")
        PERFORMANCE = CAtomCountPerformance(guiLabel="Size", toolTip="Number of atoms and residues")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the model must be of the crystal of the data."""
        findings = Findings(super().validate())
        model, data = findings.path_of(self.inputData.XYZIN), findings.path_of(self.inputData.F_SIGF)
        if model is not None:
            with findings.of(self.inputData.XYZIN):
                own = crystal_of_model(self.inputData.XYZIN.selected())
                if data is not None and (refusal := self._agreement(own, self._crystal_of_data()).refusal):
                    findings.add(self.inputData.XYZIN, f"{model.name} and {data.name}: {refusal}")
        return findings

    async def run(self) -> None:
        """Read, move to the crystal of the data, write."""
        await asyncio.to_thread(self._take)

    def _crystal_of_data(self) -> Crystal:
        return crystal_of_reflections(read_reflections(path_of(self.inputData.F_SIGF)))

    def _agreement(self, own: Crystal, data: Crystal) -> Agreement:
        chosen = bool(self.controlParameters.ADOPT_SPACEGROUP.value)
        remedy = "take that of the data with ADOPT_SPACEGROUP=True if it is right"
        return check_model_crystal(own, data, space_group_chosen=chosen, remedy=remedy)

    def _take(self) -> None:
        path = path_of(self.inputData.XYZIN)
        structure = self.inputData.XYZIN.selected()
        facts = model_facts(structure)
        self._report(path.name, facts)
        if self.inputData.F_SIGF.isSet():
            structure = self._move_to_crystal(structure)
        output = self.outputData.XYZOUT
        write_in_own_format(structure, output)
        output.subType = ModelSubType.MODEL
        selection = self.inputData.XYZIN.selection
        output.annotation = f"{selection.text} of {path.name}" if selection.is_given() else path.name
        performance = self.outputData.PERFORMANCE
        performance.nAtoms, performance.nResidues = facts["atoms"], facts["residues"]

    def _move_to_crystal(self, structure: gemmi.Structure) -> gemmi.Structure:
        data, section = self._crystal_of_data(), self.report.section("Crystal")
        agreement = self._agreement(crystal_of_model(structure), data)
        for remark in agreement.remarks:
            self.warn(remark, section=section)
        cell = " ".join(f"{value:.2f}" for value in data.cell or ())
        section.figures(
            {"Space group": data.space_group, "Cell": cell}, {"Cell": "that of the data, a b c (Å) α β γ (°)"}
        )
        return with_crystal(structure, data.gemmi_cell().parameters, data.space_group)

    def _report(self, name: str, facts: dict[str, Any]) -> None:
        report_selection(self.report, self.inputData.XYZIN)
        section = self.report.section("Model")
        section.figures(
            {
                "File": name,
                "Format": {"pdb": "PDB", "mmcif": "mmCIF"}[facts["format"]],
                "Atoms": facts["atoms"],
                "Residues": facts["residues"],
                "Waters": facts["waters"],
                "Ligands": ", ".join(facts["ligands"]) or "none",
            },
            {"Atoms": f"{facts['hydrogens']} of them hydrogen"},
        )
        section.table(
            "Chains",
            ["Chain", "Residues", "Polymer", "Length of the polymer"],
            [[chain["name"], chain["residues"], chain["polymer"], len(chain["sequence"])] for chain in facts["chains"]],
        )
        for note in facts["notes"]:
            section.text(f"{note[0].upper()}{note[1:]}.")
