"""A task as a form: what its fields say, and what becomes of what is typed in them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from xtalflow.data import CBoolean, CComposite, CContainer, CFloat, CInt, CList, CString, CTextDataFile, ValueState
from xtalflow.engine import FileId, FileRecord, ProjectId
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript
from xtalflow.services import (
    FilePlaces,
    FormField,
    columns_that_fit,
    command_line,
    describe_form,
    fill_fields,
    give_parameters,
)
from xtalflow.services.form import check_filled
from xtalflow.xtal import CCell, CFreeRDataFile, CObsDataFile, CPdbDataFile, CSpaceGroup

ONE_ATOM = "ATOM      1  CA  ALA A   1      10.000  10.000  10.000  1.00 10.00           C  \nEND\n"


class CImport(CComposite):
    file = CTextDataFile(mustExist=True)
    cell = CCell()
    name_ = CString()


class Sample(CPluginScript):
    """A sample. Of everything."""

    TASKNAME, TASKTITLE = "sample", "Sample"

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(guiLabel="Reflections", allowUndefined=False)
        FREERFLAG = CFreeRDataFile()
        XYZIN = CPdbDataFile(ifAtomSelection=True)
        WHOLE = CPdbDataFile()
        NOTES = CList(CTextDataFile(guiLabel="Note"))
        IMPORTS = CList(CImport(), listMinLength=1)

    class Controls(CContainer):
        class Deep(CContainer):
            WEIGHT = CFloat(guiDefinition={"expertLevel": 2})

        NCYCLES = CInt(default=10, min=1, max=1000, guiLabel="Cycles", toolTip="How many")
        SHAKE = CFloat(min=0.0, guiLabel="Shake (Å)")
        TWIN = CBoolean(default=False)
        MAYBE = CBoolean()
        SOURCE = CString(default="xray", enumerators=["xray", "electron"], menuText=["X-rays", "Electrons"])
        COLOUR = CString(enumerators=["red", "blue"], onlyEnumerators=True)
        TITLE = CString(default="none so far")
        GROUP = CSpaceGroup(expertLevel=1)
        CELL = CCell()
        prosmart = Deep()

    inputData, controlParameters, outputData = Inputs(), Controls(), CContainer()


@pytest.fixture
def task() -> Sample:
    return Sample()


def field_of(task: CPluginScript, path: str, places: FilePlaces = FilePlaces()) -> FormField:  # noqa: B008  frozen
    field = describe_form(task, places).field(path)
    assert field is not None, path
    return field


def filled(task: CPluginScript, values: dict[str, Any], places: FilePlaces = FilePlaces()) -> dict[str, str]:  # noqa: B008
    """Fill a task; what is refused, and why."""
    typed = fill_fields(task, values, places)
    return {finding.path: finding.message for finding in typed.findings}


def record(path: str, file_type: str = "application/CCP4-mtz-observed", **more: Any) -> FileRecord:
    return FileRecord(
        id=FileId(uuid4()),
        project=ProjectId(UUID(int=1)),
        job=None,
        param_name="HKLOUT",
        path=path,
        directory=1,
        file_type=file_type,
        **more,
    )


# What fields say.


def test_a_number_tells_its_label_unit_limits_and_default(task: Sample) -> None:
    cycles, shake = field_of(task, "controlParameters.NCYCLES"), field_of(task, "controlParameters.SHAKE")

    assert (cycles.control, cycles.label, cycles.help) == ("integer", "Cycles", "How many")
    assert (cycles.default, cycles.value, cycles.state) == ("10", "10", "default")
    assert (cycles.low, cycles.high, cycles.range) == ("1", "1000", "1 to 1000")
    assert (shake.control, shake.label, shake.unit, shake.range) == ("number", "Shake", "Å", "at least 0")


def test_a_choice_has_the_words_of_its_menu(task: Sample) -> None:
    source, colour = field_of(task, "controlParameters.SOURCE"), field_of(task, "controlParameters.COLOUR")

    assert [(each.value, each.label) for each in source.choices] == [("xray", "X-rays"), ("electron", "Electrons")]
    assert not source.only_choices
    assert colour.only_choices


def test_a_truth_with_a_default_is_a_switch_and_one_without_is_a_choice(task: Sample) -> None:
    assert field_of(task, "controlParameters.TWIN").control == "switch"
    assert field_of(task, "controlParameters.MAYBE").control == "choice"


def test_parts_of_a_composite_have_units(task: Sample) -> None:
    parts = field_of(task, "controlParameters.CELL").parts

    assert [(part.label, part.unit) for part in parts[2:5]] == [("c", "Å"), ("α", "°"), ("β", "°")]


@pytest.mark.parametrize(("path", "level"), [("GROUP", 1), ("prosmart.WEIGHT", 2), ("NCYCLES", 0)])
def test_the_level_of_expertise_is_told_wherever_it_is_declared(task: Sample, path: str, level: int) -> None:
    assert field_of(task, f"controlParameters.{path}").expert == level


def test_atoms_are_asked_for_only_where_a_selection_is_used(task: Sample) -> None:
    assert [part.path for part in field_of(task, "inputData.XYZIN").parts] == ["inputData.XYZIN.selection.text"]
    assert field_of(task, "inputData.WHOLE").parts == ()


def test_outputs_are_no_part_of_a_form(task: Sample) -> None:
    assert [section.path for section in describe_form(task, FilePlaces()).sections] == [
        "inputData",
        "controlParameters",
    ]


# What is typed.


def test_texts_become_values(task: Sample) -> None:
    values = {"NCYCLES": "5", "SHAKE": " 0.3 ", "TWIN": ["false", "true"], "GROUP": "p212121", "CELL.a": "34.2"}

    assert filled(task, {f"controlParameters.{name}": value for name, value in values.items()}) == {}
    controls = task.controlParameters
    assert (controls.NCYCLES.value, controls.SHAKE.value, controls.TWIN.value) == (5, 0.3, True)
    assert (controls.GROUP.value, controls.CELL.a.value) == ("P 21 21 21", 34.2)


def test_what_nobody_changed_stays_a_default(task: Sample) -> None:
    filled(task, {"controlParameters.NCYCLES": "10", "controlParameters.TWIN": ["false"]})

    assert task.controlParameters.NCYCLES.getValueState() is ValueState.DEFAULT
    assert task.controlParameters.TWIN.getValueState() is ValueState.DEFAULT


def test_an_empty_field_has_the_default_again_and_an_empty_text_is_a_text(task: Sample) -> None:
    task.controlParameters.NCYCLES = 5
    filled(task, {"controlParameters.NCYCLES": "", "controlParameters.TITLE": "", "controlParameters.SHAKE": ""})

    assert task.controlParameters.NCYCLES.value == 10
    assert task.controlParameters.TITLE.value == ""
    assert not task.controlParameters.SHAKE.isSet()


def test_all_that_is_refused_is_said_at_its_field_and_kept_as_it_was_typed(task: Sample) -> None:
    values = {"controlParameters.NCYCLES": "0", "controlParameters.SHAKE": "0.3x", "controlParameters.COLOUR": "green"}
    typed = fill_fields(task, values, FilePlaces())
    form = describe_form(task, FilePlaces(), typed, typed.findings)

    for path, value in values.items():
        field = form.field(path)
        assert field is not None
        assert (field.value, field.state, field.errors) == (value, "refused", True)
    assert not form.may_run


def test_a_file_that_leads_out_of_the_project_is_refused_at_its_field(task: Sample, tmp_path: Path) -> None:
    """Also where the task has it already, as a clone does; it is unset, so that nothing reads it."""
    (tmp_path / "outside.pdb").write_text(ONE_ATOM)
    project = tmp_path / "project"
    project.mkdir()
    (project / "model.pdb").symlink_to(tmp_path / "outside.pdb")
    model = record("model.pdb", "chemical/x-pdb")
    places = FilePlaces(directory=project, records=[model])
    sentence = "model.pdb: leads out of the project's folder"
    chosen = filled(task, {"inputData.WHOLE": f"file:{model.id}"}, places)
    task.inputData.XYZIN.link(model)
    had = filled(task, {}, places)

    assert chosen == {"inputData.WHOLE": sentence}
    assert had == {"inputData.XYZIN": sentence}
    assert not task.inputData.XYZIN.isSet()


def test_who_may_name_no_paths_gets_no_file_from_elsewhere_by_a_clone(task: Sample, tmp_path: Path) -> None:
    """A task may come with paths of whoever made it, also in the rows of lists; an upload is one's own."""
    outside, own, project = tmp_path / "outside.pdb", tmp_path / "own.pdb", tmp_path / "project"
    project.mkdir()
    for file in (outside, own):
        file.write_text(ONE_ATOM)
    (project / "link.txt").symlink_to(outside)
    task.container.project_directory = project
    task.inputData.XYZIN.set(outside)
    task.inputData.NOTES.addItem().set(project / "link.txt")
    places = FilePlaces(directory=project, upload=lambda _: own)
    refused = filled(task, {"inputData.WHOLE": "upload:1"}, places)

    assert refused == {
        "inputData.XYZIN": f"{outside}: leads out of the project's folder",
        "inputData.NOTES[0]": "link.txt: leads out of the project's folder",
    }
    assert task.inputData.WHOLE.path == own


