"""Containers and composites: order, paths, copies, metadata."""

from pathlib import Path

import pytest

from xtalflow.data import (
    CComposite,
    CContainer,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CPerformanceIndicator,
    CString,
    ValueState,
    find_all_files,
    find_objects_by_type,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnknownParameter


class Cell(CComposite):
    a = CFloat(min=0.0, allowUndefined=False)
    b = CFloat(min=0.0, allowUndefined=False)


class Import(CComposite):
    file = CDataFile(mustExist=True)
    crystal = CString()


class Inputs(CContainer):
    F_SIGF = CDataFile(allowUndefined=False)
    UNMERGEDFILES = CList(Import())
    CELL = Cell()


class Controls(CContainer):
    FRAC = CFloat(default=0.05)
    NCYCLES = CInt(default=10, guiLabel="Cycles")


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    root.add("controlParameters", Controls())
    return root


def test_order_is_that_of_the_declaration_whatever_is_touched_first():
    inputs = Inputs()
    inputs.CELL = {"b": 2.0}
    inputs.F_SIGF = "/data/x.mtz"

    assert inputs.childNames() == ["F_SIGF", "UNMERGEDFILES", "CELL"]
    assert [child.name for child in inputs] == inputs.childNames()
    assert [child.name for child in inputs.children()] == inputs.childNames()


def test_a_subclass_adds_after_its_base_and_may_redeclare_in_place():
    class More(Controls):
        EXTRA = CInt()
        FRAC = CFloat(default=0.1)

    assert More().childNames() == ["FRAC", "NCYCLES", "EXTRA"]
    assert More().FRAC.value == 0.1


def test_paths_round_trip_for_every_object():
    root = make_tree()
    root["inputData"].UNMERGEDFILES.append({"file": "/data/a.mtz"})
    root["inputData"].UNMERGEDFILES.append({"file": "/data/b.mtz"})

    def check(node):
        assert root.find(node.object_path()) is node
        for child in node.children():
            check(child)

    check(root)
    item = root["inputData"].UNMERGEDFILES[1].file
    assert item.object_path() == "inputData.UNMERGEDFILES[1].file"
    assert item.root() is root
    assert root.object_path() == ""


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "inputData.",
        ".inputData",
        "inputData..CELL",
        "inputData.L[0]",
        "inputData[0]",
        "inputData.CELL[x]",
        "[0]",
    ],
)
def test_a_path_to_nothing_is_an_unknown_parameter(path):
    with pytest.raises(UnknownParameter):
        make_tree().find(path)


def test_a_near_miss_offers_the_candidates():
    with pytest.raises(UnknownParameter, match="did you mean NCYCLES"):
        make_tree().find("controlParameters.NCYCLE")


def test_each_instance_has_children_of_its_own():
    one, other = Controls(), Controls()
    one.FRAC = 0.2

    assert other.FRAC.value == 0.05
    assert Controls.FRAC.value == 0.05
    assert one.FRAC is one.FRAC


def test_a_misspelt_parameter_cannot_be_assigned():
    controls = Controls()

    with pytest.raises(AttributeError):
        controls.FRACC = 0.1  # type: ignore[attr-defined]


def test_assigning_a_composite_copies_values_and_states():
    one, other = Inputs(), Inputs()
    one.CELL = {"a": 10.0}
    other.CELL = one.CELL
    one.CELL.a = 11.0

    assert other.CELL.a.value == 10.0
    assert not other.CELL.b.isSet()
    assert other.CELL is not one.CELL


def test_a_composite_of_names_unsets_what_is_not_named():
    inputs = Inputs()
    inputs.CELL = {"a": 1.0, "b": 2.0}
    inputs.CELL = {"a": 3.0}

    assert inputs.CELL.a.value == 3.0
    assert inputs.CELL.b.value is None


def test_a_bad_part_changes_nothing_of_a_composite():
    inputs = Inputs()
    inputs.CELL = {"a": 1.0, "b": 2.0}
    with pytest.raises(InvalidValue, match=r"CELL\.b"):
        inputs.CELL = {"a": 3.0, "b": -1.0}
    with pytest.raises(UnknownParameter):
        inputs.CELL = {"a": 3.0, "c": 1.0}

    assert (inputs.CELL.a.value, inputs.CELL.b.value) == (1.0, 2.0)


