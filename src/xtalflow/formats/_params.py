"""Parameter files of CCP4i2: ``input_params.xml`` (as asked) and ``params.xml`` (as run).

Only what is set explicitly is written; defaults come from the task. Read are both dialects: a namespaced or bare root,
a body with or without a ``container`` around the sections, or a container alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.data import (
    CCollection,
    CContainer,
    CData,
    CList,
    CScalar,
    CString,
    Parts,
    ValueState,
)
from xtalflow.errors import InvalidValue, UnreadableFile
from xtalflow.xtal import i2_document, local_name, parse_xml, read_i2_time

from ._atomic import write_atomically
from ._unknown import Leftovers, UnknownElement

if TYPE_CHECKING:
    from lxml import etree

_ROOTS = ("ccp4i2", "ccp4i2_body", "container")
_WRAPPERS = ("container", "ccp4i2_body")
_ADMIN = "guiAdmin"
_STATE = "state"
"""Attribute of an empty element for a value that was unset although it has a default; CCP4i2 passes over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsHeader:
    """What the header of a parameter file says, and which elements the task's tree does not have.

    Attributes
    ----------
    created
        When it was written; files say it in UTC, to the minute.
    unknown
        Elements that were read but are no parameters of the task, by path; `write_params` puts them back.
    """

    task: str = ""
    project_name: str = ""
    project_id: str = ""
    job_number: str = ""
    job_id: str = ""
    job_title: str = ""
    created: datetime | None = None
    user: str = ""
    unknown: tuple[UnknownElement, ...] = ()


def write_params(container: CContainer, header: ParamsHeader, path: Path) -> None:
    """Write the explicitly set parameters of a container, and what the header kept of elements that are none."""
    from lxml import etree

    root = i2_document("PARAMS", user=header.user, created=header.created, rows=_header_rows(header))
    body = etree.SubElement(root, "ccp4i2_body")
    body.set("id", header.task)
    leftovers = Leftovers(header.unknown, container, beside=_ADMIN)
    leftovers.put_back(body, "")
    for section in container.children():
        body.append(_element(section, section.name, leftovers))
        leftovers.put_back(body, "", section.name)
    admin = etree.SubElement(body, _ADMIN)
    etree.SubElement(admin, "jobTitle").text = header.job_title
    leftovers.put_back(admin, _ADMIN)
    data = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    write_atomically(path, data)


def read_params(path: Path, container: CContainer) -> ParamsHeader:
    """Read a parameter file into the container of its task.

    Parameters that the file does not mention stay as they are, and so do those with an empty element, but for texts
    and lists, which become empty.

    Raises
    ------
    UnreadableFile
        The file is missing, broken or no parameter file, or holds a value that a parameter cannot take.
    """
    root = _root(path)
    unknown: list[UnknownElement] = []
    sections = []
    for section in _sections(root):
        if local_name(section) == _ADMIN and _ADMIN not in container:
            titles = ("jobTitle",)
            unknown += [_unknown(each, _ADMIN, "") for each in section if local_name(each) not in titles]
        else:
            sections.append(section)
    try:
        _fill_children(container, sections, "", unknown)
    except InvalidValue as exc:
        raise UnreadableFile(path, str(exc)) from exc
    return _header(root, tuple(unknown))


def read_params_header(path: Path) -> ParamsHeader:
    """The header of a parameter file; `UnreadableFile` if it is none."""
    return _header(_root(path), ())


def _root(path: Path) -> etree._Element:
    root = parse_xml(path)
    if local_name(root) not in _ROOTS:
        raise UnreadableFile(path, f"is not a parameter file: its root is <{local_name(root)}>, not <ccp4i2>")
    function = (root.findtext("ccp4i2_header/function") or "").strip()
    if function not in ("", "PARAMS"):
        raise UnreadableFile(path, f"is not a parameter file: its function is {function}")
    return root


def _header_rows(header: ParamsHeader) -> dict[str, str]:
    return {
        "pluginName": header.task,
        "projectName": header.project_name,
        "projectId": header.project_id,
        "jobNumber": header.job_number,
        "jobId": header.job_id,
    }


def _header(root: etree._Element, unknown: tuple[UnknownElement, ...]) -> ParamsHeader:
    texts = {local_name(element): (element.text or "").strip() for element in root.iterfind("ccp4i2_header/*")}
    titles = [element.text or "" for section in _sections(root) for element in section.iterfind("jobTitle")]
    return ParamsHeader(
        task=texts.get("pluginName", ""),
        project_name=texts.get("projectName", ""),
        project_id=texts.get("projectId", ""),
        job_number=texts.get("jobNumber", ""),
        job_id=texts.get("jobId", ""),
        job_title=titles[0] if titles else "",
        created=read_i2_time(texts.get("creationTime", "")),
        user=texts.get("userId", ""),
        unknown=unknown,
    )


