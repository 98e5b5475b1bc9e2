"""Programs: what to run, how it went, where it is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from xtalflow.errors import NotEquipped


@dataclass(frozen=True, slots=True)
class Command:
    """One run of a program in the job's folder.

    Attributes
    ----------
    program
        Its name, found by `find_program`, or an absolute path.
    args
        Arguments, given as they are; there is no shell.
    stdin
        Text for its standard input; nothing is given without it.
    timeout_s
        Wall time after which it is stopped with all its children.
    env
        Variables on top of the runner's own environment.
    on_line
        Called with every line of its output as it comes.
    log
        Name of the file in the job's folder that takes its output.
    """

    program: str
    args: Sequence[str]
    stdin: str | None = field(default=None, kw_only=True)
    timeout_s: float | None = field(default=None, kw_only=True)
    env: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    on_line: Callable[[str], None] | None = field(default=None, kw_only=True)
    log: str = field(default="log.txt", kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """A program that ran to its end with exit code 0."""

    log: Path
    wall_s: float


def find_program(name: str) -> Path:
    """Where a program is: beside this Python (a virtual environment's own), else on PATH.

    Raises
    ------
    NotEquipped
        It is in neither.
    """
    own = Path(sys.executable).parent
    found = shutil.which(name, path=str(own)) or shutil.which(name)
    if found is None:
        raise NotEquipped(
            f"the program {name} is not found: neither in {own} nor on PATH; install it, or source its setup"
        )
    return Path(found)


@cache
def program_version(program: Path) -> str:
    """Version of a program that a package of this environment brings, such as servalcat; empty for any other."""
    if program.parent != Path(sys.executable).parent:
        return ""
    try:
        return metadata.version(program.name)
    except metadata.PackageNotFoundError:
        return ""
