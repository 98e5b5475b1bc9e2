"""Parsers that say what is wrong as a sentence; nothing here is heavy, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from ._exit import REQUEST_WRONG

Command = Callable[[argparse.Namespace], int]
SubParsers: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """Says what is wrong as a sentence, and takes options between and after parameters.

    ``run TASK -p PROJECT A=1 --json B=2`` is one list of parameters, which argparse alone would tear apart.
    """

    mixed = False
    _busy = False

    def error(self, message: str) -> NoReturn:
        sentence = message.replace("the following arguments are required:", "missing:")
        self.exit(REQUEST_WRONG, f"xtalflow: {sentence}; see {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if isinstance(action.choices, dict) and value not in action.choices:
            close = difflib.get_close_matches(str(value), action.choices)
            hint = f"; did you mean {' or '.join(close)}" if close else ""
            raise argparse.ArgumentError(None, f"there is no command {value!r}{hint}")
        super()._check_value(action, value)

    def parse_known_args(  # type: ignore[override]  # the overloads of its stub differ in the default of the namespace only
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if not self.mixed or self._busy:
            return super().parse_known_args(args, namespace)
        self._busy = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._busy = False


def add_command(
    commands: SubParsers,
    name: str,
    run: Command,
    *,
    summary: str,
    description: str = "",
    mixed: bool = False,
    json: bool = True,
    below: bool = False,
) -> Parser:
    """Add a command that ends with the exit code that `run` returns; `below` is for one that belongs to another."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=description or f"{summary[0].upper()}{summary[1:]}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.mixed = mixed
    parser.set_defaults(run=run)
    if json:
        parser.add_argument(
            "--json",
            action="store_true",
            help="print JSON and nothing else",
            default=argparse.SUPPRESS if below else False,  # what stands before it counts too
        )
    return parser


def add_commands_below(parser: Parser) -> SubParsers:
    """Let a command have commands of its own, which may be left out."""
    return parser.add_subparsers(metavar="COMMAND", parser_class=Parser)


def add_project_option(parser: Parser, help_text: str, *, below: bool = False) -> None:
    """Add ``-p PROJECT``."""
    default = argparse.SUPPRESS if below else None
    parser.add_argument("-p", "--project", metavar="PROJECT", help=help_text, default=default)


def add_yes_option(parser: Parser) -> None:
    """Add ``--yes``."""
    parser.add_argument("-y", "--yes", action="store_true", help="do it without asking")


def add_job_argument(parser: Parser, *, optional: bool = False) -> None:
    """Add the argument JOB."""
    parser.add_argument(
        "job",
        metavar="JOB",
        nargs="?" if optional else None,
        help="PROJECT/3.1, or 3.1 inside a project's folder, or a uuid",
    )
