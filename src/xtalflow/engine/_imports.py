"""Takes the inputs of a job into its project: copies, checksums, one file for the same bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from xtalflow.data import CDataFile, extract_file_metadata, find_all_files
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.faults import passed
from xtalflow.plugin import CPluginScript

from ._files import async_copy_file, readable, regular_file, settle, sha256_of, take_place
from ._ports import JobStore
from ._records import FileId, FileRecord, InputUse, JobRecord, NewFile, NewImport

IMPORTED_FILES = "CCP4_IMPORTED_FILES"


async def import_input_files_async(job: JobRecord, plugin: CPluginScript, store: JobStore) -> list[FileRecord]:
    """Take every input file of a plugin into the project; those that are in it already are only registered as used.

    Returns the records of all input files, in the order of the parameters.

    Raises
    ------
    UnreadableFile
        A file is missing, a folder, not permitted, changed while it was copied, or cannot be understood.
    """
    records = []
    for file in find_all_files(plugin.container["inputData"]):
        if not file.isSet():
            continue
        if file.dbFileId.value:
            use = InputUse(file=FileId(UUID(file.dbFileId.value)), param_name=extract_file_metadata(file).param_name)
            await store.register_input_files(job.id, [use])
            (record,) = await store.files([use.file])
            file.link(record)
        else:
            record = await import_external_file(job, file, store)
        records.append(record)
    return records


async def import_external_file(job: JobRecord, file: CDataFile, store: JobStore) -> FileRecord:
    """Copy one file into CCP4_IMPORTED_FILES, register it, and point the parameter to the copy.

    The same bytes twice in a project are one file; the same name with other bytes gets another name.
    """
    source = file.path
    if source is None:
        raise InvalidInput(f"{file.object_path()}: has no path")
    before = await asyncio.to_thread(regular_file, source)
    examined = await asyncio.to_thread(file.examine)
    copied = await async_copy_file(source, store.project_directory / IMPORTED_FILES, like=before)
    passed("import.copied")
    metadata = extract_file_metadata(file)
    known = await store.imported_file(copied.checksum)
    if known is not None and (store.project_directory / known.path).exists():
        await asyncio.to_thread(_keep_one, copied.path, store.project_directory / known.path, known.checksum, store)
        path = known.path
    else:
        settled = await asyncio.to_thread(settle, copied.path, source.name)
        path = settled.relative_to(store.project_directory).as_posix()
        passed("import.settled")
    new = NewFile(
        id=FileId(uuid4()),
        file_path=path,
        file_type=metadata.file_type,
        param_name=metadata.param_name,
        annotation=metadata.annotation or readable(source.name),
        sub_type=metadata.sub_type,
        content_flag=metadata.content_flag,
        checksum=copied.checksum,
        size=copied.size,
        facts=examined.facts,
        digests=examined.digests,
    )
    imported = NewImport(file=new, source_path=readable(str(source)), last_modified=copied.last_modified)
    (record,) = await store.register_imported_files(job.id, [imported])
    if record.path != path:  # a rival imported the same bytes meanwhile: one file stays
        (store.project_directory / path).unlink(missing_ok=True)
    file.link(record)
    return record


def _keep_one(copy: Path, kept: Path, checksum: str, store: JobStore) -> None:
    """Of the same bytes the file that is there is kept; one that was altered gives way to the copy."""
    if sha256_of(kept) == checksum:
        copy.unlink()
    else:
        take_place(copy, kept, store.project_directory)


def check_inputs(plugin: CPluginScript, records: Sequence[FileRecord], store: JobStore) -> None:
    """Check that the parameters name no other files than these, and each where its record has it.

    Raises
    ------
    InvalidInput
        A parameter names a file that the job was not given, or one at another place.
    """
    known = {str(record.id): record for record in records}
    for file in find_all_files(plugin.container["inputData"]):
        if not file.isSet():
            continue
        record = known.get(file.dbFileId.value or "")
        if record is None or file.path != store.project_directory / record.path:
            raise InvalidInput(f"{file.object_path()}: {file} is not a file that this job was given")


def verify_inputs(records: Sequence[FileRecord], store: JobStore) -> None:
    """Check that the files a job reads are still what they were.

    Raises
    ------
    UnreadableFile
        One is gone, or its bytes have changed.
    """
    for record in records:
        path = store.project_directory / record.path
        if record.checksum and sha256_of(path) != record.checksum:
            raise UnreadableFile(path, "its bytes have changed since it was imported or made; the job will not use it")
