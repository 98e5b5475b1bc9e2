"""Fixtures for all tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from blockbuster import BlockBuster
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord

TEST_SERVER = os.environ.get("XTALFLOW_TEST_DATABASE_URL", "")
"""A PostgreSQL server to test on, such as ``postgresql://postgres@127.0.0.1/postgres``; SQLite if it is empty."""

settings.register_profile(
    "xtalflow",
    max_examples=int(os.environ.get("XTALFLOW_TEST_CASES") or 100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # which judges the machine
)
settings.load_profile("xtalflow")

WATCHED = frozenset(
    {
        "time.sleep",
        "os.link",
        "os.rename",
        "os.replace",
        "io.BufferedReader.read",
        "io.BufferedWriter.write",
        "io.TextIOWrapper.read",
        "io.TextIOWrapper.write",
    }
)
"""What takes long when a file or a disk is slow; a look at a folder does not."""

CHROMIUM_WORDS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",  # draws densities without a graphics card
    "--enable-unsafe-swiftshader",
]
AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
"""Looks for what keeps people from using a page."""

PEER = Path(__file__).resolve().parents[1] / ".venv-ccp4i2" / "bin" / "python"
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def missing(reason: str) -> NoReturn:
    """Skip a test for want of something; where nothing may be skipped (XTALFLOW_TEST_REQUIRE_ALL), fail."""
    if os.environ.get("XTALFLOW_TEST_REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real crystallographic data; tests that need it are skipped without it."""
    folder = Path(os.environ.get("XTALFLOW_TEST_DATA") or BESIDE)
    if not folder.is_dir():
        missing(f"there is no folder of test data {folder}; name one with XTALFLOW_TEST_DATA")
    return folder.resolve()


@pytest.fixture(scope="session")
def ccp4i2_python() -> Path:
    """The Python of an environment that has the package ccp4i2: the one named, or that of the Makefile."""
    python = Path(os.environ.get("XTALFLOW_TEST_CCP4I2") or PEER).absolute()
    if not python.is_file():
        missing(f"there is no {python}; `make .venv-ccp4i2/ccp4i2` makes one, or name one with XTALFLOW_TEST_CCP4I2")
    return python


@pytest.fixture(scope="session")
def unprivileged() -> list[str]:
    """Words before a command for which file permissions hold, also when the tests are run by root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        missing("root may read everything, and there is no setpriv to give that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that nobody sees; tests that need it are skipped where there is none, or no ``make assets``.

    While it is there a loop runs, and none of an async test can; so it goes with the module that wants it.
    """
    program = shutil.which("chromium")
    if program is None:
        missing("there is no chromium")
    if not AXE.is_file():
        missing("the packages of the pages are not there; `make assets` fetches them")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_WORDS)
        yield browser
        browser.close()


_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """No test touches the home, the projects or the database of whoever runs it."""
    config.addinivalue_line(
        "markers", "database: needs the database (SQLite, or PostgreSQL by XTALFLOW_TEST_DATABASE_URL)"
    )
    config.stash[_home] = home = Path(tempfile.mkdtemp(prefix="xtalflow-tests-"))
    os.environ["XTALFLOW_HOME"], os.environ["XTALFLOW_PROJECTS"] = str(home / "home"), str(home / "projects")
    os.environ["DATABASE_URL"] = ""
    os.environ.pop("XTALFLOW_CCP4I2_PYTHON", None)
    if TEST_SERVER:
        name = f"xtalflow_test_{os.getpid()}_{uuid4().hex[:8]}"
        os.environ["DATABASE_URL"] = urlsplit(TEST_SERVER)._replace(path=f"/{name}").geturl()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[_home], ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``-m database`` selects what is to be run on both databases."""
    for item in items:
        if isinstance(item, pytest.Function) and "database_url" in item.fixturenames:
            item.add_marker("database")


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The URL of a database of its own on the test server; empty for SQLite."""
    if not TEST_SERVER:
        yield ""
        return
    psycopg = pytest.importorskip("psycopg")
    try:
        server = psycopg.connect(TEST_SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as exc:
        missing(f"no PostgreSQL server answers: {exc}")
    url = os.environ["DATABASE_URL"]
    name = urlsplit(url).path.lstrip("/")
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield url
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[None]:
    """Django and a new database, the same for all tests of a process; every test makes projects of its own."""
    from xtalflow.db import close_connections, ensure_schema

    ensure_schema()
    yield
    asyncio.run(close_connections())


@pytest.fixture
async def project(database: None, tmp_path: Path) -> ProjectRecord:
    """A new project in the database."""
    from xtalflow.db import create_project

    return await create_project(f"project {uuid4().hex}", directory=tmp_path / "project")


@pytest.fixture
async def handler(project: ProjectRecord) -> AsyncDatabaseHandler:
    """The record of a new project in the database."""
    from xtalflow.db import AsyncDatabaseHandler

    return await AsyncDatabaseHandler.open(project.id)


@pytest.fixture
def loop_stays_free() -> Iterator[None]:
    """A test fails if the package copies, hashes, sleeps, or reads or writes a file on the event loop."""
    watched = [each for name, each in BlockBuster(["xtalflow"]).functions.items() if name in WATCHED]
    for function in watched:
        for tasks in ("test_life_cycle.py", "test_tracked_jobs.py"):
            function.can_block_in(tasks, "run")  # what a task does is its author's
        function.can_block_in("_programs.py", ("run_program", "_drain"))  # a line of a log is in memory at once
        function.activate()
    yield
    for function in watched:
        function.deactivate()
