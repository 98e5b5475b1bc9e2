"""Reads PHIL: the text of a scope becomes definitions and scopes.

Written from the documentation of libtbx.phil (https://cctbx.github.io/libtbx/libtbx.phil.html). A value ends at the end
of its line, at ``;`` or where its scope ends; after a backslash that stands alone, and with quotation marks at the
beginning of the next line, it goes on. ``#`` begins a comment where a name could stand, and as a word of its own in a
value. ``!`` before a name switches off what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xtalflow.errors import InvalidInput

from ._syntax import MAX_CHARACTERS, NAME, RESERVED, PhilDefinition, PhilObject, PhilScope, Source, Word

MAX_DEPTH = 150
MAX_WORDS = 1_000_000

_SPACE = re.compile(r"\s*")
_NAME_WORD = re.compile(r"[^\s={};]+")
_BARE_WORD = re.compile(r"[^\S\n]*((?:[^\s;{}\"'][^\s;{}]*)?)")
_QUOTED = {
    '"""': re.compile(r'"""((?:[^"\\]|\\.|"(?!""))*+)"""', re.DOTALL),
    "'''": re.compile(r"'''((?:[^'\\]|\\.|'(?!''))*+)'''", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL),
}
_ESCAPED = {
    '"': re.compile(r'\\(["\\\n])'),
    "'": re.compile(r"\\(['\\\n])"),
}
_LINE = re.compile(r"[^\n]*")
_SHOWN = 60
"""Characters of a name that are shown."""


def parse_phil(source: Source) -> PhilScope:
    """What a text says, without what is switched off; a dotted name gives scopes in scopes.

    Raises
    ------
    InvalidInput
        It is not PHIL, is larger than 16 Mi characters, is nested deeper than 150 levels, has more than a million
        words, or includes another; of a file, the error is an `UnreadableFile`.
    """
    if len(source.text) > MAX_CHARACTERS:
        raise source.error(MAX_CHARACTERS, f"the text goes on for more than {MAX_CHARACTERS // 2**20} Mi characters")
    return _Parser(source).parse()


@dataclass(slots=True)
class _Open:
    """A scope whose end is not reached."""

    scope: PhilScope
    brace: int
    depth: int


