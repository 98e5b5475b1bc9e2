"""``xtalflow open``: the page of a job in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from xtalflow.errors import InvalidInput

from ._exit import FINISHED
from ._parser import SubParsers, add_command, add_job_argument
from ._running_server import lead_in, running_server

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import FoundJob


def add(commands: SubParsers) -> None:
    """Add the command."""
    command = add_command(
        commands, "open", _open, summary="open the page of a job in the browser, if `xtalflow serve` runs", json=False
    )
    add_job_argument(command)
    command.add_argument("--no-browser", action="store_true", help="only tell the address")


def _open(arguments: argparse.Namespace) -> int:
    from ._session import with_store

    async def work(settings: Settings) -> tuple[Settings, FoundJob]:
        from xtalflow.services import find_job

        return settings, await find_job(arguments.job, Path.cwd())

    settings, found = with_store(work)
    server = running_server(settings.home)
    if server is None:
        raise InvalidInput("no server runs that could show it: start one with `xtalflow serve`")
    page = f"/projects/{quote(found.project.name, safe='')}/jobs/{found.job.number}/"
    lead_in(settings.home, server.address, server.another_token(), browser=not arguments.no_browser, page=page)
    return FINISHED
