"""Finds the atoms of a model that a selection means."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, assert_never

from ._columns import Columns
from ._neighbours import near
from ._residue_classes import ResidueClass, is_main_chain
from ._tree import (
    And,
    Atoms,
    Comparison,
    Group,
    Names,
    Near,
    Not,
    Numbers,
    Or,
    Residues,
    Selection,
    SequenceNumber,
    Span,
    Word,
    Xor,
)

if TYPE_CHECKING:
    import gemmi

    from ._neighbours import Mask

_NO_CODE = " "
_LAST_ELEMENT = 118


def atom_mask(structure: gemmi.Structure, selection: Selection) -> Mask:
    """Which atoms of a structure are selected.

    Chains and residue numbers of mmCIF are the author's (`auth_asym_id`, `auth_seq_id`). Neighbours are looked for
    within each model, without symmetry, whatever the alternative locations.

    Parameters
    ----------
    structure
        With entities set up, as `read_model` does.

    Returns
    -------
    One truth for each atom, in the order of models, chains, residues and atoms.
    """
    return _mask(Columns(structure), selection)


def _mask(columns: Columns, node: Selection) -> Mask:
    import numpy as np

    if isinstance(node, Atoms):
        return _coordinate_id(columns, node)
    if isinstance(node, Word):
        return _word(columns, node)
    if isinstance(node, Comparison):
        return _comparison(columns, node)
    if isinstance(node, Not):
        return ~_mask(columns, node.of)
    if isinstance(node, Residues):
        return columns.whole_residues(_mask(columns, node.of))
    if isinstance(node, Near):
        return _neighbourhood(columns, node)
    if isinstance(node, (And, Or, Xor)):
        join = {And: np.logical_and, Or: np.logical_or, Xor: np.logical_xor}[type(node)]
        return reduce(join, (_mask(columns, part) for part in node.parts))
    assert_never(node)


# Coordinate IDs.


def _coordinate_id(columns: Columns, node: Atoms) -> Mask:
    import numpy as np

    residues = np.ones(len(columns.residues), dtype=bool)
    if node.models is not None:
        residues &= np.isin(columns.models, node.models)
    if node.chains is not None:
        residues &= columns.chains.mask(node.chains)
    if node.numbers is not None:
        residues &= _numbers(columns, node.numbers)
    if node.residues is not None:
        residues &= columns.residue_names.mask(node.residues)
    mask = columns.of_atoms(residues)
    if node.atoms is not None:
        mask &= columns.atom_names.mask(node.atoms)
    if node.elements is not None:
        mask &= columns.elements.mask(_single_elements(node.elements))
    if node.altlocs is not None:
        mask &= columns.altlocs.mask(node.altlocs)
    return mask


def _numbers(columns: Columns, numbers: Numbers) -> Mask:
    """Which residues have one of these numbers."""
    import numpy as np

    mask = np.zeros(len(columns.residues), dtype=bool)
    for span in numbers.spans:
        mask |= _span(columns, span)
    return ~mask if numbers.excluded else mask


def _span(columns: Columns, span: Span) -> Mask:
    import numpy as np

    mask = np.ones(len(columns.residues), dtype=bool)
    if span.first is not None and span.first.number is None:
        mask &= columns.insertion_codes == ord(span.first.code or _NO_CODE)
        return mask
    if span.first is not None:
        mask &= _order(columns, span.first) >= 0
    if span.last is not None:
        mask &= _order(columns, span.last) <= 0
    return mask


def _order(columns: Columns, bound: SequenceNumber) -> Any:
    """Where each residue is: below 0 before a number, above 0 after it, 0 at it."""
    import numpy as np

    order = np.sign(columns.numbers - bound.number)
    if bound.code is not None:
        at = order == 0
        order[at] = columns.insertion_codes[at] - ord(bound.code or _NO_CODE)
    return order


def _single_elements(elements: Names) -> Names:
    """The same with ``metals`` and ``nonmetals`` as the elements that they are."""
    import gemmi

    symbols: list[str] = []
    for name in elements.names:
        if name in ("metals", "nonmetals"):
            every = ["X", "D", *(gemmi.Element(number).name for number in range(1, _LAST_ELEMENT + 1))]
            symbols += [each for each in every if gemmi.Element(each).is_metal == (name == "metals")]
        else:
            symbols.append(name)
    return Names(tuple(symbols), elements.excluded)


# Words and comparisons.


def _word(columns: Columns, word: Word) -> Mask:
    if word is Word.POLYMER:
        return columns.of_atoms(columns.entity_types.mask(Names(("Polymer",))))
    if word is Word.HETERO:
        return columns.of_atoms(columns.records.mask(Names(("H",))))
    if word is Word.SOLUTE:
        return _solute(columns) & ~_word(columns, Word.POLYMER)
    if word is Word.HYDROGEN:
        return columns.elements.mask(Names(("H", "D")))
    if word is Word.ALLMETAL:
        return columns.elements.mask(_single_elements(Names(("metals",))))
    if word is Word.CATRACE:
        return _class(columns, ResidueClass.PROTEIN) & columns.atom_names.mask(Names(("CA",)))
    if word is Word.MAIN:
        return _main(columns, ResidueClass.PROTEIN) | _main(columns, ResidueClass.NUCLEIC)
    if word is Word.BASE:
        return _class(columns, ResidueClass.NUCLEIC) & ~_main(columns, ResidueClass.NUCLEIC)
    if word is Word.SIDE:
        return _word(columns, Word.BASE) | (
            _class(columns, ResidueClass.PROTEIN) & ~_main(columns, ResidueClass.PROTEIN)
        )
    return _class(columns, ResidueClass(word.value))


def _class(columns: Columns, kind: ResidueClass) -> Mask:
    return columns.of_atoms(columns.classes.mask(Names((kind,))))


def _main(columns: Columns, kind: ResidueClass) -> Mask:
    """Main chain of the proteins or nucleic acids."""
    names = tuple(name for name in columns.atom_names.different if is_main_chain(kind, name))
    return _class(columns, kind) & columns.atom_names.mask(Names(names))


def _solute(columns: Columns) -> Mask:
    """Residues that gemmi's table has as agents of the buffer."""
    import gemmi

    different = columns.residue_names.different
    names = tuple(name for name in different if gemmi.find_tabulated_residue(name).kind.name == "BUF")
    return columns.of_atoms(columns.residue_names.mask(Names(names)))


