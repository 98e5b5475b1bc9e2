"""The grammar of selections: what is read, how it is printed, and what is said of what cannot be read."""

from __future__ import annotations

import pytest

from xtalflow.errors import InvalidInput, InvalidSelection
from xtalflow.xtal import parse_selection
from xtalflow.xtal.selection import (
    ALL,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NEIGHBOURHOODS,
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
    SequenceNumber,
    Span,
    Word,
    Xor,
)

from .conftest import refusal

CHAIN_A, CHAIN_B = Atoms(chains=Names(("A",))), Atoms(chains=Names(("B",)))


def number(value: int | None, code: str | None = "") -> Span:
    return Span(SequenceNumber(value, code), SequenceNumber(value, code))


def test_a_whole_coordinate_id_is_read_part_by_part() -> None:
    tree = parse_selection("/1/A,B/10-20.A,30(ALA,GLY)/CA,CB[C]:A,B")

    assert tree == Atoms(
        models=(1,),
        chains=Names(("A", "B")),
        numbers=Numbers((Span(SequenceNumber(10), SequenceNumber(20, "A")), number(30))),
        residues=Names(("ALA", "GLY")),
        atoms=Names(("CA", "CB")),
        elements=Names(("C",)),
        altlocs=Names(("A", "B")),
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("A", CHAIN_A),
        ("A/", CHAIN_A),
        ("//A", CHAIN_A),
        ("/*/A/*/*", CHAIN_A),
        ("A/10", Atoms(chains=Names(("A",)), numbers=Numbers((number(10),)))),
        ("10", Atoms(numbers=Numbers((number(10),)))),
        ("-5", Atoms(numbers=Numbers((number(-5),)))),
        ("(HEM)", Atoms(residues=Names(("HEM",)))),
        ("*(HEM)", Atoms(residues=Names(("HEM",)))),
        ("(ALA)/CA", Atoms(residues=Names(("ALA",)), atoms=Names(("CA",)))),
        ("CA[C]", Atoms(atoms=Names(("CA",)), elements=Names(("C",)))),
        ("[zn]", Atoms(elements=Names(("Zn",)))),
        (":A", Atoms(altlocs=Names(("A",)))),
        ("CA:B", Atoms(atoms=Names(("CA",)), altlocs=Names(("B",)))),
        ("A//CA", Atoms(chains=Names(("A",)), atoms=Names(("CA",)))),
        ("//1/10", Atoms(chains=Names(("1",)), numbers=Numbers((number(10),)))),
        ("/2", Atoms(models=(2,))),
        ("/1,3/A", Atoms(models=(1, 3), chains=Names(("A",)))),
    ],
)
def test_short_forms_are_read_by_what_they_begin_with(text: str, tree: Atoms) -> None:
    assert parse_selection(text) == tree


@pytest.mark.parametrize(
    "text", ["", "  \t", "*", "all", "ALL", "/", "/*/*/*/*", "/0", "(*)", ":*", "*/*", "A,*", "*/*-*/", "*/*.*"]
)
def test_everything_can_be_said_in_many_ways(text: str) -> None:
    assert parse_selection(text) == ALL


@pytest.mark.parametrize("text", ["//", "///", "/*/", "/*//"])
def test_nothing_between_slashes_is_the_chain_without_a_name(text: str) -> None:
    """As in MMDB and gemmi."""
    assert parse_selection(text) == Atoms(chains=Names(("",)))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("10.A", number(10, "A")),
        ("10A", number(10, "A")),
        ("10.", number(10, "")),
        ("10.*", number(10, None)),
        ("*.A", number(None, "A")),
        (".A", number(None, "A")),
        ("(SER).B", number(None, "B")),
        ("33(SER).B", number(33, "B")),
        ("10-20", Span(SequenceNumber(10), SequenceNumber(20))),
        ("-5--3", Span(SequenceNumber(-5), SequenceNumber(-3))),
        ("-5-3", Span(SequenceNumber(-5), SequenceNumber(3))),
        ("10.A-20.*", Span(SequenceNumber(10, "A"), SequenceNumber(20, None))),
        ("10-", Span(SequenceNumber(10), None)),
        ("10-*", Span(SequenceNumber(10), None)),
        ("*-20", Span(None, SequenceNumber(20))),
        ("5(ALA)-9", Span(SequenceNumber(5), SequenceNumber(9))),
    ],
)
def test_residue_numbers(text: str, span: Span) -> None:
    tree = parse_selection(f"A/{text}")

    assert isinstance(tree, Atoms)
    assert tree.numbers == Numbers((span,))


