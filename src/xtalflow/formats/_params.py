"""Parameter files of CCP4i2: ``input_params.xml`` (as asked) and ``params.xml`` (as run).

Only what is set explicitly is written; defaults come from the task. Read are both dialects: a namespaced or bare root,
a body with or without a ``container`` around the sections, or a container alone, which may be named like the task.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.data import (
    TEXT_PART,
    CCollection,
    CComposite,
    CContainer,
    CData,
    CList,
    CScalar,
    CString,
    Parts,
    ValueState,
)
from xtalflow.errors import InvalidValue, UnreadableFile
from xtalflow.xtal import i2_document, local_name, parse_xml

from ._atomic import write_atomically
from ._params_header import HEADER, ParamsHeader, header_rows, read_header
from ._unknown import Leftovers, UnknownElement

if TYPE_CHECKING:
    from lxml import etree

_ROOTS = ("ccp4i2", "ccp4i2_body", "container")
_WRAPPERS = ("container", "ccp4i2_body")
_ADMIN = "guiAdmin"
_TITLE = "jobTitle"
_STATE = "state"
"""Attribute of an empty element for a value that was unset although it has a default; CCP4i2 passes over it."""
_UNSET, _DEFAULT = ValueState.NOT_SET.value, ValueState.DEFAULT.value


def write_params(container: CContainer, header: ParamsHeader, path: Path) -> None:
    """Write the explicitly set parameters of a container, and what the header kept of elements that are none."""
    from lxml import etree

    leftovers = Leftovers(header.unknown, container, beside=(HEADER, _ADMIN))
    root = i2_document("PARAMS", header_rows(header))
    leftovers.put_back(root[0], HEADER)
    body = etree.SubElement(root, "ccp4i2_body")
    body.set("id", header.task)
    _Writer(leftovers).write(body, container)
    admin = body.find(_ADMIN)
    if admin is None:
        admin = etree.SubElement(body, _ADMIN)
        leftovers.put_back(admin, _ADMIN)
    if admin.find(_TITLE) is None:
        etree.SubElement(admin, _TITLE).text = header.job_title
    data = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    write_atomically(path, data)


class _Writer:
    """Writes objects as elements, and puts leftovers back where they stood."""

    def __init__(self, leftovers: Leftovers) -> None:
        from lxml import etree

        self.leftovers, self.new_element = leftovers, etree.SubElement

    def write(self, element: etree._Element, container: CContainer) -> None:
        """Write the sections of a container; each has an element, even an empty one."""
        self.leftovers.put_back(element, "")
        for section in container.children():
            self._write_one(element, section, section.name, is_needed=True)
            self.leftovers.put_back(element, "", section.name)

    def _write_one(self, parent: etree._Element, item: CData, path: str, *, is_needed: bool = False) -> bool:
        """Write an object if it, or anything below it, is explicit or other than its default; whether it is."""
        kept = self.leftovers.within(path)
        if isinstance(item, CScalar) and not kept:
            return self._write_scalar(parent, item, is_needed)
        if isinstance(item, CList) and item.is_as_declared() and not (kept or is_needed):
            return False
        element = self.new_element(parent, _tag(item))
        if isinstance(item, CScalar):
            self._fill_scalar(element, item)
        elif isinstance(item, CList) and (state := item.getValueState()) is not ValueState.EXPLICITLY_SET:
            element.set(_STATE, state.value)
        self.leftovers.put_back(element, path)
        any_is_given = is_needed or kept or isinstance(item, CList)
        for child in item.children() if kept else item.touched():
            below = _joined(path, child.name)
            any_is_given |= self._write_one(element, child, below, is_needed=isinstance(item, CList))
            if kept:
                self.leftovers.put_back(element, path, child.name)
        if not any_is_given:
            parent.remove(element)
        return any_is_given

    def _write_scalar(self, parent: etree._Element, item: CScalar[Any], is_needed: bool) -> bool:
        if item.is_as_declared() and not is_needed:
            return False
        self._fill_scalar(self.new_element(parent, _tag(item)), item)
        return True

    def _fill_scalar(self, element: etree._Element, item: CScalar[Any]) -> None:
        state = item.getValueState()
        if state is not ValueState.EXPLICITLY_SET:
            element.set(_STATE, state.value)
        elif isinstance(item, CCollection):
            self._write_parts(element, item.value or "")
        else:
            element.text = _text(item)

    def _write_parts(self, element: etree._Element, parts: Parts) -> None:
        """What a collection holds: a text, or an element for each part."""
        if isinstance(parts, str):
            element.text = parts
            return
        for name, part in parts:
            if isinstance(part, str) and name.startswith("@"):
                element.set(name[1:], part)
            elif isinstance(part, str) and name == TEXT_PART:
                element.text = part
            else:
                self._write_parts(self.new_element(element, name), part)


def read_params(path: Path, container: CContainer, *, keep_refused: bool = False) -> ParamsHeader:
    """Read a parameter file into the container of its task.

    Parameters that the file does not mention stay as they are, and so do those with an empty element, but for texts
    and lists, which become empty.

    Parameters
    ----------
    keep_refused
        Take a value that its parameter refuses for an unknown element, with the refusal, and go on.

    Raises
    ------
    UnreadableFile
        The file is missing, broken or no parameter file, or holds a value that a parameter refuses.
    """
    root = _root(path, container)
    reader = _Reader(container, keep_refused)
    header, others = read_header(root.find(HEADER))
    reader.keep(others, HEADER)
    try:
        reader.read_sections(_sections(root))
    except InvalidValue as exc:
        raise UnreadableFile(path, str(exc)) from exc
    return replace(header, job_title=_job_title(root), unknown=tuple(reader.unknown))


def read_params_header(path: Path) -> ParamsHeader:
    """The header of a parameter file; `UnreadableFile` if it is none."""
    root = _root(path, None)
    header, _ = read_header(root.find(HEADER))
    return replace(header, job_title=_job_title(root))


def _root(path: Path, container: CContainer | None) -> etree._Element:
    root = parse_xml(path)
    if local_name(root) not in _ROOTS and (
        container is None or not any(local_name(each) in container for each in root)
    ):
        raise UnreadableFile(path, f"is not a parameter file: its root is <{local_name(root)}>, not <ccp4i2>")
    function = (root.findtext(f"{HEADER}/function") or "").strip()
    if function not in ("", "PARAMS"):
        raise UnreadableFile(path, f"is not a parameter file: its function is {function}")
    return root


def _sections(root: etree._Element) -> list[etree._Element]:
    body: etree._Element | None = root
    if local_name(root) == "ccp4i2":
        body = next((each for each in root if local_name(each) == "ccp4i2_body"), None)
    if body is None:
        return []
    while len(body) == 1 and local_name(body[0]) in _WRAPPERS:
        body = body[0]
    return list(body)


def _job_title(root: etree._Element) -> str:
    titles = [each.text or "" for section in _sections(root) for each in section.iterfind(_TITLE)]
    return titles[0] if titles else ""


class _Reader:
    """Fills objects from elements, and keeps what is no parameter."""

    def __init__(self, container: CContainer, keep_refused: bool) -> None:
        self.container, self.keep_refused = container, keep_refused
        self.unknown: list[UnknownElement] = []

    def read_sections(self, elements: Sequence[etree._Element]) -> None:
        """Read the sections of a file; ``guiAdmin`` need not be one of the container."""
        sections = []
        for each in elements:
            if local_name(each) == _ADMIN and _ADMIN not in self.container:
                self.keep([below for below in each if local_name(below) != _TITLE], _ADMIN)
            else:
                sections.append(each)
        self._fill_children(self.container, sections)

    def keep(self, elements: Iterable[etree._Element], parent: str, after: str = "", refusal: str = "") -> None:
        """Keep elements that are no parameters."""
        from lxml import etree

        for each in elements:
            alone = deepcopy(each)
            etree.cleanup_namespaces(alone)
            xml = etree.tostring(alone, encoding="unicode", with_tail=False)
            path = _joined(parent, local_name(each))
            self.unknown.append(UnknownElement(path=path, parent=parent, after=after, xml=xml, refusal=refusal))

    def _fill(self, item: CData, element: etree._Element) -> None:
        if isinstance(item, CScalar):
            self._fill_scalar(item, element)
        elif isinstance(item, CList):
            self._fill_list(item, element)
        elif isinstance(item, CComposite):
            self._fill_children(item, element)

    def _fill_scalar(self, item: CScalar[Any], element: etree._Element) -> None:
        text, state = element.text or "", element.get(_STATE)
        if isinstance(item, CCollection) and (len(element) or (element.attrib and state is None)):
            item.set(_parts(element))
            return
        self.keep(element, self._path(item))
        if state == _UNSET:
            item.unSet()
        elif state == _DEFAULT:
            item.restore()
        elif isinstance(item, (CString, CCollection)):
            if text or item.accepts(""):
                item.set(text)
        elif text := text.strip():
            item.set(text)

    def _fill_list(self, item: CList[CData], element: etree._Element) -> None:
        state = element.get(_STATE)
        if state == _DEFAULT:
            item.restore()
        elif state == _UNSET:
            item.unSet()
        else:
            item.clear()
        after, tag, count = "", item.makeItem().class_name, 0
        for each in element:
            if local_name(each) == tag:
                made = item[count] if count < len(item) else item.addItem()
                if self._fill_or_keep(made, each, item, after):
                    after, count = made.name, count + 1
                else:
                    item.pop(count)
            else:
                self.keep([each], self._path(item), after)

    def _fill_children(self, item: CComposite, elements: Iterable[etree._Element]) -> None:
        names = set(item.childNames())
        after = ""
        for each in elements:
            name = local_name(each)
            if name in names:
                names.discard(name)  # once; another of the name is left over
                self._fill_or_keep(item[name], each, item, after)
                after = name
            else:
                self.keep([each], self._path(item), after)

    def _fill_or_keep(self, item: CData, element: etree._Element, parent: CData, after: str) -> bool:
        """Fill an object, or keep what it refuses; whether it was filled."""
        try:
            self._fill(item, element)
        except InvalidValue as exc:
            if not self.keep_refused:
                raise
            self.keep([element], self._path(parent), after, refusal=str(exc))
            return False
        return True

    def _path(self, item: CData) -> str:
        """Path below the container."""
        above, path = self.container.object_path(), item.object_path()
        return path.removeprefix(above).removeprefix(".") if above else path


def _parts(element: etree._Element) -> Parts:
    text = element.text or ""
    attributes = [
        ("@" + str(name).rpartition("}")[2], str(value)) for name, value in element.attrib.items() if name != _STATE
    ]
    if not attributes and not len(element):
        return text
    return (
        *attributes,
        *([(TEXT_PART, text)] if text.strip() else []),
        *((local_name(each), _parts(each)) for each in element),
    )


def _text(item: CScalar[Any]) -> str:
    text = str(item)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidValue(item.object_path(), text, "a name in UTF-8 to be kept in a parameter file") from None
    return text


def _tag(item: CData) -> str:
    """The element of an object: its name; of the item of a list, its class."""
    return item.class_name if item.name.startswith("[") else item.name


def _joined(path: str, name: str) -> str:
    return path + name if name.startswith("[") or not path else f"{path}.{name}"
