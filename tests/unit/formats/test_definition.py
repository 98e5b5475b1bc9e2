"""Definition files: what they declare, what is wrong in them, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.data import CContainer, CData, CFloat, CInt, CList, CString, CUnknown, ValueState
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.formats import (
    Definition,
    Note,
    ParamsHeader,
    read_definition,
    read_params,
    write_definition,
    write_params,
)
from xtalflow.xtal import CObsDataFile

HEADER = "<ccp4i2_header><function>DEF</function><pluginName>shake</pluginName></ccp4i2_header>"


def content(name: str, kind: str, qualifiers: str = "", more: str = "") -> str:
    return f'<content id="{name}"><className>{kind}</className><qualifiers>{qualifiers}</qualifiers>{more}</content>'


def write(path: Path, body: str, *, header: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<ccp4i2>{header}<ccp4i2_body id="shake">{body}</ccp4i2_body></ccp4i2>')
    return path


def read_parameters(folder: Path, *contents: str) -> Definition:
    return read_definition(write(folder / "shake.def.xml", f'<container id="p">{"".join(contents)}</container>'))


def described(item: CData) -> list[tuple[str, str, dict[str, object], ValueState]]:
    own = [(item.object_path(), item.class_name, dict(item.get_merged_metadata("qualifiers")), item.getValueState())]
    if isinstance(item, CList):
        own += [("item", *row[1:]) for row in described(item.makeItem())]
    return own + [row for child in item.children() for row in described(child)]


def inclusion(folder: str, name: str) -> str:
    return (
        f"<file><CI2XmlDataFile><project>CCP4I2_TOP</project><relPath>{folder}</relPath>"
        f"<baseName>{name}</baseName></CI2XmlDataFile></file>"
    )


@pytest.mark.parametrize(
    "text",
    [
        '<c:ccp4i2 xmlns:c="http://www.ccp4.ac.uk/ccp4ns">{header}<ccp4i2_body>{body}</ccp4i2_body></c:ccp4i2>',
        "<ccp4i2>{header}<ccp4i2_body><ccp4i2_body>{body}</ccp4i2_body></ccp4i2_body></ccp4i2>",
        '<ccp4i2_body id="shake">{body}</ccp4i2_body>',
        '<ccp4i2 xmlns="http://www.ccp4.ac.uk/ccp4ns">{header}<ccp4i2_body>{body}</ccp4i2_body></ccp4i2>',
    ],
)
def test_every_root_is_read(text: str, tmp_path: Path) -> None:
    """Namespaced, bare, a body in a body, and a body alone."""
    path = tmp_path / "shake.def.xml"
    body = f'<container id="p">{content("N", "CInt", "<default>3</default>")}</container>'
    path.write_text(text.format(header=HEADER, body=body))

    definition = read_definition(path)

    assert (definition.task, definition.container["p"]["N"].value, definition.notes) == ("shake", 3, ())


def test_qualifiers_have_their_types(tmp_path: Path) -> None:
    """Numbers, truths, lists, and elements in elements."""
    definition = read_parameters(
        tmp_path,
        content(
            "WEIGHT",
            "CFloat",
            "<default>1</default><min>0</min><max>None</max><enumerators>1, 2.5</enumerators>"
            "<onlyEnumerators>0</onlyEnumerators><charWidth>5</charWidth><guiLabel> Weight </guiLabel>"
            "<guiDefinition><expertLevel>1</expertLevel><style>radio</style></guiDefinition>",
        ),
        content(
            "F_SIGF",
            "CObsDataFile",
            "<requiredContentFlag>1,2</requiredContentFlag><default><contentFlag>4</contentFlag></default>"
            "<subType><enumerators>1,2</enumerators></subType>",
        ),
    )

    weight, file = definition.container["p"]["WEIGHT"], definition.container["p"]["F_SIGF"]
    assert isinstance(weight, CFloat)
    assert weight.get_merged_metadata("qualifiers") == {
        "default": 1.0,
        "min": 0,
        "enumerators": (1.0, 2.5),
        "onlyEnumerators": False,
        "charWidth": 5,
        "guiLabel": "Weight",
        "guiDefinition": {"expertLevel": 1, "style": "radio"},
    }
    assert isinstance(file, CObsDataFile)
    assert file.qualifier("requiredContentFlag") == (1, 2)
    assert file.subType.qualifier("enumerators") == (1, 2)
    assert (file.contentFlag.value, file.contentFlag.getValueState(), file.isSet()) == (4, ValueState.DEFAULT, False)
    assert definition.notes == ()


@pytest.mark.parametrize("text", ["None", "", " "])
def test_no_default_is_no_value(text: str, tmp_path: Path) -> None:
    """``None`` and an empty element say that there is none."""
    definition = read_parameters(tmp_path, content("A", "CString", f"<default>{text}</default>"))

    assert definition.container["p"]["A"].getValueState() is ValueState.NOT_SET
    assert definition.notes == ()


def test_a_list_has_its_items_and_the_least_number_of_them(tmp_path: Path) -> None:
    """They are there by default; the item's qualifiers are those of the sub-item."""
    item = "<subItem><className>CInt</className><qualifiers><min>1</min></qualifiers></subItem>"
    definition = read_parameters(tmp_path, content("N", "CList", "<listMinLength>2</listMinLength>", item))

    numbers = definition.container["p"]["N"]
    assert [type(each) for each in numbers] == [CInt, CInt]
    assert numbers.getValueState() is ValueState.DEFAULT
    assert numbers.makeItem().qualifier("min") == 1
    assert definition.container.copy() == definition.container
    numbers[1].set(5)
    assert numbers.getValueState() is ValueState.EXPLICITLY_SET
    numbers.restore()
    assert (len(numbers), numbers[1].value) == (2, None)


