"""Reads coordinate IDs, ``/model/chain/residues/atoms[elements]:altlocs``, whole and in their short forms."""

from __future__ import annotations

import re

from ._residue_numbers import read_residues
from ._scanner import ATOM_NAME, NAME, Scanner
from ._tree import Atoms, Names, Numbers

_RESIDUE_START = re.compile(r"[\d.(\-]|\*\s*[.(\-]")
_MODEL = re.compile(r"\d{1,9}(?!\d)")
_SELECTION = "a selection, such as A/10-20 or protein"


def read_coordinate_id(scanner: Scanner) -> Atoms:
    """What begins with ``/`` has all parts from the left; a number or ``(`` is a residue, a name a chain.

    Names with elements or alternative locations behind are atoms.
    """
    if scanner.accept("/"):
        return _from_model(scanner)
    if scanner.sees(_RESIDUE_START):
        return _from_residues(scanner)
    start = scanner.position
    names = None if scanner.here in "[:" else scanner.names(ATOM_NAME, _SELECTION, empty=True)
    if names and not any(names.names):
        scanner.fail(_SELECTION, start)
    if scanner.position == start or scanner.is_next("[:"):
        return _from_elements(scanner, atoms=_checked(scanner, names, start))
    if names and any("*" in name for name in names.names):
        scanner.fail("the name of a chain, without *", start)
    return _behind_chains(scanner, None, names)


def _from_model(scanner: Scanner) -> Atoms:
    models = None
    if scanner.goes_on() and scanner.here not in "/;":
        start = scanner.position
        if scanner.here.isdigit():
            models = _models(scanner)
        elif not scanner.accept("*"):
            names = scanner.names(ATOM_NAME, "the number of a model")
            if names is None or len(names.names) == 1 or scanner.is_next("/"):
                scanner.fail("the number of a model, or nothing as in //A", start)
            return _from_elements(scanner, atoms=names)  # /CA,N,C,O, as CCP4i2's documentation has it
    if not scanner.accept("/"):
        return Atoms(models=models)
    chains: Names | None = Names(("",))
    if scanner.goes_on() and scanner.here not in "/;":
        chains = scanner.names(NAME, "the name of a chain", empty=True)
    return _behind_chains(scanner, models, chains)


def _models(scanner: Scanner) -> tuple[int, ...] | None:
    """Numbers of models; None for 0, which is any."""
    numbers = []
    while True:
        scanner.skip()
        found = scanner.match(_MODEL)
        if found is None:
            scanner.fail("the number of a model, of at most nine digits")
        numbers.append(int(found[0]))
        if not scanner.accept(","):
            return None if 0 in numbers else tuple(numbers)


def _behind_chains(scanner: Scanner, models: tuple[int, ...] | None, chains: Names | None) -> Atoms:
    if chains is not None and scanner.is_next("("):
        scanner.fail("a / between chain and residue")
    return _from_residues(scanner, models, chains) if scanner.accept("/") else Atoms(models=models, chains=chains)


def _from_residues(scanner: Scanner, models: tuple[int, ...] | None = None, chains: Names | None = None) -> Atoms:
    numbers: Numbers | None = None
    residues: Names | None = None
    if scanner.goes_on() and scanner.here not in "/;":
        numbers, residues = read_residues(scanner)
        if scanner.is_next("[:"):
            scanner.fail("a / between residue and atoms")
    if not scanner.accept("/"):
        return Atoms(models=models, chains=chains, numbers=numbers, residues=residues)
    atoms: Names | None = None
    if scanner.goes_on() and scanner.here not in "[:(;":
        start = scanner.position
        atoms = _checked(scanner, scanner.names(ATOM_NAME, "the name of an atom"), start)
    return _from_elements(scanner, models, chains, numbers, residues, atoms)


def _checked(scanner: Scanner, names: Names | None, start: int) -> Names | None:
    """Names of atoms, none of which may be empty."""
    if names and not all(names.names):
        scanner.fail("names of atoms", start)
    return names


def _from_elements(
    scanner: Scanner,
    models: tuple[int, ...] | None = None,
    chains: Names | None = None,
    numbers: Numbers | None = None,
    residues: Names | None = None,
    atoms: Names | None = None,
) -> Atoms:
    """Elements in square brackets (or round ones, as CCP4i2's documentation has them), and alternative locations."""
    elements: Names | None = None
    altlocs: Names | None = None
    if opening := scanner.accept("[("):
        elements = _elements(scanner)
        scanner.expect({"[": "]", "(": ")"}[opening], " after elements")
    if scanner.accept(":") or (scanner.here == "." and scanner.accept(".")):
        altlocs = _altlocs(scanner)
    return Atoms(
        models=models,
        chains=chains,
        numbers=numbers,
        residues=residues,
        atoms=atoms,
        elements=elements,
        altlocs=altlocs,
    )


def _elements(scanner: Scanner) -> Names | None:
    start = scanner.position
    excluded = bool(scanner.accept("!"))
    names = [_element(scanner)]
    while scanner.accept(","):
        names.append(_element(scanner))
    if "*" not in names:
        return Names(tuple(names), excluded)
    if excluded:
        scanner.fail("an element after !, not *", start)
    return None


def _element(scanner: Scanner) -> str:
    import gemmi

    scanner.skip()
    if scanner.accept("*"):
        return "*"
    start, found = scanner.position, scanner.match(NAME)
    name = found[0] if found else ""
    if name.lower() in ("metals", "nonmetals"):
        return name.lower()
    symbol: str = gemmi.Element(name).name if 1 <= len(name) <= 2 else ""
    if not symbol or (symbol == "X" and name.upper() != "X"):
        scanner.fail("an element, metals or nonmetals", start)
    return symbol


def _altlocs(scanner: Scanner) -> Names | None:
    start = scanner.position
    names = scanner.names(NAME, "an alternative location", empty=True)
    if names and any(len(name) > 1 for name in names.names):
        scanner.fail("alternative locations of one letter each", start)
    return names
