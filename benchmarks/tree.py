"""The typed tree against ccp4i2 3.0.1 from PyPI, in one run: definitions, parameter files, long lists, paths, memory.

Each round runs the same works in a fresh process of xtalflow and in one of ccp4i2, one after the other. Printed are the
fastest round of each side, which other programs on the machine disturbed least, their ratio, the ratios of the single
rounds, how near xtalflow is to lxml parsing the same bytes alone, and where its time goes.

    python benchmarks/tree.py PEER [DATA]     PEER: Python of an environment with ccp4i2 (`make bench-tree` makes one)
                                              DATA: folder with ccp4i2/defs (default ../shared/data)
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 5
REPEATS = 10
HERE = Path(__file__).resolve().parent
LARGEST = "xia2_dials"
WORKS = {
    "largest": ("parse the five largest definitions, cold", 20),
    "all": ("parse all definitions", 20),
    "list": ("build a list of 10,000 reflection files", 100),
    "walk": ("walk it with find_all_files", 40),
    "params": (f"save and load all parameters of {LARGEST} set", 20),
    "paths": ("set and read one parameter by path, 100,000 times", 20),
    "memory": (f"memory of a loaded {LARGEST} container", 5),
}
"""What is measured, and by which factor xtalflow must at least be better."""


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parents[1] / "shared" / "data").resolve()
    definitions = sorted((data / "ccp4i2" / "defs").rglob("*.def.xml"))
    if not definitions:
        print(f"{data}: no definitions below ccp4i2/defs; name the folder of the test data", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        order = write_order(definitions, Path(folder))
        ours: list[dict[str, Any]] = []
        theirs: list[dict[str, Any]] = []
        for number in range(1, ROUNDS + 1):
            ours.append(measure(sys.executable, "tree_xtalflow.py", order))
            theirs.append(measure(sys.argv[1], "tree_ccp4i2.py", order))
            print(f"round {number} of {ROUNDS} done", file=sys.stderr)
    return report(ours, theirs, len(definitions))


def write_order(definitions: list[Path], folder: Path) -> Path:
    """What both sides are to do, as JSON: files, and a value for each single parameter of the largest task."""
    by_size = sorted(definitions, key=lambda path: -path.stat().st_size)
    (largest,) = (path for path in definitions if path.name == f"{LARGEST}.def.xml")
    values = values_of(ET.parse(largest).getroot().find("ccp4i2_body"), "")
    order = {
        "definitions": [str(path) for path in definitions],
        "largest": [str(path) for path in by_size[:5]],
        "task": str(largest),
        "values": values,
        "path": next(path for path, value in values.items() if isinstance(value, float)),
        "items": 10_000,
        "times": 100_000,
        "repeats": REPEATS,
        "folder": str(folder),
    }
    path = folder / "order.json"
    path.write_text(json.dumps(order))
    return path


def values_of(element: ET.Element | None, path: str) -> dict[str, Any]:
    """A value for each CInt, CFloat, CBoolean and CString of a definition that both sides take."""
    values: dict[str, Any] = {}
    for each in element if element is not None else ():
        below = f"{path}.{each.get('id')}".lstrip(".")
        if each.tag == "container":
            values |= values_of(each, below)
        elif each.tag == "content":
            said = {one.tag: (one.text or "").strip() for one in each.findall("qualifiers/*")}
            value = value_of(each.findtext("className") or "", said)
            if value is not None:
                values[below] = value
    return values


def value_of(kind: str, said: dict[str, str]) -> Any:
    choices = [text.strip() for text in said.get("enumerators", "").split(",") if text.strip()]
    lowest = said.get("min", "")
    number = float(lowest) if lowest not in ("", "None") else 1.0
    if kind == "CString":
        return choices[0] if choices else "a text of some words"
    if kind == "CInt":
        return int(choices[0]) if choices else int(number)
    if kind == "CFloat":
        return float(choices[0]) if choices else number
    return True if kind == "CBoolean" else None


def measure(python: str, script: str, order: Path) -> dict[str, Any]:
    """The figures that a fresh process prints as its last line."""
    done = subprocess.run(
        [python, str(HERE / script), str(order)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    if done.returncode:
        sys.exit(f"{script}: {done.stderr}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def report(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], count: int) -> int:
    today = datetime.now(UTC)
    print(f"# The typed tree against ccp4i2 {theirs[0]['version']}, {today:%Y-%m-%d}\n")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    versions = f"xtalflow {version('xtalflow')}, lxml {version('lxml')}"
    print(f"{machine}, {versions}; {count} definitions;")
    print(
        f"the fastest of {ROUNDS} interleaved rounds, each in fresh processes, which save and load {REPEATS} times.\n"
    )
    print("| work | xtalflow | ccp4i2 | ratio | of single rounds | at least |")
    print("|---|---|---|---|---|---|")
    failed = []
    for name, (words, least) in WORKS.items():
        mine, other = fastest(ours, name), fastest(theirs, name)
        ratios = sorted(one[name] / other[name] for one, other in zip(theirs, ours, strict=True))
        show = shown_bytes if name == "memory" else shown_time
        spread = f"{ratios[0]:.0f} to {ratios[-1]:.0f}, median {statistics.median(ratios):.0f}"
        print(f"| {words} | {show(mine)} | {show(other)} | {other / mine:.0f} | {spread} | {least} |")
        if other / mine < least:
            failed.append(words)
    print_notes(ours, theirs)
    for words in failed:
        print(f"\nToo slow: {words}")
    return 1 if failed else 0


def fastest(side: list[dict[str, Any]], name: str) -> float:
    return min(one[name] for one in side)


def print_notes(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    print("\n## How near to lxml\n")
    print("| the same bytes | xtalflow | lxml alone | ratio |")
    print("|---|---|---|---|")
    for words, name in (
        ("the five largest definitions, cold", "largest"),
        ("all definitions", "all"),
        (f"loading the parameters of {LARGEST}", "load"),
    ):
        mine, alone = fastest(ours, name), fastest(ours, f"lxml_{name}")
        print(f"| {words} | {shown_time(mine)} | {shown_time(alone)} | {mine / alone:.1f} |")
    print("\n## Where the time of reading all definitions goes\n")
    print("Shares of the time in functions of each part, by cProfile, which slows down many small calls most.\n")
    print("| part | share |")
    print("|---|---|")
    for part, share in sorted(ours[-1]["shares"].items(), key=lambda row: -row[1]):
        print(f"| {part} | {100 * share:.0f} % |")
    touched, process = shown_bytes(fastest(ours, "memory_touched")), "process"
    print("\n## Notes\n")
    print("- A whole process that starts, imports and parses the five largest definitions takes")
    print(f"  {fastest(ours, process):.2f} s here and {fastest(theirs, process):.2f} s there.")
    print(f"- Loaded, {LARGEST} has {ours[0]['objects']} objects here when all are touched ({touched}), and")
    print(f"  {theirs[0]['objects']} there, where nested containers are found a second time at the root.")
    print(f"- {ours[0]['set']} parameters are set here and {theirs[0]['set']} there; both write only what is set;")
    print("  ours is written with fsync and rename.")
    print("- Memory is what tracemalloc counts for one more container after a first was loaded and let go.")


def shown_time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.2f} ms"


def shown_bytes(count: float) -> str:
    return f"{count / 1024:.0f} KiB"


if __name__ == "__main__":
    sys.exit(main())
