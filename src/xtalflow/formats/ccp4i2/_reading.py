"""Reads ``DATABASE.db.xml``, the record of a project in an archive, in the two dialects that there are of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent
from xtalflow.xtal import parse_xml, xml_root

from ._building import build_record
from ._records import I2Record, Oddity
from ._tables import PROJECT, TABLES, WORD

if TYPE_CHECKING:
    from lxml import etree

LEGACY_ROOT, NEW_ROOT = "ccp4i2", "database"
HEADER, BODY, OWN_BODY = "ccp4i2_header", "ccp4i2_body", "xtalflow_body"
"""`OWN_BODY` has the rows that CCP4i2 cannot take, in tables of the same names; CCP4i2 passes over it."""
WHOLE_VALUE = "xtalflow_"
"""Before the name of a column: its value as it is, where CCP4i2 must be given another."""

_GROUPS = {table.group: table.row for table in TABLES}
_ROWS = {table.row for table in TABLES}


def read_record(path: Path, data: bytes | None = None) -> I2Record:
    """What ``DATABASE.db.xml`` says, of CCP4i2's Qt generation or of its Django generation.

    Parameters
    ----------
    path
        The file; if its bytes are given, only its name for errors.
    data
        The bytes, if they were read already.

    Raises
    ------
    UnreadableFile
        It cannot be read, is too large, or is not well-formed XML.
    UnsuitableContent
        It is not the record of a project, or has no project with an identifier and a name.
    """
    root = parse_xml(path) if data is None else xml_root(path, data)
    if root.tag not in {LEGACY_ROOT, NEW_ROOT}:
        raise UnsuitableContent(path, f"is not the record of a CCP4i2 project: its root is {root.tag[:60]!r}")
    bodies = [body for name in (BODY, OWN_BODY) for body in root.findall(name)]
    if not bodies:
        raise UnsuitableContent(path, f"is not the record of a CCP4i2 project: it has no {BODY}")
    rows: dict[str, list[dict[str, str]]] = {}
    oddities: list[Oddity] = []
    for body in bodies:
        for group in body:
            _read_group(group, rows, oddities)
    header = _header(root)
    for project in rows.get(PROJECT.row, ())[:1]:  # what some archives say in the header alone
        for column, name in (("projectid", "projectId"), ("projectname", "projectName")):
            if not project.get(column) and header.get(name):
                project[column] = header[name]
    return build_record(path, rows, oddities, host=header.get("hostName", ""))


def _read_group(group: etree._Element, rows: dict[str, list[dict[str, str]]], oddities: list[Oddity]) -> None:
    """The rows of one table; a row's element tells which it is of, since one dialect has two in the same."""
    own = _GROUPS.get(group.tag)
    if own is None:
        oddities.append(
            Oddity(table=group.tag[:60], row=0, sentence=f"is not known: its {len(group)} rows are left out")
        )
        return
    rows.setdefault(own, [])
    for number, element in enumerate(group, start=1):
        if element.tag != own and not (element.tag in _ROWS and element.tag == WORD.row):
            sentence = f"is a {element.tag[:60]!r}, which is no row of this table: it is left out"
            oddities.append(Oddity(table=own, row=number, sentence=sentence))
            continue
        row = {str(name).lower(): str(text) for name, text in element.attrib.items()}
        for name in [name for name in row if name.startswith(WHOLE_VALUE)]:
            row[name.removeprefix(WHOLE_VALUE)] = row.pop(name)
        rows.setdefault(element.tag, []).append(row)


def _header(root: etree._Element) -> dict[str, str]:
    header = root.find(HEADER)
    return {} if header is None else {each.tag: (each.text or "").strip() for each in header}
