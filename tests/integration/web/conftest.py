"""A real server in a home of its own, and a browser's session and a program's token to ask it with."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from integration.cli.conftest import CommandLine, test_tasks  # noqa: F401  # a fixture

_PATIENCE_S = 60.0


@dataclass
class Server:
    """``xtalflow serve``, running."""

    command_line: CommandLine
    process: subprocess.Popen[str]
    address: str
    door: Path
    log: Path

    @property
    def key(self) -> str:
        """What opens REST for whoever may read the home."""
        return str(json.loads((self.command_line.home / "server.json").read_text())["key"])

    def link(self) -> str:
        """The address that opens the pages once."""
        found = re.search(r'url=([^"]+)"', self.door.read_text())
        assert found is not None
        return found[1]

    def browser(self) -> httpx.Client:
        """A session that is signed in as a browser's is."""
        client = httpx.Client(base_url=self.address, timeout=30, follow_redirects=True)
        token = client.post("/sign-in/token/", headers={"Authorization": f"Bearer {self.key}"}).json()["token"]
        client.get("/sign-in/", params={"token": token}).raise_for_status()
        return client

    def program(self, token: str | None = None) -> httpx.Client:
        """A program's client of REST."""
        return httpx.Client(
            base_url=f"{self.address}/api/v1",
            timeout=30,
            headers={"Authorization": f"Bearer {token or self.key}"},
        )

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it, and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(_PATIENCE_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def start_server(command_line: CommandLine, *words: object, port: int = 0) -> Server:
    """Start a server, at a free port if none is named, and wait until it answers."""
    port = port or free_port()
    log = command_line.home.parent / f"serve-{port}.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "xtalflow", "serve", "--no-browser", "--port", str(port), *map(str, words)],
            cwd=command_line.home.parent,
            env=command_line.environ(),
            stdout=sink,
            stderr=subprocess.STDOUT,
            text=True,
        )
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text()
        if (opened := re.search(r"^open (\S+\.html)$", text, re.M)) or ("--host" in words and "served at" in text):
            door = Path(opened[1]) if opened else Path()
            return Server(command_line, process, f"http://127.0.0.1:{port}", door, log)
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> CommandLine:  # noqa: F811
    """The command line in a home that the tests of a module share."""
    return command_line_in(tmp_path_factory.mktemp("served"), test_tasks)


@pytest.fixture
def own_command_line(tmp_path: Path, test_tasks: Path) -> CommandLine:  # noqa: F811
    """The command line in a home of one test."""
    return command_line_in(tmp_path, test_tasks)


def command_line_in(folder: Path, test_tasks: Path) -> CommandLine:  # noqa: F811
    """The command line in a home in this folder."""
    folders = os.pathsep.join(filter(None, [str(test_tasks), os.environ.get("PYTHONPATH")]))
    return CommandLine(folder / "home", folder / "projects", {"PYTHONPATH": folders})


@pytest.fixture(scope="module")
def server(command_line: CommandLine) -> Iterator[Server]:
    """A server that the tests of a module share."""
    server = start_server(command_line)
    yield server
    server.stop()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    """A browser that is signed in."""
    client = server.browser()
    yield client
    client.close()


@pytest.fixture
def program(server: Server) -> Iterator[httpx.Client]:
    """A program with the key of the server."""
    with server.program() as client:
        yield client


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """Messages of an event stream: id, event, data."""
    message: dict[str, Any] = {}
    for line in response.iter_lines():
        if not line:
            if "data" in message:
                yield message
            message = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            message[name] = json.loads(value) if name == "data" else value
