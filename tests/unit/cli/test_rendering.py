"""Figures, plots and trees in characters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.cli._demo import _print_next
from xtalflow.cli._output import console, print_text
from xtalflow.cli._progress import cycle_text
from xtalflow.cli._report import plot_lines, print_report
from xtalflow.cli._tables import Column, fold, table_lines
from xtalflow.engine import JobId, JobRecord, ProjectId
from xtalflow.figures import column_places, counted, duration, figure, heading, local_time, report_figure, size
from xtalflow.plugin import JobStatus
from xtalflow.services import CycleDone, JobEnded, JobStarted


@pytest.mark.parametrize(
    ("value", "key", "text"),
    [
        (0.17819, "R1Factor", "0.1782"),
        (0.2, "RFree", "0.2000"),
        (1.958, "RMSAngle", "1.96"),
        (0.012, "RMSBond", "0.0120"),
        (16.35, "wilsonB", "16.4"),
        (76, "nWaters", "76"),
        ("given", "freeSet", "given"),
        (None, "", ""),
        (0.00001, "", "1e-05"),
        (12345.678, "", "12345.7"),
    ],
)
def test_figures_have_the_places_that_they_deserve(value: object, key: str, text: str) -> None:
    assert figure(value, key) == text


def test_headings_have_units_and_say_what_r1_is_over() -> None:
    """R1 values are over I > 2σ(I), and say so wherever shown."""
    assert heading("R1Free") == "R1Free (I > 2σ(I))"
    assert heading("RFree") == "RFree"
    assert heading("RMSBond") == "RMSBond (Å)"


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (4.23, "4.2 s"), (59.96, "1 min 00 s"), (185, "3 min 05 s"), (7380, "2 h 03 min")]
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_times_are_local_on_the_screen() -> None:
    """A time of the record is UTC; people read their own clock."""
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    assert local_time("2026-11-23T12:00:00.000Z") == f"{now.astimezone():%Y-%m-%d %H:%M}"


def test_sizes_are_in_decimal_units() -> None:
    assert [size(count) for count in (12, 84_321, 338_356, 999_700, 1_392_601, 5 * 10**9)] == [
        "12 B",
        "84.3 kB",
        "338 kB",
        "1.0 MB",
        "1.4 MB",
        "5.0 GB",
    ]


def test_a_cycle_says_what_r1_is_over() -> None:
    assert cycle_text({"cycle": 3, "R1work": 0.231}) == "cycle 3: R1work 0.2310 (R1: I > 2σ(I))"
    assert cycle_text({"cycle": 3, "Rwork": 0.231}) == "cycle 3: Rwork 0.2310"


def test_a_plot_spans_its_range_and_skips_gaps() -> None:
    """The first point is at the upper left, the last at the lower right."""
    item = {
        "title": "R",
        "x_label": "cycle",
        "y_label": "R1",
        "series": [{"name": "work", "x": [0, 1, 2], "y": [0.3, None, 0.1]}],
    }
    lines = plot_lines(item, width=10, height=4)

    assert lines[1] == "0.3 ┤●"
    assert lines[4] == "0.1 ┤         ●"
    assert lines[-1].strip() == "● work"


def test_an_empty_plot_says_so() -> None:
    item = {"title": "R", "x_label": "", "y_label": "", "series": [{"name": "work", "x": [0], "y": [None]}]}

    assert plot_lines(item) == ["R: no points"]


def test_a_report_shows_every_kind_of_item(capsys: pytest.CaptureFixture[str]) -> None:
    """Text that looks like markup is shown as it is."""
    items = [
        {"kind": "text", "text": "columns [F,SIGF]"},
        {"kind": "warning", "text": "few flags"},
        {"kind": "figures", "figures": [{"name": "Rfree", "value": 0.2017, "note": "5 %"}]},
        {"kind": "table", "title": "Stages", "columns": ["Stage", "R"], "rows": [["one", 0.25], ["two", None]]},
        {"kind": "files", "files": [{"label": "Model", "param": "XYZOUT"}]},
    ]
    print_report({"sections": [{"title": "Data", "items": items}]})

    shown = capsys.readouterr().out
    for text in ("Data", "columns [F,SIGF]", "! few flags", "0.2017", "5 %", "Stages", "0.25", "Model: XYZOUT"):
        assert text in shown


def test_the_live_tree_grows_with_the_news(capsys: pytest.CaptureFixture[str]) -> None:
    """Children hang below their parents with status and latest figures."""
    from xtalflow.cli._progress import _LiveTree

    job = JobRecord(
        id=JobId(uuid4()), project=ProjectId(uuid4()), number="1", task="refine_pipeline", created=datetime.now(UTC)
    )
    tree = _LiveTree("gamma")
    tree.begin(job)
    tree.tell(JobStarted(number="1", task="refine_pipeline", title="Pipeline"))
    tree.tell(JobStarted(number="1.1", task="servalcat_refine", title="Refinement"))
    tree.tell(CycleDone(number="1.1", values={"cycle": 2, "R1work": 0.2221}))
    console().print(tree)
    during = capsys.readouterr().out
    elapsed = timedelta(seconds=4).total_seconds()
    tree.tell(
        JobEnded(
            number="1.1",
            task="servalcat_refine",
            title="Refinement",
            status=JobStatus.FINISHED,
            elapsed_s=elapsed,
            kpis={"R1Factor": 0.1782, "nAtoms": 3},
        )
    )
    console().print(tree)
    after = capsys.readouterr().out

    assert "└── gamma/1.1 Refinement  running" in during
    assert "cycle 2: R1work 0.2221" in during
    assert "finished  4.0 s  R1Factor 0.1782 (R1: I > 2σ(I))" in after


def test_the_live_tree_keeps_r_whole_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """The title is cut first, then CC goes."""
    from xtalflow.cli._progress import _LiveTree

    job = JobRecord(
        id=JobId(uuid4()), project=ProjectId(uuid4()), number="1", task="refine_pipeline", created=datetime.now(UTC)
    )
    tree = _LiveTree("lysozyme")
    tree.begin(job)
    tree.tell(JobStarted(number="1", task="refine_pipeline", title="Pipeline"))
    tree.tell(JobStarted(number="1.7", task="servalcat_refine", title="Refinement with waters"))
    values = {"cycle": 10, "R1work": 0.2221, "R1free": 0.2439, "CCIwork_avg": 0.9158, "CCIfree_avg": 0.8491}
    tree.tell(CycleDone(number="1.7", values=values))
    console().print(tree, width=80)

    line = capsys.readouterr().out.splitlines()[1]
    assert len(line) <= 80
    assert "Refinem" in line
    assert line.endswith("cycle 10: R1work 0.2221, R1free 0.2439")


_JOBS = [
    ("1.10", "servalcat_refine", "Refinement with waters", "unsatisfactory", "2026-11-23 21:47", "0.1786"),
    ("1", "refine_pipeline", "Refinement pipeline", "finished", "2026-11-23 21:46", "0.1786"),
]
_COLUMNS = [
    "Job",
    Column("Task", wraps=True),
    Column("Title", wraps=True),
    Column("Status", status=True),
    Column("Made", wraps=True),
    Column("R work", right=True),
]


@pytest.mark.parametrize("width", [60, 80, 100, 160, None])
def test_numbers_and_statuses_are_whole_in_a_table_of_any_width(width: int | None) -> None:
    """Texts fold instead, and no line ends in blanks."""
    lines = [line.plain for line in table_lines(_COLUMNS, _JOBS, width=width)]

    shown = "\n".join(lines)
    for text in ("1.10", "unsatisfactory", "2026-11-23", "0.1786"):
        assert text in shown
    assert "…" not in shown
    assert all(line == line.rstrip() for line in lines)
    assert width is None or max(map(len, lines)) <= width


def test_a_path_without_room_stands_whole_below_its_row() -> None:
    """It can be copied from the screen."""
    path = "CCP4_IMPORTED_FILES/" + "a_long_name" * 4 + ".mtz"
    columns = ["Parameter", Column("", wraps=True), Column("File", path=True)]
    narrow = [line.plain for line in table_lines(columns, [("F_SIGF", "Reflections", path)], width=80)]
    wide = [line.plain for line in table_lines(columns, [("F_SIGF", "Reflections", path)], width=None)]

    assert f"    {path}" in narrow
    assert f"F_SIGF     Reflections  {path}" in wide


def test_texts_fold_at_blanks_and_inside_a_word_only_if_it_is_too_long() -> None:
    """A number is never broken."""
    assert fold("Refined with waters", 12) == ["Refined with", "waters"]
    assert fold("servalcat_refine", 9) == ["servalcat", "_refine"]
    assert fold("0.178612345 of it", 5) == ["0.178612345", "of it"]


def test_a_paragraph_is_wrapped_where_people_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipe it is one line."""
    text = "- inputData.TLC: " + "mustExist has no effect on a CString " * 3
    print_text(text.strip(), indent=2)
    piped = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_text(text.strip(), indent=2)
    shown = capsys.readouterr().out.splitlines()

    assert piped == text.strip() + "\n"
    assert len(shown) > 2
    assert all(len(line) <= 40 for line in shown)
    assert all(line.startswith("  ") for line in shown[1:])
    assert " ".join(line.strip() for line in shown) == text.strip()


