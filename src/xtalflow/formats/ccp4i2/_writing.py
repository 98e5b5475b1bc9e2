"""Writes the record of a project as ``DATABASE.db.xml``.

The newer dialect is written so that CCP4i2 3.0.1 takes all that it can, and so that a record comes back here. It fails
without certain values, and for texts that are longer than its columns: it is given others then, and the true one
stands beside it in an attribute of ours (`WHOLE_VALUE`). Rows that it has no place for stand in a body of ours
(`OWN_BODY`). It passes over attributes, tables and bodies that it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from xtalflow.xtal import i2_document, written_here

from ._kinds import FILE_TYPE, clean
from ._numbered import FILETYPELIST, KEYTYPELIST, UNKNOWN_TYPE, type_name
from ._reading import BODY, HEADER, NEW_ROOT, OWN_BODY, WHOLE_VALUE
from ._records import NATIVE, I2Record, I2Tag, I2Value
from ._tables import (
    ASSOCIATION,
    COMMENT,
    DATABASE,
    EXPORT,
    FILE,
    IMPORT,
    JOB,
    MEMBER,
    NUMBER,
    PROJECT,
    PROJECT_COMMENT,
    PROJECT_EXPORT,
    PROJECT_IMPORT,
    PROJECT_TAG,
    SERVER_JOB,
    TABLES,
    TAG,
    USE,
    WORD,
    XDATA,
    Column,
    Table,
)

if TYPE_CHECKING:
    from lxml import etree

_SCHEMA = {"schemaversion": "0.1.22", "schemadate": "23-09-2016"}
_FILE_NUMBERS = frozenset(str(number) for number in range(len(FILETYPELIST)))
_OUT, _IN = 0, 1


class I2Dialect(StrEnum):
    """The two ways in which a record is written."""

    LEGACY = "legacy"
    """That of the Qt generation."""
    NEW = "new"
    """That of the Django generation, with what is needed to lose nothing."""


def _without_new_texts(record: I2Record) -> I2Record:
    return replace(
        record,
        project=replace(record.project, description=""),
        jobs=tuple(replace(job, comments="") for job in record.jobs),
    )


def _with_plain_tasks(record: I2Record) -> I2Record:
    return replace(record, jobs=tuple(replace(job, task=job.task.removeprefix(NATIVE)) for job in record.jobs))


def _without_servers(record: I2Record) -> I2Record:
    return replace(record, server_jobs=())


def _with_numbered_types(record: I2Record) -> I2Record:
    return replace(
        record,
        files=tuple(
            file if type_name(file.type) in FILETYPELIST else replace(file, type=UNKNOWN_TYPE) for file in record.files
        ),
    )


def _with_numbered_keys(record: I2Record) -> I2Record:
    return replace(record, values=tuple(value for value in record.values if value.key in KEYTYPELIST))


def _with_identifiers(record: I2Record) -> I2Record:
    def named(name: str) -> tuple[Any, ...]:
        rows = getattr(record, name)
        return tuple(
            row if row.id is not None else replace(row, id=uuid5(record.project.id, f"{name} {number}"))
            for number, row in enumerate(rows)
        )

    return replace(
        record, imports=named("imports"), exports=named("exports"), comments=named("comments"), xdata=named("xdata")
    )


def _of_finite_values(record: I2Record) -> I2Record:
    return replace(
        record, values=tuple(each for each in record.values if isinstance(each.value, str) or isfinite(each.value))
    )


def _of_texts(record: I2Record) -> I2Record:
    held = cast(I2Record, _cleaned(record))
    values: dict[tuple[UUID, str, bool], I2Value] = {}
    for each in held.values:
        values.setdefault((each.job, each.key, isinstance(each.value, str)), each)
    return replace(
        held,
        uses=tuple(dict.fromkeys(held.uses)),
        values=tuple(values.values()),
        tags=tuple(dict.fromkeys(held.tags)),
    )


def _cleaned(value: Any) -> Any:
    """The same value, or another where there is something to clean."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        fields = _fields(value)
        others = {name: new for name, old in fields.items() if (new := _cleaned(old)) != old}
        return replace(value, **others) if others else value
    return value