def test_an_unknown_class_is_kept_with_a_note(tmp_path: Path) -> None:
    definition = read_parameters(tmp_path, content("A", "CNeverHeardOf", "<guiLabel>A</guiLabel>"))

    unknown = definition.container["p"]["A"]
    assert (type(unknown), unknown.class_name, unknown.qualifier("guiLabel")) == (CUnknown, "CNeverHeardOf", "A")
    assert definition.notes == (
        Note(
            file=tmp_path / "shake.def.xml",
            path="p.A",
            what="is of the class 'CNeverHeardOf', which is not known",
        ),
    )


@pytest.mark.parametrize(
    ("kind", "qualifiers", "what"),
    [
        ("CInt", "<default>Auto</default>", "default = 'Auto' is refused: it must be an integer"),
        ("CFloat", "<max>1</max><default>2</default>", "default = '2' is refused: it must be at most 1"),
        (
            "CString",
            "<enumerators>a,b</enumerators><onlyEnumerators>True</onlyEnumerators><default>c</default>",
            "default = 'c' is refused: it must be one of a, b",
        ),
        ("CInt", "<min>low</min>", "min = 'low' is not a number"),
        ("CInt", "<mustExist>perhaps</mustExist>", "mustExist = 'perhaps' is not True or False"),
        ("CFloat", "<minimum>0.</minimum>", "minimum has no effect; min is meant"),
        (
            "CString",
            "<enumerators>a,b</enumerators><menuText>A,B,b</menuText>",
            "menuText has 3 labels for 2 enumerators",
        ),
        ("CString", "<colour>red</colour>", "there is no qualifier colour"),
        (
            "CString",
            "<toolTip>a</toolTip><toolTip>b</toolTip>",
            "toolTip is given twice, and differently; the last counts",
        ),
        (
            "CObsDataFile",
            "<default><subType>9</subType></default>",
            "default of subType = '9' is refused: it must be one of 1, 2, 3",
        ),
        ("CObsDataFile", "<default><colour>1</colour></default>", "default of colour = '1': there is no such part"),
        ("CInt", "<min><x>1</x></min>", "min = '' is not a text"),
        ("CString", "<patternRegex>(</patternRegex>", "patternRegex = '(' is not a regular expression"),
        ("CList", "", "does not say what it is a list of; texts are taken"),
        ("CInt", "<enumerators>1,Auto</enumerators>", "enumerator 'Auto' is refused: it must be an integer"),
        ("CInt", "<enumerators>1,15,15</enumerators>", "enumerators have 15 more than once"),
        ("CInt", "<onlyEnumerators>True</onlyEnumerators>", "onlyEnumerators has no effect; there are no enumerators"),
        ("CBoolean", "<min>0</min>", "min has no effect on a CBoolean"),
        ("CInt", "<mustExist>True</mustExist>", "mustExist has no effect on a CInt"),
        ("COutputFileList", "<default>x</default>", "default = 'x' has no effect; a list has none"),
        (
            "CEnsembleList",
            "<listMinLength>-1</listMinLength>",
            "listMinLength = -1 is not from 0 to 1000; no items are made",
        ),
        (
            "CExePathList",
            "<listMinLength>1001</listMinLength>",
            "listMinLength = 1001 is not from 0 to 1000; no items are made",
        ),
    ],
)
def test_what_is_wrong_is_noted_once(kind: str, qualifiers: str, what: str, tmp_path: Path) -> None:
    """It is no reason to refuse the file, and a bad default is no value."""
    definition = read_parameters(tmp_path, content("A", kind, qualifiers))

    assert [(note.path, note.what) for note in definition.notes] == [("p.A", what)]
    assert definition.container["p"]["A"].getValueState() is ValueState.NOT_SET


