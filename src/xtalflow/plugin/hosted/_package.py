"""The package ccp4i2 in its own Python environment: where it is, which tasks it has, and what they need.

That Python is asked once for each version of the package; what it says is kept in a file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xtalflow.errors import NotEquipped
from xtalflow.formats import write_atomically

from ._categories import category_of

HOSTED = "ccp4i2."
"""Before the names of its tasks."""
VARIABLE = "XTALFLOW_CCP4I2_PYTHON"
"""Variable that names the Python that has the package."""
_LISTER = Path(__file__).parent / "_list_there.py"
_WATCHED = ("__init__.py", "core/tasks.py")
"""Files of the package that change with its version."""
_RUN_BY = {"refmacat": ("refmac5",)}
"""Programs that another runs itself, which the package does not tell."""
_PATIENCE_S = 300.0
_OWN_VARIABLES = frozenset({"DATABASE_URL"})
"""What no package of others is told: a password may be in it."""
_RETRY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedInfo:
    """What is known of a task of CCP4i2 without its parameters.

    Attributes
    ----------
    name
        As CCP4i2 calls it.
    definition
        Its ``def.xml``; None if it has none.
    program
        The program that it runs itself; empty if it works within Python, or is a pipeline.
    calls
        Tasks that it may run as steps.
    modules
        Python modules that it imports and that its Python does not have.
    purge
        What its files are good for: patterns with CCP4i2's codes.
    error
        Why its class cannot be imported; empty if it can.
    """

    name: str
    title: str
    summary: str
    definition: Path | None
    program: str
    calls: tuple[str, ...]
    modules: tuple[str, ...]
    purge: tuple[tuple[str, int], ...]
    error: str

    @property
    def programs(self) -> tuple[str, ...]:
        """The program that it runs, and those that this one runs."""
        return (self.program, *_RUN_BY.get(self.program, ())) if self.program else ()

    @property
    def category(self) -> str:
        """Where its users look for it."""
        return category_of(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The package ccp4i2 of a Python environment.

    Attributes
    ----------
    top
        Its folder, with ``wrappers`` and ``pipelines``.
    tasks
        By the names that CCP4i2 has for them.
    """

    python: Path
    version: str
    top: Path
    tasks: Mapping[str, HostedInfo]

    @property
    def search_path(self) -> str:
        """Where its programs are looked for: beside its Python, then on PATH."""
        return os.pathsep.join([str(self.python.parent), os.environ.get("PATH", "")])

    def missing(self, name: str) -> tuple[str, ...]:
        """What a task, or any step that it may take, is known to need and does not find: programs, modules; sorted."""
        seen: set[str] = set()
        waiting, programs, modules = [name], set[str](), set[str]()
        while waiting:
            task = self.tasks.get(waiting.pop())
            if task is None or task.name in seen:
                continue
            seen.add(task.name)
            waiting += task.calls
            modules |= set(task.modules)
            programs |= set(task.programs)
        absent = sorted(each for each in programs if not self.has_program(each))
        return (*absent, *(f"the Python module {each}" for each in sorted(modules)))

    def has_program(self, name: str) -> bool:
        """Whether a program is found where its tasks look for it."""
        return shutil.which(name, path=self.search_path) is not None


