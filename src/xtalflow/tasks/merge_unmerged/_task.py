"""The task `merge_unmerged`."""

from __future__ import annotations

import asyncio

from xtalflow.data import CBoolean, CContainer, CInt, CList, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    CDataReductionCCPerformance,
    CDataReductionPerformance,
    CImportUnmergedList,
    CObsDataFile,
    CResolutionRange,
    CSpaceGroup,
    MergedData,
    MergingStatistics,
    ObsContent,
    UnmergedData,
    choose_observations,
    common_crystal,
    directional_signals,
    merge,
    merging_statistics,
    read_reflections,
    twinning_tests,
    write_merged,
)

from .._files import path_of
from .._findings import Findings
from .._twin_report import report_twin_tests
from ._data_sets import DataSet, chosen_parts, data_sets, read_entry, read_file, without_excluded
from ._remarks import remarks
from ._report import report_batches, report_merging, report_shells

OBSERVED = 1


class MergeUnmerged(CPluginScript):
    """Merge scaled observations, and say how well they agree: overall, by resolution and by image.

    Every data set of a file is merged apart, or the one that is named (`dataset`); files whose data sets are called the
    same are merged with each other. Nothing is scaled and nothing rejected: integrated data are refused.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "merge_unmerged", "Merge reflections", "1.0"
    CATEGORY = "data_reduction"

    class Inputs(CContainer):
        UNMERGEDFILES = CImportUnmergedList(
            allowUndefined=False,
            guiLabel="Unmerged reflections",
            toolTip="Scaled observations: MTZ, mmCIF, XDS_ASCII, Scalepack with original indices, SHELX; beside each "
            "file its cell and wavelength where it tells none, names, and batches to leave out such as 1-20, 35",
        )

    class Controls(CContainer):
        RESOLUTION_RANGE = CResolutionRange(
            guiLabel="Limits of resolution", toolTip="In Å; all observations are used if they are not given"
        )
        SPACEGROUP = CSpaceGroup(
            guiLabel="Space group",
            toolTip="Of a file that tells none; or another than the files' on the same lattice, to merge in it",
        )
        ANOMALOUS = CBoolean(
            default=True,
            guiLabel="Keep Friedel mates apart",
            toolTip="Write I(+) and I(-), and their means beside them",
        )
        N_SHELLS = CInt(default=10, min=1, max=100, guiLabel="Shells", toolTip="Shells of resolution of equal volume")

    class Outputs(CContainer):
        HKLOUT = CList(
            CObsDataFile(),
            guiLabel="Merged reflections",
            toolTip="One file for each data set: pairs of Friedel mates, or means if mates are not kept apart",
        )
        IMEANOUT = CList(
            CObsDataFile(), guiLabel="Mean intensities", toolTip="The same with Friedel mates merged, beside the pairs"
        )
        PERFORMANCE = CDataReductionPerformance(
            guiLabel="Figures", toolTip="Space group, resolution limit and Rmeas of the first data set"
        )
        CCPERFORMANCE = CDataReductionCCPerformance(guiLabel="Correlation", toolTip="CC1/2 of the first data set")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: every file must be readable, scaled and unmerged, and allow the space group."""
        findings, space_group = Findings(super().validate()), self.controlParameters.SPACEGROUP
        parts: list[UnmergedData] = []
        for entry in self.inputData.UNMERGEDFILES:
            if entry.file.isSet() and not findings.path_of(entry.file):
                continue
            with findings.of(entry.file):
                data = read_file(entry, space_group.value)
                with findings.of(entry.excludeSelection):
                    data = without_excluded(entry, data)
                with findings.of(entry.dataset):
                    parts += chosen_parts(entry, data)
        with findings.of(self.inputData.UNMERGEDFILES):
            for data_set in data_sets(parts):
                with findings.of(space_group if space_group.isSet() else self.inputData.UNMERGEDFILES):
                    common_crystal(data_set.parts, space_group.value)
        return findings

    async def run(self) -> None:
        """Merge each data set, write it, and report."""
        found = await asyncio.to_thread(self._read)
        for number, data_set in enumerate(found):
            await self.progress(number, len(found), f"merging {data_set}")
            await asyncio.to_thread(self._merge, data_set, number, f": {data_set}" if len(found) > 1 else "")

    def _read(self) -> list[DataSet]:
        space_group = self.controlParameters.SPACEGROUP.value
        return data_sets([part for entry in self.inputData.UNMERGEDFILES for part in read_entry(entry, space_group)])

    def _merge(self, data_set: DataSet, number: int, suffix: str) -> None:
        controls, limits = self.controlParameters, self.controlParameters.RESOLUTION_RANGE
        apart = bool(controls.ANOMALOUS)
        merged = merge(
            data_set.parts,
            anomalous=apart,
            d_min=limits.high.value,
            d_max=limits.low.value,
            space_group=controls.SPACEGROUP.value,
        )
        statistics = merging_statistics(
            data_set.parts,
            n_shells=int(controls.N_SHELLS),
            d_min=limits.high.value,
            d_max=limits.low.value,
            space_group=controls.SPACEGROUP.value,
        )
        self._write(self.outputData.HKLOUT, merged, data_set, number, pairs=apart)
        if apart:
            self._write(self.outputData.IMEANOUT, merged, data_set, number, pairs=False)
        if number == 0:
            self._indicate(merged, statistics)
        self._report(data_set, merged, statistics, suffix)

    def _write(
        self, outputs: CList[CObsDataFile], merged: MergedData, data_set: DataSet, number: int, *, pairs: bool
    ) -> None:
        output = outputs.addItem()
        output.set(self.work_directory / f"{outputs.name}_{number}.mtz")
        history = f"xtalflow {self.TASKNAME}: {data_set.files} merged"
        write_merged(merged, path_of(output), pairs=pairs, history=[history])
        output.contentFlag, output.subType = ObsContent.IPAIR if pairs else ObsContent.IMEAN, OBSERVED
        output.annotation = f"{'Pairs' if pairs else 'Means'} of {data_set} from {data_set.files}"

    def _indicate(self, merged: MergedData, statistics: MergingStatistics) -> None:
        performance = self.outputData.PERFORMANCE
        performance.spaceGroup = merged.crystal.space_group
        performance.highResLimit = statistics.overall.d_min
        performance.rMeas = statistics.overall.together.r_meas
        self.outputData.CCPERFORMANCE.ccHalf = statistics.overall.together.cc_half

    def _report(self, data_set: DataSet, merged: MergedData, statistics: MergingStatistics, suffix: str) -> None:
        signals = directional_signals(merged)
        section = self.report.section(f"Merging{suffix}")
        report_merging(section, data_set, merged, statistics)
        for remark in remarks(data_set, merged, statistics, signals):
            self.warn(f"{data_set}: {remark}" if suffix else remark, section=section)
        report_shells(self.report.section(f"By resolution{suffix}"), statistics, signals)
        if statistics.batches:
            report_batches(self.report.section(f"By batch{suffix}"), data_set, statistics)
        path = path_of(self.outputData.HKLOUT[-1])
        mtz = read_reflections(path)
        report_twin_tests(self.report.section(f"Twinning{suffix}"), twinning_tests(mtz, choose_observations(path, mtz)))
