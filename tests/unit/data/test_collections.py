"""Collections, and objects of classes that are not known."""

import json

import pytest

from xtalflow.data import CCollection, CContainer, CDict, CList, CString, CUnknown, ValueState
from xtalflow.errors import InvalidValue


def test_an_unknown_object_keeps_its_class_and_parts():
    odd = CUnknown("COddThing", guiLabel="Odd")
    odd.set([("CItem", "1"), ("CItem", {"x": "2"})])
    again = CUnknown("COddThing")
    again.from_dict(json.loads(json.dumps(odd.to_dict())))

    assert odd.class_name == "COddThing"
    assert odd.value == (("CItem", "1"), ("CItem", (("x", "2"),)))
    assert str(odd) == "CItem=1, CItem=(x=2)"
    assert again == odd
    assert odd.copy() == odd
    assert odd.copy().class_name == "COddThing"
    assert odd.qualifier("guiLabel") == "Odd"


def test_objects_of_two_unknown_classes_differ():
    one, other = CUnknown("COne"), CUnknown("COther")
    one.set("1")
    other.set("1")

    assert one != other
    with pytest.raises(InvalidValue, match="a COne"):
        one.set(other)
    with pytest.raises(InvalidValue, match="a COne"):
        one.set(CString("1"))


def test_an_unknown_object_has_defaults_and_states():
    odd = CUnknown("COddThing", default={"a": "1"})
    root = CContainer()
    below = root.add("ODD", odd)

    assert below.getValueState() is ValueState.DEFAULT
    assert below.class_name == "COddThing"
    below.unSet()
    assert below.value is None
    below.restore()
    assert below.value == (("a", "1"),)


def test_unknown_objects_are_items_of_lists():
    odd = CList(CUnknown("COddThing"))
    odd.append("1")

    assert odd[0].class_name == "COddThing"
    assert odd.copy() == odd


@pytest.mark.parametrize("value", [1, b"x", {"a b": "1"}, {"a": 1}, ["a"], [("a",)], "\x00", {"": "1"}, {1: "1"}])
def test_parts_are_texts_with_names(value):
    with pytest.raises(InvalidValue):
        CDict().set(value)


def test_parts_are_not_nested_without_end():
    deep: object = ""
    for _ in range(5000):
        deep = [("a", deep)]

    with pytest.raises(InvalidValue, match="not deeper"):
        CCollection().set(deep)


def test_a_class_needs_a_name():
    with pytest.raises(TypeError, match="cannot be the name of a class"):
        CUnknown("no class")


def test_a_list_needs_items():
    with pytest.raises(TypeError, match="declaration of its items"):
        CList()
