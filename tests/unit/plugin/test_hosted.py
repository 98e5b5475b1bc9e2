"""Tasks of the package ccp4i2, as far as they are known without it: a Python that tells of them is made up."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from xtalflow.data import CContainer, CFloat, CInt, CString
from xtalflow.engine import create_plugin_for_job, track_job, write_input_params
from xtalflow.errors import NotEquipped, UnknownTask, UnreadableFile
from xtalflow.formats import read_params_header
from xtalflow.plugin import HostedTask, find_ccp4i2, load_task, make_task, task_head, task_names
from xtalflow.plugin.hosted import _package
from xtalflow.plugin.hosted._trees import KnownFile, Taker, standing_alone
from xtalflow.services import params_tree, plugin_of_params
from xtalflow.testing import InMemoryStore
from xtalflow.xtal import CObsDataFile, CPdbDataFile
from xtalflow.xtal.classes import CMiniMtzDataFileList

DEFINITION = """<ccp4i2><ccp4i2_header><function>DEF</function><pluginName>scale</pluginName></ccp4i2_header>
<ccp4i2_body id="scale">
<container id="inputData"><content id="XYZIN"><className>CPdbDataFile</className></content></container>
<container id="keywords"><content id="FACTOR"><className>CFloat</className>
<qualifiers><default>2.0</default></qualifiers></content></container>
</ccp4i2_body></ccp4i2>"""


@dataclass
class MadeUp:
    """A package with two tasks, and a Python that tells of them and counts how often."""

    python: Path
    top: Path
    answer: Path
    asked: Path

    @property
    def times(self) -> int:
        return len(self.asked.read_text().split()) if self.asked.exists() else 0

    def say(self, **tasks: dict[str, Any]) -> None:
        self.answer.write_text(json.dumps({"version": "3.0.1", "top": str(self.top), "tasks": tasks}))


def told(**more: Any) -> dict[str, Any]:
    plain = {"title": "Scale", "summary": "It scales", "definition": None, "program": None, "calls": [], "modules": []}
    return plain | {"purge": [["HKL*.mtz", 1], ["scale%*/x", 5]], "error": None} | more


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    top = tmp_path / "site" / "ccp4i2"
    (top / "core").mkdir(parents=True)
    (top / "wrappers").mkdir()
    for name in ("__init__.py", "core/tasks.py"):
        (top / name).touch()
    definition = top / "wrappers" / "scale.def.xml"
    definition.write_text(DEFINITION)
    package = MadeUp(tmp_path / "bin" / "python", top, tmp_path / "answer.json", tmp_path / "asked")
    package.python.parent.mkdir()
    package.python.write_text(f"#!/bin/sh\necho asked >> {package.asked}\ncat {package.answer}\n")
    package.python.chmod(package.python.stat().st_mode | stat.S_IXUSR)
    package.say(
        scale=told(definition=str(definition), program="no_such_scaler", calls=["scale", "step"]),
        step=told(title="Step", program="sh", modules=["nowhere"]),
        broken=told(error="no module named clipper"),
    )
    monkeypatch.setenv("XTALFLOW_CCP4I2_PYTHON", str(package.python))
    monkeypatch.setenv("XTALFLOW_HOME", str(tmp_path / "home"))
    return package


def forget() -> None:
    """Be as in a new process."""
    _package._known.clear()
    _package._failures.clear()


def test_tasks_of_the_package_are_registered_with_its_name_before_theirs(made_up: MadeUp) -> None:
    assert {"ccp4i2.scale", "ccp4i2.step", "freerflag"} <= set(task_names())
    assert "ccp4i2.scale" not in task_names(built_in=True)
    assert "ccp4i2.scale" not in task_names(hosted=False)


def test_the_parameters_of_a_task_are_those_of_its_definition(made_up: MadeUp) -> None:
    plugin = make_task("ccp4i2.scale")

    assert isinstance(plugin, HostedTask)
    assert (plugin.TASKNAME, plugin.TASKTITLE, plugin.TASKVERSION) == ("ccp4i2.scale", "Scale", "3.0.1")
    assert isinstance(plugin.container.find("inputData.XYZIN"), CPdbDataFile)
    assert plugin.container.find("keywords.FACTOR").value == 2.0
    assert plugin.container["outputData"].childNames() == []


def test_a_task_says_what_it_and_its_steps_do_not_find(made_up: MadeUp) -> None:
    head = task_head("ccp4i2.scale")

    assert head.missing == ("no_such_scaler", "the Python module nowhere")
    assert head.programs == ("no_such_scaler",)


def test_the_python_is_asked_once_for_each_version_of_the_package(made_up: MadeUp) -> None:
    for _ in range(3):
        forget()
        find_ccp4i2()
    assert made_up.times == 1

    (made_up.top / "core" / "tasks.py").write_text("TASKS = {}")
    find_ccp4i2()

    assert made_up.times == 2


def test_a_kept_answer_that_is_spoilt_is_asked_for_again(made_up: MadeUp, tmp_path: Path) -> None:
    find_ccp4i2()
    (kept,) = (tmp_path / "home" / "cache").iterdir()
    kept.write_text('{"package": []}')
    forget()

    assert find_ccp4i2().version == "3.0.1"
    assert made_up.times == 2


def test_a_python_that_fails_is_not_asked_at_every_turn(made_up: MadeUp) -> None:
    """The other tasks are there all the same, and the reason is its last line."""
    made_up.python.write_text(f"#!/bin/sh\necho asked >> {made_up.asked}\necho 'no module named ccp4i2' >&2\nexit 1\n")

    with pytest.raises(NotEquipped, match="cannot tell its tasks: no module named ccp4i2"):
        find_ccp4i2()
    assert "freerflag" in task_names()
    assert made_up.times == 1


def test_that_python_is_not_told_where_the_database_is(
    made_up: MadeUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The URL may hold a password."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/db")
    made_up.python.write_text(f"#!/bin/sh\nenv > {tmp_path}/told\ncat {made_up.answer}\n")
    find_ccp4i2()

    told = (tmp_path / "told").read_text()
    assert "XTALFLOW_HOME=" in told
    assert "secret" not in told


def test_a_python_that_takes_too_long_goes_with_all_that_it_started(
    made_up: MadeUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_package, "_PATIENCE_S", 1.0)
    made_up.python.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! > {tmp_path}/pid\nwait\n")

    with pytest.raises(NotEquipped, match="did not tell its tasks in 1 s"):
        find_ccp4i2()
    state = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    ends = time.monotonic() + 10
    while is_alive(state) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not is_alive(state)


def is_alive(stat: Path) -> bool:
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_of_threads_that_want_the_package_at_once_one_asks(made_up: MadeUp) -> None:
    made_up.python.write_text(f"#!/bin/sh\necho asked >> {made_up.asked}\nsleep 0.3\ncat {made_up.answer}\n")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: find_ccp4i2(), range(4)))

    assert {each.version for each in found} == {"3.0.1"}
    assert made_up.times == 1


def test_an_answer_that_is_no_list_of_tasks_is_refused(made_up: MadeUp) -> None:
    made_up.answer.write_text('{"version": "9"}')

    with pytest.raises(NotEquipped, match="in a way that is not understood"):
        find_ccp4i2()


def test_without_a_python_the_refusal_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_package.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(
        NotEquipped, match=r"task ccp4i2.freerflag is not there.*name one as ccp4i2_python.*where a server or worker"
    ):
        load_task("ccp4i2.freerflag")


def test_a_python_that_is_not_there_is_told(made_up: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XTALFLOW_CCP4I2_PYTHON", "/nowhere/python")

    with pytest.raises(NotEquipped, match="/nowhere/python, cannot be run: No such file"):
        load_task("ccp4i2.scale")


def test_a_task_that_cannot_be_imported_there_says_why(made_up: MadeUp) -> None:
    with pytest.raises(NotEquipped, match="cannot be loaded by CCP4i2: no module named clipper"):
        load_task("ccp4i2.broken")
    assert "clipper" in task_head("ccp4i2.broken").error


async def test_a_parameter_file_has_the_name_and_version_of_ccp4i2_and_is_read_again(
    made_up: MadeUp, tmp_path: Path
) -> None:
    """As `clone`, `restart` and `clone --params` read it; a file of a task of this program is none of it."""
    (tmp_path / "project" / "CCP4_JOBS").mkdir(parents=True)
    store, plugin = InMemoryStore(tmp_path / "project"), make_task("ccp4i2.scale")
    plugin.container.find("keywords.FACTOR").set(3.0)
    async with track_job(store, plugin):
        write_input_params(plugin)
    (job,) = store.all_jobs
    path = store.project_directory / job.folder / "input_params.xml"
    header = read_params_header(path)

    assert (job.task, header.task, header.program, header.is_native) == ("ccp4i2.scale", "scale", "3.0.1", False)
    again = [await create_plugin_for_job(job, store), plugin_of_params(path)[0]]
    assert [(each.TASKNAME, each.container.find("keywords.FACTOR").value) for each in again] == [
        ("ccp4i2.scale", 3.0),
        ("ccp4i2.scale", 3.0),
    ]
    assert params_tree(path)["definition"] == "ccp4i2.scale"

    path.write_text(path.read_text().replace(">3.0.1<", ">xtalflow 0.1.0<"))
    with pytest.raises(UnreadableFile, match=r"of scale, not of ccp4i2.scale; `xtalflow clone --params` makes a job"):
        await create_plugin_for_job(job, store)


def test_what_a_program_runs_itself_is_missing_too(made_up: MadeUp) -> None:
    """The package tells of refmacat alone."""
    made_up.say(refmac=told(program="refmacat"), pipeline=told(calls=["refmac"]))

    assert task_head("ccp4i2.pipeline").missing == ("refmac5", "refmacat")
    assert task_head("ccp4i2.refmac").programs == ("refmacat", "refmac5")


def test_a_near_miss_offers_a_task_of_the_package(made_up: MadeUp) -> None:
    with pytest.raises(UnknownTask, match=r"did you mean ccp4i2\.scale"):
        load_task("ccp4i2.scales")


def test_patterns_of_ccp4i2_that_mean_steps_are_not_taken_for_files(made_up: MadeUp) -> None:
    patterns = [pattern for pattern, _ in load_task("ccp4i2.scale").PURGESEARCHLIST]

    assert "HKL*.mtz" in patterns
    assert "scale%*/x" not in patterns


def outputs(**children: Any) -> CContainer:
    container = CContainer()
    section = container.add("outputData", CContainer())
    assert isinstance(section, CContainer)
    for name, child in children.items():
        section.add(name, child)
    return container


def test_outputs_are_taken_as_told(tmp_path: Path) -> None:
    """Items of a list of files keep their kinds; a file that is not there, and the end of a list without any, go."""
    (tmp_path / "a.mtz").touch()
    container, complaints = outputs(FILES=CMiniMtzDataFileList(), N=CInt(), X=CFloat(max=1.0), S=CString()), []
    files = [
        {"file": str(tmp_path / "a.mtz"), "class": "CObsDataFile", "subType": 2},
        {"file": str(tmp_path / "b.mtz")},
    ]

    told = {"FILES": files, "N": 3, "X": 7.0, "S": None, "Y": 1}
    Taker({}, complaints.append, folder=tmp_path).take(container["outputData"], told)

    made = container["outputData"]
    assert [type(item) for item in made.FILES] == [CObsDataFile]
    assert made.FILES[0].subType.value == 2
    assert (made.N.value, made.S.isSet()) == (3, False)
    assert ["X = 7.0" in complaints[0], "gives it Y" in complaints[1], len(complaints)] == [True, True, 2]


def test_a_file_elsewhere_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "job_1").mkdir()
    (tmp_path / "other.pdb").touch()
    container, complaints = outputs(XYZOUT=CPdbDataFile()), []

    told = {"XYZOUT": {"file": str(tmp_path / "other.pdb")}}
    Taker({}, complaints.append, folder=tmp_path / "job_1").take(container["outputData"], told)

    assert not container["outputData"].XYZOUT.isSet()
    assert "is not in the job's folder" in complaints[0]


def test_what_a_step_wrote_beside_its_folder_gets_a_name_in_it(tmp_path: Path) -> None:
    step = tmp_path / "job_1"
    step.mkdir()
    (tmp_path / "out.pdb").write_text("ATOM")
    container = outputs(XYZOUT=CPdbDataFile())
    taker = Taker({}, pytest.fail, folder=step, around=tmp_path)

    taker.take(container["outputData"], {"XYZOUT": {"file": str(tmp_path / "out.pdb")}})

    assert container["outputData"].XYZOUT.path == step / "out.pdb"
    assert (step / "out.pdb").samefile(tmp_path / "out.pdb")
    assert taker.linked == {tmp_path / "out.pdb": step / "out.pdb"}


def test_a_file_on_record_is_the_same_file(tmp_path: Path) -> None:
    """Also where the parameter is of another kind; that of a step is linked, what is only its second name is not."""
    from uuid import UUID

    ids = UUID(int=1), UUID(int=2)
    path = tmp_path / "CCP4_JOBS" / "job_1" / "job_1" / "OUT.mtz"
    known = KnownFile(
        id=ids[0],
        project=ids[1],
        path="CCP4_JOBS/job_1/job_1/OUT.mtz",
        file_type="application/CCP4-mtz",
        annotation="made",
        sub_type=None,
        content_flag=None,
    )
    container = outputs(OUT=CObsDataFile())
    container.project_directory = tmp_path

    Taker({path: known}, pytest.fail, folder=tmp_path).take(container["outputData"], {"OUT": {"file": str(path)}})

    assert container["outputData"].OUT.dbFileId.value == str(ids[0])
    assert container["outputData"].OUT.path == path


def test_inputs_stand_alone_with_absolute_paths(tmp_path: Path) -> None:
    """Nothing is left that only a database could answer; the original stays as it is."""
    container = CContainer()
    section = container.add("inputData", CContainer())
    assert isinstance(section, CContainer)
    section.add("XYZIN", CPdbDataFile())
    container.project_directory = tmp_path
    container.find("inputData.XYZIN").set({"baseName": "a.pdb", "relPath": "CCP4_IMPORTED_FILES", "subType": 1})

    alone = standing_alone(container, tmp_path / "columns").find("inputData.XYZIN")

    assert (alone.relPath.value, alone.baseName.value) == (str(tmp_path / "CCP4_IMPORTED_FILES"), "a.pdb")
    assert (alone.dbFileId.isSet(), alone.subType.value) == (False, 1)
    assert container.find("inputData.XYZIN.relPath").value == "CCP4_IMPORTED_FILES"


@pytest.mark.parametrize(
    ("begin", "is_left"),
    [
        ("pass", False),
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", True),
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True, name='FileWatcher-a').start()", False),
        ("pool = ThreadPoolExecutor(); pool.submit(int).result(); time.sleep(0.2)", False),
        ("threading.Thread(target=asyncio.new_event_loop().run_forever, daemon=True).start(); time.sleep(0.2)", False),
        ("child = subprocess.Popen(['sleep', '60'])", True),
        ("child = subprocess.Popen(['true']); time.sleep(0.5)", False),
    ],
)
def test_work_is_left_while_a_process_or_thread_of_a_task_works(begin: str, is_left: bool) -> None:
    """Threads that only watch or wait for work, and processes that have ended, do none."""
    script = f"""
import asyncio, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from xtalflow.plugin.hosted._run_there import is_work_left
child = None
{begin}
print(is_work_left())
if child: child.kill()
"""
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, start_new_session=True, check=False)

    assert (done.stdout.strip(), done.stderr) == (str(is_left), "")
