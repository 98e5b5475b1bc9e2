"""Files of a job and their uses. Every function is part of a transaction that holds the project.

The number of queries does not depend on the number of files.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from xtalflow.engine import IMPORT_DIR, JOB_DIR, FileId, FileRecord, InputUse, JobRecord, NewFile, NewImport
from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import type_name

from ._clean import clean_checksum, clean_json, clean_path, clean_text
from ._ledger import Ledger
from ._records import UseRole
from ._remembered import ensure_file_types
from ._rows import batched, inserted_file_record, ordered_file_records
from .models import File, FileImport, FileUse

_IMPORTED = ~Q(checksum="") & Q(directory=IMPORT_DIR, derived_from__isnull=True)
"""The imported files of which there is one with the same bytes, in the words of the index that finds them."""


class _There(NamedTuple):
    """What is known of a file that has its row."""

    pk: int
    uuid: UUID
    project: int
    path: str
    checksum: str
    is_import: bool
    available: bool


def add_outputs(ledger: Ledger, job_pk: int, job: JobRecord, files: Sequence[NewFile]) -> None:
    """Register what a job wrote, with its use in the role OUT."""
    add_results(ledger, job_pk, job, files, ())


def add_uses(ledger: Ledger, job_pk: int, job: JobRecord, uses: Sequence[InputUse]) -> None:
    """Register what a job reads."""
    add_results(ledger, job_pk, job, (), uses)


def add_results(
    ledger: Ledger, job_pk: int, job: JobRecord, outputs: Sequence[NewFile], uses: Sequence[InputUse]
) -> None:
    """Register what a job wrote and what it reads: one query for what is there, one insert for each kind of row."""
    if not outputs and not uses:
        return
    there = _find(ledger, outputs, others=[use.file for use in uses])
    files = _pks(ledger, there) | {row.uuid: row.pk for row in _add_files(ledger, job_pk, outputs, JOB_DIR, there)}
    _refuse_unknown(ledger, [use.file for use in uses], files)
    written = [(files[file.id], UseRole.OUT, file.param_name) for file in outputs]
    read = [(files[use.file], UseRole.IN, use.param_name) for use in uses]
    _add_uses(job_pk, written + read)
    if outputs:
        ledger.note("outputs", job.id, {"files": len(outputs)})
    if uses:
        ledger.note("inputs", job.id, {"files": len(uses)})


def add_imports(ledger: Ledger, job_pk: int, job: JobRecord, imports: Sequence[NewImport]) -> list[FileRecord]:
    """Register copies in CCP4_IMPORTED_FILES and their use by the job; of the same bytes there is one file."""
    if not imports:
        return []
    checksums = [clean_checksum(new.file.checksum, new.file.file_path) for new in imports]
    there = _find(ledger, [entry.file for entry in imports], checksums=checksums)
    known = _imported(ledger, imports, there)
    new = {entry.file.checksum: entry for entry in reversed(imports) if entry.file.checksum not in known}
    rows = _add_files(ledger, job_pk, [entry.file for entry in new.values()], IMPORT_DIR, there)
    pks = _pks(ledger, there) | {row.uuid: row.pk for row in rows}
    sources = [
        FileImport(
            file_id=pks[entry.file.id],
            time=ledger.now,
            name=clean_text(entry.source_path),
            checksum=checksum,
            last_modified=entry.last_modified,
        )
        for checksum, entry in new.items()
    ]
    FileImport.objects.bulk_create(sources)
    uuids = {checksum: entry.file.id for checksum, entry in new.items()} | known
    uses = [(pks[uuids[entry.file.checksum]], UseRole.IN, entry.file.param_name) for entry in imports]
    _add_uses(job_pk, uses)
    ledger.note(
        "imported",
        job.id,
        {"files": [{"path": entry.file.file_path, "source": clean_text(entry.source_path)} for entry in imports]},
    )
    originals = [row for row in rows if row.derived_from_id is None]
    records = {row.uuid: inserted_file_record(row, ledger.project, job) for row in originals}
    others = [file_uuid for file_uuid in uuids.values() if file_uuid not in records]
    if others:
        records |= {record.id: record for record in ordered_file_records(ledger.project, others)}
    return [records[uuids[checksum]] for checksum in checksums]


def imported_file_uuid(project: UUID, checksum: str) -> UUID | None:
    """The imported file of a project with these bytes."""
    files = File.objects.filter(_IMPORTED, project__uuid=project, checksum=checksum, available=True)
    return next(iter(files.values_list("uuid", flat=True)), None)


def _imported(ledger: Ledger, imports: Sequence[NewImport], there: Sequence[_There]) -> dict[str, FileId]:
    """Imported files that have these bytes already, by checksum; one that was gone is where its new copy is."""
    copies, known = {entry.file.checksum: entry.file.file_path for entry in imports}, {}
    for row in there:
        if not row.is_import or row.project != ledger.project.pk or row.checksum not in copies:
            continue
        known[row.checksum] = FileId(row.uuid)
        if not row.available or not (Path(ledger.project.directory) / row.path).exists():
            copy = clean_path(copies[row.checksum])
            File.objects.filter(pk=row.pk).update(available=True, path=copy, name=copy.rpartition("/")[2])
    return known


def _add_files(
    ledger: Ledger, job_pk: int, files: Sequence[NewFile], directory: int, there: Sequence[_There]
) -> list[File]:
    """Insert those files that are not yet there; `InvalidInput` if a path or a uuid is another file's."""
    if not files:
        return []
    _check_paths(files)
    known = _check_known(ledger, files, there)
    ensure_file_types(type_name(file.file_type) for file in files)
    pks = _pks(ledger, there)
    _refuse_unknown(ledger, [file.derived_from for file in files if file.derived_from], pks)
    missing = [_file_row(ledger, job_pk, file, directory, pks) for file in files if file.id not in known]
    return File.objects.bulk_create(missing)


