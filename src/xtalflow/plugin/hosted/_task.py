"""Tasks of the package ccp4i2, run by its own plugin classes in its own Python environment."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from xtalflow.data import CContainer, CData, CDataFile, CPerformanceIndicator, CScalar, Finding, Severity
from xtalflow.errors import NotEquipped, ProgramFailed, TaskFailed, UnknownTask, XtalflowError
from xtalflow.formats import ParamsHeader, read_definition, write_atomically, write_params

from .._aside import aside
from .._command import Command
from .._errors import ErrorRow, Unsatisfactory
from .._host import last_child_number
from .._purge import PurgeCode
from .._script import AlreadyKept, CPluginScript
from .._status import Outcome
from ._package import HOSTED, HostedInfo, Package, find_package
from ._trees import OUTPUTS, KnownFile, Taker, files_by_path, standing_alone

HOSTED_LOG = "ccp4i2.txt"
"""What a task prints; ``log.txt`` is the log of the program that it runs."""
_RUNNER = Path(__file__).parent / "_run_there.py"
_REQUEST, _PARAMS, _EVENTS, _COLUMNS = "ccp4i2.json", "ccp4i2_params.xml", "ccp4i2_events.jsonl", "ccp4i2_inputs"
_OWN_FILES = (
    (f"{_COLUMNS}/*", PurgeCode.SCRATCH),
    ("*_as[A-Z]*.mtz", PurgeCode.SCRATCH),
    (_EVENTS, PurgeCode.SCRATCH_DIAGNOSTIC),
    (_REQUEST, PurgeCode.SCRATCH_DIAGNOSTIC),
    (_PARAMS, PurgeCode.SCRATCH_DIAGNOSTIC),
)
_LOOK_S = 0.25
_SUCCEEDED, _UNSATISFACTORY = 0, 3
_ADMIN = "guiAdmin"
_PROGRAM_LOG, _TAIL_BYTES, _TAIL = "log.txt", 4096, 15
_PRINTED = "Program Output:\n"
"""Line of CCP4i2's in a log, before what the program prints."""
_LAST_LINES, _LONGEST_LINE = 3, 200
"""Of the end of a log, what is in the reason of a failure."""
_OF_A_PROGRAM = frozenset({101, 103, 104, 105, 992, 993})
"""CCP4i2's numbers of errors by which a program ended."""
_DID_NOT_TELL = "CCP4i2 ended without telling how this went"


