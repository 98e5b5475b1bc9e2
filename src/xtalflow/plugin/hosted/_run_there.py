"""Runs one task of the package ccp4i2 in a job's folder, and tells what happens.

It is run by the Python that has the package, so it imports nothing of xtalflow:

    python -I _run_there.py REQUEST.json

The request names the task, its parameter file, job and project, how many steps it has from earlier runs, and a file
that takes events, one JSON object in a line: steps that begin, steps that have ended, and at last the end of the task.
No database of CCP4i2 is used or made: what tasks ask of one, where their project is, is known from the request.
"""

from __future__ import annotations

import faulthandler
import functools
import json
import os
import sys
import threading
import time
import traceback
import uuid
from pathlib import Path
from typing import Any, TextIO

SUCCEEDED, FAILED, RUNNING = 0, 1, 2
ERROR = 4
PYTHON_FAILED = 999
"""CCP4i2's number of an error that is an exception of Python."""
NOBODY_LEFT = 991
"""Our number of an error that is a task which waits for an end that nothing is left to tell."""
_LOOK_S = 0.2
_GRACE_S = 10.0
"""How long nothing may be left that works before the wait for the end of a task is given up."""
_NEVER_TOLD = "it did not tell its end, and no process or thread is left that could; one of its threads may have died"
_WATCHERS = ("FileWatcher-", "XmlMonitor-")
"""Names of threads of CCP4i2 that look at files for as long as there is a task."""
_WAITING = (("thread.py", "_worker"), ("selectors.py", "select"))
"""Where threads stand that wait for work: of a pool, or of the loop that runs programs for CCP4i2."""


def tree(item: Any) -> Any:
    """What is set in an object, as JSON values: a file by its path and what is said of it; None if nothing is."""
    from ccp4i2.core.base_object.base_classes import CDataFile
    from ccp4i2.core.base_object.fundamental_types import CBoolean, CFloat, CInt, CList, CString

    if isinstance(item, CDataFile):
        return _file(item)
    if isinstance(item, CList):
        return [tree(each) for each in item]
    if isinstance(item, (CInt, CFloat, CString, CBoolean)):
        return item.value if item.isSet() else None
    found = {child.objectName(): tree(child) for child in item.children() if child.objectName()}
    return {name: value for name, value in found.items() if value is not None} or None


def _file(item: Any) -> dict[str, Any] | None:
    path = item.getFullPath() if item.isSet() else ""
    if not path:
        return None
    said: dict[str, Any] = {"file": os.path.abspath(path), "class": type(item).__name__}  # noqa: PTH100  no Path here
    for name in ("annotation", "subType", "contentFlag"):
        value = getattr(item, name, None)
        if value is not None and value.isSet():
            said[name] = value.value
    return said


def rows(plugin: Any, first: int = 0) -> list[dict[str, Any]]:
    """What a task has to complain of."""
    known = getattr(plugin, "ERROR_CODES", None) or {}
    found = []
    for row in plugin.errorReport.getErrors()[first:]:
        code = int(row.get("code") or 0)
        about = known.get(code) or known.get(str(code)) or {}
        found.append(
            {
                "class": str(row.get("class") or type(plugin).__name__),
                "code": code,
                "message": str(about.get("description") or ""),
                "details": str(row.get("details") or ""),
                "name": str(row.get("name") or ""),
                "severity": int(row.get("severity", ERROR)),
            }
        )
    return found


class Keeper:
    """Stands where tasks expect a database: it knows the folder of the project, and keeps nothing."""

    def __init__(self, project_directory: str) -> None:
        self.project_directory = project_directory

    def getProjectDirectory(self, project: Any) -> str:
        """The folder of the one project that there is."""
        return self.project_directory

    def get_file_path_sync(self, file: Any) -> None:
        """Nothing: files are told by their paths."""

    def createSubJob(self, **said: Any) -> str:
        """A name for a step."""
        return str(uuid.uuid4())

    def updateJobStatus(self, **said: Any) -> None:
        """Ends are told as events."""

    async def glean_job_files(self, *said: Any, **more: Any) -> list[Any]:
        """Files are taken later, from the events."""
        return []

    async def glean_performance_indicators(self, *said: Any, **more: Any) -> int:
        """Indicators are taken later, from the events."""
        return 0


