"""The grammar of PHIL, seen through what a text says of three parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.data import CContainer, CFloat, CInt, CList, CString, declare_in
from xtalflow.errors import InvalidInput, UnreadableFile, XtalflowError
from xtalflow.formats import from_phil, read_phil_definition, read_phil_parameters, to_phil


class Scope(CContainer):
    a = CString()
    b = CString()
    n = CInt()


class Tree(CContainer):
    a = CString()
    b = CString()
    s = Scope()


def read(text: str) -> dict[str, str | int]:
    """What is set, by path."""
    tree = Tree()
    from_phil(text, tree)
    found = {"a": tree.a, "b": tree.b, "s.a": tree.s.a, "s.b": tree.s.b, "s.n": tree.s.n}
    return {path: item.value for path, item in found.items() if item.value is not None}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = x", {"a": "x"}),
        ("a=x", {"a": "x"}),
        ("a = x  y\t z", {"a": "x y z"}),
        ("a = x=y", {"a": "x=y"}),
        ("a = 'x  y' \"z\"", {"a": "x  y z"}),
        ('a = "x"y', {"a": "x y"}),
        ('a = x"y"', {"a": 'x"y"'}),
        ("a = ''", {"a": ""}),
        ('a = "it\'s \\"so\\" \\n \\\\"', {"a": 'it\'s "so" \\n \\'}),
        ("a = 'it\\'s'", {"a": "it's"}),
        ('a = "x\\\ny"', {"a": "xy"}),
        ('a = "x\ny"', {"a": "x\ny"}),
        ('a = """say "x"\n"""', {"a": 'say "x"\n'}),
        ("a = '''it's'''", {"a": "it's"}),
        ('a = """a\\"""b"""', {"a": 'a"""b'}),
        ("a = x\n    \"y\"\n\n  'z' w\nb = v", {"a": "x y z w", "b": "v"}),
        ("a = x \\\n  y\nb = z", {"a": "x y", "b": "z"}),
        ("a = x\\\nb = y", {"a": "x\\", "b": "y"}),
        ("a = x # y\nb = z", {"a": "x", "b": "z"}),
        ("a = x #y", {"a": "x #y"}),
        ("# a = x\n  #b = y\ns.n = 1", {"s.n": 1}),
        ("a = x; b = y", {"a": "x", "b": "y"}),
        ("a = x;b=y;", {"a": "x", "b": "y"}),
        ('a = "x;y{z}"', {"a": "x;y{z}"}),
        ("s { a = x }", {"s.a": "x"}),
        ("s{a=x;n=1}b=y", {"s.a": "x", "s.n": 1, "b": "y"}),
        ("s\n{\n  a = x\n}\n", {"s.a": "x"}),
        ("s.a = x\ns.b = y", {"s.a": "x", "s.b": "y"}),
        ("s { a = x }\ns { b = y }", {"s.a": "x", "s.b": "y"}),
        ("a = x\na = y", {"a": "y"}),
        ("!a = x\nb = y", {"b": "y"}),
        ("!s { a = x }\nb = y", {"b": "y"}),
        ("s { !a = x\n b = y }", {"s.b": "y"}),
        ("a = x\n  .help = what it is\n  .type = str\nb = y", {"a": "x", "b": "y"}),
        ("s\n  .help = what it is\n  .multiple = True\n{ a = x }", {"s.a": "x"}),
        ("s .help=h;.style=bold { a = x }", {"s.a": "x"}),
        ("a = x\n!.type = int", {"a": "x"}),
        ("a = NONE\nb = none", {}),
        ("a = x\r\nb = y\r\n", {"a": "x", "b": "y"}),
        ("", {}),
        ("\n # nothing\n", {}),
    ],
)
def test_a_text_means(text: str, said: dict[str, str | int]) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("a", 1, 2, 'expected is "=" or "{" after a'),
        ("a b = 1", 1, 3, 'expected is "=" or "{" after a'),
        ("a =", 1, 3, "a has no value after its ="),
        ("a = x\nb = # y", 2, 3, "b has no value after its ="),
        ("a = x{", 1, 6, 'there is a "{" in a value'),
        ("a = 'x\ny", 1, 5, "these quotation marks are not closed"),
        ("s {\n  a = x\n", 1, 3, 'this scope has no closing "}"'),
        ("a = x }", 1, 7, "not '}'"),
        ("größe = 1", 1, 1, "'größe' cannot be a name"),
        ("a-b = 1", 1, 1, "'a-b' cannot be a name"),
        ("a..b = 1", 1, 1, "'a..b' cannot be a name"),
        ("__a__ = 1", 1, 1, "a name that PHIL keeps for itself"),
        (".help = x", 1, 1, "this attribute belongs to no definition"),
        ("s { a = x }\n.help = x", 2, 1, "this attribute belongs to no definition"),
        ("a = x\n  .help x", 2, 9, 'expected is "=" after .help'),
        ("include scope xia2.master", 1, 1, "another text is included"),
        ("s {\n  include file more.phil\n}", 2, 3, "another text is included"),
        ("#phil __OFF__\na = x", 1, 1, "#phil"),
    ],
)
def test_what_is_no_phil_is_refused_with_its_place(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)

    sentence, shown, mark = str(caught.value).split("\n")
    assert what in sentence
    assert sentence.startswith(f"line {line}, column {column}: ")
    assert shown.strip() == text.split("\n")[line - 1].strip()
    assert mark.index("^") == 2 + column - 1


def test_the_mark_is_under_the_spot_of_a_long_line() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(f"a = {'x' * 1000} y{{ {'z' * 1000}")

    _, shown, mark = str(caught.value).split("\n")
    assert shown[mark.index("^")] == "{"
    assert len(shown) < 130


def test_the_error_of_a_file_names_it(tmp_path: Path) -> None:
    path = tmp_path / "master.phil"
    path.write_text("a = 'x")

    with pytest.raises(UnreadableFile, match=r"master.phil: line 1, column 5"):
        read_phil_definition(path)


@pytest.mark.parametrize("data", [b"a = \xff", b"\xef\xbb\xbfa = \xe9"])
def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.phil").write_bytes(data)

    with pytest.raises(UnreadableFile, match="is no text in UTF-8"):
        read_phil_definition(tmp_path / "x.phil")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="this is a folder"):
        read_phil_definition(tmp_path)
    with pytest.raises(UnreadableFile, match="there is no such file"):
        read_phil_definition(tmp_path / "absent.phil")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a { " * 151 + "}" * 151, "nested deeper than 150 levels"),
        (".".join("a" * 151) + " = 1", "nested deeper than 150 levels"),
        ("a = " + "x " * 50, "more than 50 words"),
        ("a = x;" * 25 + "b = y", "more than 50 words"),
        ("a" * (16 * 2**20 + 1), "more than 16 Mi characters"),
    ],
)
def test_a_text_without_measure_is_refused(text: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "words" in what:
        monkeypatch.setattr("xtalflow.formats.phil._parser.MAX_WORDS", 50)
    with pytest.raises(InvalidInput, match=what):
        from_phil(text, CContainer())


class Anything(CContainer):
    a = CString()
    n = CInt(min=0)
    x = CFloat()
    items = CList(CInt())
    s = Scope()


def make_anything() -> CContainer:
    root = CContainer()
    declare_in(root, "s", Anything())
    declare_in(root, "a", CString())
    return root


tokens = st.sampled_from(
    [
        *("a", "s", "n", "x", "items", "item_0", "state", "part_0", "name", "s.a", "a.b", "!", ".help", ".type"),
        *("=", " = ", "{", "}", ";", "\n", " ", "\\", "#", '"', "'", '"""', "None", "Auto", "5", "1.5", "$x", "*", "é"),
        *("include", "__a__", ".multiple = True\n", ".type = int(value_min=0)\n", ".type = choice\n", "int", "\r\n"),
    ]
)
any_text = st.one_of(st.text(max_size=30), st.lists(tokens, max_size=20).map("".join))


@given(any_text)
def test_any_text_is_read_or_refused(text: str) -> None:
    """And what is read can be written."""
    tree, program = make_anything(), make_anything()
    try:
        from_phil(text, tree)
    except XtalflowError:
        pass
    else:
        again = make_anything()
        from_phil(to_phil(tree), again)
        assert again == tree
    for reader in (lambda: read_phil_parameters(text, program), lambda: read_phil_definition(text)):
        try:
            reader()
        except XtalflowError as exc:
            assert str(exc)  # noqa: PT017  whichever of the two it is
