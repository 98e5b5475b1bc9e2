"""ccp4i2's side of `tree.py`, run by a Python that has ccp4i2: does what an order says, and prints the figures."""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import contextlib  # noqa: E402
import gc  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402
import tracemalloc  # noqa: E402
from collections.abc import Callable  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from ccp4i2.core.base_object.fundamental_types import CList  # noqa: E402
from ccp4i2.core.CCP4Container import CContainer  # noqa: E402
from ccp4i2.core.CCP4XtalData import CObsDataFile  # noqa: E402
from ccp4i2.core.task_manager.def_xml_handler import DefXmlParser  # noqa: E402
from ccp4i2.core.task_manager.params_xml_handler import ParamsXmlHandler  # noqa: E402

logging.disable(logging.CRITICAL)


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    figures: dict[str, Any] = {"version": version("ccp4i2")}
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it thinks of some defaults
        parsers: list[Any] = []

        def parse_largest() -> None:
            parsers.append(DefXmlParser())  # gathers its classes
            for path in order["largest"]:
                parsers[0].parse_def_xml(path)

        figures["largest"] = timed(parse_largest)
        figures["process"] = time.perf_counter() - STARTED
        figures["all"] = timed(lambda: [parsers[0].parse_def_xml(path) for path in order["definitions"]])
        figures |= parameters(order, parsers[0]) | lists(order) | memory(order["task"], parsers[0])
    print(json.dumps(figures))


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def parameters(order: dict[str, Any], parser: Any) -> dict[str, float]:
    """Save and load with every single parameter set; set and read one by its path."""
    repeats = order["repeats"]
    files = [str(Path(order["folder"], f"ccp4i2_{number}.xml")) for number in range(repeats)]
    tree, *others = (parser.parse_def_xml(order["task"]) for _ in range(1 + repeats))
    count = 0
    for path, value in order["values"].items():
        tree.find_by_path(f"task.{path}").set(value)
        count += 1

    handler = ParamsXmlHandler()

    def save() -> None:
        for file in files:
            assert handler.export_params_xml(tree, file)

    def load() -> None:
        for file, other in zip(files, others, strict=True):
            assert handler.import_params_xml(other, file)

    wall = timed(save) + timed(load)
    path = f"task.{order['path']}"
    assert others[-1].find_by_path(path).value == order["values"][order["path"]]

    def by_path() -> None:
        for number in range(order["times"]):
            parameter = tree.find_by_path(path)
            parameter.set(number % 2 + 1.0)
            assert parameter.value == number % 2 + 1.0

    return {"params": wall / repeats, "set": count, "paths": timed(by_path)}


def lists(order: dict[str, Any]) -> dict[str, float]:
    """Build a list of files, and walk it."""
    root = CContainer(name="root")
    files = CList(name="FILES", parent=root)
    files.setQualifier("subItem", {"class": CObsDataFile, "qualifiers": {}})
    root.FILES = files

    def build() -> None:
        for number in range(order["items"]):
            files.append(f"/data/file_{number}.mtz")

    def walk() -> None:
        assert len(root.find_all_files()) == order["items"]

    return {"list": timed(build), "walk": timed(walk)}


def memory(task: str, parser: Any) -> dict[str, float]:
    """What one more container takes."""
    parser.parse_def_xml(task)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    container = parser.parse_def_xml(task)
    gc.collect()
    loaded = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return {"memory": loaded, "objects": count_below(container)}


def count_below(item: Any) -> int:
    return sum(1 + count_below(child) for child in item.children())


if __name__ == "__main__":
    main()
