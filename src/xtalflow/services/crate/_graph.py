"""The entities of a crate: what ran, with what, on what, and what came out, linked with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xtalflow.engine import FileId, FileRecord, JobRecord

from ._content import README_FILE, WORKFLOW_FILE, CrateContent, PaperFile, all_jobs, crate_files
from ._papers import PROGRAMS, TASK_PAPERS, Paper
from ._properties import (
    FAILURES,
    PARAMETER_PROFILE,
    Properties,
    described,
    iso,
    sentences,
    status,
    times,
    type_of,
)
from ._values import TaskMeanings

if TYPE_CHECKING:
    from xtalflow.db import JobDetail

_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
_CRATE_VERSION, _CRATE = "1.1", "https://w3id.org/ro/crate/1.1"
_WORKFLOW_PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
_OWN_TERMS = ("ParameterConnection", "connection", "sourceParameter", "targetParameter", "sha256")
_MMCIF = "chemical/x-mmcif"
_INDEX = re.compile(r"\[\d+\]")
_SPDX = "https://spdx.org/licenses/"


@dataclass(slots=True)
class _Tool:
    """A task as one entity: what its parameters are called, and which it has so far."""

    entity: Any
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Whole:
    """What steps belong to: the main workflow or a pipeline, its inputs by file, and what its steps have made."""

    workflow: Any
    inputs: dict[FileId, Any] = field(default_factory=dict)
    made: dict[FileId, Any] = field(default_factory=dict)


def crate_metadata(content: CrateContent) -> Properties:
    """The document ``ro-crate-metadata.json`` of a crate."""
    document: Properties = _Graph(content).build().metadata.generate()
    document["@graph"] = [_plain(entity) for entity in document["@graph"]]
    return document


def _plain(entity: Properties) -> Properties:
    """An entity without empty lists, and with the item in place of a list of one, as JSON-LD has it."""
    said = {name: value for name, value in entity.items() if value != []}
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in said.items()}


class _Graph:
    def __init__(self, content: CrateContent) -> None:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.model.file import File
        from rocrate.rocrate import ROCrate

        self._content, self._context_entity, self._file = content, ContextEntity, File
        self._crate = ROCrate(version=_CRATE_VERSION)
        self._files: dict[FileId, Any] = {}

    def build(self) -> Any:
        """The crate with all its entities."""
        content, crate = self._content, self._crate
        self._describe_crate()
        for file in crate_files(content.jobs).values():
            self._add_file(file)
        for job in all_jobs(content.jobs):
            for paper in content.papers.get(job.job.number, ()):
                self._add_paper_file(job.job, paper)
        self._add_readme()
        whole = self._add_main_workflow()
        controls = [self._add_step(whole, job, place) for place, job in enumerate(content.jobs, 1)]
        self._finish_main_workflow(whole, controls)
        return crate

    # The crate itself.

    def _describe_crate(self) -> None:
        content, crate, root = self._content, self._crate, self._crate.root_dataset
        crate.metadata["conformsTo"] = [{"@id": _CRATE}, {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"}]
        crate.metadata.extra_terms.update({term: f"{_TERMS}{term}" for term in _OWN_TERMS})
        root["name"] = f"{content.project}: {self._jobs_in_words()}"
        root["description"] = content.description or f"{self._jobs_in_words()} of the project {content.project}."
        root["datePublished"] = iso(content.made)
        root["license"] = self._licence()
        root["author"] = [self._person(name) for name in dict.fromkeys(job.user for job in content.jobs)]
        root["conformsTo"] = [
            self._add(url, "CreativeWork", name=name, version=version) for url, (name, version) in _PROFILES.items()
        ]

    def _jobs_in_words(self) -> str:
        return "; ".join(f"job {job.job.number}, {job.job.title or job.job.task}" for job in self._content.jobs)

    def _licence(self) -> Any:
        licence = self._content.licence
        if not licence:
            text = "No licence was given for these data: ask whoever made them before you use them."
            return self._add("#no-licence", "CreativeWork", name="No licence", description=text)
        url = licence if "://" in licence else f"{_SPDX}{quote(licence)}"
        return self._add(url, "CreativeWork", name=licence, description=f"The licence of these data: {licence}")

    # Files.

    def _add_file(self, file: FileRecord) -> None:
        properties: Properties = {
            "name": file.path.rpartition("/")[2],
            "encodingFormat": _MMCIF if file.facts.get("format") == "mmcif" else file.file_type,
            "contentSize": str(file.size),
            "identifier": f"urn:uuid:{file.id}",
            "exampleOfWork": [],
        }
        if file.checksum:
            properties["sha256"] = file.checksum
        if file.annotation:
            properties["description"] = file.annotation
        if file.available:
            self._files[file.id] = self._add_data(file.path, properties)
        else:
            properties["description"] = f"{file.annotation or 'A file'}; it is not kept any more".lstrip()
            self._files[file.id] = self._add(f"#file-{file.id}", "CreativeWork", **properties)

    def _add_paper_file(self, job: JobRecord, paper: PaperFile) -> None:
        properties = {
            "name": f"{paper.title} of job {job.number}",
            "encodingFormat": paper.format,
            "contentSize": str(paper.size),
            "sha256": paper.checksum,
            "about": {"@id": f"#job-{job.number}"},
        }
        self._add_data(paper.path, properties)

    def _add_readme(self) -> None:
        size = str(len(self._content.readme.encode()))
        about = {"@id": self._crate.root_dataset.id}
        self._add_data(
            README_FILE,
            {"name": "What this is", "encodingFormat": "text/markdown", "contentSize": size, "about": about},
        )

    # The main workflow: the jobs that were asked for, as steps.

    def _add_main_workflow(self) -> _Whole:
        from rocrate.model.computerlanguage import ComputerLanguage

        bash = ComputerLanguage(
            self._crate, "#bash", {"name": "Bash", "url": {"@id": "https://www.gnu.org/software/bash/"}}
        )
        self._crate.add(bash)
        commands = self._content.commands.encode()
        purpose = "What makes these jobs again from the files of this crate, with xtalflow."
        if not self._content.can_be_made_again:
            purpose = "A list of these jobs; no command is known that makes them again."
        workflow = self._crate.add_workflow(
            dest_path=WORKFLOW_FILE,
            main=True,
            lang=bash,
            properties={
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
                "name": f"Commands of {self._jobs_in_words()}",
                "description": purpose,
                "version": self._content.version,
                "encodingFormat": "application/x-sh",
                "contentSize": str(len(commands)),
                "conformsTo": {"@id": _WORKFLOW_PROFILE},
                "hasPart": [],
                "step": [],
            },
        )
        self._add(_WORKFLOW_PROFILE, "CreativeWork", name="Bioschemas ComputationalWorkflow", version="1.0-RELEASE")
        self._add(PARAMETER_PROFILE, "CreativeWork", name="Bioschemas FormalParameter", version="1.0-RELEASE")
        return _Whole(workflow=workflow)

    def _finish_main_workflow(self, whole: _Whole, controls: list[Any]) -> None:
        """The run of all jobs together: what of their inputs none of them made, and all that they made."""
        jobs = self._content.jobs
        made = {used.file.id: used.file for job in jobs for used in job.outputs}
        read = {used.file.id: used.file for job in jobs for used in job.inputs if used.file.id not in made}
        failed = next((job.job for job in jobs if job.job.status in FAILURES), None)
        run = self._add(
            "#run",
            "CreateAction",
            name=f"Run of {self._jobs_in_words()}",
            description="The jobs of this crate, taken together, from the first start to the last end. "
            f"{WORKFLOW_FILE} was written when the crate was made and was not run: each job was asked for by itself.",
            instrument=whole.workflow,
            object=self._unique(self._files[each] for each in read),
            result=self._unique(self._files[each] for each in made),
            agent=self._person(jobs[0].user),
            **times(
                min((job.job.started for job in jobs if job.job.started), default=None),
                max((job.job.finished for job in jobs if job.job.finished), default=None),
            ),
            **status(failed or jobs[0].job),
        )
        engines = {job.xtalflow_version for job in jobs}
        engine = self._unique(self._engine(version) for version in sorted(engines))
        description = (
            f"Stands for the starts of the jobs of this crate, one by one; nothing ran {WORKFLOW_FILE} itself. "
            "What ran the jobs is what they have on record; of jobs that were imported nothing is."
        )
        self._organize("#organize", run, controls, engine, description=description)
        self._mention(run)

    # Jobs.

    def _add_step(self, whole: _Whole, job: JobDetail, place: int) -> Any:
        """A job as a step of what it belongs to; gives the action that started it."""
        record, tool = job.job, self._tool(job)
        step = self._add(
            f"#step-{record.number}",
            "HowToStep",
            name=f"{record.number} {record.title or record.task}",
            position=str(place),
            workExample=tool.entity,
        )
        whole.workflow.append_to("step", step)
        if {"@id": tool.entity.id} not in whole.workflow.properties()["hasPart"]:
            whole.workflow.append_to("hasPart", tool.entity)
        self._connect_inputs(whole, step, job, tool)
        action = self._add_action(job, tool)
        if job.children:
            self._add_children(job, tool, action)
        for used in job.outputs:
            whole.made[used.file.id] = self._parameter(tool, "outputData", used.param_name, "File", job.job.task)
        return self._add(
            f"#control-{record.number}",
            "ControlAction",
            name=f"Start of job {record.number}",
            instrument=step,
            object=action,
            **status(record),
        )

    def _add_children(self, job: JobDetail, tool: _Tool, action: Any) -> None:
        whole = _Whole(workflow=tool.entity)
        for used in job.inputs:
            whole.inputs[used.file.id] = self._parameter(tool, "inputData", used.param_name, "File", job.job.task)
        controls = [self._add_step(whole, child, place) for place, child in enumerate(job.children, 1)]
        for used in job.outputs:
            source = whole.made.get(used.file.derived_from) if used.file.derived_from else None
            if source is not None:
                target = self._parameter(tool, "outputData", used.param_name, "File", job.job.task)
                self._connect(tool.entity, source, target)
        self._organize(f"#organize-{job.job.number}", action, controls, self._engine(job.xtalflow_version))

    def _connect_inputs(self, whole: _Whole, step: Any, job: JobDetail, tool: _Tool) -> None:
        for used in job.inputs:
            source = whole.made.get(used.file.id) or whole.inputs.get(used.file.id)
            if source is not None:
                target = self._parameter(tool, "inputData", used.param_name, "File", job.job.task)
                self._connect(step, source, target)

    def _connect(self, receiver: Any, source: Any, target: Any) -> None:
        """Say that one parameter's value became another's; told by whoever receives it, as CWL does."""
        number = len(receiver.properties().get("connection", ()))
        connection = self._add(
            f"{receiver.id if receiver.id.startswith('#') else '#' + receiver.id}/connection-{number}",
            "ParameterConnection",
            name=f"{source['name']} to {target['name']}",
            sourceParameter=source,
            targetParameter=target,
        )
        receiver.append_to("connection", connection)

    def _organize(self, identifier: str, run: Any, controls: list[Any], engine: Any, **properties: Any) -> None:
        action = self._add(
            identifier,
            "OrganizeAction",
            name=f"Orchestration: {run['name']}",
            instrument=engine,
            object=controls,
            result=run,
            **properties,
        )
        for name in ("actionStatus", "startTime", "endTime", "error"):
            if name in run:
                action[name] = run[name]

    def _add_action(self, job: JobDetail, tool: _Tool) -> Any:
        record = job.job
        reads = [(used.file, used.param_name) for used in job.inputs]
        makes = [(used.file, used.param_name) for used in job.outputs]
        action = self._add(
            f"#job-{record.number}",
            "CreateAction",
            name=f"{record.number} {record.title or record.task}",
            description=sentences(job, self._content.project),
            identifier=f"urn:uuid:{record.id}",
            instrument=tool.entity,
            object=self._unique(
                [
                    *(self._example(tool, "inputData", name, file, record.task) for file, name in reads),
                    *self._settings(job, tool),
                ]
            ),
            result=self._unique(
                [
                    *(self._example(tool, "outputData", name, file, record.task) for file, name in makes),
                    *self._indicators(job, tool),
                ]
            ),
            agent=self._person(job.user),
            **times(record.started, record.finished),
            **status(record),
        )
        for file in (used.file for used in job.outputs):
            if file.derived_from in self._files:
                self._files[file.id]["isBasedOn"] = self._files[file.derived_from]
        self._mention(action)
        return action

    def _example(self, tool: _Tool, section: str, name: str, file: FileRecord, task: str) -> Any:
        entity = self._files[file.id]
        self._is_example(entity, self._parameter(tool, section, name, "File", task))
        return entity

    def _settings(self, job: JobDetail, tool: _Tool) -> list[Any]:
        found = []
        for path, value in self._content.values.get(job.job.number, {}).items():
            section, _, name = path.partition(".")
            found.append(self._value(job, tool, section, name, value))
        return found

    def _indicators(self, job: JobDetail, tool: _Tool) -> list[Any]:
        return [self._value(job, tool, "", name, value) for name, value in job.kpis.items()]

    def _value(self, job: JobDetail, tool: _Tool, section: str, name: str, value: Any) -> Any:
        parameter = self._parameter(tool, section, name, type_of(value), job.job.task)
        path = f"{section}.{name}" if section else f"kpi/{name}"
        entity = self._add(
            f"#job-{job.job.number}/{quote(path)}",
            "PropertyValue",
            name=name,
            value=value if isinstance(value, (str, bool, int, float)) else str(value),
            exampleOfWork=[],
        )
        self._is_example(entity, parameter)
        return entity

    @staticmethod
    def _is_example(entity: Any, parameter: Any) -> None:
        for one, other, key in ((entity, parameter, "exampleOfWork"), (parameter, entity, "workExample")):
            if {"@id": other.id} not in one.properties().setdefault(key, []):
                one.append_to(key, other)

    # Tasks, their parameters, and programs.

    def _tool(self, job: JobDetail) -> _Tool:
        """The task of a job with all versions: one for each job, so that connections of its parameters are its own."""
        return _Tool(entity=self._add_tool(job, f"#task-of-job-{job.job.number}"))

    def _add_tool(self, job: JobDetail, identifier: str) -> Any:
        record, meanings = job.job, self._content.meanings.get(job.job.task, TaskMeanings())
        papers = [*TASK_PAPERS.get(record.task, ())]
        requirements = [self._program(name, version) for name, version in job.program_versions.items()]
        properties: Properties = {
            "name": record.task,
            "description": meanings.summary or f"The task {record.task}",
            "softwareRequirements": [self._engine(job.xtalflow_version), *requirements],
            "input": [],
            "output": [],
        }
        if papers:
            properties["citation"] = [self._paper(paper) for paper in papers]
        version = record.task_version or "unknown"
        if job.children:
            types = ["SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
            properties |= {"version": version, "hasPart": [], "step": []}
            properties["programmingLanguage"] = {"@id": "#python"}
            self._add("#python", "ComputerLanguage", name="Python", url={"@id": "https://www.python.org"})
            return self._add(identifier, types, **properties)
        return self._add(identifier, "SoftwareApplication", softwareVersion=version, **properties)

    def _parameter(self, tool: _Tool, section: str, name: str, kind: str, task: str) -> Any:
        """The parameter of a task as an entity; items of a list are one parameter."""
        plain = _INDEX.sub("", name)
        path = f"{section}.{plain}" if section else plain
        if path not in tool.parameters:
            meaning = self._content.meanings.get(task, TaskMeanings()).of(path)
            direction = "output" if section in ("", "outputData") else "input"
            entity = self._add(f"{tool.entity.id}/{quote(path)}", "FormalParameter", **described(plain, kind, meaning))
            if plain != name:
                entity["multipleValues"] = True
            tool.entity.append_to(direction, entity)
            tool.parameters[path] = entity
        return tool.parameters[path]

    def _engine(self, version: str) -> Any:
        """The xtalflow that ran a job; of imported jobs that is not known."""
        if not version:
            return self._add("#program-unknown", "SoftwareApplication", name="Not recorded", softwareVersion="unknown")
        text = "Runs crystallographic tasks and keeps the record of them."
        return self._software("xtalflow", version, name="xtalflow", description=text)

    def _program(self, name: str, version: str) -> Any:
        known = PROGRAMS.get(name)
        if known is None:
            return self._software(name, version, name=name)
        papers = [self._paper(paper) for paper in known.papers]
        return self._software(name, version, name=known.title, url={"@id": known.url}, citation=papers)

    def _software(self, program: str, version: str, /, **properties: Any) -> Any:
        identifier = f"#program-{quote(program)}-{quote(version)}"
        return self._add(identifier, "SoftwareApplication", softwareVersion=version, **properties)

    def _paper(self, paper: Paper) -> Any:
        authors = [self._add(f"#author-{quote(name.replace(' ', '-'))}", "Person", name=name) for name in paper.authors]
        return self._add(
            paper.url,
            "ScholarlyArticle",
            name=paper.title,
            author=authors,
            identifier=paper.url,
            datePublished=str(paper.year),
            description=paper.sentence,
        )

    def _person(self, name: str) -> Any:
        name = name or "unknown"
        return self._add(f"#person-{quote(name)}", "Person", name=name)

    # Entities.

    def _mention(self, action: Any) -> None:
        self._crate.root_dataset.append_to("mentions", action)

    def _add(self, identifier: str, kind: str | list[str], /, **properties: Any) -> Any:
        """An entity that is no data; the one that is there, if it was added before."""
        known = self._crate.get(identifier)
        if known is not None:
            return known
        return self._crate.add(self._context_entity(self._crate, identifier, {"@type": kind} | properties))

    def _add_data(self, path: str, properties: Properties) -> Any:
        return self._crate.add(self._file(self._crate, dest_path=path, properties=properties))

    @staticmethod
    def _unique(entities: Iterable[Any]) -> list[Any]:
        return list({entity.id: entity for entity in entities}.values())
