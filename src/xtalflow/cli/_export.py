"""``xtalflow export``: jobs in forms that others read."""

from __future__ import annotations

import argparse

from xtalflow.errors import InvalidInput

from . import _export_crate, _export_mmcif
from ._parser import SubParsers, add_command, add_commands_below


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(commands, "export", _export, summary="write jobs in a form that others read", json=False)
    below = add_commands_below(parser)
    for module in (_export_crate, _export_mmcif):
        module.add(below)


def _export(_: argparse.Namespace) -> int:
    raise InvalidInput("export what? see xtalflow export --help")
