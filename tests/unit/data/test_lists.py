"""Lists: items of one declaration, named by position."""

import pytest

from xtalflow.data import CContainer, CDataFile, CFloat, CInt, CList, ValueState, declare_in, find_all_files
from xtalflow.errors import InvalidValue


class Inputs(CContainer):
    LIMITS = CList(CFloat(min=0.0))
    DICT_LIST = CList(CDataFile(mustExist=True))


def test_items_have_the_declaration_of_the_list():
    inputs = Inputs()
    item = inputs.LIMITS.append(2.5)

    assert item is inputs.LIMITS[0]
    assert item.object_path() == "LIMITS[0]"
    with pytest.raises(InvalidValue, match=r"LIMITS\[1\] = -1"):
        inputs.LIMITS.append(-1.0)
    assert len(inputs.LIMITS) == 1


def test_positions_and_paths_stay_right():
    limits = Inputs().LIMITS
    limits.set([1.0, 2.0, 3.0])
    limits.insert(0, 0.5)
    limits.insert(-1, 2.5)
    taken = limits.pop(1)
    limits.remove(limits[0])

    assert [item.value for item in limits] == [2.0, 2.5, 3.0]
    assert [item.object_path() for item in limits] == ["LIMITS[0]", "LIMITS[1]", "LIMITS[2]"]
    assert limits.index(limits[2]) == 2
    assert taken.value == 1.0
    assert taken.root() is taken


def test_an_empty_list_that_was_given_is_set():
    limits = Inputs().LIMITS
    assert limits.getValueState() is ValueState.NOT_SET
    limits.set([])
    assert limits.getValueState() is ValueState.EXPLICITLY_SET
    limits.unSet()
    assert limits.getValueState() is ValueState.NOT_SET


def test_a_bad_item_changes_nothing():
    limits = Inputs().LIMITS
    limits.set([1.0])
    with pytest.raises(InvalidValue, match=r"LIMITS\[1\]"):
        limits.set([5.0, "x"])

    assert [item.value for item in limits] == [1.0]


@pytest.mark.parametrize("value", ["text", 5, {"a": 1}, CInt(3), CContainer()])
def test_only_a_list_is_taken(value):
    with pytest.raises(InvalidValue):
        Inputs().LIMITS.set(value)


def test_assigning_a_list_copies_its_items_and_state():
    one, other = Inputs(), Inputs()
    one.LIMITS = [1.0]
    other.LIMITS = one.LIMITS
    one.LIMITS[0].set(2.0)

    assert other.LIMITS[0].value == 1.0
    other.LIMITS = Inputs().LIMITS
    assert other.LIMITS.getValueState() is ValueState.NOT_SET


def test_a_list_can_be_assigned_to_itself():
    inputs = Inputs()
    inputs.LIMITS = [1.0, 2.0]
    inputs.LIMITS = inputs.LIMITS

    assert [item.value for item in inputs.LIMITS] == [1.0, 2.0]


def test_a_list_has_no_default():
    with pytest.raises(TypeError, match="no default"):
        CList(CInt(), default=[1])


def test_copies_of_lists_are_equal():
    inputs = Inputs()
    inputs.LIMITS = [1.0, None]
    copied = inputs.LIMITS.copy()

    assert copied == inputs.LIMITS
    copied.append(3.0)
    assert copied != inputs.LIMITS


def test_a_dictionary_of_another_shape_is_refused():
    for data in (
        {},
        {"items": 5, "state": "not_set"},
        {"items": [], "state": "x"},
        {"items": [{}], "state": "not_set"},
        [],
    ):
        with pytest.raises(InvalidValue):
            Inputs().LIMITS.from_dict(data)


def test_ten_thousand_files_are_an_ordinary_thing():
    inputs = Inputs()
    for number in range(10_000):
        inputs.DICT_LIST.append(f"/data/{number}.cif")

    files = find_all_files(inputs)
    assert len(files) == 10_000
    assert str(files[-1]) == "/data/9999.cif"


class Preferred(CContainer):
    NUMBERS = CList(CInt(default=7), listMinLength=2)
    OTHERS = CList(CInt())


def test_a_list_has_as_many_items_as_it_must_have_by_default():
    tree = Preferred()

    assert [item.value for item in tree.NUMBERS] == [7, 7]
    assert tree.NUMBERS.getValueState() is ValueState.DEFAULT
    assert tree.NUMBERS.is_as_declared()
    assert tree.copy() == tree


