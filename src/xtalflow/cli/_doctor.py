"""``xtalflow doctor``: what is found, what is missing, what to do."""

from __future__ import annotations

import argparse

from ._parser import SubParsers, add_command

_WORDS = {"good": "ok", "absent": "—", "wrong": "WRONG"}


def add(commands: SubParsers) -> None:
    """Add the command."""
    add_command(
        commands,
        "doctor",
        _doctor,
        summary="programs, monomer library, database, executors: what is found, what is missing, what to do",
    )


def _doctor(arguments: argparse.Namespace) -> int:
    import asyncio

    from xtalflow.services import examine_installation, load_settings

    from ._output import print_json, print_table
    from ._tables import Column

    examination = asyncio.run(examine_installation(load_settings()))
    if arguments.json:
        print_json(examination.document())
        return 0 if examination.is_well else 1
    rows = [(one.subject, one.name, _WORDS[one.state.value], one.found) for one in examination.diagnoses]
    print_table(["", "", "", Column("Found", wraps=True)], rows)
    settings = [(one.name, one.value, one.source) for one in examination.settings]
    print_table(["Setting", Column("Value", path=True), "From"], settings)
    for one in examination.diagnoses:
        if one.advice:
            print(f"{one.subject} {one.name}: {one.advice}")
    return 0 if examination.is_well else 1
