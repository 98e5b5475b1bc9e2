"""What CCP4i2's classes are, as `facts.txt` tells it."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VALUE = re.compile(r"(?P<name>\w+)<(?P<base>\w+)>(\((?P<children>[^)]*)\))?( (?P<key>\w+)=(?P<value>.*))?")
_SHORT = {"int": "CInt", "float": "CFloat", "str": "CString", "bool": "CBoolean"}


@dataclass(frozen=True)
class Fact:
    name: str
    base: str
    children: dict[str, str]
    qualifiers: dict[str, Any]


def _children(text: str) -> dict[str, str]:
    pairs = [each.split(":") for each in text.split(",") if each not in ("", "-")]
    return {name: _SHORT.get(kind, kind) for name, kind in pairs}


def _file(line: str) -> Fact:
    name, base, mime, extensions, content, label, children = line.split(" | ")
    told = {"mimeTypeName": mime, "fileContentClassName": content, "guiLabel": label}
    qualifiers: dict[str, Any] = {key: value for key, value in told.items() if value not in ("-", "None")}
    return Fact(name, base, _children(children), qualifiers | {"fileExtensions": tuple(extensions.split(","))})


def _value(line: str) -> Fact:
    match = _VALUE.fullmatch(line)
    assert match, line
    value = match["value"]
    if value and match["key"] != "patternRegex":
        value = ast.literal_eval(value)
    qualifiers = {match["key"]: tuple(value) if isinstance(value, list) else value} if match["key"] else {}
    return Fact(match["name"], match["base"], _children(match["children"] or ""), qualifiers)


def read_facts() -> list[Fact]:
    lines = (Path(__file__).parent / "facts.txt").read_text().splitlines()
    return [_file(line) if " | " in line else _value(line) for line in lines if not line.startswith("#")]


def pytest_generate_tests(metafunc: Any) -> None:
    """A test with an argument `fact` runs for each class."""
    if "fact" in metafunc.fixturenames:
        metafunc.parametrize("fact", read_facts(), ids=lambda fact: fact.name)
