"""Members of an archive that is written."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from xtalflow.db import ProjectRecord
from xtalflow.engine import ProjectId
from xtalflow.formats.ccp4i2 import I2Project, I2Record
from xtalflow.services._i2_export import _Writing

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_file_that_grows_beyond_the_old_limit_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log may grow while it is read, past what a member of the old form can hold; here that is 1000 bytes."""
    log, look = tmp_path / "log.txt", zipfile.ZipInfo.from_file
    log.write_bytes(b"short")

    def grown(*args: Any, **kwargs: Any) -> zipfile.ZipInfo:
        info = look(*args, **kwargs)
        log.write_bytes(b"x" * 5000)
        return info

    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zipfile.ZipInfo, "from_file", grown)
    project = ProjectRecord(id=ProjectId(UUID(int=1)), name="p", directory=tmp_path, created=NOW, last_access=NOW)
    record = I2Record(project=I2Project(id=UUID(int=1), name="p"))
    writing = _Writing(project, record, [], is_whole=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        writing._add(archive, "log.txt")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("log.txt") == b"x" * 5000
