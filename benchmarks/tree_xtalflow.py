"""xtalflow's side of `tree.py`: does what an order says, and prints the figures."""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import cProfile  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import pstats  # noqa: E402
import sys  # noqa: E402
import tracemalloc  # noqa: E402
from collections import Counter  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from lxml import etree  # noqa: E402

import xtalflow.xtal  # noqa: E402
from xtalflow.data import CContainer, CData, CList, find_all_files  # noqa: E402
from xtalflow.formats import ParamsHeader, read_definition, read_params, write_params  # noqa: E402


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    figures: dict[str, Any] = {}
    largest = [Path(path) for path in order["largest"]]
    figures["largest"] = timed(lambda: [read_definition(path) for path in largest])
    figures["process"] = time.perf_counter() - STARTED
    figures["lxml_largest"] = timed(lambda: [etree.parse(path) for path in largest])
    definitions = [Path(path) for path in order["definitions"]]
    figures["all"] = timed(lambda: [read_definition(path) for path in definitions])
    figures["lxml_all"] = timed(lambda: [etree.parse(path) for path in definitions])
    figures |= parameters(order) | lists(order) | memory(Path(order["task"]))
    figures["shares"] = shares(definitions)
    print(json.dumps(figures))


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def parameters(order: dict[str, Any]) -> dict[str, float]:
    """Save and load with every single parameter set; set and read one by its path."""
    repeats = order["repeats"]
    task = Path(order["task"])
    files = [Path(order["folder"], f"xtalflow_{number}.xml") for number in range(repeats)]
    tree, *others = (read_definition(task).container for _ in range(1 + repeats))
    for path, value in order["values"].items():
        tree.find(path).set(value)
    save = timed(lambda: [write_params(tree, ParamsHeader(task="t"), file) for file in files])
    load = timed(lambda: [read_params(file, other) for file, other in zip(files, others, strict=True)])
    alone = timed(lambda: [etree.parse(file) for file in files])
    assert all(other == tree for other in others)

    def by_path() -> None:
        path = order["path"]
        for number in range(order["times"]):
            parameter = tree.find(path)
            parameter.set(number % 2 + 1.0)
            assert parameter.value == number % 2 + 1.0

    return {
        "params": (save + load) / repeats,
        "load": load / repeats,
        "lxml_load": alone / repeats,
        "set": len(order["values"]),
        "paths": timed(by_path),
    }


def lists(order: dict[str, Any]) -> dict[str, float]:
    """Build a list of files, and walk it."""
    root = CContainer()
    files = root.add("FILES", CList(xtalflow.xtal.CObsDataFile()))
    assert isinstance(files, CList)

    def build() -> None:
        for number in range(order["items"]):
            files.append(f"/data/file_{number}.mtz")

    return {"list": timed(build), "walk": timed(lambda: check(find_all_files(root), order["items"]))}


def check(found: list[Any], count: int) -> None:
    assert len(found) == count


def memory(task: Path) -> dict[str, float]:
    """What one more container takes, as it is loaded and with every object made."""
    read_definition(task)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    container = read_definition(task).container
    gc.collect()
    loaded = tracemalloc.get_traced_memory()[0] - before
    objects = sum(1 for _ in below(container))
    gc.collect()
    touched = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return {"memory": loaded, "memory_touched": touched, "objects": objects}


def below(item: CData) -> Any:
    for child in item.children():
        yield child
        yield from below(child)


def shares(definitions: list[Path]) -> dict[str, float]:
    """Share of the time in each part of the program."""
    profile = cProfile.Profile()
    profile.runcall(lambda: [read_definition(path) for path in definitions])
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[part_of(file, name)] += own
    total = sum(spent.values())
    return {part: own / total for part, own in spent.items() if own / total >= 0.01}


def part_of(file: str, name: str) -> str:
    for part, words in (
        ("formats/_xml", "reading bytes and parsing (lxml)"),
        ("formats/_definition_source", "files that files are built on, containers by name"),
        ("formats/_qualifier_texts", "qualifiers from texts"),
        ("formats/_definition", "declarations and their defaults"),
        ("xtalflow/data", "the tree itself"),
    ):
        if part in file:
            return words
    return "Python's own functions" if file.startswith("~") else "libraries"


if __name__ == "__main__":
    main()
