"""Rows of jobs as JSON values that name each other by uuid, and back; and what becomes of the rows that stay.

Every function is part of a transaction that holds the project. The number of queries does not depend on the number
of rows, but on how deep jobs and files are derived from each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet

from xtalflow.engine import IMPORT_DIR, to_json
from xtalflow.errors import InvalidInput

from ._ledger import Ledger
from ._records import UseRole
from ._rows import batched
from ._trash import Rows
from .models import (
    Attempt,
    File,
    FileAssociation,
    FileAssociationMember,
    FileExport,
    FileImport,
    FileType,
    FileUse,
    Job,
    JobCharValue,
    JobFloatValue,
    JobValueKey,
    ProjectGroup,
    ServerJob,
    User,
)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows are kept.

    Attributes
    ----------
    of
        Path from a row to the job or file that it belongs to.
    references
        Columns that point to other rows: the name that each is kept by, and the table it points to.
    """

    model: type[Model]
    of: str
    references: Mapping[str, tuple[str, type[Model]]]


_JOB, _FILE = ("uuid", Job), ("uuid", File)
_TABLES = {
    "jobs": _Table(
        Job,
        "",
        {
            "parent": _JOB,
            "cloned_from": _JOB,
            "reused_from": _JOB,
            "user": ("username", User),
            "campaign": ("name", ProjectGroup),
        },
    ),
    "files": _Table(File, "", {"job": _JOB, "derived_from": _FILE, "type": ("name", FileType)}),
    "imports": _Table(FileImport, "file", {"file": _FILE}),
    "exports": _Table(FileExport, "file", {"file": _FILE}),
    "associations": _Table(FileAssociationMember, "file", {"file": _FILE, "association": ("uuid", FileAssociation)}),
    "uses": _Table(FileUse, "job", {"job": _JOB, "file": _FILE}),
    "numbers": _Table(JobFloatValue, "job", {"job": _JOB, "key": ("name", JobValueKey)}),
    "texts": _Table(JobCharValue, "job", {"job": _JOB, "key": ("name", JobValueKey)}),
    "attempts": _Table(Attempt, "job", {"job": _JOB}),
    "server_jobs": _Table(ServerJob, "job", {"job": _JOB}),
}
"""Tables in the order in which their rows can be put back."""
_POINTERS: Mapping[str, tuple[type[Model], str]] = {
    "clones": (Job, "cloned_from"),
    "reuses": (Job, "reused_from"),
    "derivations": (File, "derived_from"),
}
"""Columns of rows that stay, which point to rows that go."""
_LEFT_OUT = {"id", "project"}


def heirs(jobs: QuerySet[Job]) -> dict[int, int]:
    """Imported files of jobs that others read too, and the first job of those, which they belong to afterwards."""
    pks = jobs.values("pk")
    readers = FileUse.objects.filter(file__job__in=pks, file__directory=IMPORT_DIR, role=UseRole.IN)
    rows = readers.exclude(job__in=pks).order_by("-job__number_key").values_list("file", "job")
    return dict(rows)


def kept_rows(jobs: QuerySet[Job]) -> Rows:
    """All that the database has of jobs, for the day when they are wanted back."""
    inherited = heirs(jobs)
    files = File.objects.filter(job__in=jobs.values("pk")).exclude(pk__in=list(inherited))
    rows: dict[str, Any] = {name: _values(table, _rows_of(table, jobs, files)) for name, table in _TABLES.items()}
    for name, (model, column) in _POINTERS.items():
        gone = jobs if model is Job else files
        pointing = model._default_manager.filter(**{f"{column}__in": gone.values("pk")}).exclude(
            pk__in=gone.values("pk")
        )
        rows[name] = to_json(list(pointing.order_by("pk").values("uuid", f"{column}__uuid")))
    given = File.objects.filter(pk__in=list(inherited)).order_by("pk")
    rows["given"] = to_json(list(given.values("uuid", "job__uuid")))
    return rows


def remove_rows(jobs: QuerySet[Job]) -> None:
    """Delete jobs and their files, by the hundred; imported files that others read are theirs from now on."""
    inherited = heirs(jobs)
    files = list(File.objects.filter(pk__in=list(inherited)))
    for file in files:
        file.job_id = inherited[file.pk]
    File.objects.bulk_update(files, ["job"])
    doomed = File.objects.filter(job__in=jobs.values("pk"))
    _pass_on_imports(doomed)
    doomed.delete()
    jobs.delete()


