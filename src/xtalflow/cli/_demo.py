"""``xtalflow demo``: make a synthetic crystal, solve the whole pipeline on it, show the result."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

from xtalflow.figures import duration, figure, heading

from ._exit import FINISHED, UNSATISFACTORY
from ._parser import SubParsers, add_command

_SHOWN = (
    *("R1Factor", "R1Free", "RFactor", "RFree", "RMSBond", "RMSAngle"),
    *("nWatersAdded", "percentFree", "wilsonB", "ramaFavoured", "clashscore"),
)
"""Indicators in the table of stages."""


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "demo",
        _demo,
        summary="make a synthetic crystal, solve the whole pipeline on it, show the result",
        description="Make a synthetic crystal, solve the whole pipeline on it, show the result. Nothing is downloaded, "
        "and your own projects are not touched.",
    )
    parser.add_argument("--home", metavar="DIR", help="folder for it; `demo` in your own home by default")


def _demo(arguments: argparse.Namespace) -> int:
    import asyncio

    from xtalflow.plugin import make_task
    from xtalflow.services import (
        DEMO_PROJECT,
        DEMO_TASK,
        JobOptions,
        compare_with_truth,
        enter_demo_home,
        find_or_make_project,
        give_parameters,
        load_settings,
        new_job,
        prepare_demonstration,
    )

    from ._output import print_json
    from ._result import print_warnings
    from ._run import CLIENT, exit_code, tell_failure, watch_run

    home = Path(arguments.home).expanduser().absolute() if arguments.home else load_settings().home / "demo"
    before = os.environ.get("XTALFLOW_HOME", "")
    had_database = bool(os.environ.get("DATABASE_URL"))
    enter_demo_home(home)
    demonstration = asyncio.run(prepare_demonstration(home))
    if not arguments.json:
        crystal = demonstration.crystal
        print(f"a synthetic crystal is in {home / 'crystal'}: {crystal.reflections} reflections to {crystal.d_min} Å,")
        print(f"{crystal.flagged} of them with a free flag, and a shaken model without waters")
    load_settings()
    plugin = make_task(DEMO_TASK)
    give_parameters(plugin, demonstration.words, Path.cwd())
    home_project = partial(find_or_make_project, DEMO_PROJECT, Path.cwd(), client=CLIENT)
    job = watch_run(home_project, new_job(plugin, JobOptions(title="Demo")), quiet=arguments.json)
    if job["status"] != "finished":
        if arguments.json:
            print_json(job)
        tell_failure(job)
        return exit_code(job)
    truth = asyncio.run(compare_with_truth(demonstration, job))
    if arguments.json:
        print_json(job | {"truth": truth, "home": str(home)})
    else:
        _print_outcome(job, truth)
        print_warnings(job)
        _print_next(job, home, before=before, had_database=had_database)
    return FINISHED if truth["recovered"] else UNSATISFACTORY


def _print_outcome(job: dict[str, Any], truth: dict[str, Any]) -> None:
    """Stages with their figures, and how near the model came to the truth."""
    from ._output import print_table
    from ._tables import Column, Columns

    rows = [
        (child["number"], child["title"], child["status"], duration(child["duration_s"]), _figures(child["kpis"]))
        for child in job["children"]
    ]
    columns: Columns = [
        "Job",
        Column("Stage", wraps=True),
        Column("Status", status=True),
        Column("Took", right=True),
        Column("Figures", wraps=True),
    ]
    print_table(columns, rows, "Stages")
    start, refined = truth["start"], truth["refined"]
    rows_truth = [
        ("protein, r.m.s. (Å)", figure(start["protein_rmsd"]), figure(refined["protein_rmsd"])),
        ("protein, largest (Å)", figure(start["protein_max"]), figure(refined["protein_max"])),
        (f"waters found, of {refined['waters_true']}", str(start["waters_found"]), str(refined["waters_found"])),
        ("waters placed", str(start["waters_placed"]), str(refined["waters_placed"])),
    ]
    columns = ["Distance from the truth", Column("Start", right=True), Column("Refined", right=True)]
    print_table(columns, rows_truth)
    verdict = "The pipeline found the truth" if truth["recovered"] else "The refined model is not the true one"
    print(f"{verdict}: {refined['protein_rmsd']:.3f} Å r.m.s. from it, {duration(job['duration_s'])} of work.")


def _figures(kpis: dict[str, Any]) -> str:
    return ", ".join(f"{heading(key)} {figure(kpis[key], key)}" for key in _SHOWN if key in kpis)


def _print_next(job: dict[str, Any], home: Path, *, before: str, had_database: bool) -> None:
    """Commands to go on with; `before` is the home that was set."""
    name = shlex.quote(f"{job['project']}/{job['number']}")
    print("\nWhat to type next:")
    leave = f"export XTALFLOW_HOME={shlex.quote(before)}" if before else "unset XTALFLOW_HOME"
    lines = [f"export XTALFLOW_HOME={shlex.quote(str(home))}    # the demo's own home; `{leave}` leaves it"]
    own = Path(sys.executable).parent
    if shutil.which("xtalflow") is None and (own / "xtalflow").exists():
        lines.insert(0, f"export PATH={shlex.quote(str(own))}:$PATH    # where xtalflow is")
    if had_database:
        lines.append("unset DATABASE_URL")
    last = next(child for child in reversed(job["children"]) if child["task"] == "servalcat_refine")
    lines += [
        f"xtalflow show {name}",
        f"xtalflow graph {name}",
        f"xtalflow kpis {name}",
        f"xtalflow log {shlex.quote(job['project'] + '/' + last['number'])}",
        "xtalflow tasks refine_pipeline",
        "xtalflow serve    # the same in a browser, until Ctrl-C",
    ]
    for line in lines:
        print(f"  {line}")
