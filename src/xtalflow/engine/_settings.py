"""Settings: environment over file over default."""

from __future__ import annotations

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.plugin import CCP4I2_VARIABLE

SETTINGS_FILE = "settings.toml"
DATABASE_VARIABLE = "DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as `doctor` shows it: its value and where that came from."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a site or a user decides.

    Attributes
    ----------
    home
        Folder of the database and of ``settings.toml`` (``XTALFLOW_HOME``).
    projects
        Folder where new projects are made (``XTALFLOW_PROJECTS``).
    database_url
        ``postgresql://…``, or empty for SQLite in `home` (``DATABASE_URL``).
    monomer_library
        Folder of a monomer library (``CLIBD_MON``).
    ccp4i2_python
        The Python of the environment that has the package ccp4i2, such as ``ccp4-python`` (``XTALFLOW_CCP4I2_PYTHON``);
        None for this one, if it has the package.
    lost_after_s
        Seconds without a sign of life after which a job that its cluster no longer knows is lost.
    jobs_per_user, jobs_per_project
        Jobs of one user, and of one project, that run at the same time; 0 is without limit.
    niceness
        How much jobs give way to other work of the machine: 0 to 19, see nice(1).
    upload_limit_gb
        Size in GB (10⁹ bytes) of the largest file that can be sent to the server.
    hosts
        Names, parted by commas, by which browsers reach the server beside those of this machine: those of a proxy.
    sources
        Where each value came from: ``environment``, ``settings.toml`` or ``default``.
    """

    home: Path
    projects: Path
    database_url: str
    monomer_library: Path | None
    ccp4i2_python: Path | None
    lost_after_s: float
    jobs_per_user: int
    jobs_per_project: int
    niceness: int
    upload_limit_gb: float
    hosts: tuple[str, ...]
    sources: Mapping[str, str]

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read them; `UnreadableFile` or `InvalidInput` tells what is wrong with the file."""
        home = _home(environment)
        file = _read_file(home / SETTINGS_FILE)
        default = {
            "projects": str(Path.home() / "xtalflow"),
            "database_url": "",
            "monomer_library": "",
            "ccp4i2_python": "",
            "lost_after_s": "120",
            "jobs_per_user": "0",
            "jobs_per_project": "0",
            "niceness": "0",
            "upload_limit_gb": "4",
            "hosts": "",
        }
        values: dict[str, str] = {}
        sources = {"home": "environment" if environment.get("XTALFLOW_HOME") else "default"}
        for name, variable in _VARIABLES.items():
            if variable and environment.get(variable):
                values[name], sources[name] = environment[variable], "environment"
            elif name in file:
                values[name], sources[name] = str(file[name]), SETTINGS_FILE
            else:
                values[name], sources[name] = default[name], "default"
        library, python = values["monomer_library"], values["ccp4i2_python"]
        return cls(
            home=home,
            projects=Path(values["projects"]).expanduser().absolute(),
            database_url=values["database_url"],
            monomer_library=Path(library).expanduser().absolute() if library else None,
            ccp4i2_python=Path(python).expanduser().absolute() if python else None,
            lost_after_s=_above_zero("lost_after_s", values, home / SETTINGS_FILE, "a number of seconds"),
            jobs_per_user=_count("jobs_per_user", values, home / SETTINGS_FILE),
            jobs_per_project=_count("jobs_per_project", values, home / SETTINGS_FILE),
            niceness=_niceness(values["niceness"], home / SETTINGS_FILE),
            upload_limit_gb=_above_zero("upload_limit_gb", values, home / SETTINGS_FILE, "a number of GB"),
            hosts=tuple(name.strip() for name in values["hosts"].split(",") if name.strip()),
            sources=sources,
        )

    def apply(self) -> None:
        """Give tasks and programs what they look for in the environment."""
        os.environ.update(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that tasks look for, wherever they run."""
        named = {"CLIBD_MON": self.monomer_library, CCP4I2_VARIABLE: self.ccp4i2_python}
        return {name: str(path) for name, path in named.items() if path is not None}

    def rows(self) -> list[Setting]:
        """All of them with their sources, without the password of a database."""
        shown = {name: str(getattr(self, name) or "") for name in self.sources}
        shown["hosts"] = ", ".join(self.hosts)
        shown["database_url"] = without_password(self.database_url) or f"SQLite in {self.home}"
        return [
            Setting(name=f.name, value=shown[f.name], source=self.sources[f.name])
            for f in fields(self)
            if f.name in shown
        ]


_VARIABLES = {
    "projects": "XTALFLOW_PROJECTS",
    "database_url": DATABASE_VARIABLE,
    "monomer_library": "CLIBD_MON",
    "ccp4i2_python": CCP4I2_VARIABLE,
    "lost_after_s": "",
    "jobs_per_user": "",
    "jobs_per_project": "",
    "niceness": "",
    "upload_limit_gb": "",
    "hosts": "XTALFLOW_HOSTS",
}


def without_password(url: str) -> str:
    """The URL of a database as it may be shown and logged."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()


def user_name() -> str:
    """The name of whoever runs this process; its number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _home(environment: Mapping[str, str]) -> Path:
    if named := environment.get("XTALFLOW_HOME"):
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("xtalflow")


def _read_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise UnreadableFile(path, f"not TOML: {exc}") from exc
    if unknown := sorted(set(content) - set(_VARIABLES)):
        raise InvalidInput(f"{path}: unknown setting {unknown[0]!r}; known are {', '.join(_VARIABLES)}")
    return content


def _count(name: str, values: Mapping[str, str], path: Path) -> int:
    text = values[name]
    if not text.isdecimal():
        raise InvalidInput(f"{path}: {name} = {text} is refused: it must be a whole number, 0 for no limit")
    return int(text)


def _niceness(text: str, path: Path) -> int:
    if not text.isdecimal() or int(text) > 19:
        raise InvalidInput(f"{path}: niceness = {text} is refused: it must be a whole number from 0 to 19")
    return int(text)


def _above_zero(name: str, values: Mapping[str, str], path: Path, what: str) -> float:
    text = values[name]
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < float("inf"):
        raise InvalidInput(f"{path}: {name} = {text} is refused: it must be {what} above 0")
    return number
