"""The task `convert_reflections`."""

from __future__ import annotations

import asyncio

from xtalflow.data import CContainer, CString, Finding
from xtalflow.errors import InvalidInput
from xtalflow.plugin import Command, CPluginScript
from xtalflow.xtal import (
    CObsDataFile,
    Conversion,
    CPhsDataFile,
    FrenchWilsonRun,
    ObsContent,
    PhsContent,
    ReflectionContent,
    check_conversion,
    collect_amplitudes,
    convert_group,
    needs_french_wilson,
    read_group,
)

from .._conversion_report import report_conversion
from .._files import path_of
from .._findings import Findings

OBSERVED, DERIVED = 1, 2
"""Sub-types of observations."""


class ConvertReflections(CPluginScript):
    """Convert observations or phases to another content, keeping every reflection.

    Pairs become means, intensities amplitudes (by French and Wilson's method, with servalcat), Hendrickson-Lattman
    coefficients phases with figures of merit, and back.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "convert_reflections", "Convert reflections", "1.0"
    CATEGORY = "expt_data_utility"
    PROGRAMS = ("servalcat",)

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            fromPreviousJob=True, mustExist=True, guiLabel="Reflections", toolTip="Observations to convert"
        )
        ABCD = CPhsDataFile(mustExist=True, guiLabel="Phases", toolTip="Phases to convert, instead of observations")

    class Controls(CContainer):
        CONTENT = CString(
            allowUndefined=False,
            enumerators=(*ObsContent.__members__, *PhsContent.__members__),
            menuText=(
                "intensities of Friedel pairs",
                "amplitudes of Friedel pairs",
                "mean intensities",
                "mean amplitudes",
                "Hendrickson-Lattman coefficients",
                "phases with figures of merit",
            ),
            onlyEnumerators=True,
            guiLabel="Convert to",
            toolTip="Observations: from IPAIR to any, from FPAIR or IMEAN to FMEAN; phases: HL or PHIFOM",
        )

    class Outputs(CContainer):
        OBSOUT = CObsDataFile(guiLabel="Converted reflections", toolTip="Made of observations")
        PHSOUT = CPhsDataFile(guiLabel="Converted phases", toolTip="Made of phases")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: one file must be given, which can be converted."""
        findings = Findings(super().validate())
        inputs = self.inputData
        if inputs.F_SIGF.isSet() == inputs.ABCD.isSet():
            findings.add(inputs.F_SIGF, "give either observations (F_SIGF) or phases (ABCD)")
        elif self.controlParameters.CONTENT.isSet() and findings.path_of(self._input):
            with findings.of(self._input):
                check_conversion(read_group(self._input), self._content)
        return findings

    async def run(self) -> None:
        """Convert, with servalcat if amplitudes are to be made of intensities."""
        source, to = await asyncio.to_thread(read_group, self._input), self._content
        if not needs_french_wilson(source, to):
            await asyncio.to_thread(lambda: self._write(convert_group(source, to)))
            return
        run = FrenchWilsonRun(intensities=source, folder=self.work_directory)
        await asyncio.to_thread(run.write_input)
        await self.run_command(Command("servalcat", run.arguments))
        await asyncio.to_thread(lambda: self._write(collect_amplitudes(run, to)))
        await asyncio.to_thread(run.clear)

    @property
    def _input(self) -> CObsDataFile | CPhsDataFile:
        inputs = self.inputData
        return inputs.ABCD if inputs.ABCD.isSet() else inputs.F_SIGF

    @property
    def _content(self) -> ReflectionContent:
        name = self.controlParameters.CONTENT.value or ""
        for contents in (ObsContent, PhsContent):
            if name in contents.__members__:
                return contents[name]
        raise InvalidInput(f"{self.controlParameters.CONTENT.object_path()} is not set")

    def _write(self, conversion: Conversion) -> None:
        outputs, source = self.outputData, self._input
        of_phases = isinstance(source, CPhsDataFile)
        output, other = (outputs.PHSOUT, outputs.OBSOUT) if of_phases else (outputs.OBSOUT, outputs.PHSOUT)
        other.unSet()
        conversion.write(path_of(output))
        output.contentFlag = self._content
        output.annotation = f"{conversion.result.kind} of {conversion.source.name}"
        if needs_french_wilson(conversion.source, self._content):
            output.subType = DERIVED
        elif source.subType.isSet() or not of_phases:
            output.subType = source.subType.value or OBSERVED
        report_conversion(self.report.section("Conversion"), conversion)