@pytest.mark.parametrize("value", [5, "text", [1, 2], CInt(3), CDataFile(), CContainer()])
def test_a_composite_takes_no_other_class(value):
    inputs = Inputs()
    inputs.CELL = {"a": 1.0}
    with pytest.raises(InvalidValue):
        inputs.CELL = value

    assert inputs.CELL.a.value == 1.0


def test_a_container_takes_parameters_by_name_and_keeps_the_others():
    controls = Controls()
    controls.NCYCLES = 3
    controls.set({"FRAC": 0.3})

    assert (controls.FRAC.value, controls.NCYCLES.value) == (0.3, 3)


def test_copying_between_containers_copies_what_both_have():
    source, target = Controls(), CContainer()
    source.NCYCLES = 5
    target.add("NCYCLES", CInt())
    target.add("OTHER", CInt())
    target["OTHER"].set(1)
    target.set(source)

    assert (target["NCYCLES"].value, target["OTHER"].value) == (5, 1)


def test_copies_are_equal_and_independent():
    root = make_tree()
    root["inputData"].F_SIGF = "/data/x.mtz"
    root["inputData"].UNMERGEDFILES.append({"crystal": ""})
    root["controlParameters"].FRAC.unSet()
    copied = root.copy()

    assert copied == root
    copied["controlParameters"].NCYCLES = 10
    assert copied != root
    assert root["controlParameters"].NCYCLES.getValueState() is ValueState.DEFAULT


def test_dictionaries_hold_values_and_states_without_loss():
    root = make_tree()
    root["inputData"].UNMERGEDFILES.append({"file": "/data/a.mtz", "crystal": ""})
    root["inputData"].F_SIGF.annotation = "without a path"
    root["controlParameters"].FRAC.unSet()
    other = make_tree()
    other["controlParameters"].NCYCLES = 7
    other["inputData"].CELL.a = 1.0
    other.from_dict(root.to_dict())

    assert other == root
    assert other["inputData"].F_SIGF.annotation.value == "without a path"
    assert other["controlParameters"].FRAC.getValueState() is ValueState.NOT_SET


@pytest.mark.parametrize(
    "data", [[], {"children": []}, {"children": {"CELL": 5}}, {"children": {"CELL": {"children": {"a": None}}}}, None]
)
def test_a_dictionary_of_another_shape_is_refused(data):
    with pytest.raises(InvalidInput):
        Inputs().from_dict(data)


def test_names_are_texts():
    with pytest.raises(InvalidValue, match="values by name"):
        Controls().update({5: 1})
    with pytest.raises(InvalidValue, match="values by name"):
        Cell().set({None: 1})


def test_a_dictionary_with_an_unknown_name_is_refused():
    with pytest.raises(UnknownParameter):
        Inputs().from_dict({"children": {"NOTHING": {}}})


def test_what_was_added_to_a_container_is_copied_with_it():
    root = make_tree()
    root["inputData"].add("EXTRA", CInt(default=2))
    root["inputData"]["EXTRA"].set(4)
    copied = root.copy()

    assert copied["inputData"]["EXTRA"].value == 4
    assert copied == root
    assert "EXTRA" not in make_tree()["inputData"].childNames()


def test_the_root_knows_the_folders_and_all_below_inherit_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = make_tree()
    root.project_directory = Path("/projects/lyso")
    monkeypatch.chdir("/")

    assert root["inputData"].project_directory == Path("/projects/lyso")
    assert root["inputData"].base_directory == tmp_path
    assert root.copy().project_directory == Path("/projects/lyso")


def test_metadata_merge_over_classes_then_the_declaration():
    class Length(CFloat):
        QUALIFIERS = {"min": 0.0, "guiLabel": "Length"}
        ERROR_CODES = {201: "too long for a cell"}

    class Edge(Length):
        QUALIFIERS = {"guiLabel": "Edge"}

    edge = Edge(max=1000.0)

    assert edge.get_merged_metadata("qualifiers") == {"min": 0.0, "guiLabel": "Edge", "max": 1000.0}
    assert edge.get_merged_metadata("error_codes")[201] == "too long for a cell"
    assert edge.get_merged_metadata("error_codes")[100] == "required but not set"


