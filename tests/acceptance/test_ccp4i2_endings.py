"""How tasks of the package ccp4i2 end, if not well: plugins of its own class that fail in every way there is."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from xtalflow.engine import track_job
from xtalflow.errors import NotEquipped
from xtalflow.plugin import HostedTask, Outcome, make_task, task_head
from xtalflow.testing import InMemoryStore

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ccp4i2")]

PLUGINS = """
import os, signal, sys, threading, time
from ccp4i2.core.CCP4PluginScript import CPluginScript

class crasher(CPluginScript):
    TASKNAME = "crasher"
    ERROR_CODES = {201: {"description": "The crystal is too small"}}
    def process(self):
        how = str(self.container.controlParameters.HOW)
        print("about to", how, flush=True)
        if how in ("silent", "slow"):
            threading.Thread(target=self.go_on, args=(how,)).start()
            return self.RUNNING
        return super().process()
    def startProcess(self):
        how = str(self.container.controlParameters.HOW)
        if how == "die": os.kill(os.getpid(), signal.SIGSEGV)
        if how == "leave": os._exit(0)
        if how == "quit": sys.exit("enough")
        if how == "wait":
            time.sleep(1000)
        if how == "raise": raise ValueError("no reflections are left")
        if how == "complain":
            self.appendErrorReport(201, "0.1 mm")
            return self.FAILED
        if how == "poor":
            return self.UNSATISFACTORY
        if how in ("exit", "signal", "nothing", "late", "unread"):
            step = self.makePluginObject("program")
            step.container.controlParameters.HOW.set("exit" if how == "unread" else how)
            status = step.process()
            if how == "unread":
                self.appendErrorReport(201, "XML file not found")
            return status
        if how == "convert":
            self.convert()
        return self.SUCCEEDED
    def convert(self):
        from ccp4i2.core.CCP4XtalData import CObsDataFile
        for folder in ("CCP4_IMPORTED_FILES", "CCP4_IMPORTED_FILES/other"):
            file = CObsDataFile()
            file.setFullPath(os.path.join(self.workDirectory, "..", "..", folder, "data.mtz"))
            paths = [file._get_conversion_output_path("FMEAN", work_directory=self.workDirectory) for _ in range(2)]
            file.setFullPath(paths[-1])
            with open(file.getFullPath(), "w") as made: made.write(folder)
    def go_on(self, how):
        time.sleep(1)
        if how == "silent": raise ValueError("nobody reads this")
        time.sleep(12)
        self.reportStatus(self.SUCCEEDED)

class program(CPluginScript):
    TASKNAME = "program"
    TASKCOMMAND = "sh"
    def makeCommandAndScript(self):
        how = str(self.container.controlParameters.HOW)
        words = {"exit": "echo bad cell; exit 3", "signal": "kill -ABRT $$", "late": "exit 0"}
        if how == "nothing":
            self.TASKCOMMAND = "no_such_program"
        self.appendCommandLine(["-c", words.get(how, "")])

class lacking(crasher):
    TASKNAME = "lacking"
    TASKCOMMAND = "no_such_program"
"""
DEFINITION = """<ccp4i2><ccp4i2_header><function>DEF</function><pluginName>{name}</pluginName></ccp4i2_header>
<ccp4i2_body id="{name}"><container id="controlParameters"><content id="HOW"><className>CString</className></content>
</container></ccp4i2_body></ccp4i2>"""
PRELUDE = """
import runpy, sys
sys.path.insert(0, {folder!r})
from ccp4i2.core.tasks import TASKS, Task
for name in ("crasher", "program", "lacking"):
    TASKS[name] = Task(title=name, pluginPath="plugins:" + name, defXmlPath={folder!r} + "/" + name + ".def.xml")
