"""Asks before something goes."""

from __future__ import annotations

import argparse
import sys

from xtalflow.errors import InvalidInput


def can_ask(arguments: argparse.Namespace) -> bool:
    """Whether a person reads what is printed and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json


def agreed(arguments: argparse.Namespace, what: str) -> bool:
    """Whether the user said yes, before with --yes or now, to what is about to be done: ``move job 3 to the trash``.

    Raises
    ------
    InvalidInput
        Nobody can be asked.
    """
    if arguments.yes:
        return True
    if not can_ask(arguments):
        raise InvalidInput(f"nobody can be asked here whether to {what}: say --yes; nothing was changed")
    try:
        answer = input(f"{what[0].upper()}{what[1:]}? [y/N] ")
    except EOFError:
        print()
        return False
    return answer.strip().lower() in {"y", "yes"}
