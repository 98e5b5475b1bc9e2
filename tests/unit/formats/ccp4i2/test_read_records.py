"""Records of archives are read in both dialects; what is odd in them is told, and never dropped in silence."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.formats.ccp4i2 import I2Tag, I2Value, file_type_of, key_type_of, read_record

NAME = Path("DATABASE.db.xml")
PROJECT, ONE, TWO, FILE = (f"{number:032x}" for number in (1, 2, 3, 4))
HEAD = f'<projectTable><project projectid="{PROJECT}" projectname="gamma"/></projectTable>'


def record_of(*tables, head=HEAD):
    return read_record(NAME, f"<database><ccp4i2_body>{head}{''.join(tables)}</ccp4i2_body></database>".encode())


def table(name, *rows):
    """A table of rows, each the texts of its attributes."""
    return f"<{name}Table>{''.join(f'<{name} {row}/>' for row in rows)}</{name}Table>"


def job(identifier=ONE, number="1", more=""):
    return f'jobid="{identifier}" jobnumber="{number}" taskname="refmac" status="6" {more}'


def file(identifier=FILE, owner=ONE, name="a.pdb", more=""):
    return f'fileid="{identifier}" jobid="{owner}" filename="{name}" filetypeid="2" {more}'


def sentences(record):
    return [f"{oddity.table} {oddity.row} {oddity.sentence}" for oddity in record.oddities]


def test_the_legacy_dialect_is_read(tmp_path):
    """Names, times to the microsecond in UTC, and tables of their own for texts; the root is in a namespace."""
    body = HEAD.replace("/>", ' projectcreated="1734166320.9834728" username="ann"/>') + table(
        "job",
        f'{job()} jobtitle="Refine" creationtime="0" useragent="1" preceedingjobid="{TWO}" userid="u"',
    )
    body += table("jobkeyvalue", f'jobid="{ONE}" keytypeid="1" value="0.219"')
    body += table("jobkeycharvalue", f'jobid="{ONE}" keytypeid="4" value="P 65 2 2"')

    record = read_record(
        NAME,
        f'<c:ccp4i2 xmlns:c="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_header><hostName>box</hostName></ccp4i2_header>'
        f"<ccp4i2_body>{body}</ccp4i2_body></c:ccp4i2>".encode(),
    )

    assert record.oddities == ()
    assert record.project.created == datetime(2024, 12, 14, 8, 52, 0, 983473, tzinfo=UTC)
    assert (record.project.user, record.project.host) == ("ann", "box")
    assert record.jobs[0].created == datetime(1970, 1, 1, tzinfo=UTC)
    assert (record.jobs[0].title, record.jobs[0].preceding) == ("Refine", UUID(TWO))
    assert record.values == (
        I2Value(job=UUID(ONE), key="RFactor", value=0.219),
        I2Value(job=UUID(ONE), key="spaceGroup", value="P 65 2 2"),
    )


def test_the_new_dialect_is_read():
    """Titles have another name, numbered tags, and numbers and texts are in one table."""
    record = record_of(
        table("job", job(more='title="Refine" creationtime="1734166320"')),
        "<jobkeyvalueTable>"
        f'<jobkeycharvalue jobid="{ONE}" keytypeid="4" value="P 1"/>'
        f'<jobkeyvalue jobid="{ONE}" keytypeid="2" value="1"/>'
        "</jobkeyvalueTable>",
        table("tag", 'tagid="1" text="kinase"', 'tagid="2" text="good" parenttagid="1"'),
        table("projecttag", f'tagid="2" projectid="{PROJECT}"'),
    )

    assert record.oddities == ()
    assert record.jobs[0].title == "Refine"
    assert [value.value for value in record.values] == [1.0, "P 1"]
    assert record.tags == (I2Tag(text="good", parent=("kinase",)),)
    assert dict(record.rows) == {
        "project": 1,
        "job": 1,
        "jobkeyvalue": 1,
        "jobkeycharvalue": 1,
        "tag": 2,
        "projecttag": 1,
    }


def test_the_header_says_what_the_project_does_not():
    record = read_record(
        NAME,
        f"<database><ccp4i2_header><projectId>{PROJECT}</projectId><projectName>gamma</projectName></ccp4i2_header>"
        "<ccp4i2_body><projectTable><project/></projectTable></ccp4i2_body></database>".encode(),
    )

    assert (record.project.id, record.project.name) == (UUID(PROJECT), "gamma")


@pytest.mark.real_data
def test_every_row_of_a_real_record_is_read(shared_data):
    record = read_record(shared_data / "ccp4i2" / NAME)

    assert record.oddities == ()
    assert (len(record.jobs), len(record.files), len(record.uses), len(record.imports)) == (9, 24, 3, 2)
    assert (len(record.values), len(record.comments), len(record.tags), len(record.project_exports)) == (7, 1, 1, 1)
    assert sum(number for _, number in record.rows) == 1 + 1 + 9 + 24 + 3 + 2 + 7 + 1 + 2 + 1


ODD = {
    "no project has this job": (
        table("fileuse", f'fileid="{FILE}" jobid="{TWO}" roleid="1"'),
        "fileuse 1 is of a job that is not in the record: it is left out",
    ),
    "no such file": (
        table("job", job()) + table("fileuse", f'fileid="{TWO}" jobid="{ONE}" roleid="1"'),
        "fileuse 1 is of a file that is not in the record: it is left out",
    ),
    "a use that is there twice": (
        table("job", job())
        + table("file", file())
        + table("fileuse", *[f'fileid="{FILE}" jobid="{ONE}" roleid="1" jobparamname="XYZIN"'] * 2),
        "fileuse 2 is the same as a use above: it is left out",
    ),
    "an unknown role": (
        table("job", job()) + table("file", file()) + table("fileuse", f'fileid="{FILE}" jobid="{ONE}" roleid="7"'),
        "fileuse 1 roleid '7' is not the number of a role, 0 to 2: the row is left out",
    ),
    "a job without identifier": (
        table("job", 'jobnumber="1" taskname="x" status="6"'),
        "job 1 has no jobid: the row is left out",
    ),
    "a job number that is a path": (
        table("job", job(number="../../x")),
        "job 1 jobnumber '../../x' is not a job number such as 3 or 3.1: the row is left out",
    ),
    "two jobs of one number": (
        table("job", job(), job(TWO)),
        "job 2 there is a job 1 above: this one is left out",
    ),
    "two jobs of one identifier": (
        table("job", job(), job(number="2")),
        "job 2 job 2 has the identifier of job 1, left out",
    ),
    "a job of another project": (
        table("job", job(more=f'projectid="{TWO}"')),
        "job 1 job 1 is of another project: it is left out",
    ),
    "a job without its parent": (
        table("job", job(number="3.1")),
        "job 1 job 3.1 has no parent: there is no job 3",
    ),
    "a job that does not say its parent": (
        table("job", job(), job(TWO, "1.1")),
        "job 2 job 1.1 has no parent: it is 1",
    ),
    "jobs that are each the parent of the other": (
        table("job", job(more=f'parentjobid="{TWO}"'), job(TWO, "2", f'parentjobid="{ONE}"')),
        "job 2 job 2 has a parent that has another number or is not in the file: it has none now",
    ),
    "a status that is none": (
        table("job", f'jobid="{ONE}" jobnumber="1" taskname="x" status="77"'),
        "job 1 status '77' is not the number of a status, 0 to 10: it is left out",
    ),
    "a time that is none": (
        table("job", job(more='creationtime="yesterday"')),
        "job 1 creationtime 'yesterday' is not a time in seconds since 1970: it is left out",
    ),
    "a time in milliseconds": (
        table("job", job(more='finishtime="1734166320983"')),
        "job 1 finishtime '1734166320983' is not a time in seconds since 1970: it is left out",
    ),
    "a file that leads elsewhere": (
        table("job", job()) + table("file", file(name="../../.bashrc")),
        "file 1 filename '../../.bashrc' is not the name of a file of a job: the row is left out",
    ),
    "an indicator that is no number": (
        table("job", job()) + table("jobkeyvalue", f'jobid="{ONE}" keytypeid="1" value="nan"'),
        "jobkeyvalue 1 value 'nan' is not a number: the row is left out",
    ),
    "a column that is not known": (
        table("job", job(more='colour="red"')),
        "job 1 has 'colour', which is not known: it is left out of this and all rows",
    ),
    "a table that is not known": (
        table("moon", "x='1'", "x='2'"),
        "moonTable 0 is not known: its 2 rows are left out",
    ),
    "a row of another table": (
        "<jobTable><file/></jobTable>",
        "job 1 is a 'file', which is no row of this table: it is left out",
    ),
    "a second project": (
        table("project", f'projectid="{TWO}" projectname="delta"'),
        "project 2 is a second project, 'delta': it is left out",
    ),
    "a tag of another project": (
        table("tag", 'tagid="1" text="kinase"'),
        "tag 1 'kinase' is not of this project: it is left out",
    ),
    "a tag that is below itself": (
        table("tag", 'tagid="1" text="kinase" parenttagid="1"') + table("projecttag", 'tagid="1"'),
        "projecttag 1 is of a tag below itself or below one that is not in the record",
    ),
    "a member of no association": (
        table("job", job())
        + table("file", file())
        + table("fileassociationmember", f'fileassociationid="{TWO}" fileid="{FILE}" fileassociationroleid="1"'),
        "fileassociationmember 1 is of an association that is not in the record: it is left out",
    ),
}


@pytest.mark.parametrize(("tables", "sentence"), ODD.values(), ids=ODD)
def test_what_is_odd_is_told(tables, sentence):
    assert sentence in sentences(record_of(tables))


def test_jobs_that_are_each_the_parent_of_the_other_have_none():
    record = record_of(ODD["jobs that are each the parent of the other"][0])

    assert [each.parent for each in record.jobs] == [None, None]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html/>", "its root is 'html'"),
        (b"<database/>", "it has no ccp4i2_body"),
        (b"<database><ccp4i2_body/></database>", "has no project with a name"),
        (
            b"<database><ccp4i2_body><projectTable><project/></projectTable></ccp4i2_body></database>",
            "has no projectid",
        ),
    ],
)
def test_a_file_that_is_no_record_is_refused(data, words):
    with pytest.raises(UnsuitableContent, match=words):
        read_record(NAME, data)


@pytest.mark.parametrize(
    "data",
    [
        b"<database>",
        b"\0\1\2",
        b"<!DOCTYPE database [<!ENTITY a 'b'>]><database><ccp4i2_body/></database>",
        b"<database>" + b"<a>" * 200 + b"</a>" * 200 + b"</database>",
    ],
)
def test_broken_and_hostile_xml_is_refused(data):
    with pytest.raises(UnreadableFile, match="DATABASE"):
        read_record(NAME, data)


def test_types_and_indicators_are_known_by_number_and_by_name():
    assert file_type_of("11") == "application/CCP4-mtz-observed"
    assert file_type_of("27") == file_type_of("application/Blast-alignments") == "application/CCP4-Blast-alignments"
    assert file_type_of("") == file_type_of("0") == "Unknown"
    assert (key_type_of("4"), key_type_of("spaceGroup"), key_type_of("99")) == ("spaceGroup", "spaceGroup", "99")