class HostedTask(CPluginScript):
    """A task of CCP4i2; its steps become child jobs, in the folders that CCP4i2 gave them.

    A step is shown when it begins. Its files are taken when the whole task has ended, as CCP4i2 may change them until
    then.
    """

    INFO: ClassVar[HostedInfo]
    PACKAGE: ClassVar[Package]

    def __init__(self) -> None:
        super().__init__()
        self._begun: Mapping[str, Any] | None = None
        """Of a step, what CCP4i2 told when it began."""
        self._told: Mapping[str, Any] | None = None
        """What CCP4i2 told when the task had ended."""
        self._below: list[HostedTask] = []
        self._known: dict[Path, KnownFile] = {}
        self._linked: dict[Path, Path] = {}
        self._is_going, self._may_end = asyncio.Event(), asyncio.Event()
        self._execution: asyncio.Task[None] | None = None

    def validate(self) -> list[Finding]:
        """Of a step nothing is checked here: CCP4i2 has begun it."""
        return super().validate() if self._begun is None else []

    async def prepare(self) -> None:
        """Write what CCP4i2 is asked for."""
        if self._begun is None:
            await aside(self._write_request)

    def _write_request(self) -> None:
        absent = [each for each in self.INFO.programs if not self.PACKAGE.has_program(each)]
        if absent and not os.environ.get("CCP4"):
            raise NotEquipped(
                f"the program {absent[0]} is not found: neither in {self.PACKAGE.python.parent} nor on PATH; "
                "install it, or source the setup of CCP4"
            )
        folder = self.work_directory
        (folder / _EVENTS).unlink(missing_ok=True)
        alone = standing_alone(self.container, folder / _COLUMNS)
        header = ParamsHeader(task=self.INFO.name, job_title=self.title).written_here(ccp4i2=self.PACKAGE.version)
        write_params(alone, header, folder / _PARAMS, durable=False)
        request = {
            "task": self.INFO.name,
            "parameters": str(folder / _PARAMS),
            "folder": str(folder),
            "project": str(self.context.project),
            "project_name": self.context.project_name,
            "project_directory": str(self.context.project_directory),
            "job": str(self.context.job),
            "number": self.context.number,
            "events": str(folder / _EVENTS),
            "steps": last_child_number(folder),
        }
        write_atomically(folder / _REQUEST, json.dumps(request, indent=1).encode(), durable=False)

    def command(self) -> Command:
        """CCP4i2's Python with the script that runs one task."""
        words = ["-I", "-u", str(_RUNNER), str(self.work_directory / _REQUEST)]
        environment = {"PATH": self.PACKAGE.search_path, "DJANGO_SETTINGS_MODULE": ""}
        return Command(str(self.PACKAGE.python), words, env=environment, log=HOSTED_LOG)

    async def run(self) -> None:
        """Run the task, and show its steps as CCP4i2 tells of them."""
        self._is_going.set()
        if self._begun is not None:
            await self._may_end.wait()
            return
        self._known |= files_by_path(self.container)
        ended, crash = asyncio.Event(), None
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self._follow(group, ended))
            try:
                await self.run_command(self.command())
            except ProgramFailed as exc:
                crash = exc
            ended.set()
            await following
            for step in self._below:
                await step._settle()
        if crash is not None:
            raise crash

    async def collect(self) -> None:
        """Take what came out, and say how it ended."""
        await aside(self._collect)

    def _collect(self) -> None:
        if self._begun is not None:
            self._take_parameters(self._begun["parameters"])
        told = self._told
        if told is None:
            raise TaskFailed(_DID_NOT_TELL)
        if told["event"] == "refused":
            raise TaskFailed(f"{self.INFO.name}: {told['reason']}")
        rows = [self._row(row) for row in told["errors"]]
        self.errors.rows += rows
        status = told["status"]
        if status not in (_SUCCEEDED, _UNSATISFACTORY):
            reasons = [self._failed_step()]
            if all(row.severity < Severity.ERROR for row in rows):
                reasons = [*(row.message for row in rows[-1:]), *reasons]
                if not any(reasons):
                    reasons = ["CCP4i2 says that the task failed, and not why"]
            if not any(reasons):
                raise AlreadyKept
            raise TaskFailed("; ".join(filter(None, reasons)))
        taker = Taker(self._known, self.warn, folder=self.work_directory, around=self._top.work_directory)
        taker.take(self.container[OUTPUTS], told["outputs"])
        self._linked = taker.linked
        self._report()
        if status == _UNSATISFACTORY:
            raise Unsatisfactory(rows[-1].message if rows else "CCP4i2 says that the result is unsatisfactory")

    async def _follow(self, group: asyncio.TaskGroup, ended: asyncio.Event) -> None:
        """Take the events as they come, until CCP4i2 has ended and all are taken."""
        events, is_last = _Events(self.work_directory / _EVENTS), False
        plugins = {str(self.work_directory): self}
        while not is_last:
            is_last = ended.is_set()
            for event in await aside(events.new):
                self._take_event(event, plugins, group)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _LOOK_S)

    def _take_event(self, event: Mapping[str, Any], plugins: dict[str, HostedTask], group: asyncio.TaskGroup) -> None:
        if event["event"] in ("finished", "refused"):
            self._told = event
        elif event["event"] == "ended":
            if (step := plugins.get(event["folder"])) is not None:
                step._told = event
        elif event["event"] == "began":
            parent = plugins.get(event["parent"])
            number = _number_below(event["folder"], event["parent"])
            if parent is not None and number is not None and event["folder"] not in plugins:
                step = plugins[event["folder"]] = parent._new_step(event, number)
                step._execution = group.create_task(self._execute(step))

    def _new_step(self, event: Mapping[str, Any], number: int) -> HostedTask:
        """The plugin of a step, not yet tracked."""
        step = self.child(_task_of_step(event["task"], self.PACKAGE))
        step.number_below, step._begun, step._known = number, event, self._known
        step._take_parameters(event["parameters"])
        self._below.append(step)
        return step

    async def _execute(self, step: HostedTask) -> None:
        """Let a step be a child job, once the job that it is below is going."""
        if isinstance(step.parent, HostedTask):
            await step.parent._is_going.wait()
        try:
            await step.execute()
        except (XtalflowError, OSError) as exc:
            self.warn(f"the step {step.INFO.name} in {step.number_below} is not on record: {exc}")
        finally:
            step._is_going.set()

    async def _settle(self) -> None:
        """Let a step end, after those below it; then its files are known."""
        for step in self._below:
            await step._settle()
        self._may_end.set()
        if self._execution is not None:
            await asyncio.wait({self._execution})
        self._known |= files_by_path(self.container[OUTPUTS])
        self._known |= {first: self._known[link] for first, link in self._linked.items() if link in self._known}

    @property
    def _top(self) -> HostedTask:
        """The task that this one is a step of, or itself."""
        return self.parent._top if self._begun is not None and isinstance(self.parent, HostedTask) else self

    def _take_parameters(self, told: Mapping[str, Any]) -> None:
        """Take what a step was given; of files those that are on record by now."""
        taker = Taker(self._known, lambda _: None)
        for section in self.container:
            if section.name not in (OUTPUTS, _ADMIN):
                taker.take(section, told.get(section.name))

    def _row(self, told: Mapping[str, Any]) -> ErrorRow:
        """What CCP4i2 complains of; of a program that failed with the end of its log."""
        first, _, rest = str(told["details"]).partition("\n")
        code, message = told["code"], ": ".join(each for each in (told["message"], first) if each)
        if code in _OF_A_PROGRAM and self.job is not None:
            end = _end_of(self.work_directory / _PROGRAM_LOG)
            rest = "\n".join(each for each in (rest, end) if each)
            if said := _last_words(end):
                message = f"{message}; its log ends with: {said}"
        severity = Severity(min(max(told["severity"], Severity.OK), Severity.ERROR))
        return ErrorRow(
            class_name=told["class"],
            code=code,
            message=message or f"error {code} of {told['class']}",
            details=rest.strip(),
            name=told["name"],
            severity=severity,
        )

    def _failed_step(self) -> str:
        """Of the last step that failed, why; empty if none did."""
        for step in reversed(self._below):
            if step.outcome is Outcome.FAILED:
                number = f" (job {step.job.number})" if step.job else ""
                return f"{step.INFO.name}{number} failed: {step.errors.reason}"
        return ""

    def _report(self) -> None:
        """Show the values that came out, beside indicators."""
        rows = [[value.object_path().partition(".")[2], str(value.value)] for value in _values(self.container[OUTPUTS])]
        if rows:
            self.report.section("Results").table("Values", ["Parameter", "Value"], rows)


