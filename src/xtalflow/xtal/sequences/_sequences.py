"""Sequences of polymers: FASTA, PIR and plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..content import printable, read_text

PIR_HEADER = re.compile(r">(P1|F1|DL|DC|RL|RC|N1|N3|XX|D1|R1);(.*)")
PIR_TYPES = {"DL": "DNA", "DC": "DNA", "D1": "DNA", "RL": "RNA", "RC": "RNA", "R1": "RNA"}
_PIR_CODES = {"PROTEIN": "P1", "DNA": "DL", "RNA": "RL"}
_DATABASES = {
    "sp": "UniProt",
    "tr": "UniProt",
    "pdb": "PDB",
    "gb": "GenBank",
    "emb": "EMBL",
    "dbj": "DDBJ",
    "ref": "RefSeq",
}
_WANTED = "a sequence in FASTA, PIR or plain letters"
_LINE_LENGTH = 60


class PolymerKind(StrEnum):
    """What the letters of a sequence stand for, in the words of CCP4i2's `polymerType`."""

    PROTEIN = "PROTEIN"
    RNA = "RNA"
    DNA = "DNA"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceRecord:
    """One sequence: its name, one-letter codes in upper case, the kind of polymer, and what is said of it."""

    name: str
    sequence: str
    kind: PolymerKind
    description: str = ""


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
    text = read_text(path, _WANTED)
    if text.lstrip().startswith("<"):
        raise UnsuitableContent(path, f"this is XML, not {_WANTED}")
    return _Parser(path).parse(text.splitlines())


class _Parser:
    """Goes through the lines once; one record is open at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[SequenceRecord] = []
        self.name = path.stem
        self.description = ""
        self.code: str | None = None
        self.letters: list[str] = []
        self.open = False
        self.ended = False

    def parse(self, lines: Sequence[str]) -> list[SequenceRecord]:
        title_follows = False
        for number, line in enumerate(lines, start=1):
            if title_follows:
                self.description, title_follows = printable(line), False
            elif line.startswith(">"):
                self._close()
                title_follows = self._open(line)
            elif line.strip() and not line.startswith(";"):
                self._take(number, line)
        self._close()
        if not self.records:
            raise UnsuitableContent(self.path, "it holds comments and no sequence")
        return self.records

    def _open(self, header: str) -> bool:
        """Start a record; say whether a title line follows."""
        self.code, self.name, self.description = split_header(header)
        self.name = self.name or f"sequence {len(self.records) + 1}"
        self.letters, self.open, self.ended = [], True, False
        return self.code is not None

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
        kind = PolymerKind(PIR_TYPES[self.code]) if self.code in PIR_TYPES else guess_polymer_kind(sequence)
        self.records.append(SequenceRecord(name=self.name, sequence=sequence, kind=kind, description=self.description))


def split_header(header: str) -> tuple[str | None, str, str]:
    """Code of a PIR header (None: it is FASTA), name, and what follows the name in FASTA."""
    if pir := PIR_HEADER.fullmatch(header.strip()):
        return pir[1], printable(pir[2]), ""
    name, _, description = printable(header[1:]).partition(" ")
    return None, name, description.strip()


def guess_polymer_kind(sequence: str) -> PolymerKind:
    """Protein, unless every letter is a base: with U it is RNA, else DNA; under four letters it is protein."""
    letters = set(sequence.upper())
    if len(sequence) < 4 or not letters <= set("ACGTUNX") or not letters & set("ACGTU"):
        return PolymerKind.PROTEIN
    if "U" in letters:
        return PolymerKind.RNA if "T" not in letters else PolymerKind.PROTEIN
    return PolymerKind.DNA


def database_of(name: str) -> tuple[str, str]:
    """Database and accession in the name of a FASTA header such as ``sp|P00698|LYSC_CHICK``; empty if it tells none."""
    words = name.split("|")
    known = _DATABASES.get(words[0])
    return (known, words[1]) if known and len(words) > 1 and words[1] else ("", "")


def write_sequences(records: Sequence[SequenceRecord], path: Path) -> None:
    """Write sequences as PIR if the file is called so (``.pir``), else as FASTA; `read_sequences` gives them back.

    Raises
    ------
    InvalidInput
        There is nothing to write, or a name, a description or a letter that the format cannot hold.
    """
    if not records:
        raise InvalidInput(f"{path}: there is no sequence to write")
    write = _pir if path.suffix.lower() == ".pir" else _fasta
    path.write_text("".join(write(record) for record in records), encoding="utf-8")


def _fasta(record: SequenceRecord) -> str:
    header = f">{record.name} {record.description}".rstrip()
    if split_header(header) != (None, record.name, record.description) or not record.name:
        raise InvalidInput(f"the header of FASTA cannot hold the name {record.name!r} with {record.description!r}")
    return f"{header}\n{wrapped(_checked(record))}\n"


def _pir(record: SequenceRecord) -> str:
    header = f">{_PIR_CODES[record.kind]};{record.name}"
    texts = (record.name, record.description)
    plain = all(printable(text) == text and len(text.splitlines()) < 2 for text in texts)
    if not plain or not record.name:
        raise InvalidInput(f"PIR cannot hold the name {record.name!r} with {record.description!r}")
    return f"{header}\n{record.description}\n{wrapped(_checked(record) + '*')}\n"


def _checked(record: SequenceRecord) -> str:
    if not re.fullmatch("[A-Z]+", record.sequence):
        raise InvalidInput(f"the sequence {record.name!r} is not of letters A to Z: {record.sequence[:20]!r}")
    return record.sequence


def wrapped(sequence: str) -> str:
    """A sequence in lines of 60."""
    return "\n".join(sequence[start : start + _LINE_LENGTH] for start in range(0, len(sequence), _LINE_LENGTH))
