"""Files: copies have the right bytes, names never clash, what cannot be read is named."""

import asyncio
import errno
import hashlib
import os
from pathlib import Path

import pytest

from xtalflow.engine import Usage, UsageMeter, async_copy_file, move_within, safe_name, sha256_of
from xtalflow.engine._files import regular_file, settle
from xtalflow.errors import UnreadableFile


async def test_a_copy_has_the_bytes_and_their_checksum(tmp_path: Path) -> None:
    source = tmp_path / "Données β (1).mtz"
    source.write_bytes(os.urandom(3_000_000))

    copied = await async_copy_file(source, tmp_path / "imported")

    assert copied.path.read_bytes() == source.read_bytes()
    assert copied.checksum == hashlib.sha256(source.read_bytes()).hexdigest() == sha256_of(source)
    assert copied.size == 3_000_000


async def test_the_same_name_gets_a_number_and_nothing_is_overwritten(tmp_path: Path) -> None:
    names = []
    for text in ("one", "two", "three"):
        (tmp_path / "data.mtz").write_text(text)
        copied = await async_copy_file(tmp_path / "data.mtz", tmp_path / "in")
        settled = await asyncio.to_thread(settle, copied.path, "data.mtz" if text != "three" else "DATA.mtz")
        names.append(settled.name)

    assert names == ["data.mtz", "data_1.mtz", "DATA_2.mtz"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["DATA_2.mtz", "data.mtz", "data_1.mtz"]
    assert (tmp_path / "in" / "data.mtz").read_text() == "one"


async def test_a_settled_file_is_read_only(tmp_path: Path) -> None:
    (tmp_path / "data.mtz").write_text("x")
    copied = await async_copy_file(tmp_path / "data.mtz", tmp_path / "in")

    settled = await asyncio.to_thread(settle, copied.path, "data.mtz")

    assert settled.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    ("make", "reason"), [("none", "no such file"), ("folder", "folder"), ("fifo", "not a regular file")]
)
async def test_what_cannot_be_copied_is_named_and_leaves_nothing(make: str, reason: str, tmp_path: Path) -> None:
    source = tmp_path / "x.mtz"
    if make == "folder":
        source.mkdir()
    if make == "fifo":
        os.mkfifo(source)
        held = os.open(source, os.O_RDWR)

    with pytest.raises(UnreadableFile, match=reason) as caught:
        await async_copy_file(source, tmp_path / "in")

    assert str(source) in str(caught.value)
    assert list((tmp_path / "in").iterdir()) == []
    if make == "fifo":
        os.close(held)


def test_names_that_we_make_are_safe() -> None:
    assert safe_name("Données β-5e5z (1).mtz") == "Données β-5e5z (1).mtz"
    assert safe_name("e\u0301.mtz") == "é.mtz"
    assert safe_name('a<b>:"c|?*.pdb') == "a_b___c___.pdb"
    assert safe_name("con.mtz") == "_con.mtz"
    assert safe_name("bad\udcff.mtz") == "bad\ufffd.mtz"
    assert safe_name("..") == "_"
    assert safe_name("x" * 300 + ".mtz").endswith("x.mtz")
    assert len(safe_name("β" * 300 + ".mtz").encode()) <= 200


async def test_where_there_are_no_hard_links_names_are_taken_just_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    names = []
    for text in ("one", "two"):
        (tmp_path / "data.mtz").write_text(text)
        copied = await async_copy_file(tmp_path / "data.mtz", tmp_path / "in")
        names.append((await asyncio.to_thread(settle, copied.path, "data.mtz")).name)

    assert names == ["data.mtz", "data_1.mtz"]
    assert [(tmp_path / "in" / name).read_text() for name in names] == ["one", "two"]
    assert len(list((tmp_path / "in").iterdir())) == 2


async def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mtz")

    with pytest.raises(UnreadableFile, match=r"pipe\.mtz: this is not a regular file"):
        await async_copy_file(tmp_path / "pipe.mtz", tmp_path / "in")


async def test_a_file_that_changed_since_it_was_read_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "data.mtz"
    source.write_text("one")
    before = regular_file(source)
    source.write_text("other")

    with pytest.raises(UnreadableFile, match="changed while it was copied"):
        await async_copy_file(source, tmp_path / "in", like=before)
    assert list((tmp_path / "in").iterdir()) == []


def test_a_file_with_two_names_is_counted_once(tmp_path: Path) -> None:
    """Under the name that is met first; what is not there has no bytes."""
    (tmp_path / "child").mkdir()
    (tmp_path / "child/map.mtz").write_bytes(b"12345")
    (tmp_path / "map.mtz").hardlink_to(tmp_path / "child/map.mtz")
    (tmp_path / "log.txt").write_bytes(b"123")
    meter = UsageMeter()

    assert meter.measure(tmp_path / "child") == Usage(files=1, size=5)
    assert meter.measure(tmp_path) == Usage(files=1, size=3)
    assert meter.measure(tmp_path / "gone") == Usage()


def test_what_is_moved_takes_the_place_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with pytest.raises(FileExistsError):
        move_within(tmp_path / "a", tmp_path / "b")
    move_within(tmp_path / "a", tmp_path / "new/place/a")

    assert (tmp_path / "b").read_text() == "b"
    assert (tmp_path / "new/place/a").read_text() == "a"
