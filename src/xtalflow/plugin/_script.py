"""`CPluginScript`: what a task author builds on."""

from __future__ import annotations

import asyncio
import inspect
import os
import traceback
from collections.abc import Awaitable, Collection, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar, overload

from xtalflow.data import CContainer, CData, Finding, Severity, Signal
from xtalflow.errors import NotEquipped, NotTracked, TaskFailed
from xtalflow.formats import UnknownElement

from ._aside import aside
from ._command import Command, CommandResult, find_program
from ._errors import ErrorReport, ErrorRow, Unsatisfactory
from ._host import Host, JobContext, Progress
from ._report import Report, Section
from ._status import JobStatus, Outcome

_Task = TypeVar("_Task", bound="CPluginScript")


class CPluginScript:
    """A task: a declaration of parameters, and the steps validate → prepare → command or run → collect.

    A wrapper declares `inputData`, `controlParameters` and `outputData` and writes `command` and `collect`; a
    pipeline writes `run` only. Every step may be a plain method or a coroutine.

    Examples
    --------
    >>> from xtalflow.data import CFloat
    >>> class Scale(CPluginScript):
    ...     TASKNAME = "scale"
    ...     class Controls(CContainer):
    ...         FACTOR = CFloat(default=2.0, min=0.0)
    ...     controlParameters = Controls()
    >>> Scale().controlParameters.FACTOR.value
    2.0
    """

    TASKNAME: ClassVar[str] = ""
    TASKTITLE: ClassVar[str] = ""
    TASKVERSION: ClassVar[str] = ""
    CATEGORY: ClassVar[str] = ""
    """Where people look for it, such as ``refinement`` (CCP4i2's task chooser)."""
    PROGRAMS: ClassVar[tuple[str, ...]] = ()
    """Programs that it runs; validation says which are not found."""

    CPUS: ClassVar[int] = 1
    """Processors that it keeps busy."""
    MEMORY_MB: ClassVar[float] = 0.0
    """Memory that it is known to need, in MB; 0 if it is little, or depends on the data."""
    NO_EFFECT: ClassVar[tuple[str, ...]] = ()
    """Paths of parameters that do not change the result, such as ``controlParameters.NPROC``."""
    PROGRAM_VERSIONS: ClassVar[Mapping[str, str]] = {}
    """Versions of what it runs, by name, where they are known beforehand; else they are looked for as it runs."""
    PURGESEARCHLIST: ClassVar[Sequence[tuple[str, int]]] = ()
    """What its files are good for that are no outputs: patterns below the job's folder, each with a `PurgeCode`."""

    inputData = CContainer()
    controlParameters = CContainer()
    outputData = CContainer()

    def __init__(self) -> None:
        self.container = CContainer()
        for name, declaration in _declared_sections(type(self)).items():
            self.container.add(name, declaration)
        self.title = ""
        self.report = Report()
        self.errors = ErrorReport()
        self.status: Signal[JobStatus] = Signal()
        self.progressed: Signal[Progress] = Signal()
        self.finished: Signal[Outcome] = Signal()
        self.parent: CPluginScript | None = None
        self.number_below: int | None = None
        """Of a child whose folder is there already, its number below its parent; others get the next one."""
        self.job: JobContext | None = None
        self.host: Host | None = None
        self.outcome: Outcome | None = None
        self.unknown_elements: tuple[UnknownElement, ...] = ()
        """What its parameter file holds beyond its parameters, to be written back."""

    def _child(self, name: str) -> CData:
        return self.container._child(name)

    # What a task author may write.

    def validate(self) -> list[Finding]:
        """All that is wrong with the parameters as a whole, before anything runs."""
        return [*self.container["inputData"].validity(), *self.container["controlParameters"].validity()]

    def prepare(self) -> Awaitable[None] | None:
        """Make what the program needs."""
        return None

    def command(self) -> Command | None:
        """The program to run; None if `run` does the work."""
        return None

    async def run(self) -> None:
        """Do the work; by default, run the program that `command` tells."""
        if command := self.command():
            await self.run_command(command)

    def collect(self) -> Awaitable[None] | None:
        """Read what came out: indicators, report, files."""
        return None

    def recall(self) -> None:
        """Take up again what `run` and `collect` left in the job's folder beyond its outputs.

        Called instead of them when the results of an earlier job are re-used. Whatever it raises means that they cannot
        be.
        """

    def monomers(self) -> Collection[str]:
        """Residues whose entries in the monomer library the result depends on."""
        return ()

    # What a task author may call.

    @property
    def work_directory(self) -> Path:
        """The job's folder."""
        return self.context.folder

    @property
    def context(self) -> JobContext:
        """The job and its project; `NotTracked` before anybody tracks the plugin."""
        if self.job is None:
            raise NotTracked(f"{self.TASKNAME or type(self).__name__} is not tracked: no job was made for it")
        return self.job

    def warn(self, message: str, *, section: Section | None = None, code: int = 0, details: str = "") -> None:
        """Keep a warning in the job, and show it in a section of the report."""
        if section is not None:
            section.warning(message)
        self._complain(message, code=code, details=details, severity=Severity.WARNING)

    def monomer_library(self) -> Path:
        """Folder of the monomer library (``CLIBD_MON``); `NotEquipped` says how to name one."""
        if not (named := os.environ.get("CLIBD_MON")):
            raise NotEquipped(
                "no monomer library is known: set CLIBD_MON to the folder of one (CCP4 brings it as lib/data/monomers)"
            )
        return Path(named)

    @overload
    def child(self, task: type[_Task], *, title: str = "") -> _Task: ...
    @overload
    def child(self, task: str, *, title: str = "") -> CPluginScript: ...
    def child(self, task: type[_Task] | str, *, title: str = "") -> _Task | CPluginScript:
        """A plugin whose execution will be a child job of this one, tracked by the same means."""
        from ._registry import make_task

        plugin = make_task(task) if isinstance(task, str) else task()
        plugin.title = title or plugin.TASKTITLE
        plugin.parent, plugin.host = self, self.host
        plugin.container.project_directory = self.container.project_directory
        return plugin

    async def step(self, child: CPluginScript) -> None:
        """Execute a child job without which this job cannot go on; `TaskFailed` if it does not succeed."""
        if await child.execute() is not Outcome.SUCCEEDED:
            number = child.job.number if child.job else ""
            raise TaskFailed(f"{child.title or child.TASKNAME} (job {number}) {child.outcome}: {child.errors.reason}")

    async def run_command(self, command: Command) -> CommandResult:
        """Run a program in the job's folder; `ProgramFailed` tells how it failed."""
        return await self._require_host().run_command(self, command)

    async def progress(self, done: float, total: float, text: str = "") -> None:
        """Show how far the job is."""
        progress = Progress(done=done, total=total, text=text)
        await self.progressed.emit_async(progress)
        await self._require_host().progress(self, progress)

    async def report_kpis(self, **values: float) -> None:
        """Show values of a cycle while the job runs: ``cycle=3, R1work=0.231``."""
        await self._require_host().report_kpis(self, values)

    # What whoever runs it calls.

    async def execute(self) -> Outcome:
        """Run the steps and return how they ended; errors are kept in `errors`.

        Raises
        ------
        NotTracked
            Nobody keeps a record of this plugin.
        asyncio.CancelledError
            The job was interrupted; its record says so.
        """
        async with self._require_host().tracking(self):
            self.outcome = await self._outcome_of_steps()
        return self.outcome

    def keep(self, error: BaseException) -> Outcome:
        """Keep an error in the job, and say how the job ends by it."""
        if isinstance(error, BaseExceptionGroup):
            outcomes = [self.keep(one) for one in error.exceptions]
            return Outcome.FAILED if Outcome.FAILED in outcomes else outcomes[0]
        if isinstance(error, TaskFailed):
            self._complain(error.message, code=error.code, details=error.details)
            return Outcome.UNSATISFACTORY if isinstance(error, Unsatisfactory) else Outcome.FAILED
        if not isinstance(error, AlreadyKept):
            trace = "".join(traceback.format_exception(error))
            known = not type(error).__module__.startswith("xtalflow")
            self._complain(f"{type(error).__name__}: {error}" if known else str(error), code=999, details=trace)
        return Outcome.FAILED

    async def _outcome_of_steps(self) -> Outcome:
        """The job's outer frame: whatever is raised becomes an outcome and a line in `errors`."""
        try:
            await self._steps()
        except asyncio.CancelledError:
            self.outcome = Outcome.INTERRUPTED
            raise
        except Exception as exc:  # noqa: BLE001  the one broad except: nothing of a task may escape its job
            return self.keep(exc)
        return Outcome.SUCCEEDED

    async def _steps(self) -> None:
        if await self._require_host().reuse(self):
            return
        for program in self.PROGRAMS:
            find_program(program)
        for finding in await aside(self.validate):
            if finding.severity >= Severity.WARNING:
                self.errors.add_finding(finding)
        if any(row.severity >= Severity.ERROR for row in self.errors):
            raise AlreadyKept
        await _settled(self.prepare())
        await self.run()
        await _settled(self.collect())

    def _complain(self, message: str, *, code: int, details: str, severity: Severity = Severity.ERROR) -> None:
        name = type(self).__name__
        self.errors.add(ErrorRow(class_name=name, code=code, message=message, details=details, severity=severity))

    def _require_host(self) -> Host:
        if self.host is None:
            raise NotTracked(
                f"{self.TASKNAME or type(self).__name__} is not tracked: give it to a store's track_job first"
            )
        return self.host


class AlreadyKept(Exception):
    """The steps end here; what is wrong is in the error report already."""


def _declared_sections(task: type[CPluginScript]) -> dict[str, CContainer]:
    """The containers declared by a class and its bases, in the order of their first declaration."""
    sections: dict[str, CContainer] = {}
    for base in reversed(task.__mro__):
        sections |= {name: value for name, value in vars(base).items() if isinstance(value, CContainer)}
    return sections


async def _settled(value: Awaitable[None] | None) -> None:
    if inspect.isawaitable(value):
        await value