class _Parser:
    """Goes through a text once."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at, self.words = source, source.text, 0, 0
        self.open = [_Open(PhilScope(), 0, 0)]
        self.last: PhilDefinition | None = None  # to which an attribute would belong

    def parse(self) -> PhilScope:
        while self._to_next():
            if self.text[self.at] == "}" and len(self.open) > 1:
                self.open.pop()
                self.at += 1
                self.last = None
            elif self.text[self.at] == ";" and self.last is not None:
                self.at += 1
            else:
                self._statement()
        if len(self.open) > 1:
            raise self._error(self.open[-1].brace, 'this scope has no closing "}"')
        return self.open[0].scope

    def _error(self, position: int, what: str) -> InvalidInput:
        return self.source.error(position, what)

    def _to_next(self) -> bool:
        """Go on to what is neither blank nor comment; False at the end of the text."""
        while True:
            self._skip(_SPACE)
            if not self.text.startswith("#", self.at):
                return self.at < len(self.text)
            if self.text.startswith("#phil", self.at):
                raise self._error(self.at, "what a line with #phil switches on or off is not supported")
            self._skip(_LINE)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _statement(self) -> None:
        """A definition, the beginning of a scope, or an attribute of the last definition."""
        start, word = self._name_word()
        if word.startswith((".", "!.")):
            if self.last is None:
                raise self._error(start, "this attribute belongs to no definition")
            self._attribute(start, word, self.last.attributes, in_scope=False)
            return
        disabled = word.startswith("!")
        steps = self._steps(start, word[1:] if disabled else word)
        depth = self.open[-1].depth + len(steps)
        if depth > MAX_DEPTH:
            raise self._error(start, f"scopes are nested deeper than {MAX_DEPTH} levels")
        self._to_next()
        if self.text.startswith("=", self.at):
            self.at += 1
            self.last = PhilDefinition(steps[-1], self._value(steps[-1], in_scope=False), start)
            self._attach(self.last, steps, start, disabled)
        else:
            scope = PhilScope(steps[-1], start)
            self._attach(scope, steps, start, disabled)
            while not (self._to_next() and self.text[self.at] == "{"):
                if not self.text.startswith((".", "!."), self.at):
                    raise self._error(self.at, f'expected is "=" or "{{" after {scope.name[:_SHOWN]}')
                begin, attribute = self._name_word()
                self._attribute(begin, attribute, scope.attributes, in_scope=True)
            self.open.append(_Open(scope, self.at, depth))
            self.at += 1
            self.last = None

    def _name_word(self) -> tuple[int, str]:
        start, match = self.at, _NAME_WORD.match(self.text, self.at)
        if match is None:
            found = self.text[start]
            raise self._error(start, f"expected is the name of a definition or scope, not {found!r}")
        self.at = match.end()
        return start, match[0]

    def _steps(self, start: int, name: str) -> list[str]:
        """The names in a dotted name."""
        steps = name.split(".")
        if steps[0] == "include":
            raise self._error(start, "another text is included, and nothing outside of this one is read")
        for step in steps:
            if not NAME.fullmatch(step):
                raise self._error(start, f"{name[:_SHOWN]!r} cannot be a name: there are letters, digits and _ in one")
            if RESERVED.fullmatch(step):
                raise self._error(start, f"{step[:_SHOWN]} is a name that PHIL keeps for itself")
            self._count(start)
        return steps

    def _count(self, position: int) -> None:
        self.words += 1
        if self.words > MAX_WORDS:
            raise self._error(position, f"there are more than {MAX_WORDS} words")

    def _attach(self, made: PhilObject, steps: Sequence[str], position: int, disabled: bool) -> None:
        """Put an object into the scope that is open, or, by a dotted name, into scopes of its own below that."""
        scope = self.open[-1].scope
        for step in steps[:-1]:
            below = PhilScope(step, position)
            scope.objects.append(below)
            scope = below
        if not disabled:
            scope.objects.append(made)

    def _attribute(self, start: int, word: str, attributes: dict[str, list[Word]], *, in_scope: bool) -> None:
        self._to_next()
        if not self.text.startswith("=", self.at):
            raise self._error(self.at, f'expected is "=" after {word[:_SHOWN]}')
        self.at += 1
        self._count(start)
        words = self._value(word, in_scope=in_scope)
        if not word.startswith("!"):
            attributes[word[1:]] = words

    def _value(self, name: str, *, in_scope: bool) -> list[Word]:
        """The words up to the end of a value; that of a scope's attribute ends where the scope begins, too."""
        start = self.at
        words = list(self._value_words(in_scope=in_scope))
        if not words:
            raise self._error(start - 1, f"{name[:_SHOWN]} has no value after its =")
        return words

    def _value_words(self, *, in_scope: bool) -> Iterator[Word]:
        continued = False  # by a backslash, after which another one is a word
        while True:
            start, word = self._bare_word()
            if word == "#":
                self._skip(_LINE)
                return
            if word == "\\" and not continued:
                continued = True
                self._skip(_SPACE)
            elif word:
                continued = False
                self._count(start)
                yield Word(word, "", start)
            elif self.text.startswith(('"', "'"), start):
                continued = False
                yield self._quoted(start)
                if "\n" in self.text[start : self.at] and not self._more_quoted():
                    return
            elif not self.text.startswith("\n", start) or not self._more_quoted():
                self._end_value(in_scope=in_scope)
                return

    def _bare_word(self) -> tuple[int, str]:
        """Where the next word on the line begins, and what it is; empty if it is no bare word."""
        match = _BARE_WORD.match(self.text, self.at)
        if match is None:
            return self.at, ""
        self.at = match.end()
        return match.start(1), match[1]

    def _end_value(self, *, in_scope: bool) -> None:
        if self.text.startswith(";", self.at):
            self.at += 1
        elif self.text.startswith("{", self.at) and not in_scope:
            raise self._error(self.at, 'there is a "{" in a value; it needs quotation marks')

    def _more_quoted(self) -> bool:
        """Whether the value goes on with quotation marks, where its line ended."""
        self._skip(_SPACE)
        return self.text.startswith(('"', "'"), self.at)

    def _quoted(self, start: int) -> Word:
        quote = self.text[start]
        if self.text.startswith(quote * 3, start):
            quote *= 3
        match = _QUOTED[quote].match(self.text, start)
        if match is None:
            raise self._error(start, "these quotation marks are not closed")
        self.at = match.end()
        self._count(start)
        return Word(_ESCAPED[quote[0]].sub(_unescaped, match[1]), quote, start)


def _unescaped(match: re.Match[str]) -> str:
    return "" if match[1] == "\n" else match[1]