def _sections(root: etree._Element) -> list[etree._Element]:
    body: etree._Element | None = root
    if local_name(root) == "ccp4i2":
        body = next((each for each in root if local_name(each) == "ccp4i2_body"), None)
    if body is None:
        return []
    while len(body) == 1 and local_name(body[0]) in _WRAPPERS:
        body = body[0]
    return list(body)


def _element(item: CData, path: str, leftovers: Leftovers) -> etree._Element:
    """An object as an element; what is not explicitly set is left out below it."""
    from lxml import etree

    element = etree.Element(item.class_name if item.name.startswith("[") else item.name)
    leftovers_here = leftovers.within(path)
    if isinstance(item, CScalar):
        state = item.getValueState()
        if state is ValueState.EXPLICITLY_SET:
            _write_value(element, item, path)
        else:
            element.set(_STATE, state.value)
    if leftovers_here:
        leftovers.put_back(element, path)
    for child in item.children():
        below = _joined(path, child.name)
        if _is_given(child) or (leftovers_here and leftovers.within(below)):
            element.append(_element(child, below, leftovers))
        if leftovers_here:
            leftovers.put_back(element, path, child.name)
    return element


def _write_value(element: etree._Element, item: CScalar[Any], path: str) -> None:
    if isinstance(item, CCollection):
        _write_parts(element, item.value or "")
    else:
        element.text = _text(item, path)


def _write_parts(element: etree._Element, parts: Parts) -> None:
    """What a collection holds: a text, or an element for each part."""
    from lxml import etree

    if isinstance(parts, str):
        element.text = parts
    else:
        for name, part in parts:
            _write_parts(etree.SubElement(element, name), part)


def _read_parts(element: etree._Element) -> Parts:
    if len(element):
        return tuple((local_name(each), _read_parts(each)) for each in element)
    return element.text or ""


def _text(item: CScalar[Any], path: str) -> str:
    text = str(item)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValue(path, text, "a name in UTF-8 to be kept in a parameter file") from None
    return text


def _joined(path: str, name: str) -> str:
    return path + name if name.startswith("[") or not path else f"{path}.{name}"


def _is_given(item: CData) -> bool:
    """Whether an object needs an element: it, or anything in it, is explicit or other than its default."""
    if item.name.startswith("["):
        return True  # each item, to keep the positions
    if isinstance(item, CScalar):
        state = item.getValueState()
        unset = state is ValueState.NOT_SET and item.qualifier("default") is not None
        return unset or state is ValueState.EXPLICITLY_SET
    if isinstance(item, CList):
        return item.isSet(allowDefault=False)
    return any(_is_given(child) for child in item.children())


def _fill(item: CData, element: etree._Element, path: str, unknown: list[UnknownElement]) -> None:
    if isinstance(item, CCollection) and len(element):
        item.set(_read_parts(element))
    elif isinstance(item, CScalar):
        _fill_scalar(item, element)
        unknown += [_unknown(each, path, "") for each in element]
    elif isinstance(item, CList):
        _fill_list(item, element, path, unknown)
    else:
        _fill_children(item, element, path, unknown)


def _fill_list(item: CList[CData], element: etree._Element, path: str, unknown: list[UnknownElement]) -> None:
    item.clear()
    after, tag = "", item.makeItem().class_name
    for each in element:
        if local_name(each) == tag:
            made = item.addItem()
            after = made.name
            _fill(made, each, path + after, unknown)
        else:
            unknown.append(_unknown(each, path, after))


def _fill_children(item: CData, elements: Iterable[etree._Element], path: str, unknown: list[UnknownElement]) -> None:
    names = set(item.childNames())
    after = ""
    for each in elements:
        name = local_name(each)
        if name in names:
            names.discard(name)  # once; another of the name is left over
            after = name
            below = _joined(path, name)
            _fill(item.find(name), each, below, unknown)
        else:
            unknown.append(_unknown(each, path, after))


def _unknown(element: etree._Element, parent: str, after: str) -> UnknownElement:
    from lxml import etree

    alone = deepcopy(element)
    etree.cleanup_namespaces(alone)
    xml = etree.tostring(alone, encoding="unicode", with_tail=False)
    return UnknownElement(path=_joined(parent, local_name(element)), parent=parent, after=after, xml=xml)


def _fill_scalar(item: CScalar[Any], element: etree._Element) -> None:
    text, state = element.text or "", element.get(_STATE)
    if state == ValueState.NOT_SET.value:
        item.unSet()
    elif state == ValueState.DEFAULT.value:
        item.restore()
    elif isinstance(item, (CString, CCollection)):
        if text or item.accepts(""):
            item.set(text)
    elif text.strip():
        item.set(text.strip())
