"""``xtalflow export``: projects and jobs in forms that others read."""

from __future__ import annotations

import argparse

from . import _export_archive, _export_crate, _export_mmcif
from ._parser import SubParsers, add_command, add_commands_below


def add(commands: SubParsers) -> None:
    """Add the command with those below it."""
    parser = add_command(
        commands, "export", _none, summary="write projects and jobs in forms that others read", json=False
    )
    parser.set_defaults(parser=parser)
    below = add_commands_below(parser)
    for module in (_export_archive, _export_crate, _export_mmcif):
        module.add(below)


def _none(arguments: argparse.Namespace) -> int:
    arguments.parser.error("say what to export: archive, crate or mmcif")
    raise AssertionError("the parser has ended this")
