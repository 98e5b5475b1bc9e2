"""Definition files of CCP4i2 (``*.def.xml``): the parameters of a task, with their classes, defaults and qualifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xtalflow.data import (
    MOST_BLANK_ITEMS,
    CContainer,
    CData,
    CList,
    CScalar,
    CString,
    CUnknown,
    ValueState,
    declare,
    declare_default,
    declare_in,
    own_qualifiers,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnknownParameter
from xtalflow.xtal import class_named, i2_document

from ._atomic import write_atomically
from ._definition_source import Box, Content, Described, Source, Tell, stray_texts
from ._qualifier_texts import default_of_text, judge_qualifiers, read_qualifiers, write_qualifiers

if TYPE_CHECKING:
    from lxml import etree

_MOST_NOTES = 1000
_PARTS = frozenset({"className", "qualifiers", "subItem"})
"""What a ``content`` or a ``subItem`` is made of."""
_NO_VALUE = (None, ValueState.NOT_SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that is wrong in a definition.

    Attributes
    ----------
    file
        The file that says it, which may be one that the definition is built on.
    path
        The parameter or container that it is about; empty for the whole.
    what
        What is wrong, as words that follow the path.
    """

    file: Path
    path: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A task's parameters as its definition file declares them.

    Attributes
    ----------
    header
        What the header says besides its function and the task.
    container
        The containers of the definition, with all that is declared in them.
    notes
        What is wrong in the file and those that it is built on, each thing once.
    """

    task: str
    header: Mapping[str, str]
    container: CContainer
    notes: tuple[Note, ...] = ()


def read_definition(path: Path, *, root: Path | None = None) -> Definition:
    """Read a definition, with the files that it is built on.

    A parameter that a file describes again, after the file that it is built on, keeps what is not said anew. A default
    that its own parameter refuses stays among the qualifiers, but is no value; a class that is not known gives a
    `CUnknown`. Both are in the notes, of which there are a thousand at most.

    Parameters
    ----------
    root
        The folder that holds ``wrappers`` and ``pipelines``; looked for above the file if it is left out.

    Raises
    ------
    UnreadableFile
        It, or a file that it is built on, is missing, broken or no definition, or is built on itself.
    """
    notes: dict[Note, None] = {}

    def tell(file: Path, where: str, what: str) -> None:
        if len(notes) < _MOST_NOTES:
            notes[Note(file=file, path=where, what=what)] = None

    box = Box()
    top = Source(root, tell).read(path, box)
    container = CContainer()
    _Builder(tell).fill(container, box, "")
    header = {each.tag: (each.text or "").strip() for each in top.iterfind("ccp4i2_header/*")}
    header.pop("function", None)
    body = top if top.tag == "ccp4i2_body" else top.find("ccp4i2_body")
    task = header.pop("pluginName", "") or (body.get("id") if body is not None else None) or ""
    return Definition(task=task, header=header, container=container, notes=tuple(notes))


class _Default(NamedTuple):
    """A default: the part that it is of, where it stands in the qualifiers, and its text."""

    part: tuple[str, ...]
    steps: tuple[str, ...]
    value: Any


@dataclass(slots=True)
class _Builder:
    """Makes declarations of what a definition says."""

    tell: Tell
    file: Path = Path()
    where: str = ""

    def complain(self, what: str) -> None:
        self.tell(self.file, self.where, what)

    def fill(self, container: CContainer, box: Box, where: str) -> None:
        """Declare in a container what a box describes."""
        for name, entry in box.entries.items():
            self.where = below = f"{where}.{name}" if where else name
            if isinstance(entry, Box):
                said: dict[str, Any] = {}
                for self.file, element in entry.qualifiers:
                    said |= read_qualifiers(element, CContainer, self.complain)
                if "default" in said:
                    self.complain(f"default = {_shown(said['default'])} has no effect; a container has none")
                declare_in(container, name, declare(CContainer, said))
                self.fill(container[name], entry, below)
            else:
                declare_in(container, name, self._declared(entry))

    def _declared(self, described: Content, room: int = MOST_BLANK_ITEMS) -> CData:
        """The declaration of a ``content`` or ``subItem``, of which each description changes those before it.

        `room` is how many blank items there may be in a list.
        """
        kind: type[CData] = CUnknown
        class_name = ""
        said: dict[str, Any] = {}
        item: Content = []
        for each in described:
            self.file = each.file
            parts = self._parts(each.element)
            name = _text_of(parts.get("className"))
            if name or each is described[0]:
                if name != class_name:
                    said, item = {}, []
                class_name, kind = name, self._class(name)
            if "qualifiers" in parts:
                said |= read_qualifiers(parts["qualifiers"], kind, self.complain)
            if "subItem" in parts:
                item = [*item, Described(each.file, parts["subItem"])]
        judge_qualifiers(said, kind, self.complain)
        self._limit_items(said, room)
        if issubclass(kind, CList):
            return self._list(kind, said, item, room)
        if item:
            self.complain(f"has a <subItem>, but a {class_name} is no list")
        return self._with_defaults(kind, said, class_name if kind is CUnknown else "")

    def _parts(self, element: etree._Element) -> dict[str, etree._Element]:
        parts: dict[str, etree._Element] = {}
        children = list(element)
        for text in stray_texts(element, children):
            self.complain(f"{text!r} has no meaning here")
        for each in children:
            tag = each.tag
            if tag not in _PARTS:
                self.complain(f"<{tag}> stands outside of <qualifiers> and has no effect")
                continue
            if tag in parts:
                self.complain(f"has more than one <{tag}>; the last counts")
            parts[tag] = each
        return parts

    def _class(self, name: str) -> type[CData]:
        kind = class_named(name) or CUnknown
        if kind is CUnknown:
            self.complain(f"is of the class {name!r}, which is not known" if name else "has no class")
        return kind

    def _limit_items(self, said: dict[str, Any], room: int) -> None:
        """Let no list have more blank items by itself than there is room for."""
        count = said.get("listMinLength")
        if isinstance(count, int) and not 0 <= count <= room:
            self.complain(f"listMinLength = {count} is not from 0 to {room}; no items are made")
            said["listMinLength"] = 0
        for name, below in said.items():
            if isinstance(below, dict) and name not in ("default", "guiDefinition"):
                self._limit_items(below, room)

    def _list(self, kind: type[CList[Any]], said: dict[str, Any], described: Content, room: int) -> CData:
        item = None
        if described:
            item = self._declared(described, room // max(said.get("listMinLength", 0), 1))
        elif kind.ITEM is None:
            self.complain("does not say what it is a list of; texts are taken")
            item = CString()
        if "default" in said:
            self.complain(f"default = {_shown(said['default'])} has no effect; a list has none")
        return declare(kind, said, item=item)

    def _with_defaults(self, kind: type[CData], said: dict[str, Any], class_name: str) -> CData:
        """Declare an object once its defaults, and those of its parts, are known to be values that they can take."""
        given = said.get("default")
        defaults = _taken_out(said)
        declared = self._sound(kind, said, class_name)
        if isinstance(declared, CScalar) and isinstance(given, (str, tuple)) and default_of_text(given) != {}:
            initial = self._checked(declared, given)
            declare_default(declared, given if initial is _NO_VALUE else initial[0], initial)
            return declared
        if not defaults:
            return declared
        for default in defaults:
            self._put_back(declared, said, default)
        return declare(kind, said, class_name=class_name)

    def _sound(self, kind: type[CData], said: dict[str, Any], class_name: str) -> CData:
        """Declare an object; what makes the default of its class impossible is not said."""
        try:
            declared = declare(kind, said, class_name=class_name)
        except InvalidValue as exc:
            self.complain(f"default = {_shown(exc.value)} of its class is refused: it must be {exc.allowed}")
            return declare(kind, said, class_name=class_name, initial=_NO_VALUE)
        nested = [name for name, below in said.items() if isinstance(below, dict)]
        for name in [name for name in nested if name in declared.childNames()]:
            try:
                declared.find(name).getValueState()
            except InvalidValue as exc:
                self.complain(f"{name} refuses the default of its class, {_shown(exc.value)}, and is taken without")
                del said[name]
                return self._sound(kind, said, class_name)
        return declared

    def _checked(self, probe: CScalar[Any], text: Any) -> tuple[Any, ValueState]:
        refusal = None
        for attempt in (text, text.strip()) if isinstance(text, str) else (text,):
            try:
                probe.set(attempt)
            except InvalidValue as exc:
                refusal = refusal or exc
            else:
                return probe.value, ValueState.DEFAULT
        if refusal is not None:
            self.complain(f"default = {_shown(text)} is refused: it must be {refusal.allowed}")
        return _NO_VALUE

    def _put_back(self, probe: CData, said: dict[str, Any], default: _Default) -> None:
        """Say again what the default of a part is, as a value that the part can take."""
        path, text = ".".join(default.part), default.value
        try:
            part = probe.find(path)
        except (UnknownParameter, InvalidValue):
            self.complain(f"default of {path} = {_shown(text)}: there is no such part")
            return
        if not isinstance(part, CScalar):
            self.complain(f"default = {_shown(text)} has no effect; a {probe.class_name} takes its parts by name")
            return
        try:
            part.set(text)
        except InvalidValue as exc:
            self.complain(f"default of {path} = {_shown(text)} is refused: it must be {exc.allowed}")
            return
        for step in default.steps[:-1]:
            said = said.setdefault(step, {})
        said[default.steps[-1]] = part.value


def _text_of(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _taken_out(said: dict[str, Any]) -> list[_Default]:
    """Take all defaults out of qualifiers; the more particular ones come last."""
    found: list[_Default] = []
    emptied: list[str] = []
    if "default" in said:
        default = said.pop("default")
        default = default_of_text(default)
        found += [_Default(steps, ("default", *steps), value) for steps, value in _leaves(default)]
    for name, below in said.items():
        if isinstance(below, dict) and name != "guiDefinition":
            found += [_Default((name, *d.part), (name, *d.steps), d.value) for d in _taken_out(below)]
            if not below:
                emptied.append(name)
    for name in emptied:
        del said[name]
    return found


def _leaves(default: Any) -> list[tuple[tuple[str, ...], Any]]:
    if not isinstance(default, dict):
        return [] if default is None else [((), default)]
    return [((name, *steps), value) for name, each in default.items() for steps, value in _leaves(each)]


def _shown(text: Any) -> str:
    shown = repr(text)
    return shown if len(shown) <= 100 else f"{shown[:97]}…"


def write_definition(container: CContainer, path: Path, *, task: str, header: Mapping[str, str] | None = None) -> None:
    """Write the declarations of a container as a definition that depends on no other file.

    Raises
    ------
    InvalidInput
        A name or a text cannot be written as XML, or there is a list of containers, whose parameters a definition file
        has no place for.
    """
    from lxml import etree

    root = i2_document("DEF", {"pluginName": task, **(header or {})})
    body = etree.SubElement(root, "ccp4i2_body")
    body.set("id", task)
    try:
        _write_children(body, container)
    except ValueError as exc:
        raise InvalidInput(f"the definition of {task} cannot be written: {exc}") from exc
    write_atomically(path, etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True))


def _write_children(element: etree._Element, container: CContainer) -> None:
    from lxml import etree

    for child in container.children():
        is_container = isinstance(child, CContainer) and not _has_class_of_its_own(child)
        below = etree.SubElement(element, "container" if is_container else "content")
        below.set("id", child.name)
        if isinstance(child, CContainer) and is_container:
            _write_own(below, child)
            _write_children(below, child)
        else:
            _write_declared(below, child)


def _has_class_of_its_own(container: CContainer) -> bool:
    """Whether a definition can name the class of a container."""
    return type(container) is not CContainer and class_named(container.class_name) is type(container)


def _write_declared(element: etree._Element, item: CData) -> None:
    from lxml import etree

    etree.SubElement(element, "className").text = item.class_name
    _write_own(element, item)
    if isinstance(item, CList):
        below = item.makeItem()
        if isinstance(below, CContainer) and below.childNames():
            what = f"{item.name or 'an item'} is a list of containers, which a definition file cannot describe"
            raise InvalidInput(what)
        _write_declared(etree.SubElement(element, "subItem"), below)


def _write_own(element: etree._Element, item: CData) -> None:
    from lxml import etree

    own = own_qualifiers(item)
    if own:
        write_qualifiers(etree.SubElement(element, "qualifiers"), own)
