"""The task `french_wilson`."""

from __future__ import annotations

import asyncio
import re

from xtalflow.data import CContainer, Finding
from xtalflow.errors import TaskFailed
from xtalflow.plugin import Command, CPluginScript, Series
from xtalflow.xtal import (
    COLUMN_KINDS,
    CFrenchWilsonPerformance,
    CObsDataFile,
    ObsContent,
    join_flags,
    read_reflections,
    split_columns,
    wilson_plot,
)

from .._checks import observations_of
from .._files import path_of
from .._findings import Findings
from .._observations import Observations, read_observations

INPUT, PREFIX = "intensities.mtz", "amplitudes"
DERIVED = 2
_PAIRS = ("F(+)", "SIGF(+)", "F(-)", "SIGF(-)")
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

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            allowUndefined=False,
            mustExist=True,
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
        """Also: the data must be intensities."""
        findings = Findings(super().validate())
        observations = observations_of(findings, self.inputData.F_SIGF)
        if observations is not None and not observations.are_intensities:
            findings.add(self.inputData.F_SIGF, f"{observations.name} are amplitudes; French–Wilson needs intensities")
        return findings

    async def run(self) -> None:
        """Write the intensities chosen, convert them, take the amplitudes."""
        observations = await asyncio.to_thread(self._write_input)
        labels = ",".join(COLUMN_KINDS[observations.group.kind].labels)
        arguments = ["fw", "--hklin", INPUT, "--labin", labels, "--output_prefix", PREFIX]
        await self.run_command(Command("servalcat", arguments, on_line=self._read_line))
        await asyncio.to_thread(self._take_amplitudes, observations)

    def _write_input(self) -> Observations:
        observations = read_observations(self.inputData.F_SIGF)
        join_flags(observations.mtz, observations.group, None, self.work_directory / INPUT)
        return observations

    def _read_line(self, line: str) -> None:
        if found := _ANISOTROPY.match(line):
            diagonal = {f"B{axis}{axis}": round(float(found[axis]), 3) for axis in (1, 2, 3)}
            section = self.report.section("Anisotropy")
            section.figures(diagonal, dict.fromkeys(diagonal, "Å², of the data about their mean"))

    def _take_amplitudes(self, observations: Observations) -> None:
        converted, outputs = self.work_directory / f"{PREFIX}.mtz", self.outputData
        if not converted.exists():
            raise TaskFailed("servalcat fw ended well but wrote no amplitudes")
        mtz, source = read_reflections(converted), f"French–Wilson, from {observations.name}"
        section = self.report.section("Amplitudes")
        section.text(f"Converted were {observations.name}.")
        number = split_columns(mtz, {"F": "F", "SIGF": "SIGF"}, path_of(outputs.FSIGFOUT), title=source)
        section.figures({"Amplitudes": number})
        kinds = [(outputs.FSIGFOUT, ObsContent.FMEAN)]
        if _PAIRS[0] in mtz.column_labels():
            labels = dict(zip(_PAIRS, COLUMN_KINDS["FPAIR"].labels, strict=True))
            split_columns(mtz, labels, path_of(outputs.FPAIROUT), title=source)
            kinds.append((outputs.FPAIROUT, ObsContent.FPAIR))
        else:
            outputs.FPAIROUT.unSet()
        for output, content in kinds:
            output.contentFlag, output.subType, output.annotation = content, DERIVED, source
        self._estimate_wilson_b(observations)
        converted.unlink()
        converted.with_suffix(".log").unlink(missing_ok=True)  # the same as our log of the program

    def _estimate_wilson_b(self, observations: Observations) -> None:
        section, plot = self.report.section("Wilson plot"), wilson_plot(observations.mtz, observations.group)
        if plot is None:
            section.text("The data end before 3.5 Å, or are too few, for a Wilson plot; no Wilson B is given.")
            return
        self.outputData.PERFORMANCE.wilsonB = plot.b
        section.figures({"Wilson B": round(plot.b, 2)}, {"Wilson B": "Å², from a straight line beyond 4 Å"})
        section.plot(
            "Wilson plot", "1/d² (Å⁻²)", "ln(⟨I/ε⟩/Σf²)", [Series(name="data", x=plot.one_over_d2, y=plot.logarithm)]
        )
