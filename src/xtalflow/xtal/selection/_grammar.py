"""Reads atom selections: coordinate IDs, words, conditions, neighbourhoods, and what joins them.

References
----------
Coordinate IDs: the documentation of pdbcur (CCP4), and of gemmi (Selections). Words, operators and `neighb`: the
documentation of CCP4mg and CCP4i2 (Atom selection).
"""

from __future__ import annotations

import math
import re
from typing import Any

from xtalflow.errors import InvalidSelection

from ._coordinate_ids import read_coordinate_id
from ._scanner import BRACKETED_NAMES, NAME, OPERATORS, Scanner
from ._tree import (
    ALL,
    MAX_DISTANCE,
    And,
    Comparison,
    Group,
    Near,
    Not,
    Or,
    Residues,
    Selection,
    Word,
    Xor,
)

MAX_LENGTH = 20_000
"""Characters of a selection, as given and as printed."""
MAX_DEPTH = 20
"""Operators inside one another."""
MAX_NEIGHBOURHOODS = 50
"""Neighbourhoods in one selection; each is a search through the model."""
_MAX_NESTING = 3 * MAX_DEPTH
"""Operands and groups inside one another; printed, an operator inside another takes at most three."""

_SPELLINGS = {
    Word.PROTEIN: ("peptide", "amino_acid"),
    Word.NUCLEIC: ("nucleic_acid",),
    Word.WATER: ("waters", "solvent"),
    Word.SACCHARIDE: ("sugar",),
    Word.LIGAND: ("ligands",),
    Word.METAL: ("metals",),
    Word.HETERO: ("hetatm",),
    Word.HYDROGEN: ("hydrogens",),
    Word.MAIN: ("mainchain", "backbone"),
    Word.SIDE: ("sidechain",),
}
WORDS: dict[str, Selection] = {
    "all": ALL,
    **{word.value: word for word in Word},
    **{spelling: word for word, spellings in _SPELLINGS.items() for spelling in spellings},
}
"""Words of the grammar that select atoms."""
_GROUPS = {"all": Group.ATOM, **{group.value: group for group in Group}}