def test_lists_may_say_what_is_not_meant() -> None:
    tree = parse_selection("!A,B/!10-20,30(!HOH)/!CA[!H,D]:!B")

    assert tree == Atoms(
        chains=Names(("A", "B"), excluded=True),
        numbers=Numbers((Span(SequenceNumber(10), SequenceNumber(20)), number(30)), excluded=True),
        residues=Names(("HOH",), excluded=True),
        atoms=Names(("CA",), excluded=True),
        elements=Names(("H", "D"), excluded=True),
        altlocs=Names(("B",), excluded=True),
    )


def test_blanks_in_a_coordinate_id_do_not_count() -> None:
    tree = parse_selection(" A , B / 10 - 20 ( ALA , GLY ) / CA [ C ] : A ")

    assert tree == parse_selection("A,B/10-20(ALA,GLY)/CA[C]:A")


def test_not_binds_before_and_and_before_xor_and_before_or() -> None:
    tree = parse_selection("not A and B or A xor B and A")

    assert tree == Or((And((Not(CHAIN_A), CHAIN_B)), Xor((CHAIN_A, And((CHAIN_B, CHAIN_A))))))


@pytest.mark.parametrize("text", ["{A or B} and A", "(A or B) and A", "( { A or B } ) and A", "(A/ or B/) and A/"])
def test_brackets_group(text: str) -> None:
    assert parse_selection(text) == And((Or((CHAIN_A, CHAIN_B)), CHAIN_A))


def test_round_brackets_around_names_alone_are_residues() -> None:
    assert parse_selection("not (HOH)") == Not(Atoms(residues=Names(("HOH",))))
    assert parse_selection("not (A)") == Not(Atoms(residues=Names(("A",))))
    assert parse_selection("not (water)") == Not(Word.WATER)
    assert parse_selection("(A/)") == CHAIN_A


def test_excl_is_and_not() -> None:
    assert parse_selection("A excl B") == parse_selection("A and not B")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("peptide", Word.PROTEIN),
        ("Protein", Word.PROTEIN),
        ("SOLVENT", Word.WATER),
        ("ligands", Word.LIGAND),
        ("backbone", Word.MAIN),
        ("sidechain", Word.SIDE),
        ("hetatm", Word.HETERO),
        ("sugar", Word.SACCHARIDE),
    ],
)
def test_words_have_the_spellings_of_ccp4_and_any_case(text: str, word: Word) -> None:
    assert parse_selection(text) is word


def test_chains_keep_their_case() -> None:
    assert parse_selection("a") != parse_selection("A")


def test_a_chain_called_like_a_word_is_written_after_two_slashes() -> None:
    assert parse_selection("//main") == Atoms(chains=Names(("main",)))
    assert parse_selection("//OR/10") == Atoms(chains=Names(("OR",)), numbers=Numbers((number(10),)))
    assert "//OR" in refusal("OR/10").expected


def test_conditions_follow_a_semicolon_or_stand_alone() -> None:
    assert parse_selection("A;q<0.5;b>=30") == And((CHAIN_A, Comparison("q", "<", 0.5), Comparison("b", ">=", 30.0)))
    assert parse_selection(";b<40") == parse_selection("b < 40.0") == Comparison("b", "<", 40.0)
    assert parse_selection(";polymer") is Word.POLYMER
    assert parse_selection(";!solvent") == Not(Word.WATER)
    assert parse_selection("A;polymer,solvent") == And((CHAIN_A, Or((Word.POLYMER, Word.WATER))))
    assert parse_selection("not A;b<40") == Not(And((CHAIN_A, Comparison("b", "<", 40.0))))


def test_neighbourhoods_in_our_words_and_in_ccp4mgs() -> None:
    near = Near(centre=CHAIN_A, maximum=5.0)

    assert parse_selection("within 5.0 of A") == near
    assert parse_selection("neighb A 5") == near
    assert parse_selection('neighb cid="A/" maxd=5.0 group=all') == near
    assert parse_selection("{neighb maxd=5 cid=A/}") == near
    assert parse_selection("B within 5 of A") == And((CHAIN_B, near))
    assert parse_selection("residues within 5 of A and not B") == And((Residues(near), Not(CHAIN_B)))
    assert parse_selection('neighb cid="A" maxd=5 mind=2 group=residue excl=central,solvent') == And(
        (Near(centre=CHAIN_A, maximum=5.0, minimum=2.0, group=Group.RESIDUE, with_centre=False), Not(Word.WATER))
    )


