"""The bytes of a file are taken at once, whatever stands at its beginning."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from xtalflow.errors import UnreadableFile
from xtalflow.xtal.content import looks_like_cif, read_content


@pytest.mark.parametrize("start", [b" " * 10_000, b"\n" * 10_000, b"# a comment\n \n" * 1000])
def test_blanks_and_comments_before_a_block_are_passed_over_at_once(start: bytes) -> None:
    """Trying every way to split a run of them takes twice as long with each."""
    assert looks_like_cif(start + b"data_x\n")
    assert not looks_like_cif(start + b"dat_x\n")


def test_a_small_packed_file_takes_little_memory(tmp_path: Path) -> None:
    """Not as much as the largest that would be accepted."""
    path = tmp_path / "it.gz"
    path.write_bytes(gzip.compress(b"MKT\n" * 1000))
    tracemalloc.start()
    content = read_content(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert content == b"MKT\n" * 1000
    assert most < 16 * 2**20


def test_a_packed_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xtalflow.xtal.content._reading.MAX_UNPACKED", 2**20)
    path = tmp_path / "it.gz"
    path.write_bytes(gzip.compress(bytes(2**21)))

    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_content(path)
