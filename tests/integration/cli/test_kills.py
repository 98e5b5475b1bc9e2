"""Whatever is killed, whenever: no job is lost, run twice, half gleaned, or shown as running."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.faults import POINTS

from .kills import KillTrial

ENDS = {
    "import.copied": "none",
    "import.settled": "none",
    "submit.imported": "none",
    "submit.made": "none",
    "submit.logged": "none",
    "runner.loaded": "failed",
    "runner.took": "failed",
    "runner.started": "failed",
    "runner.program": "failed",
    "program.started": "failed",
    "glean.file": "failed",
    "glean.collected": "failed",
}
"""How the job ends, if there is one: it is made whole or not at all. Where it had all its results, or only its
supervisor is killed, it is none the worse: finished."""


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_leaves_everything_in_order(point: str, tmp_path: Path, test_tasks: Path) -> None:
    """Of who submits and supervises the job, of its runner, or of its program."""
    outcome = KillTrial(tmp_path / "home", test_tasks).kill_at(point, "p")

    assert outcome.problems == []
    assert outcome.killed
    assert outcome.status == ENDS.get(point, "finished")


@pytest.mark.parametrize("passes", [2, 3])
def test_a_child_job_that_was_killed_as_it_began_has_its_folder(passes: int, tmp_path: Path, test_tasks: Path) -> None:
    outcome = KillTrial(tmp_path / "home", test_tasks).kill_at("runner.started", "p", passes)

    assert outcome.problems == []
    assert (outcome.killed, outcome.status) == (True, "failed")


@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("supervisor.")])
def test_a_worker_that_is_killed_at_any_point_leaves_everything_in_order(
    point: str, tmp_path: Path, test_tasks: Path
) -> None:
    outcome = KillTrial(tmp_path / "home", test_tasks).kill_at(point, "p", by_worker=True)

    assert outcome.problems == []
    assert outcome.killed
    assert outcome.status == "finished"
