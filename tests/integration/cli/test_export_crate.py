"""Jobs as a Workflow Run RO-Crate, read as a stranger reads it: through its metadata alone."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import CommandLine

METADATA = "ro-crate-metadata.json"
Entities = dict[str, dict[str, Any]]


def entities_of(document: bytes) -> Entities:
    return {entity["@id"]: entity for entity in json.loads(document)["@graph"]}


def refs(entities: Entities, entity: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The entities that a property leads to."""
    value = entity.get(name, [])
    return [entities[one["@id"]] for one in (value if isinstance(value, list) else [value])]


def of_type(entities: Entities, name: str) -> list[dict[str, Any]]:
    return [entity for entity in entities.values() if name in entity["@type"]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> CommandLine:
    """A project with a pipeline, a job of one step, and one that failed."""
    folder = tmp_path_factory.mktemp("crate")
    python_path = os.pathsep.join(filter(None, [str(test_tasks), os.environ.get("PYTHONPATH")]))
    xtalflow = CommandLine(folder / "home", folder / "projects", {"PYTHONPATH": python_path})
    (folder / "text.txt").write_text("one two three")
    xtalflow("run", "count_twice", "-p", "p", f"TEXT={folder / 'text.txt'}", "--title", "Count = twice")
    xtalflow("run", "count_words", "-p", "p", f"TEXT={folder / 'text.txt'}", "TIMES=3")
    xtalflow("run", "moody", "-p", "p", "HOW=badly")
    return xtalflow


@pytest.fixture(scope="module")
def crate(ran: CommandLine) -> Path:
    """All three jobs as a crate."""
    folder = ran.home.parent / "whole"
    answer = ran("export", "crate", "p/1", "p/1.2", "p/3", "p/2", "-o", folder, "--licence", "CC-BY-4.0", "--json")
    assert answer.code == 0, answer.err
    assert answer.json()["jobs"] == 5
    assert answer.json()["linked"] > 0
    return folder


@pytest.fixture(scope="module")
def entities(crate: Path) -> Entities:
    return entities_of((crate / METADATA).read_bytes())


def test_a_reader_of_the_crate_alone_finds_programs_versions_inputs_and_outputs(
    entities: Entities, crate: Path
) -> None:
    """Pipelines and their steps, with versions, and files that are what they are said to be."""
    actions = {entity["@id"]: entity for entity in of_type(entities, "CreateAction")}
    tools = {name: refs(entities, action, "instrument")[0] for name, action in actions.items()}

    assert set(actions) == {"#run", "#job-1", "#job-1.1", "#job-1.2", "#job-2", "#job-3"}
    assert (tools["#job-1"]["name"], tools["#job-1"]["version"]) == ("count_twice", "1.0")
    assert (tools["#job-1.2"]["name"], tools["#job-1.2"]["softwareVersion"]) == ("count_words", "1.0")
    assert tools["#run"]["@id"] == entities["./"]["mainEntity"]["@id"] == "jobs.sh"
    needed = {each["name"] for each in refs(entities, tools["#job-1.1"], "softwareRequirements")}
    assert {"xtalflow", "GEMMI"} <= needed
    read = [one for one in refs(entities, actions["#job-1"], "object") if "File" in one["@type"]]
    assert [one["@id"] for one in read] == ["CCP4_IMPORTED_FILES/text.txt"]
    assert "TEXT" in {one["name"] for one in refs(entities, read[0], "exampleOfWork")}
    for file in of_type(entities, "File"):
        path = crate / file["@id"]
        assert path.stat().st_size == int(file["contentSize"])
        if "sha256" in file:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
    for action in actions.values():
        assert action["startTime"] <= action["endTime"]
        assert entities[action["agent"]["@id"]]["@type"] == "Person"


def test_the_library_for_crates_reads_it(crate: Path) -> None:
    from rocrate.rocrate import ROCrate

    read = ROCrate(crate)

    assert read.mainEntity.id == "jobs.sh"
    assert {action["instrument"]["name"] for action in read.get_by_type("CreateAction", exact=True)} >= {"count_words"}


def test_whatever_is_referred_to_is_there(entities: Entities) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, list):
            return {one for each in value for one in references(each)}
        return {value["@id"]} if isinstance(value, dict) else set()

    wanted = {one for entity in entities.values() for value in entity.values() for one in references(value)}
    assert {one for one in wanted if "://" not in one} <= set(entities)
    assert entities["./"]["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}


def test_parameters_and_indicators_are_values_of_formal_parameters(entities: Entities) -> None:
    values = {one["name"]: one for one in of_type(entities, "PropertyValue") if one["@id"].startswith("#job-2/")}

    assert (values["TIMES"]["value"], values["nWords"]["value"]) == (3, 3)
    parameter = refs(entities, values["TIMES"], "exampleOfWork")[0]
    assert (parameter["@type"], parameter["additionalType"]) == ("FormalParameter", "Integer")
    assert parameter in refs(entities, entities["#task-of-job-2"], "input")
    assert values["nWords"] in refs(entities, entities["#job-2"], "result")


def test_steps_are_nested_and_connected(entities: Entities) -> None:
    """Main workflow → pipeline → its child jobs, each with its step, control and organize actions."""
    pipeline = refs(entities, entities["jobs.sh"], "hasPart")[0]
    steps = refs(entities, pipeline, "step")
    started = [refs(entities, each, "object")[0]["@id"] for each in refs(entities, entities["#organize-1"], "object")]
    connections = [each for step in steps for each in refs(entities, step, "connection")]

    assert [step["position"] for step in steps] == ["1", "2"]
    assert entities["#organize-1"]["result"] == {"@id": "#job-1"}
    assert started == ["#job-1.1", "#job-1.2"]
    sources = {refs(entities, each, "sourceParameter")[0]["@id"] for each in connections}
    assert "#task-of-job-1/inputData.TEXT" in sources


def test_a_job_that_failed_is_told_with_its_error(entities: Entities) -> None:
    assert entities["#job-3"]["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert entities["#job-3"]["error"]
    assert entities["#job-1"]["actionStatus"] == "http://schema.org/CompletedActionStatus"


def test_what_is_read_only_in_the_project_is_linked_and_the_rest_copied(ran: CommandLine, crate: Path) -> None:
    """Imports and results take no second copy; whoever edits a log in the crate does not edit the project's."""
    ours = {path: ran.projects / "p" / path.relative_to(crate) for path in crate.rglob("*") if path.is_file()}
    pairs = [(path, own) for path, own in ours.items() if own.is_file()]

    assert pairs
    for path, own in pairs:
        assert own.samefile(path) == (own.stat().st_mode & 0o222 == 0)


def test_a_zip_holds_the_same_as_a_folder(ran: CommandLine, crate: Path) -> None:
    archive_path = ran.home.parent / "whole.zip"
    ran("export", "crate", "p/1", "p/2", "p/3", "-o", archive_path)

    with zipfile.ZipFile(archive_path) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()
        }


def test_the_commands_of_a_crate_make_the_jobs_again(crate: Path) -> None:
    commands = [line for line in (crate / "jobs.sh").read_text().splitlines() if line.startswith("xtalflow")]

    assert commands[0] == "xtalflow run count_twice -p p --title 'Count = twice' TEXT=CCP4_IMPORTED_FILES/text.txt"
    assert len(commands) == 3


@pytest.mark.parametrize("name", ["killed", "killed.zip"])
def test_what_a_killed_export_left_goes_with_the_next(ran: CommandLine, crate: Path, name: str) -> None:
    """Also if the next one there is another: nobody has it locked any more."""
    folder = ran.home.parent / "kills"
    folder.mkdir(exist_ok=True)
    killed = ran.killed_at("crate.written", "export", "crate", "p/2", "-o", folder / name)
    left = [each.name for each in folder.iterdir() if name in each.name]
    ran("export", "crate", "p/2", "-o", folder / f"next.{name}")

    assert (killed, len(left)) == (-9, 2)
    assert not [each.name for each in folder.iterdir() if each.name.startswith(".")]


def test_a_crate_that_cannot_be_is_refused_and_leaves_nothing(ran: CommandLine, crate: Path) -> None:
    folder = ran.home.parent
    text = folder / "text.txt"
    ran("submit", "count_words", "-p", "q", f"TEXT={text}")
    cases = {
        ("p/1", "q/1", "-o", folder / "out"): "a crate is of one project; these jobs are of p, q",
        ("q/1", "-o", folder / "out"): "q/1 is queued; a crate is made of jobs that have ended",
        ("p/1", "--licence", "do what you like"): "'do what you like' is no licence: write its SPDX name, such as "
        "CC-BY-4.0, or its URL",
        ("p/1", "-o", crate): f"{crate} is there already; nothing is written over it: choose another with -o",
        ("p/1", "-o", folder / "no" / "crate"): f"{folder / 'no' / 'crate'}: there is no folder {folder / 'no'}",
    }

    for words, sentence in cases.items():
        answer = ran("export", "crate", *words)
        assert (answer.code, answer.err) == (2, f"xtalflow: {sentence}\n")
    imported = ran.projects / "p/CCP4_IMPORTED_FILES/text.txt"
    imported.chmod(0o644)
    imported.write_text("altered")
    for name in ("out", "out.zip"):
        answer = ran("export", "crate", "p/1", "-o", folder / name)
        assert answer.code == 2
        assert "its bytes are not those that the record has" in answer.err
        assert not (folder / name).exists()
    assert not list(folder.glob(".*.part*"))