def test_a_refused_default_stays_a_qualifier(tmp_path: Path) -> None:
    definition = read_parameters(tmp_path, content("N", "CInt", "<default>Auto</default>"))

    assert definition.container["p"]["N"].qualifier("default") == "Auto"


def test_descriptions_that_cannot_be_are_noted(tmp_path: Path) -> None:
    definition = read_parameters(
        tmp_path,
        content("a.b", "CInt"),
        content("N", "CInt"),
        content("N", "CFloat"),
        "<default>1</default>",
        '<content id="E"/>',
    )

    assert [(note.path, note.what) for note in definition.notes] == [
        ("p", "'a.b' cannot be the name of a parameter"),
        ("p.N", "is described twice; the last description counts"),
        ("p", "<default> has no meaning here"),
        ("p.E", "has no class"),
    ]
    assert isinstance(definition.container["p"]["N"], CFloat)


def test_a_definition_is_built_on_another(tmp_path: Path) -> None:
    """Containers are merged; a parameter described again keeps its place; a file may be read into a container."""
    write(
        tmp_path / "wrappers/base/base.def.xml",
        f'<container id="p">{content("A", "CInt")}{content("B", "CInt")}</container>',
    )
    path = write(
        tmp_path / "pipelines/shake/wrappers/x/shake.def.xml",
        inclusion("wrappers/base", "base.def.xml")
        + f'<container id="p">{content("C", "CInt")}{content("A", "CFloat")}</container>'
        + f'<container id="q">{inclusion("wrappers/base", "base.def.xml")}</container>',
    )

    for root in (None, tmp_path):
        definition = read_definition(path, root=root)
        rows = [(where, kind) for where, kind, _, _ in described(definition.container)[1:]]
        assert rows == [
            ("p", "CContainer"),
            ("p.A", "CFloat"),
            ("p.B", "CInt"),
            ("p.C", "CInt"),
            ("q", "CContainer"),
            ("q.p", "CContainer"),
            ("q.p.A", "CInt"),
            ("q.p.B", "CInt"),
        ]
        assert definition.notes == ()


def test_what_a_parameter_does_not_say_again_is_kept(tmp_path: Path) -> None:
    """Its class, its qualifiers, what it is a list of; but not those of another class."""
    item = "<subItem><className>CFloat</className></subItem>"
    before = [
        content("A", "CInt", "<min>1</min><guiLabel>old</guiLabel>"),
        content("B", "CInt", "<min>1</min>"),
        content("L", "CList", "<guiLabel>old</guiLabel>", item),
    ]
    write(tmp_path / "wrappers/base/base.def.xml", f'<container id="p">{"".join(before)}</container>')
    again = (
        '<content id="A"><qualifiers><guiLabel>new</guiLabel></qualifiers></content>'
        f"{content('B', 'CString')}{content('L', 'CList', '<listMinLength>1</listMinLength>')}"
    )
    path = write(
        tmp_path / "wrappers/shake.def.xml",
        inclusion("wrappers/base", "base.def.xml") + f'<container id="p">{again}</container>',
    )
    definition = read_definition(path)

    assert [row[1:3] for row in described(definition.container["p"]) if row[0] in ("p.A", "p.B", "p.L")] == [
        ("CInt", {"min": 1, "guiLabel": "new"}),
        ("CString", {}),
        ("CList", {"guiLabel": "old", "listMinLength": 1}),
    ]
    assert [type(each) for each in definition.container["p"]["L"]] == [CFloat]
    assert definition.notes == ()


