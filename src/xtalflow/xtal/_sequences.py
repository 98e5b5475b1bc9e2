"""Sequences of polymers: FASTA, PIR and plain text, and the comparison of a model with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._content import binary_kind, looks_like_cif, read_content

_PIR_HEADER = re.compile(r">(P1|F1|DL|DC|RL|RC|N1|N3|XX|D1|R1);(.*)")
_PIR_TYPES = {"DL": "DNA", "DC": "DNA", "D1": "DNA", "RL": "RNA", "RC": "RNA", "R1": "RNA"}
_PDB_RECORDS = ("HEADER", "CRYST1", "ATOM  ", "HETATM", "REMARK", "SEQRES")


class PolymerKind(StrEnum):
    """What the letters of a sequence stand for, in the words of CCP4i2's `polymerType`."""

    PROTEIN = "PROTEIN"
    RNA = "RNA"
    DNA = "DNA"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceRecord:
    """One sequence: its name, one-letter codes in upper case, and the kind of polymer."""

    name: str
    sequence: str
    kind: PolymerKind


def read_sequences(path: Path) -> list[SequenceRecord]:
    """Read the sequences of a FASTA or PIR file, or of plain text without a header, plain or gzipped.

    PIR is known by its header (``>P1;name``): the line after it is a title, which may be blank, and ``*`` ends
    the sequence. In FASTA a final ``*`` is the translated stop codon and is dropped.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text.
    UnsuitableContent
        A header without residues, a character that stands for no residue (with its line), not a sequence file.
    """
    content = read_content(path)
    kind = binary_kind(content)
    if kind is not None:
        raise UnsuitableContent(path, f"this is {kind}, not a sequence")
    if looks_like_cif(content):
        raise UnsuitableContent(path, "this is a CIF file, not a sequence in FASTA, PIR or plain letters")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise UnreadableFile(path, "it has characters that are not UTF-8, so it is no sequence file") from exc
    if any(line.startswith(_PDB_RECORDS) for line in lines):
        raise UnsuitableContent(path, "this is a PDB file, not a sequence in FASTA, PIR or plain letters")
    if next(line for line in lines if line.strip()).lstrip().startswith("<"):
        raise UnsuitableContent(path, "this is XML, not a sequence in FASTA, PIR or plain letters")
    return _Parser(path).parse(lines)


class _Parser:
    """Goes through the lines once; one record is open at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[SequenceRecord] = []
        self.name = path.stem
        self.code: str | None = None
        self.letters: list[str] = []
        self.open = False
        self.ended = False

    def parse(self, lines: Sequence[str]) -> list[SequenceRecord]:
        skip_title = False
        for number, line in enumerate(lines, start=1):
            if skip_title:
                skip_title = False
            elif line.startswith(">"):
                self._close()
                skip_title = self._open(line)
            elif line.strip() and not line.startswith(";"):
                self._take(number, line)
        self._close()
        return self.records

    def _open(self, header: str) -> bool:
        """Start a record; say whether a title line follows."""
        pir = _PIR_HEADER.fullmatch(header.strip())
        words = header[1:].split()
        self.code, self.name = (pir[1], pir[2].strip()) if pir else (None, words[0] if words else "")
        self.name = self.name or f"sequence {len(self.records) + 1}"
        self.letters, self.open, self.ended = [], True, False
        return pir is not None

    def _take(self, number: int, line: str) -> None:
        self.open = True
        for letter in "".join(line.split()):
            if self.ended:
                raise UnsuitableContent(self.path, f"line {number}: {letter!r} follows the '*' that ends the sequence")
            if letter == "*":
                self.ended = True
            elif letter.isascii() and letter.isalpha():
                self.letters.append(letter.upper())
            else:
                raise UnsuitableContent(self.path, f"line {number}: {letter!r} stands for no residue")

    def _close(self) -> None:
        if not self.open:
            return
        if not self.letters:
            raise UnsuitableContent(self.path, f"the sequence {self.name!r} has a header but no residues")
        sequence = "".join(self.letters)
        kind = PolymerKind(_PIR_TYPES[self.code]) if self.code in _PIR_TYPES else guess_polymer_kind(sequence)
        self.records.append(SequenceRecord(name=self.name, sequence=sequence, kind=kind))


def guess_polymer_kind(sequence: str) -> PolymerKind:
    """Protein, unless every letter is a base: with U it is RNA, else DNA; under four letters it is protein."""
    letters = set(sequence.upper())
    if len(sequence) < 4 or not letters <= set("ACGTUNX") or not letters & set("ACGTU"):
        return PolymerKind.PROTEIN
    if "U" in letters:
        return PolymerKind.RNA if "T" not in letters else PolymerKind.PROTEIN
    return PolymerKind.DNA
