"""Files of a job and their uses. Every function is part of a transaction that holds the project.

The number of queries does not depend on the number of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q

from xtalflow.engine import IMPORT_DIR, JOB_DIR, FileRecord, InputUse, JobRecord, NewFile, NewImport
from xtalflow.errors import InvalidInput

from ._clean import clean_checksum, clean_json, clean_path, clean_text, short_text
from ._ledger import Ledger
from ._numbered import type_name
from ._records import UseRole
from ._rows import batched, file_rows, ordered_file_records
from .models import File, FileImport, FileType, FileUse


def add_outputs(ledger: Ledger, job_pk: int, job: JobRecord, files: Sequence[NewFile]) -> None:
    """Register what a job wrote, with its use in the role OUT."""
    if not files:
        return
    rows = _add_files(ledger, job_pk, files, JOB_DIR)
    _add_uses(job_pk, UseRole.OUT, [(rows[file.id], file.param_name) for file in files])
    ledger.note("outputs", job.id, {"files": len(files)})


def add_uses(ledger: Ledger, job_pk: int, job: JobRecord, uses: Sequence[InputUse]) -> None:
    """Register what a job reads."""
    if not uses:
        return
    rows = _files_of_project(ledger, [use.file for use in uses])
    _add_uses(job_pk, UseRole.IN, [(rows[use.file], use.param_name) for use in uses])
    ledger.note("inputs", job.id, {"files": len(uses)})


def add_imports(ledger: Ledger, job_pk: int, job: JobRecord, imports: Sequence[NewImport]) -> list[FileRecord]:
    """Register copies in CCP4_IMPORTED_FILES and their use by the job; of the same bytes there is one file."""
    if not imports:
        return []
    checksums = [clean_checksum(new.file.checksum, new.file.file_path) for new in imports]
    known = _imported(ledger, imports)
    new = {entry.file.checksum: entry for entry in reversed(imports) if entry.file.checksum not in known}
    rows = _add_files(ledger, job_pk, [entry.file for entry in new.values()], IMPORT_DIR) if new else {}
    sources = [
        FileImport(
            file_id=rows[entry.file.id],
            time=ledger.now,
            name=clean_text(entry.source_path),
            checksum=checksum,
            last_modified=entry.last_modified,
        )
        for checksum, entry in new.items()
    ]
    FileImport.objects.bulk_create(sources)
    ids = {checksum: (entry.file.id, rows[entry.file.id]) for checksum, entry in new.items()} | known
    uses = [(ids[entry.file.checksum][1], entry.file.param_name) for entry in imports]
    _add_uses(job_pk, UseRole.IN, uses)
    ledger.note(
        "imported",
        job.id,
        {"files": [{"path": entry.file.file_path, "source": clean_text(entry.source_path)} for entry in imports]},
    )
    return ordered_file_records(ledger.project, [ids[checksum][0] for checksum in checksums])


def imported_file_uuid(project_pk: Any, checksum: str) -> UUID | None:
    """The imported file of a project with these bytes."""
    files = File.objects.filter(
        project=project_pk, checksum=checksum, directory=IMPORT_DIR, derived_from__isnull=True, available=True
    )
    return files.values_list("uuid", flat=True).first()


def _imported(ledger: Ledger, imports: Sequence[NewImport]) -> dict[str, tuple[UUID, int]]:
    """Uuid and primary key of the imported files with these bytes; one that was gone is where its new copy is."""
    copies = {entry.file.checksum: entry.file.file_path for entry in imports}
    files = File.objects.filter(
        project=ledger.project, checksum__in=copies, directory=IMPORT_DIR, derived_from__isnull=True
    )
    known = {}
    for checksum, file_uuid, pk, path, available in files.values_list("checksum", "uuid", "pk", "path", "available"):
        known[checksum] = (file_uuid, pk)
        if not available or not (Path(ledger.project.directory) / path).exists():
            copy = clean_path(copies[checksum])
            File.objects.filter(pk=pk).update(available=True, path=copy, name=copy.rpartition("/")[2])
    return known


def _add_files(ledger: Ledger, job_pk: int, files: Sequence[NewFile], directory: int) -> dict[UUID, int]:
    """Insert those files that are not yet there; returns primary keys of all by uuid."""
    _check_paths(files)
    known = _known_files(ledger, files)
    _ensure_types({type_name(file.file_type) for file in files})
    origins = _origins(ledger, files)
    missing = [_file_row(ledger, job_pk, file, directory, origins) for file in files if file.id not in known]
    File.objects.bulk_create(missing)
    return known | {row.uuid: row.pk for row in missing}


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


def _known_files(ledger: Ledger, files: Sequence[NewFile]) -> dict[UUID, int]:
    """Files that have their row already; `InvalidInput` if a path or a uuid is another file's."""
    rows = []
    for some in batched(files):
        same_path = Q(project=ledger.project, path__in=[file.file_path for file in some])
        rows += file_rows(File.objects.filter(Q(uuid__in=[file.id for file in some]) | same_path))
    by_id, by_path = {file.id: file for file in files}, {file.file_path: file for file in files}
    for _, record in rows:
        new = by_id.get(record.id) or by_path[record.path]
        if record.project != ledger.project.uuid:
            raise InvalidInput(f"{new.file_path}: the uuid {new.id} is that of a file of another project")
        if (record.id, record.path, record.checksum) != (new.id, new.file_path, new.checksum):
            raise InvalidInput(f"{new.file_path}: this file is registered already")
    return {record.id: pk for pk, record in rows}


def _ensure_types(names: set[str]) -> None:
    rows = [FileType(name=short_text(name, 255, "the type of a file")) for name in sorted(names)]
    FileType.objects.bulk_create(rows, ignore_conflicts=True)


def _origins(ledger: Ledger, files: Sequence[NewFile]) -> dict[UUID, int]:
    wanted = [file.derived_from for file in files if file.derived_from]
    return _files_of_project(ledger, wanted) if wanted else {}


def _files_of_project(ledger: Ledger, file_uuids: Sequence[UUID]) -> dict[UUID, int]:
    """Primary keys of files; `InvalidInput` names one that this project does not have."""
    files = File.objects.filter(project=ledger.project)
    known = {
        file_uuid: pk
        for some in batched(set(file_uuids))
        for file_uuid, pk in files.filter(uuid__in=some).values_list("uuid", "pk")
    }
    for file_uuid in file_uuids:
        if file_uuid not in known:
            raise InvalidInput(f"the project {ledger.project.name} has no file {file_uuid}")
    return known


def _add_uses(job_pk: int, role: UseRole, uses: Sequence[tuple[int, str]]) -> None:
    FileUse.objects.bulk_create(
        [
            FileUse(file_id=file, job_id=job_pk, role=role.value, job_param_name=clean_text(param_name))
            for file, param_name in uses
        ],
        ignore_conflicts=True,
    )
