"""Uploads: how they are kept, whose they are, and when they go."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput, UploadTooLarge
from xtalflow.services import drop_old_uploads, drop_upload, find_upload, receive_upload


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one test."""
    monkeypatch.setenv("XTALFLOW_HOME", str(tmp_path))
    return tmp_path


async def sent(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def broken(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise InvalidInput("the upload broke off")


async def test_an_upload_is_whole_with_its_checksum(home: Path) -> None:
    upload = await receive_upload(sent(b"ab", b"", b"c" * 3_000_000), "data.mtz", owner="ann")
    content = b"ab" + b"c" * 3_000_000

    assert find_upload(upload.id, owner="ann") == upload
    assert upload.path.read_bytes() == content
    assert (upload.size, upload.checksum) == (len(content), hashlib.sha256(content).hexdigest())


async def test_an_upload_is_nobody_elses(home: Path) -> None:
    upload = await receive_upload(sent(b"x"), "data.mtz", owner="ann")
    drop_upload(upload.id, owner="bob")

    with pytest.raises(InvalidInput, match="upload the file again"):
        find_upload(upload.id, owner="bob")
    assert find_upload(upload.id, owner="ann").path.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\data\\passwd", "/etc/passwd", "passwd"])
async def test_no_name_leads_out_of_the_folder(home: Path, name: str) -> None:
    upload = await receive_upload(sent(b"x"), name, owner="ann")

    assert upload.name == "passwd"
    assert upload.path.is_relative_to(home / "uploads" / upload.id)


@pytest.mark.parametrize("name", ["", "upload.json", "partial", "..", "\0", "x" * 300])
async def test_any_name_makes_a_file(home: Path, name: str) -> None:
    upload = await receive_upload(sent(b"x"), name, owner="ann")

    assert find_upload(upload.id, owner="ann").path.read_bytes() == b"x"


@pytest.mark.parametrize("identifier", ["", "..", "../..", "a" * 32, "a/../../b" * 4])
async def test_what_is_no_upload_is_not_found(home: Path, identifier: str) -> None:
    with pytest.raises(InvalidInput, match="upload the file again"):
        find_upload(identifier, owner="ann")


async def test_more_than_the_site_allows_is_refused_and_nothing_is_kept(home: Path) -> None:
    (home / "settings.toml").write_text("upload_limit_gb = 0.000001\n")

    with pytest.raises(UploadTooLarge, match="the most allowed"):
        await receive_upload(sent(b"x" * 600, b"x" * 600), "data.mtz", owner="ann")
    assert list((home / "uploads").iterdir()) == []


async def test_of_an_upload_that_breaks_off_nothing_is_kept(home: Path) -> None:
    with pytest.raises(InvalidInput, match="broke off"):
        await receive_upload(broken(b"x"), "data.mtz", owner="ann")
    assert list((home / "uploads").iterdir()) == []


async def test_an_empty_upload_is_refused(home: Path) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        await receive_upload(sent(), "data.mtz", owner="ann")


async def test_an_upload_that_no_job_took_goes_after_a_day(home: Path) -> None:
    old = await receive_upload(sent(b"x"), "old.mtz", owner="ann")
    for path in (old.path, old.path.parent, old.path.parents[1], old.path.parents[1] / "upload.json"):
        os.utime(path, (1.0, 1.0))
    new = await receive_upload(sent(b"x"), "new.mtz", owner="ann")

    assert [each.name for each in (home / "uploads").iterdir()] == [new.id]
    assert drop_old_uploads() == 0
