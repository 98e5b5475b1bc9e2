"""Hundreds of kills at the named points of `xtalflow.faults`; nothing may be out of order afterwards.

    python benchmarks/kills.py [--kills 300] [--seed 1] [--state kills.jsonl]

Points come in turn; how often each is passed before the kill, and whether a worker or `run` supervises, is drawn from
the seed. Every kill is a line of the state file, so that the script may be stopped and started again. The database is
SQLite, or that of DATABASE_URL, which must be empty.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests"))

from integration.cli.kills import KillTrial  # noqa: E402  the folder of the tests comes first
from integration.cli.tasks_of_tests import install_tasks  # noqa: E402
from xtalflow.faults import POINTS  # noqa: E402

OFTEN = {"replay.line": 12, "runner.started": 3, "glean.file": 3, "glean.collected": 3}
"""How often some points are passed in one run; the others once."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, default=Path("kills.jsonl"))
    arguments = parser.parse_args()
    done = [json.loads(line) for line in arguments.state.read_text().splitlines()] if arguments.state.exists() else []
    draw = random.Random(arguments.seed)
    plan = []
    for number in range(arguments.kills):  # every point in turn, so that none is left out
        point = POINTS[number % len(POINTS)]
        by_worker = point.startswith("supervisor.") and draw.random() < 0.5
        plan.append((point, draw.randint(1, OFTEN.get(point, 1)), by_worker))
    with tempfile.TemporaryDirectory() as base:
        site = Path(base, "site")
        site.mkdir()
        install_tasks(site)
        environment = {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}
        trial = KillTrial(Path(base, "home"), site, environment)
        for number, (point, passes, by_worker) in enumerate(plan[len(done) :], len(done) + 1):
            outcome = trial.kill_at(point, f"kill{arguments.seed}-{number}", passes, by_worker=by_worker)
            row = {"point": point, "passes": passes, "status": outcome.status, "killed": outcome.killed}
            done.append(row | {"problems": outcome.problems})
            with arguments.state.open("a") as state:
                state.write(json.dumps(done[-1]) + "\n")
            for problem in outcome.problems:
                print(f"kill {number} at {point}:{passes}: {problem}", file=sys.stderr)
    print_table(done)
    return 1 if any(row["problems"] for row in done) else 0


def print_table(done: list[dict[str, Any]]) -> None:
    """A row for each point: kills, how the jobs ended, and what was not in order."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in done:
        rows[row["point"]].append(row)
    print("| killed at | kills | finished | failed | interrupted | not in order |")
    print("|---|---|---|---|---|---|")
    for point in POINTS:
        of_point = rows[point]
        ends = [sum(row["status"] == end for row in of_point) for end in ("finished", "failed", "interrupted")]
        wrong = sum(bool(row["problems"]) for row in of_point)
        print(f"| {point} | {sum(row['killed'] for row in of_point)} | {' | '.join(map(str, ends))} | {wrong} |")
    print(f"| all | {sum(row['killed'] for row in done)} | | | | {sum(bool(row['problems']) for row in done)} |")


if __name__ == "__main__":
    sys.exit(main())
