"""The task `french_wilson`."""

from __future__ import annotations

import asyncio
import re

from xtalflow.data import CContainer, Finding
from xtalflow.plugin import Command, CPluginScript, Fixed, PurgeCode, Series
from xtalflow.xtal import (
    CFrenchWilsonPerformance,
    CObsDataFile,
    FrenchWilsonRun,
    ObsContent,
    collect_amplitudes,
    take_group,
    wilson_plot,
)

from .._checks import observations_of
from .._conversion_report import report_conversion
from .._files import path_of
from .._findings import Findings
from .._observations import Observations, read_observations

DERIVED = 2
_NUMBER = r"(-?\d[\d.e+-]*)"
_ANISOTROPY = re.compile(rf"B_aniso= <gemmi\.SMat33d\({', '.join([_NUMBER] * 6)}\)>")


class FrenchWilson(CPluginScript):
    """Amplitudes from intensities by the method of French and Wilson, which makes weak and negative ones positive.

    References
    ----------
    French & Wilson, Acta Cryst. A34 (1978) 517–525; servalcat: Yamashita et al., Acta Cryst. D77 (2021) 1282–1291.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "french_wilson", "French–Wilson amplitudes", "1.0"
    CATEGORY = "data_reduction"
    PROGRAMS = ("servalcat",)
    PURGESEARCHLIST = (("intensities.mtz", PurgeCode.SCRATCH),)

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            requiredContentFlag=(ObsContent.IPAIR, ObsContent.IMEAN),
            guiLabel="Intensities",
            toolTip="Merged intensities, of Friedel pairs or means",
        )

    class Outputs(CContainer):
        FSIGFOUT = CObsDataFile(guiLabel="Amplitudes (French–Wilson)", toolTip="Mean amplitudes")
        FPAIROUT = CObsDataFile(
            guiLabel="Amplitudes of Friedel pairs (French–Wilson)", toolTip="Made when the intensities are of pairs"
        )
        PERFORMANCE = CFrenchWilsonPerformance(guiLabel="Figures", toolTip="Wilson B of the data")

    inputData, controlParameters, outputData = Inputs(), CContainer(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the columns must be there."""
        findings = Findings(super().validate())
        observations_of(findings, self.inputData.F_SIGF)
        return findings

    async def run(self) -> None:
        """Write the intensities chosen, convert them, take the amplitudes."""
        observations, run = await asyncio.to_thread(self._prepare)
        await self.run_command(Command("servalcat", run.arguments, on_line=self._read_line))
        await asyncio.to_thread(self._take_amplitudes, observations, run)

    def _prepare(self) -> tuple[Observations, FrenchWilsonRun]:
        observations = read_observations(self.inputData.F_SIGF)
        intensities = take_group(observations.path, observations.mtz, observations.group)
        run = FrenchWilsonRun(intensities=intensities, folder=self.work_directory)
        run.write_input()
        return observations, run

    def _read_line(self, line: str) -> None:
        if found := _ANISOTROPY.match(line):
            diagonal = {f"B{axis}{axis}": Fixed(float(found[axis]), 3) for axis in (1, 2, 3)}
            section = self.report.section("Anisotropy")
            section.figures(diagonal, dict.fromkeys(diagonal, "Å², of the data about their mean"))

    def _take_amplitudes(self, observations: Observations, run: FrenchWilsonRun) -> None:
        outputs, section = self.outputData, self.report.section("Amplitudes")
        kinds = [(outputs.FSIGFOUT, ObsContent.FMEAN)]
        if run.intensities.kind == "IPAIR":
            kinds.append((outputs.FPAIROUT, ObsContent.FPAIR))
        else:
            outputs.FPAIROUT.unSet()
        for output, content in kinds:
            conversion = collect_amplitudes(run, content)
            conversion.write(path_of(output))
            output.contentFlag, output.subType = content, DERIVED
            output.annotation = f"French–Wilson, from {observations.name}"
            report_conversion(section, conversion)
        self._estimate_wilson_b(observations)
        run.clear()

    def _estimate_wilson_b(self, observations: Observations) -> None:
        section, plot = self.report.section("Wilson plot"), wilson_plot(observations.mtz, observations.group)
        if plot is None:
            section.text("The data end before 3.5 Å, or are too few, for a Wilson plot; no Wilson B is given.")
            return
        self.outputData.PERFORMANCE.wilsonB = plot.b
        section.figures({"Wilson B": Fixed(plot.b, 2)}, {"Wilson B": "Å², from a straight line beyond 4 Å"})
        section.plot(
            "Wilson plot", "1/d² (Å⁻²)", "ln(⟨I/ε⟩/Σf²)", [Series(name="data", x=plot.one_over_d2, y=plot.logarithm)]
        )
