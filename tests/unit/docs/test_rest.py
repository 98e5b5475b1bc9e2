"""The page on REST names all that REST has."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from xtalflow import client, db

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "rest.md"
_ROW = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \|", re.MULTILINE)
_OPERATIONS = re.compile(r"`([A-Z]+(?:, [A-Z]+)*) (/[^`]*)`")


@pytest.fixture(scope="module")
def api() -> Any:
    """The modules of REST, which need Django."""
    db.setup()
    from xtalflow.api import _interface, _problems

    return _interface, _problems


def test_every_problem_is_on_the_page(api: Any) -> None:
    rows = [(code, int(status)) for code, status in _ROW.findall(PAGE.read_text())]

    assert rows == [(kind.code, kind.status) for kind in api[1].KINDS]


def test_every_operation_is_on_the_page_and_no_other(api: Any) -> None:
    told = {(method, path) for methods, path in _OPERATIONS.findall(PAGE.read_text()) for method in methods.split(", ")}
    there = {
        (method, path)
        for room in api[0].ROOMS
        for path, view in room.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }

    assert told == there


@pytest.mark.parametrize("kind", [client.Client, client.Project, client.Job, client.File, client.KpiTable])
def test_everything_that_the_client_does_is_on_the_page(kind: type) -> None:
    text = PAGE.read_text()
    names = [name for name, _ in inspect.getmembers(kind) if not name.startswith("_")]
    does = [name for name in names if callable(getattr(kind, name)) or isinstance(getattr(kind, name), property)]

    assert [
        name for name in does if name not in ("read", "close", "name", "has_ended") and f"`{name}`" not in text
    ] == []
