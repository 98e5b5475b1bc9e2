"""Parameter files of CCP4i2: ``input_params.xml`` (as asked) and ``params.xml`` (as run).

Only what is set explicitly is written; defaults come from the task. Read are both dialects: a namespaced or bare root,
a body with or without a ``container`` around the sections, or a container alone.
"""

from __future__ import annotations

import platform
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.data import (
    CBoolean,
    CComposite,
    CContainer,
    CData,
    CDataFile,
    CList,
    CScalar,
    CString,
    ValueState,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnknownParameter, UnreadableFile

from ._atomic import write_atomically
from ._xml import local_name, parse_xml

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "http://www.ccp4.ac.uk/ccp4ns"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WRAPPERS = ("container", "ccp4i2_body")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsHeader:
    """What the header of a parameter file says, and which elements the task's tree does not have.

    Attributes
    ----------
    unknown
        Paths of elements that were read but are no parameters of the task.
    """

    task: str = ""
    project_name: str = ""
    project_id: str = ""
    job_number: str = ""
    job_id: str = ""
    job_title: str = ""
    created: datetime | None = None
    user: str = ""
    unknown: tuple[str, ...] = ()


def write_params(container: CContainer, header: ParamsHeader, path: Path) -> None:
    """Write the explicitly set parameters of a container."""
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}ccp4i2", nsmap={"ccp4": NAMESPACE})
    head = etree.SubElement(root, "ccp4i2_header")
    for tag, text in _header_rows(header):
        if text:
            etree.SubElement(head, tag).text = text
    body = etree.SubElement(root, "ccp4i2_body")
    body.set("id", header.task)
    for section in container.children():
        body.append(_element(section.name, section))
    admin = etree.SubElement(body, "guiAdmin")
    etree.SubElement(admin, "jobTitle").text = header.job_title
    data = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    write_atomically(path, data)


def read_params(path: Path, container: CContainer) -> ParamsHeader:
    """Read a parameter file into the container of its task.

    Raises
    ------
    UnreadableFile
        The file is missing or broken, or holds a value that a parameter cannot take.
    """
    root = parse_xml(path)
    unknown: list[str] = []
    for section in _sections(root):
        name = local_name(section)
        if name == "guiAdmin":
            continue
        if name not in container.childNames():
            unknown.append(name)
            continue
        try:
            _fill(container[name], section, unknown)
        except InvalidValue as exc:
            raise UnreadableFile(path, str(exc)) from exc
    return _header(root, tuple(unknown))


def read_params_header(path: Path) -> ParamsHeader:
    """The header of a parameter file."""
    return _header(parse_xml(path), ())


def _header_rows(header: ParamsHeader) -> Iterator[tuple[str, str]]:
    from xtalflow import __version__

    created = header.created or datetime.now(UTC)
    yield "function", "PARAMS"
    yield "userId", header.user
    yield "hostName", socket.gethostname()
    yield "creationTime", f"{created:%H:%M} {created:%d}/{_MONTHS[created.month - 1]}/{created:%y}"
    yield "ccp4iVersion", f"xtalflow {__version__}"
    yield "pluginName", header.task
    yield "OS", platform.system()
    yield "projectName", header.project_name
    yield "projectId", header.project_id
    yield "jobNumber", header.job_number
    yield "jobId", header.job_id


def _header(root: etree._Element, unknown: tuple[str, ...]) -> ParamsHeader:
    texts = {local_name(element): (element.text or "").strip() for element in root.iterfind("ccp4i2_header/*")}
    titles = [element.text or "" for element in root.iter("jobTitle")]
    return ParamsHeader(
        task=texts.get("pluginName", ""),
        project_name=texts.get("projectName", ""),
        project_id=texts.get("projectId", ""),
        job_number=texts.get("jobNumber", ""),
        job_id=texts.get("jobId", ""),
        job_title=titles[0] if titles else "",
        created=_time(texts.get("creationTime", "")),
        user=texts.get("userId", ""),
        unknown=unknown,
    )


def _time(text: str) -> datetime | None:
    """``14:05 23/Nov/26`` as aware UTC; None if it is not of this form."""
    try:
        clock, date = text.split()
        hour, minute = clock.split(":")
        day, month, year = date.split("/")
        return datetime(2000 + int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    except ValueError:
        return None


def _sections(root: etree._Element) -> list[etree._Element]:
    body = root if local_name(root) == "container" else root.find("ccp4i2_body")
    if body is None:
        return []
    while len(body) == 1 and local_name(body[0]) in _WRAPPERS:
        body = body[0]
    return list(body)


def _element(tag: str, item: CData) -> etree._Element:
    """An object as an element; what is not explicitly set is left out below it."""
    from lxml import etree

    element = etree.Element(tag)
    if isinstance(item, CScalar):
        element.text = str(item)
    elif isinstance(item, CList):
        for each in item:
            element.append(_element(type(each).__name__, each))
    else:
        for child in item.children():
            if _is_given(child):
                element.append(_element(child.name, child))
    return element


def _is_given(item: CData) -> bool:
    if isinstance(item, CDataFile):
        return any(_is_given(child) for child in item.children())
    return item.getValueState() is ValueState.EXPLICITLY_SET


def _fill(item: CData, element: etree._Element, unknown: list[str]) -> None:
    if isinstance(item, CScalar):
        _fill_scalar(item, element)
    elif isinstance(item, CList):
        item.clear()
        for each in element:
            _fill(item.addItem(), each, unknown)
    elif isinstance(item, CComposite):
        for each in element:
            name = local_name(each)
            try:
                child = item.find(name)
            except UnknownParameter:
                unknown.append(f"{item.object_path()}.{name}")
                continue
            _fill(child, each, unknown)
    else:
        raise InvalidInput(f"{item.object_path()}: {type(item).__name__} cannot be read from XML")


def _fill_scalar(item: CScalar[object], element: etree._Element) -> None:
    text = element.text or ""
    if isinstance(item, CString):
        if text or not isinstance(item.parent, CDataFile):
            item.set(text)
    elif text.strip():
        item.set(text.strip())
    elif isinstance(item, CBoolean):
        item.unSet()