def _file_row(ledger: Ledger, job_pk: int, file: NewFile, directory: int, origins: dict[UUID, int]) -> File:
    path = file.file_path
    if file.size < 0:
        raise InvalidInput(f"{path}: a size of {file.size} bytes is refused")
    return File(
        uuid=file.id,
        project=ledger.project,
        job_id=job_pk,
        name=path.rpartition("/")[2],
        directory=directory,
        path=path,
        type_id=type_name(file.file_type),
        sub_type=file.sub_type,
        content=file.content_flag,
        annotation=clean_text(file.annotation),
        job_param_name=clean_text(file.param_name),
        creation_time=ledger.now,
        checksum=clean_checksum(file.checksum, path) if file.checksum else "",
        size=file.size,
        facts=clean_json(file.facts, f"{path}: facts"),
        digests=clean_json(file.digests, f"{path}: digests"),
        derived_from_id=origins[file.derived_from] if file.derived_from else None,
    )


def _check_paths(files: Sequence[NewFile]) -> None:
    """Each is below the project's folder, and no two are the same."""
    paths: set[str] = set()
    uuids: set[UUID] = set()
    for file in files:
        if clean_path(file.file_path) in paths or file.id in uuids:
            raise InvalidInput(f"{file.file_path}: two files have the same path or uuid ({file.id})")
        paths.add(file.file_path)
        uuids.add(file.id)


def _find(
    ledger: Ledger, files: Sequence[NewFile], *, others: Sequence[UUID] = (), checksums: Sequence[str] = ()
) -> list[_There]:
    """Files that are there with the uuids or paths of new ones, their origins, `others`, and imports of these bytes."""
    origins = [file.derived_from for file in files if file.derived_from]
    uuids = batched(dict.fromkeys([*(file.id for file in files), *origins, *others]))
    paths = batched(clean_path(file.file_path) for file in files)
    found: dict[int, _There] = {}
    nothing: list[Any] = []
    for some_uuids, some_paths, some_sums in zip_longest(uuids, paths, batched(set(checksums)), fillvalue=nothing):
        wanted = Q(uuid__in=some_uuids) | Q(project=ledger.project, path__in=some_paths)
        if some_sums:
            wanted |= _IMPORTED & Q(project=ledger.project, checksum__in=some_sums)
        rows = File.objects.filter(wanted).values_list(
            "pk", "uuid", "project_id", "path", "checksum", "directory", "derived_from_id", "available"
        )
        for pk, file_uuid, project, path, checksum, directory, origin, available in rows:
            is_import = directory == IMPORT_DIR and origin is None
            found[pk] = _There(pk, file_uuid, project, path, checksum, is_import, available)
    return list(found.values())


def _check_known(ledger: Ledger, files: Sequence[NewFile], there: Sequence[_There]) -> set[UUID]:
    """Which files have their row already; `InvalidInput` if a path or a uuid is another file's."""
    by_id, by_path = {file.id: file for file in files}, {file.file_path: file for file in files}
    known: set[UUID] = set()
    for row in there:
        is_here = row.project == ledger.project.pk
        new = by_id.get(FileId(row.uuid)) or (by_path.get(row.path) if is_here else None)
        if new is None:
            continue
        if not is_here:
            raise InvalidInput(f"{new.file_path}: the uuid {new.id} is that of a file of another project")
        if (row.uuid, row.path, row.checksum) != (new.id, new.file_path, new.checksum):
            raise InvalidInput(f"{new.file_path}: this file is registered already")
        known.add(row.uuid)
    return known


def _pks(ledger: Ledger, there: Sequence[_There]) -> dict[UUID, int]:
    """Primary keys of the files of this project."""
    return {row.uuid: row.pk for row in there if row.project == ledger.project.pk}


def _refuse_unknown(ledger: Ledger, file_uuids: Sequence[UUID], known: Container[UUID]) -> None:
    for file_uuid in file_uuids:
        if file_uuid not in known:
            raise InvalidInput(f"the project {ledger.project.name} has no file {file_uuid}")


def _add_uses(job_pk: int, uses: Sequence[tuple[int, UseRole, str]]) -> None:
    FileUse.objects.bulk_create(
        [
            FileUse(file_id=file, job_id=job_pk, role=role.value, job_param_name=clean_text(param_name))
            for file, role, param_name in uses
        ],
        ignore_conflicts=True,
    )
