"""Whatever the text, it is a selection or is refused; whatever the tree, it prints as what reads back."""

from __future__ import annotations

import gemmi
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.errors import InvalidSelection
from xtalflow.xtal import atom_mask, parse_selection
from xtalflow.xtal.selection import (
    ALL,
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

pieces = st.sampled_from(
    [
        *(word.value for word in Word),
        *("and", "or", "not", "xor", "excl", "within", "of", "residues", "neighb", "all"),
        *"{}()[]/:;,.-!*\"'=<>+ \n\x00é",
        *("A", "10", "10.A", "-5", "ALA", "CA", "C", "metals", "q<1", "b>=2.5", "5.0", "99999999999"),
        *("cid=", "maxd=", "mind=", "group=", "excl=", "central", "residue"),
    ]
)
many = st.lists(pieces, max_size=14)
texts = st.one_of(st.text(max_size=60), many.map("".join), many.map(" ".join))

names = st.text("ABCXYZabc0123456789'_+-", min_size=1, max_size=5)
codes = st.sampled_from(["", "A", "B", "z"])
numbers = st.integers(-999, 9999)


def some(name: st.SearchStrategy[str], *, empty: bool = False) -> st.SearchStrategy[Names | None]:
    one = st.one_of(name, st.just("")) if empty else name
    return st.none() | st.builds(Names, st.lists(one, min_size=1, max_size=3).map(tuple), st.booleans())


@st.composite
def spans(draw: st.DrawFn) -> Span:
    code = draw(st.one_of(codes, st.none()))
    if draw(st.booleans()):
        only = SequenceNumber(None, draw(codes)) if draw(st.booleans()) else SequenceNumber(draw(numbers), code)
        return Span(only, only)
    first, last = sorted([draw(numbers), draw(numbers)])
    if first == last:
        return Span(SequenceNumber(first), None)
    ends = [SequenceNumber(first, code), SequenceNumber(last, draw(codes))]
    return draw(st.sampled_from([Span(*ends), Span(None, ends[1]), Span(ends[0], None)]))


coordinate_ids = st.builds(
    Atoms,
    models=st.none() | st.lists(st.integers(1, 99), min_size=1, max_size=3).map(tuple),
    chains=some(names, empty=True),
    numbers=st.none() | st.builds(Numbers, st.lists(spans(), min_size=1, max_size=3).map(tuple), st.booleans()),
    residues=some(names),
    atoms=some(names | st.just("C1*")),
    elements=some(st.sampled_from(["C", "Zn", "D", "X", "metals", "nonmetals"])),
    altlocs=some(st.sampled_from("ABz1"), empty=True),
)
distances = st.floats(0.001, 100.0)
leaves = st.one_of(
    coordinate_ids,
    st.sampled_from(list(Word)),
    st.builds(
        Comparison,
        st.sampled_from("qb"),
        st.sampled_from(["<", "<=", "=", ">=", ">"]),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
)
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.builds(Not, below),
        st.builds(Residues, below),
        *(st.builds(kind, st.lists(below, min_size=2, max_size=3).map(tuple)) for kind in (And, Or, Xor)),
        st.builds(
            lambda centre, limits, group, with_centre: Near(
                centre=centre, maximum=max(limits), minimum=min(limits), group=group, with_centre=with_centre
            ),
            below,
            st.tuples(distances, distances) | st.tuples(distances, st.just(0.0)),
            st.sampled_from(list(Group)),
            st.booleans(),
        ),
    ),
    max_leaves=8,
)


def read(text: str) -> Selection | InvalidSelection:
    try:
        return parse_selection(text)
    except InvalidSelection as exc:
        return exc


@given(texts)
def test_any_text_is_a_selection_that_prints_and_reads_back_or_is_refused(text: str) -> None:
    outcome = read(text)

    if isinstance(outcome, InvalidSelection):
        assert 0 <= outcome.position <= len(text)
        assert str(outcome).endswith("^")
    else:
        assert parse_selection(str(outcome)) == outcome
        assert str(parse_selection(str(outcome))) == str(outcome)


@given(trees)
def test_any_tree_prints_as_what_reads_back(tree: Selection) -> None:
    assert parse_selection(str(tree)) == tree


@given(texts)
def test_any_selection_gives_a_truth_for_each_atom(structure: gemmi.Structure, text: str) -> None:
    count = sum(model.count_atom_sites() for model in structure)
    outcome = read(text)
    tree = ALL if isinstance(outcome, InvalidSelection) else outcome

    mask = atom_mask(structure, tree)
    assert (mask.shape, mask.dtype.name) == ((count,), "bool")
    assert (atom_mask(structure, Not(tree)) != mask).all()
