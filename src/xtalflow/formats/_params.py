"""Parameter files of CCP4i2: ``input_params.xml`` (as asked) and ``params.xml`` (as run).

Only what is set explicitly is written; defaults come from the task. Read are both dialects: a namespaced or bare root,
a body with or without a ``container`` around the sections, or a container alone, which may be named like the task.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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
    is_class_name,
    is_parameter_name,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnreadableFile
from xtalflow.xtal import class_named, i2_document, parse_xml

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
"""Attribute of an empty element for a value that was unset although it has a default; CCP4i2 passes over it. In an
element that is not empty it means nothing."""
_GIVEN = ValueState.EXPLICITLY_SET
_UNSET, _DEFAULT = ValueState.NOT_SET.value, ValueState.DEFAULT.value


def write_params(container: CContainer, header: ParamsHeader, path: Path, *, durable: bool = True) -> None:
    """Write the explicitly set parameters of a container, and what the header kept of elements that are none.

    Parameters
    ----------
    durable
        As `write_atomically` has it.

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
    write_atomically(path, data, durable=durable)


def _written(container: CContainer, header: ParamsHeader) -> bytes:
    from lxml import etree

    root = i2_document("PARAMS", header_rows(header))
    title = _joined(_ADMIN, _TITLE)
    rows = {_joined(HEADER, each.tag): each for each in root[0]}
    leftovers = Leftovers(header.unknown, container, beside=(HEADER, *rows, _ADMIN, title))
    for path, row in rows.items():
        leftovers.put_back(row, path)
    leftovers.put_back(root[0], HEADER)
    body = etree.SubElement(root, "ccp4i2_body")
    body.set("id", header.task)
    _Writer(leftovers).write(body, container)
    admin = body.find(_ADMIN)
    if admin is None:
        admin = etree.SubElement(body, _ADMIN)
        etree.SubElement(admin, _TITLE).text = header.job_title
        leftovers.put_back(admin[0], title)
        leftovers.put_back(admin, _ADMIN)
    elif admin.find(_TITLE) is None:
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
                self._put_back_around(element, item, path)
            return True
        is_list = isinstance(item, CList)
        if is_list and item.is_as_declared() and not (kept or is_needed):
            return False
        element = self.new_element(parent, tag)
        if is_list and (state := item.getValueState()) is not _GIVEN:
            element.set(_STATE, state.value)
        if kept:
            self._put_back_around(element, item, path)
        any_is_given = is_needed or kept or is_list
        for child in item.children() if kept else item.touched():
            name = child.name
            below = _joined(path, name) if self.has_leftovers else ""
            tag = _item_tag(child) if is_list else name
            is_wanted = is_list or (kept and self.leftovers.repeat(path, name))
            any_is_given |= self._write_one(element, child, tag, below, is_needed=is_wanted)
            if kept:
                self.leftovers.put_back(element, path, name)
        if not any_is_given:
            parent.remove(element)
        return any_is_given

    def _put_back_around(self, element: etree._Element, item: CData, path: str) -> None:
        """Put back what stood in an object; none of it is taken for its value or its state."""
        said, state = element.text, element.get(_STATE)
        self.leftovers.put_back(element, path)
        if not (said or "").strip() and isinstance(item, CScalar):
            element.text = said
            for each in element:
                each.tail = None
        if state is not None and not (_may_be_silent(item) and item.is_as_declared()):
            element.set(_STATE, state)

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
    head = root.find(HEADER)
    header, others = read_header(head)
    reader.keep_header(head, others)
    try:
        with container.all_or_nothing():
            reader.read_body(root)
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
        hint = "; `xtalflow tasks --definition` shows it" if function == "DEF" else ""
        raise UnreadableFile(path, f"is not a parameter file: its function is {function}{hint}")
    return root


def _sections(root: etree._Element) -> Iterator[etree._Element]:
    """The sections of a file, and those in bodies and containers around them; not its header."""
    header = root.find(HEADER)
    for each in root:
        if each.tag in _WRAPPERS:
            yield from _unwrapped(each)
        elif each is not header:
            yield each


def _unwrapped(wrapper: etree._Element) -> Iterator[etree._Element]:
    for each in wrapper:
        if each.tag in _WRAPPERS:
            yield from _unwrapped(each)
        else:
            yield each


