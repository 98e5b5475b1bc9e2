"""Atom selections as trees; the text of each is canonical and reads back as an equal tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

MAX_DISTANCE = 100.0
"""Å; neighbours farther apart than this are none."""


class Word(StrEnum):
    """Parts of a model that have a name of their own; each is a selection."""

    PROTEIN = "protein"
    NUCLEIC = "nucleic"
    POLYMER = "polymer"
    WATER = "water"
    SACCHARIDE = "saccharide"
    LIGAND = "ligand"
    SOLUTE = "solute"
    METAL = "metal"
    ALLMETAL = "allmetal"
    HETERO = "hetero"
    HYDROGEN = "hydrogen"
    MAIN = "main"
    SIDE = "side"
    BASE = "base"
    CATRACE = "catrace"


class Group(StrEnum):
    """What is taken of a residue that has an atom in a neighbourhood."""

    ATOM = "atom"
    RESIDUE = "residue"
    MAIN = "main"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class Names:
    """Any of these names, or (`excluded`) any but these."""

    names: tuple[str, ...]
    excluded: bool = False

    def __str__(self) -> str:
        return "!" * self.excluded + ",".join(self.names)


@dataclass(frozen=True, slots=True)
class SequenceNumber:
    """A residue's number and insertion code.

    Attributes
    ----------
    number
        None for any, where only the code counts.
    code
        One letter, ``""`` for no insertion code, None for any.
    """

    number: int | None
    code: str | None = ""

    def __str__(self) -> str:
        if self.number is None:
            return f"*.{self.code}"
        return f"{self.number}.*" if self.code is None else f"{self.number}{'.' * bool(self.code)}{self.code}"


@dataclass(frozen=True, slots=True)
class Span:
    """Residues from one number to another, both included; None is an open end, equal ends are one residue."""

    first: SequenceNumber | None
    last: SequenceNumber | None

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first or '*'}-{self.last or '*'}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Residues in any of these spans, or (`excluded`) in none of them."""

    spans: tuple[Span, ...]
    excluded: bool = False

    def __str__(self) -> str:
        return "!" * self.excluded + ",".join(map(str, self.spans))


@dataclass(frozen=True, slots=True, kw_only=True)
class Atoms:
    """A coordinate ID, ``/model/chain/numbers(residues)/atoms[elements]:altlocs``; None is any."""

    models: tuple[int, ...] | None = None
    chains: Names | None = None
    numbers: Numbers | None = None
    residues: Names | None = None
    atoms: Names | None = None
    elements: Names | None = None
    altlocs: Names | None = None

    def __str__(self) -> str:
        if self == ALL:
            return "all"
        residue = f"{self.numbers or ''}" + (f"({self.residues})" if self.residues else "")
        atom = f"{self.atoms or ''}" + (f"[{self.elements}]" if self.elements else "")
        atom += f":{self.altlocs}" if self.altlocs else ""
        model = ",".join(map(str, self.models or ()))
        text = f"/{model}/{'*' if self.chains is None else self.chains}"
        if residue or atom:
            text += f"/{residue}"
        return f"{text}/{atom}" if atom else text


ALL = Atoms()
"""Every atom."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Atoms by occupancy (``q``) or B factor (``b``, Å²); the relation is one of < <= = >= >."""

    quantity: str
    relation: str
    value: float

    def __str__(self) -> str:
        return f"{self.quantity}{self.relation}{_number(self.value)}"


@dataclass(frozen=True, slots=True)
class Not:
    """All other atoms."""

    of: Selection

    def __str__(self) -> str:
        return f"not {_tight(self.of)}"


@dataclass(frozen=True, slots=True)
class And:
    """Atoms in all of the parts."""

    parts: tuple[Selection, ...]

    def __str__(self) -> str:
        return " and ".join(map(_tight, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """Atoms in any of the parts."""

    parts: tuple[Selection, ...]

    def __str__(self) -> str:
        return " or ".join(map(_tight, self.parts))


@dataclass(frozen=True, slots=True)
class Xor:
    """Atoms in one part but not in both; of more than two, in an odd number of them."""

    parts: tuple[Selection, ...]

    def __str__(self) -> str:
        return " xor ".join(map(_tight, self.parts))


@dataclass(frozen=True, slots=True)
class Residues:
    """Whole residues, of which any atom is selected."""

    of: Selection

    def __str__(self) -> str:
        return f"residues {_tight(self.of)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A neighbourhood.

    Attributes
    ----------
    centre
        The atoms whose neighbours are meant.
    maximum, minimum
        Limits in Å of the distance from the nearest atom of the centre: farther than `minimum`, if it is above 0,
        and at most `maximum`.
    group
        What is taken of each residue in the neighbourhood.
    with_centre
        Whether the centre belongs to its neighbourhood.
    """

    centre: Selection
    maximum: float
    minimum: float = 0.0
    group: Group = Group.ATOM
    with_centre: bool = True

    def __str__(self) -> str:
        if self.minimum == 0.0 and self.group is Group.ATOM and self.with_centre:
            return f"within {_number(self.maximum)} of {_tight(self.centre)}"
        text = f"neighb {{{self.centre}}} maxd={_number(self.maximum)}"
        text += f" mind={_number(self.minimum)}" if self.minimum else ""
        return f"{text} group={self.group}" + ("" if self.with_centre else " excl=central")


Selection: TypeAlias = Atoms | Word | Comparison | Not | And | Or | Xor | Residues | Near
"""A tree of an atom selection."""


def parts_of(selection: Selection) -> Iterator[Selection]:
    """A selection, and all that it is made of."""
    yield selection
    match selection:
        case And(parts) | Or(parts) | Xor(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(of) | Residues(of):
            yield from parts_of(of)
        case Near(centre=centre):
            yield from parts_of(centre)


def _tight(part: Selection) -> str:
    """The text of a part beside an operator: in braces if it has operators of its own."""
    return f"{{{part}}}" if isinstance(part, (And, Or, Xor)) else str(part)


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")