def test_the_columns_of_a_file_that_leads_out_of_the_project_are_not_offered(
    task: Sample, tmp_path: Path, shared_data: Path
) -> None:
    outside = shared_data / "tiny" / "5e5z.mtz"
    shutil.copy(outside, tmp_path / "data.mtz")
    (tmp_path / "linked.mtz").symlink_to(outside)
    data, linked = record("data.mtz"), record("linked.mtz")
    places = FilePlaces(directory=tmp_path, records=[data, linked])
    task.container.project_directory = tmp_path
    offered = []
    for each in (data, linked):
        task.inputData.F_SIGF.link(each)
        parts = field_of(task, "inputData.F_SIGF", places).parts
        offered.append([choice.value for part in parts for choice in part.choices])

    assert offered == [["", "FP,SIGFP", "I,SIGI"], []]


def test_a_name_that_is_no_field_is_told(task: Sample) -> None:
    values = {"controlParameters.NCYLCES": "3", "outputData.X": "1", "inputData.F_SIGF.relPath": "/etc"}
    typed = fill_fields(task, values, FilePlaces())

    assert [name for name in values if any(repr(name) in finding.message for finding in typed.findings)] == list(values)
    assert {finding.path for finding in typed.findings} == {""}


def test_rows_of_a_list_are_those_that_are_named_in_their_order(task: Sample, tmp_path: Path) -> None:
    places = FilePlaces(here=tmp_path)
    values = {"inputData.NOTES": "", "inputData.NOTES[10]": "c.txt", "inputData.NOTES[2]": "b.txt"}

    assert filled(task, values, places) == {}
    assert [str(file) for file in task.inputData.NOTES] == [str(tmp_path / "b.txt"), str(tmp_path / "c.txt")]


