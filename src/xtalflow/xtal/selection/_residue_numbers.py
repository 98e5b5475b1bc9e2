"""Reads the residues of a coordinate ID: ``10-20.A,30(ALA,GLY)``."""

from __future__ import annotations

import re

from ._scanner import NAME, Scanner
from ._tree import Names, Numbers, SequenceNumber, Span

_WHOLE = re.compile(r"-?\d{1,9}(?!\d)")


def read_residues(scanner: Scanner) -> tuple[Numbers | None, Names | None]:
    """Numbers, and names that hold for all of them: ``10-20.A,30(ALA,GLY)``, ``33(SER).B`` or ``5(ALA)-9``."""
    start = scanner.position
    excluded = bool(scanner.accept("!"))
    if excluded and scanner.is_next("("):
        scanner.fail("the ! inside of the brackets, as in (!HOH)", start)
    first = None if scanner.is_next("(") else _sequence_number(scanner)
    if scanner.is_next("("):
        names = _residue_names(scanner)
        spans = [_after_names(scanner, first)]
    else:
        spans = [_span(scanner, first, start)]
        while scanner.accept(","):
            scanner.skip()
            item = scanner.position
            spans.append(_span(scanner, _sequence_number(scanner), item))
        names = _residue_names(scanner) if scanner.is_next("(") else None
    numbers = tuple(span for span in spans if span is not None)
    if len(numbers) == len(spans):
        return Numbers(numbers, excluded), names
    if excluded:
        scanner.fail("a residue number after !, not *", start)
    return None, names


def _residue_names(scanner: Scanner) -> Names | None:
    scanner.expect("(")
    names = scanner.names(NAME, "the name of a residue")
    scanner.expect(")", " after names of residues")
    return names


def _after_names(scanner: Scanner, first: SequenceNumber | None) -> Span | None:
    """What may follow the brackets in ``33(SER).B``, ``(SER).*`` and ``5(ALA)-9``."""
    start = scanner.position
    if scanner.here == "*":
        scanner.position += 1
    elif scanner.here == ".":
        code = _code(scanner)
        if first is not None and first.code:
            scanner.fail("one insertion code", start)
        number = None if first is None else first.number
        first = None if number is None and code is None else SequenceNumber(number, code)
    if first is not None and first.number is not None:
        return _span(scanner, first, start)
    return None if first is None else Span(first, first)


def _span(scanner: Scanner, first: SequenceNumber | None, start: int) -> Span | None:
    """One residue, or the range that begins with it; None for all."""
    if not scanner.accept("-"):
        return None if first is None else Span(first, first)
    last = _sequence_number(scanner) if scanner.goes_on() and scanner.here not in "/,(;" else None
    if any(end is not None and end.number is None for end in (first, last)):
        scanner.fail("a range from number to number", start)
    if first is not None and last is not None and _is_before(last, first):
        scanner.fail(f"a range that does not end before it begins ({first} comes after {last})", start)
    return None if first is None and last is None else Span(first, last)


def _sequence_number(scanner: Scanner) -> SequenceNumber | None:
    """``10``, ``10.A``, ``10A``, ``10.*``, ``*.A``; None for ``*``."""
    scanner.skip()
    start, number = scanner.position, scanner.match(_WHOLE)
    code: str | None = "" if number else None
    if number is None and scanner.here == "*":
        scanner.position += 1
    elif number is None and scanner.here != ".":
        if scanner.here.isdigit() or scanner.here == "-":
            scanner.fail("a residue number of at most nine digits", start)
        scanner.fail("a residue number, names in (), or * (atoms are behind one / more, as in A//CA)", start)
    if scanner.here == "." or (number is not None and scanner.here.isalpha()):
        code = _code(scanner)
    if number is None:
        return None if code is None else SequenceNumber(None, code)
    return SequenceNumber(int(number[0]), code)


def _code(scanner: Scanner) -> str | None:
    """An insertion code, after a dot that may be left out; None for any."""
    if scanner.here == ".":
        scanner.position += 1
    code = scanner.here
    if code == "*" or (code.isascii() and code.isalpha()):
        scanner.position += 1
        return None if code == "*" else code
    return ""


def _is_before(one: SequenceNumber, other: SequenceNumber) -> bool:
    if one.number != other.number or one.code is None or other.code is None:
        return (one.number or 0) < (other.number or 0)
    return one.code < other.code
