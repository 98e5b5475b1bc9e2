"""What a plugin needs of whoever runs and tracks it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from ._command import Command, CommandResult

if TYPE_CHECKING:
    from ._script import CPluginScript


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is: `done` of `total` steps, and what it does now."""

    done: float
    total: float
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """Where a plugin runs: its job, its project and their folders."""

    job: UUID
    number: str
    project: UUID
    project_name: str
    project_directory: Path
    folder: Path


def last_child_number(folder: Path) -> int:
    """The highest number of a child job in a job's folder, of an earlier run of the same job; 0 if there is none."""
    numbers = [path.name.removeprefix("job_") for path in folder.glob("job_*")]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


class Host(Protocol):
    """Runs a plugin's programs and keeps its record; given to a plugin by whoever tracks it."""

    def tracking(self, plugin: CPluginScript) -> AbstractAsyncContextManager[object]:
        """Around the execution of a plugin: its job is made and started, and at the end gleaned and finished."""

    async def reuse(self, plugin: CPluginScript) -> bool:
        """Take the results of an earlier job that did the same; False if there is none, or it is not wanted."""

    async def run_command(self, plugin: CPluginScript, command: Command) -> CommandResult:
        """Run a program to its end; `ProgramFailed` tells how it failed, with the last lines of its log."""

    async def progress(self, plugin: CPluginScript, progress: Progress) -> None:
        """Show how far the job is."""

    async def report_kpis(self, plugin: CPluginScript, values: Mapping[str, float]) -> None:
        """Show values of a cycle while the job runs."""
