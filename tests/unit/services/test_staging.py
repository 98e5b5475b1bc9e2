"""What is made under a temporary name beside its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput
from xtalflow.services._staging import check_target, is_staged, remove_abandoned, staged

KILLED = """
import os, signal, sys
from pathlib import Path
from xtalflow.services._staging import staged
with staged(Path(sys.argv[1])) as temporary:
    temporary.mkdir()
    (temporary / "file").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_took_its_place_stays_and_nothing_else(tmp_path: Path) -> None:
    with staged(tmp_path / "a.zip") as temporary:
        temporary.write_text("whole")
        beside = sorted(each.name for each in tmp_path.iterdir())
        temporary.rename(tmp_path / "a.zip")
    with pytest.raises(TypeError), staged(tmp_path / "b.zip") as temporary:
        temporary.write_text(None)  # type: ignore[arg-type]  # the file is made, and then it fails

    assert all(is_staged(name) for name in beside)
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_only_what_nobody_works_in_is_removed(tmp_path: Path) -> None:
    """Of a process that was killed, and not of one that lives, nor files of others that are called alike."""
    (tmp_path / ".film.part").write_text("somebody downloads")
    (tmp_path / ".film.part.lock").touch()
    with staged(tmp_path / "mine") as mine:
        mine.mkdir()
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "theirs")], check=False)
        left = len(list(tmp_path.iterdir()))
        remove_abandoned(tmp_path)

        assert left == 6
        assert {each.name for each in tmp_path.iterdir()} == {
            ".film.part",
            ".film.part.lock",
            mine.name,
            f"{mine.name}.lock",
        }


def test_a_long_name_has_room_for_a_temporary_one(tmp_path: Path) -> None:
    place = tmp_path / ("ä" * 127)
    with staged(place) as temporary:
        temporary.touch()
        temporary.rename(place)

    assert place.exists()


def test_a_place_is_free_and_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")

    with pytest.raises(InvalidInput, match="is there already; nothing is written over it: choose another with -o"):
        check_target(tmp_path / "link")
    with pytest.raises(InvalidInput, match=f"there is no folder {tmp_path / 'no'}$"):
        check_target(tmp_path / "no" / "x.zip")
