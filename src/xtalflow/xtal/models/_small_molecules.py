"""Small molecules: molfiles and SDF (V2000, V3000), and MOL2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ..content import is_number, printable, read_text
from ._formulas import element_of, hill_formula

MOLFILE = "a molfile (.mol, .sdf)"
MOL2 = "a MOL2 file"
_END_OF_RECORD = "$$$$"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallMolecule:
    """A molecule as a file gives it.

    Attributes
    ----------
    elements
        Symbols of the atoms in order; hydrogens only where the file gives them.
    bonds
        Number of bonds.
    charge
        Sum of the formal charges that the file gives; MOL2 gives none.
    """

    name: str
    elements: tuple[str, ...]
    bonds: int
    charge: int | None

    @property
    def formula(self) -> str:
        """The atoms of the file, such as ``C2 H6 O``."""
        return hill_formula(self.elements)


def read_molfile(path: Path) -> list[SmallMolecule]:
    """Read a molfile, or all records of an SDF.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text; atoms or bonds that break off or are broken, with the line.
    UnsuitableContent
        Not a molfile; no atoms.

    References
    ----------
    CTFile Formats, BIOVIA, 2020.
    """
    lines = read_text(path, MOLFILE).splitlines()
    while not lines[-1].strip():
        lines.pop()
    molecules, start = [], 0
    while start < len(lines):
        molecules.append(_Molfile(path, lines, start).read())
        start = next((i + 1 for i in range(start, len(lines)) if lines[i].startswith(_END_OF_RECORD)), len(lines))
    return molecules


class _Molfile:
    """Reads one record, which begins with three lines of header and one of counts."""

    def __init__(self, path: Path, lines: Sequence[str], start: int) -> None:
        self.path, self.lines, self.start = path, lines, start
        self.place = start + 3

    def read(self) -> SmallMolecule:
        counts = self.lines[self.place] if self.place < len(self.lines) else ""
        if "V3000" in counts:
            return self._v3000()
        told = (counts[:3].strip(), counts[3:6].strip() or "0")
        known = all(re.fullmatch(r"\d+", text, re.ASCII) for text in told)
        if not known or not re.search(r"V2000\s*$|^[\s\d-]+$", counts[6:]):
            reason = f"line {self.place + 1} does not tell the numbers of atoms and bonds"
            raise UnsuitableContent(self.path, f"this is not {MOLFILE}: {reason}")
        atoms, bonds = int(told[0]), int(told[1])
        elements, charges = [], []
        for _ in range(atoms):
            line = self._next("an atom")
            self._check_position([line[0:10], line[10:20], line[20:30]])
            elements.append(self._element(line[31:34].strip()))
            charges.append(self._old_charge(line[36:39].strip() or "0"))
        for _ in range(bonds):
            line = self._next("a bond")
            self._check_bond([line[0:3], line[3:6]], atoms)
        properties = self._charges(atoms)
        return self._molecule(elements, bonds, sum(properties if properties is not None else charges))

    def _charges(self, atoms: int) -> list[int] | None:
        """Charges of the lines ``M  CHG``, which stand over those of the atoms; None without such a line."""
        charges: dict[int, int] = {}
        found = False
        while True:
            line = self._next("'M  END'")
            if line.startswith("M  END"):
                return list(charges.values()) if found else None
            if line.startswith("M  CHG"):
                found = True
                words = line[6:].split()
                if not all(re.fullmatch(r"[-+]?\d{1,4}", word) for word in words) or len(words) % 2 == 0:
                    raise self._broken("the charges are not pairs of an atom and a number")
                numbers = [int(word) for word in words[1:]]
                charges |= dict(zip(numbers[::2], numbers[1::2], strict=True))
                if not all(0 < atom <= atoms for atom in charges):
                    raise self._broken("a charge of an atom that is not there")

    def _v3000(self) -> SmallMolecule:
        elements: list[str] = []
        bonds = charge = 0
        counts: tuple[int, int] | None = None
        section = ""
        while True:
            line = self._next("'M  END'")
            if line.startswith("M  END"):
                break
            if not line.startswith("M  V30 "):
                continue
            words = self._whole(line).split()
            if words[:1] == ["COUNTS"]:
                counts = self._counts(words)
            elif words[:1] in (["BEGIN"], ["END"]):
                section = words[1] if words[0] == "BEGIN" and len(words) > 1 else ""
            elif section == "ATOM":
                if len(words) < 6:
                    raise self._broken("an atom has an index, an element and a position")
                self._check_position(words[2:5])
                elements.append(self._element(words[1]))
                told = next((word[4:] for word in words[6:] if word.startswith("CHG=")), "0")
                charge += self._whole_number(told)
            elif section == "BOND":
                self._check_bond(words[2:4], len(elements))
                bonds += 1
        if counts is not None and counts != (len(elements), bonds):
            raise self._broken(f"there should be {counts[0]} atoms and {counts[1]} bonds")
        return self._molecule(elements, bonds, charge)

    def _counts(self, words: Sequence[str]) -> tuple[int, int]:
        if len(words) < 3:
            raise self._broken("the counts of atoms and bonds are not there")
        return self._whole_number(words[1]), self._whole_number(words[2])

    def _whole(self, line: str) -> str:
        """A line of V3000 with those that continue it."""
        text = line[7:]
        while text.endswith("-"):
            text = text[:-1] + self._next("a continued line").removeprefix("M  V30 ")
        return text

    def _next(self, what: str) -> str:
        self.place += 1
        if self.place >= len(self.lines) or self.lines[self.place].startswith(_END_OF_RECORD):
            raise UnreadableFile(
                self.path, f"line {self.place + 1}: it ends where {what} should be (broken or truncated molfile)"
            )
        return self.lines[self.place]

    def _molecule(self, elements: Sequence[str], bonds: int, charge: int) -> SmallMolecule:
        if not elements:
            raise UnsuitableContent(self.path, f"the molecule at line {self.start + 1} has no atoms")
        name = printable(self.lines[self.start])
        return SmallMolecule(name=name, elements=tuple(elements), bonds=bonds, charge=charge)

    def _element(self, symbol: str) -> str:
        found = element_of(symbol)
        if found is None:
            raise self._broken(f"{symbol!r} is not the symbol of an element")
        return found

    def _old_charge(self, text: str) -> int:
        """The charge of an atom line: 1 to 7 stand for +3 to -3, 4 for a radical, 0 for none."""
        if not re.fullmatch("[0-7]", text):
            raise self._broken(f"{text!r} is not the code of a charge")
        return 0 if text in "04" else 4 - int(text)

    def _whole_number(self, text: str) -> int:
        if not re.fullmatch(r"[-+]?\d{1,9}", text, re.ASCII):
            raise self._broken(f"{text!r} is not a whole number")
        return int(text)

    def _check_position(self, words: Sequence[str]) -> None:
        if not all(is_number(word) for word in words):
            raise self._broken("the position of an atom is not three numbers")

    def _check_bond(self, words: Sequence[str], atoms: int) -> None:
        numbers = [int(word) for word in words if re.fullmatch(r"\s*\d{1,6}\s*", word, re.ASCII)]
        if len(numbers) != 2 or not all(0 < number <= atoms for number in numbers):
            raise self._broken(f"a bond does not join two of the {atoms} atoms")

    def _broken(self, reason: str) -> UnreadableFile:
        return UnreadableFile(self.path, f"line {self.place + 1}: {reason} (broken or truncated molfile)")


def read_mol2(path: Path) -> list[SmallMolecule]:
    """Read all molecules of a MOL2 file.

    Raises
    ------
    UnreadableFile
        Missing, a folder, empty, not text; atoms or bonds that break off or are broken, with the line.
    UnsuitableContent
        Not a MOL2 file; no atoms.

    References
    ----------
    Tripos Mol2 File Format, Tripos, 2007.
    """
    lines = read_text(path, MOL2).splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("@<TRIPOS>MOLECULE")]
    if not starts:
        raise UnsuitableContent(path, f"this is not {MOL2}: there is no @<TRIPOS>MOLECULE in it")
    ends = [*starts[1:], len(lines)]
    return [_mol2(path, lines, start, stop) for start, stop in zip(starts, ends, strict=True)]


def _mol2(path: Path, lines: Sequence[str], start: int, stop: int) -> SmallMolecule:
    section, bonds = "MOLECULE", 0
    elements: list[str] = []
    for number in range(start + 1, stop):
        line = lines[number].strip()
        if line.startswith("@<TRIPOS>"):
            section = line.removeprefix("@<TRIPOS>")
        elif line and not line.startswith("#") and section in ("ATOM", "BOND"):
            words = line.split()
            reason = _bad_mol2_line(section, words, len(elements))
            if reason:
                raise UnreadableFile(path, f"line {number + 1}: {reason} (broken or truncated MOL2 file)")
            if section == "ATOM":
                elements.append(element_of(words[5].partition(".")[0]) or "")
            else:
                bonds += 1
    if not elements:
        raise UnsuitableContent(path, f"the molecule at line {start + 1} has no atoms")
    told = [lines[index] for index in range(start + 1, min(start + 3, stop))] + ["", ""]
    counts = [int(word) for word in told[1].split()[:2] if re.fullmatch(r"\d{1,9}", word, re.ASCII)]
    if counts and counts != [len(elements), bonds][: len(counts)]:
        reason = f"there should be {told[1].split()[:2]} atoms and bonds, and there are {len(elements)} and {bonds}"
        raise UnreadableFile(path, f"line {start + 3}: {reason} (broken or truncated MOL2 file)")
    return SmallMolecule(name=printable(told[0]), elements=tuple(elements), bonds=bonds, charge=None)


def _bad_mol2_line(section: str, words: Sequence[str], atoms: int) -> str:
    """What is wrong with a line of atoms or bonds; empty if nothing is."""
    if section == "ATOM":
        if len(words) < 6 or not all(is_number(word) for word in words[2:5]):
            return "an atom has a number, a name, a position and a type"
        if element_of(words[5].partition(".")[0]) is None:
            return f"{words[5]!r} is not the type of an atom"
        return ""
    ends = [int(word) for word in words[1:3] if re.fullmatch(r"\d{1,9}", word, re.ASCII)]
    if len(words) < 4 or len(ends) != 2 or not all(0 < end <= atoms for end in ends):
        return f"a bond does not join two of the {atoms} atoms"
    return ""
