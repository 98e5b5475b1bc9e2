"""Command lines of CCP4i2: each becomes the tree expected."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.data import CContainer, CData, CDataFile, CScalar, ValueState
from xtalflow.engine import FileId, FileRecord, ProjectId
from xtalflow.errors import InvalidInput, InvalidValue, NotEquipped, UnknownParameter
from xtalflow.formats import read_definition
from xtalflow.plugin import make_task
from xtalflow.services import OptionNames, give_options, named_files, option_documents, read_request
from xtalflow.services.i2run import parse_file_use, task_meant, task_word
from xtalflow.xtal import CAsuDataFile

HERE = Path("/here")
DEFINITION = "def:"

# Each: task, or definition file; the words that follow it; what is given then, by path.
LINES: list[tuple[str, str, dict[str, object]]] = [
    # Names: the shortest ending, longer ones, the whole path, that of CCP4i2's container.
    ("freerflag", "--FRAC 0.1", {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--controlParameters.FRAC 0.1", {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--container.controlParameters.FRAC 0.1", {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--FRAC=0.1", {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--FRAC 0.1 --FRAC 0.2", {"controlParameters.FRAC": 0.2}),
    ("freerflag", '--FRAC "0.1"', {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--FRAC '\"0.1\"'", {"controlParameters.FRAC": 0.1}),
    ("def:aimless", "--CCANOMMINIMUM -0.5", {"controlParameters.CCANOMMINIMUM": -0.5}),
    ("freerflag", "--SEED +3", {"controlParameters.SEED": 3}),
    (
        "def:freerflag",
        "--UNIQUEIFY False --FRAC 0.05",
        {"controlParameters.UNIQUEIFY": False, "controlParameters.FRAC": 0.05},
    ),
    ("def:servalcat_pipe", "--XYZIN m.pdb", {"inputData.XYZIN": "/here/m.pdb"}),
    ("def:servalcat_pipe", "--inputData.XYZIN m.pdb", {"inputData.XYZIN": "/here/m.pdb"}),
    (
        "def:servalcat_pipe",
        "--metalCoordWrapper.inputData.XYZIN m.pdb",
        {"metalCoordWrapper.inputData.XYZIN": "/here/m.pdb"},
    ),
    (
        "def:servalcat_pipe",
        "--prosmartProtein.REFERENCE_MODELS fullPath=a.pdb --prosmartProtein.REFERENCE_MODELS fullPath=b.pdb",
        {"prosmartProtein.REFERENCE_MODELS[0]": "/here/a.pdb", "prosmartProtein.REFERENCE_MODELS[1]": "/here/b.pdb"},
    ),
    ("def:servalcat_pipe", "--prosmartProtein.TOGGLE True", {"prosmartProtein.TOGGLE": True}),
    ("def:molrep_pipe", "--F_SIGF d.mtz", {"inputData.F_SIGF": "/here/d.mtz"}),
    # Scalars are never split; several tokens are one text.
    ("def:SubstituteLigand", "--SMILESIN 'CN1CCC(=O)CC4'", {"inputData.SMILESIN": "CN1CCC(=O)CC4"}),
    ("def:LidiaAcedrgNew", "--SMILESIN C=C/C(=C\\\\C)[C@@H]1CC1", {"inputData.SMILESIN": "C=C/C(=C\\C)[C@@H]1CC1"}),
    ("def:LidiaAcedrgNew", "--TLC=DRG --NRANDOM 5", {"inputData.TLC": "DRG", "inputData.NRANDOM": 5}),
    (
        "def:phaser_simple",
        "--COMP_BY ASU --RESOLUTION_HIGH 2.5",
        {"inputData.COMP_BY": "ASU", "inputData.RESOLUTION_HIGH": 2.5},
    ),
    ("def:phaser_simple", "--TITL a=b", {"keywords.general.TITL": "a=b"}),
    ("def:phaser_simple", "--TITL two words", {"keywords.general.TITL": "two,words"}),
    ("def:phaser_simple", "--TITL=--x", {"keywords.general.TITL": "--x"}),
    ("def:phaser_simple", "--TITL -h,k,-l", {"keywords.general.TITL": "-h,k,-l"}),
    ("def:phaser_simple", "--TITL ''", {"keywords.general.TITL": ""}),
    # Files.
    ("freerflag", "--F_SIGF data.mtz", {"inputData.F_SIGF": "/here/data.mtz"}),
    ("freerflag", "--F_SIGF fullPath=data.mtz", {"inputData.F_SIGF": "/here/data.mtz"}),
    ("freerflag", "--F_SIGF 'fullPath=\"/d/a b.mtz\"'", {"inputData.F_SIGF": "/d/a b.mtz"}),
    (
        "freerflag",
        "--F_SIGF fullPath=/d.mtz 'annotation=\"two words\"'",
        {"inputData.F_SIGF": "/d.mtz", "inputData.F_SIGF.annotation": "two words"},
    ),
    ("freerflag", "--F_SIGF fullPath=/d/a=b.mtz", {"inputData.F_SIGF": "/d/a=b.mtz"}),
    ("freerflag", "--F_SIGF fullPath=10:30.mtz", {"inputData.F_SIGF": "/here/10:30.mtz"}),
    (
        "freerflag",
        "--F_SIGF fullPath=/d.mtz 'columnLabels=/*/*/[F,SIGF]'",
        {"inputData.F_SIGF": "/d.mtz", "inputData.F_SIGF.columnLabels": "F,SIGF"},
    ),
    (
        "freerflag",
        "--F_SIGF 'columnLabels=[F,SIGF]' fullPath=/d.mtz",
        {"inputData.F_SIGF": "/d.mtz", "inputData.F_SIGF.columnLabels": "F,SIGF"},
    ),
    (
        "freerflag",
        "--F_SIGF fullPath=/d.mtz columnLabels=/_/_/[F,SIGF] --FREERFLAG fullPath=/d.mtz columnLabels=/*/*/[FREER]",
        {
            "inputData.F_SIGF": "/d.mtz",
            "inputData.F_SIGF.columnLabels": "F,SIGF",
            "inputData.FREERFLAG": "/d.mtz",
            "inputData.FREERFLAG.columnLabels": "FREER",
        },
    ),
    (
        "def:phaser_EP",
        "--F_SIGF fullPath=/d.mtz columnLabels=/xtal/peak/[F(+),SIGF(+),F(-),SIGF(-)] --WAVELENGTH 0.98",
        {
            "inputData.F_SIGF": "/d.mtz",
            "inputData.F_SIGF.columnLabels": "/xtal/peak/[F(+),SIGF(+),F(-),SIGF(-)]",
            "inputData.WAVELENGTH": 0.98,
        },
    ),
    (
        "select_atoms",
        "--XYZIN fullPath=/m.pdb selection/text='{A/1-50 or B/}'",
        {"inputData.XYZIN": "/m.pdb", "inputData.XYZIN.selection.text": "{A/1-50 or B/}"},
    ),
    (
        "def:coordinate_selector",
        "--XYZIN selection/text='(A)' fullPath=/m.pdb annotation='a model' subType=2 contentFlag=1",
        {
            "inputData.XYZIN": "/m.pdb",
            "inputData.XYZIN.selection.text": "(A)",
            "inputData.XYZIN.annotation": "a model",
            "inputData.XYZIN.subType": 2,
            "inputData.XYZIN.contentFlag": 1,
        },
    ),
    (
        "def:coordinate_selector",
        "--XYZIN baseName=XYZOUT.pdb relPath=/p/CCP4_JOBS/job_1 --OVERRIDE_SUBTYPE 1",
        {"inputData.XYZIN": "/p/CCP4_JOBS/job_1/XYZOUT.pdb", "controlParameters.OVERRIDE_SUBTYPE": 1},
    ),
    (
        "def:modelcraft",
        "--ASUIN fullPath=/c.asu.xml selection/ChainA=True selection/ChainB=False",
        {"inputData.ASUIN": "/c.asu.xml", "inputData.ASUIN.selection": (("ChainA", "True"), ("ChainB", "False"))},
    ),
    # Lists.
    (
        "servalcat_refine",
        "--DICT_LIST a.cif --DICT_LIST fullPath=/b.cif annotation=b --NCYCLES 2",
        {
            "inputData.DICT_LIST[0]": "/here/a.cif",
            "inputData.DICT_LIST[1]": "/b.cif",
            "inputData.DICT_LIST[1].annotation": "b",
            "controlParameters.NCYCLES": 2,
        },
    ),
    (
        "def:servalcat_pipe",
        "--AMINOACID_CHAINS A --AMINOACID_CHAINS B",
        {"inputData.AMINOACID_CHAINS[0]": "A", "inputData.AMINOACID_CHAINS[1]": "B"},
    ),
    (
        "merge_unmerged",
        "--UNMERGEDFILES file=/u.mtz crystalName=x dataset=d wavelength=0.9",
        {
            "inputData.UNMERGEDFILES[0].file": "/u.mtz",
            "inputData.UNMERGEDFILES[0].crystalName": "x",
            "inputData.UNMERGEDFILES[0].dataset": "d",
            "inputData.UNMERGEDFILES[0].wavelength": 0.9,
        },
    ),
    (
        "merge_unmerged",
        "--UNMERGEDFILES /u.mtz --UNMERGEDFILES file=/v.mtz cell/a=79.1 excludeSelection=1-10",
        {
            "inputData.UNMERGEDFILES[0].file": "/u.mtz",
            "inputData.UNMERGEDFILES[1].file": "/v.mtz",
            "inputData.UNMERGEDFILES[1].cell.a": 79.1,
            "inputData.UNMERGEDFILES[1].excludeSelection": "1-10",
        },
    ),
    (
        "join_mtz",
        "--MINIMTZINLIST fileName=/a.mtz columnTag=A --MINIMTZINLIST fileName=/b.mtz fileName/columnLabels=F,SIGF",
        {
            "inputData.MINIMTZINLIST[0].fileName": "/a.mtz",
            "inputData.MINIMTZINLIST[0].columnTag": "A",
            "inputData.MINIMTZINLIST[1].fileName": "/b.mtz",
            "inputData.MINIMTZINLIST[1].fileName.columnLabels": "F,SIGF",
        },
    ),
    (
        "def:ProvideAsuContents",
        "--ASU_CONTENT sequence=MKV nCopies=2 polymerType=PROTEIN name=p source/baseName=p.fasta source/relPath=/s",
        {
            "inputData.ASU_CONTENT[0].sequence": "MKV",
            "inputData.ASU_CONTENT[0].nCopies": 2,
            "inputData.ASU_CONTENT[0].polymerType": "PROTEIN",
            "inputData.ASU_CONTENT[0].name": "p",
            "inputData.ASU_CONTENT[0].source": "/s/p.fasta",
        },
    ),
    (
        "def:phaser_pipeline",
        "--ENSEMBLES label=e number=2 pdbItemList/structure=/m.pdb pdbItemList/identity_to_target=0.9",
        {
            "inputData.ENSEMBLES[0].label": "e",
            "inputData.ENSEMBLES[0].number": 2,
            "inputData.ENSEMBLES[0].pdbItemList[0].structure": "/m.pdb",
            "inputData.ENSEMBLES[0].pdbItemList[0].identity_to_target": 0.9,
        },
    ),
    (
        "def:phaser_pipeline",
        "--ENSEMBLES label=e pdbItemList[0]/structure=/m.pdb pdbItemList[0]/structure/selection/text=A/ "
        "pdbItemList[1]/structure=/n.pdb",
        {
            "inputData.ENSEMBLES[0].label": "e",
            "inputData.ENSEMBLES[0].pdbItemList[0].structure": "/m.pdb",
            "inputData.ENSEMBLES[0].pdbItemList[0].structure.selection.text": "A/",
            "inputData.ENSEMBLES[0].pdbItemList[1].structure": "/n.pdb",
        },
    ),
    (
        "def:ProvideTLS",
        "--TLSGROUPS chainId=A firstRes=1 lastRes=50 --TLSGROUPS chainId=B firstRes=1 lastRes=9 selection=MAIN",
        {
            "controlParameters.TLSGROUPS[0].chainId": "A",
            "controlParameters.TLSGROUPS[0].firstRes": 1,
            "controlParameters.TLSGROUPS[0].lastRes": 50,
            "controlParameters.TLSGROUPS[1].chainId": "B",
            "controlParameters.TLSGROUPS[1].firstRes": 1,
            "controlParameters.TLSGROUPS[1].lastRes": 9,
            "controlParameters.TLSGROUPS[1].selection": "MAIN",
        },
    ),
    # Composites.
    (
        "def:SubstituteLigand",
        "--RESOLUTION_RANGE start=50 end=1.8 --OBSAS MERGED --UNMERGEDFILES file=/u.mtz",
        {
            "controlParameters.RESOLUTION_RANGE.start": 50.0,
            "controlParameters.RESOLUTION_RANGE.end": 1.8,
            "controlParameters.OBSAS": "MERGED",
            "inputData.UNMERGEDFILES[0].file": "/u.mtz",
        },
    ),
    (
        "def:import_merged",
        "--HKLIN /d.mtz --UNITCELL a=1 b=2 c=3 alpha=90 --SPACEGROUPCELL spaceGroup='P 21 21 21' cell/a=79.1",
        {
            "inputData.HKLIN": "/d.mtz",
            "inputData.UNITCELL.a": 1.0,
            "inputData.UNITCELL.b": 2.0,
            "inputData.UNITCELL.c": 3.0,
            "inputData.UNITCELL.alpha": 90.0,
            "inputData.SPACEGROUPCELL.spaceGroup": "P 21 21 21",
            "inputData.SPACEGROUPCELL.cell.a": 79.1,
        },
    ),
    # What is said of the job, in all spellings.
    ("freerflag", "--project_name p --project_path /f --FRAC 0.1 --delay", {"controlParameters.FRAC": 0.1}),
    ("freerflag", "--projectName p --projectPath=/f --batch --FRAC 0.1", {"controlParameters.FRAC": 0.1}),
]


@cache
def _definition(folder: Path, name: str) -> Path:
    return next(folder.rglob(f"{name}.def.xml"))


def tree_of(task: str, shared_data: Path) -> CContainer:
    if task.startswith(DEFINITION):
        return read_definition(_definition(shared_data / "ccp4i2" / "defs", task.removeprefix(DEFINITION))).container
    return make_task(task).container


def given(item: CData) -> Iterator[tuple[str, object]]:
    """What was given below an object; a file is its path, wherever it is said to be."""
    if isinstance(item, CScalar):
        if item.getValueState() is ValueState.EXPLICITLY_SET:
            yield item.object_path(), item.value
        return
    if isinstance(item, CDataFile) and item.isSet():
        yield item.object_path(), str(item)
    for child in item.children():
        if not (isinstance(item, CDataFile) and child.name in ("baseName", "relPath")):
            yield from given(child)


def read(container: CContainer, words: Sequence[str], scratch: Path = Path("/nowhere"), **files: object) -> None:
    request = read_request(OptionNames(container), words)
    give_options(request.given, HERE, scratch, **files)  # type: ignore[arg-type]


@pytest.mark.parametrize(("task", "line", "expected"), LINES, ids=[f"{task} {line}" for task, line, _ in LINES])
def test_a_command_line_becomes_the_tree_expected(
    task: str, line: str, expected: dict[str, object], shared_data: Path
) -> None:
    container = tree_of(task, shared_data)
    read(container, shlex.split(line))

    assert dict(given(container)) == expected


def test_there_are_enough_of_them() -> None:
    assert len(LINES) >= 40
    assert len({task for task, _, _ in LINES}) >= 15


def test_the_job_is_described_in_all_spellings() -> None:
    names = OptionNames(make_task("freerflag").container)
    new = read_request(names, ["--project_name", "p", "--project_path", "/f", "--delay", "--batch"])
    old = read_request(names, ["--projectName=p", "--delay", "--projectPath=/f", "--batch"])

    assert new == old
    assert (new.project, new.project_path, new.delay, new.batch, new.given) == ("p", "/f", True, True, [])


def test_a_parameter_comes_before_an_option_of_our_own() -> None:
    container = CContainer()
    container.add("inputData", make_task("freerflag").container["controlParameters"])
    container["inputData"].add("title", container["inputData"]["FRAC"])
    request = read_request(OptionNames(container), ["--title", "0.2", "--from", "3"])

    assert [(item.name, tokens) for item, tokens in request.given] == [("title", ("0.2",))]
    assert (request.title, request.source) == ("", "3")


@pytest.mark.parametrize(
    ("task", "line", "sentence"),
    [
        ("freerflag", "--FRACC 0.1", "there is no parameter 'FRACC'; did you mean FRAC"),
        ("freerflag", "--FRAC", "--FRAC has no value"),
        ("freerflag", "0.1", "'0.1' belongs to no option"),
        ("freerflag", "--delay 1 --FRAC 0.1", "'1' belongs to no option; --delay takes no value"),
        ("freerflag", "--project_name a b", "--project_name takes one value, not 2"),
        ("freerflag", "-- x", "'--' names no parameter"),
        ("freerflag", "--FREEROUT x.mtz", r"outputData\.FREEROUT is an output"),
        ("freerflag", "--FRAC much", r"controlParameters\.FRAC = 'much' is refused"),
        ("freerflag", "--F_SIGF fullpath=/x.mtz", r"inputData\.F_SIGF has no part 'fullpath', and .* is no file"),
        ("freerflag", "--F_SIGF /x.mtz selection/text=A/", r"inputData\.F_SIGF has no part 'selection'"),
        ("freerflag", "--F_SIGF seqFile=/x.fasta", "no part 'seqFile'"),
        ("select_atoms", "--XYZIN /x.pdb columnLabels=F", "no part 'columnLabels'"),
        (
            "merge_unmerged",
            "--UNMERGEDFILES file=/x.mtz cel/a=3",
            r"UNMERGEDFILES\[0\] has no part 'cel', and 'cel/a=3' is no file",
        ),
        ("def:phaser_pipeline", "--ENSEMBLES pdbItemList[7]/structure=/m.pdb", r"pdbItemList\[7\] is given before"),
        ("def:SubstituteLigand", "--RESOLUTION_RANGE 50", "RESOLUTION_RANGE has parts; give them one by one.*start="),
        ("freerflag", "--F_SIGF fileUse=import_merged[-1].OBSOUT", "the project has no file import_merged"),
        ("freerflag", "--F_SIGF dbFileId=nonsense", "the project has no file nonsense"),
    ],
)
def test_what_is_wrong_is_said_with_its_name(task: str, line: str, sentence: str, shared_data: Path) -> None:
    with pytest.raises((InvalidInput, InvalidValue, UnknownParameter), match=sentence):
        read(tree_of(task, shared_data), shlex.split(line))


def test_every_parameter_of_every_definition_has_a_name_of_its_own(shared_data: Path) -> None:
    """Of two options of a task none is called as the other, and each is found by its name."""
    for path in sorted((shared_data / "ccp4i2" / "defs").rglob("*.def.xml")):
        names = OptionNames(read_definition(path).container)
        called = {one["name"]: one for one in option_documents(names)}
        asked = [item for item in names.known if not item.object_path().startswith("outputData.")]

        assert len(called) == len(asked)
        assert all(names.find(names.name_of(item)) is item for item in asked)


@pytest.mark.parametrize(
    ("text", "task", "index", "param", "which"),
    [
        ("servalcat_pipe[-1].XYZOUT[0]", "servalcat_pipe", -1, "XYZOUT", 0),
        ("servalcat_pipe[0].XYZOUT", "servalcat_pipe", 0, "XYZOUT", None),
        ("[-2].HKLOUT[-1]", "", -2, "HKLOUT", -1),
        ("[3].HKLOUT", "", 3, "HKLOUT", None),
        ("-1.HKLOUT[0]", "", -1, "HKLOUT", 0),
        ("0.HKLOUT", "", 0, "HKLOUT", None),
        ('"-1.HKLOUT[0]"', "", -1, "HKLOUT", 0),
        ("ccp4i2.freerflag[-1].FREEROUT", "ccp4i2.freerflag", -1, "FREEROUT", None),
    ],
)
def test_a_file_use_is_read_in_all_its_spellings(
    text: str, task: str, index: int, param: str, which: int | None
) -> None:
    use = parse_file_use(text)

    assert (use.task, use.index, use.param, use.which) == (task, index, param, which)


@pytest.mark.parametrize(
    "text", ["", "XYZOUT", "task[x].P", "task[1]", "task[1].", "[1]P", f"[{'9' * 5000}].P", "a[1][2].P"]
)
def test_what_is_no_file_use_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="names no file of a job"):
        parse_file_use(text)


def test_files_of_jobs_are_found_among_the_tokens() -> None:
    """Not in texts, which are not split."""
    names = OptionNames(make_task("merge_unmerged").container)
    words = ["--UNMERGEDFILES", "file/fileUse=a[-1].B", "crystalName=x", "--UNMERGEDFILES", "file/dbFileId=7"]

    assert named_files(read_request(names, words)) == [("fileUse", "a[-1].B"), ("dbFileId", "7")]
    assert named_files(read_request(names, ["--SPACEGROUP", "fileUse=a[-1].B"])) == []


def test_a_file_of_a_job_is_linked_with_all_that_is_known_of_it() -> None:
    """Also where it is given by its identity together with where CCP4i2 says that it is."""
    container = make_task("freerflag").container
    container.project_directory = Path("/project")
    record = FileRecord(
        id=FileId(uuid4()),
        project=ProjectId(uuid4()),
        job=None,
        param_name="OBSOUT",
        path="CCP4_JOBS/job_1/OBSOUT.mtz",
        directory=1,
        file_type="application/CCP4-mtz-observed",
        annotation="merged",
        sub_type=1,
        content_flag=3,
    )
    words = ["--F_SIGF", "fileUse=m[-1].OBSOUT", "annotation=mine", "--FREERFLAG", "dbFileId=x", "baseName=f.mtz"]
    read(container, words, files={("fileUse", "m[-1].OBSOUT"): record, ("dbFileId", "x"): None})

    file = container.find("inputData.F_SIGF")
    assert str(file) == "/project/CCP4_JOBS/job_1/OBSOUT.mtz"
    assert (file.dbFileId.value, file.contentFlag.value, file.annotation.value) == (str(record.id), 3, "mine")
    assert str(container.find("inputData.FREERFLAG")) == "/project/f.mtz"


def test_a_sequence_file_becomes_contents_of_the_asymmetric_unit(tmp_path: Path) -> None:
    (tmp_path / "two.fasta").write_text(">first\nMKVLAAGIVG\n>second\nGATTACAGATTACA\n")
    container = make_task("define_asu_contents").container
    read(container, ["--ASUCONTENTIN", f"seqFile={tmp_path / 'two.fasta'}", "selection/second=False"], tmp_path)

    file = container.find("inputData.ASUCONTENTIN")
    assert isinstance(file, CAsuDataFile)
    assert [(one.name, one.copies) for one in file.selected_sequences()] == [("first", 1)]
    assert Path(str(file)).name == "two.asu.xml"


def test_without_ccp4i2_a_task_stands_for_one_of_it_only_if_it_has_all_of_its_parameters() -> None:
    assert task_meant("xtalflow.freerflag") == "freerflag"
    assert task_meant("servalcat_refine") == "servalcat_refine"
    with pytest.raises(NotEquipped, match=r"write `xtalflow run freerflag`.* ccp4i2_python in settings.toml"):
        task_meant("freerflag")
    assert [task_word(each) for each in ("freerflag", "servalcat_refine", "ccp4i2.freerflag")] == [
        "xtalflow.freerflag",
        "servalcat_refine",
        "freerflag",
    ]


def test_a_name_without_near_ones_is_refused_with_where_all_are_listed() -> None:
    names = OptionNames(make_task("freerflag").container)

    with pytest.raises(UnknownParameter, match=r"^there is no parameter 'QQQQ'; --help lists all$"):
        names.find("QQQQ")
