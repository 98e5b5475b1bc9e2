"""Whatever is done to a tree, its rules hold: it comes back from every format as it was."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from xtalflow.data import (
    CBoolean,
    CComposite,
    CContainer,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CString,
    ValueState,
    find_all_files,
)
from xtalflow.errors import InvalidInput, XtalflowError
from xtalflow.formats import ParamsHeader, from_json, read_params, to_json, write_params


class Item(CComposite):
    file = CDataFile()
    number = CInt(default=3, min=0)
    text = CString()


class Inputs(CContainer):
    NUMBER = CInt(default=1, min=-5, max=5)
    REAL = CFloat(default=0.5)
    FLAG = CBoolean()
    TEXT = CString(default="t", maxLength=20)
    FILE = CDataFile(subType={"default": 1})
    ITEMS = CList(Item())
    NUMBERS = CList(CInt(default=7))
    ITEM = Item(default={"text": "given"})


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    root.add("controlParameters", Inputs())
    return root


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=25),
    st.sampled_from(["", " ", "\r\n", "1", "]]>", "<&>", "/data/x.mtz", "../x.mtz", "CCP4_JOBS/job_1/x.mtz"]),
)
items = st.fixed_dictionaries({}, optional={"file": scalars, "number": scalars, "text": scalars})
values = st.one_of(scalars, items, st.lists(st.one_of(scalars, items), max_size=3))
paths = st.sampled_from(
    [f"{s}.{n}" for s in ("inputData", "controlParameters") for n in Inputs().childNames()]
    + ["inputData.ITEMS[0]", "inputData.ITEMS[1].file", "inputData.NUMBERS[0]", "inputData.ITEM.number", "inputData"]
    + ["inputData.FILE.annotation", "inputData.FILE.contentFlag", "inputData.ITEM.file.baseName"]
)
verbs = st.sampled_from(["set", "unSet", "restore", "copy from", "add item", "pop"])
deeds = st.lists(st.tuples(verbs, paths, paths, values), max_size=12)


def do(root, deed):
    verb, path, other, value = deed
    try:
        target = root.find(path)
        if verb == "set":
            target.set(value)
        elif verb == "copy from":
            target.set(root.find(other))
        elif verb == "add item" and isinstance(target, CList):
            target.append(value)
        elif verb == "pop" and isinstance(target, CList) and target:
            target.pop(0)
        elif verb in ("unSet", "restore"):
            getattr(target, verb)()
    except InvalidInput:
        pass


def check_rules(node, root):
    assert root.find(node.object_path()) is node
    assert node.childNames() == [child.name for child in node.children()]
    assert node.copy() == node
    if not node.childNames() and not isinstance(node, (CList, CComposite)):
        assert (node.value is None) == (node.getValueState() is ValueState.NOT_SET)
    for child in node.children():
        assert child.parent is node
        check_rules(child, root)


@given(deeds)
def test_after_any_deeds_the_rules_hold_and_every_format_gives_the_tree_back(done):
    root = make_tree()
    for deed in done:
        do(root, deed)
    check_rules(root, root)
    assert len(find_all_files(root)) == 4 + len(root["inputData"].ITEMS) + len(root["controlParameters"].ITEMS)

    by_dict, by_json, by_xml = make_tree(), make_tree(), make_tree()
    by_dict["inputData"].TEXT = "before"
    by_dict.from_dict(root.to_dict())
    from_json(to_json(root), by_json)
    with TemporaryDirectory() as folder:
        path = Path(folder, "params.xml")
        write_params(root, ParamsHeader(task="t"), path)
        header = read_params(path, by_xml)

    assert by_dict == root
    assert by_json == root
    assert by_xml == root
    assert header.unknown == ()


@given(deeds, st.tuples(verbs, paths, paths, values))
def test_what_is_done_to_a_copy_does_not_show_in_the_original(done, more):
    root = make_tree()
    for deed in done:
        do(root, deed)
    before = root.to_dict()
    do(root.copy(), more)

    assert root.to_dict() == before


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["children", "items", "state", "value", "inputData", "FILE", "ITEMS", "x"]), inner
        ),
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_other_dictionary_is_refused_or_taken_but_never_breaks(data):
    root = make_tree()
    with suppress(XtalflowError):
        root.from_dict(data)
    check_rules(root, root)


@given(st.text(max_size=40))
def test_a_path_of_any_text_is_found_or_unknown(text):
    root = make_tree()
    try:
        found = root.find(text)
    except XtalflowError:
        return
    assert found.object_path() == text
