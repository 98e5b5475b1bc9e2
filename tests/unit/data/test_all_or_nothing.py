"""What is refused changes nothing: neither values nor objects nor what listeners heard."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from xtalflow.data import CComposite, CContainer, CDataFile, CInt, CList, CString
from xtalflow.errors import InvalidInput, InvalidValue
from xtalflow.formats import from_json, from_phil


class Pair(CComposite):
    one = CInt()
    two = CInt(max=5)


class Root(CContainer):
    FILE = CDataFile(contentFlag={"max": 2})
    OTHER = CDataFile()
    NUMBER = CInt(max=9)
    FILES = CList(CDataFile())
    LIST = CList(CString())


def test_an_object_of_which_a_part_is_refused_is_not_taken():
    root = Root()
    root.FILE = "/old/old.mtz"
    root.OTHER.set({"relPath": "/new", "baseName": "new.mtz", "contentFlag": 4})
    with pytest.raises(InvalidValue, match="contentFlag"):
        root.FILE = root.OTHER

    assert str(root.FILE) == "/old/old.mtz"


def test_parts_that_were_taken_before_another_was_refused_are_put_back():
    class Narrow(Pair):
        two = CInt(max=1)

    narrow, pair = Narrow(), Pair()
    narrow.set({"one": 1, "two": 1})
    pair.set({"one": 3, "two": 3})
    with pytest.raises(InvalidValue):
        narrow.set(pair)

    assert (narrow.one.value, narrow.two.value) == (1, 1)


TEXTS = {"state": "explicitly_set", "items": [{"state": "explicitly_set", "value": "x"}]}
TOO_MUCH = {"state": "explicitly_set", "value": 10}


@pytest.mark.parametrize(
    "refused",
    [
        lambda root: root.update({"LIST": ["x"], "FILES": None, "NUMBER": 10}),
        lambda root: root.from_dict({"children": {"LIST": TEXTS, "NUMBER": TOO_MUCH}}),
        lambda root: from_json(json.dumps({"children": {"LIST": TEXTS, "NUMBER": TOO_MUCH}}), root),
        lambda root: from_phil("LIST { item_0 = x\n item_1 = y }\nNUMBER = 10", root),
    ],
    ids=["update", "from_dict", "from_json", "from_phil"],
)
def test_what_was_in_the_tree_is_in_it_still(refused):
    root = Root()
    root.LIST, root.FILES, root.NUMBER = ["a", "b", "c"], ["/x/a.mtz"], 3
    item, before, heard = root.LIST[1], root.to_dict(), []
    root.changed.connect(heard.append)
    root.LIST[1].changed.connect(heard.append)
    with pytest.raises(InvalidInput, match="at most 9"):
        refused(root)

    assert root.to_dict() == before
    assert root.LIST[1] is item
    assert item.object_path() == "LIST[1]"
    assert heard == []
    item.set("z")
    assert [change.path for change in heard] == ["LIST[1]", "LIST[1]"]


def test_deeds_on_a_list_are_undone_one_by_one():
    root = Root()
    root.LIST = ["a", "b", "c"]
    items = list(root.LIST)
    with suppress(InvalidValue), root.all_or_nothing():
        root.LIST.pop(0)
        root.LIST.insert(1, "new")
        root.LIST.append("last")
        root.LIST.remove(items[2])
        root.LIST.clear()
        root.LIST.append("again")
        root.NUMBER = 10

    assert [item.value for item in root.LIST] == ["a", "b", "c"]
    assert all(one is other for one, other in zip(root.LIST, items, strict=True))
    assert [item.object_path() for item in items] == ["LIST[0]", "LIST[1]", "LIST[2]"]


def test_what_was_done_in_an_inner_part_is_undone_with_the_outer():
    root = Root()
    with suppress(KeyError), root.all_or_nothing():
        root.update({"NUMBER": 1, "LIST": ["a"]})
        raise KeyError

    assert not root.isSet()
    root.update({"NUMBER": 2})
    assert root.NUMBER.value == 2
