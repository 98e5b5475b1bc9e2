"""What a task author's type checker sees of a plugin; checked by mypy, never run."""

from pathlib import Path
from typing import assert_type

from xtalflow.data import (
    CBoolean,
    CContainer,
    CDataFile,
    CFloat,
    Change,
    CInt,
    CList,
    Connection,
    Finding,
    find_all_files,
)
from xtalflow.formats import Definition, ParamsHeader, read_definition, read_params
from xtalflow.plugin import Command, CPluginScript, Outcome, Report
from xtalflow.tasks.freerflag import FreeRFlag
from xtalflow.xtal import CFreeRDataFile, CMapCoeffsDataFile, CObsDataFile, CPdbDataFile, CServalcatPerformance


class Refine(CPluginScript):
    """A task of a site's own."""

    TASKNAME, TASKTITLE, TASKVERSION = "refine", "Refine", "1.0"

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(allowUndefined=False, requiredContentFlag=(4, 3))
        FREERFLAG = CFreeRDataFile(sameCrystalAs="F_SIGF", sameCrystalLevel=1)
        XYZIN = CPdbDataFile(mustExist=True)
        DICT_LIST = CList(CDataFile())

    class Controls(CContainer):
        NCYCLES = CInt(default=10, min=0)
        WEIGHT = CFloat(min=0.0)
        TWIN = CBoolean(default=False)

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile()
        FPHIOUT = CMapCoeffsDataFile()
        PERFORMANCE = CServalcatPerformance()

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        return super().validate()

    def command(self) -> Command:
        return Command("refine", [str(self.inputData.F_SIGF), str(self.controlParameters.NCYCLES.value)])

    async def run(self) -> None:
        free = self.child(FreeRFlag)
        assert_type(free, FreeRFlag)
        free.inputData.F_SIGF = self.inputData.F_SIGF
        free.controlParameters.FRAC = 0.05
        assert_type(await free.execute(), Outcome)
        self.inputData.FREERFLAG = free.outputData.FREEROUT
        other = self.child("add_waters")
        assert_type(other, CPluginScript)
        self.outputData.PERFORMANCE.RFactor = 0.2
        self.outputData.XYZOUT.subType = 1


task = Refine()
assert_type(task.inputData, Refine.Inputs)
assert_type(task.inputData.F_SIGF, CObsDataFile)
assert_type(task.inputData.F_SIGF.path, Path | None)
assert_type(task.inputData.F_SIGF.contentFlag.value, int | None)
assert_type(task.inputData.XYZIN.selection.text.value, str | None)
assert_type(task.controlParameters.NCYCLES.value, int | None)
assert_type(task.controlParameters.WEIGHT.value, float | None)
assert_type(task.outputData.PERFORMANCE.RFactor.value, float | None)
assert_type(task.report, Report)
assert_type(task.outcome, Outcome | None)
assert_type(find_all_files(task.container), list[CDataFile])
task.inputData.F_SIGFF = "x.mtz"  # type: ignore[attr-defined]  # misspelt
task.controlParameters.NCYCLES = [1]  # type: ignore[assignment]  # a list is no integer
task.inputData.F_SIGF = task.inputData.DICT_LIST  # refused when it runs, with the path


class Window:
    """Something that shows a tree."""

    def show(self, change: Change) -> None:
        assert_type(change.path, str)


window = Window()
assert_type(task.container.changed.connect(window.show, weak=True), Connection[Change])
task.container.changed.connect(lambda path: path.upper())  # type: ignore[attr-defined]  # it gets a Change
with task.container.batch():
    task.controlParameters.NCYCLES = 5

definition = read_definition(Path("refmac.def.xml"))
assert_type(definition, Definition)
assert_type(definition.container, CContainer)
assert_type(read_params(Path("params.xml"), definition.container), ParamsHeader)
