"""Tasks of the tests: a package that registers them, for a folder on PYTHONPATH."""

from __future__ import annotations

from pathlib import Path

TASKS = '''
"""Tasks that need no program, registered as a site's own package is."""

import asyncio
import os
import signal
import sys

from xtalflow.data import CContainer, CDataFile, CFloat, CInt, CList, CPerformanceIndicator, CString
from xtalflow.plugin import Command, CPluginScript, Series, Unsatisfactory
from xtalflow.errors import TaskFailed


MOODS = ["well", "badly", "poorly", "crash", "segfault", "wait", "child", "doubtful", "nap", "rest", "stubborn"]
MOODS += ["hungry", "killed", "flood", "tell"]
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
    PURGESEARCHLIST = [("scratch.txt", 1), ("tables", 4), ("*.txt", 0)]

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
        await self.run_command(Command("/bin/sleep", ["0.1"]))  # so that its supervisor has the time to look
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


class Fragile(CPluginScript):
    """Count the words of a text twice, and fail between unless the project has a file called lucky."""

    TASKNAME, TASKTITLE, TASKVERSION = "fragile", "Fragile", "1.0"

    inputData, controlParameters, outputData = CountWords.Inputs(), CountWords.Controls(), CountWords.Outputs()

    async def run(self):
        first = self.child(CountWords)
        first.inputData.TEXT = self.inputData.TEXT
        await self.step(first)
        if not (self.context.project_directory / "lucky").exists():
            raise TaskFailed("no luck today")
        second = self.child(CountWords)
        second.inputData.TEXT, second.controlParameters.TIMES = first.outputData.COPY, self.controlParameters.TIMES
        await self.step(second)
        self.outputData.COPY = second.outputData.COPY
        self.outputData.PERFORMANCE = second.outputData.PERFORMANCE


class Greedy(CPluginScript):
    """Ask for two processors, and nap."""

    TASKNAME, TASKTITLE, TASKVERSION, CPUS = "greedy", "Greedy", "1.0", 2

    class Controls(CContainer):
        NAP = CFloat(default=1.5, min=0.0, toolTip="Seconds")

    inputData, controlParameters, outputData = CContainer(), Controls(), CContainer()

    async def run(self):
        await asyncio.sleep(self.controlParameters.NAP.value)


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
        if how == "rest":
            await asyncio.sleep(8)
        if how == "stubborn":
            (self.work_directory / "stubborn.py").write_text(STUBBORN)
            await self.run_command(Command(sys.executable, ["stubborn.py"]))
        if how == "hungry":
            code = "x = bytearray(400_000_000); import time; time.sleep(60)"
            await self.run_command(Command(sys.executable, ["-c", code]))
        if how == "flood":
            with (self.work_directory / "flood.bin").open("wb", buffering=0) as flood:
                while True:
                    flood.write(bytes(1000))
        if how == "tell":
            code = "import os, resource as r; print(os.nice(0)); print(r.getrlimit(r.RLIMIT_DATA)[0])"
            await self.run_command(Command(sys.executable, ["-c", code]))
        if how == "killed":
            await self.run_command(Command(sys.executable, ["-c", "import os; os.kill(os.getpid(), 9)"]))
        if how == "child":
            child = self.child(Moody)
            child.controlParameters.HOW = "wait"
            await self.step(child)
'''

ENTRY_POINTS = """[xtalflow.tasks]
count_words = xtalflow_test_tasks:CountWords
count_twice = xtalflow_test_tasks:CountTwice
fragile = xtalflow_test_tasks:Fragile
greedy = xtalflow_test_tasks:Greedy
moody = xtalflow_test_tasks:Moody
"""


def install_tasks(site: Path) -> None:
    """Write the package into a folder."""
    (site / "xtalflow_test_tasks.py").write_text(TASKS)
    info = site / "xtalflow_test_tasks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xtalflow-test-tasks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
