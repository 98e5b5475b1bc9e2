"""What is read of a project is below its folder, wherever symbolic links lead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xtalflow.engine import open_below, path_below
from xtalflow.errors import UnknownFile, UnreadableFile


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a file, and beside it what is nobody's business."""
    folder = tmp_path / "project"
    (folder / "job_1").mkdir(parents=True)
    (folder / "job_1/a.txt").write_text("inside")
    (tmp_path / "secret").write_text("secret")
    return folder


def test_a_file_is_found_by_its_path_in_the_project_and_by_its_whole_path(project: Path) -> None:
    """Also one that is not there."""
    assert path_below(project, "job_1/a.txt") == path_below(project, project / "job_1/a.txt") == project / "job_1/a.txt"
    assert path_below(project, "job_1/none.txt") == project / "job_1/none.txt"


def test_links_within_a_project_are_followed(project: Path) -> None:
    """What comes has no link on the way from the project's folder any more; the way to that is the caller's."""
    (project / "b.txt").symlink_to("job_1/a.txt")
    (project / "job_2").symlink_to(project / "job_1")
    other = project.with_name("by-another-way")
    other.symlink_to(project)

    assert path_below(project, "b.txt") == path_below(project, "job_2/a.txt") == project / "job_1/a.txt"
    assert path_below(other, "b.txt") == other / "job_1/a.txt"
    with open_below(other, "job_2/a.txt").source as source:
        assert source.read() == b"inside"


@pytest.mark.parametrize(
    "path", ["out.txt", "out/secret", "twice.txt", "../secret", "job_1/../../secret", "/etc/passwd"]
)
def test_what_leads_out_of_a_project_is_refused_by_its_name(project: Path, path: str) -> None:
    """A link to a file, a folder or a link; a path that climbs; another place altogether."""
    (project / "out.txt").symlink_to(project.parent / "secret")
    (project / "out").symlink_to(project.parent)
    (project / "twice.txt").symlink_to("out.txt")

    with pytest.raises(UnreadableFile) as refused:
        path_below(project, path)
    with pytest.raises(UnknownFile) as unknown:
        open_below(project, path)
    assert str(refused.value) == f"{path}: leads out of the project's folder"
    assert str(unknown.value) == f"{path} leads out of the project's folder"


def test_links_in_a_circle_and_names_that_cannot_be_are_refused(project: Path) -> None:
    (project / "here").symlink_to("there")
    (project / "there").symlink_to("here")

    for path in ("here", "a\0b"):
        with pytest.raises(UnreadableFile, match="is not on the disk"):
            path_below(project, path)


def test_what_is_no_file_is_not_opened(project: Path) -> None:
    """A pipe is not waited for."""
    os.mkfifo(project / "pipe")

    for path, reason in (("job_1", "is not a file"), ("pipe", "is not a file"), ("none", "is not on the disk")):
        with pytest.raises(UnknownFile, match=f"^{path} {reason}$"):
            open_below(project, path)