class Teller:
    """Writes events, each at once."""

    def __init__(self, sink: TextIO) -> None:
        self.sink = sink
        self.open: dict[int, Any] = {}
        """Steps that have begun and not ended, by identity."""

    def tell(self, **event: Any) -> None:
        """Write an event."""
        self.sink.write(json.dumps(event, default=str) + "\n")
        self.sink.flush()

    def watch(self) -> None:
        """See every step that a task makes, and every end that one reports."""
        from ccp4i2.core.CCP4PluginScript import CPluginScript

        make, report = CPluginScript.makePluginObject, CPluginScript.reportStatus

        @functools.wraps(make)
        def made(parent: Any, *args: Any, **kwargs: Any) -> Any:
            step = make(parent, *args, **kwargs)
            if step is not None:
                self.watch_step(parent, step)
            return step

        @functools.wraps(report)
        def reported(plugin: Any, status: Any) -> Any:
            answer = report(plugin, status)
            plugin.__dict__["_told_end"] = True
            if plugin.doAsync or "_told_begin" not in plugin.__dict__:  # some do the work of a step in their own way
                self.begin(plugin)
                self.end(plugin)
            return answer

        CPluginScript.makePluginObject, CPluginScript.reportStatus = made, reported

    def watch_step(self, parent: Any, step: Any) -> None:
        """Tell when a step begins and ends."""
        process, step.__dict__["_made_by"] = step.process, parent

        @functools.wraps(process)
        def processed(*args: Any, **kwargs: Any) -> Any:
            self.begin(step)
            try:
                return process(*args, **kwargs)
            finally:
                if not step.doAsync:
                    self.end(step)

        step.__dict__["process"] = processed

    def begin(self, step: Any) -> None:
        """A step begins: the first time that it does."""
        parent = step.__dict__.get("_made_by")
        if parent is None or "_told_begin" in step.__dict__:
            return
        step.__dict__["_told_begin"] = True
        self.open[id(step)] = step
        self.tell(
            event="began",
            task=str(step.TASKNAME or ""),
            folder=str(step.workDirectory),
            parent=str(parent.workDirectory),
            parameters=tree(step.container) or {},
        )

    def end(self, step: Any) -> None:
        """A step has ended, which had begun."""
        if self.open.pop(id(step), None) is not None:
            self.tell(event="ended", folder=str(step.workDirectory), **self.result(step))

    def result(self, plugin: Any, returned: Any = None) -> dict[str, Any]:
        """How a task ended and what came out."""
        status = plugin.get_status()
        if status is None:
            status = returned if isinstance(returned, int) else FAILED
        outputs = getattr(plugin.container, "outputData", None)
        return {
            "status": int(status),
            "errors": rows(plugin),
            "outputs": (tree(outputs) if outputs is not None else None) or {},
        }


def convert_in(folder: Path) -> None:
    """Let files that tasks convert be written into the job's folder; CCP4i2 has them beside what they are made of.

    The same conversion of a file has one place; files of one name do not get in each other's way. It is the folder
    itself, as CCP4i2 forgets folders below it.
    """
    from ccp4i2.core.base_object.base_classes import CDataFile

    places: dict[tuple[str, str], Path] = {}

    def place(file: Any, target_content_type: str, target_extension: Any = None, work_directory: Any = None) -> str:
        source = Path(file.getFullPath())
        name, extension = f"{source.stem}_as{target_content_type}", target_extension or source.suffix
        if (path := places.get((str(source), name + extension))) is None:
            path, number = folder / f"{name}{extension}", 1
            while path in places.values() or path.exists():
                number += 1
                path = folder / f"{name}_{number}{extension}"
            places[str(source), name + extension] = path
        return str(path)

    CDataFile._get_conversion_output_path = place


