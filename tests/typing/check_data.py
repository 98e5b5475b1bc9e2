"""What a task author's type checker sees of the tree; checked by mypy, never run."""

from pathlib import Path
from typing import assert_type

from xtalflow.data import (
    CBoolean,
    CComposite,
    CContainer,
    CDataFile,
    CFloat,
    Change,
    CInt,
    CList,
    Connection,
    CString,
    FileMetadata,
    Finding,
    Signal,
    ValueState,
    extract_file_metadata,
    find_all_files,
    find_objects_by_type,
)


class CObsDataFile(CDataFile):
    """A kind of file."""


class Item(CComposite):
    """A composite with a file."""

    file = CObsDataFile()


class Inputs(CContainer):
    """Declared parameters."""

    F_SIGF = CObsDataFile(allowUndefined=False, guiLabel="Reflections")
    DICT_LIST = CList(CDataFile(mustExist=True), listMinLength=1)
    ITEMS = CList(Item())
    FRAC = CFloat(default=0.05, min=0.0, max=1.0)
    NCYCLES = CInt(default=10)
    TWIN = CBoolean()
    NOTE = CString()


class Task:
    """An owner that is no tree, as a plugin is."""

    inputData = Inputs()

    def __init__(self) -> None:
        self.container = CContainer()
        self.container.add("inputData", type(self).inputData)

    def _child(self, name: str) -> object:
        return self.container[name]


assert_type(CInt(20).value, int | None)
assert_type(CFloat(0.1).value, float | None)
assert_type(CString("x").value, str | None)
assert_type(CBoolean(True).value, bool | None)

task = Task()
assert_type(task.inputData, Inputs)
assert_type(Task.inputData, Inputs)
assert_type(task.inputData.F_SIGF, CObsDataFile)
assert_type(task.inputData.F_SIGF.path, Path | None)
assert_type(task.inputData.F_SIGF.contentFlag.value, int | None)
assert_type(task.inputData.FRAC.value, float | None)
assert_type(task.inputData.TWIN.value, bool | None)
assert_type(task.inputData.DICT_LIST, CList[CDataFile])
assert_type(task.inputData.DICT_LIST[0], CDataFile)
assert_type(task.inputData.ITEMS[0].file, CObsDataFile)
assert_type(task.inputData.ITEMS.append({"file": "x.mtz"}), Item)
assert_type([file.path for file in task.inputData.DICT_LIST], list[Path | None])
assert_type(task.inputData.FRAC.copy(), CFloat)
assert_type(task.inputData.FRAC.getValueState(), ValueState)
assert_type(task.inputData.validity(), list[Finding])
assert_type(task.inputData.childNames(), list[str])

task.inputData.F_SIGF = Task().inputData.F_SIGF
task.inputData.F_SIGF = Path("x.mtz")
task.inputData.F_SIGF = "x.mtz"
task.inputData.F_SIGF = None
task.inputData.FRAC = 0.1
task.inputData.FRAC = Task().inputData.FRAC
task.inputData.NCYCLES = 5
task.inputData.TWIN = True
task.inputData.NOTE = "text"
task.inputData.DICT_LIST = ["a.cif", Path("b.cif")]
task.inputData.FRAC.value = 0.2
task.inputData.F_SIGF = 5  # type: ignore[assignment]  # a number is no file
task.inputData.DICT_LIST = 5  # type: ignore[assignment]  # a number is no list
task.inputData.FRACC = 0.1  # type: ignore[attr-defined]  # misspelt
CFloat(mni=0.0)  # type: ignore[call-arg]  # misspelt
CFloat(min="low")  # type: ignore[arg-type]  # a limit is a number

assert_type(find_all_files(task.inputData), list[CDataFile])
assert_type(find_objects_by_type(task.inputData, CObsDataFile), list[CObsDataFile])
assert_type(extract_file_metadata(task.inputData.F_SIGF), FileMetadata)

assert_type(task.inputData.FRAC.changed, Signal[Change])
signal: Signal[int] = Signal()
assert_type(signal.connect(lambda value: print(value + 1), priority=1, once=True), Connection[int])  # noqa: T201  an example of a listener
signal.emit("x")  # type: ignore[arg-type]  # of another type
