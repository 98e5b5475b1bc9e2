"""File parameters: where they are, and what is known of them."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from xtalflow.data import CComposite, CContainer, CDataFile, CList, ValueState, extract_file_metadata
from xtalflow.errors import InvalidValue


class CObservations(CDataFile):
    QUALIFIERS = {"mimeTypeName": "application/CCP4-mtz-observed", "fileExtensions": ("mtz",)}


class CModel(CDataFile):
    QUALIFIERS = {"mimeTypeName": "chemical/x-pdb", "fileExtensions": ("pdb", "cif")}


class Inputs(CContainer):
    F_SIGF = CObservations(allowUndefined=False, mustExist=True)
    ANY = CDataFile()
    XYZIN = CModel(isDirectory=False)
    LIST = CList(CObservations())


@dataclass(frozen=True)
class Record:
    id: UUID
    project: UUID
    path: str
    file_type: str = "application/CCP4-mtz-observed"
    annotation: str = "Reflections"
    sub_type: int | None = 1
    content_flag: int | None = 3


def make_tree(tmp_path):
    root = CContainer()
    root.project_directory = tmp_path / "project"
    root.base_directory = tmp_path
    return root, root.add("inputData", Inputs())


def test_a_bare_path_is_taken_from_where_the_command_was_typed(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF = "data/x.mtz"

    assert inputs.F_SIGF.path == tmp_path / "data" / "x.mtz"
    assert str(inputs.F_SIGF) == str(tmp_path / "data" / "x.mtz")


def test_a_path_inside_the_project_is_kept_relative_to_it(tmp_path):
    root, inputs = make_tree(tmp_path)
    inputs.F_SIGF = tmp_path / "project" / "CCP4_IMPORTED_FILES" / "x.mtz"
    assert inputs.F_SIGF.relPath.value == "CCP4_IMPORTED_FILES"
    root.project_directory = Path("/moved")

    assert inputs.F_SIGF.path == Path("/moved/CCP4_IMPORTED_FILES/x.mtz")


def test_dots_do_not_make_a_path_look_inside(tmp_path):
    _, inputs = make_tree(tmp_path)
    (tmp_path / "other").mkdir()
    inputs.F_SIGF = "project/../other/x.mtz"

    assert inputs.F_SIGF.path == (tmp_path / "other" / "x.mtz").resolve()
    assert not inputs.F_SIGF.path.is_relative_to(tmp_path / "project")


def test_an_unset_file_has_no_path(tmp_path):
    _, inputs = make_tree(tmp_path)

    assert inputs.F_SIGF.path is None
    assert str(inputs.F_SIGF) == ""
    assert not inputs.F_SIGF.exists()
    assert not inputs.F_SIGF.isSet()


@pytest.mark.parametrize("value", ["", ".", "/", "a\0b.mtz", "bad\ud800.mtz", "~nobody-of-this-name/x.mtz", 5, b"x"])
def test_what_is_no_path_of_a_file_is_refused(tmp_path, value):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF = "old.mtz"
    with pytest.raises(InvalidValue, match="F_SIGF"):
        inputs.F_SIGF = value

    assert inputs.F_SIGF.path == tmp_path / "old.mtz"


def test_a_name_that_is_not_utf8_is_a_name(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF = "caf\udce9.mtz"

    assert inputs.F_SIGF.path == tmp_path / "caf\udce9.mtz"


def test_another_path_is_another_file_of_which_nothing_is_known(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "CCP4_IMPORTED_FILES/x.mtz"))
    inputs.F_SIGF = "y.mtz"

    assert inputs.F_SIGF.contentFlag.value is None
    assert inputs.F_SIGF.dbFileId.value is None
    assert inputs.F_SIGF.annotation.value is None
    assert inputs.F_SIGF.path == tmp_path / "y.mtz"


def test_a_link_sets_everything_that_the_record_says_together(tmp_path):
    _, inputs = make_tree(tmp_path)
    record = Record(uuid4(), uuid4(), "CCP4_JOBS/job_3/FREEROUT.mtz")
    inputs.F_SIGF.link(record)

    file = inputs.F_SIGF
    assert file.path == tmp_path / "project/CCP4_JOBS/job_3/FREEROUT.mtz"
    assert (file.dbFileId.value, file.project.value) == (str(record.id), str(record.project))
    assert (file.annotation.value, file.subType.value, file.contentFlag.value) == ("Reflections", 1, 3)


def test_what_one_says_of_a_file_oneself_stays_when_it_is_linked(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF = "x.mtz"
    inputs.F_SIGF.annotation = "mine"
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "CCP4_IMPORTED_FILES/x.mtz"))

    assert inputs.F_SIGF.annotation.value == "mine"
    assert inputs.F_SIGF.contentFlag.value == 3


def test_flags_of_another_kind_of_file_mean_nothing_here(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.XYZIN.link(Record(uuid4(), uuid4(), "CCP4_IMPORTED_FILES/x.mtz"))

    assert inputs.XYZIN.subType.value is None
    assert inputs.XYZIN.contentFlag.value is None


def test_linking_to_another_file_forgets_what_was_known_of_the_old_one(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "CCP4_IMPORTED_FILES/x.mtz", annotation="old"))
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "CCP4_IMPORTED_FILES/y.mtz", annotation="new", content_flag=4))

    assert inputs.F_SIGF.annotation.value == "new"
    assert inputs.F_SIGF.contentFlag.value == 4


def test_a_file_at_the_top_of_the_project_can_be_linked(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "x.mtz"))

    assert inputs.F_SIGF.path == tmp_path / "project" / "x.mtz"


def test_assigning_copies_path_state_and_database_id(tmp_path):
    _, inputs = make_tree(tmp_path)
    record = Record(uuid4(), uuid4(), "CCP4_JOBS/job_3/x.mtz")
    inputs.F_SIGF.link(record)
    inputs.ANY = inputs.F_SIGF

    assert inputs.ANY.dbFileId.value == str(record.id)
    assert inputs.ANY.path == inputs.F_SIGF.path
    assert inputs.ANY.getValueState() is ValueState.EXPLICITLY_SET
    assert inputs.ANY.baseName is not inputs.F_SIGF.baseName


def test_a_file_of_another_kind_is_refused(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF = "x.mtz"
    with pytest.raises(InvalidValue, match="XYZIN"):
        inputs.XYZIN = inputs.F_SIGF

    assert not inputs.XYZIN.isSet()


def test_an_output_is_named_by_its_parameter(tmp_path):
    _, inputs = make_tree(tmp_path)
    project = str(uuid4())
    inputs.F_SIGF.annotation = "Free set"
    inputs.F_SIGF.setOutputPath("", project, "CCP4_JOBS/job_3/job_1")
    item = inputs.LIST.addItem()
    item.setOutputPath("", project, "CCP4_JOBS/job_3/job_1")

    assert inputs.F_SIGF.path == tmp_path / "project/CCP4_JOBS/job_3/job_1/F_SIGF.mtz"
    assert inputs.F_SIGF.annotation.value == "Free set"
    assert item.baseName.value == "LIST_0.mtz"


def test_a_copy_that_stands_alone_still_knows_where_its_file_is(tmp_path):
    _, inputs = make_tree(tmp_path)
    inputs.F_SIGF.link(Record(uuid4(), uuid4(), "CCP4_JOBS/job_3/x.mtz"))

    assert inputs.F_SIGF.copy().path == inputs.F_SIGF.path
    assert inputs.F_SIGF.copy() == inputs.F_SIGF


def test_metadata_of_a_file_are_what_a_database_keeps(tmp_path):
    _, inputs = make_tree(tmp_path)
    item = inputs.LIST.append("a.mtz")
    item.contentFlag = 4
    metadata = extract_file_metadata(item)

    assert metadata.param_name == "LIST[0]"
    assert metadata.file_type == "application/CCP4-mtz-observed"
    assert (metadata.annotation, metadata.sub_type, metadata.content_flag) == ("", None, 4)
    assert metadata.path == tmp_path / "a.mtz"


def test_validity_of_files_is_coded_as_in_ccp4i2(tmp_path):
    _, inputs = make_tree(tmp_path)
    assert [f.code for f in inputs.F_SIGF.validity()] == [101]
    inputs.F_SIGF = "missing.mtz"
    assert [f.code for f in inputs.F_SIGF.validity()] == [102]
    (tmp_path / "folder.mtz").mkdir()
    inputs.F_SIGF = "folder.mtz"
    assert [f.code for f in inputs.F_SIGF.validity()] == [102]
    (tmp_path / "there.mtz").write_bytes(b"x")
    inputs.F_SIGF = "there.mtz"
    assert inputs.F_SIGF.validity() == []
    inputs.ANY = "missing.mtz"
    assert inputs.ANY.validity() == []


class Part(CComposite):
    file = CObservations()


class Parts(CContainer):
    PART = Part()
    PARTS = CList(Part())


def test_what_leaves_its_tree_or_is_copied_out_of_it_is_the_same_file(tmp_path):
    root, inputs = make_tree(tmp_path)
    parts = root.add("parts", Parts())
    path = tmp_path / "project" / "CCP4_JOBS" / "x.mtz"
    inputs.LIST = [path, path, path]
    parts.PART.file = path
    parts.PARTS = [{"file": path}, {"file": path}]
    kept, items = inputs.LIST[0], inputs.LIST.copy()

    assert parts.PART.copy().file.path == parts.PARTS.copy()[1].file.path == items[0].path == path
    assert inputs.LIST.copy().copy()[1].path == path
    assert inputs.LIST.pop().path == parts.PARTS.pop().file.path == path
    inputs.LIST.clear()
    assert kept.path == path


def test_a_file_of_another_project_is_still_that_file(tmp_path):
    _, inputs = make_tree(tmp_path)
    other = CContainer()
    other.project_directory = tmp_path / "other"
    theirs = other.add("inputData", Inputs())
    inputs.F_SIGF = tmp_path / "project" / "CCP4_JOBS" / "x.mtz"
    theirs.F_SIGF = inputs.F_SIGF
    theirs.LIST = [inputs.F_SIGF]

    assert theirs.F_SIGF.path == theirs.LIST[0].path == inputs.F_SIGF.path
