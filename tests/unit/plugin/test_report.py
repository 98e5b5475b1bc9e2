"""Reports and error reports: data that any page can render."""

import json
from pathlib import Path

import numpy as np
from lxml import etree

from xtalflow.data import Severity
from xtalflow.plugin import DIAGNOSTIC, REPORT, ErrorReport, ErrorRow, Fixed, Report, Series


def test_a_report_keeps_the_order_of_what_was_said(tmp_path: Path) -> None:
    report = Report()
    section = report.section("Refinement")
    section.text("Ten cycles.")
    section.figures({"R1work": np.float64(0.17819), "cycles": np.int64(10)}, notes={"R1work": "over I > 2σ(I)"})
    section.table("Shells", ["d_min / Å", "R"], [[2.0, 0.2], [1.8, float("nan")]])
    section.plot("R by cycle", "cycle", "R", [Series(name="work", x=[0, 1], y=[0.3, None])])
    report.section("Files").files({"Model": "XYZOUT"})
    report.section("Refinement").warning("twinned")
    report.write(tmp_path)

    read = json.loads((tmp_path / REPORT).read_text())

    assert [part["title"] for part in read["sections"]] == ["Refinement", "Files"]
    items = read["sections"][0]["items"]
    assert [item["kind"] for item in items] == ["text", "figures", "table", "plot", "warning"]
    assert items[1]["figures"] == [
        {"name": "R1work", "value": 0.17819, "note": "over I > 2σ(I)"},
        {"name": "cycles", "value": 10},
    ]
    assert items[2]["rows"] == [[2.0, 0.2], [1.8, None]]
    assert "digits" not in items[2]


def test_a_report_keeps_numbers_whole_and_says_how_many_digits_to_show() -> None:
    report = Report()
    section = report.section("Merging")
    section.figures({"Rmerge": Fixed(0.05134, 4), "Rpim": Fixed(float("inf"), 4), "Observations": 44953})
    section.table("Data", ["", "Overall"], [["Completeness", Fixed(97.4444, 1)], ["Unique", 12182]])

    figures, table = report.to_dict()["sections"][0]["items"]

    assert figures["figures"] == [
        {"name": "Rmerge", "value": 0.05134, "digits": 4},
        {"name": "Rpim", "value": None, "digits": 4},
        {"name": "Observations", "value": 44953},
    ]
    assert table["rows"] == [["Completeness", 97.4444], ["Unique", 12182]]
    assert table["digits"] == [[None, 1], [None, None]]


def test_an_error_report_is_written_in_the_grammar_of_ccp4i2(tmp_path: Path) -> None:
    errors = ErrorReport()
    errors.add(ErrorRow(class_name="Refine", code=101, message="exit code 3", details="a < b\x00\x1b[0m", name="XYZIN"))
    errors.add(ErrorRow(class_name="Refine", code=7, message="twinned", severity=Severity.WARNING))
    errors.write(tmp_path)

    root = etree.parse(tmp_path / DIAGNOSTIC).getroot()

    assert root.tag == "errorReportList"
    assert [row.findtext("severity") for row in root] == ["4", "2"]
    assert root[0].findtext("details") == "a < b\ufffd\ufffd[0m"
    assert errors.reason == "XYZIN: exit code 3"
