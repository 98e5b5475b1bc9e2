"""Jobs that are begun again, and results that are taken instead of being made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SAME = "same task, programs, parameters and inputs"


@pytest.fixture
def failed(xtalflow: Any, text: Path) -> Any:
    """A pipeline that failed after its first step, and will not fail again."""
    assert xtalflow("run", "fragile", f"TEXT={text}", "TIMES=2", "-p", "p").code == 1
    (xtalflow.projects / "p" / "lucky").touch()
    return xtalflow


def told(job: dict[str, Any]) -> dict[str, str | None]:
    """What each child job says of re-use."""
    return {child["number"]: child["reuse"] for child in job["children"]}


@pytest.mark.parametrize("by_worker", [False, True])
def test_a_restarted_pipeline_takes_what_it_had_finished_and_says_so(failed: Any, by_worker: bool) -> None:
    if by_worker:
        queued = failed("restart", "p/1", "--submit")
        failed("worker", "--until-idle")
        assert "job p/1 (fragile) is queued" in queued.out
    else:
        shown = failed("restart", "p/1")
        assert shown.code == 0
        assert f"p/1.2 count_words: re-used from 1.1: {SAME}" in shown.out
    job = failed("show", "p/1", "--json").json()

    assert (job["status"], job["error"], job["kpis"]["nWords"]) == ("finished", None, 3)
    assert told(job) == {
        "1.1": None,
        "1.2": f"re-used from 1.1: {SAME}",
        "1.3": "not re-used from 1.1: TIMES was 1, is 2",
    }
    assert [child["reused_from"] for child in job["children"]] == [None, "1.1", None]
    assert failed("check", "-p", "p").code == 0


def test_what_the_failed_run_left_stays_in_a_folder_of_its_own(failed: Any) -> None:
    failed("restart", "p/1")
    folder = failed.projects / "p" / "CCP4_JOBS" / "job_1"

    assert "no luck today" in (folder / "attempt_1" / "diagnostic.xml").read_text()
    assert not (folder / "diagnostic.xml").exists()
    assert (folder / "attempt_1" / "journal.jsonl").exists()


def test_a_taken_result_is_a_file_of_the_job_under_its_own_name(failed: Any) -> None:
    failed("restart", "p/1")
    first, second, _ = failed("show", "p/1", "--json").json()["children"]

    assert [Path(child["files"][0]["path"]).parent.name for child in (first, second)] == ["job_1", "job_2"]
    assert first["files"][0]["checksum"] == second["files"][0]["checksum"]
    assert second["kpis"] == first["kpis"]
    graph = failed("graph", "p/1.2", "--json").json()
    assert "1.1" in str(graph)


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ("p/2", "p/2 is finished; run it again as a new job: xtalflow clone p/2"),
        ("p/2.1", "p/2.1 runs as a part of p/2; restart p/2"),
        ("p/3", "p/3 is queued and has no need to be restarted"),
        ("p/9", "there is no job p/9"),
    ],
)
def test_a_job_that_needs_no_restart_is_left_alone(failed: Any, text: Path, job: str, sentence: str) -> None:
    failed("run", "count_twice", f"TEXT={text}", "-p", "p")
    failed("submit", "moody", "-p", "p")
    answer = failed("restart", job)

    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err


def test_a_job_that_may_re_use_takes_the_results_of_any_that_did_the_same(xtalflow: Any, text: Path) -> None:
    """Title and path make no difference; a parameter does, and is named."""
    other = text.parent / "elsewhere.txt"
    other.write_bytes(text.read_bytes())
    xtalflow("run", "count_twice", f"TEXT={text}", "-p", "p")
    again = xtalflow("run", "count_twice", f"TEXT={other}", "-p", "p", "--title", "Again", "--reuse", "--json").json()
    without = xtalflow("run", "count_twice", f"TEXT={text}", "-p", "p", "--json").json()
    changed = xtalflow("clone", "p/1", "TIMES=2", "--reuse", "--json").json()

    assert (again["reused_from"], again["reuse"], again["children"]) == ("1", f"re-used from 1: {SAME}", [])
    assert again["kpis"] == without["kpis"]
    assert (without["reuse"], len(without["children"])) == (None, 2)
    assert changed["reuse"] == "not re-used from 3: TIMES was 1, is 2"
    assert told(changed) == dict.fromkeys(["4.1", "4.2"], f"re-used from 3.2: {SAME}")  # both do the same


def test_other_data_are_no_reason_to_re_use(xtalflow: Any, text: Path) -> None:
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    text.write_text("other words")
    job = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p", "--reuse", "--json").json()

    assert (job["reuse"], job["kpis"]["nWords"]) == ("not re-used from 1: TEXT has other content", 2)


@pytest.mark.parametrize(
    ("spoil", "reason"), [(True, "its COPY.txt has changed"), (False, "its COPY.txt is not there")]
)
def test_results_that_are_not_whole_any_more_are_made_again(
    xtalflow: Any, text: Path, spoil: bool, reason: str
) -> None:
    xtalflow("run", "count_words", f"TEXT={text}", "-p", "p")
    copy = xtalflow.projects / "p" / "CCP4_JOBS" / "job_1" / "COPY.txt"
    copy.unlink()
    if spoil:
        copy.write_text("spoilt")
    job = xtalflow("run", "count_words", f"TEXT={text}", "-p", "p", "--reuse", "--json").json()

    assert (job["status"], job["kpis"]["nWords"]) == ("finished", 3)
    assert reason in job["reuse"]
