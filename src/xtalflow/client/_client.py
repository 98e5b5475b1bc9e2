"""A server, as Python asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from xtalflow.errors import StoreUnavailable

from ._http import Document, Http, address_of
from ._projects import Project
from ._tables import KpiTable, read_table

_SERVER_FILE = "server.json"


class Client:
    """Asks a server of xtalflow.

    Parameters
    ----------
    address
        Such as ``https://xtal.example.org``; without it the server of this home that runs, whose key is known.
    token
        One that was made for a program, on the page or by ``xtalflow accounts``.
    timeout_s
        Seconds that an answer may take.

    Raises
    ------
    StoreUnavailable
        No server of this home runs.
    NotEquipped
        httpx is not installed.
    """

    def __init__(self, address: str | None = None, *, token: str | None = None, timeout_s: float = 60.0) -> None:
        if address is None:
            address, key = _running_server()
            token = token or key
        self.http = Http(address, token or "", timeout_s=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.http.address!r})"

    def close(self) -> None:
        """Let go of its connections."""
        self.http.close()

    @property
    def server(self) -> Document:
        """The server's version, and who asks it: account, scope of the token."""
        return dict(self.http.ask("GET", "server"))

    @property
    def projects(self) -> list[Project]:
        """The projects that may be read and are not archived, by name."""
        return list(self.find_projects())

    def find_projects(
        self, text: str = "", *, tags: Sequence[str] = (), archived: bool | None = False
    ) -> Iterator[Project]:
        """Projects that have these words and all of these tags; archived ones too if `archived` is None."""
        kind = {True: "true", False: "false", None: "both"}[archived]
        for row in self.http.pages("projects", {"text": text, "tag": list(tags), "archived": kind}):
            yield Project.read(self.http, row)

    def project(self, name: str) -> Project:
        """The project of a name or uuid; `RequestRefused` if there is none that may be read."""
        return Project.read(self.http, self.http.ask("GET", address_of("projects", name)))

    def create_project(self, name: str, *, description: str = "", tags: Sequence[str] = ()) -> Project:
        """A new project."""
        body = {"name": name, "description": description, "tags": list(tags)}
        return Project.read(self.http, self.http.ask("POST", "projects", body))

    @property
    def tasks(self) -> list[Document]:
        """All tasks by name: title, category, summary."""
        return list(self.http.ask("GET", "tasks"))

    def task(self, name: str) -> Document:
        """A task with all its parameters: path, class, default, qualifiers, help."""
        return dict(self.http.ask("GET", address_of("tasks", name)))

    def search(self, text: str, *, limit: int = 20) -> Document:
        """Projects, jobs and files that a text leads to, the newest first."""
        return dict(self.http.ask("GET", "search", params={"text": text, "limit": limit}))

    def kpi_table(
        self,
        *projects: Project | str,
        keys: Sequence[str] = (),
        tasks: Sequence[str] = (),
        statuses: Sequence[str] = (),
        text: str = "",
        flat: bool = False,
        sort: str = "-created",
        limit: int | None = None,
    ) -> KpiTable:
        """Indicators of jobs, side by side.

        Parameters
        ----------
        projects
            All that may be read, if none is named.
        keys
            Only jobs that have one of these indicators, and only these.
        flat
            Child jobs too.
        sort
            Such as ``-created`` or ``kpi:RFree``.
        limit
            At most so many jobs.
        """
        names = [each.uuid if isinstance(each, Project) else each for each in projects]
        asked = {"project": names, "kpi": list(keys), "task": list(tasks), "status": list(statuses)}
        return read_table(self.http, "kpis", asked | {"text": text, "flat": _word(flat), "sort": sort}, limit)


def _running_server() -> tuple[str, str]:
    """The address and the key of the server of this home."""
    from xtalflow.engine import Settings

    path: Path = Settings.load().home / _SERVER_FILE
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        return str(document["address"]), str(document["key"])
    except FileNotFoundError as exc:
        raise StoreUnavailable("no server runs here: start one with `xtalflow serve`, or give an address") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise StoreUnavailable(f"{path}: does not tell where the server is: {exc}") from exc


def _word(truth: bool) -> str:
    return "true" if truth else "false"
