"""Projects of CCP4i2 on the command line: in, seen, used, and out again."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from unit.formats.ccp4i2.legacy_database import make_database
from xtalflow.db import places_of
from xtalflow.formats.ccp4i2 import I2Record, open_archive, read_record

_ROWS = {
    "database": 1,
    "project": 1,
    "job": 9,
    "file": 24,
    "fileuse": 3,
    "importfile": 2,
    "projectcomment": 1,
    "jobkeyvalue": 6,
    "jobkeycharvalue": 1,
    "projecttag": 1,
    "tag": 1,
    "projectexport": 1,
}


_ANOTHER = "nothing is written over it: choose another with -o"


@pytest.fixture
def mdm2(shared_data: Path, tmp_path: Path) -> Path:
    """An unpacked project: a real record, and files made up for the paths that it names."""
    folder = tmp_path / "their" / "MDM2CCP4X"
    folder.mkdir(parents=True)
    shutil.copy(shared_data / "ccp4i2" / "DATABASE.db.xml", folder)
    for place in places_of(read_record(folder / "DATABASE.db.xml")).values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(f"made up for {place}")
    shutil.copy(shared_data / "mdm2" / "4hg7.pdb", folder / "CCP4_JOBS" / "job_1" / "XYZIN_REF-coordinates.pdb")
    return folder


def content(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def record_of(archive: Path) -> dict[str, Any]:
    """All that an archive has on record, but for where the project was and when somebody looked at it."""
    with open_archive(archive) as opened:
        record = opened.record()
    told = {name: getattr(record, name) for name in I2Record.__dataclass_fields__ if name not in ("rows", "oddities")}
    project = {name: getattr(record.project, name) for name in type(record.project).__dataclass_fields__}
    return {
        **{name: sorted(rows, key=repr) for name, rows in told.items() if name != "project"},
        "project": {name: value for name, value in project.items() if name not in ("directory", "last_access")},
    }


def test_every_row_is_accounted_for_and_goes_out_again(xtalflow: Any, mdm2: Path, tmp_path: Path) -> None:
    """A real record comes in, goes out as an archive, comes in elsewhere, and is the same each time."""
    before = content(mdm2)
    plan = xtalflow("import", "archive", mdm2, "--dry-run")
    planned = xtalflow("projects", "--json").json()
    taken = xtalflow("import", "archive", mdm2)
    out = tmp_path / "out.zip"
    exported = xtalflow("export", "archive", "MDM2CCP4X", "-o", out, "--json").json()
    xtalflow.home, xtalflow.projects = tmp_path / "home2", tmp_path / "projects2"
    again = xtalflow("import", "archive", out, "--json").json()
    xtalflow("export", "archive", "MDM2CCP4X", "-o", tmp_path / "again.zip")

    table = dict(re.findall(r"^(\w+) +(\d+ +\d+) *\d*$", taken.out, re.MULTILINE))
    assert {name: row.split() for name, row in table.items()} == {n: [str(c), str(c)] for n, c in _ROWS.items()}
    assert plan.out.startswith("MDM2CCP4X: 9 jobs, 24 files would come; nothing was made\n")
    assert (planned, content(mdm2)) == ([], before)
    assert (exported["jobs"], exported["files"], exported["remarks"]) == (9, 24, [])
    assert {one["table"]: (one["in_file"], one["imported"]) for one in again["tables"]} == {
        **{name: (count, count) for name, count in _ROWS.items()}
    }
    assert record_of(out) == record_of(mdm2) == record_of(tmp_path / "again.zip")
    files = {name: value for name, value in content(tmp_path / "projects2/MDM2CCP4X").items() if "/" in name}
    assert files == {name: value for name, value in before.items() if "/" in name}


def test_an_imported_project_is_seen_and_used(xtalflow: Any, mdm2: Path) -> None:
    """Jobs have their parts and indicators, a file of one is read by a new job, a task that is not here is named."""
    xtalflow("import", "archive", mdm2)
    job = xtalflow("show", "MDM2CCP4X/1", "--json").json()
    model = xtalflow.projects / "MDM2CCP4X/CCP4_JOBS/job_1/XYZIN_REF-coordinates.pdb"
    new = xtalflow("run", "select_atoms", "-p", "MDM2CCP4X", f"XYZIN={model}", "XYZIN.selection.text=A/25-30", "--json")
    clone = xtalflow("clone", "MDM2CCP4X/2")
    graph = xtalflow("graph", "MDM2CCP4X/2", "--json").json()

    assert [child["number"] for child in job["children"]] == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert job["uuid"] == "aef11b32-b9f8-11ef-839c-56d135b7511f"
    assert job["kpis"] == {"highResLimit": 1.25, "rMeas": 0.07, "spaceGroup": "P 65 2 2"}
    assert {one["param"] for one in job["inputs"]} == {"file", "XYZIN_REF"}
    assert (new.json()["number"], new.json()["status"]) == ("3", "finished")
    assert clone.code == 2
    assert clone.err.startswith("xtalflow: the task ccp4i2.prosmart_refmac is not there: no Python with the package ")
    assert "name one as ccp4i2_python in settings.toml" in clone.err
    assert "freerflag" not in {child["task"] for child in job["children"]}
    assert {child["task"].partition(".")[0] for child in job["children"]} == {"ccp4i2"}
    assert "aef11b32-b9f8-11ef-839c-56d135b7511f" in json.dumps(graph)
    assert xtalflow("projects", "--json").json()[0]["tags"] == ["An MDM2 Project"]


def test_what_did_not_come_with_a_record_is_told_as_such(xtalflow: Any, shared_data: Path, tmp_path: Path) -> None:
    """Of a record alone the project is sound; files and logs are said to have not come, and none to be purged."""
    folder = tmp_path / "record"
    folder.mkdir()
    shutil.copy(shared_data / "ccp4i2" / "DATABASE.db.xml", folder)
    xtalflow("import", "archive", folder)
    check = xtalflow("check")
    files = xtalflow("files", "-p", "MDM2CCP4X").out
    show = xtalflow("show", "MDM2CCP4X/2").out
    graph = xtalflow("graph", "MDM2CCP4X/2").out
    log = xtalflow("log", "MDM2CCP4X/2").err
    given = xtalflow("run", "refine_pipeline", "--from", "MDM2CCP4X/2", "--dry-run").err

    assert (check.code, check.out) == (
        0,
        "MDM2CCP4X: 9 jobs, 24 files: all is well; 24 of the files were not there when the project was imported\n",
    )
    rows = [line for line in files.splitlines() if "CCP4_" in line]
    assert len(rows) == 24
    assert all(line.endswith("(not imported)") and " 0 B" not in line for line in rows)
    assert "purged" not in files + show + graph
    assert "/XYZIN_REF-coordinates.pdb (not imported)" in show
    assert ", finished 2024-12-14 " in show
    assert "/XYZIN_REF-coordinates.pdb (not imported)  imported from /Applications/" in graph
    assert len([line for line in graph.splitlines() if line.endswith("(made of the same)")]) == 7
    assert log == (
        "xtalflow: job MDM2CCP4X/2 (ccp4i2.prosmart_refmac) has no log: none came when its project was imported\n"
    )
    assert (
        "inputData.F_SIGF: CCP4_JOBS/job_1/HKLOUT_0-observed_data.mtz would fit, but is on record only: "
        "it was not there when its project was imported\n" in given
    )


def test_the_same_archive_twice_is_recognised(xtalflow: Any, mdm2: Path) -> None:
    """Also under another name, of which it is said that it makes no copy; no row of it would come."""
    xtalflow("import", "archive", mdm2, "--name", "first")
    again = xtalflow("import", "archive", mdm2, "--name", "second")
    no_name = xtalflow("import", "archive", mdm2, "--name", "a/b")
    planned = xtalflow("import", "archive", mdm2, "--dry-run", "--json").json()

    place = xtalflow.projects / "first"
    assert again.code == 0
    assert again.out == f"this project is here already: first, in {place}; nothing was made\n"
    assert again.err == "xtalflow: --name makes no second copy of a project that is here; this one stays first\n"
    assert (no_name.code, no_name.out) == (2, "")
    assert "'a/b' is refused" in no_name.err
    assert planned["known"]["name"] == "first"
    assert {one["imported"] for one in planned["tables"]} == {0}
    assert [one.name for one in xtalflow.projects.iterdir()] == ["first"]


def test_of_a_project_with_more_jobs_it_is_said_which_and_what_to_do(xtalflow: Any, mdm2: Path) -> None:
    xtalflow("import", "archive", mdm2)
    text = (mdm2 / "DATABASE.db.xml").read_text()
    job = re.search(r"<job [^>]*jobnumber=\"2\"[^>]*>", text)
    assert job is not None
    more = job[0].replace("fdd45732", "add45732").replace('jobnumber="2"', 'jobnumber="3"')
    (mdm2 / "DATABASE.db.xml").write_text(text.replace(job[0], job[0] + more))
    again = xtalflow("import", "archive", mdm2)

    assert (again.code, again.out.count("\n")) == (0, 1)
    assert ", without 1 job that is in the archive (3); nothing was made\n" in again.out
    assert "is not brought up to date" in again.err
    assert "XTALFLOW_HOME=" in again.err


def test_a_copy_is_called_one_at_once(xtalflow: Any, mdm2: Path) -> None:
    """Under any name: of which project it is one, and what can be done, is said."""
    xtalflow("import", "archive", mdm2)
    text = (mdm2 / "DATABASE.db.xml").read_text()
    (mdm2 / "DATABASE.db.xml").write_text(text.replace("aa38cbf8", "bb38cbf8"))
    for words in ([], ["--name", "renamed"]):
        copy = xtalflow("import", "archive", mdm2, *words)
        assert (copy.code, copy.out) == (2, "")
        assert copy.err.startswith("xtalflow: this project is a copy of 'MDM2CCP4X', which is here: ")
        assert "or delete 'MDM2CCP4X' first" in copy.err

    assert [one.name for one in xtalflow.projects.iterdir()] == ["MDM2CCP4X"]


def test_a_lost_database_is_rebuilt(xtalflow: Any, mdm2: Path) -> None:
    xtalflow("import", "archive", mdm2)
    xtalflow("run", "count_words", "-p", "MDM2CCP4X", f"TEXT={mdm2 / 'DATABASE.db.xml'}")

    def look() -> list[Any]:
        seen = [
            xtalflow(*words, "--json").json()
            for words in (
                ["projects"],
                ["jobs", "-p", "MDM2CCP4X", "--all"],
                ["files", "-p", "MDM2CCP4X"],
                ["show", "MDM2CCP4X/1"],
                ["show", "MDM2CCP4X/2"],
            )
        ]
        del seen[0][0]["last_access"]  # when a run was settled is known to the lost database alone
        return seen

    before = look()
    shutil.rmtree(xtalflow.home)
    recovered = xtalflow("recover", xtalflow.projects)

    assert recovered.out == "MDM2CCP4X: rebuilt from its folder: 10 jobs, 26 files\n"
    assert recovered.err == ""
    assert look() == before


def test_some_jobs_are_exported_with_what_they_need(xtalflow: Any, mdm2: Path, tmp_path: Path) -> None:
    """Job 2 reads files of job 1."""
    xtalflow("import", "archive", mdm2)
    one = xtalflow("export", "archive", "MDM2CCP4X", "--jobs", "1", "-o", tmp_path / "one.zip", "--json").json()
    two = xtalflow("export", "archive", "MDM2CCP4X", "--jobs", "2", "-o", tmp_path / "two.zip", "--json").json()
    none = xtalflow("export", "archive", "MDM2CCP4X", "--jobs", "7", "-o", tmp_path / "none.zip")
    same = xtalflow("export", "archive", "MDM2CCP4X", "-o", tmp_path / "two.zip")
    away = xtalflow("export", "archive", "MDM2CCP4X", "-o", tmp_path / "no" / "x.zip")

    assert (one["jobs"], two["jobs"]) == (6, 9)
    with ZipFile(tmp_path / "one.zip") as archive:
        assert not [name for name in archive.namelist() if "job_2/2_mdm2" in name]
    assert (none.code, none.err) == (2, "xtalflow: the project MDM2CCP4X has no job 7\n")
    assert (same.code, same.err) == (2, f"xtalflow: {tmp_path / 'two.zip'} is there already; {_ANOTHER}\n")
    assert (away.code, away.err) == (2, f"xtalflow: {tmp_path / 'no/x.zip'}: there is no folder {tmp_path / 'no'}\n")
    assert not list(tmp_path.glob(".*.part*"))
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize(
    ("name", "bytes_of", "sentence"),
    [
        ("nothing.zip", None, "nothing.zip: "),
        ("text.zip", b"this is no zip", "text.zip: is no zip file, or not a whole one; copy the archive again"),
        ("empty.zip", b"", "empty.zip: is empty; copy the archive again"),
        ("DATABASE.db.xml", b"<ccp4i2/>", "give the folder that holds it"),
    ],
)
def test_what_is_no_archive_is_refused(
    xtalflow: Any, tmp_path: Path, name: str, bytes_of: bytes | None, sentence: str
) -> None:
    if bytes_of is not None:
        (tmp_path / name).write_bytes(bytes_of)
    answer = xtalflow("import", "archive", tmp_path / name)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("xtalflow: ")
    assert sentence in answer.err
    assert not xtalflow.projects.exists()


def test_a_member_that_leads_away_is_named_and_nothing_is_made(xtalflow: Any, mdm2: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.write(mdm2 / "DATABASE.db.xml", "DATABASE.db.xml")
        archive.writestr("CCP4_JOBS/../../evil.txt", "evil")
    answer = xtalflow("import", "archive", tmp_path / "bad.zip")

    assert answer.code == 2
    assert "evil.txt" in answer.err
    assert not (tmp_path / "evil.txt").exists()
    assert xtalflow("projects", "--json").json() == []


@pytest.mark.parametrize("point", ["archive.unpacked", "record.logged", "record.placed"])
def test_an_import_that_is_killed_leaves_all_or_nothing(xtalflow: Any, mdm2: Path, point: str) -> None:
    """Asked again, it comes; after the kill in the last moment its folder, which is whole, is there as well."""
    killed = xtalflow.killed_at(point, "import", "archive", mdm2)
    left = xtalflow("projects", "--json").json()
    again = xtalflow("import", "archive", mdm2, "--json").json()

    assert killed == -9
    assert left == []
    assert again["outcome"] == "imported"
    assert not [each.name for each in xtalflow.projects.iterdir() if each.name.startswith(".")]
    assert len(xtalflow("jobs", "-p", "MDM2CCP4X", "--all", "--json").json()) == 9


def test_a_part_of_an_import_is_no_project_to_recover(xtalflow: Any, mdm2: Path) -> None:
    """Its folder says which project it is, and is not whole."""
    xtalflow("run", "count_words", "-p", "words", f"TEXT={mdm2 / 'DATABASE.db.xml'}")
    xtalflow.killed_at("record.logged", "import", "archive", mdm2)
    recovered = xtalflow("recover", xtalflow.projects, "--json").json()

    assert [one["name"] for one in recovered] == ["words"]


def test_what_a_killed_export_left_goes_with_the_next(xtalflow: Any, mdm2: Path, tmp_path: Path) -> None:
    xtalflow("import", "archive", mdm2)
    (tmp_path / "out").mkdir()
    killed = xtalflow.killed_at("archive.written", "export", "archive", "MDM2CCP4X", "-o", tmp_path / "out" / "a.zip")
    left = list((tmp_path / "out").iterdir())
    xtalflow("export", "archive", "MDM2CCP4X", "-o", tmp_path / "out" / "b.zip")

    assert (killed, len(left)) == (-9, 2)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["b.zip"]


def test_of_many_files_that_are_not_there_a_few_are_named(xtalflow: Any, mdm2: Path, tmp_path: Path) -> None:
    """By an import, and by a crate, which has no command for tasks that are not here, and says so."""
    shutil.rmtree(mdm2 / "CCP4_JOBS")
    taken = xtalflow("import", "archive", mdm2).err.splitlines()
    crate = xtalflow("export", "crate", "MDM2CCP4X/1", "-o", tmp_path / "crate")
    missing = len(xtalflow("import", "archive", mdm2, "--dry-run", "--json").json()["missing"])

    assert taken[0] == f"xtalflow: {missing} of 24 files on record are not there:"
    assert taken[11] == f"xtalflow: … and {missing - 10} more; --json has all"
    assert crate.code == 0
    assert " files on record are not there, and not in the crate:" in crate.err
    commands = (tmp_path / "crate" / "jobs.sh").read_text()
    assert commands.splitlines()[1:] == [
        "# No command is known that makes these jobs again.",
        "set -e",
        "# job 1: ccp4i2.aimless_pipe",
        "# its task ccp4i2.aimless_pipe is not known here",
    ]
    assert "`bash jobs.sh`" not in (tmp_path / "crate" / "README.md").read_text()


def test_two_projects_of_a_legacy_database_come(xtalflow: Any, tmp_path: Path) -> None:
    """With nested jobs, comments and tags; the folder of one of them is there, that of the other is not."""
    there = tmp_path / "their" / "alpha"
    (there / "CCP4_JOBS/job_1/job_1").mkdir(parents=True)
    (there / "CCP4_JOBS/job_1/job_1/OUT.txt").write_text("one two")
    database = make_database(tmp_path / "database.sqlite", legacy_rows(there, tmp_path / "gone"))
    before = hashlib.sha256(database.read_bytes()).hexdigest(), content(there)
    plans = xtalflow("import", "sqlite", database, "--dry-run", "--json").json()
    one = xtalflow("import", "sqlite", database, "-p", "alpha", "--json").json()
    both = xtalflow("import", "sqlite", database, "--json").json()
    jobs = {job["number"]: job for job in xtalflow("jobs", "-p", "alpha", "--all", "--json").json()}
    files = xtalflow("files", "-p", "alpha", "--json").json()

    assert [(plan["name"], plan["jobs"], plan["files"], len(plan["missing"])) for plan in plans] == [
        ("alpha", 2, 1, 0),
        ("beta", 1, 1, 1),
    ]
    assert [each["outcome"] for each in one] == ["imported"]
    assert [each["outcome"] for each in both] == ["known", "imported"]
    assert (jobs["1.1"]["status"], jobs["1"]["title"], jobs["1"]["evaluation"]) == ("finished", "My job", "best")
    assert xtalflow("show", "alpha/1", "--json").json()["comments"] == "looks well"
    assert [one["tags"] for one in xtalflow("projects", "--json").json()] == [["kinases"], []]
    assert [file["checksum"] for file in files] == [hashlib.sha256(b"one two").hexdigest()]
    assert (hashlib.sha256(database.read_bytes()).hexdigest(), content(there)) == before


def test_a_database_is_listed_and_a_project_comes_under_another_name(xtalflow: Any, tmp_path: Path) -> None:
    """All that cannot come are told before anything is made, with what to do."""
    rows = legacy_rows(tmp_path, tmp_path / "gone")
    rows["Projects"].append({"ProjectID": f"{99:032x}", "ProjectName": "gamma"})
    database = make_database(tmp_path / "database.sqlite", rows)
    none = xtalflow("import", "sqlite", database, "--name", "one")
    xtalflow("import", "sqlite", database, "-p", "alpha", "--name", "beta")
    listed = xtalflow("import", "sqlite", database, "--list", "--json").json()
    table = xtalflow("import", "sqlite", database, "--list").out
    refused = xtalflow("import", "sqlite", database)
    before = [project["name"] for project in xtalflow("projects", "--json").json()]
    other = xtalflow("import", "sqlite", database, "-p", "beta", "--name", "delta", "--json").json()
    rest = xtalflow("import", "sqlite", database, "--json").json()

    assert (none.code, none.out) == (2, "")
    assert none.err == "xtalflow: 'one' can be the name of one project, and 3 are asked for: choose one with -p\n"
    told = [(one["name"], one["jobs"], one["is_there"], one["known"], one["is_taken"]) for one in listed]
    assert told == [
        ("alpha", 2, True, "beta", False),
        ("beta", 1, False, None, True),
        ("gamma", 0, False, None, False),
    ]
    assert all(word in table for word in ("as beta", "name is taken", listed[0]["uuid"], str(tmp_path / "gone")))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "xtalflow: 1 of 3 projects cannot come, so nothing was made: beta: there is a project 'beta' already; give "
        "this one another name. Import the others with -p gamma, and these one by one with -p PROJECT, and --name "
        "where a name is taken\n"
    )
    assert before == ["beta"]
    assert [(one["project"]["name"], one["outcome"]) for one in other] == [("delta", "imported")]
    assert [one["outcome"] for one in rest] == ["known", "known", "imported"]


def test_a_project_and_those_made_from_it_become_a_group_once(xtalflow: Any, tmp_path: Path) -> None:
    """As soon as two of them are here, whichever came first; nothing is put back that somebody took out."""
    rows = legacy_rows(tmp_path / "a", tmp_path / "b")
    alpha = rows["Projects"][0]["ProjectID"]
    rows["Projects"][1]["ParentProjectID"] = alpha
    rows["Projects"].append({"ProjectID": f"{99:032x}", "ProjectName": "gamma", "ParentProjectID": alpha})
    database = make_database(tmp_path / "database.sqlite", rows)

    def groups() -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(xtalflow.home / "xtalflow.sqlite3")) as connection:
            return connection.execute(
                "SELECT g.name, g.type, m.type, p.name FROM xtalflow_projectgroup g "
                "JOIN xtalflow_projectgroupmembership m ON m.group_id = g.id "
                "JOIN xtalflow_project p ON p.id = m.project_id ORDER BY p.name"
            ).fetchall()

    alone = xtalflow("import", "sqlite", database, "-p", "beta", "--json").json()
    none = groups()
    two = xtalflow("import", "sqlite", database, "-p", "alpha")
    all_of_them = xtalflow("import", "sqlite", database, "--json").json()
    xtalflow("import", "sqlite", database)

    name = "Legacy_alpha_group"
    assert (alone[0]["group"], none) == (None, [])
    assert f"alpha: in the group {name}\n" in two.out
    assert [one["outcome"] for one in all_of_them] == ["known", "known", "imported"]
    assert [one["group"] for one in all_of_them] == [name, None, name]
    assert groups() == [
        (name, "fragment_set", "parent", "alpha"),
        (name, "fragment_set", "member", "beta"),
        (name, "fragment_set", "member", "gamma"),
    ]


def test_a_database_that_is_corrupt_or_another_is_refused(xtalflow: Any, tmp_path: Path) -> None:
    database = make_database(tmp_path / "database.sqlite", legacy_rows(tmp_path / "a", tmp_path / "b"))
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    cut = xtalflow("import", "sqlite", database)
    database.write_bytes(b"no database at all")
    other = xtalflow("import", "sqlite", database)
    database.write_bytes(whole)
    unknown = xtalflow("import", "sqlite", database, "-p", "gamma")

    for answer, word in ((cut, "damaged"), (other, "is no SQLite database"), (unknown, "gamma")):
        assert (answer.code, answer.out) == (2, "")
        assert word in answer.err
    assert xtalflow("projects", "--json").json() == []


def legacy_rows(alpha: Path, beta: Path) -> dict[str, list[dict[str, object]]]:
    names = ["alpha", "beta", "a1", "a11", "b1", "fa", "fb", "tag", "comment"]
    ids = {name: f"{number:032x}" for number, name in enumerate(names, 1)}
    job = {"CreationTime": 1734166320.5, "FinishTime": 1734166321.25, "Status": 6, "TaskName": "freerflag"}
    return {
        "Projects": [
            {"ProjectID": ids["alpha"], "ProjectName": "alpha", "ProjectDirectory": str(alpha), "LastJobNumber": 1},
            {"ProjectID": ids["beta"], "ProjectName": "beta", "ProjectDirectory": str(beta), "LastJobNumber": 1},
        ],
        "Jobs": [
            {
                "JobID": ids["a1"],
                "JobNumber": "1",
                "ProjectID": ids["alpha"],
                "JobTitle": "My job",
                "Evaluation": 1,
                **job,
            },
            {
                "JobID": ids["a11"],
                "JobNumber": "1.1",
                "ProjectID": ids["alpha"],
                "ParentJobID": ids["a1"],
                **job,
            },
            {"JobID": ids["b1"], "JobNumber": "1", "ProjectID": ids["beta"], **job},
        ],
        "Files": [
            {"FileID": ids["fa"], "Filename": "OUT.txt", "FiletypeID": 0, "JobID": ids["a11"], "PathFlag": 1},
            {"FileID": ids["fb"], "Filename": "OUT.txt", "FiletypeID": 0, "JobID": ids["b1"], "PathFlag": 1},
        ],
        "Comments": [{"CommentID": ids["comment"], "JobID": ids["a1"], "Comment": "looks well"}],
        "Tags": [{"TagID": ids["tag"], "Text": "kinases"}],
        "ProjectTags": [{"TagID": ids["tag"], "ProjectID": ids["alpha"]}],
    }
