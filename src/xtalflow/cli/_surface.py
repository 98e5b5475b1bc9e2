"""All commands in one parser."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from xtalflow import __version__

from . import (
    _accounts,
    _check,
    _clone,
    _completion,
    _db,
    _delete,
    _demo,
    _disk,
    _doctor,
    _export,
    _graph,
    _i2run,
    _import,
    _lists,
    _open,
    _params,
    _projects,
    _purge,
    _queue,
    _recover,
    _restart,
    _run,
    _serve,
    _show,
    _tasks,
)
from ._parser import Parser


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(
        prog="xtalflow",
        description="Run crystallographic tasks and remember everything about them.",
        epilog="Exit codes: 0 finished, 1 failed, 2 the request was wrong (nothing was made), 3 unsatisfactory, "
        "130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"xtalflow {__version__}")
    parser.set_defaults(surface=parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for module in (
        _run,
        _queue,
        _i2run,
        _serve,
        _open,
        _clone,
        _restart,
        _tasks,
        _params,
        _projects,
        _lists,
        _show,
        _graph,
        _check,
        _recover,
        _import,
        _export,
        _delete,
        _disk,
        _purge,
        _db,
        _accounts,
        _doctor,
        _demo,
        _completion,
    ):
        module.add(commands)
    return parser


def words_of(argv: Sequence[str] | None) -> list[str]:
    """The words of the command line."""
    return list(sys.argv[1:] if argv is None else argv)