def _has_attributes(root: etree._Element) -> bool:
    """Whether anything has attributes but for the names of bodies and containers; few files have any."""
    return _answer(root, "boolean(//@*[not(name() = 'id' and (parent::ccp4i2_body or parent::container))])")


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
    title = _title_of(_sections(root))
    return "" if title is None else title.text or ""


def _title_of(sections: Iterable[etree._Element]) -> etree._Element | None:
    """The element with the title of the job, the first that holds nothing but a text."""
    return next(
        (each for admin in sections if admin.tag == _ADMIN for each in admin.iterfind(_TITLE) if not len(each)), None
    )


class _Reader:
    """Fills objects from elements, and keeps what is no parameter."""

    def __init__(
        self, container: CContainer, keep_refused: bool, *, has_attributes: bool = True, has_texts: bool = True
    ) -> None:
        self.container, self.keep_refused = container, keep_refused
        self.has_attributes, self.has_texts = has_attributes, has_texts
        self.unknown: list[UnknownElement] = []

    def keep_header(self, header: etree._Element | None, others: Collection[etree._Element]) -> None:
        """Keep what a header says besides what headers say."""
        self.keep(others, HEADER)
        if header is None:
            return
        self._keep_attributes(header, HEADER)
        self._keep_text(header.text, HEADER)
        for each in header:
            if each not in others:
                self._keep_attributes(each, _joined(HEADER, each.tag))
            self._keep_text(each.tail, HEADER)

    def read_body(self, root: etree._Element) -> None:
        """Read the sections of a file; ``guiAdmin`` need not be one of the container."""
        self._keep_around(root, root.find(HEADER))
        elements = list(_sections(root))
        if _ADMIN in self.container:
            self._fill_children(self.container, elements)
            return
        title = _title_of(elements)
        for admin in [each for each in elements if each.tag == _ADMIN]:
            self._keep_attributes(admin, _ADMIN)
            self._keep_text(admin.text, _ADMIN)
            for each in admin:
                if each is not title:
                    self.keep([each], _ADMIN)
                else:
                    self._keep_attributes(each, _joined(_ADMIN, _TITLE))
                self._keep_text(each.tail, _ADMIN)
            self._keep_text(admin.tail, "")
        self._fill_children(self.container, [each for each in elements if each.tag != _ADMIN])

    def _keep_around(self, element: etree._Element, header: etree._Element | None = None) -> None:
        """Keep texts and attributes of what is around the sections."""
        if not (self.has_attributes or self.has_texts):
            return
        self._keep_attributes(element, "", ("id",) if element.tag in _WRAPPERS else ())
        self._keep_text(element.text, "")
        for each in element:
            if each.tag in _WRAPPERS:
                self._keep_around(each)
            elif each is not header:
                continue
            self._keep_text(each.tail, "")

    def keep(self, elements: Iterable[etree._Element], parent: str, after: str = "", refusal: str = "") -> None:
        """Keep elements that are no parameters."""
        from lxml import etree

        for each in elements:
            alone = deepcopy(each)
            etree.cleanup_namespaces(alone)
            xml = etree.tostring(alone, encoding="unicode", with_tail=False)
            path = _joined(parent, each.tag)
            self.unknown.append(UnknownElement(path=path, parent=parent, after=after, xml=xml, refusal=refusal))

    def _keep_text(self, text: str | None, parent: str, after: str = "") -> None:
        """Keep a text that stands where only elements have a meaning."""
        if text and not text.isspace():
            self._keep_part(parent, TEXT_PART, text.strip(), after)

    def _keep_attributes(self, element: etree._Element, parent: str, known: Collection[str] = ()) -> None:
        """Keep attributes that mean nothing here."""
        for name, value in element.attrib.items():
            if name not in known:
                self._keep_part(parent, "@" + str(name), str(value))

    def _keep_part(self, parent: str, name: str, text: str, after: str = "") -> None:
        path = _joined(parent, name)
        self.unknown.append(UnknownElement(path=path, parent=parent, after=after, xml=escape(text)))

    def _fill(self, item: CData, element: etree._Element, parent: CData, after: str) -> bool:
        """Fill an object, or keep what it refuses; whether it was filled."""
        try:
            if isinstance(item, CScalar):
                self._fill_scalar(item, element)
            elif isinstance(item, CList):
                self._fill_list(item, element)
            elif isinstance(item, CComposite):
                if self.has_attributes:
                    self._keep_attributes(element, self._path(item))
                if self.has_texts or not len(element):
                    self._keep_text(element.text, self._path(item))
                self._fill_children(item, element)
        except InvalidValue as exc:
            if not self.keep_refused:
                raise
            self.keep([element], self._path(parent), after, refusal=str(exc))
            return False
        return True

    def _fill_scalar(self, item: CScalar[Any], element: etree._Element) -> None:
        text = element.text or ""
        if len(element) or element.attrib:
            state = element.get(_STATE)
            has_state = state in (_UNSET, _DEFAULT) and _is_empty(element, isinstance(item, CCollection))
            if has_state or not isinstance(item, CCollection):
                text = self._keep_around_text(item, element, (_STATE,) if has_state else ())
            elif state is not None:
                self._keep_part(self._path(item), "@" + _STATE, state)
            if has_state:
                item.unSet() if state == _UNSET else item.restore()
                return
            if isinstance(item, CCollection):
                item.set(_parts(element, without=_STATE))
                return
        if text.strip() or (not _may_be_silent(item) and (text or item.accepts(""))):
            item.set(text)

    def _keep_around_text(self, item: CData, element: etree._Element, known: Collection[str]) -> str:
        """Keep what an element holds besides a text; of several texts the first that is not blank is the one."""
        path = self._path(item)
        self._keep_attributes(element, path, known)
        found = element.text or ""
        for each in element:
            self.keep([each], path)
            if not found.strip():
                found = each.tail or ""
            else:
                self._keep_text(each.tail, path)
        return found if found.strip() or not len(element) else ""

    def _fill_list(self, item: CList[CData], element: etree._Element) -> None:
        state = element.get(_STATE)
        if state == _DEFAULT:
            item.restore()
        elif state == _UNSET:
            item.unSet()
        else:
            item.clear()
        path = self._path(item)
        if self.has_attributes:
            self._keep_attributes(element, path, (_STATE,) if state in (_UNSET, _DEFAULT) else ())
        self._keep_text(element.text, path)
        after, tag, count = "", _item_tag(item.makeItem()), 0
        for each in element:
            kind = class_named(each.tag) if item.MIXED and each.tag != tag else None
            if each.tag == tag or item.may_mix(kind):
                made = item[count] if count < len(item) and kind is None else item.addItem(kind)
                if self._fill(made, each, item, after):
                    after, count = made.name, count + 1
                else:
                    item.pop(count)
            else:
                self.keep([each], path, after)
            if self.has_texts:
                self._keep_text(each.tail, path, after)

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
                self._keep_text(each.tail, self._path(item), after)

    def _path(self, item: CData) -> str:
        """Path below the container."""
        above, path = self.container.object_path(), item.object_path()
        return path.removeprefix(above).removeprefix(".") if above else path


