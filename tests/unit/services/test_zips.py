"""Zip archives that are written piece by piece."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from xtalflow.services._zips import ZipEntry, text_entry, write_pieces, zip_pieces


def test_files_and_folders_come_back_as_they_went_in() -> None:
    entries = [ZipEntry(name="Ångström/"), text_entry("Ångström/a.txt", b"one"), text_entry("empty", b"")]
    for compress in (True, False):
        with zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(entries[:1], compress=compress)))) as archive:
            assert archive.namelist() == ["Ångström/"]
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(entries)))) as archive:
        assert archive.testzip() is None
        assert [oct(info.external_attr >> 16) for info in archive.infolist()] == ["0o40755", "0o644", "0o644"]
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "Ångström/": b"",
            "Ångström/a.txt": b"one",
            "empty": b"",
        }


def test_a_file_that_grows_beyond_the_old_limit_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log may grow while it is read, past what a member of the old form can hold; here that is 1000 bytes."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    log = tmp_path / "log.txt"
    log.write_bytes(b"short")

    def entries() -> Iterator[ZipEntry]:
        source = log.open("rb")
        log.write_bytes(b"x" * 5000)
        yield ZipEntry(name="log.txt", source=source)

    write_pieces(tmp_path / "a.zip", zip_pieces(entries()))

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("log.txt") == b"x" * 5000


def test_a_large_file_is_never_in_memory_whole() -> None:
    """No piece is larger than what is read at once, and a little."""

    class Zeros:
        left = 20 << 20

        def read(self, size: int, /) -> bytes:
            piece = bytes(min(size, self.left))
            self.left -= len(piece)
            return piece

        def close(self) -> None:
            pass

    sizes = [len(piece) for piece in zip_pieces([ZipEntry(name="zeros", source=Zeros())], compress=False)]

    assert sum(sizes) > 20 << 20
    assert max(sizes) < 2 << 20


def test_nothing_is_written_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_pieces(tmp_path / "there", [b"theirs"])

    assert (tmp_path / "there").read_bytes() == b"mine"
