"""``xtalflow tasks --definition``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xtalflow.cli import main

TEXT = """<ccp4i2>
<ccp4i2_header><function>DEF</function><pluginName>shake</pluginName></ccp4i2_header>
<ccp4i2_body id="shake"><container id="keywords">
<content id="SIGMA"><className>CFloat</className><qualifiers><default>0.3</default><min>0</min>
<toolTip>Shift of the atoms</toolTip></qualifiers></content>
<content id="SEED"><className>CInt</className><qualifiers><default>Auto</default></qualifiers></content>
<content id="SHELLS"><className>CList</className><qualifiers><listMinLength>1</listMinLength></qualifiers>
<subItem><className>CFloatRange</className></subItem></content>
</container></ccp4i2_body></ccp4i2>"""


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "shake.def.xml"
    path.write_text(TEXT)
    return path


def test_a_definition_is_shown(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Types, defaults, ranges and help; and what is wrong in it."""
    code = main(["tasks", "--definition", str(definition)])

    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    for words in ("keywords.SIGMA", "CFloat", "0.3", "At least 0", "Shift of the atoms", "CList of CFloatRange"):
        assert words in captured.out
    assert "keywords.SEED: default = 'Auto' is refused: it must be an integer" in captured.out
    assert "None" not in captured.out


def test_every_object_is_in_the_json(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Containers, list items and parts too, in order."""
    code = main(["tasks", "--definition", str(definition), "--json"])

    document = json.loads(capsys.readouterr().out)
    assert (code, document["task"]) == (0, "shake")
    assert [(one["path"], one["class"], one["default"], one["state"]) for one in document["parameters"]] == [
        ("keywords", "CContainer", None, "default"),
        ("keywords.SIGMA", "CFloat", 0.3, "default"),
        ("keywords.SEED", "CInt", "Auto", "not_set"),
        ("keywords.SHELLS", "CList", None, "default"),
        ("keywords.SHELLS[0]", "CFloatRange", None, "not_set"),
        ("keywords.SHELLS[0].start", "CFloat", None, "not_set"),
        ("keywords.SHELLS[0].end", "CFloat", None, "not_set"),
    ]
    assert document["parameters"][1]["qualifiers"] == {"default": 0.3, "min": 0, "toolTip": "Shift of the atoms"}


def test_the_schema_of_a_definition_is_printed(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["tasks", "--definition", str(definition), "--schema"])

    schema = json.loads(capsys.readouterr().out)
    assert (code, schema["title"]) == (0, "shake")
    assert schema["properties"]["keywords"]["properties"]["SIGMA"]["default"] == 0.3


def test_the_schema_of_a_task_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["tasks", "freerflag", "--schema"])

    schema = json.loads(capsys.readouterr().out)
    assert (code, schema["title"]) == (0, "Free-R flags")
    assert schema["description"].startswith("Make a free-R set")
    assert schema["required"] == ["inputData"]


@pytest.mark.parametrize(
    "words",
    [
        ["--definition", "absent.def.xml"],
        ["freerflag", "--definition", "x"],
        ["--schema"],
        ["freerflog", "--schema"],
        ["--definition", "absent.def.xml", "--schema"],
    ],
)
def test_a_wrong_request_is_a_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["tasks", *words])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err.startswith("xtalflow: ")
    assert "Traceback" not in captured.err
