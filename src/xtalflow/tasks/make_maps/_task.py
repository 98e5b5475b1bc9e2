"""The task `make_maps`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xtalflow.data import CContainer, Finding
from xtalflow.plugin import CPluginScript, Fixed, Value
from xtalflow.xtal import CMapCoeffsDataFile, CMapDataFile, CPdbDataFile, write_ccp4_map

from .._checks import check_same_crystal, model_of
from .._files import path_of, report_selection
from .._findings import Findings

if TYPE_CHECKING:
    import gemmi

NORMAL, DIFFERENCE = 1, 2
"""Sub-types of map coefficients and of maps."""


class MakeMaps(CPluginScript):
    """CCP4 maps from map coefficients, of the whole cell or around a model, for programs that read no MTZ."""

    TASKNAME, TASKTITLE, TASKVERSION = "make_maps", "CCP4 maps", "1.0"
    CATEGORY = "export"

    class Inputs(CContainer):
        FPHIIN = CMapCoeffsDataFile(
            fromPreviousJob=True,
            mustExist=True,
            requiredSubType=[NORMAL, 0],
            guiLabel="Map coefficients",
            toolTip="2mFo-DFc, or the like",
        )
        DIFFPHIIN = CMapCoeffsDataFile(
            fromPreviousJob=True,
            mustExist=True,
            requiredSubType=[DIFFERENCE, 0],
            guiLabel="Difference map coefficients",
            toolTip="mFo-DFc",
        )
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="The maps cover this model; without it, the cell",
        )

    class Outputs(CContainer):
        MAPOUT = CMapDataFile(guiLabel="Map (2mFo-DFc)", toolTip="CCP4 map of FPHIIN")
        DIFFMAPOUT = CMapDataFile(guiLabel="Difference map (mFo-DFc)", toolTip="CCP4 map of DIFFPHIIN")

    inputData, controlParameters, outputData = Inputs(), CContainer(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: at least one set of coefficients is needed, of the crystal of the model."""
        findings, inputs = Findings(super().validate()), self.inputData
        if not (inputs.FPHIIN.isSet() or inputs.DIFFPHIIN.isSet()):
            findings.add(inputs.FPHIIN, "no map coefficients are given, neither here nor in DIFFPHIIN")
        model = model_of(findings, inputs.XYZIN)
        for coefficients in (inputs.FPHIIN, inputs.DIFFPHIIN):
            check_same_crystal(findings, coefficients, model)
        return findings

    async def run(self) -> None:
        """Transform what is given; the two maps side by side."""
        inputs, outputs = self.inputData, self.outputData
        rows: dict[str, list[Value]] = {}
        model = await asyncio.to_thread(inputs.XYZIN.selected) if inputs.XYZIN.isSet() else None
        async with asyncio.TaskGroup() as group:
            for coefficients, output, sub_type in (
                (inputs.FPHIIN, outputs.MAPOUT, NORMAL),
                (inputs.DIFFPHIIN, outputs.DIFFMAPOUT, DIFFERENCE),
            ):
                if coefficients.isSet():
                    output.subType = sub_type
                    group.create_task(asyncio.to_thread(self._transform, coefficients, output, model, rows))
        section = self.report.section("Maps")
        report_selection(self.report, inputs.XYZIN)
        section.table(
            "Maps",
            ["Map", "1 σ (X-rays: e/Å³)", "Highest (σ)", "Lowest (σ)", "d min (Å)"],
            [[name, *rows[name]] for name in sorted(rows)],
        )
        section.files({"Map": "MAPOUT", "Difference map": "DIFFMAPOUT"})

    def _transform(
        self,
        coefficients: CMapCoeffsDataFile,
        output: CMapDataFile,
        model: gemmi.Structure | None,
        rows: dict[str, list[Value]],
    ) -> None:
        columns = coefficients.columnLabels.value or ""
        facts = write_ccp4_map(path_of(coefficients), path_of(output), model, columns)
        rows[output.name] = [
            Fixed(facts.rms, 4),
            Fixed(facts.maximum, 1),
            Fixed(facts.minimum, 1),
            Fixed(facts.d_min, 2),
        ]
