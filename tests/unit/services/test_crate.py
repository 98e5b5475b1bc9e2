"""The metadata of a crate, and how a crate is put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from xtalflow.db import JobDetail, ProjectRecord, UsedFile
from xtalflow.engine import JOB_DIR, FileId, FileRecord, JobId, JobRecord, JobStatus, ProjectId
from xtalflow.errors import InvalidInput, NotEquipped, UnknownTask, UnreadableFile
from xtalflow.services import FoundJob
from xtalflow.services.crate import _export, export_crate
from xtalflow.services.crate._content import CrateContent, PaperFile
from xtalflow.services.crate._graph import crate_metadata
from xtalflow.services.crate._writing import CrateFile, write_crate

PROJECT = ProjectId(UUID(int=1))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def file(number: int, path: str, **given: Any) -> FileRecord:
    return FileRecord(
        **{
            "id": FileId(UUID(int=100 + number)),
            "project": PROJECT,
            "job": None,
            "param_name": "XYZOUT",
            "path": path,
            "directory": JOB_DIR,
            "file_type": "chemical/x-pdb",
            "checksum": "ab",
            "size": 3,
        }
        | given
    )


def job(number: str, *outputs: FileRecord, task: str = "no_such_task", **given: Any) -> JobDetail:
    record = JobRecord(
        id=JobId(UUID(int=int(number.replace(".", "")))),
        project=PROJECT,
        number=number,
        task=task,
        created=NOW,
        started=NOW,
        finished=NOW,
        status=JobStatus.FINISHED,
    )
    uses = tuple(UsedFile(param_name=each.param_name, file=each) for each in outputs)
    return JobDetail(**{"job": record, "outputs": uses, "user": "me", "xtalflow_version": "0.1.0"} | given)


def entities(*jobs: JobDetail, values: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    content = CrateContent(
        project="p",
        description="",
        jobs=jobs,
        values=values or {},
        meanings={},
        papers={},
        commands="#!/bin/bash\n",
        readme="# Jobs\n",
        licence="",
        version="0.1.0",
        made=NOW,
    )
    return {entity["@id"]: entity for entity in crate_metadata(content)["@graph"]}


def test_a_purged_file_is_told_of_but_is_no_data_of_the_crate() -> None:
    kept, purged = file(1, "CCP4_JOBS/job_1/a.pdb"), file(2, "CCP4_JOBS/job_1/b.pdb", available=False)
    found = entities(job("1", kept, purged))

    parts = {each["@id"] for each in found["./"]["hasPart"]}
    told = found[f"#file-{purged.id}"]
    assert parts == {"CCP4_JOBS/job_1/a.pdb", "README.md", "jobs.sh"}
    assert (told["@type"], told["sha256"], told["name"]) == ("CreativeWork", "ab", "b.pdb")
    assert {"@id": told["@id"]} in found["#job-1"]["result"]


def test_a_job_of_a_task_that_is_not_here_is_told_with_what_the_record_has() -> None:
    found = entities(job("1", kpis={"RFactor": 0.2}), values={"1": {"controlParameters.NCYC": 5}})

    assert found["#task-of-job-1"]["name"] == "no_such_task"
    assert found["#job-1/controlParameters.NCYC"]["value"] == 5
    assert found["#job-1/kpi/RFactor"]["value"] == 0.2


def test_what_is_not_known_is_not_said() -> None:
    """An imported job has no xtalflow, and perhaps no end."""
    imported = job("1", xtalflow_version="")
    imported = replace(imported, job=replace(imported.job, status=JobStatus.UNKNOWN, started=None, finished=None))
    found = entities(imported)

    assert found["#task-of-job-1"]["softwareRequirements"] == {"@id": "#program-unknown"}
    assert not {"actionStatus", "startTime", "endTime"} & found["#job-1"].keys()


def test_names_of_files_are_written_as_addresses() -> None:
    found = entities(job("1", file(1, "CCP4_JOBS/job_1/a b#é.pdb")))

    assert "CCP4_JOBS/job_1/a%20b%23%C3%A9.pdb" in found


def test_items_of_a_list_are_values_of_one_parameter() -> None:
    outputs = [file(n, f"CCP4_JOBS/job_1/{n}.mtz", param_name=f"HKLOUT[{n}]") for n in (0, 1)]
    found = entities(job("1", *outputs))

    parameter = found["#task-of-job-1/outputData.HKLOUT"]
    assert parameter["multipleValues"] is True
    assert len(parameter["workExample"]) == 2


async def test_without_rocrate_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_export, "can_make_crates", lambda: False)

    with pytest.raises(NotEquipped, match=r"pip install 'xtalflow\[crate\]'"):
        await export_crate([])


async def test_a_task_name_adds_no_line_to_the_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Records of others name tasks as they like; in a shell's comment a line end would end the comment."""

    async def refuse(job: FoundJob) -> None:
        raise UnknownTask(job.job.task)

    odd = job("1", task="zz\ntouch owned\x1b | #")
    project = ProjectRecord(id=PROJECT, name="p", directory=tmp_path, created=NOW, last_access=NOW)
    monkeypatch.setattr(_export, "clone_parameters", refuse)
    found = FoundJob(project=project, job=odd.job)
    commands = _export._script([found], [await _export._again(found)])

    assert commands.splitlines()[3:] == [
        "# job 1: zz touch owned | #",
        "# its task zz touch owned | # is not known here",
    ]
    readme = _export._readme("p", [odd], can_be_made_again=False)
    assert "| 1 | zz touch owned \\| # | finished |" in readme.splitlines()


