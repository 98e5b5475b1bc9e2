"""Files of aligned sequences, told apart by what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..content import printable, read_text
from ._alignment import Alignment
from ._alignment_formats import (
    Lines,
    Misfit,
    Parsed,
    Row,
    read_clustal,
    read_fasta,
    read_msf,
    read_phylip,
    read_stockholm,
)
from ._sequences import PIR_HEADER, split_header, wrapped

FORMATS: Mapping[str, Callable[[Lines], Parsed]] = {
    "Clustal": read_clustal,
    "MSF": read_msf,
    "PHYLIP": read_phylip,
    "Stockholm": read_stockholm,
    "FASTA": read_fasta,
    "PIR": read_fasta,
}
_WANTED = f"an alignment in {', '.join(list(FORMATS)[:-1])} or PIR"
_CLUSTAL = re.compile(r"(CLUSTAL|MUSCLE|PROBCONS|MSAPROBS|T-COFFEE|Kalign)\b", re.IGNORECASE)
_MSF = re.compile(r"^.*\bMSF:\s*\d+.*\.\.\s*$", re.MULTILINE)
_PHYLIP = re.compile(r"\s*\d+\s+\d+\s*$")
_CLUSTAL_WIDTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentFile:
    """An alignment and the format of the file that it was read from, one of `FORMATS`."""

    alignment: Alignment
    format: str


def read_alignment(path: Path) -> AlignmentFile:
    """Read aligned sequences; the content tells the format, not the name.

    Clustal, MSF, PHYLIP (interleaved or sequential, strict or relaxed), Stockholm, and FASTA or PIR whose records
    are of one length. Gaps become ``-``; letters become upper case.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text.
    UnsuitableContent
        Another kind of file; with its line: rows of unequal length, a name that comes twice, a character that is
        neither residue nor gap, a block without one of the rows; fewer than two rows.
    """
    lines = read_text(path, _WANTED).splitlines()
    name = _format_of(lines)
    if not name:
        raise UnsuitableContent(path, f"this is not {_WANTED}")
    try:
        parsed = FORMATS[name](lines)
        _check_rows(parsed.rows)
    except Misfit as exc:
        raise UnsuitableContent(path, str(exc)) from exc
    alignment = Alignment(
        names=tuple(row.name for row in parsed.rows),
        rows=tuple(row.text for row in parsed.rows),
        identifier=parsed.identifier,
    )
    return AlignmentFile(alignment=alignment, format=name)


def _format_of(lines: Lines) -> str:
    first = next((line for line in lines if line.strip()), "")
    if _CLUSTAL.match(first):
        return "Clustal"
    if first.startswith("# STOCKHOLM"):
        return "Stockholm"
    if first.startswith((">", ";")):
        header = next((line for line in lines if line.startswith(">")), "")
        return "" if not header else "PIR" if PIR_HEADER.fullmatch(header.strip()) else "FASTA"
    if _PHYLIP.match(first):
        return "PHYLIP"
    return "MSF" if any(_MSF.match(line) for line in lines) else ""


def _check_rows(rows: list[Row]) -> None:
    if len(rows) < 2:
        raise Misfit(0, f"an alignment has two rows or more, and this has {len(rows)}")
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            raise Misfit(row.line, f"the name {row.name!r} comes twice")
        seen.add(row.name)
        if printable(row.name) != row.name:
            raise Misfit(row.line, f"the name {row.name!r} has characters that cannot be shown")
        if not row.text.strip("-"):
            raise Misfit(row.line, f"the row {row.name!r} has no residues")
        if row.length != rows[0].length:
            reason = f"{row.name!r} has {row.length} columns, and {rows[0].name!r} has {rows[0].length}"
            raise Misfit(row.line, f"{reason}; aligned sequences are of one length")


def write_alignment(alignment: Alignment, path: Path) -> None:
    """Write an alignment as Clustal if the file is called so (``.aln``), else as FASTA; `read_alignment` gives it back.

    Raises
    ------
    InvalidInput
        A name that the format cannot hold, a row without residues, or fewer than two rows.
    """
    if len(alignment.rows) < 2:
        raise InvalidInput(f"{path}: an alignment has two rows or more")
    for name, row in zip(alignment.names, alignment.rows, strict=True):
        if split_header(f">{name}") != (None, name, "") or not name or len(name.split()) != 1:
            raise InvalidInput(f"{path}: {name!r} cannot be the name of a row: it must be one word")
        if not row.strip("-"):
            raise InvalidInput(f"{path}: the row {name!r} has no residues")
    text = _clustal(alignment) if path.suffix.lower() == ".aln" else _fasta(alignment)
    path.write_text(text, encoding="utf-8")


def _fasta(alignment: Alignment) -> str:
    rows = zip(alignment.names, alignment.rows, strict=True)
    return "".join(f">{name}\n{wrapped(row)}\n" for name, row in rows)


def _clustal(alignment: Alignment) -> str:
    width = max(len(name) for name in alignment.names) + 4
    lines = ["CLUSTAL multiple sequence alignment", ""]
    for start in range(0, alignment.columns, _CLUSTAL_WIDTH):
        stop = start + _CLUSTAL_WIDTH
        lines.append("")
        for name, row in zip(alignment.names, alignment.rows, strict=True):
            lines.append(f"{name.ljust(width)}{row[start:stop]}")
    return "\n".join(lines) + "\n"