@pytest.mark.parametrize(
    "deed",
    [
        lambda numbers: numbers.pop(),
        lambda numbers: numbers.append(7),
        lambda numbers: numbers[1].set(7),
        lambda numbers: numbers[1].unSet(),
        lambda numbers: numbers.clear(),
    ],
)
def test_what_is_done_to_a_list_that_is_there_by_default_makes_it_explicit(deed):
    tree, changed = Preferred(), Preferred()
    deed(changed.NUMBERS)
    again = Preferred()
    again.from_dict(changed.to_dict())

    assert changed.NUMBERS.getValueState() is ValueState.EXPLICITLY_SET
    assert not changed.NUMBERS.is_as_declared()
    assert changed != tree
    assert again == changed == changed.copy()


def test_a_default_list_copied_where_it_is_not_the_default_is_explicit():
    tree = Preferred()
    tree.OTHERS = tree.NUMBERS

    assert tree.OTHERS.getValueState() is ValueState.EXPLICITLY_SET


def test_an_unset_list_is_not_the_default_one():
    tree = Preferred()
    tree.NUMBERS.unSet()

    assert tree.NUMBERS.getValueState() is ValueState.NOT_SET
    assert not tree.NUMBERS.is_as_declared()
    tree.NUMBERS.restore()
    assert tree == Preferred()


def test_an_item_is_told_from_its_equals():
    inputs = Inputs()
    inputs.LIMITS = [1.0, 1.0, 1.0]
    last = inputs.LIMITS[2]

    assert inputs.LIMITS.index(last) == 2
    inputs.LIMITS.remove(last)
    assert last.parent is None


def test_items_may_be_containers_that_are_declared_at_run_time():
    site = CContainer()
    declare_in(site, "occupancy", CFloat(default=1.0))
    crystal = CContainer()
    declare_in(crystal, "wavelength", CFloat())
    declare_in(crystal, "sites", CList(site))
    root = CContainer()
    declare_in(root, "crystals", CList(crystal))
    root.crystals.set([{"wavelength": 0.98}, {"sites": [{}, {"occupancy": 0.5}]}])
    copy = root.copy()

    assert root.crystals[1].sites[0].occupancy.value == 1.0
    assert root.find("crystals[1].sites[1].occupancy").value == 0.5
    assert copy == root
    assert from_copy(root) == root
    assert crystal.sites.getValueState() is ValueState.NOT_SET


def test_nothing_is_declared_in_one_item_alone():
    crystal = CContainer()
    declare_in(crystal, "sites", CContainer())
    crystals = CList(crystal)
    first = crystals.addItem()

    for part in (first, first.sites):
        with pytest.raises(TypeError, match="part of a list"):
            part.add("energy", CFloat())
    assert crystals.pop().add("energy", CFloat()).object_path() == "energy"


def from_copy(root):
    """The tree as its dictionary gives it."""
    again = root.copy()
    again.unSet()
    again.from_dict(root.to_dict())
    return again


def test_a_list_without_items_cannot_be_there_by_default():
    numbers = CList(CInt())
    with pytest.raises(InvalidValue, match="a state that agrees"):
        numbers.from_dict({"state": "default", "items": []})

    assert not numbers.isSet()


class Files(CList[CDataFile]):
    ITEM = CDataFile(guiLabel="Any")
    MIXED = True


class Special(CDataFile):
    pass


def test_items_of_a_mixed_list_keep_their_class() -> None:
    """When they are given, copied, and told without loss; what is declared of the items holds for all."""
    files, special = Files(), Special()
    special.set("a.mtz")
    files.append(special)
    files.append("b.mtz")
    files.addItem(Special)
    told = Files()
    told.from_dict(files.to_dict())

    for each in (files, files.copy(), told):
        assert [type(item) for item in each] == [Special, CDataFile, Special]
        assert [item.qualifier("guiLabel") for item in each] == ["Any"] * 3
        assert each == files


def test_a_class_beside_the_declared_one_is_not_taken() -> None:
    assert type(Files().addItem(CInt)) is CDataFile
    assert type(CList(CDataFile()).addItem(Special)) is CDataFile