def _pass_on_imports(doomed: QuerySet[File]) -> None:
    """Of second copies of imported files that go, one is the import from now on; there is never more than one."""
    copies = File.objects.filter(
        directory=IMPORT_DIR, derived_from__in=doomed.values("pk"), derived_from__directory=IMPORT_DIR
    )
    first: dict[int, int] = {}
    changed = []
    for copy in copies.exclude(pk__in=doomed.values("pk")).order_by("pk"):
        origin = copy.derived_from_id or 0
        if first.setdefault(origin, copy.pk) != copy.pk:
            copy.derived_from_id = first[origin]
            changed.append(copy)
    for origin_row in File.objects.filter(pk__in=list(first)):
        origin_row.derived_from_id = first[origin_row.pk]
        changed.append(origin_row)
    File.objects.bulk_update(changed, ["derived_from"])


def put_back_rows(ledger: Ledger, rows: Rows, renamed: Mapping[str, str]) -> None:
    """Insert rows that were kept.

    An imported file that was imported again meanwhile is a second copy, which says that it is derived from the new one.

    Parameters
    ----------
    renamed
        New paths of files whose own have been taken.

    Raises
    ------
    InvalidInput
        A number, a path or a uuid has been taken, a row needs one that is gone, or is not what a row can be.
    """
    known = _Known()
    try:
        doubles = _doubles(ledger, rows)
        rows = {**rows, **_adapted(rows, renamed, doubles)}
        _refuse_taken(ledger, rows)
        for name, table in _TABLES.items():
            _insert(ledger, table, rows.get(name, ()), known)
        for name, (model, column) in _POINTERS.items():
            _point(ledger, model, column, rows.get(name, ()), only_if_unset=True)
        _point(ledger, File, "job", rows.get("given", ()), only_if_unset=False)
    except ValidationError as exc:
        raise InvalidInput(f"a row cannot be kept: {' '.join(exc.messages)}") from exc
    except KeyError as exc:
        raise InvalidInput(f"a row has no {exc}") from exc


def _rows_of(table: _Table, jobs: QuerySet[Job], files: QuerySet[File]) -> QuerySet[Any]:
    if table.model is Job:
        return jobs.order_by("number_key")
    if table.model is File:
        return files.order_by("creation_time", "pk")
    owners = jobs if table.of == "job" else files
    return table.model._default_manager.filter(**{f"{table.of}__in": owners.values("pk")}).order_by("pk")


def _columns(model: type[Model]) -> Iterator[Field[Any, Any]]:
    for field in model._meta.concrete_fields:
        if field.name not in _LEFT_OUT:
            yield field


def _values(table: _Table, rows: QuerySet[Any]) -> tuple[Mapping[str, Any], ...]:
    names = {}
    for field in _columns(table.model):
        key = table.references.get(field.name)
        names[field.name] = f"{field.name}__{key[0]}" if key else field.name
    return tuple(dict(zip(names, to_json(row), strict=True)) for row in rows.values_list(*names.values()))


def _refuse_taken(ledger: Ledger, rows: Rows) -> None:
    """Say what has taken the place of a row."""
    project = ledger.project
    numbers = [row["number"] for row in rows.get("jobs", ())]
    uuids = [row["uuid"] for row in rows.get("jobs", ())]
    for some in batched(numbers):
        if taken := Job.objects.filter(project=project, number__in=some).values_list("number", flat=True).first():
            raise InvalidInput(f"the project {project.name} has a job {taken} already")
    for some in batched(uuids):
        if Job.objects.filter(uuid__in=some).exists():
            raise InvalidInput("a job of another project has the uuid of one of these jobs: this is a copy of it")
    for some in batched(rows.get("files", ())):
        same_path = File.objects.filter(project=project, path__in=[row["path"] for row in some])
        if path := same_path.values_list("path", flat=True).first():
            raise InvalidInput(f"{path}: another file of the project has this path by now")


def _doubles(ledger: Ledger, rows: Rows) -> dict[str, str]:
    """Imported files whose bytes were imported again, and the files that have these now."""
    imports = {
        row["checksum"]: str(row["uuid"])
        for row in rows.get("files", ())
        if row["directory"] == IMPORT_DIR and row["checksum"] and not row["derived_from"]
    }
    found: dict[str, str] = {}
    for some in batched(imports):
        again = File.objects.filter(
            project=ledger.project, checksum__in=some, directory=IMPORT_DIR, derived_from__isnull=True
        )
        found |= {imports[checksum]: str(uuid) for checksum, uuid in again.values_list("checksum", "uuid")}
    return found


