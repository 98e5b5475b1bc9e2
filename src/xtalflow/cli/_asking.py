"""Asks before something goes."""

from __future__ import annotations

import argparse
import sys

from xtalflow.errors import InvalidInput


def can_ask(arguments: argparse.Namespace) -> bool:
    """Whether a person reads what is printed and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json


def agreed(arguments: argparse.Namespace, question: str) -> bool:
    """Whether the user said yes, before with --yes or now.

    Raises
    ------
    InvalidInput
        Nobody can be asked.
    """
    if arguments.yes:
        return True
    if not can_ask(arguments):
        raise InvalidInput(f"{question} There is nobody to ask here: say --yes; nothing was changed")
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False