def test_metadata_tell_the_children_and_their_order_from_a_cache():
    inputs = Inputs()

    assert inputs.get_merged_metadata("attributes") == {"F_SIGF": CDataFile, "UNMERGEDFILES": CList, "CELL": Cell}
    assert inputs.get_merged_metadata("contents_order") == {"F_SIGF": 0, "UNMERGEDFILES": 1, "CELL": 2}
    for kind in ("qualifiers", "attributes", "error_codes", "contents_order"):
        assert inputs.get_merged_metadata(kind) is inputs.get_merged_metadata(kind)
    with pytest.raises(InvalidInput, match="qualifiers, attributes"):
        inputs.get_merged_metadata("colour")


def test_a_declaration_may_say_more_about_a_child():
    class Outputs(CContainer):
        XYZOUT = CDataFile(subType={"default": 1})

    assert Outputs().XYZOUT.subType.value == 1
    assert Outputs().XYZOUT.subType.getValueState() is ValueState.DEFAULT
    assert not Outputs().XYZOUT.isSet()
    assert CDataFile().subType.value is None


def test_a_composite_may_have_a_default():
    class Controls(CContainer):
        CELL = Cell(default={"a": 5.0, "b": 6.0})

    controls = Controls()
    assert controls.CELL.getValueState() is ValueState.DEFAULT
    assert controls.CELL.b.value == 6.0
    controls.CELL.unSet()
    assert controls.CELL.getValueState() is ValueState.NOT_SET


def test_objects_are_found_by_class_in_order_wherever_they_are():
    root = make_tree()
    root["inputData"].UNMERGEDFILES.extend([{"file": "/a.mtz"}, {"file": "/b.mtz"}])

    assert [file.object_path() for file in find_all_files(root)] == [
        "inputData.F_SIGF",
        "inputData.UNMERGEDFILES[0].file",
        "inputData.UNMERGEDFILES[1].file",
    ]
    assert [x.name for x in find_objects_by_type(root, CContainer)] == ["inputData", "controlParameters"]
    assert [x.name for x in find_objects_by_type(root, CFloat)] == ["a", "b", "FRAC"]
    assert root["inputData"].F_SIGF.baseName in find_objects_by_type(root, CString)


def test_indicators_are_set_by_what_they_indicate():
    class Performance(CPerformanceIndicator):
        RFactor = CFloat()
        nWaters = CInt()

    performance = Performance()
    assert not performance.isSet()
    performance.nWaters = 0
    assert performance.isSet()


def test_a_required_part_matters_only_when_the_composite_is_given():
    inputs = Inputs()
    assert [finding.path for finding in inputs.CELL.validity()] == []
    inputs.CELL.a = 1.0

    assert [(finding.path, finding.code) for finding in inputs.CELL.validity()] == [("CELL.b", 100)]


def test_validity_returns_all_findings_with_path_code_and_class():
    class Strict(CContainer):
        N = CInt(allowUndefined=False)
        FILE = CDataFile(allowUndefined=False)
        OLD = CDataFile(mustExist=True)
        L = CList(CInt(), listMinLength=2, listMaxLength=3, allowUndefined=False)

    root = CContainer()
    strict = root.add("inputData", Strict())
    strict.OLD = "/no/such/file.mtz"
    strict.L = [1]

    assert [(f.path, f.code, f.class_name) for f in root.validity()] == [
        ("inputData.N", 100, "CInt"),
        ("inputData.FILE", 101, "CDataFile"),
        ("inputData.OLD", 102, "CDataFile"),
        ("inputData.L", 101, "CList"),
    ]
    strict.L = [1, 2, 3, 4]
    assert [f.code for f in strict.L.validity()] == [102]
    strict.L = []
    assert [f.code for f in strict.L.validity()] == [100]