def test_a_list_named_by_itself_is_empty_and_one_not_named_stays(task: Sample, tmp_path: Path) -> None:
    task.inputData.NOTES.set([tmp_path / "a.txt"])
    filled(task, {"controlParameters.NCYCLES": "3"})
    before = len(task.inputData.NOTES)
    filled(task, {"inputData.NOTES": ""})

    assert (before, len(task.inputData.NOTES)) == (1, 0)


def test_json_may_give_a_list_and_numbers_as_they_are(task: Sample, tmp_path: Path) -> None:
    values = {"inputData.NOTES": ["a.txt", {"path": "b.txt"}], "controlParameters.NCYCLES": 7}

    assert filled(task, values, FilePlaces(here=tmp_path)) == {}
    assert [Path(str(file)).name for file in task.inputData.NOTES] == ["a.txt", "b.txt"]
    assert task.controlParameters.NCYCLES.value == 7


def test_blank_rows_are_left_out_of_the_job_and_stay_in_the_form(task: Sample, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("b")
    values = {"inputData.NOTES[0]": "", "inputData.NOTES[1]": "b.txt"}
    answer = check_filled(task, values, FilePlaces(here=tmp_path), "p")
    rows = answer.form.field("inputData.NOTES")

    assert rows is not None
    assert len(rows.parts) == 2
    assert [Path(str(file)).name for file in answer.plugin.container["inputData"].NOTES] == ["b.txt"]


def test_findings_of_rows_after_a_blank_one_are_said_at_the_row_of_the_form(task: Sample, tmp_path: Path) -> None:
    values = {"inputData.IMPORTS[0].name": "", "inputData.IMPORTS[1].file": "missing.txt"}
    answer = check_filled(task, values, FilePlaces(here=tmp_path), "p")
    field = answer.form.field("inputData.IMPORTS[1].file")

    assert field is not None
    assert [problem.message for problem in field.problems] == ["there is no such file"]


def test_a_row_with_a_refused_value_is_not_blank(task: Sample) -> None:
    values = {"inputData.IMPORTS[0].name": "x", "inputData.IMPORTS[1].cell.a": "-3"}
    answer = check_filled(task, values, FilePlaces(), "p")

    assert "inputData.IMPORTS[1].cell.a" in {finding.path for finding in answer.findings}


def test_what_is_lacking_and_what_is_refused_are_told_together(task: Sample) -> None:
    answer = check_filled(task, {"controlParameters.NCYCLES": "x"}, FilePlaces(), "p")

    assert {"inputData.F_SIGF", "controlParameters.NCYCLES"} <= {finding.path for finding in answer.findings}


# Files.


def test_a_path_on_the_server_is_refused_to_who_may_name_none(task: Sample) -> None:
    refused = filled(task, {"inputData.WHOLE": "/etc/passwd"})

    assert "upload the file" in refused["inputData.WHOLE"]
    assert not task.inputData.WHOLE.isSet()


def test_a_file_of_the_project_is_linked(task: Sample, tmp_path: Path) -> None:
    known = record("CCP4_JOBS/job_1/HKLOUT.mtz", content_flag=3, annotation="merged")
    places = FilePlaces(directory=tmp_path, records=[known])

    assert filled(task, {"inputData.F_SIGF": f"file:{known.id}"}, places) == {}
    file = task.inputData.F_SIGF
    assert (file.dbFileId.value, file.contentFlag.value, file.path) == (str(known.id), 3, tmp_path / known.path)


def test_a_file_of_another_project_is_refused(task: Sample) -> None:
    assert (
        "not, or no longer, one of the project"
        in filled(task, {"inputData.F_SIGF": f"file:{uuid4()}"})["inputData.F_SIGF"]
    )


def test_only_files_that_fit_are_offered_the_most_welcome_first(task: Sample) -> None:
    child = record("CCP4_JOBS/job_3/job_1/HKLOUT.mtz")
    records = [
        child,
        record("CCP4_JOBS/job_2/XYZOUT.pdb", "chemical/x-pdb"),
        record("CCP4_JOBS/job_2/GONE.mtz", available=False),
        record("CCP4_IMPORTED_FILES/a.mtz", annotation="native"),
        origin := record("CCP4_JOBS/job_1/job_1/HKLOUT.mtz"),
        record("CCP4_JOBS/job_1/HKLOUT.mtz", derived_from=origin.id),
    ]
    offers = FilePlaces(records=records).offers_for(task.inputData.F_SIGF)

    assert [(offer.job, offer.label) for offer in offers] == [
        ("", "native (a.mtz)"),
        ("1", "HKLOUT.mtz"),
        ("3.1", "HKLOUT.mtz"),
    ]


def test_an_upload_is_found_by_its_id(task: Sample, tmp_path: Path) -> None:
    (tmp_path / "model.pdb").write_text(ONE_ATOM)
    places = FilePlaces(upload=lambda name: tmp_path / name)
    typed = fill_fields(task, {"inputData.WHOLE": "upload:model.pdb"}, places)
    field = describe_form(task, places, typed).field("inputData.WHOLE")

    assert field is not None
    assert field.file is not None
    assert (field.value, field.file.source, field.file.name) == ("upload:model.pdb", "upload", "model.pdb")


def test_an_upload_that_is_gone_is_said_at_its_field(task: Sample) -> None:
    def gone(name: str) -> Path:
        raise InvalidInput("upload it again")

    assert filled(task, {"inputData.WHOLE": "upload:x"}, FilePlaces(upload=gone)) == {
        "inputData.WHOLE": "upload it again"
    }


def test_columns_of_a_file_are_offered_and_chosen(task: Sample, shared_data: Path) -> None:
    path = shared_data / "rnase" / "rnase18_Nat_Complexes.mtz"
    places = FilePlaces(here=path.parent)
    values = {"inputData.F_SIGF": path.name, "inputData.F_SIGF.columnLabels": "FGMP18,SIGFGMP18"}
    answer = check_filled(task, values, places, "p")
    field = answer.form.field("inputData.F_SIGF.columnLabels")

    assert field is not None
    assert [choice.value for choice in field.choices] == [
        "",
        "FNAT,SIGFNAT",
        "FGMP18,SIGFGMP18",
        "FRNASA2GMP,SIGFRNASA2GMP",
    ]
    assert field.value == "FGMP18,SIGFGMP18"
    assert answer.form.may_run


def test_a_file_of_several_groups_asks_for_its_columns(task: Sample, shared_data: Path) -> None:
    values = {"inputData.F_SIGF": str(shared_data / "rnase" / "rnase18_Nat_Complexes.mtz")}
    answer = check_filled(task, values, FilePlaces(here=Path.cwd()), "p")
    field = answer.form.field("inputData.F_SIGF")

    assert field is not None
    assert [each.message for each in field.problems] == [
        "it has several observations of the kind FMEAN; choose its columns"
    ]


def test_columns_are_those_of_the_kind_of_the_parameter(task: Sample, shared_data: Path) -> None:
    path = shared_data / "tiny" / "5e5z.mtz"

    assert [group.labels for group in columns_that_fit(task.inputData.F_SIGF, path)] == [("FP", "SIGFP"), ("I", "SIGI")]
    assert [group.labels for group in columns_that_fit(task.inputData.FREERFLAG, path)] == [("FREE",)]
    assert columns_that_fit(task.inputData.XYZIN, path) == []


@pytest.mark.parametrize(
    "name", ["gamma/HKLOUT_unmerged.mtz", "malformed/empty.mtz", "malformed/pdb_named.mtz", "no.mtz"]
)
def test_a_file_without_columns_to_choose_has_none(task: Sample, shared_data: Path, name: str) -> None:
    assert columns_that_fit(task.inputData.F_SIGF, shared_data / name) == []


# The command line.


def test_the_command_line_makes_the_same_task(task: Sample, tmp_path: Path) -> None:
    values = {
        "inputData.XYZIN": "a b.pdb",
        "inputData.XYZIN.selection.text": "A/10-50",
        "inputData.NOTES[0]": "a.txt",
        "inputData.NOTES[1]": "b.txt",
        "inputData.IMPORTS[0].file": "c.txt",
        "inputData.IMPORTS[0].cell.a": "3",
        "controlParameters.NCYCLES": "5",
        "controlParameters.TWIN": "true",
        "controlParameters.prosmart.WEIGHT": "0.1",
    }
    assert filled(task, values, FilePlaces(here=tmp_path)) == {}
    line = command_line(task, "my project", title="it's")
    again = Sample()
    words = _words_after_options(line)
    give_parameters(again, words, Path.cwd())

    assert line.startswith("xtalflow run sample -p 'my project' --title ")
    assert again.inputData.to_dict() == task.inputData.to_dict()
    assert again.controlParameters.to_dict() == task.controlParameters.to_dict()


def test_of_an_upload_the_command_line_has_the_name(task: Sample, tmp_path: Path) -> None:
    task.inputData.WHOLE = tmp_path / "uploads" / "secret" / "model.pdb"

    assert command_line(task, "p", elsewhere=tmp_path / "uploads").endswith("WHOLE=model.pdb")


def _words_after_options(line: str) -> list[str]:
    import shlex

    return shlex.split(line)[7:]
