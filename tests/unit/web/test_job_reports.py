"""What a report looks like before a template draws it: plots, tables, links."""

from __future__ import annotations

from typing import Any

import pytest

from xtalflow.web._job_report import report_sections
from xtalflow.web._plots import drawn


def plot(x: list[float | None], *lines: list[float | None], x_label: str = "Cycle", y_label: str = "R") -> Any:
    series = [{"name": f"line {place}", "x": x, "y": line} for place, line in enumerate(lines)]
    return {"kind": "plot", "title": "Plot", "x_label": x_label, "y_label": y_label, "series": series}


def items_of(*items: Any, files: Any = (), has_structure: bool = True) -> list[Any]:
    report = {"sections": [{"title": "Section", "items": list(items)}]}
    (section,) = report_sections(report, files, has_structure=has_structure)
    return list(section["items"])


def table(columns: list[str], *rows: list[Any], **more: Any) -> Any:
    return {"kind": "table", "title": "Table", "columns": columns, "rows": list(rows)} | more


def texts(shown: Any) -> list[list[str]]:
    return [["".join(piece.text for piece in cell) for cell, _ in row] for row in shown["table"].rows]


def test_a_line_is_drawn_within_its_axes() -> None:
    """From the left end to the right one, upwards where values grow."""
    shown = drawn(plot([0, 5, 10], [0.3, 0.2, 0.25]))
    (piece,) = shown.lines[0].pieces
    points = [tuple(map(float, point.split(","))) for point in piece.split()]

    assert points[0][0] == shown.left
    assert points[-1][0] == shown.right
    assert points[0][1] < points[2][1] < points[1][1]
    assert all(shown.top <= y <= shown.bottom for _, y in points)
    assert [tick.text for tick in shown.x_ticks] == ["0", "2", "4", "6", "8", "10"]


def test_a_gap_divides_a_line() -> None:
    """What is not known is not drawn through."""
    shown = drawn(plot([0, 1, 2, 3, 4], [1.0, 2.0, None, 2.0, 1.0]))

    assert len(shown.lines[0].pieces) == 2


@pytest.mark.parametrize("values", [[0.2], [0.0], [-3.0], [5.0, 5.0]])
def test_a_line_without_a_range_is_drawn_too(values: list[float]) -> None:
    """One point, or a line that is level."""
    x: list[float | None] = [float(place) for place in range(len(values))]
    shown = drawn(plot(x, [*values]))

    assert shown.lines[0].pieces or shown.lines[0].points
    assert shown.y_ticks


def test_no_points_are_no_drawing() -> None:
    """A series may be empty, or all gaps."""
    assert drawn(plot([], [])).lines == ()
    assert drawn(plot([1.0, 2.0], [None, None])).lines == ()


def test_an_axis_of_resolution_is_read_in_angstroms() -> None:
    """Reflections are even along 1/d², and the ticks say d."""
    shown = drawn(plot([0.04, 0.25], [0.1, 0.2], x_label="1/d² (Å⁻²)"))

    assert shown.x_label == "Resolution (Å)"
    assert (shown.x_ticks[0].text, shown.x_ticks[-1].text) == ("5.00", "2.00")
    assert [row[0] for row in shown.rows] == ["5.00", "2.00"]


def test_points_in_no_order_are_not_joined() -> None:
    """A Ramachandran plot is points in a square from -180° to 180°."""
    shown = drawn(plot([-60, -120, 60], [-40, 130, 45], x_label="φ (°)", y_label="ψ (°)"))

    assert shown.is_scatter
    assert shown.is_square
    assert len(shown.lines[0].points) == 3
    assert [tick.text for tick in shown.x_ticks] == ["−180", "−120", "−60", "0", "60", "120", "180"]
    assert shown.right - shown.left == shown.bottom - shown.top


def test_the_numbers_of_a_plot_stand_in_a_table() -> None:
    """X once, and a column for each line."""
    shown = drawn(plot([0, 1], [0.3, 0.25], [None, 0.3]))

    assert shown.columns == ("Cycle", "line 0", "line 1")
    assert shown.rows == (("0", "0.3000", ""), ("1", "0.2500", "0.3000"))


def test_residues_lead_to_the_structure() -> None:
    """However a table names them: with their chain, as atoms, several in a cell, or chain and number in two columns."""
    (named,) = items_of(table(["Atoms", "Z"], ["A/THR 777/CA – A/ILE 778B/N", -5.0]))
    (split,) = items_of(table(["Chain", "Residue"], ["B", "MET 12"]))
    pieces = named["table"].rows[0][0][0]

    assert [(piece.text, piece.residue) for piece in pieces] == [
        ("A/THR 777/CA", "A/777"),
        (" – ", ""),
        ("A/ILE 778B/N", "A/778B"),
    ]
    assert split["table"].rows[0][1][0][0].query == "B/12"


def test_without_a_structure_nothing_leads_there() -> None:
    """The names stay texts."""
    (named,) = items_of(table(["Atoms"], ["A/THR 777/CA"]), has_structure=False)

    assert named["table"].rows[0][0][0][0].residue == ""


def test_numbers_have_the_places_that_the_report_asks_for() -> None:
    """Else those that a column of its kind has; what is missing is nothing."""
    (shown,) = items_of(table(["R", "B", "N"], [0.1782, 12.34567, 3], [None, -1.0, 4], digits=[[None, 1, None]] * 2))

    assert texts(shown) == [["0.1782", "12.3", "3"], ["", "−1.0", "4"]]


def test_a_long_table_is_folded() -> None:
    """Beyond twenty rows."""
    short, long = items_of(table(["N"], *[[n] for n in range(20)]), table(["N"], *[[n] for n in range(21)]))

    assert not short["table"].is_long
    assert long["table"].is_long


def test_links_to_files_that_there_are() -> None:
    """A report may name an output that was not made."""
    files = [{"param": "XYZOUT", "uuid": "1"}]
    links = {"kind": "files", "files": [{"label": "Model", "param": "XYZOUT"}, {"label": "Map", "param": "MAPOUT"}]}
    (shown,) = items_of(links, files=files)

    assert [one["label"] for one in shown["files"]] == ["Model"]


def test_sections_without_anything_are_left_out() -> None:
    """As is a report that is not there."""
    assert report_sections(None, [], has_structure=False) == []
    assert report_sections({"sections": [{"title": "Empty", "items": []}]}, [], has_structure=False) == []