def _in_order(record: I2Record) -> I2Record:
    return replace(
        record,
        values=tuple(sorted(record.values, key=lambda value: isinstance(value.value, str))),
        comments=tuple(sorted(record.comments, key=lambda comment: comment.job is None)),
    )


def _taken_first(record: I2Record) -> I2Record:
    taken = _Taken(record)
    return replace(
        record,
        files=tuple(sorted(record.files, key=lambda row: not taken.row(FILE, row))),
        uses=tuple(sorted(record.uses, key=lambda row: not taken.row(USE, row))),
        imports=tuple(sorted(record.imports, key=lambda row: not taken.row(IMPORT, row))),
        values=tuple(sorted(record.values, key=lambda row: (isinstance(row.value, str), not taken.row(NUMBER, row)))),
    )


_ALWAYS: tuple[tuple[str, Callable[[I2Record], I2Record]], ...] = (
    ("characters that XML cannot hold: they are replaced, and rows that only they told apart are one", _of_texts),
    ("numbers that are not finite", _of_finite_values),
    ("the order of numbers among texts, and of comments on jobs among those on the project", _in_order),
)
NOT_HELD: Mapping[I2Dialect, tuple[tuple[str, Callable[[I2Record], I2Record]], ...]] = {
    I2Dialect.LEGACY: (
        *_ALWAYS,
        ("the description of the project and the comments of jobs that are no rows of their own", _without_new_texts),
        ("which jobs ran tasks of this program: they are told as CCP4i2's of that name", _with_plain_tasks),
        ("where jobs ran on other machines", _without_servers),
        ("types of files that have no number: they are unknown", _with_numbered_types),
        ("indicators that have no number: they are left out", _with_numbered_keys),
        ("that an import, an export, a comment or a piece of XML had no identifier", _with_identifiers),
    ),
    I2Dialect.NEW: (
        *_ALWAYS,
        ("the place of rows that CCP4i2 cannot take among those that it can", _taken_first),
    ),
}
"""What each dialect cannot hold, and what a record is without it."""


def as_held(record: I2Record, dialect: I2Dialect) -> I2Record:
    """What is read again of a record that is written in a dialect: it without what is `NOT_HELD`."""
    for _, without in NOT_HELD[dialect]:
        record = without(record)
    return record


def write_record(record: I2Record, dialect: I2Dialect) -> bytes:
    """The bytes of ``DATABASE.db.xml``; `read_record` reads `as_held(record, dialect)` of them."""
    from lxml import etree

    record = as_held(record, dialect)
    new = dialect is I2Dialect.NEW
    root = _new_document(record) if new else _legacy_document(record)
    body, own = etree.SubElement(root, BODY), etree.Element(OWN_BODY)
    taken = _Taken(record)
    groups: dict[tuple[bool, str], etree._Element] = {}
    for table in TABLES:
        if table is SERVER_JOB and not new:
            continue
        name = NUMBER.group if new and table is WORD else table.group
        if (True, name) not in groups:
            groups[True, name] = etree.SubElement(body, name)
        for of, row in _rows_of(table, record, new=new):
            place = (not new or taken.row(table, of), name)
            if place not in groups:
                groups[place] = etree.SubElement(own, name)
            etree.SubElement(groups[place], table.row, row)
    if len(own):
        root.append(own)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _legacy_document(record: I2Record) -> etree._Element:
    here = written_here()
    rows = {
        "userId": record.project.user,
        "hostName": here["hostName"],
        "creationTime": here["creationTime"],
        "projectName": record.project.name,
        "projectId": record.project.id.hex,
    }
    return i2_document("PROJECTDATABASE", rows)


def _new_document(record: I2Record) -> etree._Element:
    from lxml import etree

    root = etree.Element(NEW_ROOT)
    header = etree.SubElement(root, HEADER)
    etree.SubElement(header, "projectId").text = record.project.id.hex
    etree.SubElement(header, "exportTime").text = str(int(datetime.now(UTC).timestamp()))
    return root


