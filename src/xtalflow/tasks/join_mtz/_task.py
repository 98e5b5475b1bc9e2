"""The task `join_mtz`."""

from __future__ import annotations

import asyncio

from xtalflow.data import CContainer, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import COLUMN_KINDS, CMtzDataFile, Joined, JoinPart, join_files
from xtalflow.xtal.classes import CMergeMiniMtzList

from .._files import path_of
from .._findings import Findings


class JoinMtz(CPluginScript):
    """Join files of one group of columns each into one MTZ file.

    Reflections are matched by symmetry; one that a file does not have is there without a value. Labels are the
    standard ones, after the file's tag if it has one.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "join_mtz", "Join reflections", "1.0"
    CATEGORY = "expt_data_utility"

    class Inputs(CContainer):
        MINIMTZINLIST = CMergeMiniMtzList(
            allowUndefined=False,
            guiLabel="Files",
            toolTip="Each with a tag to put before its labels (columnTag), or labels of its own (columnNames)",
        )

    class Outputs(CContainer):
        HKLOUT = CMtzDataFile(mustExist=True, guiLabel="Joined reflections", toolTip="All columns in one file")

    inputData, controlParameters, outputData = Inputs(), CContainer(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the files must go together, and each column must have a label of its own."""
        findings = Findings(super().validate())
        files = [item.fileName for item in self.inputData.MINIMTZINLIST]
        for file in files:
            if not file.isSet():
                findings.add(file, "no file is given")
        if files and all(findings.path_of(file) for file in files):
            with findings.of(self.inputData.MINIMTZINLIST):
                join_files(self._parts())
        return findings

    async def run(self) -> None:
        """Join the files, and list their columns."""
        await asyncio.to_thread(self._join)

    def _parts(self) -> list[JoinPart]:
        return [
            JoinPart(
                file=item.fileName,
                tag=(item.columnTag.value or "").strip(),
                labels=tuple((item.columnNames.value or "").replace(",", " ").split()),
            )
            for item in self.inputData.MINIMTZINLIST
        ]

    def _join(self) -> None:
        output = self.outputData.HKLOUT
        joined = join_files(self._parts(), path_of(output))
        output.annotation = f"{len(joined.columns)} files joined"
        self._report(joined)

    def _report(self, joined: Joined) -> None:
        section = self.report.section("Joined file")
        cell = " ".join(f"{value:.2f}" for value in joined.crystal.cell or ())
        section.figures(
            {"Space group": joined.crystal.space_group, "Cell": cell, "Reflections": joined.reflections},
            {"Cell": "a b c (Å) α β γ (°)"},
        )
        section.table(
            "Columns",
            ["Columns", "Content", "From", "Dataset", "With a value", "Without"],
            [
                [
                    ", ".join(part.labels),
                    COLUMN_KINDS[part.kind].words,
                    part.name,
                    part.dataset,
                    part.with_value,
                    part.without,
                ]
                for part in joined.columns
            ],
        )
        for part in joined.columns:
            for remark in part.remarks:
                section.warning(f"{part.name}: {remark}")