def python_of_ccp4i2() -> Path | None:
    """The Python that has the package: the one that is named, else this one; None if neither."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    return Path(sys.executable) if importlib.util.find_spec("ccp4i2") is not None else None


def find_package() -> Package:
    """The package, as kept from the last time if it has not changed since.

    The first time its Python is asked, which may take minutes: not for an event loop.

    Raises
    ------
    NotEquipped
        No Python is named, it cannot be run, or it has no such package.
    """
    python = python_of_ccp4i2()
    if python is None:
        raise NotEquipped(
            f"no Python with the package ccp4i2 is known: name one as ccp4i2_python in settings.toml, or by {VARIABLE} "
            "(where a server or worker runs jobs, in settings.toml: it does not see variables of others)"
        )
    return (_of_now(python) or _found(python)).package


@dataclass(frozen=True, slots=True)
class _Known:
    package: Package
    stamp: list[list[int]]


@dataclass(frozen=True, slots=True)
class _Failure:
    why: str
    when: float


_known: dict[Path, _Known] = {}
_failures: dict[Path, _Failure] = {}
_asking = threading.Lock()


def _of_now(python: Path) -> _Known | None:
    """What this process knows of a package, if that is as it was."""
    known = _known.get(python)
    return known if known is not None and known.stamp == _stamp(known.package.top) else None


def _found(python: Path) -> _Known:
    """What was kept, or what the Python says; of threads that want it at once, one asks."""
    with _asking:
        if (known := _of_now(python)) is not None:
            return known
        failure = _failures.get(python)
        if failure is not None and time.monotonic() - failure.when < _RETRY_S:
            raise NotEquipped(failure.why)
        try:
            known = _known[python] = _kept(python) or _asked(python)
        except NotEquipped as exc:
            _failures[python] = _Failure(str(exc), time.monotonic())
            raise
        return known


def _stamp(top: Path) -> list[list[int]]:
    """What changes with the package, or with the packages beside it; empty if it is not there."""
    try:
        watched = [path.stat() for path in (top.parent, *(top / name for name in _WATCHED))]
    except OSError:
        return []
    return [[status.st_mtime_ns, status.st_size] for status in watched]


def _cache(python: Path) -> Path:
    home = os.environ.get("XTALFLOW_HOME")
    if home:
        folder = Path(home).expanduser().absolute() / "cache"
    else:
        import platformdirs

        folder = platformdirs.user_cache_path("xtalflow")
    return folder / f"ccp4i2-{hashlib.sha256(os.fsencode(python)).hexdigest()[:16]}.json"


def _kept(python: Path) -> _Known | None:
    """What was kept, if it is of the package as it is now, and was asked in the same way."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(_cache(python).read_bytes())
        package = _package(python, kept["package"])
        stamp = _stamp(package.top)
        if stamp and kept["stamp"] == stamp and kept["lister"] == _lister():
            return _Known(package, stamp)
    return None


def _asked(python: Path) -> _Known:
    """Ask the Python, and keep what it says."""
    words = [str(python), "-I", str(_LISTER)]
    try:
        done = _answer(words)
    except OSError as exc:
        raise NotEquipped(f"the Python of ccp4i2, {python}, cannot be run: {exc.strerror or exc}") from exc
    except subprocess.TimeoutExpired as exc:
        raise NotEquipped(f"the Python of ccp4i2, {python}, did not tell its tasks in {_PATIENCE_S:g} s") from exc
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
        why = said[-1] if said else f"exit code {done.returncode}"
        raise NotEquipped(f"the Python of ccp4i2, {python}, cannot tell its tasks: {why}")
    try:
        document = json.loads(done.stdout)
        package = _package(python, document)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise NotEquipped(f"the Python of ccp4i2, {python}, tells its tasks in a way that is not understood") from exc
    stamp, path = _stamp(package.top), _cache(python)
    with suppress(OSError):  # it is asked again next time
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"package": document, "stamp": stamp, "lister": _lister()}
        write_atomically(path, json.dumps(kept, indent=1).encode(), durable=False)
    return _Known(package, stamp)


def _answer(words: list[str]) -> subprocess.CompletedProcess[bytes]:
    """What a command prints; whatever it started goes with it when that takes too long."""
    environment = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=_PATIENCE_S)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def _lister() -> str:
    """What asks, as a digest."""
    return hashlib.sha256(_LISTER.read_bytes()).hexdigest()


def _package(python: Path, document: Mapping[str, Any]) -> Package:
    tasks = {name: _info(name, said) for name, said in document["tasks"].items()}
    return Package(python=python, version=document["version"], top=Path(document["top"]), tasks=tasks)


def _info(name: str, said: Mapping[str, Any]) -> HostedInfo:
    return HostedInfo(
        name=name,
        title=" ".join(said["title"].split()),
        summary=" ".join(said["summary"].split()),
        definition=Path(said["definition"]) if said["definition"] else None,
        program=said["program"] or "",
        calls=tuple(said["calls"]),
        modules=tuple(said["modules"]),
        purge=tuple((pattern, code) for pattern, code in said["purge"] if "/" not in pattern and "%" not in pattern),
        error=said["error"] or "",
    )
