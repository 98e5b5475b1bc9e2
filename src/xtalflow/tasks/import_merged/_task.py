"""The task `import_merged`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xtalflow.data import CContainer, CInt, Finding
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript, Fixed, Series, Value
from xtalflow.xtal import (
    COLUMN_KINDS,
    CDataReductionPerformance,
    CFreeRDataFile,
    CObsDataFile,
    CSpaceGroup,
    WrittenObservations,
    find_free_flags,
    find_observations,
    resolution_shells,
    twinning_tests,
    write_free_flags,
    write_observations,
)

from .._checks import check_crystals, check_own_flags, observations_of
from .._files import path_of
from .._findings import Findings
from .._observations import Observations, read_observations
from .._twin_report import report_twin_tests

if TYPE_CHECKING:
    from xtalflow.xtal import Shell

OBSERVED = 1


class ImportMerged(CPluginScript):
    """Take merged reflections from MTZ, structure-factor mmCIF, Scalepack or XDS_ASCII, plain or gzipped.

    Without a choice of columns, intensities come before amplitudes and Friedel pairs before means. Free flags of the
    file are taken out as they are.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "import_merged", "Import merged reflections", "1.0"
    CATEGORY = "data_entry"

    class Inputs(CContainer):
        HKLIN = CObsDataFile(
            allowUndefined=False,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="MTZ, structure-factor mmCIF, Scalepack or XDS_ASCII; choose columns as data.mtz:/*/*/[F,SIGF]",
        )

    class Controls(CContainer):
        SPACEGROUP = CSpaceGroup(
            guiLabel="Space group",
            toolTip="Use this space group instead of the file's: the same point group with other screw axes",
        )
        FREERFLAG_NUMBER = CInt(
            guiLabel="Value of the free flag", toolTip="Of the flags in the file; found by itself if not given"
        )

    class Outputs(CContainer):
        OBSOUT = CObsDataFile(guiLabel="Observed reflections", toolTip="The columns taken, under standard labels")
        FREEOUT = CFreeRDataFile(guiLabel="Free-R flags of the file", toolTip="As they are; made if the file has any")
        PERFORMANCE = CDataReductionPerformance(guiLabel="Figures", toolTip="Space group and resolution limit")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the columns must be there, and the data must allow the space group."""
        findings = Findings(super().validate())
        observations = observations_of(findings, self.inputData.HKLIN)
        check_crystals(findings, None, None, observations, self.controlParameters.SPACEGROUP)
        check_own_flags(findings, self.controlParameters.FREERFLAG_NUMBER, observations)
        return findings

    async def run(self) -> None:
        """Write the columns chosen, and the flags if there are any."""
        await asyncio.to_thread(self._take)

    def _take(self) -> None:
        observations = read_observations(self.inputData.HKLIN)
        output, space_group = self.outputData.OBSOUT, self.controlParameters.SPACEGROUP.value
        written = write_observations(
            observations.path, observations.mtz, observations.group, path_of(output), space_group=space_group
        )
        output.contentFlag, output.subType = observations.content, OBSERVED
        output.annotation = observations.name
        performance = self.outputData.PERFORMANCE
        performance.spaceGroup = written.crystal.space_group
        performance.highResLimit = written.d_min
        self._report_taken(observations, written)
        self._take_flags(observations)
        taken = read_observations(output)
        self._report_shells(resolution_shells(taken.mtz, taken.group))
        report_twin_tests(self.report.section("Twinning"), twinning_tests(taken.mtz, taken.group))

    def _report_taken(self, observations: Observations, written: WrittenObservations) -> None:
        section = self.report.section("Reflections")
        section.text(f"Taken were {COLUMN_KINDS[observations.group.kind].words}: {observations.name}.")
        others = [
            str(group) for group in find_observations(observations.mtz) if group.labels != observations.group.labels
        ]
        if others:
            section.text(f"The file also holds {'; '.join(others)}.")
        cell = written.crystal.cell or ()
        figures: dict[str, Value] = {
            "Space group": written.crystal.space_group,
            "Cell": " ".join(f"{value:.2f}" for value in cell),
            "Reflections": written.written,
            "Resolution": f"{written.d_max:.2f}–{written.d_min:.2f} Å",
        }
        if written.wavelength is not None:
            figures["Wavelength"] = Fixed(written.wavelength, 5)
        section.figures(
            figures,
            {
                "Cell": "a b c (Å) α β γ (°)",
                "Reflections": f"{written.systematic_absences} systematic absences and {written.missing} without a "
                "value are left out",
                "Wavelength": "Å",
            },
        )
        if (
            self.controlParameters.SPACEGROUP.isSet()
            and written.crystal.space_group != observations.crystal.space_group
        ):
            section.warning(
                f"The space group was {observations.crystal.space_group}; {written.crystal.space_group} is used, "
                "as asked."
            )
        if written.without_sigma:
            section.text(f"{written.without_sigma} values have no positive σ; programs leave them out.")

    def _take_flags(self, observations: Observations) -> None:
        """Free flags of the file; of several columns the first, as servalcat does."""
        groups, section = find_free_flags(observations.mtz), self.report.section("Free-R flags")
        output = self.outputData.FREEOUT
        if not groups:
            output.unSet()
            section.text("The file has no free-R flags.")
            return
        label, number = groups[0].labels[0], self.controlParameters.FREERFLAG_NUMBER.value
        try:
            flags = write_free_flags(observations.path, observations.mtz, label, path_of(output), number)
        except InvalidInput as exc:
            output.unSet()
            self.warn(f"The column {label} is not taken as free-R flags. {exc}", section=section)
            return
        output.annotation = f"{label} of {observations.path.name}"
        section.figures(
            {
                "Column": label,
                "Sets": flags.n_sets,
                "Free value": flags.free_value,
                "Free": Fixed(100 * flags.fraction, 2),
            },
            {"Free value": f"because {flags.reason}", "Free": f"% of {flags.flagged} flags"},
        )
        if len(groups) > 1:
            section.text(f"Other columns of flags: {', '.join(group.labels[0] for group in groups[1:])}.")

    def _report_shells(self, shells: list[Shell]) -> None:
        section = self.report.section("By resolution")
        middles = [0.5 * (shell.d_max**-2 + shell.d_min**-2) for shell in shells]
        completeness = [100 * shell.completeness for shell in shells]
        section.plot("Completeness", "1/d² (Å⁻²)", "%", [Series(name="completeness", x=middles, y=completeness)])
        section.plot(
            "Signal",
            "1/d² (Å⁻²)",
            "⟨I/σ(I)⟩",
            [Series(name="⟨I/σ(I)⟩", x=middles, y=[shell.i_over_sigma for shell in shells])],
        )
        section.table(
            "Resolution shells",
            ["d max (Å)", "d min (Å)", "Reflections", "Possible", "Completeness (%)", "⟨I/σ(I)⟩"],
            [
                [
                    Fixed(shell.d_max, 2),
                    Fixed(shell.d_min, 2),
                    shell.observed,
                    shell.possible,
                    Fixed(100 * shell.completeness, 1),
                    Fixed(shell.i_over_sigma, 2),
                ]
                for shell in shells
            ],
        )
