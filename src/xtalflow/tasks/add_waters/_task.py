"""The task `add_waters`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from xtalflow.data import CBoolean, CContainer, CFloat, Finding
from xtalflow.plugin import CPluginScript, Fixed, Section, Series, Value
from xtalflow.xtal import (
    CMapCoeffsDataFile,
    CPdbDataFile,
    CWaterPerformance,
    DensityMap,
    ModelSubType,
    Water,
    WaterSearch,
    add_waters,
    count_waters,
    pick_waters,
    read_density_map,
)

from .._checks import check_same_crystal, model_of
from .._files import path_of, report_selection, write_in_own_format
from .._findings import Findings

DIFFERENCE = 2
"""Sub-type of map coefficients."""


class AddWaters(CPluginScript):
    """Put ordered waters on the peaks of an mFo-DFc map.

    A peak becomes a water if it is high enough, at hydrogen-bonding distance from an N or O, clear of everything
    else and of other new waters with crystal symmetry, and not on a special position.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "add_waters", "Add waters", "1.0"
    CATEGORY = "model_building"

    class Inputs(CContainer):
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Refined model that the waters are added to",
        )
        DIFFPHIIN = CMapCoeffsDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            requiredSubType=[DIFFERENCE, 0],
            guiLabel="Difference map",
            toolTip="mFo-DFc coefficients of this model",
        )

    class Controls(CContainer):
        SIGMA = CFloat(
            default=3.5,
            min=1.0,
            max=20.0,
            guiLabel="Least peak height (σ)",
            toolTip="Peaks lower than this are not taken",
        )
        DMIN_CONTACT = CFloat(
            default=2.3,
            min=1.5,
            max=3.0,
            guiLabel="Shortest contact (Å)",
            toolTip="Nothing may be nearer to a new water than this, symmetry mates and other new waters included",
        )
        DMAX_CONTACT = CFloat(
            default=3.5,
            min=2.5,
            max=5.0,
            guiLabel="Longest hydrogen bond (Å)",
            toolTip="An N or O must be within this distance of a new water",
        )
        RESOLUTION_LIMIT = CFloat(
            default=2.8,
            min=0.5,
            max=5.0,
            guiLabel="Resolution limit (Å)",
            toolTip="With data that end at a greater spacing no water is added, unless asked for",
        )
        FORCE = CBoolean(
            default=False,
            guiLabel="Add waters whatever the resolution",
            toolTip="Waters from maps beyond the resolution limit are mostly noise",
        )

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile(
            guiLabel="Model with waters", toolTip="The model, with new waters in a chain of their own"
        )
        PERFORMANCE = CWaterPerformance(guiLabel="Waters", toolTip="Number of waters added, and of all")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: model and map must be of one crystal, and the shortest contact below the longest hydrogen bond."""
        findings = Findings(super().validate())
        check_same_crystal(findings, self.inputData.DIFFPHIIN, model_of(findings, self.inputData.XYZIN))
        shortest, longest = self.controlParameters.DMIN_CONTACT, self.controlParameters.DMAX_CONTACT
        if float(shortest) >= float(longest):
            findings.add(
                shortest, f"the shortest contact ({shortest} Å) must be below the longest hydrogen bond ({longest} Å)"
            )
        return findings

    async def run(self) -> None:
        """Pick waters and write the model with them."""
        await asyncio.to_thread(self._add)

    def _add(self) -> None:
        controls = self.controlParameters
        structure = self.inputData.XYZIN.selected()
        coefficients = self.inputData.DIFFPHIIN
        density = read_density_map(path_of(coefficients), coefficients.columnLabels.value or "")
        section = self.report.section("Waters")
        report_selection(self.report, self.inputData.XYZIN)
        if density.d_min > float(controls.RESOLUTION_LIMIT) and not controls.FORCE.value:
            self.warn(too_low(density.d_min, float(controls.RESOLUTION_LIMIT)), section=section)
            search = WaterSearch(waters=(), peaks=0)
        else:
            search = pick_waters(
                structure,
                density,
                sigma=float(controls.SIGMA),
                closest=float(controls.DMIN_CONTACT),
                farthest=float(controls.DMAX_CONTACT),
            )
            self._report_search(section, search, density)
        extended = add_waters(structure, search.waters)
        output = self.outputData.XYZOUT
        write_in_own_format(extended, output)
        output.subType = ModelSubType.MODEL
        output.annotation = f"Model with {len(search.waters)} new waters"
        performance = self.outputData.PERFORMANCE
        performance.nWatersAdded = len(search.waters)
        performance.nWaters = count_waters(extended)
        section.figures(
            {"Waters added": len(search.waters), "Waters in the model": count_waters(extended)},
        )

    def _report_search(self, section: Section, search: WaterSearch, density: DensityMap) -> None:
        section.text(
            f"{search.peaks} peaks of mFo-DFc are at least {float(self.controlParameters.SIGMA):g} σ high "
            f"(1 σ = {density.rms:.3f}, for X-rays in e/Å³; data to {density.d_min:.2f} Å); "
            f"{len(search.waters)} of them became waters."
        )
        if not search.waters:
            self.warn("No water was added.", section=section)
        if search.rejected:
            rows = [[reason.value, number] for reason, number in search.rejected.items()]
            section.table("Peaks left out", ["Reason", "Peaks"], rows)
        if search.waters:
            section.table(
                "New waters",
                ["Water", "Height (σ)", "B (Å²)", "Bound to", "Distance (Å)"],
                _rows(search.waters),
            )
            heights = [water.height for water in search.waters]
            section.plot(
                "Height of the peaks taken",
                "Water",
                "Height (σ)",
                [Series(name="mFo-DFc", x=list(range(1, len(heights) + 1)), y=heights)],
            )


def too_low(d_min: float, limit: float) -> str:
    """Why no water is added at this resolution."""
    return (
        f"The data end at {d_min:.2f} Å, above the limit of {limit:g} Å: peaks there are too broad to be single "
        "waters, so none is added."
    )


def _rows(waters: Sequence[Water]) -> list[list[Value]]:
    return [
        [number, Fixed(water.height, 2), Fixed(water.b_iso, 1), water.bound_to, Fixed(water.distance, 2)]
        for number, water in enumerate(waters, start=1)
    ]