def _adapted(rows: Rows, renamed: Mapping[str, str], doubles: Mapping[str, str]) -> dict[str, Any]:
    """Files with the paths and origins that they have from now on; none is the origin of its own."""
    files = []
    for row in rows.get("files", ()):
        path = renamed.get(row["path"], row["path"])
        origin = doubles.get(str(row["uuid"]), row["derived_from"])
        files.append({**row, "path": path, "name": path.rpartition("/")[2], "derived_from": origin})
    derivations = [row for row in rows.get("derivations", ()) if str(row["derived_from__uuid"]) not in doubles]
    return {"files": tuple(files), "derivations": tuple(derivations)}


class _Known:
    """Primary keys of the rows that others refer to, asked for once each."""

    def __init__(self) -> None:
        self._keys: dict[type[Model], dict[str, Any]] = defaultdict(dict)

    def learn(self, model: type[Model], column: str, names: Sequence[str]) -> dict[str, Any]:
        """Primary keys by name of those that there are."""
        keys = self._keys[model]
        if model in (FileType, JobValueKey):  # made by whoever uses them first
            rows: list[Any] = [model(**{column: name}) for name in set(names)]
            model._default_manager.bulk_create(rows, ignore_conflicts=True)
        for some in batched({name for name in names if name not in keys}):
            found = model._default_manager.filter(**{f"{column}__in": some}).values_list(column, "pk")
            keys |= {str(name): pk for name, pk in found}
        return keys


def _insert(ledger: Ledger, table: _Table, rows: Sequence[Mapping[str, Any]], known: _Known) -> None:
    """Insert rows, those first that others of the same table refer to."""
    own = [name for name, (_, model) in table.references.items() if model is table.model]
    left, waiting = list(rows), {str(row["uuid"]) for row in rows} if own else set()
    while left:
        ready: list[Mapping[str, Any]] = []
        later: list[Mapping[str, Any]] = []
        for row in left:
            (later if any(row.get(name) in waiting for name in own) else ready).append(row)
        if not ready:
            raise InvalidInput("rows refer to each other in a circle")
        keys = {
            name: known.learn(model, column, [str(row[name]) for row in ready if row.get(name)])
            for name, (column, model) in table.references.items()
        }
        if table.model is FileAssociationMember:  # an association that is gone takes no members
            ready = [row for row in ready if str(row["association"]) in keys["association"]]
        table.model._default_manager.bulk_create([_row(ledger, table, row, keys) for row in ready])
        waiting -= {str(row["uuid"]) for row in ready} if own else set()
        left = later


def _row(ledger: Ledger, table: _Table, row: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]) -> Model:
    values: dict[str, Any] = {}
    for field in _columns(table.model):
        if field.name not in row:
            continue
        value = row[field.name]
        if field.name in table.references:
            key = keys[field.name].get(str(value))
            if value is not None and key is None and not field.null:
                raise InvalidInput(_what_is_missing(table.model, field.name, row))
            values[field.attname] = key
        else:
            values[field.name] = _cleaned(field, value)
    if any(field.name == "project" for field in table.model._meta.concrete_fields):
        values["project"] = ledger.project
    return table.model(**values)


def _cleaned(field: Field[Any, Any], value: Any) -> Any:
    try:
        return field.to_python(value)
    except ValidationError as exc:
        raise InvalidInput(f"{field.name} = {value!r} is refused: {' '.join(exc.messages)}") from exc


def _what_is_missing(model: type[Model], name: str, row: Mapping[str, Any]) -> str:
    if model is FileUse and name == "file":
        return (
            f"{row.get('job_param_name')} of one of these jobs is a file that was deleted with another job; restore "
            "that first"
        )
    return f"the {name} of a row is gone"


def _point(
    ledger: Ledger, model: type[Model], column: str, rows: Sequence[Mapping[str, Any]], *, only_if_unset: bool
) -> None:
    """Let rows that stayed point again to rows that are back."""
    target: type[Model] = File if column == "derived_from" else Job
    wanted = {str(row["uuid"]): str(row[f"{column}__uuid"]) for row in rows}
    if not wanted:
        return
    pks = _Known().learn(target, "uuid", list(wanted.values()))
    changed = []
    for one in model._default_manager.filter(project=ledger.project, uuid__in=list(wanted)):
        values = vars(one)
        pk = pks.get(wanted[str(values["uuid"])])
        if pk is not None and not (only_if_unset and values[f"{column}_id"] is not None):
            setattr(one, f"{column}_id", pk)
            changed.append(one)
    model._default_manager.bulk_update(changed, [column])
