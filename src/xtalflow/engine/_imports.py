"""Takes the inputs of a job into its project: copies, checksums, one file for the same bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from xtalflow.data import CDataFile, FileFacts, extract_file_metadata, find_all_files
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.faults import passed
from xtalflow.plugin import CPluginScript

from ._files import SMALL, Copied, copy_file, readable, regular_file, settle, sha256_of, sync_together, take_place
from ._ports import JobStore
from ._records import FileId, FileRecord, InputUse, JobRecord, NewFile, NewImport

IMPORTED_FILES = "CCP4_IMPORTED_FILES"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenInput:
    """An input file of a plugin that is in the project, and not yet registered as used by its job.

    Attributes
    ----------
    copy
        The copy that was made of it; None if its bytes were there already.
    """

    file: CDataFile
    entry: NewImport | InputUse
    copy: Path | None = None

    @property
    def is_small(self) -> bool:
        """Whether its bytes reach the disk in milliseconds."""
        return isinstance(self.entry, NewImport) and self.entry.file.size <= SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenInputs:
    """All input files of a plugin, in the order of the parameters."""

    inputs: tuple[TakenInput, ...]

    @property
    def imports(self) -> list[NewImport]:
        """What to register as imported."""
        return [taken.entry for taken in self.inputs if isinstance(taken.entry, NewImport)]

    @property
    def uses(self) -> list[InputUse]:
        """What to register as used: it was in the project already."""
        return [taken.entry for taken in self.inputs if isinstance(taken.entry, InputUse)]

    @property
    def unsynced(self) -> list[Path]:
        """Copies that are not yet on the disk, and the folder with the names of all; it takes milliseconds."""
        copies = [(taken.copy, taken.is_small) for taken in self.inputs if taken.copy is not None]
        small = [copy for copy, is_small in copies if is_small]
        return [*small, *dict.fromkeys(copy.parent for copy, _ in copies)]

    def link(self, imported: Sequence[FileRecord], used: Sequence[FileRecord]) -> list[FileRecord]:
        """Point the parameters to the records of `imports` and of `uses`; all records in the order of parameters."""
        imports, uses, records = iter(imported), iter(used), []
        for taken in self.inputs:
            record = next(imports if isinstance(taken.entry, NewImport) else uses)
            taken.file.link(record)
            records.append(record)
        return records

    def drop_copies(self, kept: Iterable[FileRecord] = (), *, project_directory: Path) -> None:
        """Remove copies that no record has: nothing was registered, or a rival imported the same bytes meanwhile."""
        paths = {project_directory / record.path for record in kept}
        for taken in self.inputs:
            if taken.copy is not None and taken.copy not in paths:
                taken.copy.unlink(missing_ok=True)


async def take_inputs_async(plugin: CPluginScript, store: JobStore) -> TakenInputs:
    """Copy every input file of a plugin into the project, unless it is there already; nothing is registered.

    What is `unsynced` must be put on the disk before it is registered.

    Raises
    ------
    UnreadableFile
        A file is missing, a folder, not permitted, changed while it was copied, or cannot be understood; copies made
        before it are removed.
    """
    taken: list[TakenInput] = []
    try:
        for file in find_all_files(plugin.container["inputData"]):
            if file.isSet():
                taken.append(await _take(file, store))  # noqa: PERF401  those before a bad one must be known
        if large := [each.copy for each in taken if each.copy is not None and not each.is_small]:
            await asyncio.to_thread(sync_together, large)
    except BaseException:
        TakenInputs(inputs=tuple(taken)).drop_copies(project_directory=store.project_directory)
        raise
    return TakenInputs(inputs=tuple(taken))


async def import_input_files_async(job: JobRecord, plugin: CPluginScript, store: JobStore) -> list[FileRecord]:
    """Take every input file of a plugin into the project; those that are in it already are only registered as used.

    Returns the records of all input files, in the order of the parameters.

    Raises
    ------
    UnreadableFile
        A file is missing, a folder, not permitted, changed while it was copied, or cannot be understood.
    """
    return await _register(job, await take_inputs_async(plugin, store), store)


async def import_external_file(job: JobRecord, file: CDataFile, store: JobStore) -> FileRecord:
    """Copy one file into CCP4_IMPORTED_FILES, register it, and point the parameter to the copy.

    The same bytes twice in a project are one file; the same name with other bytes gets another name.
    """
    taken = TakenInputs(inputs=(await _take(file, store),))
    if taken.inputs[0].copy is not None and not taken.inputs[0].is_small:
        await asyncio.to_thread(sync_together, [taken.inputs[0].copy])
    return (await _register(job, taken, store))[0]


async def _register(job: JobRecord, taken: TakenInputs, store: JobStore) -> list[FileRecord]:
    await asyncio.to_thread(sync_together, taken.unsynced)
    imported = await store.register_imported_files(job.id, taken.imports) if taken.imports else []
    await store.register_input_files(job.id, taken.uses)
    used = await store.files([use.file for use in taken.uses])
    await asyncio.to_thread(taken.drop_copies, imported, project_directory=store.project_directory)
    return taken.link(imported, used)


async def _take(file: CDataFile, store: JobStore) -> TakenInput:
    if file.dbFileId.value:
        use = InputUse(file=FileId(UUID(file.dbFileId.value)), param_name=extract_file_metadata(file).param_name)
        return TakenInput(file=file, entry=use)
    source = file.path
    if source is None:
        raise InvalidInput(f"{file.object_path()}: has no path")
    examined, copied = await asyncio.to_thread(_examine_and_copy, file, source, store.project_directory)
    passed("import.copied")
    metadata = extract_file_metadata(file)
    known, copy = await store.imported_file(copied.checksum), None
    if known is not None and (store.project_directory / known.path).exists():
        await asyncio.to_thread(_keep_one, copied.path, store.project_directory / known.path, known.checksum, store)
        path = known.path
    else:
        copy = await asyncio.to_thread(settle, copied.path, source.name)
        path = copy.relative_to(store.project_directory).as_posix()
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
    return TakenInput(file=file, entry=imported, copy=copy)


def _examine_and_copy(file: CDataFile, source: Path, project_directory: Path) -> tuple[FileFacts, Copied]:
    before = regular_file(source)
    examined = file.examine()
    return examined, copy_file(source, project_directory / IMPORTED_FILES, like=before)


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