sys.argv = [word for word in sys.argv[1:] if not word.startswith("-")]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, ccp4i2_python: Path) -> Path:
    """A Python whose package ccp4i2 has tasks that fail."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "plugins.py").write_text(PLUGINS)
    (folder / "prelude.py").write_text(PRELUDE.format(folder=str(folder)))
    for name in ("crasher", "program", "lacking"):
        (folder / f"{name}.def.xml").write_text(DEFINITION.format(name=name))
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {ccp4i2_python} -I -u {folder / "prelude.py"} "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return python


@pytest.fixture(autouse=True)
def named(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XTALFLOW_CCP4I2_PYTHON", str(python))


async def run(folder: Path, how: str, task: str = "ccp4i2.crasher") -> tuple[HostedTask, InMemoryStore]:
    (folder / "CCP4_JOBS").mkdir(exist_ok=True)
    store, plugin = InMemoryStore(folder), await asyncio.to_thread(make_task, task)
    assert isinstance(plugin, HostedTask)
    plugin.container.find("controlParameters.HOW").set(how)
    async with track_job(store, plugin):
        await plugin.execute()
    return plugin, store


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("die", "was killed by SIGSEGV"),
        ("leave", "CCP4i2 ended without telling how this went"),
        ("quit", "SystemExit: enough"),
        ("raise", "ValueError: no reflections are left"),
        ("complain", "The crystal is too small: 0.1 mm"),
        ("exit", "program (job 1.1) failed: Process sh exited with code 3"),
        ("signal", "program (job 1.1) failed: Process sh crashed: terminated by SIGABRT"),
        ("nothing", "program (job 1.1) failed: File not found error"),
        (
            "unread",
            "XML file not found; program (job 1.1) failed: Process sh exited with code 3; its log ends with: bad cell",
        ),
        ("silent", "it did not tell its end, and no process or thread is left that could"),
    ],
)
async def test_each_way_to_fail_is_told_apart(tmp_path: Path, how: str, reason: str) -> None:
    plugin, _ = await run(tmp_path, how)

    assert plugin.outcome is Outcome.FAILED
    assert reason in plugin.errors.reason
    assert f"about to {how}" in (plugin.work_directory / "ccp4i2.txt").read_text()


async def test_what_goes_well_is_finished_with_its_step(tmp_path: Path) -> None:
    plugin, store = await run(tmp_path, "late")

    assert plugin.outcome is Outcome.SUCCEEDED
    assert [(job.number, job.task, job.status.name) for job in store.all_jobs] == [
        ("1", "ccp4i2.crasher", "FINISHED"),
        ("1.1", "ccp4i2.program", "FINISHED"),
    ]


async def test_a_thread_that_still_works_is_waited_for(tmp_path: Path) -> None:
    plugin, _ = await run(tmp_path, "slow")

    assert plugin.outcome is Outcome.SUCCEEDED


async def test_a_poor_result_is_unsatisfactory(tmp_path: Path) -> None:
    plugin, _ = await run(tmp_path, "poor")

    assert plugin.outcome is Outcome.UNSATISFACTORY


async def test_the_end_of_the_log_of_a_program_is_kept(tmp_path: Path) -> None:
    _, _ = await run(tmp_path, "exit")

    assert "bad cell" in (tmp_path / "CCP4_JOBS" / "job_1" / "job_1" / "diagnostic.xml").read_text()


async def test_a_task_whose_program_is_not_there_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCP4", raising=False)
    plugin, _ = await run(tmp_path, "", "ccp4i2.lacking")

    assert "the program no_such_program is not found" in plugin.errors.reason
    assert task_head("ccp4i2.lacking").missing == ("no_such_program",)
    assert not (plugin.work_directory / "ccp4i2.txt").exists()


async def test_what_is_converted_lies_in_the_folder_of_the_job(tmp_path: Path) -> None:
    """CCP4i2 has it beside the imported file, where nobody has it on record; files of one name are two."""
    imported = [tmp_path / "CCP4_IMPORTED_FILES" / name for name in ("data.mtz", "other/data.mtz")]
    imported[1].parent.mkdir(parents=True)
    for path in imported:
        path.touch()
    plugin, _ = await run(tmp_path, "convert")

    assert plugin.outcome is Outcome.SUCCEEDED, plugin.errors.reason
    assert {path.name: path.read_text() for path in plugin.work_directory.glob("*.mtz")} == {
        "data_asFMEAN.mtz": "CCP4_IMPORTED_FILES",
        "data_asFMEAN_2.mtz": "CCP4_IMPORTED_FILES/other",
    }
    assert sorted(path for path in (tmp_path / "CCP4_IMPORTED_FILES").rglob("*") if path.is_file()) == imported


async def test_cancelling_ends_what_runs_there(tmp_path: Path) -> None:
    """The job is interrupted and its process is gone."""
    running = asyncio.create_task(run(tmp_path, "wait"))
    log = tmp_path / "CCP4_JOBS" / "job_1" / "ccp4i2.txt"
    async with asyncio.timeout(60):
        while not log.exists() or "about to wait" not in log.read_text():
            await asyncio.sleep(0.1)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    request = str(tmp_path / "CCP4_JOBS" / "job_1" / "ccp4i2.json").encode()
    commands = [path for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert not [path for path in commands if request in _content(path)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_what_cannot_be_found_is_told_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XTALFLOW_CCP4I2_PYTHON", "/nowhere/python")

    with pytest.raises(NotEquipped, match="/nowhere/python"):
        make_task("ccp4i2.crasher")
