"""The real command line, in a home and with tasks of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

TASKS = '''
"""Tasks that need no program, registered as a site's own package is."""

import asyncio
import os
import signal
import sys

from xtalflow.data import CContainer, CDataFile, CFloat, CInt, CList, CPerformanceIndicator, CString
from xtalflow.plugin import Command, CPluginScript, Series, Unsatisfactory
from xtalflow.errors import TaskFailed


MOODS = ["well", "badly", "poorly", "crash", "segfault", "wait", "child", "doubtful", "nap", "stubborn"]
STUBBORN = """
import os, signal, subprocess, sys, time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, __file__, "grandchild"], start_new_session=True)
print(os.getpid(), flush=True)
time.sleep(120)
"""


class CTextFile(CDataFile):
    QUALIFIERS = {"mimeTypeName": "text/plain", "fileExtensions": ("txt",), "guiLabel": "Text"}


class CCount(CPerformanceIndicator):
    nWords = CInt()
    R1Factor = CFloat()


class CountWords(CPluginScript):
    """Count the words of a text."""

    TASKNAME, TASKTITLE, TASKVERSION = "count_words", "Count words", "1.0"
    CATEGORY = "test"

    class Inputs(CContainer):
        TEXT = CTextFile(allowUndefined=False, mustExist=True, toolTip="What to count")
        MORE = CList(CTextFile(mustExist=True))

    class Controls(CContainer):
        TIMES = CInt(default=1, min=1, max=5, toolTip="How often")

    class Outputs(CContainer):
        COPY = CTextFile()
        PERFORMANCE = CCount()

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    async def run(self):
        texts = [self.inputData.TEXT, *self.inputData.MORE]
        words = " ".join(text.path.read_text() for text in texts).split()
        (self.work_directory / "log.txt").write_text("counted\\n")
        for cycle in range(self.controlParameters.TIMES.value):
            await self.report_kpis(cycle=cycle, R1work=0.25 - cycle / 100)
        await self.progress(1, 1, "counting")
        self.outputData.COPY.path.write_text(" ".join(words))
        self.outputData.PERFORMANCE.nWords = len(words)
        self.outputData.PERFORMANCE.R1Factor = 0.1782
        section = self.report.section("Words")
        section.figures({"Words": len(words)})
        section.plot("Falling", "cycle", "R", [Series(name="R1", x=[0, 1, 2], y=[0.3, 0.2, 0.1])])


class CountTwice(CPluginScript):
    """Count the words of a text, and of the text that comes out."""

    TASKNAME, TASKTITLE, TASKVERSION = "count_twice", "Count twice", "1.0"

    inputData, controlParameters, outputData = CountWords.Inputs(), CountWords.Controls(), CountWords.Outputs()

    async def run(self):
        first = self.child(CountWords)
        first.inputData.TEXT = self.inputData.TEXT
        await self.step(first)
        second = self.child(CountWords)
        second.inputData.TEXT = first.outputData.COPY
        await self.step(second)
        self.outputData.COPY = second.outputData.COPY
        self.outputData.PERFORMANCE = second.outputData.PERFORMANCE


class Moody(CPluginScript):
    """End as it is told to."""

    TASKNAME, TASKTITLE, TASKVERSION = "moody", "Moody", "1.0"

    class Controls(CContainer):
        HOW = CString(default="well", enumerators=MOODS, onlyEnumerators=True)

    inputData, controlParameters, outputData = CContainer(), Controls(), CContainer()

    async def run(self):
        how = self.controlParameters.HOW.value
        if how == "doubtful":
            self.report.section("Doubts").warning("the map is weak")
            self.warn("the map is weak")
            self.warn("few flags")
        if how == "badly":
            raise TaskFailed("the crystal has dissolved")
        if how == "poorly":
            raise Unsatisfactory("the map is flat")
        if how == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if how == "wait":
            await asyncio.sleep(60)
        if how == "nap":
            await asyncio.sleep(1.5)
        if how == "stubborn":
            (self.work_directory / "stubborn.py").write_text(STUBBORN)
            await self.run_command(Command(sys.executable, ["stubborn.py"]))
        if how == "child":
            child = self.child(Moody)
            child.controlParameters.HOW = "wait"
            await self.step(child)
'''

ENTRY_POINTS = """[xtalflow.tasks]
count_words = xtalflow_test_tasks:CountWords
count_twice = xtalflow_test_tasks:CountTwice
moody = xtalflow_test_tasks:Moody
"""


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class CommandLine:
    """Runs ``xtalflow`` as a process, in a home of its own."""

    home: Path
    projects: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CLIBD_MON"}}
        own = {"XTALFLOW_HOME": str(self.home), "XTALFLOW_PROJECTS": str(self.projects)}
        return known | own | self.environment

    def start(self, *words: object, cwd: Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.before, sys.executable, "-m", "xtalflow", *(str(word) for word in words)],
            cwd=cwd,
            env=self.environ(),
            text=True,
            encoding="utf-8",
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def __call__(self, *words: object, cwd: Path | None = None) -> Answer:
        process = self.start(*words, cwd=cwd or self.home.parent)
        out, err = process.communicate(timeout=300)
        return Answer(process.returncode, out, err)

    def made_nothing(self) -> bool:
        return not self.home.exists() and not self.projects.exists()


@pytest.fixture(scope="session")
def test_tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH with a package that registers tasks."""
    site = tmp_path_factory.mktemp("site")
    (site / "xtalflow_test_tasks.py").write_text(TASKS)
    info = site / "xtalflow_test_tasks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xtalflow-test-tasks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return site


@pytest.fixture
def xtalflow(tmp_path: Path, test_tasks: Path) -> CommandLine:
    """The command line with the test tasks."""
    folders = os.pathsep.join(filter(None, [str(test_tasks), os.environ.get("PYTHONPATH")]))
    return CommandLine(tmp_path / "home", tmp_path / "projects", {"PYTHONPATH": folders})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text of three words."""
    path = tmp_path / "text.txt"
    path.write_text("one two three")
    return path