def test_the_examples_of_ccp4i2s_documentation_are_read_as_it_says() -> None:
    near_histidine = Near(centre=Atoms(residues=Names(("HIS",)), atoms=Names(("NE2", "ND1"))), maximum=5.0)
    oxygens = Atoms(residues=Names(("GLU", "ASP")), elements=Names(("O",)))
    ranges = Or((parse_selection("A/10-25"), parse_selection("A/35-40")))
    main_chain = Atoms(atoms=Names(("CA", "N", "C", "O")))

    assert parse_selection("(GLU,ASP)/(O) and neighb (HIS)/NE2,ND1 5") == And((oxygens, near_histidine))
    assert parse_selection("{ /CA,N,C,O and {A/10-25 or A/35-40} } or (MTX)") == Or(
        (And((main_chain, ranges)), Atoms(residues=Names(("MTX",))))
    )
    assert parse_selection("/1/A/33(SER).B/CA[C].A") == parse_selection("/1/A/33.B(SER)/CA[C]:A")


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("A/10:B", 4, "a / between residue and atoms"),
        ("A(SER)", 1, "a / between chain and residue"),
        ("A/CA", 2, "a residue number"),
        ("A/20-10", 2, "does not end before it begins"),
        ("A/99999999999", 2, "at most nine digits"),
        ("/A/23", 1, "the number of a model"),
        ("[Xx]", 1, "an element"),
        ("CA:AB", 3, "one letter"),
        ("!*", 0, "a name after !"),
        ("A and", 5, "a selection"),
        ("A and and B", 6, "//and"),
        ("A B", 2, "and, or"),
        ("protein/10", 7, "and, or"),
        ("{A or B", 7, "'}'"),
        ("A}", 1, "and, or"),
        ("()", 1, "a selection"),
        ("A;", 2, "q or b"),
        (";q<", 3, "a number"),
        (";q<1e999", 3, "a number"),
        ("within A", 7, "a number"),
        ("within 5 A", 9, "the word of"),
        ("within 0 of A", 7, "above 0 and at most 100"),
        ("neighb A maxd=101", 14, "above 0 and at most 100"),
        ("neighb A", 8, "the greatest distance"),
        ("neighb A 5 mind=6", 17, "at most maxd"),
        ("neighb A 5 hbonded=1", 11, "one of cid="),
        ("neighb A 5 maxd=4", 11, "each once"),
        ("neighb A 5 group=chain", 17, "one of all, atom, residue, main, side"),
        ('neighb cid="A maxd=5', 11, "a second quotation mark"),
        ('neighb cid="A/10:B" maxd=5', 16, "a / between residue and atoms"),
        ("A/é", 2, "a residue number"),
        ("é", 0, "a selection"),
    ],
)
def test_a_refusal_tells_the_place_and_what_should_be_there(text: str, position: int, expected: str) -> None:
    error = refusal(text)

    assert (error.text, error.position) == (text, position)
    assert expected in error.expected


def test_a_refusal_ends_with_the_text_and_a_caret_under_the_spot() -> None:
    error = refusal("A/10-20 and B/10:C")

    assert str(error).endswith("\nA/10-20 and B/10:C\n                ^")
    assert isinstance(error, InvalidInput)


def test_of_a_long_text_the_surroundings_of_the_spot_are_shown() -> None:
    error = refusal(" or ".join(["A/1-9"] * 50 + ["A/x"] + ["B"] * 200))

    line, caret = error.shown.split("\n")
    assert len(line) < 120
    assert line[caret.index("^")] == "x"
    assert (line[0], line[-1]) == ("…", "…")


def test_a_line_break_in_a_text_does_not_move_the_caret() -> None:
    assert refusal("A\nor\n\tB/x").shown == "A or  B/x\n        ^"


@pytest.mark.parametrize("opening", ["{", "(", "not ", "residues ", "within 3 of ", "neighb {", "A and {B or "])
def test_depth_is_bounded(opening: str) -> None:
    """Far below what Python's stack can hold."""
    for depth in (3 * MAX_DEPTH + 1, MAX_LENGTH // len(opening) - 1):
        assert "simpler" in refusal(opening * depth + "A").expected


def test_length_is_bounded() -> None:
    assert "at most" in refusal("A" * (MAX_LENGTH + 1)).expected
    assert "when it is printed" in refusal("A" + ";b<1" * (MAX_LENGTH // 4 - 1)).expected


def test_the_number_of_neighbourhoods_is_bounded() -> None:
    """Each is a search through the whole model."""
    text = "A" + " within 3 of B" * MAX_NEIGHBOURHOODS

    assert parse_selection(text)
    assert "neighbourhoods" in refusal(text + " within 3 of B").expected


def test_what_is_as_deep_as_allowed_prints_and_is_read_again() -> None:
    text = "A"
    for _ in range(MAX_DEPTH - 1):
        text = f"neighb {{{text}}} maxd=5 group=main excl=central"
    tree = parse_selection(text)

    assert parse_selection(str(tree)) == tree
    with pytest.raises(InvalidSelection):
        parse_selection(f"not {text}")


def test_a_thousand_parts_side_by_side_are_no_matter_of_depth() -> None:
    tree = parse_selection(" or ".join(f"A/{one}" for one in range(1000)))

    assert isinstance(tree, Or)
    assert len(tree.parts) == 1000
