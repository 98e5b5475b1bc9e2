"""What is known of a refined model: from the job that refined it and those that led to its data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.plugin import JobStatus

from .._jobs import FoundJob, read_report
from ..crate import all_jobs
from ._reports import ReportReader

if TYPE_CHECKING:
    from xtalflow.db import JobDetail, ProvenanceGraph
    from xtalflow.engine import FileId, FileRecord, JobId, JobRecord

_REFINEMENT, _IMPORT, _MERGING = "servalcat_refine", "import_merged", "merge_unmerged"
_FLAGS, _AMPLITUDES, _WATERS = "freerflag", "french_wilson", "add_waters"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """A job that led to the model, with its report."""

    detail: JobDetail
    report: ReportReader


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositionRecord:
    """All that is known.

    Attributes
    ----------
    model
        The refined model, as the refinement wrote it (mmCIF).
    data
        The import of the merged data that were refined against.
    merging, data_set
        The job that merged them, and which of its data sets they are, counted from 0.
    wavelength
        Of the data, Å; None if their file does not say.
    wilson_b
        Of the data, Å²; None if nobody asked.
    has_new_free_set
        Whether the free set was drawn at random by a job, and was not given.
    water_version
        The xtalflow that added waters; empty if none did.
    """

    model: Path
    refinement: TaskRun
    data: TaskRun | None
    merging: TaskRun | None
    data_set: int
    wavelength: float | None
    wilson_b: float | None
    has_new_free_set: bool
    water_version: str


async def deposition_record(found: FoundJob) -> DepositionRecord:
    """Gather what the record knows of the refined model of a job.

    Raises
    ------
    InvalidInput
        The job has no refined model as mmCIF.
    UnreadableFile
        The model is gone.
    """
    graph = await db.provenance_graph(found.project.id, found.job.id, db.Direction.UP)
    ancestry = _Ancestry(graph)
    model, refinement = ancestry.refined_model(found)
    path = found.project.directory / model.path
    if not path.is_file():
        raise UnreadableFile(path, "the refined model is not there any more")
    if found.job.id != refinement.id:  # the walk from a pipeline stops where its steps begin
        ancestry = _Ancestry(await db.provenance_graph(found.project.id, refinement.id, db.Direction.UP))
    beside = await db.job_detail(found.project.id, (await _top(found, refinement)).id)
    upstream = {job.task: job for job in ancestry.jobs_before(refinement)}
    used = ancestry.input(refinement, "F_SIGF")
    flags = upstream.get(_FLAGS)
    waters = upstream.get(_WATERS)
    merging = upstream.get(_MERGING)
    return DepositionRecord(
        model=path,
        refinement=await _run(found, refinement),
        data=await _run(found, upstream[_IMPORT]) if _IMPORT in upstream else None,
        merging=await _run(found, merging) if merging is not None else None,
        data_set=ancestry.data_set_of(merging) if merging is not None else 0,
        wavelength=ancestry.wavelength(refinement),
        wilson_b=_wilson_b(all_jobs([beside]), used),
        has_new_free_set=flags is not None and ancestry.input(flags, "FREERFLAG") is None,
        water_version=(await _detail(found, waters)).xtalflow_version if waters is not None else "",
    )


async def has_refined_model(found: FoundJob) -> bool:
    """Whether a job has a refined model that `export_mmcif` writes; the ancestry of its data is not walked."""
    jobs = all_jobs([await db.job_detail(found.project.id, found.job.id)])
    makers = {used.file.id: job.job for job in jobs for used in job.outputs}
    outputs = [used.file for job in jobs if job.job.id == found.job.id for used in job.outputs]

    def maker_of(file: FileRecord) -> JobRecord | None:
        return makers.get(file.derived_from or file.id) or makers.get(file.id)

    model = _refined_among(outputs, maker_of)
    return model is not None and model[0].available


def _refined_among(
    outputs: Iterable[FileRecord], maker_of: Callable[[FileRecord], JobRecord | None]
) -> tuple[FileRecord, JobRecord] | None:
    """The first mmCIF model that a refinement made, and that refinement, if it finished."""
    for file in outputs:
        maker = maker_of(file) if file.facts.get("format") == "mmcif" else None
        if maker is not None and maker.task == _REFINEMENT:
            return (file, maker) if maker.status is JobStatus.FINISHED else None
    return None


class _Ancestry:
    """A graph of provenance, walked against the way of the data."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._jobs: dict[JobId, JobRecord] = {job.id: job for job in graph.jobs}
        self._files: dict[FileId, FileRecord] = {file.id: file for file in graph.files}
        self._origins: dict[FileId, FileId] = {each.file: each.origin for each in graph.derivations}
        self._makers: dict[FileId, JobId] = {}
        self._inputs: dict[JobId, list[tuple[str, FileId]]] = {}
        self._outputs: dict[JobId, list[tuple[str, FileId]]] = {}
        for edge in graph.edges:
            if edge.role == db.UseRole.OUT:
                self._makers[edge.file] = edge.job
                self._outputs.setdefault(edge.job, []).append((edge.param_name, edge.file))
            else:
                self._inputs.setdefault(edge.job, []).append((edge.param_name, edge.file))

    def refined_model(self, found: FoundJob) -> tuple[FileRecord, JobRecord]:
        """The mmCIF model among a job's outputs that a refinement made, and that refinement."""
        outputs = [self._files[file] for _, file in self._outputs.get(found.job.id, [])]
        if model := _refined_among(outputs, lambda file: self._maker(file.id)):
            return model
        raise InvalidInput(
            f"{found.name} has no refined model as mmCIF; name a job of {_REFINEMENT}, or a pipeline that ends with one"
        )

    def input(self, job: JobRecord, param: str) -> FileId | None:
        """What a job read as one of its parameters."""
        return next((file for name, file in self._inputs.get(job.id, []) if name == param), None)

    def jobs_before(self, job: JobRecord) -> list[JobRecord]:
        """All jobs that a job's inputs come from; those that are nearest to it are last."""
        found: dict[JobId, JobRecord] = {}
        todo = [job]
        while todo:
            step = todo.pop(0)
            makers = [maker for _, file in self._inputs.get(step.id, []) if (maker := self._maker(file))]
            new = [maker for maker in makers if maker.id not in found]
            found |= {maker.id: maker for maker in new}
            todo += new
        return list(reversed(found.values()))

    def wavelength(self, job: JobRecord) -> float | None:
        """That of the data of a refinement, from the file itself or from one that it was made of."""
        file = self.input(job, "F_SIGF")
        while file is not None:
            value = self._files[file].facts.get("wavelength")
            if isinstance(value, (int, float)) and value > 0:
                return float(value)
            maker = self._maker(file)
            read = self._inputs.get(maker.id, []) if maker is not None else []
            file = next((each for _, each in read if "wavelength" in self._files[each].facts), None)
        return None

    def data_set_of(self, merging: JobRecord) -> int:
        """Which data set of a merging job was read by others."""
        read = {file for inputs in self._inputs.values() for _, file in inputs}
        for name, file in self._outputs.get(merging.id, []):
            if file in read and name.endswith("]"):
                return int(name.rpartition("[")[2][:-1])
        return 0

    def _maker(self, file: FileId) -> JobRecord | None:
        maker = self._makers.get(self._origins.get(file, file)) or self._makers.get(file)
        return self._jobs.get(maker) if maker is not None else None


async def _top(found: FoundJob, job: JobRecord) -> JobRecord:
    return await db.find_job(found.project.id, job.number.partition(".")[0])


async def _detail(found: FoundJob, job: JobRecord) -> JobDetail:
    return await db.job_detail(found.project.id, job.id)


async def _run(found: FoundJob, job: JobRecord) -> TaskRun:
    report = await asyncio.to_thread(read_report, found.project.directory, found.project.directory / job.folder)
    return TaskRun(detail=await _detail(found, job), report=ReportReader(report))


def _wilson_b(jobs: Iterable[JobDetail], data: FileId | None) -> float | None:
    """The Wilson B that a job beside the refinement found in the same data."""
    for job in jobs:
        if job.job.task == _AMPLITUDES and any(used.file.id == data for used in job.inputs):
            value = job.kpis.get("wilsonB")
            return float(value) if isinstance(value, (int, float)) else None
    return None
