"""Outputs: their paths before a job runs, their records after it ran."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from itertools import compress
from pathlib import Path, PurePosixPath
from uuid import UUID, uuid4

from xtalflow.data import (
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CPerformanceIndicator,
    CString,
    extract_file_metadata,
    find_all_files,
    find_objects_by_type,
)
from xtalflow.errors import TaskFailed
from xtalflow.faults import passed
from xtalflow.plugin import aside

from ._files import SMALL, hard_link, sha256_of
from ._ports import JobStore
from ._records import FileId, FileRecord, InputUse, JobId, Kpi, NewFile, job_folder


def set_output_file_names(container: CContainer, projectId: UUID, jobNumber: str, force: bool = True) -> None:
    """Preset the paths of all output files: ``CCP4_JOBS/job_3/job_1/FREEROUT.mtz``.

    Parameters
    ----------
    container
        The container of a plugin, with its section ``outputData``.
    force
        Also those that are set already.
    """
    for file in find_all_files(container["outputData"]):
        if force or not file.isSet():
            file.setOutputPath(jobName="", projectId=str(projectId), relPath=job_folder(jobNumber))


def input_uses(container: CContainer) -> list[InputUse]:
    """The project's files that a plugin reads, with the parameters they are."""
    return [
        InputUse(file=FileId(UUID(file.dbFileId.value)), param_name=extract_file_metadata(file).param_name)
        for file in find_all_files(container["inputData"])
        if file.dbFileId.value
    ]


async def glean_job_files_async(job_uuid: JobId, output_container: CContainer, store: JobStore) -> list[FileRecord]:
    """Register every existing output file of a job, and link the container to the records."""
    return await store.register_output_files(job_uuid, await collect_outputs(job_uuid, output_container, store))


async def glean_performance_indicators_async(
    job_uuid: JobId, output_container: CContainer, store: JobStore
) -> list[Kpi]:
    """Register every number, integer and text of every performance indicator of a job."""
    kpis, _ = collect_kpis(output_container)
    await store.register_job_values(job_uuid, kpis)
    return kpis


async def collect_outputs(job_uuid: JobId, output_container: CContainer, store: JobStore) -> list[NewFile]:
    """What to register for the outputs of a job.

    Files are examined, hashed and made read-only; whoever keeps the record puts them on the disk. A child's file
    becomes the job's own by a hard link under its own name. A declared output that is absent is unset; the others
    point to their records-to-be.

    Raises
    ------
    TaskFailed
        An output that `mustExist` is absent.
    """
    job = await store.job(job_uuid)
    folder = store.project_directory / job.folder
    declared = [file for file in find_all_files(output_container) if file.isSet()]
    exist = await aside(lambda: [file.exists() for file in declared])
    present = list(compress(declared, exist))
    for file in compress(declared, (not there for there in exist)):
        if file.qualifier("mustExist"):
            raise TaskFailed(f"{file.object_path()}: the task made no file {file}")
        file.unSet()
    children = await store.files([FileId(UUID(file.dbFileId.value)) for file in present if file.dbFileId.value])
    known = {str(record.id): record for record in children}
    collected = []
    for file in present:
        origin = known.get(file.dbFileId.value or "")
        call = aside if await aside(_is_small, file) else asyncio.to_thread
        collected.append(await call(_collect, file, origin, folder, store))
    for file, new in zip(present, collected, strict=True):  # all or none: a job that fails here has no results
        file.link(NewFileLink(new, store))
    return collected


def collect_kpis(output_container: CContainer) -> tuple[list[Kpi], list[str]]:
    """Indicators to register, and names of those left out because they are not finite.

    Raises
    ------
    TaskFailed
        Two indicators of one job have the same key: an error of the task.
    """
    kpis: dict[str, Kpi] = {}
    dropped = []
    for indicator in find_objects_by_type(output_container, CPerformanceIndicator):
        for value in _values(indicator.children()):
            number = value.value
            if number is None or number == "":
                continue
            if isinstance(number, float) and not math.isfinite(number):
                dropped.append(value.object_path())
                continue
            if value.name in kpis:
                raise TaskFailed(f"{value.object_path()}: the indicator {value.name} is reported twice by this job")
            kpis[value.name] = Kpi(key=value.name, value=number)
    return list(kpis.values()), dropped


def _values(children: Iterable[CData]) -> Iterable[CFloat | CInt | CString]:
    for child in children:
        if isinstance(child, (CFloat, CInt, CString)) and child.isSet():
            yield child


def _is_small(file: CDataFile) -> bool:
    return file.path is None or file.path.stat().st_size <= SMALL


def _collect(file: CDataFile, origin: FileRecord | None, folder: Path, store: JobStore) -> NewFile:
    """One output: examined and hashed, or linked from the child that made it."""
    source = file.path
    if source is None:
        raise TaskFailed(f"{file.object_path()}: has no path")
    annotation = file.annotation.value or str(file.qualifier("guiLabel") or "")
    if origin is not None:
        file.setOutputPath(
            jobName="", projectId=str(store.project), relPath=folder.relative_to(store.project_directory).as_posix()
        )
        target = folder / Path(str(file.baseName)).with_suffix(source.suffix)
        hard_link(source, target)
        facts, digests, checksum, size = origin.facts, origin.digests, origin.checksum, origin.size
    else:
        target = source
        if not target.resolve().is_relative_to(folder.resolve()):
            raise TaskFailed(f"{file.object_path()}: {target} is not in the job's folder")
        examined = file.examine()
        facts, digests = examined.facts, examined.digests
        target.chmod(0o444)
        checksum, size = sha256_of(target), target.stat().st_size
    passed("glean.file")
    metadata = extract_file_metadata(file)
    return NewFile(
        id=FileId(uuid4()),
        file_path=PurePosixPath(target.relative_to(store.project_directory)).as_posix(),
        file_type=metadata.file_type,
        param_name=metadata.param_name,
        annotation=annotation,
        sub_type=metadata.sub_type if metadata.sub_type is not None or origin is None else origin.sub_type,
        content_flag=metadata.content_flag
        if metadata.content_flag is not None or origin is None
        else origin.content_flag,
        checksum=checksum,
        size=size,
        facts=facts,
        digests=digests,
        derived_from=origin.id if origin else None,
    )


class NewFileLink:
    """A file about to be registered, as `CDataFile.link` needs to know it."""

    def __init__(self, file: NewFile, store: JobStore) -> None:
        self.id, self.project, self.path, self.file_type = file.id, store.project, file.file_path, file.file_type
        self.annotation, self.sub_type, self.content_flag = file.annotation, file.sub_type, file.content_flag