def test_a_note_names_the_file_that_says_it(tmp_path: Path) -> None:
    base = write(tmp_path / "wrappers/base/base.def.xml", f'<container id="p">{content("A", "CNo")}</container>')
    path = write(tmp_path / "wrappers/shake.def.xml", inclusion("wrappers/base", "base.def.xml"))

    assert [note.file for note in read_definition(path).notes] == [base]


def test_lists_in_lists_do_not_multiply(tmp_path: Path) -> None:
    """A short file cannot ask for a thousand times a thousand items."""
    minimum = "<qualifiers><listMinLength>1000</listMinLength></qualifiers>"
    inner = f"<subItem><className>CList</className>{minimum}</subItem>"
    outer = f"<subItem><className>CList</className>{minimum}{inner}</subItem>"
    definition = read_parameters(tmp_path, content("A", "CList", "<listMinLength>1000</listMinLength>", outer))

    assert len(definition.container["p"]["A"]) == 1000
    assert len(definition.container["p"]["A"][0]) == 0
    assert "listMinLength = 1000 is not from 0 to 1; no items are made" in {note.what for note in definition.notes}


def test_a_pattern_that_takes_for_ever_is_given_up(tmp_path: Path) -> None:
    evil, text = "^(a+)+$", 40 * "a" + "!"
    definition = read_parameters(
        tmp_path, content("A", "CString", f"<patternRegex>{evil}</patternRegex><default>{text}</default>")
    )

    assert definition.container["p"]["A"].getValueState() is ValueState.NOT_SET
    assert [note.path for note in definition.notes] == ["p.A"]


def test_python_says_nothing_of_its_own_about_odd_patterns_and_defaults(tmp_path: Path) -> None:
    """Python warns of a set in a set, and of a number that runs into a word; warnings fail this test."""
    definition = read_parameters(
        tmp_path,
        content("A", "CString", "<patternRegex>[[a]</patternRegex><default>a</default>")
        + content("B", "CString", "<default>{1if}</default>"),
    )

    assert definition.container["p"]["A"].value == "a"
    assert definition.container["p"]["B"].value == "{1if}"
    assert not definition.notes


def test_a_text_between_elements_is_noted(tmp_path: Path) -> None:
    definition = read_parameters(tmp_path, '<content id="A">CInt<className>CFloat</className></content>')

    assert [(note.path, note.what) for note in definition.notes] == [("p.A", "'CInt' has no meaning here")]


def test_blanks_of_a_text_are_kept_and_those_of_a_choice_or_a_number_are_not(tmp_path: Path) -> None:
    choices = "<enumerators>P1</enumerators><onlyEnumerators>1</onlyEnumerators>"
    definition = read_parameters(
        tmp_path,
        content("TEXT", "CString", "<default>\nEND\n  </default>"),
        content("NUMBER", "CInt", "<default> 5\n</default>"),
        content("CHOICE", "CSpaceGroup", f"{choices}<default> P1 </default>"),
    )

    assert [child.value for child in definition.container["p"]] == ["\nEND\n  ", 5, "P 1"]
    assert definition.notes == ()


def test_a_class_of_containers_keeps_its_name(tmp_path: Path) -> None:
    definition = read_parameters(tmp_path, content("PREFERENCES", "CPreferences"))
    write_definition(definition.container, tmp_path / "again.def.xml", task="shake")
    again = read_definition(tmp_path / "again.def.xml")

    assert again.container["p"]["PREFERENCES"].class_name == "CPreferences"


def test_a_text_that_no_file_can_hold_is_refused_in_words(tmp_path: Path) -> None:
    container = CContainer()
    container.add("A", CInt(toolTip="\x01"))

    with pytest.raises(InvalidInput, match="the definition of shake cannot be written"):
        write_definition(container, tmp_path / "x.def.xml", task="shake")
    assert not (tmp_path / "x.def.xml").exists()