class _Events:
    """Reads the events of a file that grows."""

    def __init__(self, path: Path) -> None:
        self._path, self._place = path, 0

    def new(self) -> list[Mapping[str, Any]]:
        """Events that were written since the last time; of a line that is not whole, later."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._place)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._place += len(whole)
        return [json.loads(line) for line in whole.splitlines()]


def _number_below(folder: str, parent: str) -> int | None:
    """The number of a step, if its folder is one that a child job would have."""
    path = Path(folder)
    number = path.name.removeprefix("job_")
    is_child = path.parent == Path(parent) and number != path.name and number.isdecimal() and not number.startswith("0")
    return int(number) if is_child else None


def _end_of(log: Path) -> str:
    """The last lines of a log; empty if there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_TAIL:])


def _last_words(end: str) -> str:
    """The last lines of what a program printed, by the end of its log, that say something."""
    lines = end.rpartition(_PRINTED)[2].splitlines()
    return " / ".join([line.strip()[:_LONGEST_LINE] for line in lines if any(map(str.isalnum, line))][-_LAST_LINES:])


def _values(item: CData) -> Iterator[CScalar[Any]]:
    """Values below an object that are no part of a file or an indicator."""
    for child in item.children():
        if isinstance(child, CScalar):
            if child.isSet(allowDefault=False):
                yield child
        elif not isinstance(child, (CDataFile, CPerformanceIndicator)):
            yield from _values(child)


