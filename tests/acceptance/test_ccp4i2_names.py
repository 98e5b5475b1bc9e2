"""Names that a task here shares with one of the package ccp4i2: for which of them either will do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xtalflow.data import CContainer, CData
from xtalflow.plugin import HOSTED, make_task, task_names
from xtalflow.services.i2run import NO_SUPERSETS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ccp4i2")]


def parameters(container: CContainer) -> Iterator[CData]:
    for item in container.children():
        if isinstance(item, CContainer):
            yield from parameters(item)
        else:
            yield item


def test_a_task_stands_for_one_of_ccp4i2_only_if_it_has_all_of_its_parameters(
    ccp4i2_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each parameter of its definition under the same path and of its kind; outputs are not given."""
    monkeypatch.setenv("XTALFLOW_CCP4I2_PYTHON", str(ccp4i2_python))
    names = set(task_names())
    lacking = {}
    for name in (each for each in task_names(built_in=True) if f"{HOSTED}{each}" in names):
        here = {item.object_path(): item for item in parameters(make_task(name).container)}
        there = parameters(make_task(f"{HOSTED}{name}").container)
        lacking[name] = [
            path
            for path, item in ((each.object_path(), each) for each in there)
            if not path.startswith("outputData.") and not isinstance(here.get(path), type(item))
        ]

    assert {name for name, paths in lacking.items() if paths} == NO_SUPERSETS
    assert "controlParameters.GEN_MODE" in lacking["freerflag"]
