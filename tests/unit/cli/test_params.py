"""``xtalflow params``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xtalflow.cli import main

from .test_definition import TEXT

PARAMS = """<ccp4i2><ccp4i2_header><function>PARAMS</function><userId>somebody</userId><pluginName>{task}</pluginName>
<jobNumber>3</jobNumber></ccp4i2_header><ccp4i2_body>{body}</ccp4i2_body></ccp4i2>"""
SHELL = "<CFloatRange><start>2</start></CFloatRange>"
SHAKEN = f"<keywords><SIGMA>0.5</SIGMA><SEED>many</SEED><SHELLS>{SHELL}</SHELLS></keywords>"


@pytest.fixture
def definition(tmp_path: Path) -> str:
    (tmp_path / "shake.def.xml").write_text(TEXT)
    return str(tmp_path / "shake.def.xml")


@pytest.fixture
def params(tmp_path: Path) -> str:
    body = SHAKEN + "<guiAdmin><followFrom>2</followFrom></guiAdmin>"
    (tmp_path / "params.xml").write_text(PARAMS.format(task="shake", body=body))
    return str(tmp_path / "params.xml")


def test_what_was_given_is_shown(params: str, definition: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And what the task does not have, or refuses."""
    code = main(["params", params, "--definition", definition])

    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    assert captured.out.startswith("shake\njob 3\nuser somebody\n")
    rows = [line.split() for line in captured.out.splitlines()]
    assert ["SIGMA", "CFloat", "0.5"] in rows
    assert ["SHELLS[0].start", "CFloat", "2.0"] in rows
    _, refused, unknown = captured.out.rsplit("\n\n", maxsplit=2)
    assert refused == "Refused, and kept as written:\n- keywords.SEED = 'many' is refused: it must be an integer"
    assert unknown == "Not in the definition, and kept:\n- guiAdmin.followFrom: <followFrom>2</followFrom>\n"


def test_every_object_is_in_the_json_with_its_value(
    params: str, definition: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["params", params, "--definition", definition, "--json"])

    document = json.loads(capsys.readouterr().out)
    assert (code, document["task"]) == (0, "shake")
    assert [(one["path"], one["class"], one["state"], one["value"]) for one in document["parameters"]] == [
        ("keywords", "CContainer", "explicitly_set", None),
        ("keywords.SIGMA", "CFloat", "explicitly_set", 0.5),
        ("keywords.SEED", "CInt", "not_set", None),
        ("keywords.SHELLS", "CList", "explicitly_set", None),
        ("keywords.SHELLS[0]", "CFloatRange", "explicitly_set", None),
        ("keywords.SHELLS[0].start", "CFloat", "explicitly_set", 2.0),
        ("keywords.SHELLS[0].end", "CFloat", "not_set", None),
    ]
    assert document["parameters"][1]["qualifiers"]["min"] == 0
    assert {one["path"]: bool(one["refusal"]) for one in document["unknown"]} == {
        "keywords.SEED": True,
        "guiAdmin.followFrom": False,
    }


def test_the_task_of_the_header_is_taken_when_it_is_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "params.xml"
    file = "<F_SIGF><baseName>x.mtz</baseName><relPath>CCP4_IMPORTED_FILES</relPath></F_SIGF>"
    content = PARAMS.format(task="freerflag", body=f"<inputData>{file}</inputData>")
    path.write_text(content)
    of_ccp4i2 = main(["params", str(path)]), capsys.readouterr().err
    path.write_text(content.replace("</ccp4i2_header>", "<ccp4iVersion>xtalflow 1.0</ccp4iVersion></ccp4i2_header>"))
    code = main(["params", str(path)])

    captured = capsys.readouterr()
    assert of_ccp4i2[0] == 2
    assert "the task freerflag of CCP4i2 is not installed" in of_ccp4i2[1]
    assert "ccp4i2_python" in of_ccp4i2[1]
    assert (code, captured.err) == (0, "")
    assert "CCP4_IMPORTED_FILES/x.mtz" in captured.out
    assert "F_SIGF.baseName" not in captured.out


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("mrbump", "is of the task 'mrbump', which is not installed; name the definition of its task"),
        ("", "does not say of which task it is"),
    ],
)
def test_a_file_whose_task_is_not_known_is_refused_with_the_remedy(
    task: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.xml").write_text(PARAMS.format(task=task, body=""))
    code = main(["params", str(tmp_path / "x.xml")])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert sentence in captured.err


def test_another_tasks_definition_is_remarked(params: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stir.def.xml").write_text(TEXT.replace("shake", "stir"))
    code = main(["params", params, "--definition", str(tmp_path / "stir.def.xml")])

    assert code == 0
    assert "is of the task 'shake', the definition of 'stir'" in capsys.readouterr().err


def test_a_parameter_is_shown_whatever_it_is_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    definition, params = tmp_path / "t.def.xml", tmp_path / "params.xml"
    contents = "".join(
        f'<content id="{name}"><className>{kind}</className></content>'
        for name, kind in [("project", "CString"), ("NOTE", "CString"), ("F", "CDataFile")]
    )
    definition.write_text(
        f'<ccp4i2><ccp4i2_body id="t"><container id="s">{contents}</container></ccp4i2_body></ccp4i2>'
    )
    file = "<F><baseName>a.mtz</baseName><relPath>x</relPath></F>"
    params.write_text(f"<container><s><project>mine</project><NOTE></NOTE>{file}</s></container>")
    code = main(["params", str(params), "--definition", str(definition)])
    shown = capsys.readouterr().out

    assert code == 0
    assert "mine" in shown
    assert '""' in shown
    assert "baseName" not in shown


def test_only_parts_of_a_file_whose_path_is_shown_are_hidden(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not parameters called like them side by side, nor the identifier of a file of which nothing else is known."""
    definition, params = tmp_path / "t.def.xml", tmp_path / "params.xml"
    contents = "".join(
        f'<content id="{name}"><className>{kind}</className></content>'
        for name, kind in [("dbFileId", "CString"), ("baseName", "CString"), ("F", "CDataFile"), ("G", "CDataFile")]
    )
    definition.write_text(
        f'<ccp4i2><ccp4i2_body id="t"><container id="s">{contents}</container></ccp4i2_body></ccp4i2>'
    )
    given = "<dbFileId>one</dbFileId><baseName>two</baseName>"
    identifier = f"<dbFileId>{'0123456789abcdef' * 2}</dbFileId>"
    files = f"<F>{identifier}</F><G>{identifier}<baseName>a.mtz</baseName></G>"
    params.write_text(f"<container><s>{given}{files}</s></container>")
    code = main(["params", str(params), "--definition", str(definition)])
    rows = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]

    assert code == 0
    assert {"dbFileId", "baseName", "F.dbFileId", "G"} <= set(rows)
    assert not {"G.dbFileId", "G.baseName"} & set(rows)
