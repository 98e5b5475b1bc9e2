"""Parameter files of CCP4i2: ``input_params.xml`` (as asked) and ``params.xml`` (as run).

Only what is set explicitly is written; defaults come from the task. Read are both dialects: a namespaced or bare root,
a body with or without a ``container`` around the sections, or a container alone, which may be named like the task.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

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
from xtalflow.errors import InvalidInput, InvalidValue, UnreadableFile
from xtalflow.xtal import i2_document, parse_xml

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
_GIVEN = ValueState.EXPLICITLY_SET
_UNSET, _DEFAULT = ValueState.NOT_SET.value, ValueState.DEFAULT.value


def write_params(container: CContainer, header: ParamsHeader, path: Path) -> None:
    """Write the explicitly set parameters of a container, and what the header kept of elements that are none.

    Raises
    ------
    InvalidInput
        A name or a text cannot be written as XML.
    """
    try:
        data = _written(container, header)
    except InvalidValue:
        raise
    except ValueError as exc:
        raise InvalidInput(f"the parameters of {header.task} cannot be written: {exc}") from exc
    write_atomically(path, data)


def _written(container: CContainer, header: ParamsHeader) -> bytes:
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
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)


class _Writer:
    """Writes objects as elements, and puts leftovers back where they stood."""

    def __init__(self, leftovers: Leftovers) -> None:
        from lxml import etree

        self.leftovers, self.has_leftovers = leftovers, bool(leftovers)
        self.new_element = etree.SubElement

    def write(self, element: etree._Element, container: CContainer) -> None:
        """Write the sections of a container; each has an element, even an empty one."""
        self.leftovers.put_back(element, "")
        for section in container.children():
            name = section.name
            self._write_one(element, section, name, name, is_needed=True)
            self.leftovers.put_back(element, "", name)

    def _write_one(self, parent: etree._Element, item: CData, tag: str, path: str, *, is_needed: bool = False) -> bool:
        """Write an object if it, or anything below it, is explicit or other than its default; whether it is.

        The path is needed only if there are leftovers.
        """
        kept = self.has_leftovers and self.leftovers.within(path)
        if isinstance(item, CScalar):
            state = item.getValueState()
            if state is not _GIVEN and not (kept or is_needed) and item.is_as_declared():
                return False
            element = self.new_element(parent, tag)
            self._fill_scalar(element, item, state)
            if kept:
                self.leftovers.put_back(element, path)
            return True
        is_list = isinstance(item, CList)
        if is_list and item.is_as_declared() and not (kept or is_needed):
            return False
        element = self.new_element(parent, tag)
        if is_list and (state := item.getValueState()) is not _GIVEN:
            element.set(_STATE, state.value)
        if kept:
            self.leftovers.put_back(element, path)
        any_is_given = is_needed or kept or is_list
        for child in item.children() if kept else item.touched():
            name = child.name
            below = _joined(path, name) if self.has_leftovers else ""
            tag = child.class_name if is_list else name
            is_wanted = is_list or (kept and self.leftovers.repeat(path, name))
            any_is_given |= self._write_one(element, child, tag, below, is_needed=is_wanted)
            if kept:
                self.leftovers.put_back(element, path, name)
        if not any_is_given:
            parent.remove(element)
        return any_is_given

    def _fill_scalar(self, element: etree._Element, item: CScalar[Any], state: ValueState) -> None:
        value = item.value
        if state is not _GIVEN:
            element.set(_STATE, state.value)
        elif isinstance(value, tuple):
            self._write_parts(element, value)
        else:
            try:
                element.text = str(value)
            except UnicodeEncodeError:
                raise InvalidValue(
                    item.object_path(), value, "a name in UTF-8 to be kept in a parameter file"
                ) from None

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
    and lists, which become empty. Elements, texts and attributes that mean nothing to the container are kept in the
    header.

    Parameters
    ----------
    keep_refused
        Take a value that its parameter refuses for an unknown element, with the refusal, and go on.

    Raises
    ------
    UnreadableFile
        The file is missing, broken or no parameter file, or holds a value that a parameter refuses; nothing is
        changed then.
    """
    root = _root(path, container)
    reader = _Reader(container, keep_refused, has_attributes=_has_attributes(root), has_texts=_has_texts(root))
    header, others = read_header(root.find(HEADER))
    reader.keep(others, HEADER)
    try:
        with container.all_or_nothing():
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
    if root.tag not in _ROOTS and (container is None or not any(each.tag in container for each in root)):
        raise UnreadableFile(path, f"is not a parameter file: its root is <{root.tag}>, not <ccp4i2>")
    function = (root.findtext(f"{HEADER}/function") or "").strip()
    if function not in ("", "PARAMS"):
        raise UnreadableFile(path, f"is not a parameter file: its function is {function}")
    return root


def _sections(root: etree._Element) -> list[etree._Element]:
    body: etree._Element | None = root
    if root.tag == "ccp4i2":
        body = next((each for each in root if each.tag == "ccp4i2_body"), None)
    return [] if body is None else list(_unwrapped(body))


def _unwrapped(body: etree._Element) -> Iterator[etree._Element]:
    """The sections of a body, and those in containers around them."""
    for each in body:
        if each.tag in _WRAPPERS:
            yield from _unwrapped(each)
        else:
            yield each


