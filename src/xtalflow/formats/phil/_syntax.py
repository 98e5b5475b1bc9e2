"""The words, definitions and scopes of PHIL, with the place of each in its text; and how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from xtalflow.errors import InvalidInput, UnreadableFile

MAX_CHARACTERS = 16 * 2**20

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
RESERVED = re.compile(r"include|__.+__", re.DOTALL)
"""Names that PHIL keeps for itself."""

_LINE = re.compile(r"[^\n]*")
_SHOWN = 60
"""Characters of a line before and after a spot that are shown with it."""


class Word(NamedTuple):
    """A word of a value.

    Attributes
    ----------
    quote
        The quotation marks that it stands in; empty for a bare word.
    position
        Where it begins in the text.
    """

    text: str
    quote: str = ""
    position: int = 0

    def is_bare(self, text: str) -> bool:
        """Whether it is this word without quotation marks, in capitals or not."""
        return not self.quote and self.text.lower() == text.lower()


@dataclass(slots=True)
class PhilDefinition:
    """A name with the words of its value."""

    name: str
    words: list[Word]
    position: int = 0
    attributes: dict[str, list[Word]] = field(default_factory=dict)

    def is_only(self, text: str) -> bool:
        """Whether the value is this one bare word, such as ``None``."""
        return len(self.words) == 1 and self.words[0].is_bare(text)

    @property
    def text(self) -> str:
        """The words with a blank between them."""
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class PhilScope:
    """A name for definitions and scopes; that of a whole text is empty."""

    name: str = ""
    position: int = 0
    objects: list[PhilObject] = field(default_factory=list)
    attributes: dict[str, list[Word]] = field(default_factory=dict)


PhilObject: TypeAlias = PhilDefinition | PhilScope


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and the file that it comes from if it comes from one."""

    text: str
    path: Path | None = None

    def error(self, position: int, what: str) -> InvalidInput:
        """What is wrong, with line and column and a mark under the spot."""
        start = self.text.rfind("\n", 0, position) + 1
        line, column = self.text.count("\n", 0, start) + 1, position - start + 1
        first = max(start, position - _SHOWN)
        seen = _LINE.match(self.text, first, position + _SHOWN)
        excerpt = re.sub(r"[^ -~\u00a1-\uffff]", " ", seen[0] if seen else "")
        sentence = f"line {line}, column {column}: {what}\n  {excerpt}\n  {' ' * (position - first)}^"
        return InvalidInput(sentence) if self.path is None else UnreadableFile(self.path, sentence)


def read_source(path: Path) -> Source:
    """The text of a file.

    Raises
    ------
    UnreadableFile
        It cannot be read, is too large, or is no text in UTF-8.
    """
    try:
        if path.is_dir():
            raise UnreadableFile(path, "this is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise UnreadableFile(path, "there is no such file") from None
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    try:
        return Source(data.decode("utf-8-sig"), path)
    except UnicodeDecodeError as exc:
        raise UnreadableFile(path, f"is no text in UTF-8: byte {exc.start} is wrong") from exc


def show_phil(scope: PhilScope) -> str:
    """The text of a scope's definitions and scopes, without attributes."""
    return "".join(f"{line}\n" for line in _lines(scope, ""))


def _lines(scope: PhilScope, indent: str) -> Iterator[str]:
    for each in scope.objects:
        if isinstance(each, PhilDefinition):
            yield f"{indent}{each.name} = {show_words(each.words)}"
        elif each.objects:
            yield f"{indent}{each.name} {{"
            yield from _lines(each, indent + "  ")
            yield f"{indent}}}"
        else:
            yield f"{indent}{each.name} {{ }}"


def show_words(words: Sequence[Word]) -> str:
    """Words as a value is written."""
    return " ".join(_shown(word) for word in words)


def _shown(word: Word) -> str:
    if not word.quote:
        return word.text
    quote = word.quote[0]
    return quote + word.text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def quoted(text: str) -> Word:
    """A text as a word; what ``$`` names would be put in its place, except in single quotation marks."""
    return Word(text, "'" if "$" in text else '"')
