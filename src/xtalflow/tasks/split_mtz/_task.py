"""The task `split_mtz`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from xtalflow.data import CContainer, CList, CString, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    COLUMN_KINDS,
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CMtzDataFile,
    CObsDataFile,
    CPhsDataFile,
    Split,
    SplitFile,
    plan_split,
    split_file,
)

from .._files import path_of
from .._findings import Findings


class SplitMtz(CPluginScript):
    """Make a typed file of each group of columns of an MTZ or structure-factor mmCIF file.

    Groups are told by the types of neighbouring columns of a dataset, and by labels. Each reflection with a value in a
    group is in its file; what makes no file is listed with the reason.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "split_mtz", "Split reflections", "1.0"
    CATEGORY = "data_entry"

    class Inputs(CContainer):
        HKLIN = CMtzDataFile(
            allowUndefined=False,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="Merged reflections as MTZ or structure-factor mmCIF",
        )

    class Controls(CContainer):
        COLUMNS = CList(
            CString(),
            guiLabel="Groups of columns",
            toolTip="Take these only, each such as F(+),SIGF(+),F(-),SIGF(-); every group of the file if none is given",
        )

    class Outputs(CContainer):
        OBSOUT = CList(CObsDataFile(guiLabel="Reflections"), guiLabel="Reflections", toolTip="Observations")
        PHSOUT = CList(CPhsDataFile(guiLabel="Phases"), guiLabel="Phases", toolTip="Coefficients or figures of merit")
        FPHIOUT = CList(
            CMapCoeffsDataFile(guiLabel="Map coefficients"),
            guiLabel="Map coefficients",
            toolTip="Also calculated structure factors",
        )
        FREEOUT = CList(CFreeRDataFile(guiLabel="Free-R flags"), guiLabel="Free-R flags", toolTip="As they are")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: the file must have groups of columns, and those that are named."""
        findings = Findings(super().validate())
        path = findings.path_of(self.inputData.HKLIN)
        if path is None:
            return findings
        if not self._columns:
            with findings.of(self.inputData.HKLIN):
                plan_split(path)
        for columns in self.controlParameters.COLUMNS:
            with findings.of(columns):
                plan_split(path, [columns.value or ""])
        return findings

    async def run(self) -> None:
        """Write the files, and list them."""
        await asyncio.to_thread(self._split)

    @property
    def _columns(self) -> list[str]:
        return [columns.value or "" for columns in self.controlParameters.COLUMNS]

    def _split(self) -> None:
        split = split_file(path_of(self.inputData.HKLIN), self.work_directory, self._columns)
        outputs = self.outputData
        for made in split.files:
            for files in (outputs.OBSOUT, outputs.PHSOUT, outputs.FPHIOUT, outputs.FREEOUT):
                if isinstance(files.makeItem(), type(made.file)):
                    _add(files, made)
        self._report(split)

    def _report(self, split: Split) -> None:
        section = self.report.section("Files")
        section.table(
            "Groups of columns",
            ["File", "Content", "Columns", "Dataset", "Reflections", "Without a value"],
            [
                [
                    Path(str(made.file)).name,
                    COLUMN_KINDS[made.group.kind].words,
                    ", ".join(made.group.labels),
                    made.dataset,
                    made.reflections,
                    made.without,
                ]
                for made in split.files
            ],
        )
        for remark in split.remarks:
            section.text(remark)
        if split.left_out:
            section = self.report.section("Left out")
            rows = [[", ".join(left.labels), left.reason] for left in split.left_out]
            section.table("Columns that make no file", ["Columns", "Why"], rows)


def _add(
    files: CList[CObsDataFile] | CList[CPhsDataFile] | CList[CMapCoeffsDataFile] | CList[CFreeRDataFile],
    made: SplitFile,
) -> None:
    """Put a file that was made into a list of outputs."""
    item = files.addItem()
    item.set(path_of(made.file))
    item.contentFlag, item.subType, item.annotation = made.file.contentFlag, made.file.subType, made.file.annotation
