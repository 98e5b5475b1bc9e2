"""Parameter files: they round-trip, in CCP4i2's format, and foreign ones are read safely."""

import locale
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from xtalflow.data import (
    CBoolean,
    CComposite,
    CContainer,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CString,
    CUnknown,
    ValueState,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnreadableFile
from xtalflow.formats import ParamsHeader, read_params, read_params_header, write_params
from xtalflow.xtal import CFreeRDataFile, CObsDataFile
from xtalflow.xtal.classes import CMiniMtzDataFileList


class Import(CComposite):
    file = CDataFile()
    crystal = CString()


class Inputs(CContainer):
    F_SIGF = CDataFile(allowUndefined=False)
    UNMERGEDFILES = CList(Import())
    XYZIN = CDataFile()


class Controls(CContainer):
    FRAC = CFloat(default=0.05, min=0.0, max=1.0)
    NCYCLES = CInt(default=10)
    TWIN = CBoolean(default=True)
    NOTE = CString(default="none")
    SOURCE = CString(default="xray", enumerators=["xray", "electron"], onlyEnumerators=True)
    LIMITS = CList(CInt())
    BLANKS = CList(CInt(default=7), listMinLength=2)


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    root.add("controlParameters", Controls())
    return root


HEADER = ParamsHeader(
    task="freerflag",
    project_name="Lysozym <ä> & co",
    project_id="0123456789abcdef0123456789abcdef",
    job_number="3.1",
    job_id="fedcba9876543210fedcba9876543210",
    job_title="Été",
    created=datetime(2026, 3, 5, 14, 7, tzinfo=UTC),
    user="somebody",
    host="beamline",
    program="xtalflow 1.0",
    system="Linux",
    task_version="2.1",
    task_title="Free-R flags",
    comment="as before",
)


def round_trip(root, path, header=HEADER):
    write_params(root, header, path)
    other = make_tree()
    return other, read_params(path, other)


def texts(path):
    """Texts of all elements by tag path below the body."""
    tree = etree.parse(path)
    body = tree.find("ccp4i2_body")
    assert body is not None
    return {
        tree.getelementpath(e).removeprefix("ccp4i2_body/"): e.text
        for e in body.iter()
        if len(e) == 0 and e is not body
    }


def test_a_written_file_reads_back_as_the_same_tree_and_header(tmp_path):
    root = make_tree()
    root["inputData"].F_SIGF = "/data/x.mtz"
    root["inputData"].UNMERGEDFILES.append({"file": "/data/a.mtz", "crystal": "  two  blanks\nand a line "})
    root["inputData"].UNMERGEDFILES.append({})
    root["controlParameters"].set({"FRAC": 0.05, "NCYCLES": 0, "TWIN": False, "NOTE": "", "LIMITS": [1, None, 3]})
    other, header = round_trip(root, tmp_path / "params.xml")

    assert other == root
    assert header == HEADER
    assert read_params_header(tmp_path / "params.xml") == HEADER


def test_only_what_is_set_is_written(tmp_path):
    root = make_tree()
    root["controlParameters"].NCYCLES = 10
    write_params(root, HEADER, tmp_path / "params.xml")

    assert texts(tmp_path / "params.xml") == {
        "inputData": None,
        "controlParameters/NCYCLES": "10",
        "guiAdmin/jobTitle": "Été",
    }


def test_values_are_written_as_ccp4i2_writes_them(tmp_path):
    root = make_tree()
    root["inputData"].F_SIGF.set({"relPath": "CCP4_IMPORTED_FILES", "baseName": "x.mtz", "contentFlag": 3})
    root["inputData"].UNMERGEDFILES.append({"crystal": "A"})
    root["controlParameters"].set({"TWIN": False, "FRAC": 0.1})
    write_params(root, HEADER, tmp_path / "params.xml")

    assert texts(tmp_path / "params.xml") == {
        "inputData/F_SIGF/baseName": "x.mtz",
        "inputData/F_SIGF/relPath": "CCP4_IMPORTED_FILES",
        "inputData/F_SIGF/contentFlag": "3",
        "inputData/UNMERGEDFILES/Import/crystal": "A",
        "controlParameters/FRAC": "0.1",
        "controlParameters/TWIN": "False",
        "guiAdmin/jobTitle": "Été",
    }
    root_element = etree.parse(tmp_path / "params.xml").getroot()
    assert root_element.tag == "{http://www.ccp4.ac.uk/ccp4ns}ccp4i2"
    assert root_element.findtext("ccp4i2_header/function") == "PARAMS"


@pytest.mark.parametrize(
    "deed",
    [
        lambda blanks: blanks.pop(),
        lambda blanks: blanks[1].set(3),
        lambda blanks: blanks[1].unSet(),
        lambda blanks: blanks.unSet(),
        lambda blanks: blanks.clear(),
        lambda blanks: blanks.set(blanks),
        lambda blanks: None,
    ],
)
def test_a_list_that_is_there_by_default_round_trips_whatever_is_done_to_it(tmp_path, deed):
    root = make_tree()
    deed(root["controlParameters"].BLANKS)
    other, _ = round_trip(root, tmp_path / "params.xml")

    assert other == root
    assert other.to_dict() == root.to_dict()


def test_what_stood_in_a_blank_item_is_put_back_there(tmp_path):
    (tmp_path / "old.xml").write_text(
        "<container><controlParameters><BLANKS><CInt>5<hint/></CInt></BLANKS></controlParameters></container>"
    )
    root = make_tree()
    header = read_params(tmp_path / "old.xml", root)
    root["controlParameters"].BLANKS.restore()
    again, rewritten = round_trip(root, tmp_path / "new.xml", header)

    assert again == root
    assert places(rewritten) == places(header)


def test_a_default_that_was_unset_stays_unset(tmp_path):
    root = make_tree()
    root["controlParameters"].NOTE.unSet()
    root["controlParameters"].FRAC.unSet()
    other, _ = round_trip(root, tmp_path / "params.xml")

    assert other == root
    assert other["controlParameters"].NOTE.getValueState() is ValueState.NOT_SET


def test_the_time_in_the_header_is_english_and_utc_whatever_the_locale(tmp_path):
    before = locale.setlocale(locale.LC_TIME)
    foreign = [name for name in ("de_DE.UTF-8", "fr_FR.UTF-8") if _has_locale(name)]
    try:
        locale.setlocale(locale.LC_TIME, foreign[0] if foreign else "C")
        summer = datetime(2026, 5, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
        write_params(make_tree(), replace(HEADER, created=summer), tmp_path / "params.xml")
    finally:
        locale.setlocale(locale.LC_TIME, before)

    assert etree.parse(tmp_path / "params.xml").findtext("ccp4i2_header/creationTime") == "23:30 30/Apr/26"
    assert read_params_header(tmp_path / "params.xml").created == summer


def _has_locale(name):
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_TIME, before)
    return True


def places(header):
    return [(element.path, element.parent, element.after) for element in header.unknown]


SECTIONS = "<inputData><F_SIGF><baseName>x.mtz</baseName></F_SIGF></inputData>"
DIALECTS = {
    "namespaced": f'<c:ccp4i2 xmlns:c="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_body>{SECTIONS}</ccp4i2_body></c:ccp4i2>',
    "all namespaced": f'<ccp4i2 xmlns="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_body>{SECTIONS}</ccp4i2_body></ccp4i2>',
    "bare": f"<ccp4i2><ccp4i2_body>{SECTIONS}</ccp4i2_body></ccp4i2>",
    "wrapped": f'<ccp4i2><ccp4i2_body id="x"><container>{SECTIONS}</container></ccp4i2_body></ccp4i2>',
    "nested bodies": f"<ccp4i2><ccp4i2_body><ccp4i2_body>{SECTIONS}</ccp4i2_body></ccp4i2_body></ccp4i2>",
    "container alone": f"<container>{SECTIONS}</container>",
    "named like the task": f"<freerflag>{SECTIONS}</freerflag>",
    "other encoding": f"<?xml version='1.0' encoding='UTF-16'?><container>{SECTIONS}</container>",
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_read(tmp_path, dialect):
    text = DIALECTS[dialect]
    (tmp_path / "params.xml").write_text(text, encoding="UTF-16" if "UTF-16" in text else "UTF-8")
    root = make_tree()
    header = read_params(tmp_path / "params.xml", root)

    assert root["inputData"].F_SIGF.baseName.value == "x.mtz"
    assert header.unknown == ()


def test_unknown_elements_are_reported_by_path_kept_and_put_back_in_place(tmp_path):
    source = """<ccp4i2><ccp4i2_body><inputData>
      <HKLIN a="1"><FP>F</FP></HKLIN>
      <F_SIGF><FP>FTOXD3</FP><baseName>x.mtz</baseName><SIGFP/></F_SIGF>
      <UNMERGEDFILES><Import><crystal>A</crystal><dataset>D</dataset></Import><Other/></UNMERGEDFILES>
      <XYZIN><chain>B</chain></XYZIN></inputData>
      <guiParameters><USE_FIXED>True</USE_FIXED></guiParameters>
      <controlParameters><NCYCLES>5<hint/></NCYCLES></controlParameters>
      <guiAdmin><followFrom>7</followFrom><jobTitle>Title</jobTitle></guiAdmin></ccp4i2_body></ccp4i2>"""
    (tmp_path / "old.xml").write_text(source)
    root = make_tree()
    header = read_params(tmp_path / "old.xml", root)
    again, rewritten = round_trip(root, tmp_path / "new.xml", header)

    paths = [element.path for element in header.unknown]
    assert sorted(paths) == sorted(
        [
            "guiAdmin.followFrom",
            "inputData.HKLIN",
            "inputData.F_SIGF.FP",
            "inputData.F_SIGF.SIGFP",
            "inputData.UNMERGEDFILES[0].dataset",
            "inputData.UNMERGEDFILES.Other",
            "inputData.XYZIN.chain",
            "guiParameters",
            "controlParameters.NCYCLES.hint",
        ]
    )
    assert again == root
    assert sorted(places(rewritten)) == sorted(places(header))
    assert root["controlParameters"].NCYCLES.value == 5
    assert not root["inputData"].XYZIN.isSet()
    written = etree.parse(tmp_path / "new.xml").find("ccp4i2_body")
    assert written is not None
    assert [e.tag for e in written] == ["inputData", "guiParameters", "controlParameters", "guiAdmin"]
    assert [e.tag for e in written.iterfind("inputData/*")] == ["HKLIN", "F_SIGF", "UNMERGEDFILES", "XYZIN"]
    assert [e.tag for e in written.iterfind("inputData/F_SIGF/*")] == ["FP", "baseName", "SIGFP"]


def test_what_stood_in_an_item_that_is_gone_goes_with_it(tmp_path):
    (tmp_path / "old.xml").write_text(
        "<container><inputData><UNMERGEDFILES><Import><dataset>D</dataset></Import></UNMERGEDFILES></inputData></container>"
    )
    root = make_tree()
    header = read_params(tmp_path / "old.xml", root)
    root["inputData"].UNMERGEDFILES.clear()
    _, rewritten = round_trip(root, tmp_path / "new.xml", header)

    assert len(header.unknown) == 1
    assert rewritten.unknown == ()


def test_an_element_that_comes_twice_counts_once_and_is_not_lost(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<container><controlParameters><NCYCLES>5</NCYCLES><NCYCLES>6</NCYCLES></controlParameters></container>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)

    assert root["controlParameters"].NCYCLES.value == 5
    assert [element.path for element in header.unknown] == ["controlParameters.NCYCLES"]


def test_texts_and_attributes_without_a_meaning_are_reported_kept_and_written_back(tmp_path):
    source = """<ccp4i2><ccp4i2_body><inputData><F_SIGF kind="a &amp; b">/a/b.mtz</F_SIGF>
      <UNMERGEDFILES>x<Import><crystal>A</crystal>y &lt; z</Import></UNMERGEDFILES>stray</inputData>
      <controlParameters section="1"><NCYCLES unit="cycle"><hint/>5</NCYCLES><FRAC>0.1</FRAC>after</controlParameters>
      </ccp4i2_body></ccp4i2>"""
    (tmp_path / "old.xml").write_text(source)
    root = make_tree()
    header = read_params(tmp_path / "old.xml", root)
    again, rewritten = round_trip(root, tmp_path / "new.xml", header)

    assert {each.path: each.xml for each in header.unknown} == {
        "inputData.F_SIGF.@kind": "a &amp; b",
        "inputData.F_SIGF.#text": "/a/b.mtz",
        "inputData.UNMERGEDFILES.#text": "x",
        "inputData.UNMERGEDFILES[0].#text": "y &lt; z",
        "inputData.#text": "stray",
        "controlParameters.@section": "1",
        "controlParameters.NCYCLES.hint": "<hint/>",
        "controlParameters.NCYCLES.@unit": "cycle",
        "controlParameters.#text": "after",
    }
    assert root["controlParameters"].NCYCLES.value == 5
    assert again == root
    assert sorted(places(rewritten)) == sorted(places(header))


@pytest.mark.parametrize(
    "body",
    [
        "<controlParameters><NCYCLES/><NCYCLES>7</NCYCLES></controlParameters>",
        "<inputData><XYZIN/><UNMERGEDFILES/><XYZIN><baseName>x</baseName></XYZIN></inputData>",
        "<controlParameters><LIMITS><CInt>1</CInt></LIMITS><FRAC>0.2</FRAC><LIMITS/></controlParameters>",
        "<controlParameters/><controlParameters><NCYCLES>7</NCYCLES></controlParameters>",
    ],
)
def test_the_second_of_two_elements_is_the_second_when_it_is_written_back(tmp_path, body):
    (tmp_path / "old.xml").write_text(f"<ccp4i2><ccp4i2_body>{body}</ccp4i2_body></ccp4i2>")
    root = make_tree()
    header = read_params(tmp_path / "old.xml", root)
    again, rewritten = round_trip(root, tmp_path / "new.xml", header)

    assert again == root
    assert [each.path for each in rewritten.unknown] == [each.path for each in header.unknown]


def test_parameters_in_a_container_are_read_whatever_is_beside_it(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<ccp4i2><ccp4i2_body><guiAdmin><jobTitle>T</jobTitle></guiAdmin><container><controlParameters>"
        "<NCYCLES>5</NCYCLES></controlParameters></container></ccp4i2_body></ccp4i2>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)

    assert (root["controlParameters"].NCYCLES.value, header.job_title, header.unknown) == (5, "T", ())


def test_a_file_of_which_one_value_is_refused_changes_nothing(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<container><controlParameters><FRAC>0.5</FRAC><LIMITS><CInt>1</CInt></LIMITS><NCYCLES>ten</NCYCLES>"
        "</controlParameters></container>"
    )
    root = make_tree()
    with pytest.raises(UnreadableFile):
        read_params(tmp_path / "x.xml", root)

    assert root == make_tree()


def test_empty_elements_of_numbers_and_choices_say_nothing(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<container><controlParameters><NCYCLES/><TWIN> </TWIN><SOURCE/><NOTE/></controlParameters></container>"
    )
    controls = make_tree()
    read_params(tmp_path / "x.xml", controls)

    states = {child.name: child.getValueState().name for child in controls["controlParameters"]}
    assert states["NCYCLES"] == states["TWIN"] == states["SOURCE"] == "DEFAULT"
    assert states["NOTE"] == "EXPLICITLY_SET"


@pytest.mark.parametrize("text", ["ten", "1e3", "nan", "99999999999999999999999"])
def test_a_value_that_its_parameter_cannot_take_is_refused_with_file_and_path(tmp_path, text):
    (tmp_path / "x.xml").write_text(
        f"<container><controlParameters><NCYCLES>{text}</NCYCLES></controlParameters></container>"
    )

    with pytest.raises(UnreadableFile, match=r"x\.xml.*controlParameters\.NCYCLES"):
        read_params(tmp_path / "x.xml", make_tree())


def test_a_refused_value_can_be_kept_with_the_refusal(tmp_path):
    """It stays in the file where it was, and its parameter as it was declared."""
    (tmp_path / "x.xml").write_text(
        "<container><controlParameters><FRAC>0.1</FRAC><NCYCLES>ten</NCYCLES><LIMITS><CInt>1</CInt><CInt>x</CInt></LIMITS>"
        "</controlParameters></container>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root, keep_refused=True)

    assert [(each.path, each.after) for each in header.unknown] == [
        ("controlParameters.NCYCLES", "FRAC"),
        ("controlParameters.LIMITS.CInt", "[0]"),
    ]
    assert header.unknown[0].refusal == "controlParameters.NCYCLES = 'ten' is refused: it must be an integer"
    assert root["controlParameters"].NCYCLES.getValueState() is ValueState.DEFAULT
    write_params(root, header, tmp_path / "new.xml")
    again = make_tree()
    assert read_params(tmp_path / "new.xml", again, keep_refused=True).unknown == header.unknown
    assert again == root


def test_a_foreign_header_is_kept_whole(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<ccp4i2><ccp4i2_header><function>PARAMS</function><pluginName>t</pluginName><hostName>bilbo</hostName>"
        "<creationTime>long ago</creationTime><project/><moon phase='full'>yes</moon><userId>a</userId>"
        "<userId>b</userId></ccp4i2_header><ccp4i2_body/></ccp4i2>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)
    _, again = round_trip(root, tmp_path / "new.xml", header)

    assert (header.task, header.host, header.user, header.created) == ("t", "bilbo", "a", None)
    assert [element.xml for element in header.unknown] == [
        "<creationTime>long ago</creationTime>",
        "<project/>",
        '<moon phase="full">yes</moon>',
        "<userId>b</userId>",
    ]
    assert again == header


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>
<ccp4i2><ccp4i2_header><userId>&y;</userId></ccp4i2_header></ccp4i2>"""
SECRET = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<ccp4i2><ccp4i2_header><userId>&x;</userId></ccp4i2_header></ccp4i2>"""
BROKEN = {
    "empty": b"",
    "blank": b" \n ",
    "not XML": b"HEADER    HYDROLASE",
    "truncated": b"<ccp4i2><ccp4i2_body><inputData>",
    "binary": bytes(range(256)),
    "control character": b"<ccp4i2>\x01</ccp4i2>",
    "undefined entity": b"<ccp4i2>&lol;</ccp4i2>",
    "entity bomb": BOMB.encode(),
    "external entity": SECRET.encode(),
    "document type": b"<!DOCTYPE ccp4i2 SYSTEM 'http://127.0.0.1:9/x.dtd'><ccp4i2/>",
    "too deep": b"<ccp4i2>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</ccp4i2>",
    "fairly deep": b"<ccp4i2>" + b"<a>" * 150 + b"</a>" * 150 + b"</ccp4i2>",
    "another root": b"<html/>",
    "a definition": b"<ccp4i2><ccp4i2_header><function>DEF</function></ccp4i2_header></ccp4i2>",
    "unknown encoding": b"<?xml version='1.0' encoding='klingon'?><ccp4i2/>",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_or_hostile_file_is_an_error_that_names_it(tmp_path, kind):
    (tmp_path / "hostile.xml").write_bytes(BROKEN[kind])

    for read in (lambda path: read_params(path, make_tree()), read_params_header):
        with pytest.raises(UnreadableFile, match=r"hostile\.xml"):
            read(tmp_path / "hostile.xml")


def test_a_name_that_is_not_utf8_cannot_be_written_and_that_is_said(tmp_path):
    root = make_tree()
    root["inputData"].F_SIGF = "/data/caf\udce9.mtz"

    with pytest.raises(InvalidValue, match=r"inputData\.F_SIGF\.baseName"):
        write_params(root, HEADER, tmp_path / "params.xml")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file"):
        read_params(tmp_path / "missing.xml", make_tree())
    with pytest.raises(UnreadableFile, match="folder"):
        read_params(tmp_path, make_tree())


def test_a_file_beyond_the_limit_of_size_is_refused(tmp_path):
    with (tmp_path / "huge.xml").open("wb") as file:
        file.write(b"<ccp4i2>")
        os.truncate(file.fileno(), 65 * 2**20)

    with pytest.raises(UnreadableFile, match="larger than 64 MiB"):
        read_params(tmp_path / "huge.xml", make_tree())


@pytest.mark.real_data
def test_files_of_ccp4i2_are_read_and_nothing_of_them_is_lost(shared_data: Path, tmp_path):
    files = sorted((shared_data / "ccp4i2" / "params").glob("*.xml"))
    assert files
    for path in files:
        root = make_tree()
        header = read_params(path, root)
        write_params(root, header, tmp_path / path.name)
        again = make_tree()

        assert places(read_params(tmp_path / path.name, again)) == places(header)
        assert again == root
        assert header.task


def test_what_cannot_be_written_as_xml_is_an_error_with_a_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="the parameters of t cannot be written"):
        write_params(make_tree(), ParamsHeader(task="t", job_title="a\x07b"), tmp_path / "x.xml")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "values", "unknown"),
    [
        ("<NCYCLES>4<b/>5</NCYCLES>", {"NCYCLES": 4}, {"NCYCLES.b": "<b/>", "NCYCLES.#text": "5"}),
        ("<NCYCLES state='not_set'>5</NCYCLES>", {"NCYCLES": 5}, {"NCYCLES.@state": "not_set"}),
        (
            "<NCYCLES state='not_set'><b/>5</NCYCLES>",
            {"NCYCLES": 5},
            {"NCYCLES.b": "<b/>", "NCYCLES.@state": "not_set"},
        ),
        ("<NOTE>a<b/>c</NOTE>", {"NOTE": "a"}, {"NOTE.b": "<b/>", "NOTE.#text": "c"}),
    ],
)
def test_a_text_in_pieces_or_beside_a_state_is_a_value_and_the_rest_is_kept(tmp_path, body, values, unknown):
    (tmp_path / "x.xml").write_text(f"<container><controlParameters>{body}</controlParameters></container>")
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)
    write_params(root, header, tmp_path / "new.xml")
    again = make_tree()
    rewritten = read_params(tmp_path / "new.xml", again)

    assert {name: root["controlParameters"][name].value for name in values} == values
    assert {each.path.removeprefix("controlParameters."): each.xml for each in header.unknown} == unknown
    assert again == root
    assert rewritten.unknown == header.unknown


def test_what_stood_in_an_element_is_not_taken_for_its_value_once_that_is_unset(tmp_path):
    (tmp_path / "x.xml").write_text(
        "<container><controlParameters><NCYCLES>4<b/>5</NCYCLES><FRAC state='default'>0.5</FRAC>"
        "</controlParameters></container>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)
    root["controlParameters"].NCYCLES.unSet()
    root["controlParameters"].FRAC.unSet()
    write_params(root, header, tmp_path / "x.xml")
    again = make_tree()
    read_params(tmp_path / "x.xml", again)

    assert again == root


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<D>a<p>3</p>b</D>", (("#text", "a b"), ("p", "3"))),
        ("<D><p><q/>5</p></D>", (("p", (("#text", "5"), ("q", ""))),)),
        ("<D><p state='on'>3</p></D>", (("p", (("@state", "on"), ("#text", "3"))),)),
        ("<D unit='A' state='not_set'>3</D>", (("@unit", "A"), ("#text", "3"))),
    ],
)
def test_all_texts_and_attributes_of_a_collection_are_parts_of_it(tmp_path, text, value):
    (tmp_path / "x.xml").write_text(f"<container><s>{text}</s></container>")
    root, again = CContainer(), CContainer()
    for each in (root, again):
        each.add("s", CContainer())
        each["s"].add("D", CUnknown("COdd"))
    header = read_params(tmp_path / "x.xml", root)
    write_params(root, header, tmp_path / "x.xml")
    read_params(tmp_path / "x.xml", again)

    assert root.find("s.D").value == value
    assert again == root


def test_what_is_around_the_sections_is_kept(tmp_path):
    """In the header, beside the body, in containers around the sections, and in a ``guiAdmin`` that the task lacks."""
    (tmp_path / "x.xml").write_text(
        "<ccp4i2><ccp4i2_header version='2'>h<userId unit='1'>me</userId>i</ccp4i2_header><ccp4i2_body id='t'>b"
        "<guiAdmin a='1'>g<jobTitle>T</jobTitle>j<jobTitle>U</jobTitle></guiAdmin>k<container id='t' c='2'>l"
        "<controlParameters><NCYCLES>5</NCYCLES></controlParameters></container>m</ccp4i2_body><ccp4i2_body>"
        "<controlParameters><FRAC>0.5</FRAC></controlParameters></ccp4i2_body><other>o</other><ccp4i2_header/></ccp4i2>"
    )
    root = make_tree()
    header = read_params(tmp_path / "x.xml", root)
    write_params(root, header, tmp_path / "x.xml")
    again = make_tree()
    rewritten = read_params(tmp_path / "x.xml", again)

    assert (header.job_title, header.user, rewritten.job_title) == ("T", "me", "T")
    assert {(each.path, each.xml) for each in header.unknown} == {
        ("ccp4i2_header.@version", "2"),
        ("ccp4i2_header.#text", "h"),
        ("ccp4i2_header.#text", "i"),
        ("ccp4i2_header.userId.@unit", "1"),
        ("#text", "b"),
        ("guiAdmin.@a", "1"),
        ("guiAdmin.#text", "g"),
        ("guiAdmin.#text", "j"),
        ("guiAdmin.jobTitle", "<jobTitle>U</jobTitle>"),
        ("#text", "k"),
        ("@c", "2"),
        ("#text", "l"),
        ("#text", "m"),
        ("controlParameters", "<controlParameters><FRAC>0.5</FRAC></controlParameters>"),
        ("other", "<other>o</other>"),
        ("ccp4i2_header", "<ccp4i2_header/>"),
    }
    assert again == root
    assert {each.path for each in rewritten.unknown} == {each.path for each in header.unknown}


def test_items_of_a_list_of_several_kinds_keep_their_kinds(tmp_path: Path) -> None:
    """As ``splitMtz`` of CCP4i2 writes them: each item under the name of its class."""
    written, read = CContainer(), CContainer()
    for container in (written, read):
        container.add("outputData", CContainer())
        container["outputData"].add("FILES", CMiniMtzDataFileList())
    for kind in (CObsDataFile, None, CFreeRDataFile):
        written["outputData"].FILES.addItem(kind).set(tmp_path / "a.mtz")

    write_params(written, ParamsHeader(task="split"), tmp_path / "params.xml")
    header = read_params(tmp_path / "params.xml", read)

    assert (header.unknown, read) == ((), written)
    assert [type(item).__name__ for item in read["outputData"].FILES] == [
        "CObsDataFile",
        "CMiniMtzDataFile",
        "CFreeRDataFile",
    ]