class _Taken:
    """Which rows CCP4i2 3.0.1 takes: it stops at others."""

    def __init__(self, record: I2Record) -> None:
        self.files = {file.id for file in record.files if file.job is not None}

    def row(self, table: Table, of: Any) -> bool:
        if table is FILE:
            return of.job is not None
        if table is USE:
            return of.file in self.files and of.role in {_OUT, _IN}
        if table is IMPORT:
            return of.file in self.files
        return of.key in KEYTYPELIST if table in {NUMBER, WORD} else True


def _rows_of(table: Table, record: I2Record, *, new: bool) -> Iterator[tuple[Any, dict[str, str]]]:
    """What a table has a row of, and the row."""
    project = {"projectid": record.project.id.hex}
    more = project if table in {JOB, PROJECT_COMMENT} else {}
    for number, of in enumerate(_contents(table, record)):
        row = _row(table, of if isinstance(of, Mapping) else _fields(of), new=new)
        if table in {PROJECT_EXPORT, PROJECT_IMPORT}:
            more = {f"{table.row}id": uuid5(record.project.id, f"{table.row} {number}").hex, **project}
        elif table is PROJECT_TAG:
            more = project
        elif table is DATABASE:
            more = {"databaseid": uuid5(NAMESPACE_URL, f"xtalflow {record.project.host}").hex, **_SCHEMA}
        yield of, row | more


def _contents(table: Table, record: I2Record) -> Iterable[Any]:
    contents: Mapping[str, Iterable[Any]] = {
        DATABASE.row: ({"host": record.project.host},),
        PROJECT.row: (record.project,),
        JOB.row: record.jobs,
        FILE.row: record.files,
        USE.row: record.uses,
        IMPORT.row: record.imports,
        EXPORT.row: record.exports,
        XDATA.row: record.xdata,
        COMMENT.row: (each for each in record.comments if each.job is not None),
        PROJECT_COMMENT.row: (each for each in record.comments if each.job is None),
        NUMBER.row: (each for each in record.values if not isinstance(each.value, str)),
        WORD.row: (each for each in record.values if isinstance(each.value, str)),
        SERVER_JOB.row: record.server_jobs,
        ASSOCIATION.row: ({"id": each.id, "type": each.type, "name": each.name} for each in record.associations),
        MEMBER.row: (
            {"id": each.id, "file": file, "role": role} for each in record.associations for file, role in each.members
        ),
        PROJECT_TAG.row: ({"id": _tag_id((*tag.parent, tag.text))} for tag in record.tags),
        TAG.row: _tags(record.tags),
        PROJECT_EXPORT.row: ({"time": time} for time in record.project_exports),
        PROJECT_IMPORT.row: ({"time": time} for time in record.project_imports),
    }
    return contents[table.row]


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _tags(tags: Iterable[I2Tag]) -> list[dict[str, str]]:
    """A row for each tag and for those above it."""
    paths = dict.fromkeys(
        words[:length] for tag in tags for words in [(*tag.parent, tag.text)] for length in range(1, len(words) + 1)
    )
    return [
        {"id": _tag_id(words), "parent": _tag_id(words[:-1]) if words[1:] else "", "text": words[-1]} for words in paths
    ]


def _tag_id(words: tuple[str, ...]) -> str:
    return uuid5(NAMESPACE_URL, "\0".join(("xtalflow tag", *words))).hex


def _row(table: Table, values: Mapping[str, Any], *, new: bool) -> dict[str, str]:
    row: dict[str, str] = {}
    for column in table.columns:
        value = values.get(column.field)
        text = "" if value is None else column.kind.write(value)
        if not new:
            if text:
                row[column.name] = text
            continue
        name, given = column.new_name or column.name, _given(column, text)
        if given or column.asked is not None:
            row[name] = given
        if given != text:
            row[WHOLE_VALUE + name] = text
    return row


def _given(column: Column, text: str) -> str:
    """What CCP4i2 3.0.1 is given: it takes no types without a number, no text that is blank, and none too long.

    Of tasks it knows its own names alone.
    """
    if column.kind is FILE_TYPE and text not in _FILE_NUMBERS:
        return FILE_TYPE.write(UNKNOWN_TYPE)
    given = text.removeprefix(column.unsaid)[: column.limit]
    return given if given.strip() else column.asked or ""