def test_a_container_that_is_set_with_a_bad_value_stays_as_it_was():
    """Also what came before the bad value."""
    root = make_tree()
    before = root.to_dict()
    for deed in (
        lambda: root.set({"controlParameters": {"FRAC": 0.2, "NONE": 1}}),
        lambda: root["controlParameters"].set({"FRAC": 0.2, "CELL": {"a": "x"}}),
        lambda: root["controlParameters"].update({"FRAC": 0.2, "NONE": 1}),
        lambda: root.from_dict({"children": {"inputData": {"children": {"F_SIGF": {"children": 5}}}}}),
    ):
        with pytest.raises(InvalidInput):
            deed()

    assert root.to_dict() == before


def test_what_is_added_to_what_is_added_comes_along():
    """A section of one tree declares a section of another, with all that is in it."""
    theirs = CContainer()
    theirs.add("outer", CContainer()).add("inner", CContainer()).add("N", CInt(default=4))
    mine = CContainer()
    mine.add("section", theirs["outer"])

    assert mine.find("section.inner.N").value == 4


def test_what_is_added_is_an_attribute_too():
    root = CContainer()
    root.add("inputData", CContainer()).add("N", CInt(default=4))
    root.inputData.N = 5

    assert root.inputData.N is root.find("inputData.N")
    assert root.inputData.N.value == 5
    with pytest.raises(AttributeError):
        root.inputData.MISSPELT = 1
    with pytest.raises(AttributeError, match="has no 'MISSPELT'"):
        _ = root.inputData.MISSPELT


@pytest.mark.parametrize("name", ["", "a.b", "[0]", "a b", "5", "F_SIGF"])
def test_a_name_that_cannot_be_added_is_refused(name):
    with pytest.raises(TypeError, match="cannot have"):
        Inputs().add(name, CInt())


def test_what_is_added_anew_replaces_the_old_object_and_what_is_known_of_it():
    root = CContainer()
    old = root.add("N", CInt())
    assert root.get_merged_metadata("attributes") == {"N": CInt}
    root.find("N")
    root.add("N", CFloat())

    assert old.parent is None
    assert isinstance(root.find("N"), CFloat)
    assert root.get_merged_metadata("attributes") == {"N": CFloat}


def test_the_remarks_of_an_indicator_come_after_its_figures_and_do_not_set_it():
    class Performance(CPerformanceIndicator):
        RFactor = CFloat()

    performance = Performance()
    performance.annotation = "a remark"

    assert performance.childNames() == ["value", "RFactor", "annotation"]
    assert not performance.isSet()


def test_a_found_object_is_found_again_by_the_same_path():
    """Paths are remembered, but not beyond a change of what they lead to."""
    root = make_tree()
    root["inputData"].UNMERGEDFILES.append({"crystal": "A"})
    root["inputData"].UNMERGEDFILES.append({"crystal": "B"})
    second = root.find("inputData.UNMERGEDFILES[1].crystal")
    root["inputData"].UNMERGEDFILES.pop(0)

    assert root.find("inputData.UNMERGEDFILES[0].crystal") is second
    assert root.find("controlParameters.FRAC") is root.find("controlParameters.FRAC")
    with pytest.raises(UnknownParameter):
        root.find("inputData.UNMERGEDFILES[1].crystal")


class Boxes(CContainer):
    BOX = CContainer()
    GRID = CList(CList(CDataFile()))


class Room(CContainer):
    BOXES = Boxes()


def test_files_are_found_in_what_was_added_deep_down_and_in_lists_of_lists():
    root = Room()
    first = root.BOXES.BOX.add("F", CDataFile())
    second = root.BOXES.GRID.addItem().addItem()

    assert find_objects_by_type(root, CDataFile) == [first, second]


@pytest.mark.parametrize("path", ["L[01]", "L[٠]", "L[" + "9" * 5000 + "]", "L[-1]", "L[ 0]"])
def test_there_is_one_path_to_an_item(path):
    root = CContainer()
    root.add("L", CList(CInt())).addItem()
    with pytest.raises(UnknownParameter):
        root.find(path)


def test_the_name_of_an_object_is_not_assigned_even_if_a_parameter_is_called_so():
    root = CContainer()
    root.add("name", CInt())
    with pytest.raises(AttributeError):
        root.name = 5
    root["name"].set(5)

    assert root.name == ""
    assert root["name"].value == 5