def test_one_is_told_in_the_singular() -> None:
    assert [counted(number, "job") for number in (0, 1, 2)] == ["0 jobs", "1 job", "2 jobs"]


def test_figures_of_a_report_keep_their_digits() -> None:
    """R has four places, a resolution two."""
    assert report_figure({"value": 0.221}) == "0.2210"
    assert report_figure({"value": 3.0, "note": "Å, the limit of the data"}) == "3.00"
    assert report_figure({"value": 11.0}) == "11"
    assert report_figure({"value": "P 21 21 21"}) == "P 21 21 21"
    assert report_figure({"value": 0.05134, "digits": 3}) == "0.051"
    assert report_figure({"value": None, "digits": 3}) == ""
    assert column_places([0.223, 0.25, None]) == 4
    assert column_places([14.7, 1.96]) == 2


def test_a_section_without_items_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupted job leaves such."""
    print_report({"sections": [{"title": "Refinement", "items": []}]})

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("before", "words"),
    [("", "`unset XTALFLOW_HOME` leaves it"), ("/a home", "`export XTALFLOW_HOME='/a home'` leaves it")],
)
def test_the_demo_says_how_to_leave_its_home(before: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By the home that was set, if one was."""
    job = {"project": "demo", "number": "1", "children": [{"task": "servalcat_refine", "number": "1.3"}]}
    _print_next(job, Path("/demo"), before=before, had_database=False)

    assert words in capsys.readouterr().out
