"""Puts what was typed in a form into a task; what is refused is kept as it was typed, and said at its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xtalflow.data import (
    CCollection,
    CContainer,
    CData,
    CDataFile,
    CList,
    CScalar,
    CString,
    Finding,
    Severity,
    choices_in,
    find_all_files,
)
from xtalflow.errors import InvalidInput, InvalidValue, UnreadableFile
from xtalflow.plugin import CPluginScript

from .._parameters import SECTIONS
from .._words import give_file
from ._places import PROJECT_FILE, UPLOAD, FilePlaces

UNKNOWN_NAME, REFUSED = 1, 2
"""Codes of what is wrong with a form: a name that is no field's, a file that cannot be had."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form holds beyond its task.

    Attributes
    ----------
    refused
        What was typed in fields whose parameters cannot take it, by their paths.
    files
        The values of file fields as they were chosen, where the parameter itself does not tell: uploads.
    facts
        What the content of files says that are not of the project, in a line.
    findings
        Why values are refused, and names that are no field's.
    """

    refused: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, item: CData, text: object, message: str, *, code: int = REFUSED) -> None:
        """Keep what cannot be taken, and why."""
        path = item.object_path()
        self.refused[path] = "" if text is None else str(text)
        self.findings.append(
            Finding(path=path, severity=Severity.ERROR, code=code, message=message, class_name=item.class_name)
        )


def fill_fields(plugin: CPluginScript, values: Mapping[str, Any], places: FilePlaces) -> Typed:
    """Put values by the names of their fields into a task.

    A name is a path: ``controlParameters.NCYCLES``, ``inputData.UNMERGEDFILES[0].file``. A value is a text, or what
    JSON has for it; None unsets; a text that is empty, or none at all where there is no field, leaves the default; what
    the task has already keeps its state. The rows of a list are those that are named, in the order of their
    numbers; a list named by itself, with an empty text or a list of values, has no others. A file is
    ``file:UUID`` of the project, ``upload:ID``, or a path on the server; ``PATH.columnLabels`` chooses its columns.

    All that is refused is in what is returned; nothing is raised.
    """
    filler = _Filler(values, places)
    if places.directory is not None:
        plugin.container.project_directory = places.directory
    for name in SECTIONS:
        filler.below(plugin.container[name], name)
    filler.refuse_outside(plugin.container)
    for name in values:
        if name not in filler.known:
            message = f"there is no field {name!r} in the form of {plugin.TASKNAME}"
            filler.typed.findings.append(
                Finding(path="", severity=Severity.ERROR, code=UNKNOWN_NAME, message=message, class_name="")
            )
    return filler.typed


def chosen_files(values: Mapping[str, Any]) -> set[UUID]:
    """The files of the project that the values of a form name."""
    each = [one for value in values.values() for one in (value if isinstance(value, list) else [value])]
    texts = [_file_text(one) for one in each if isinstance(one, (str, Mapping))]
    found = [_uuid(text.removeprefix(PROJECT_FILE)) for text in texts if text.startswith(PROJECT_FILE)]
    return {UUID(identifier) for identifier in found if identifier}


def shown_value(item: CData, typed: Typed | None = None) -> str:
    """The value of a parameter as the text that a field shows, and that means the same when it is sent."""
    if isinstance(item, CDataFile):
        if typed is not None and item.object_path() in typed.files:
            return typed.files[item.object_path()]
        if item.dbFileId.value:
            return PROJECT_FILE + item.dbFileId.value
        return str(item) if item.isSet() else ""
    if not isinstance(item, CScalar) or item.value is None:
        return ""
    if isinstance(item.value, bool):
        return "true" if item.value else "false"
    return f"{item.value:.15g}" if isinstance(item.value, float) else str(item)


@dataclass(slots=True)
class _Filler:
    values: Mapping[str, Any]
    places: FilePlaces
    typed: Typed = field(default_factory=Typed)
    known: set[str] = field(default_factory=set)

    def below(self, item: CData, name: str) -> None:
        """Fill what is below a section or group; `name` is what a form calls it."""
        for child in item.children():
            self.fill(child, f"{name}.{child.name}")

    def fill(self, item: CData, name: str) -> None:
        """Fill one parameter."""
        if isinstance(item, CCollection):
            return
        if isinstance(item, CList):
            self._list(item, name)
        elif isinstance(item, CDataFile):
            self._file(item, name)
        elif isinstance(item, CScalar):
            self._scalar(item, name)
        else:
            self.below(item, name)

    def _sent(self, name: str) -> Any:
        """The value of a field; the last one if it was sent several times, as a switch is."""
        self.known.add(name)
        value = self.values.get(name)
        return (value[-1] if value else "") if isinstance(value, list) else value

    def _scalar(self, item: CScalar[Any], name: str) -> None:
        if name not in self.values:
            return
        value = self._sent(name)
        try:
            if value is None:
                item.unSet()
            elif not isinstance(value, str):
                item.set(value)
            elif value == shown_value(item):
                pass  # nobody changed it
            elif value.strip() == "" and not (isinstance(item, CString) and item.qualifier("default")):
                item.restore()
            else:
                item.set(_with_lines(value))
        except InvalidValue as exc:
            self.typed.refuse(item, value, f"must be {exc.allowed}", code=exc.code)

    def _list(self, item: CList[Any], name: str) -> None:
        rows = self._rows(name)
        given = self.values.get(name)
        self.known.add(name)
        if isinstance(given, list) and not rows:
            named = {f"{name}[{number}]": value for number, value in enumerate(given)}
            rows, self.values = list(range(len(given))), {**self.values, **named}
        if name not in self.values and not rows:
            return
        while len(item) > len(rows):
            item.pop()
        while len(item) < len(rows):
            item.addItem()
        for row, child in zip(rows, item, strict=True):
            self.fill(child, f"{name}[{row}]")

    def _rows(self, name: str) -> list[int]:
        """Numbers of the rows of a list that are named, ascending."""
        begin = re.compile(re.escape(name) + r"\[(0|[1-9]\d{0,8})\](?=[.\[]|\Z)")
        return sorted({int(found[1]) for each in self.values if (found := begin.match(each))})

    def _file(self, file: CDataFile, name: str) -> None:
        if name in self.values:
            value = self._sent(name)
            text = _file_text(value)
            try:
                self._place(file, text)
            except InvalidInput as exc:
                file.restore()
                message = f"must be {exc.allowed}" if isinstance(exc, InvalidValue) else str(exc)
                self.typed.refuse(file, text, message)
        for part in choices_in(file):
            self.fill(part, f"{name}.{part.name}")

    def refuse_outside(self, container: CContainer) -> None:
        """Refuse files that who asks may not have, also those that no field named: a task may have come with them."""
        for file in find_all_files(container):
            if file.object_path() in self.typed.files:
                continue  # an upload of who asks
            try:
                self.places.refuse_outside(file)
            except UnreadableFile as exc:
                text = shown_value(file)
                file.restore()
                self.typed.refuse(file, text, str(exc))

    def _place(self, file: CDataFile, text: str) -> None:
        """Point a file parameter to what was chosen."""
        if text == shown_value(file):
            return
        if not text:
            file.restore()
        elif text.startswith(PROJECT_FILE):
            identifier = _uuid(text.removeprefix(PROJECT_FILE))
            record = self.places.by_id.get(identifier)
            if record is None:
                raise InvalidInput("this file is not, or no longer, one of the project; choose another")
            file.restore()
            file.link(record)
        elif text.startswith(UPLOAD):
            if self.places.upload is None:
                raise InvalidInput("there are no uploads here")
            file.set(self.places.upload(text.removeprefix(UPLOAD)))
            self.typed.files[file.object_path()] = text
        elif self.places.here is None:
            raise InvalidInput("files on the server can be named by whoever administers it only; upload the file")
        else:
            give_file(file, text, self.places.here)


def _file_text(value: Any) -> str:
    """The value of a file as text; JSON may have it as ``{"file": …}``, ``{"upload": …}`` or ``{"path": …}``."""
    if isinstance(value, Mapping):
        begins = {"file": PROJECT_FILE, "upload": UPLOAD, "path": ""}
        return next((begin + str(value[key]) for key, begin in begins.items() if value.get(key)), "")
    return "" if value is None else str(value).strip()


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _with_lines(text: str) -> str:
    """A text with the ends of lines that files have; browsers send others."""
    return text.replace("\r\n", "\n")


def without_blank_rows(plugin: CPluginScript, typed: Typed) -> tuple[CPluginScript, dict[str, str]]:
    """A copy of a filled task without the rows of lists that nobody filled, and where its other rows were.

    A list keeps as many as it must have at least. The paths of rows in the copy are mapped to those in the form.
    """
    copy = type(plugin)()
    copy.container.project_directory = plugin.container.project_directory
    copy.container.base_directory = plugin.container.base_directory
    copy.container.set(plugin.container)
    copy.title, copy.unknown_elements = plugin.title, plugin.unknown_elements
    moved: dict[str, str] = {}
    for name in SECTIONS:
        _drop_blank_rows(copy.container[name], typed.refused, moved)
    return copy, moved


def _drop_blank_rows(item: CData, refused: Iterable[str], moved: dict[str, str]) -> None:
    if isinstance(item, CContainer):
        for child in item.children():
            _drop_blank_rows(child, refused, moved)
    if not isinstance(item, CList):
        return
    least, paths = item.qualifier("listMinLength") or 0, [each.object_path() for each in item]
    for number in reversed(range(len(paths))):
        is_blank = not item[number].isSet(allowDefault=False) and not any(
            is_in(each, paths[number]) for each in refused
        )
        if is_blank and len(paths) > least:
            item.pop(number)
            del paths[number]
    if len(item) == least and all(each.is_as_declared() for each in item):
        item.restore()
    moved |= {each.object_path(): was for each, was in zip(item, paths, strict=True) if each.object_path() != was}


def is_in(path: str, around: str) -> bool:
    """Whether what is at a path is, or is a part of, what is at another."""
    return path == around or path.startswith((f"{around}.", f"{around}["))