def test_a_part_called_file_is_no_inclusion(tmp_path: Path) -> None:
    """As in the items of a list of unmerged files."""
    definition = read_parameters(tmp_path, content("U", "CImportUnmerged", "<file><mustExist>True</mustExist></file>"))

    assert definition.container["p"]["U"]["file"].qualifier("mustExist") is True
    assert definition.notes == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (inclusion("wrappers", "shake.def.xml"), "is built on itself: shake.def.xml → shake.def.xml"),
        (inclusion("wrappers", "absent.def.xml"), "is built on wrappers/absent.def.xml, which is not below"),
        (inclusion("../..", "passwd"), "which is no definition below the folder of CCP4i2"),
        (inclusion("/etc", "passwd"), "which is no definition below the folder of CCP4i2"),
    ],
)
def test_a_parent_that_cannot_be_is_a_sentence(body: str, sentence: str, tmp_path: Path) -> None:
    path = write(tmp_path / "wrappers/shake.def.xml", body)

    with pytest.raises(UnreadableFile) as caught:
        read_definition(path)

    assert sentence in str(caught.value)


def test_many_files_in_files_are_refused(tmp_path: Path) -> None:
    """Ten files that each name the next twice would be a thousand."""
    for number in range(10):
        write(tmp_path / f"wrappers/{number}.xml", 2 * inclusion("wrappers", f"{number + 1}.xml"))
    write(tmp_path / "wrappers/10.xml", "")

    with pytest.raises(UnreadableFile, match="more than 100 files"):
        read_definition(tmp_path / "wrappers/0.xml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<project/>", "is not a definition: there is no <ccp4i2_body> in its <project>"),
        (
            "<ccp4i2><ccp4i2_header><function>PARAMS</function></ccp4i2_header><ccp4i2_body/></ccp4i2>",
            "is not a definition: its function is PARAMS",
        ),
        (
            '<ccp4i2 xmlns="x"><ccp4i2_header><function>PARAMS</function></ccp4i2_header><ccp4i2_body/></ccp4i2>',
            "is not a definition: its function is PARAMS",
        ),
    ],
)
def test_another_file_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(text)

    with pytest.raises(UnreadableFile, match=sentence):
        read_definition(path)


class Inputs(CContainer):
    """Values that are hard to write."""

    EMPTY = CString(default="")
    NONE = CString(default="None", toolTip=" two  blanks ")
    COMMAS = CString(default="a, b", enumerators=("a, b", "c"), menuText=("", "c"), onlyEnumerators=True)
    COUNT = CInt(default=0, min=-1, max=2.5)
    FILES = CList(CObsDataFile(default={"subType": 2}, fileExtensions=("mtz",)), listMinLength=1)
    FILE = CObsDataFile(default={"contentFlag": 1}, contentFlag={"min": 1}, guiDefinition={"toggle": "A"})


def test_a_definition_round_trips(tmp_path: Path) -> None:
    """Classes, qualifiers, defaults and states, whatever is in the texts."""
    container = CContainer()
    container.add("inputData", Inputs())
    path = tmp_path / "shake.def.xml"

    write_definition(container, path, task="shake", header={"pluginTitle": "Shake"})
    first = read_definition(path)
    write_definition(first.container, path, task=first.task, header=first.header)
    second = read_definition(path)

    assert (first.task, first.header, first.notes) == ("shake", {"pluginTitle": "Shake"}, ())
    assert described(second.container) == described(first.container)
    assert described(first.container["inputData"])[1:] == described(container["inputData"])[1:]
    assert first.container["inputData"] == CContainer.copy(first.container["inputData"])
    assert len(container["inputData"]["FILES"]) == 1


@pytest.mark.parametrize("name", ["Foo[int]", "std::vector", "C odd", "-a", "a&lt;b", "Größe"])
def test_a_class_keeps_a_name_that_no_python_class_can_have(name: str, tmp_path: Path) -> None:
    """In the definition, and its objects in parameter files, also as items of a list."""
    path, params = tmp_path / "shake.def.xml", tmp_path / "params.xml"
    items = content("L", "CList", more=f"<subItem><className>{name}</className></subItem>")
    container = read_parameters(tmp_path, content("A", name), items).container
    write_definition(container, path, task="shake")
    again = read_definition(path).container
    container.find("p.A").set("1")
    container.find("p.L").set(["2", (("x", "3"),)])
    write_params(container, ParamsHeader(task="shake"), params)
    header = read_params(params, again)

    assert again.find("p.A").class_name == again.find("p.L").makeItem().class_name == name.replace("&lt;", "<")
    assert again == container
    assert header.unknown == ()