def is_work_left() -> bool:
    """Whether anything is left that could still end a task: a process that it started, or another thread that works."""
    frames = sys._current_frames()
    for thread in threading.enumerate():
        if thread is threading.current_thread() or thread.name.startswith(_WATCHERS):
            continue
        frame = frames.get(thread.ident or 0)
        if frame is not None and (Path(frame.f_code.co_filename).name, frame.f_code.co_name) not in _WAITING:
            return True
    return _has_processes()


def _has_processes() -> bool:
    """Whether processes below this one, or of its group, are alive; also where the system does not tell."""
    own, processes = os.getpid(), Path("/proc")
    if not processes.joinpath("self", "stat").exists():
        return True
    for path in processes.glob("[0-9]*/stat"):
        try:
            state, parent, group = path.read_bytes().rpartition(b")")[2].split()[:3]
        except (OSError, ValueError):  # it has ended meanwhile
            continue
        if own in (int(parent), int(group)) and int(path.parent.name) != own and state not in (b"Z", b"X"):
            return True
    return False


def wait_for_end(plugin: Any) -> bool:
    """Wait until a task reports its end; False if nothing is left that could report it."""
    given_up = None
    while not plugin.__dict__.get("_told_end"):
        time.sleep(_LOOK_S)
        if is_work_left():
            given_up = None
        elif given_up is None:
            given_up = time.monotonic() + _GRACE_S
        elif time.monotonic() > given_up:
            return bool(plugin.__dict__.get("_told_end"))
    return True


def run(request: dict[str, Any], sink: TextIO) -> None:
    """Make the task, run it, and tell its end."""
    from ccp4i2.core.base_object.base_classes import CDataFile
    from ccp4i2.core.tasks import get_import_error, get_plugin_class

    kind = get_plugin_class(request["task"])
    teller = Teller(sink)
    if kind is None:
        why = get_import_error(request["task"]) or "there is none of this name"
        return teller.tell(event="refused", reason=f"its class cannot be imported: {why}")
    plugin = kind(workDirectory=request["folder"])
    plugin.doAsync = False
    keeper = Keeper(request["project_directory"])
    CDataFile._create_adhoc_db_handler = lambda self, project: keeper
    plugin.setDbData(
        handler=keeper,
        projectName=request["project_name"],
        projectId=request["project"],
        jobNumber=request["number"],
        jobId=request["job"],
    )
    plugin._childJobCounter = request["steps"]
    convert_in(Path(request["folder"]))
    teller.watch()
    plugin.errorReport.extend(plugin.loadDataFromXml(request["parameters"]))
    returned = None
    try:
        returned = plugin.process()
        if returned in (None, RUNNING) and (returned == RUNNING or teller.open) and not wait_for_end(plugin):
            for each in (*teller.open.values(), plugin):
                each.errorReport.append(type(each).__name__, NOBODY_LEFT, _NEVER_TOLD)
                each._status = FAILED
    except (Exception, SystemExit) as exc:  # noqa: BLE001  the outer frame of a task of others
        trace = traceback.format_exc()
        sys.stderr.write(trace)
        plugin.errorReport.append(type(plugin).__name__, PYTHON_FAILED, f"{type(exc).__name__}: {exc}\n\n{trace}")
        plugin._status = FAILED
    for step in list(teller.open.values()):
        teller.end(step)
    if returned is None and plugin.get_status() is None:  # it returns nothing and reports nothing: the files tell
        returned = plugin.postProcessCheck()[0]
    teller.tell(event="finished", **teller.result(plugin, returned))
    return None


def main() -> None:
    """Do what the request says."""
    faulthandler.enable()
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # by which tasks would look for a database
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with Path(request["events"]).open("a", encoding="utf-8") as sink:
        run(request, sink)


if __name__ == "__main__":
    main()
