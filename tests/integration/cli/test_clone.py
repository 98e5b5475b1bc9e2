"""A new job with the parameters of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_clone_has_the_parameters_of_its_job_but_those_given(xtalflow: Any, text: Path) -> None:
    """What the job read is the project's own by now; the user's file may be gone."""
    more = text.with_name("more.txt")
    more.write_text("four")
    xtalflow("run", "count_words", "-p", "p", f"TEXT={text}", f"MORE={more}", "TIMES=3", "--title", "First")
    text.unlink()
    same = xtalflow("clone", "p/1", "--json").json()
    other = xtalflow("clone", "p/1", "TIMES=2", f"MORE={more}", f"MORE={more}", "--title", "Second", "--json").json()

    assert (same["number"], same["title"], same["cloned_from"]) == ("2", "First", "1")
    assert (same["kpis"]["nWords"], same["parameters"]) == (4, {"controlParameters.TIMES": 3})
    assert (other["title"], other["kpis"]["nWords"]) == ("Second", 5)
    assert other["parameters"] == {"controlParameters.TIMES": 2}
    imported = {path.name for path in (xtalflow.projects / "p/CCP4_IMPORTED_FILES").iterdir()}
    assert imported == {"text.txt", "more.txt"}


def test_a_child_job_is_cloned_as_a_job_of_its_own(xtalflow: Any, text: Path) -> None:
    xtalflow("run", "count_twice", "-p", "p", f"TEXT={text}")
    answer = xtalflow("clone", "p/1.2")

    assert answer.code == 0
    assert "clone of p/1.2" in xtalflow("show", "p/2").out
    assert [file["param"] for file in xtalflow("show", "p/2", "--json").json()["inputs"]] == ["TEXT"]


def test_a_clone_waits_for_a_worker_if_asked(xtalflow: Any) -> None:
    xtalflow("run", "moody", "-p", "p")
    answer = xtalflow("clone", "p/1", "HOW=poorly", "--submit", "--json")
    xtalflow("worker", "--until-idle")

    assert (answer.code, answer.json()["status"]) == (0, "queued")
    assert xtalflow("show", "p/2", "--json").json()["status"] == "unsatisfactory"


def test_a_clone_that_cannot_be_is_refused_and_makes_nothing(xtalflow: Any) -> None:
    xtalflow("run", "moody", "-p", "p")
    unknown, wrong = xtalflow("clone", "p/9"), xtalflow("clone", "p/1", "HOW=strangely")

    assert (unknown.code, unknown.err) == (2, "xtalflow: there is no job p/9\n")
    assert wrong.code == 2
    assert "it must be one of well" in wrong.err
    assert len(xtalflow("jobs", "-p", "p", "--json").json()) == 1