def _has_attributes(root: etree._Element) -> bool:
    """Whether anything below a section has attributes; few files have any."""
    return _answer(root, "boolean(//*[not(self::ccp4i2_body or self::container)]/@*)")


def _has_texts(root: etree._Element) -> bool:
    """Whether there are texts beside elements."""
    return _answer(root, "boolean(//*[*]/text()[normalize-space()])")


def _answer(root: etree._Element, question: str) -> bool:
    return bool(_question(question)(root))


@cache
def _question(question: str) -> etree.XPath:
    from lxml import etree

    return etree.XPath(question)


def _job_title(root: etree._Element) -> str:
    titles = [each.text or "" for section in _sections(root) for each in section.iterfind(_TITLE)]
    return titles[0] if titles else ""


class _Reader:
    """Fills objects from elements, and keeps what is no parameter."""

    def __init__(
        self, container: CContainer, keep_refused: bool, *, has_attributes: bool = True, has_texts: bool = True
    ) -> None:
        self.container, self.keep_refused = container, keep_refused
        self.has_attributes, self.has_texts = has_attributes, has_texts
        self.unknown: list[UnknownElement] = []

    def read_sections(self, elements: Sequence[etree._Element]) -> None:
        """Read the sections of a file; ``guiAdmin`` need not be one of the container."""
        sections = []
        for each in elements:
            if each.tag == _ADMIN and _ADMIN not in self.container:
                self.keep([below for below in each if below.tag != _TITLE], _ADMIN)
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
            path = _joined(parent, each.tag)
            self.unknown.append(UnknownElement(path=path, parent=parent, after=after, xml=xml, refusal=refusal))

    def _keep_text(self, text: str | None, parent: CData, after: str = "") -> None:
        """Keep a text that stands where only elements have a meaning."""
        if text and not text.isspace():
            self._keep_part(parent, TEXT_PART, text.strip(), after)

    def _keep_attributes(self, element: etree._Element, item: CData, known: Collection[str] = ()) -> None:
        """Keep attributes that mean nothing here."""
        for name, value in element.attrib.items():
            if name not in known:
                self._keep_part(item, "@" + str(name), str(value))

    def _keep_part(self, parent: CData, name: str, text: str, after: str = "") -> None:
        path = self._path(parent)
        self.unknown.append(UnknownElement(path=_joined(path, name), parent=path, after=after, xml=escape(text)))

    def _fill(self, item: CData, element: etree._Element, parent: CData, after: str) -> bool:
        """Fill an object, or keep what it refuses; whether it was filled."""
        try:
            if isinstance(item, CScalar):
                self._fill_scalar(item, element)
            elif isinstance(item, CList):
                self._fill_list(item, element)
            elif isinstance(item, CComposite):
                if self.has_attributes:
                    self._keep_attributes(element, item)
                self._keep_text(element.text, item)
                self._fill_children(item, element)
        except InvalidValue as exc:
            if not self.keep_refused:
                raise
            self.keep([element], self._path(parent), after, refusal=str(exc))
            return False
        return True

    def _fill_scalar(self, item: CScalar[Any], element: etree._Element) -> None:
        if (len(element) or element.attrib) and self._is_special(item, element):
            return
        text = element.text or ""
        if len(element):
            text += "".join(each.tail or "" for each in element)
        if text.strip() or (isinstance(item, (CString, CCollection)) and (text or item.accepts(""))):
            item.set(text)

    def _is_special(self, item: CScalar[Any], element: etree._Element) -> bool:
        """Take a state, or the parts of a collection, if an element says one; keep what else is in it."""
        state = element.get(_STATE)
        if isinstance(item, CCollection) and (len(element) or state is None):
            item.set(_parts(element))
            return True
        self.keep(element, self._path(item))
        self._keep_attributes(element, item, (_STATE,) if state in (_UNSET, _DEFAULT) else ())
        if state == _UNSET:
            item.unSet()
        elif state == _DEFAULT:
            item.restore()
        return state in (_UNSET, _DEFAULT)

    def _fill_list(self, item: CList[CData], element: etree._Element) -> None:
        state = element.get(_STATE)
        if state == _DEFAULT:
            item.restore()
        elif state == _UNSET:
            item.unSet()
        else:
            item.clear()
        if self.has_attributes:
            self._keep_attributes(element, item, (_STATE,) if state in (_UNSET, _DEFAULT) else ())
        self._keep_text(element.text, item)
        after, tag, count = "", item.makeItem().class_name, 0
        for each in element:
            if each.tag == tag:
                made = item[count] if count < len(item) else item.addItem()
                if self._fill(made, each, item, after):
                    after, count = made.name, count + 1
                else:
                    item.pop(count)
            else:
                self.keep([each], self._path(item), after)
            if self.has_texts:
                self._keep_text(each.tail, item, after)

    def _fill_children(self, item: CComposite, elements: Iterable[etree._Element]) -> None:
        names = set(item.childNames())
        filled = set()
        after = ""
        for each in elements:
            name = each.tag
            if name in names:
                names.discard(name)  # once; another of the name is left over
                if self._fill(item[name], each, item, after):
                    filled.add(name)
                after = name
            else:
                self.keep([each], self._path(item), name if name in filled else after)
            if self.has_texts:
                self._keep_text(each.tail, item, after)

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
        *((each.tag, _parts(each)) for each in element),
    )


def _joined(path: str, name: str) -> str:
    return path + name if name.startswith("[") or not path else f"{path}.{name}"
