"""A filled task becomes a command or a script, and that the same task again."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xtalflow.data import (
    CBoolean,
    CComposite,
    CContainer,
    CDataFile,
    CDict,
    CFloat,
    CInt,
    CList,
    CString,
    CTextDataFile,
)
from xtalflow.plugin import CPluginScript
from xtalflow.services import (
    OptionNames,
    command_line,
    give_options,
    give_parameters,
    i2run_line,
    python_script,
    read_request,
)
from xtalflow.services._python_script import python_assignments
from xtalflow.xtal import CAsuDataFile, CDictDataFile, CMapDataFile, CObsDataFile, CPdbDataFile, CUnmergedDataFile

HERE = Path("/nowhere")
HOSTILE = [
    "",
    " ",
    "'",
    '"',
    '"quoted"',
    '""',
    "a=b",
    "a/b=c",
    "=x",
    "--FLAG",
    "--",
    "-1",
    "-h,k,-l",
    "$(touch x)",
    "`id`",
    "$HOME",
    "a\\b",
    "two words",
    "two\nlines",
    "\ttab",
    "{",
    '{"a": 1}',
    '["a"]',
    "[0]",
    "fileUse=a[-1].B",
    "fullPath=/x",
    "10:30",
    "x:",
    "x:[F]",
    "*",
    "~",
    "!!",
    "#",
    ";|&<>",
    "β 日本",
    "None",
    "%s{0}",
]
PATHS = [f"/nowhere/{each}" for each in HOSTILE if each and "/" not in each]


class Part(CComposite):
    name_ = CString()
    number = CInt(default=1)
    file = CUnmergedDataFile()
    numbers = CList(CFloat())


class Deep(CComposite):
    label = CString()
    parts = CList(Part(), listMinLength=1)
    words = CList(CString())
    more = CDict()


class Inputs(CContainer):
    F_SIGF = CObsDataFile()
    XYZIN = CPdbDataFile()
    ASUIN = CAsuDataFile()
    MAPIN = CMapDataFile()
    TEXT = CTextDataFile()
    DICT_LIST = CList(CDictDataFile())
    FILES = CList(CTextDataFile(), listMinLength=2)
    UNMERGED = CList(Part())


class Controls(CContainer):
    class Inner(CContainer):
        FLAG = CBoolean(default=True)
        SAME = CString()

    NUMBER = CInt(default=3)
    REAL = CFloat()
    FLAG = CBoolean()
    SAME = CString(default="as declared")
    LINES = CList(CString())
    COUNTS = CList(CInt(default=7), listMinLength=2)
    DEEP = Deep()
    DEEPS = CList(Deep())
    NESTED = CList(CList(CString()))
    inner = Inner()


class Sample(CPluginScript):
    TASKNAME, TASKTITLE = "sample", "Sample"
    inputData, controlParameters = Inputs(), Controls()


texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"))
words = texts.filter(bool)
names = st.sampled_from(PATHS)
numbers = st.integers(-(2**63) + 1, 2**63 - 1)
reals = st.floats(allow_nan=False, allow_infinity=False)
columns = st.sampled_from(["F,SIGF", "F(+),SIGF(+)", "F.x,SIGF.x", "/xtal/peak/[I,SIGI]"])


def files(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {"annotation": texts, "subType": st.sampled_from([1, 2])} | parts
    return st.fixed_dictionaries({"": names}, optional=optional)


part = st.fixed_dictionaries(
    {"name": words},
    optional={"number": numbers, "file": files(), "numbers": st.lists(reals, min_size=1, max_size=2)},
)
collections = st.dictionaries(st.sampled_from(["a", "b", "A.1"]), words, min_size=1)
deep = st.fixed_dictionaries(
    {"label": words},
    optional={
        "parts": st.lists(part, max_size=2),
        "words": st.lists(texts, max_size=2),
        "more": collections | words,
    },
)
trees = st.fixed_dictionaries(
    {},
    optional={
        "inputData.F_SIGF": files(columnLabels=columns),
        "inputData.XYZIN": files(**{"selection.text": st.sampled_from(["", "A/1-50", "{A/ or B/}"])}),
        "inputData.ASUIN": files(selection=collections),
        "inputData.MAPIN": files(contentFlag=st.just(1)),
        "inputData.TEXT": files(),
        "inputData.DICT_LIST": st.lists(files(), max_size=3),
        "inputData.FILES": st.lists(files(), max_size=3),
        "inputData.UNMERGED": st.lists(part, max_size=3),
        "controlParameters.NUMBER": numbers,
        "controlParameters.REAL": reals,
        "controlParameters.FLAG": st.booleans(),
        "controlParameters.SAME": texts,
        "controlParameters.LINES": st.lists(texts, max_size=3),
        "controlParameters.COUNTS": st.lists(numbers, max_size=3),
        "controlParameters.DEEP": deep,
        "controlParameters.DEEPS": st.lists(deep, max_size=2),
        "controlParameters.NESTED": st.lists(st.lists(texts, min_size=1, max_size=2), max_size=2),
        "controlParameters.inner.FLAG": st.booleans(),
        "controlParameters.inner.SAME": texts,
    },
)


def put(item: Any, value: Any) -> None:
    """Give an object a value, part by part, so that what is not named stays as declared."""
    if isinstance(item, CList):
        item.clear()
        for each in value:
            put(item.addItem(), each)
    elif isinstance(value, dict) and not isinstance(item, CDict):
        if isinstance(item, CDataFile):
            item.set(value[""])
        for name, each in value.items():
            if name:
                put(item.find(name), each)
    else:
        item.set(value)


def filled(tree: dict[str, Any]) -> Sample:
    sample = Sample()
    for path, value in tree.items():
        put(sample.container.find(path), value)
    return sample


def flat(told: Any, path: str = "") -> dict[str, Any]:
    """What a tree says of itself, by path, so that a difference is short."""
    if not isinstance(told, (dict, list)) or not told:
        return {path: told}
    pairs = told.items() if isinstance(told, dict) else enumerate(told)
    return {where: each for name, below in pairs for where, each in flat(below, f"{path}/{name}").items()}


def as_xtalflow(sample: Sample) -> Sample:
    again = Sample()
    line = shlex.split(command_line(sample, "p"))
    assert line[:5] == ["xtalflow", "run", "sample", "-p", "p"]
    give_parameters(again, line[5:], HERE)
    return again


def as_i2run(sample: Sample) -> Sample:
    again = Sample()
    line = shlex.split(i2run_line(sample, "p"))
    assert line[:3] == ["xtalflow", "i2run", "sample"]
    request = read_request(OptionNames(again.container), line[3:])
    assert request.project == "p"
    give_options(request.given, HERE, HERE)
    return again


def as_python(sample: Sample) -> Sample:
    again = Sample()
    exec("\n".join(python_assignments(sample)), {"given": again.container})  # what was written above
    compile(python_script(sample, "it's", title="a 'title'\n"), "script", "exec")
    return again


FORMS = {"xtalflow": as_xtalflow, "i2run": as_i2run, "python": as_python}
EVERY_TEXT = {
    "controlParameters.LINES": HOSTILE,
    "inputData.DICT_LIST": [{"": path} for path in PATHS],
    "controlParameters.DEEP": {"label": "a=b", "words": HOSTILE, "parts": [], "more": "a=b"},
    "controlParameters.NESTED": [HOSTILE],
}


@pytest.mark.parametrize("form", FORMS)
@given(tree=trees)
@example(tree=EVERY_TEXT)
@example(tree={"controlParameters.DEEP": {"label": "x", "more": '{"a": 1}'}, "controlParameters.COUNTS": []})
@example(tree={"inputData.FILES": [{"": "/nowhere/a"}], "controlParameters.DEEPS": [{"label": "x", "words": []}]})
@example(tree={f"controlParameters.{name}": text for name in ("SAME", "inner.SAME") for text in ['"quoted"']})
def test_what_is_printed_makes_the_same_tree(form: str, tree: dict[str, Any]) -> None:
    sample = filled(tree)
    again = FORMS[form](sample)

    assert flat(again.container.to_dict()) == flat(sample.container.to_dict())


@pytest.mark.parametrize("write", [command_line, i2run_line])
def test_a_shell_takes_the_words_as_they_are_meant(write: Any) -> None:
    sample = filled(EVERY_TEXT)
    line = write(sample, "-p 'x'", title="--title $(id)")
    told = "import json, sys; print(json.dumps(sys.argv[1:]))"
    command = line.replace("xtalflow", f"{shlex.quote(sys.executable)} -c {shlex.quote(told)}", 1)
    answer = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True, timeout=60)

    assert json.loads(answer.stdout) == shlex.split(line)[1:]


def test_an_option_that_looks_like_one_is_one_word() -> None:
    sample = filled({"controlParameters.SAME": "--x"})

    assert shlex.split(command_line(sample, "-p", title="-t"))[3:5] == ["--project=-p", "--title=-t"]
    assert shlex.split(i2run_line(sample, "-p", title="-t"))[3:] == [
        "--project_name=-p",
        "--title=-t",
        "--controlParameters.SAME=--x",
    ]
