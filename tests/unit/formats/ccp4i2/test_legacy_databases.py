"""Databases of CCP4i2's Qt generation are read project by project, and are never written."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID

import pytest

from unit.formats.ccp4i2.legacy_database import COLUMNS, make_database
from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.formats.ccp4i2 import I2Association, I2Tag, _sqlite, projects_in_sqlite, read_legacy_sqlite


def identifier(number):
    return f"{number:032x}"


ANN, GAMMA, DELTA, JOB, SUB, OTHER, MODEL, LOOSE = (identifier(number) for number in range(1, 9))
TIME = 1_500_000_000.25
ROWS = {
    "Databases": [{"DatabaseId": identifier(90), "ThisIsMe": 1, "CreationHostName": "box"}],
    "Users": [{"UserID": ANN, "UserName": "ann"}],
    "Projects": [
        {
            "ProjectID": GAMMA,
            "ProjectName": "gamma",
            "ProjectCreated": TIME,
            "UserID": ANN,
            "ProjectDirectory": "/data/gamma",
            "LastJobNumber": 1,
            "FollowFromJobID": JOB,
            "I1ProjectName": "old",
        },
        {"ProjectID": DELTA, "ProjectName": "delta", "ProjectCreated": TIME, "UserID": ANN, "ParentProjectID": GAMMA},
    ],
    "Jobs": [
        {
            "JobID": JOB,
            "JobNumber": "1",
            "CreationTime": TIME,
            "Status": 6,
            "UserAgent": 1,
            "ProjectID": GAMMA,
            "TaskName": "prosmart_refmac",
            "TaskVersion": "0.1",
            "UserId": ANN,
            "JobTitle": "Räfine",
            "TreeLeft": 3,
            "processId": 77,
        },
        {
            "JobID": SUB,
            "JobNumber": "1.1",
            "CreationTime": TIME,
            "Status": 6,
            "UserAgent": 1,
            "ProjectID": GAMMA,
            "TaskName": "refmac",
            "ParentJobID": JOB,
        },
        {
            "JobID": OTHER,
            "JobNumber": "1",
            "CreationTime": TIME,
            "Status": 5,
            "UserAgent": 1,
            "ProjectID": DELTA,
            "TaskName": "x",
        },
    ],
    "Files": [
        {"FileID": MODEL, "Filename": "a.pdb", "FiletypeID": 2, "JobID": JOB, "JobParamName": "XYZOUT", "PathFlag": 1},
        {"FileID": LOOSE, "Filename": "b.mtz", "FiletypeID": 11, "PathFlag": 2},
    ],
    "FileUses": [
        {"FileID": MODEL, "JobID": SUB, "RoleID": 1, "JobParamName": "XYZIN"},
        {"FileID": LOOSE, "JobID": OTHER, "RoleID": 1},
        {"FileID": identifier(98), "JobID": identifier(99), "RoleID": 1},
    ],
    "Comments": [{"CommentID": identifier(50), "JobID": JOB, "UserID": ANN, "TimeOfComment": TIME, "Comment": "good"}],
    "ProjectComments": [
        {"ProjectCommentID": identifier(51), "ProjectID": DELTA, "UserID": "x", "TimeOfComment": TIME, "Comment": "bad"}
    ],
    "JobKeyValues": [{"JobID": JOB, "KeyTypeID": 1, "Value": 0.1}],
    "JobKeyCharValues": [{"JobID": OTHER, "KeyTypeID": 4, "Value": "P 1"}],
    "FileAssociations": [
        {"FileAssociationID": identifier(60), "FileAssociationTypeId": 1, "FileAssociationName": "pair"}
    ],
    "FileAssociationMembers": [
        {"FileAssociationID": identifier(60), "FileID": MODEL, "FileAssociationRoleID": 1},
    ],
    "Tags": [
        {"TagID": identifier(70), "Text": "kinase"},
        {"TagID": identifier(71), "Text": "good", "ParentTagID": identifier(70)},
        {"TagID": identifier(72), "Text": "unused"},
    ],
    "ProjectTags": [{"TagID": identifier(71), "ProjectID": GAMMA}],
    "ServerJobs": [{"JobId": SUB, "Machine": "cluster", "ServerProcessId": 5}],
    "XData": [{"XDataID": identifier(80), "XDataClass": "CX", "XDataXml": "<a/>", "JobID": JOB}],
    "ProjectExports": [{"ProjectExportId": identifier(81), "ProjectID": GAMMA, "ProjectExportTime": TIME}],
}


@pytest.fixture
def database(tmp_path):
    return make_database(tmp_path / "database.sqlite", ROWS)


def test_each_project_has_its_rows(database):
    gamma, delta = read_legacy_sqlite(database)

    assert (gamma.project.name, gamma.project.user, gamma.project.host, gamma.project.i1_name) == (
        "gamma",
        "ann",
        "box",
        "old",
    )
    assert gamma.project.created == datetime(2017, 7, 14, 2, 40, 0, 250_000, tzinfo=UTC)
    assert [(job.number, job.task, job.user, job.title) for job in gamma.jobs] == [
        ("1", "prosmart_refmac", "ann", "Räfine"),
        ("1.1", "refmac", "", ""),
    ]
    assert gamma.jobs[1].parent == UUID(JOB)
    assert [file.name for file in gamma.files] == ["a.pdb"]
    assert [comment.user for comment in gamma.comments] == ["ann"]
    assert gamma.tags == (I2Tag(text="good", parent=("kinase",)),)
    assert gamma.associations == (
        I2Association(id=UUID(identifier(60)), type=1, name="pair", members=((UUID(MODEL), 1),)),
    )
    assert (gamma.server_jobs[0].machine, gamma.xdata[0].xml, len(gamma.project_exports)) == ("cluster", "<a/>", 1)
    assert gamma.oddities == ()

    assert delta.project.parent == UUID(GAMMA)
    assert [file.name for file in delta.files] == ["b.mtz"]
    assert [(value.key, value.value) for value in delta.values] == [("spaceGroup", "P 1")]
    assert [comment.text for comment in delta.comments] == ["bad"]
    assert delta.oddities == ()


@pytest.mark.parametrize("asked", ["delta", DELTA, str(UUID(DELTA))])
def test_a_project_is_asked_for_by_its_name_or_its_identifier(asked, database):
    assert [record.project.name for record in read_legacy_sqlite(database, [asked])] == ["delta"]


def test_a_project_that_is_not_there_is_told_with_those_that_are(database):
    with pytest.raises(InvalidInput, match="has no project 'epsilon'; it has delta, gamma"):
        read_legacy_sqlite(database, ["epsilon"])


def test_a_look_tells_the_projects_and_the_rows_that_belong_to_none(database):
    found = projects_in_sqlite(database)

    assert [project.name for project in found.projects] == ["gamma", "delta"]
    assert [(oddity.table, oddity.row, oddity.sentence) for oddity in found.oddities] == [
        ("fileuse", 3, "belongs to no project"),
        ("tag", 3, "belongs to no project"),
    ]


def test_a_project_without_a_name_is_told_and_does_not_hide_the_others(tmp_path):
    rows = ROWS | {"Projects": [{"ProjectID": GAMMA}, ROWS["Projects"][1]]}
    path = make_database(tmp_path / "database.sqlite", rows)

    assert [record.project.name for record in read_legacy_sqlite(path)] == ["delta"]
    assert any("has no project with a name" in oddity.sentence for oddity in projects_in_sqlite(path).oddities)


def test_an_older_database_has_fewer_tables_and_columns(tmp_path, monkeypatch):
    for table in ("Tags", "ProjectTags", "ServerJobs", "Users"):
        monkeypatch.delitem(COLUMNS, table)
    monkeypatch.setitem(COLUMNS, "Projects", "ProjectID ProjectName")
    path = make_database(tmp_path / "old.sqlite", {"Projects": [{"ProjectID": GAMMA, "ProjectName": "gamma"}]})

    assert [record.project.name for record in read_legacy_sqlite(path)] == ["gamma"]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_original_is_untouched(mode, database):
    """Also one whose last change is not in its file yet: that is read from a copy."""
    writer = sqlite3.connect(database)
    writer.execute(f"PRAGMA journal_mode = {mode}")
    writer.execute("UPDATE Projects SET ProjectName = 'renamed' WHERE ProjectName = 'delta'")
    writer.commit()
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in database.parent.iterdir()}

    names = [record.project.name for record in read_legacy_sqlite(database)]

    assert names == ["gamma", "renamed"]
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in database.parent.iterdir()} == before
    writer.close()


def test_a_copy_is_of_one_moment(database, monkeypatch):
    """Between its two files the writer may move one into the other, and go on."""
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute("UPDATE Projects SET ProjectName = 'one' WHERE ProjectName = 'delta'")
    writer.commit()
    copy, later = shutil.copyfile, []

    def copied(source, target):
        copy(source, target)
        if not later:
            later.append(source)
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            writer.execute("UPDATE Projects SET ProjectName = 'two' WHERE ProjectName = 'one'")
            writer.execute("UPDATE Users SET UserName = 'bob'")
            writer.commit()
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    monkeypatch.setattr(shutil, "copyfile", copied)
    _, delta = read_legacy_sqlite(database)

    assert (delta.project.name, delta.project.user) == ("two", "bob")
    writer.close()


def test_a_database_that_is_written_all_the_time_is_not_read(database, monkeypatch):
    sqlite3.connect(database).execute("PRAGMA journal_mode = wal")
    times = iter(range(1, 100))
    monkeypatch.setattr(_sqlite, "_QUIET_S", 0.0)
    monkeypatch.setattr(shutil, "copyfile", lambda *_: os.utime(database, ns=(0, next(times))))

    with pytest.raises(UnreadableFile, match="is written all the time"):
        read_legacy_sqlite(database)


def test_tables_are_read_as_they_are_at_one_moment(database):
    """A writer waits until they are."""
    with _sqlite._opened(database), closing(sqlite3.connect(database, timeout=0)) as writer:
        writer.execute("UPDATE Projects SET ProjectName = 'renamed'")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            writer.commit()

    made_by(database, "UPDATE Projects SET ProjectName = 'renamed'")


def test_each_row_counts_once_towards_the_most_there_may_be(database, monkeypatch):
    rows = sum(map(len, ROWS.values()))
    monkeypatch.setattr(_sqlite, "_MAX_ROWS", rows)
    assert len(read_legacy_sqlite(database)) == 2

    monkeypatch.setattr(_sqlite, "_MAX_ROWS", rows - 1)
    with pytest.raises(UnreadableFile, match=f"more than {rows - 1} rows"):
        read_legacy_sqlite(database)


def test_a_damaged_database_is_refused_with_reasons(database):
    data = bytearray(database.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    database.write_bytes(data)

    with pytest.raises(UnreadableFile, match="is damaged"):
        read_legacy_sqlite(database)


def test_a_database_that_is_cut_is_refused(database):
    database.write_bytes(database.read_bytes()[:5000])

    with pytest.raises(UnreadableFile, match="is damaged"):
        read_legacy_sqlite(database)


@pytest.mark.parametrize(("data", "words"), [(b"", "is empty"), (b"text" * 100, "is no SQLite database")])
def test_another_file_is_refused(data, words, tmp_path):
    (tmp_path / "x.sqlite").write_bytes(data)
    with pytest.raises(UnreadableFile, match=words):
        read_legacy_sqlite(tmp_path / "x.sqlite")
    with pytest.raises(UnreadableFile, match="no such file"):
        read_legacy_sqlite(tmp_path / "none.sqlite")
    with pytest.raises(UnreadableFile, match="directory"):
        read_legacy_sqlite(tmp_path)


def made_by(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_a_database_of_something_else_is_refused(tmp_path):
    with pytest.raises(UnsuitableContent, match="it has no table Projects, Jobs, Files"):
        read_legacy_sqlite(made_by(tmp_path / "x.sqlite", "CREATE TABLE people (name)"))


def test_a_view_in_place_of_a_table_is_refused(database):
    """It could ask for rows without end."""
    made_by(
        database,
        "DROP TABLE Jobs",
        "CREATE VIEW Jobs AS WITH RECURSIVE n(JobID) AS (SELECT 1 UNION ALL SELECT JobID + 1 FROM n) SELECT * FROM n",
    )
    with pytest.raises(UnsuitableContent, match="Jobs is computed"):
        read_legacy_sqlite(database)


@pytest.mark.parametrize(
    "columns", ["JobID, KeyTypeID, Value AS (zeroblob(1000000000))", "JobID, KeyTypeID, Value AS (1) STORED"]
)
def test_a_column_that_is_computed_is_refused(columns, database):
    made_by(database, "DROP TABLE JobKeyValues", f"CREATE TABLE JobKeyValues ({columns})")
    with pytest.raises(UnsuitableContent, match="JobKeyValues is computed"):
        read_legacy_sqlite(database)


def test_a_virtual_table_is_refused(database):
    made_by(database, "DROP TABLE Comments", "CREATE VIRTUAL TABLE Comments USING fts5(CommentID, JobID)")
    with pytest.raises(UnsuitableContent, match="Comments is computed"):
        read_legacy_sqlite(database)


def test_bytes_that_are_no_text_are_read_with_a_sign_for_them(tmp_path):
    rows = ROWS | {"Comments": [ROWS["Comments"][0] | {"Comment": b"caf\xe9"}]}

    gamma, _ = read_legacy_sqlite(make_database(tmp_path / "database.sqlite", rows))

    assert gamma.comments[0].text == "caf\ufffd"