def _comparison(columns: Columns, node: Comparison) -> Mask:
    """Compared in single precision, as the values are kept: 0.33 of a file equals 0.33."""
    import numpy as np

    values = columns.occupancies if node.quantity == "q" else columns.b_factors
    compare = {
        "<": np.less,
        "<=": np.less_equal,
        "=": np.equal,
        ">=": np.greater_equal,
        ">": np.greater,
    }[node.relation]
    with np.errstate(over="ignore"):
        limit = np.float32(node.value)
    mask: Mask = compare(values, limit)
    return mask


# Neighbours.


def _neighbourhood(columns: Columns, node: Near) -> Mask:
    centre = _mask(columns, node.centre)
    mask = _within(columns, centre, node.maximum)
    if node.minimum > 0.0:
        mask &= ~_within(columns, centre, node.minimum)
    if node.group is Group.RESIDUE:
        mask = columns.whole_residues(mask)
    elif node.group is not Group.ATOM:
        part = _word(columns, Word(node.group.value))
        mask = columns.whole_residues(mask & part) & part
    if not node.with_centre:
        mask &= ~(centre if node.group is Group.ATOM else columns.whole_residues(centre))
    return mask


def _within(columns: Columns, centre: Mask, distance: float) -> Mask:
    """Which atoms are within a distance of the centre, in each model by itself."""
    import numpy as np

    mask = np.zeros(len(columns.owner), dtype=bool)
    start = 0
    for model in columns.structure:
        one = slice(start, start + model.count_atom_sites())
        mask[one] = near(columns.positions[one], columns.positions[one][centre[one]], distance)
        start = one.stop
    return mask