@pytest.mark.parametrize("command", ["", "xtalflow run zz"])
def test_parameters_are_said_to_be_there_only_where_they_are(command: str, tmp_path: Path) -> None:
    """A job without them has no command either: one of defaults alone would make another job."""
    project = ProjectRecord(id=PROJECT, name="p", directory=tmp_path, created=NOW, last_access=NOW)
    found = FoundJob(project=project, job=job("1").job)
    again = _export._Again(command, "" if command else "its task zz is not known here")
    paper = PaperFile(path="CCP4_JOBS/job_1/input_params.xml", title="", format="", size=1, checksum="")
    without, given = (_export._with_parameters(again, found, papers) for papers in ([], [paper]))

    assert (without.command, given.command) == ("", command)
    assert "has its parameters" not in without.why_not
    assert given.why_not.endswith("; CCP4_JOBS/job_1 has its parameters") == (not command)


def test_a_licence_is_one_that_spdx_lists_or_an_address() -> None:
    """It is spelled as there; an invented one would become an address that leads nowhere."""
    good = ["cc-by-4.0", "CC0-1.0", "https://example.org/terms", ""]

    assert [_export._licence(each) for each in good] == ["CC-BY-4.0", "CC0-1.0", "https://example.org/terms", ""]
    for bad in ("bogus", "MIT OR CC0-1.0", "LicenseRef-mine", "ftp://example.org", "CC-BY-4.0+"):
        with pytest.raises(InvalidInput, match="is no licence: write its SPDX name"):
            _export._licence(bad)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "CCP4_JOBS").mkdir(parents=True)
    (folder / "CCP4_JOBS" / "a.txt").write_text("abc")
    return folder


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_link_is_not_followed_out_of_the_project(project: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("s")
    (project / "CCP4_JOBS" / "link").symlink_to(tmp_path / "secret")
    files = [CrateFile(path=f"CCP4_JOBS/{each}", checksum="") for each in ("a.txt", "link")]

    with pytest.raises(UnreadableFile, match=r": leads out of the project's folder$"):
        write_crate(tmp_path / name, project, files, {})
    with pytest.raises(UnreadableFile, match=r": leads out of the project's folder$"):
        write_crate(tmp_path / name, project, [CrateFile(path="../secret", checksum="")], {})
    with pytest.raises(UnreadableFile, match="it is no plain file"):
        write_crate(tmp_path / name, project, [CrateFile(path="CCP4_JOBS", checksum="")], {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "secret"]


def test_a_file_system_without_links_gets_copies(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError("no links here")

    (project / "CCP4_JOBS" / "a.txt").chmod(0o444)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    written = write_crate(tmp_path / "out", project, [CrateFile(path="CCP4_JOBS/a.txt", checksum="")], {"b": b"b"})

    assert (written.files, written.linked) == (2, 0)
    assert (tmp_path / "out" / "CCP4_JOBS" / "a.txt").read_text() == "abc"


def test_nothing_is_written_over_what_is_there(project: Path, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("mine")

    with pytest.raises(InvalidInput, match="is there already"):
        write_crate(tmp_path / "out.zip", project, [], {})
    assert (tmp_path / "out.zip").read_text() == "mine"


def test_the_run_of_all_jobs_is_told_as_what_it_is() -> None:
    """The script was made afterwards and never ran; what ran the jobs is on record of each, or is not known."""
    found = entities(job("1"), job("2", xtalflow_version="0.0.9"))
    imported = entities(job("1", xtalflow_version=""))

    for name in ("#run", "#organize"):
        assert "jobs.sh" in found[name]["description"]
    assert "was not run" in found["#run"]["description"]
    assert [each["@id"] for each in found["#organize"]["instrument"]] == [
        "#program-xtalflow-0.0.9",
        "#program-xtalflow-0.1.0",
    ]
    assert imported["#organize"]["instrument"] == {"@id": "#program-unknown"}
