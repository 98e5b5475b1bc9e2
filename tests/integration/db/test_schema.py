"""The tables: migrations, constraints, and the names that CCP4i2 numbers."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.db import AsyncDatabaseHandler, ensure_schema, in_database
from xtalflow.engine import NewJob
from xtalflow.errors import InvalidInput, StoreUnavailable

STARTS_UP = "import xtalflow.db; xtalflow.db.ensure_schema()"


async def test_models_and_migrations_agree(database: None) -> None:
    """Django finds nothing to complain of, and nothing to migrate."""
    from django.core.management import call_command

    await in_database(call_command, "check", fail_level="WARNING")
    await in_database(call_command, "makemigrations", "--check", "--dry-run", verbosity=0)


async def test_file_types_and_keys_have_ccp4i2s_numbers(database: None) -> None:
    """Forty types and twenty keys, each at its position."""
    from xtalflow.db.models import FileType, JobValueKey

    types = await in_database(lambda: dict(FileType.objects.exclude(number=None).values_list("number", "name")))
    keys = await in_database(lambda: dict(JobValueKey.objects.exclude(number=None).values_list("number", "name")))

    assert sorted(types) == list(range(40))
    assert types[0] == "Unknown"
    assert types[2] == "chemical/x-pdb"
    assert types[11] == "application/CCP4-mtz-observed"
    assert types[39] == "application/phasertng-dag"
    assert sorted(keys) == list(range(20))
    assert [keys[n] for n in (1, 2, 4, 19)] == ["RFactor", "RFree", "spaceGroup", "ccHalf"]


async def test_names_are_numbered_in_a_filled_database(
    tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """A type and a key that were there before the numbers keep what refers to them, and get their numbers."""
    script = """
from django.core.management import call_command
import xtalflow.db
xtalflow.db.setup()
call_command("migrate", "xtalflow", "0001", verbosity=0)
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO xtalflow_filetype (name, description) VALUES ('chemical/x-pdb', 'old')")
    cursor.execute("INSERT INTO xtalflow_jobvaluekey (name, description) VALUES ('RFree', ''), ('own', '')")
xtalflow.db.ensure_schema()
from xtalflow.db.models import FileType, JobValueKey
pdb = FileType.objects.get(name="chemical/x-pdb")
print(pdb.number, pdb.description, FileType.objects.count(), JobValueKey.objects.get(name="RFree").number,
      JobValueKey.objects.get(name="own").number)
connection.close()
"""
    (tmp_path / "home").mkdir()
    out, err = await asyncio.to_thread(run_python(script, home=tmp_path / "home").communicate)

    assert (out.split(), err) == (["2", "old", "40", "2", "None"], "")


def test_four_processes_may_start_at_once(tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]) -> None:
    """Each finds a complete database; one of them made it."""
    processes = [run_python(STARTS_UP, home=tmp_path / "new" / "home") for _ in range(4)]

    for process in processes:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")


REFUSED = """
import xtalflow.db
xtalflow.db.ensure_schema()
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
for name in {names}:
    MigrationRecorder(connection).record_applied("xtalflow", name)
connection.close()
try:
    xtalflow.db.ensure_schema()
except xtalflow.db._setup.StoreUnavailable as exc:
    print(exc)
"""
"""What is said of a database to which other migrations were applied."""


def test_a_database_of_a_newer_version_is_refused(
    tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """An unknown migration is named."""
    script = REFUSED.format(names=["0999_future"])
    out, err = run_python(script, home=tmp_path / "home").communicate(timeout=60)

    assert err == ""
    assert "newer xtalflow" in out
    assert "0999_future" in out


def test_a_database_from_before_the_first_release_is_refused_with_the_way_back(
    tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """It is not called one of a newer version, whatever else was applied to it."""
    script = REFUSED.format(names=["0003_cancel_requested", "0004_reuse", "0007_ccp4i2"])
    out, err = run_python(script, home=tmp_path / "home").communicate(timeout=60)

    assert err == ""
    assert "was made before the first release" in out
    assert "XTALFLOW_HOME to a new folder" in out
    assert "`xtalflow recover FOLDER`" in out
    assert "newer" not in out


def test_a_home_that_cannot_be_written_is_said(
    tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """A file where the home should be is a sentence, not a traceback of Django."""
    (tmp_path / "home").write_text("")
    script = f"""
import xtalflow.db
from xtalflow.errors import StoreUnavailable, UnreadableFile
try:
    {STARTS_UP}
except (StoreUnavailable, UnreadableFile) as exc:
    print(exc)
"""
    out, err = run_python(script, home=tmp_path / "home").communicate(timeout=60)

    assert err == ""
    assert str(tmp_path / "home") in out


async def test_starting_again_changes_nothing(handler: AsyncDatabaseHandler) -> None:
    """`ensure_schema` on a database in use leaves what is there."""
    job = await handler.create_job(NewJob(task="freerflag"))

    await in_database(ensure_schema)

    assert await handler.job(job.id) == job


async def test_the_schema_refuses_what_no_job_can_be(database: None) -> None:
    """A status without a number in CCP4i2, and a second job of the same number, do not get in by any way."""
    from django.db import transaction

    from xtalflow.db.models import Job, Project

    def attempt(**fields: object) -> None:
        with transaction.atomic():
            project = Project.objects.create(name=uuid4().hex, directory=f"/{uuid4().hex}")
            Job.objects.create(project=project, task_name="a", number="1")
            Job.objects.create(project=project, **({"task_name": "a", "number": "2"} | fields))

    await in_database(attempt)
    for wrong in ({"status": 11}, {"number": "1"}, {"task_name": ""}, {"evaluation": 4}):
        with pytest.raises(InvalidInput, match="refuses"):
            await in_database(attempt, **wrong)


async def test_jobs_sort_by_their_numbers(database: None) -> None:
    """3.10 comes after 3.9, and 10 after 3."""
    from django.db import transaction

    from xtalflow.db.models import Job, Project

    @transaction.atomic
    def numbers() -> list[str]:
        project = Project.objects.create(name=uuid4().hex, directory=f"/{uuid4().hex}")
        made = [
            Job(project=project, task_name="a", number=number) for number in ("10", "3.10", "3", "3.9.1", "3.9", "4")
        ]
        Job.objects.bulk_create(made)
        return list(Job.objects.filter(project=project).order_by("number_key").values_list("number", flat=True))

    assert await in_database(numbers) == ["3", "3.9", "3.9.1", "3.10", "4", "10"]


async def test_a_locked_database_is_an_error_of_the_surroundings(database: None) -> None:
    """What Django calls an operational error is `StoreUnavailable`, with its reason."""
    from django.db import OperationalError

    def locked() -> None:
        raise OperationalError("database is locked")

    with pytest.raises(StoreUnavailable, match="database is locked"):
        await in_database(locked)


def test_a_program_that_has_configured_django_keeps_its_settings(
    tmp_path: Path, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    """Its own count, and the variable that it goes by is left as it was."""
    script = """
import os
from django.conf import settings
import xtalflow.db.settings as ours
settings.configure(**{name: getattr(ours, name) for name in dir(ours) if name.isupper()}, ROOT_URLCONF="theirs")
os.environ["DJANGO_SETTINGS_MODULE"] = "their.settings"
import xtalflow.db
xtalflow.db.setup()
print(settings.ROOT_URLCONF, os.environ["DJANGO_SETTINGS_MODULE"])
"""
    out, err = run_python(script, home=tmp_path).communicate(timeout=60)

    assert (out.split(), err) == (["theirs", "their.settings"], "")