def hosted_names() -> list[str]:
    """Names of the tasks of the package ccp4i2 as tasks here; none if there is no such package."""
    with suppress(NotEquipped):
        return [HOSTED + name for name in find_package().tasks]
    return []


def hosted_info(name: str) -> HostedInfo:
    """What is known of a task by its name here, such as ``ccp4i2.freerflag``, without reading its definition.

    Raises
    ------
    UnknownTask
        The package has none of this name; close ones are offered.
    NotEquipped
        There is no such package.
    """
    try:
        tasks = find_package().tasks
    except NotEquipped as exc:
        raise NotEquipped(f"the task {name} is not there: {exc}") from exc
    info = tasks.get(name.removeprefix(HOSTED))
    if info is None:
        raise UnknownTask(name, close=difflib.get_close_matches(name, [HOSTED + each for each in tasks]))
    return info


def load_hosted(name: str) -> type[HostedTask]:
    """The class of a task of CCP4i2, with the parameters of its definition.

    Raises
    ------
    UnknownTask
        The package has none of this name; close ones are offered.
    NotEquipped
        There is no such package, or the task cannot be loaded there.
    """
    info = hosted_info(name)
    if info.error:
        raise NotEquipped(f"the task {name} cannot be loaded by CCP4i2: {info.error}")
    return _made(info, _Same(find_package()))


class _Same:
    """A package as a key of what was made for it: asked anew, it is another one."""

    def __init__(self, package: Package) -> None:
        self.package = package

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.package is self.package

    def __hash__(self) -> int:
        return id(self.package)


@cache
def _made(info: HostedInfo, same: _Same) -> type[HostedTask]:
    package = same.package
    sections: dict[str, CContainer] = {}
    if info.definition is not None:
        definition = read_definition(info.definition, root=package.top)
        sections = {each.name: each for each in definition.container.children() if isinstance(each, CContainer)}
    return type(
        info.name,
        (HostedTask,),
        {
            "__doc__": info.summary or info.title,
            "__module__": __name__,
            "TASKNAME": HOSTED + info.name,
            "TASKTITLE": info.title,
            "TASKVERSION": package.version,
            "CATEGORY": info.category,
            "PURGESEARCHLIST": (*_OWN_FILES, *info.purge),
            "PROGRAM_VERSIONS": _versions(package),
            "INFO": info,
            "PACKAGE": package,
            **sections,
        },
    )


def _task_of_step(name: str, package: Package) -> type[HostedTask]:
    """The class of a step: a task of the package, or one that only CCP4i2 knows."""
    info = package.tasks.get(name)
    if info is None:
        info = HostedInfo(
            name=name or "step",
            title=name,
            summary="",
            definition=None,
            program="",
            calls=(),
            modules=(),
            purge=(),
            error="",
        )
    return _made(info, _Same(package))


def _versions(package: Package) -> dict[str, str]:
    """Versions of what the tasks of a package run, as far as they are told: the package, and CCP4 around it."""
    versions = {"ccp4i2": package.version}
    with suppress(OSError, UnicodeDecodeError):
        if ccp4 := os.environ.get("CCP4"):
            versions["CCP4"] = Path(ccp4, "lib", "ccp4", "MAJOR_MINOR").read_text(encoding="utf-8").strip()
    return versions