def _item_tag(item: CData) -> str:
    """The element of an item of a list: its class, or what stands for one that has no name of an element."""
    name = item.class_name
    return name if is_class_name(name) or is_parameter_name(name) else type(item).__name__


def _may_be_silent(item: CData) -> bool:
    """Whether an empty element of an object says nothing; of a text it is the empty one, of a list that it is empty."""
    return isinstance(item, CScalar) and not isinstance(item, (CString, CCollection))


def _is_empty(element: etree._Element, may_have_parts: bool) -> bool:
    """Whether an element says no value; where elements are parts of one, there must be none."""
    texts = [element.text, *(each.tail for each in element)]
    return not (may_have_parts and len(element)) and not any(text and text.strip() for text in texts)


def _parts(element: etree._Element, without: str = "") -> Parts:
    """What an element says as parts, but for an attribute."""
    attributes = [
        ("@" + str(name).rpartition("}")[2], str(value)) for name, value in element.attrib.items() if name != without
    ]
    text = element.text or ""
    if not attributes and not len(element):
        return text
    texts = [each for each in (text, *(each.tail for each in element)) if each and each.strip()]
    if len(texts) > 1:
        texts = [" ".join(each.strip() for each in texts)]
    return (
        *attributes,
        *((TEXT_PART, each) for each in texts),
        *((each.tag, _parts(each)) for each in element),
    )


def _joined(path: str, name: str) -> str:
    return path + name if name.startswith("[") or not path else f"{path}.{name}"
