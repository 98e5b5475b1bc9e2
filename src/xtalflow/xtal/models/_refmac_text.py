"""Text files of refmac: keywords, restraints from outside the dictionaries, and TLS groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import is_number, printable, read_text

_WORDS = """
MAKE REFI WEIG NCYC SCAL SCPA SOLV LABI LABO MONI MAPC NCSR NCSC RIGI TLSC TLSD TLSO BFAC BLIM EXTE
RIDG TWIN OCCU PHAS ANOM FORM SHEL SPHE SPHS FREE BINS RESO SYMM CELL CHIR PLAN ANGL DIST TORS VAND
VDWR HOLD TEMP RBON DAMP HBON PDBO PNAM DNAM RSIZ KEEP USEC NONX SOUR HYDR LINK END GO STOP MODE
INTE JELL LOCA NOHA PRIV SAVE HARV KINK
"""
KEYWORDS = frozenset(_WORDS.split())
"""Keywords of refmac by their first four letters, which are what counts."""

_KEYWORD_FILE = "a file of refmac's keywords"
_RESTRAINTS_FILE = "a file of external restraints"
_TLS_FILE = "a file of TLS groups"
_KINDS = {
    "DIST": "distance",
    "ANGL": "angle",
    "TORS": "torsion",
    "CHIR": "chirality",
    "PLAN": "plane",
    "INTE": "interval",
    "STAC": "stacking",
    "HARM": "harmonic",
    "SPEC": "special position",
}
_SIZES = {"ORIG": 3, "T": 6, "L": 6, "S": 8}
"""How many numbers the parts of a TLS group have; S has no trace of its own."""
_RESIDUE = re.compile(r"\s*(\S*?)\s*(-?\d{1,6})([A-Za-z]?)\.?\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, with the line where it begins; `keyword` is its first four letters in upper case."""

    line: int
    text: str

    @property
    def keyword(self) -> str:
        return self.text.split()[0][:4].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsGroup:
    """A TLS group.

    Attributes
    ----------
    ranges
        First and last residue of each stretch, such as ``("A 1", "A 96")``.
    has_tensors
        Whether T, L and S are all given.
    """

    name: str
    ranges: tuple[tuple[str, str], ...]
    has_tensors: bool


def read_keywords(path: Path) -> dict[str, int]:
    """How often each keyword comes in a file of refmac's keywords, by its first four letters.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text.
    UnsuitableContent
        None of its lines begins with a keyword of refmac, or one does not begin with a word.
    """
    counts = Counter(statement.keyword for statement in _statements(path, _KEYWORD_FILE))
    if not KEYWORDS & set(counts):
        raise UnsuitableContent(path, f"this is not {_KEYWORD_FILE}: no line begins with one")
    return dict(counts)


def read_external_restraints(path: Path) -> Mapping[str, int]:
    """How many external restraints of each kind there are, such as ``distance``; ``settings`` are the other lines.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text; a restraint whose value or sigma is no number (with its line).
    UnsuitableContent
        No line begins with ``EXTERNAL``.
    """
    counts: Counter[str] = Counter()
    external = False
    for statement in _statements(path, _RESTRAINTS_FILE):
        words = statement.text.split()
        external |= statement.keyword == "EXTE"
        kind = _KINDS.get(words[1][:4].upper()) if statement.keyword == "EXTE" and len(words) > 1 else None
        if kind is not None:
            _check_restraint(path, statement, words)
        counts[kind or "settings"] += 1
    if not external:
        raise UnsuitableContent(path, f"this is not {_RESTRAINTS_FILE}: no line begins with EXTERNAL")
    return dict(counts)


def _check_restraint(path: Path, statement: Statement, words: list[str]) -> None:
    for place, word in enumerate(words):
        if word[:4].lower() in ("valu", "sigm") and not (place + 1 < len(words) and is_number(words[place + 1])):
            raise UnreadableFile(path, f"line {statement.line}: after {word!r} there is no number")


def read_tls_groups(path: Path) -> list[TlsGroup]:
    """The TLS groups of a file that refmac reads and writes.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text; a range or a tensor that is broken (with its line).
    UnsuitableContent
        No TLS group; a line that does not belong into such a file.
    """
    groups: list[TlsGroup] = []
    name, ranges, parts = "", list[tuple[str, str]](), set[str]()
    begun = False
    for statement in _statements(path, _TLS_FILE):
        words, keyword = statement.text.split(), statement.keyword
        if keyword == "TLS":
            if begun:
                groups.append(_group(name, ranges, parts))
            name, ranges, parts, begun = printable(statement.text[3:]), [], set(), True
        elif keyword == "REFM" and not begun:
            continue
        elif not begun or keyword not in ("RANG", *_SIZES):
            reason = f"line {statement.line}: {words[0]!r} does not belong into {_TLS_FILE}"
            raise UnsuitableContent(path, reason)
        elif keyword == "RANG":
            ranges.append(_range(path, statement))
        else:
            if len(words) != 1 + _SIZES[keyword] or not all(is_number(word) for word in words[1:]):
                raise UnreadableFile(path, f"line {statement.line}: {keyword} has {_SIZES[keyword]} numbers")
            parts.add(keyword)
    if begun:
        groups.append(_group(name, ranges, parts))
    if not groups:
        raise UnsuitableContent(path, f"this is not {_TLS_FILE}: no line begins with TLS")
    return groups


def _group(name: str, ranges: list[tuple[str, str]], parts: set[str]) -> TlsGroup:
    return TlsGroup(name=name, ranges=tuple(ranges), has_tensors={"T", "L", "S"} <= parts)


def _range(path: Path, statement: Statement) -> tuple[str, str]:
    """The ends of a range, which are quoted: ``RANGE 'A   1.' 'A  96.' ALL``."""
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", statement.text)
    ends = [_RESIDUE.match(one or other) for one, other in quoted[:2]]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise UnreadableFile(path, f"line {statement.line}: a range has two quoted residues, such as 'A   1.' 'A  96.'")
    first, last = (f"{end[1]} {end[2]}{end[3]}".strip() for end in ends if end is not None)
    return first, last


def _statements(path: Path, wanted: str) -> Iterator[Statement]:
    """The statements of a file without comments; one that ends with ``-`` or ``&`` goes on in the next line."""
    text, begin = "", 0
    for number, line in enumerate(read_text(path, wanted).splitlines(), start=1):
        words = re.split(r"[#!]", line, maxsplit=1)[0].strip()
        if not text:
            begin = number
        if words.endswith((" -", " &")):
            text += words[:-1]
            continue
        text += words
        if text.strip():
            if not re.match(r"[A-Za-z@]", text):
                raise UnsuitableContent(path, f"this is not {wanted}: line {begin} does not begin with a word")
            yield Statement(begin, printable(text))
        text = ""
    if text.strip():
        raise UnreadableFile(path, f"line {begin}: the statement goes on, and the file ends")
