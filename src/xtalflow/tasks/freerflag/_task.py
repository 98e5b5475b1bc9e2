"""The task `freerflag`."""

from __future__ import annotations

import asyncio

from xtalflow.data import CContainer, CFloat, CInt, Finding
from xtalflow.plugin import CPluginScript, Fixed
from xtalflow.xtal import (
    CFreeRDataFile,
    CFreeRPerformance,
    CObsDataFile,
    FreeSet,
    choose_free_flags,
    complete_free_flags,
    make_free_flags,
    read_reflections,
)

from .._checks import flags_of, observations_of
from .._files import path_of
from .._findings import Findings
from .._observations import Observations, read_observations


class FreeRFlag(CPluginScript):
    """Make a free-R set, or complete an existing one, for every possible reflection to the limit of the data.

    A set that is completed keeps its flags and its number of sets. A new one is made in the Laue class of the lattice,
    so that reflections that twinning or a higher symmetry would couple share a flag.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "freerflag", "Free-R flags", "1.0"
    CATEGORY = "data_reduction"

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="The data that the set is for",
        )
        FREERFLAG = CFreeRDataFile(
            mustExist=True,
            sameCrystalAs="F_SIGF",
            sameCrystalLevel=1,
            guiLabel="Set to complete",
            toolTip="An existing set of the same Laue class; without it a new one is made",
        )

    class Controls(CContainer):
        FRAC = CFloat(
            default=0.05, min=0.001, max=0.5, guiLabel="Free fraction", toolTip="Fraction of a new set that is free"
        )
        SEED = CInt(default=1, min=0, guiLabel="Seed", toolTip="The same seed makes the same set")
        FREERFLAG_NUMBER = CInt(
            guiLabel="Value of the free flag", toolTip="In the set to complete; found by itself if not given"
        )

    class Outputs(CContainer):
        FREEROUT = CFreeRDataFile(guiLabel="Free-R set", toolTip="A flag for every possible reflection")
        PERFORMANCE = CFreeRPerformance(guiLabel="Figures", toolTip="Size of the set")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the set to complete must be test flags of the same crystal; a new one needs a free reflection."""
        findings = Findings(super().validate())
        observations = observations_of(findings, self.inputData.F_SIGF)
        number = self.controlParameters.FREERFLAG_NUMBER.value
        flags_of(findings, self.inputData.FREERFLAG, number)
        if observations is not None and not self.inputData.FREERFLAG.isSet():
            with findings.of(self.controlParameters.FRAC):
                self._new(observations)
        return findings

    async def run(self) -> None:
        """Make or complete the set."""
        await asyncio.to_thread(self._make)

    def _make(self) -> None:
        observations = read_observations(self.inputData.F_SIGF)
        free_set = self._completed(observations) if self.inputData.FREERFLAG.isSet() else self._new(observations)
        output, report = self.outputData.FREEROUT, free_set.report
        free_set.mtz.write_to_file(str(path_of(output)))
        output.annotation = "Free-R set, completed" if report.old else "Free-R set, new"
        performance = self.outputData.PERFORMANCE
        performance.nReflections, performance.nFree = report.reflections, report.free
        performance.percentFree = 100 * report.fraction
        performance.freeFlag, performance.nAdded = report.free_value, report.added
        self._report(free_set)

    def _new(self, observations: Observations) -> FreeSet:
        controls = self.controlParameters
        return make_free_flags(observations.mtz, float(controls.FRAC), int(controls.SEED))

    def _completed(self, observations: Observations) -> FreeSet:
        controls, file = self.controlParameters, self.inputData.FREERFLAG
        path = path_of(file)
        old = read_reflections(path)
        label = choose_free_flags(path, old, file.columnLabels.value or "").labels[0]
        number = controls.FREERFLAG_NUMBER.value
        return complete_free_flags(observations.mtz, path, old, label, seed=int(controls.SEED), number=number)

    def _report(self, free_set: FreeSet) -> None:
        report, section = free_set.report, self.report.section("Free-R set")
        if report.old is None:
            section.text(f"A new set was made of 1 in {report.n_sets} reflections, for all to {report.d_min:.2f} Å.")
            if report.higher_lattice:
                section.text(
                    "The lattice is of higher symmetry than the crystal: reflections that a twin law would couple "
                    "share a flag."
                )
        else:
            section.text(
                f"The column {report.old.label} of {path_of(self.inputData.FREERFLAG).name} was completed for all "
                f"reflections to {report.d_min:.2f} Å: {report.added} flags were added, {report.data_without_flag} of "
                "them of the data. The flags that were there are kept."
            )
            section.text(f"Free is the value {report.free_value}, because {report.old.reason}.")
        section.figures(
            {
                "Reflections": report.reflections,
                "Free": report.free,
                "Free fraction": Fixed(100 * report.fraction, 2),
                "Free value": report.free_value,
                "Sets": report.n_sets,
                "Flags added": report.added,
            },
            {"Reflections": f"every possible one to {report.d_min:.2f} Å", "Free fraction": "%"},
        )
        for remark in report.remarks:
            self.warn(remark, section=section)
