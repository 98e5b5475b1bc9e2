"""A database moves into another one of either kind and back, and nothing changes."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from contract.job_store_contract import new_file, new_import, running_job
from xtalflow.db import (
    DATABASE_FILE,
    AsyncDatabaseHandler,
    back_up,
    copy_database,
    database_settings,
    give_back,
    in_database,
    sqlite_settings,
)
from xtalflow.engine import JobEnd, JobStatus, Kpi, NewJob
from xtalflow.errors import IllegalTransition, InvalidInput, StoreUnavailable

TEST_SERVER = os.environ.get("XTALFLOW_TEST_DATABASE_URL", "")
SKIPPED = ("django_migrations", "sqlite_")
"""Tables that Django and SQLite keep for themselves."""


@pytest.fixture
async def filled(handler: AsyncDatabaseHandler) -> AsyncDatabaseHandler:
    """A project with imports, outputs, indicators, tags and words that are not English; no run of others is left."""
    from xtalflow.db.models import Attempt

    await in_database(Attempt.objects.exclude(state=Attempt.State.ENDED).update, state=Attempt.State.ENDED)
    await handler.edit_project(description="β-lactamase", tags=["ångström", "texts"])
    for number in range(3):
        job = await running_job(handler, "refine")
        await handler.register_imported_files(job.id, [new_import(handler, f"{number}.mtz", str(number).encode())])
        kpis = (Kpi(key="RFree", value=0.1 + number / 7), Kpi(key="spaceGroup", value="P 1"))
        outputs = (new_file(handler, f"{job.folder}/A.mtz"), new_file(handler, f"{job.folder}/B.mtz"))
        await handler.finish_job(job.id, JobEnd(status=JobStatus.FINISHED, outputs=outputs, kpis=kpis))
    return handler


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[str]:
    """An empty database: of PostgreSQL where the tests run on it, else the home of one of SQLite."""
    if not TEST_SERVER:
        yield str(tmp_path / "other")
        return
    import psycopg

    name = f"xtalflow_moved_{uuid4().hex}"
    with psycopg.connect(TEST_SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        yield urlsplit(TEST_SERVER)._replace(path=f"/{name}").geturl()
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of an SQLite database by table."""
    with closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for name in names
            if not name.startswith(SKIPPED)
        }


def xtalflow(home: Path, *words: object, url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xtalflow", *map(str, words)],
        env=os.environ | {"XTALFLOW_HOME": str(home), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_a_copy_has_every_row(filled: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """Counted by the copy, by the database that is there, and by SQLite itself."""
    from django.apps import apps

    tables = await in_database(copy_database, sqlite_settings(tmp_path / "copy.sqlite3"))

    def counts() -> dict[str, int]:
        kinds = apps.get_models(include_auto_created=True)
        return {kind._meta.db_table: kind._base_manager.count() for kind in kinds}

    told = {one.table: one.rows for one in tables}
    here = await in_database(counts)
    there = {name: len(rows) for name, rows in rows_of(tmp_path / "copy.sqlite3").items()}
    assert told == {name: here[name] for name in told} == {name: there[name] for name in told}
    assert told["xtalflow_job"] >= 3
    assert told["xtalflow_file"] >= 9
    assert told["xtalflow_projecttag"] > 0


async def test_a_database_comes_back_as_it_was(filled: AsyncDatabaseHandler, new_database: str, tmp_path: Path) -> None:
    """There and back by the command line; new rows have new numbers where it is then."""
    first, back = tmp_path / "first", tmp_path / "back"
    first.mkdir()
    await in_database(copy_database, sqlite_settings(first / DATABASE_FILE))
    there = xtalflow(first, "db", "move", new_database)
    is_url = "://" in new_database
    home, url = (tmp_path / "none", new_database) if is_url else (Path(new_database), "")
    again = xtalflow(home, "db", "move", back, url=url)
    made = xtalflow(home, "projects", "--json", url=url)

    assert (there.returncode, there.stderr) == (0, "")
    assert "equal to those here" in there.stdout
    assert (again.returncode, again.stderr) == (0, "")
    assert rows_of(back / DATABASE_FILE) == rows_of(first / DATABASE_FILE)
    assert filled.project_name in made.stdout
    if is_url:
        assert "postgres:" not in there.stdout


async def test_what_is_not_empty_is_not_written_into(filled: AsyncDatabaseHandler, tmp_path: Path) -> None:
    settings = sqlite_settings(tmp_path / "copy.sqlite3")
    await in_database(copy_database, settings)
    before = rows_of(tmp_path / "copy.sqlite3")

    with pytest.raises(InvalidInput, match="not empty"):
        await in_database(copy_database, settings)
    assert rows_of(tmp_path / "copy.sqlite3") == before


async def test_nothing_moves_while_a_job_runs(filled: AsyncDatabaseHandler, tmp_path: Path) -> None:
    """Its end would go into the database that is left."""
    job = await filled.create_job(NewJob(task="refine"))
    attempt = await filled.queue_attempt(job.id, owner="somebody", lease_s=60)

    with pytest.raises(IllegalTransition, match="1 job runs"):
        await in_database(copy_database, sqlite_settings(tmp_path / "copy.sqlite3"))
    await give_back(attempt, owner="somebody")
    assert await in_database(copy_database, sqlite_settings(tmp_path / "copy.sqlite3"))
    assert await filled.cancel_waiting(job.id, attempt.epoch, reason="over")


async def test_a_server_that_is_not_there_is_said(filled: AsyncDatabaseHandler, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable, match=r"the database nothing on 127\.0\.0\.1 cannot be used"):
        await in_database(copy_database, database_settings(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing"))


async def test_a_backup_is_restored_by_the_means_of_its_database(
    filled: AsyncDatabaseHandler, new_database: str, tmp_path: Path
) -> None:
    """That of SQLite is a database; that of PostgreSQL is read by pg_restore."""
    from xtalflow.db.models import Job

    path = tmp_path / "backup"
    await in_database(back_up, path)
    jobs = await in_database(Job.objects.count)
    if not TEST_SERVER:
        assert len(rows_of(path)["xtalflow_job"]) == jobs
        return
    import psycopg

    subprocess.run(["pg_restore", "--no-owner", f"--dbname={new_database}", path], check=True, timeout=60)
    with psycopg.connect(new_database) as restored:
        row = restored.execute("SELECT count(*) FROM xtalflow_job").fetchone()
    assert row == (jobs,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
