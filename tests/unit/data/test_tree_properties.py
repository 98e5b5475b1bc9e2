"""Whatever is done to a tree, its rules hold: it comes back from every format as it was."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from arbitrary_trees import deeds, do, make_tree, paths, values, verbs
from xtalflow.data import CComposite, CList, ValueState, find_all_files
from xtalflow.errors import XtalflowError
from xtalflow.formats import ParamsHeader, from_json, from_phil, read_params, to_json, to_phil, write_params


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
        before = root.to_dict()
        if not do(root, deed):
            assert root.to_dict() == before
    check_rules(root, root)
    assert len(find_all_files(root)) == sum(4 + len(section.ITEMS) + len(section.PAIR) for section in root)

    by_dict, by_json, by_phil, by_xml = make_tree(), make_tree(), make_tree(), make_tree()
    by_dict["inputData"].TEXT = "before"
    by_dict.from_dict(root.to_dict())
    from_json(to_json(root), by_json)
    from_phil(to_phil(root), by_phil)
    with TemporaryDirectory() as folder:
        path = Path(folder, "params.xml")
        write_params(root, ParamsHeader(task="t"), path)
        header = read_params(path, by_xml)

    assert by_dict == root
    assert by_json == root
    assert by_phil == root
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


steps = ["inputData", "ITEMS", "NUMBERS", "FILE", "file", "baseName", "number", *".[]0123456789٠ -", "[0]", "[1]", "x"]


@given(st.lists(st.sampled_from(steps), max_size=6).map("".join) | paths)
def test_a_path_of_any_text_is_found_or_unknown(text):
    root = make_tree()
    root["inputData"].ITEMS = [{}, {}]
    root["inputData"].NUMBERS = list(range(12))
    try:
        found = root.find(text)
    except XtalflowError:
        return
    assert found.object_path() == text