_COMPARISON = re.compile(r"([bq])\s*(<=|>=|<|>|=)", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_OPTION = re.compile(r"([a-z_]+)\s*=\s*", re.IGNORECASE)


def parse_selection(text: str) -> Selection:
    """Read an atom selection; of a blank text, everything.

    Raises
    ------
    InvalidSelection
        The text is no selection; it is too long, or too deep.

    Examples
    --------
    >>> str(parse_selection("A/10-20 and not (HOH)"))
    '//A/10-20 and not //*/(HOH)'
    """
    if len(text) > MAX_LENGTH:
        raise InvalidSelection(text, MAX_LENGTH, f"the end after at most {MAX_LENGTH} characters")
    if not text.strip():
        return ALL
    tree = _Reader(text, 0, len(text)).whole()
    if _depth(tree) > MAX_DEPTH:
        raise InvalidSelection(text, 0, f"a simpler selection, with at most {MAX_DEPTH} operators inside one another")
    if _neighbourhoods(tree) > MAX_NEIGHBOURHOODS:
        raise InvalidSelection(text, 0, f"a simpler selection, with at most {MAX_NEIGHBOURHOODS} neighbourhoods")
    if len(str(tree)) > MAX_LENGTH:
        raise InvalidSelection(text, 0, f"a shorter selection, of at most {MAX_LENGTH} characters when it is printed")
    return tree


def _parts(node: Selection) -> tuple[Selection, ...]:
    if isinstance(node, (And, Or, Xor)):
        return node.parts
    if isinstance(node, (Not, Residues)):
        return (node.of,)
    return (node.centre,) if isinstance(node, Near) else ()


def _depth(node: Selection) -> int:
    return 1 + max(map(_depth, _parts(node)), default=0)


def _neighbourhoods(node: Selection) -> int:
    return isinstance(node, Near) + sum(map(_neighbourhoods, _parts(node)))


class _Reader(Scanner):
    """Makes a tree of a text; each method reads one kind of part."""

    def __init__(self, text: str, position: int, end: int, nesting: int = 0) -> None:
        super().__init__(text, position, end)
        self.nesting = nesting

    # What joins selections.

    def whole(self) -> Selection:
        tree = self.alternatives()
        self.skip()
        if self.position < self.end:
            self.fail("and, or, xor, excl, within or the end")
        return tree

    def alternatives(self) -> Selection:
        parts = [self.differences()]
        while self.accept_word("or"):
            parts.append(self.differences())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def differences(self) -> Selection:
        parts = [self.conjunction()]
        while self.accept_word("xor"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Xor(tuple(parts))

    def conjunction(self) -> Selection:
        parts = [self.operand()]
        while word := self.accept_word("and", "excl", "within"):
            if word == "within":
                parts.append(self.within())
            else:
                part = self.operand()
                parts.append(Not(part) if word == "excl" else part)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def operand(self) -> Selection:
        """One selection, with the operators that stand before it."""
        self.skip()
        self.descend()
        operand = self.prefixed()
        self.nesting -= 1
        return operand

    def descend(self) -> None:
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            self.fail("a simpler selection, with fewer parts inside one another")

    def prefixed(self) -> Selection:
        if self.accept_word("not"):
            return Not(self.operand())
        if self.accept_word("residues"):
            return Residues(self.operand())
        if self.accept_word("within"):
            return self.within()
        if self.accept_word("neighb"):
            return self.neighbourhood()
        if (word := self.word()) in OPERATORS:
            name = self.text[self.position : self.position + len(word)]
            self.fail(f"a selection (a chain called {name} is written //{name})")
        return self.conditions(self.simple())

    def simple(self) -> Selection | None:
        """A group, a word, a comparison or a coordinate ID; None where only conditions follow."""
        if self.here == ";":
            return None
        if not self.here or self.here in ")}":
            self.fail("a selection, such as A/10-20 or protein")
        if self.here == "{" or (self.here == "(" and not self.holds_names()):
            return self.group()
        if (word := self.word()) in WORDS:
            self.position += len(word)
            return WORDS[word]
        return self.comparison() or read_coordinate_id(self)

    def holds_names(self) -> bool:
        """Whether round brackets hold names of residues; a word of the language in lower case is none."""
        found = BRACKETED_NAMES.match(self.text, self.position, self.end)
        return found is not None and found[0][1:-1].strip() not in WORDS

    def group(self) -> Selection:
        closing = {"{": "}", "(": ")"}[self.accept("{(")]
        self.descend()
        group = self.alternatives()
        self.nesting -= 1
        self.expect(closing, " or another operator")
        return group

    # Conditions.

    def conditions(self, selection: Selection | None) -> Selection:
        """What a selection becomes with the conditions after it, each after a semicolon."""
        parts = [] if selection is None else [selection]
        while self.accept(";"):
            self.skip()
            parts.append(self.comparison() or self.kinds())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def comparison(self) -> Comparison | None:
        """``q<0.5``; None if there is none."""
        found = self.match(_COMPARISON)
        return Comparison(found[1].lower(), found[2], self.number()) if found else None

    def kinds(self) -> Selection:
        """``polymer``, ``!solvent`` or ``polymer,solvent``: words, any of which holds, or none."""
        excluded = bool(self.accept("!"))
        kinds = [self.kind()]
        while self.accept(","):
            kinds.append(self.kind())
        kind = kinds[0] if len(kinds) == 1 else Or(tuple(kinds))
        return Not(kind) if excluded else kind

    def kind(self) -> Selection:
        self.skip()
        start, found = self.position, self.match(NAME)
        kind = WORDS.get(found[0].lower()) if found else None
        if kind is None:
            self.fail("q or b and a number, as in q<1, or a word such as polymer or solvent", start)
        return kind

    def number(self) -> float:
        self.skip()
        start, found = self.position, self.match(_NUMBER)
        if found is None or not math.isfinite(float(found[0])):
            self.fail("a number", start)
        return float(found[0])

    def distance(self, least: float | None = None) -> float:
        """A number above 0 or, if that is the least, 0."""
        self.skip()
        start, distance = self.position, self.number()
        if not (0.0 < distance <= MAX_DISTANCE or distance == least):
            self.fail(f"a distance in Å, above 0 and at most {MAX_DISTANCE:g}", start)
        return distance

    # Neighbourhoods.

    def within(self) -> Near:
        """What follows ``within``: ``5.0 of A/27``."""
        distance = self.distance()
        if not self.accept_word("of"):
            self.skip()
            self.fail("the word of")
        return Near(centre=self.operand(), maximum=distance)

    def neighbourhood(self) -> Selection:
        """What follows ``neighb``: ``cid="A/27" maxd=5.0 group=residue excl=central,solvent``, or ``A/27 5.0``."""
        given: dict[str, Any] = {}
        excluded: list[Selection] = []
        while True:
            self.skip()
            start, option = self.position, self.match(_OPTION)
            if option is None:
                if "centre" not in given:
                    given["centre"] = self.operand()
                elif "maximum" not in given and self.sees(_NUMBER):
                    given["maximum"] = self.distance()
                else:
                    break
            elif not self.option(option[1].lower(), given, excluded):
                self.fail("one of cid=, maxd=, mind=, group=, excl=, each once", start)
        if "maximum" not in given:
            self.fail("the greatest distance in Å, as in maxd=5")
        if given.get("minimum", 0.0) > given["maximum"]:
            self.fail(f"a mind of at most maxd, {given['maximum']:g}")
        near = Near(**given)
        return And((near, *map(Not, excluded))) if excluded else near

    def option(self, name: str, given: dict[str, Any], excluded: list[Selection]) -> bool:
        """Read the value of an option; False if there is no such one, or not again."""
        fields = {"cid": "centre", "maxd": "maximum", "mind": "minimum", "group": "group", "excl": "with_centre"}
        field = fields.get(name, "")
        if not field or field in given:
            return False
        if name == "cid":
            given[field] = self.quoted()
        elif name == "maxd":
            given[field] = self.distance()
        elif name == "mind":
            given[field] = self.distance(least=0.0)
        elif name == "group":
            given[field] = self.taken()
        else:
            given[field] = self.left_out(excluded)
        return True

    def quoted(self) -> Selection:
        """A selection, which may be in quotation marks."""
        if self.here != '"':
            if self.sees(_OPTION):
                self.fail("a selection")
            return self.operand()
        start = self.position + 1
        end = self.text.find('"', start, self.end)
        if end < 0:
            self.fail("a second quotation mark")
        inner = _Reader(self.text, start, end, self.nesting + 1)
        self.position = end + 1
        return inner.whole()

    def taken(self) -> Group:
        start, found = self.position, self.match(NAME)
        group = _GROUPS.get(found[0].lower()) if found else None
        if group is None:
            self.fail("one of " + ", ".join(_GROUPS), start)
        return group

    def left_out(self, excluded: list[Selection]) -> bool:
        """What is not to be taken; whether the centre may stay."""
        with_centre = True
        while True:
            self.skip()
            start, found = self.position, self.match(NAME)
            if found and found[0].lower() == "central":
                with_centre = False
            else:
                self.position = start
                excluded.append(self.kind())
            if not self.accept(","):
                return with_centre
