"""What a definition file and those that it builds on say, merged by the names of containers and parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xtalflow.data import is_parameter_name
from xtalflow.errors import UnreadableFile
from xtalflow.xtal import parse_xml

if TYPE_CHECKING:
    from lxml import etree

Tell: TypeAlias = Callable[[Path, str, str], None]
"""Takes a note: the file, the path of an object, and what is wrong with it."""

_INCLUDED = "CI2XmlDataFile"
_TOP = "CCP4I2_TOP"
_MOST_FILES = 100
_DEEPEST = 100


class Described(NamedTuple):
    """An element that describes something, and its file."""

    file: Path
    element: etree._Element


_Seen: TypeAlias = dict[str, str]
"""What one file has described so far, by path: a ``container`` or a ``content``."""

Content: TypeAlias = list[Described]
"""What files say of a parameter, those that a file is built on first."""


@dataclass(slots=True)
class Box:
    """A container as its files describe it: its qualifiers, and its containers and parameters in order."""

    qualifiers: list[Described] = field(default_factory=list)
    entries: dict[str, Box | Content] = field(default_factory=dict)


@dataclass(slots=True)
class Source:
    """Reads a definition file into a box, and into the same one before it each file that it names.

    Attributes
    ----------
    root
        The folder that holds ``wrappers`` and ``pipelines``; looked for above each file if it is None.
    """

    root: Path | None
    tell: Tell
    _open: list[Path] = field(default_factory=list)
    _files: int = 0
    _depth: int = 0

    def read(self, path: Path, box: Box, where: str = "") -> etree._Element:
        """Merge a file into a box, and return its root element."""
        if any(path.samefile(each) for each in self._open):
            names = " → ".join(each.name for each in [*self._open, path])
            raise UnreadableFile(path, f"is built on itself: {names}")
        self._files += 1
        if self._files > _MOST_FILES:
            raise UnreadableFile(path, f"is built on more than {_MOST_FILES} files")
        top = parse_xml(path)
        body = top
        if top.tag == "ccp4i2":
            body = next((each for each in top if each.tag == "ccp4i2_body"), top)
        if body.tag != "ccp4i2_body":
            raise UnreadableFile(path, f"is not a definition: there is no <ccp4i2_body> in its <{top.tag}>")
        function = (top.findtext("ccp4i2_header/function") or "").strip()
        if function not in ("", "DEF"):
            hint = "; `xtalflow params` shows it" if function == "PARAMS" else ""
            raise UnreadableFile(path, f"is not a definition: its function is {function}{hint}")
        self._open.append(path)
        self._merge(path, body, box, where, {})
        self._open.pop()
        return top

    def _merge(self, path: Path, element: etree._Element, box: Box, where: str, seen: _Seen) -> None:
        """Merge what an element holds, beginning with the files that it names, into a box."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableFile(path, f"is nested deeper than {_DEEPEST} levels, with the files that it is built on")
        children = list(element)
        is_container = element.tag == "container"
        included = [each for each in children if is_inclusion(each)]
        for each in included:
            self.read(self._parent(path, each), box, where)
        for text in stray_texts(element, children):
            self.tell(path, where, f"{text!r} has no meaning here")
        for each in children:
            tag = each.tag
            if tag == "ccp4i2_body" or (tag == "container" and not each.get("id")):
                self._merge(path, each, box, where, seen)
            elif tag == "container" or tag == "content":
                self._take(path, each, box, where, seen)
            elif tag == "qualifiers" and is_container:
                box.qualifiers.append(Described(path, each))
            elif each not in included:
                self.tell(path, where, f"<{tag}> has no meaning here")
        self._depth -= 1

    def _take(self, path: Path, element: etree._Element, box: Box, where: str, seen: _Seen) -> None:
        name = element.get("id") or ""
        below = f"{where}.{name}" if where else name
        if not is_parameter_name(name):
            self.tell(path, where, f"{name!r} cannot be the name of a parameter")
            return
        known = box.entries.get(name)
        if below in seen and "content" in (seen[below], element.tag):
            self.tell(path, below, "is described twice; the last description counts")
        if element.tag == "content":
            built_on = [each for each in known if each.file != path] if isinstance(known, list) else []
            box.entries[name] = [*built_on, Described(path, element)]
            seen[below] = "content"
        else:
            seen[below] = "container"
            if not isinstance(known, Box):
                known = box.entries[name] = Box()
            self._merge(path, element, known, below, seen)

    def _parent(self, path: Path, inclusion: etree._Element) -> Path:
        """The file that another one is built on."""
        texts = {each.tag: (each.text or "").strip() for each in inclusion[0]}
        name = PurePosixPath(texts.get("relPath", ""), texts.get("baseName", ""))
        if texts.get("project", _TOP) != _TOP or not texts.get("baseName") or name.is_absolute() or ".." in name.parts:
            raise UnreadableFile(path, f"is built on {name}, which is no definition below the folder of CCP4i2")
        tried = list(_roots(path)) if self.root is None else [self.root]
        for root in tried:
            with suppress(OSError):  # a name that is too long
                if (root / name).is_file():
                    return root / name
        below = (
            f"below {self.root}" if self.root is not None else "below any folder with wrappers and pipelines above it"
        )
        remedy = "keep it with the folders wrappers and pipelines of its CCP4i2, as they are there"
        raise UnreadableFile(path, f"is built on {str(name)[:1000]}, which is not {below}; {remedy}")


def stray_texts(element: etree._Element, children: Sequence[etree._Element]) -> list[str]:
    """Texts between the children of an element, which should hold nothing else."""
    texts = [element.text, *[each.tail for each in children]]
    return [text.strip() for text in texts if text and not text.isspace()]


def is_inclusion(element: etree._Element) -> bool:
    """Whether an element names the file that a definition is built on; a parameter's part may be called `file` too."""
    return element.tag == "file" and len(element) == 1 and element[0].tag == _INCLUDED


def _roots(path: Path) -> Iterator[Path]:
    """Folders above a file that hold wrappers or pipelines, the nearest first."""
    for folder in path.resolve().parents:
        if (folder / "wrappers").is_dir() or (folder / "pipelines").is_dir():
            yield folder
