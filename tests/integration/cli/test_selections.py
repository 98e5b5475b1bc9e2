"""A part of a model, from the words typed to the file written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import pytest

LINE = "ATOM  {serial:5d}  CA  ALA {chain}{number:4d}    {x:8.3f}  10.000  10.000  1.00 20.00           C  \n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Chains A and B of ten residues each, of which only CA is there."""
    places = [(chain, number) for chain in "AB" for number in range(1, 11)]
    lines = [
        LINE.format(serial=serial, chain=chain, number=number, x=3.8 * serial)
        for serial, (chain, number) in enumerate(places, start=1)
    ]
    path = tmp_path / "model.pdb"
    path.write_text("".join(lines) + "END\n")
    return path


@pytest.mark.parametrize("words", [["model.pdb", "{}"], ["{}", "XYZIN=model.pdb"]])
def test_only_the_part_selected_is_imported(xtalflow: Any, model: Path, words: list[str]) -> None:
    selection = "XYZIN.selection.text=A/3-5 or B/10"
    answer = xtalflow("run", "import_model", *[word.format(selection) for word in words], "--json", cwd=model.parent)

    job = answer.json()
    assert (answer.code, job["status"]) == (0, "finished"), answer.err
    assert job["kpis"] == {"nAtoms": 4, "nResidues": 4}
    (output,) = job["files"]
    written = gemmi.read_structure(output["path"])
    assert [(chain.name, [residue.seqid.num for residue in chain]) for chain in written[0]] == [
        ("A", [3, 4, 5]),
        ("B", [10]),
    ]
    assert job["parameters"] == {"inputData.XYZIN.selection.text": "A/3-5 or B/10"}
    assert "XYZIN.selection.text  A/3-5 or B/10" in xtalflow("show", job["uuid"]).out


def test_a_dry_run_tells_the_selection(xtalflow: Any, model: Path) -> None:
    answer = xtalflow(
        "run", "import_model", str(model), "XYZIN.selection.text=A", "--dry-run", "--json", cwd=model.parent
    )

    (given,) = answer.json()["inputs"]
    assert given["facts"]["selection"] == "A"


def test_a_chain_that_is_not_there_is_warned_of_once_and_the_warning_is_kept(xtalflow: Any, model: Path) -> None:
    """A misspelt word is taken for a chain, as gemmi does."""
    answer = xtalflow("run", "import_model", "model.pdb", "XYZIN.selection.text=A and not watr", cwd=model.parent)
    warning = "inputData.XYZIN: model.pdb: there is no chain watr; is water meant?"

    assert answer.code == 0
    assert (answer.err, answer.out.count("watr;")) == (f"xtalflow: {warning}\n", 0)
    assert f"warning: {warning}\n" in xtalflow("show", "default/1").out


def test_a_text_that_is_no_selection_is_shown_with_a_caret(xtalflow: Any, model: Path) -> None:
    answer = xtalflow("run", "import_model", "model.pdb", "XYZIN.selection.text=A/3:B", cwd=model.parent)

    assert answer.code == 2
    text, caret = (line.removeprefix("xtalflow: ") for line in answer.err.splitlines()[-2:])
    assert text == "A/3:B"
    assert caret == "   ^"


def test_a_selection_of_nothing_makes_no_job(xtalflow: Any, model: Path) -> None:
    answer = xtalflow("run", "import_model", "model.pdb", "XYZIN.selection.text=C", cwd=model.parent)

    assert answer.code == 2
    assert "//C selects no atom: the model has the chains A (residues 1 to 10), B (residues 1 to 10)" in answer.err
