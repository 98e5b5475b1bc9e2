"""``xtalflow params``: what a parameter file of CCP4i2 or of a job says."""

from __future__ import annotations

import argparse
from collections.abc import Container
from pathlib import Path
from typing import Any

from ._parser import SubParsers, add_command

_LONGEST = 100
_HEADER = {
    "project_name": "project",
    "job_number": "job",
    "job_title": "title",
    "comment": "comment",
    "user": "user",
    "host": "host",
    "created": "written",
    "program": "by",
}


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "params",
        _show_params,
        summary="show a parameter file: what was given, and what its task does not have",
        description="Show a parameter file (params.xml, input_params.xml): what was given, and what its task does not\n"
        "have. With --json: every object of the task's tree in order, with its value and state.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--definition",
        metavar="FILE",
        type=Path,
        help="the definition of its task (*.def.xml); left out, the task of this name that is installed",
    )


def _show_params(arguments: argparse.Namespace) -> int:
    from xtalflow.services import params_tree

    from ._exit import say
    from ._output import print_json

    document = params_tree(arguments.file, arguments.definition)
    if document["task"] != document["definition"]:
        say(f"{arguments.file} is of the task {document['task']!r}, the definition of {document['definition']!r}")
    if arguments.json:
        print_json(document)
    else:
        _print(document)
    return 0


def _print(document: dict[str, Any]) -> None:
    print(document["task"])
    for name, word in _HEADER.items():
        if name in document["header"]:
            print(f"{word} {document['header'][name]}")
    _print_given(document["parameters"])
    refused = [one for one in document["unknown"] if one["refusal"]]
    unknown = [one for one in document["unknown"] if not one["refusal"]]
    _print_kept("Refused, and kept as written:", [one["refusal"] for one in refused])
    _print_kept("Not in the definition, and kept:", [f"{one['path']}: {_shortened(one['xml'])}" for one in unknown])


def _print_kept(heading: str, texts: list[str]) -> None:
    from ._output import print_text

    if texts:
        print(f"\n{heading}")
    for text in texts:
        print_text(f"- {text}", indent=2)


def _shortened(xml: str) -> str:
    text = " ".join(xml.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _print_given(parameters: list[dict[str, Any]]) -> None:
    from ._output import print_table
    from ._tables import Column

    columns = [Column("Parameter", wraps=True), Column("Class", wraps=True), Column("Value", wraps=True)]
    sections: dict[str, list[tuple[str, str, str]]] = {}
    valued = {one["path"] for one in parameters if one["value"] is not None}
    for one in parameters:
        section, _, name = one["path"].partition(".")
        if one["state"] == "explicitly_set" and one["value"] is not None and not _says_where(one["path"], valued):
            value = '""' if one["value"] == "" else str(one["value"])
            sections.setdefault(section, []).append((name or section, one["class"], value))
    for section, rows in sections.items():
        print_table(columns, rows, section)
    if not sections:
        print("no parameter is given")


def _says_where(path: str, valued: Container[str]) -> bool:
    """Whether a parameter is part of where a file is, which stands in the row of the file itself.

    Of what has parts, only files have a value.
    """
    owner, _, part = path.rpartition(".")
    return owner in valued and part in ("project", "relPath", "baseName", "dbFileId")
