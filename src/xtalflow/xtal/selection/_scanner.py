"""Goes through the text of a selection, and says where it is wrong."""

from __future__ import annotations

import re
from typing import NoReturn

from xtalflow.errors import InvalidSelection

from ._tree import Names

OPERATORS = frozenset({"or", "xor", "and", "excl", "within", "of"})
"""Words that stand between selections."""

_LETTERS = r"#$%&'+\-0-9?@A-Z\\^_`a-z|~"
"""What names are made of: all of ASCII but blanks and what has a meaning of its own."""
NAME = re.compile(rf"[{_LETTERS}]*")
ATOM_NAME = re.compile(rf"(?:[{_LETTERS}][{_LETTERS}*]*)?")
"""Names of old files have asterisks, such as ``C1*``."""
BRACKETED_NAMES = re.compile(rf"\(\s*(?:\*|!?\s*[{_LETTERS}]+\s*(?:,\s*[{_LETTERS}]+\s*)*)\)")
_WORD = re.compile(rf"[A-Za-z_]+(?![{_LETTERS}])")
_BLANKS = re.compile(r"\s*")


class Scanner:
    """Reads a text from left to right, from `position` to `end`."""

    def __init__(self, text: str, position: int, end: int) -> None:
        self.text, self.position, self.end = text, position, end

    def fail(self, expected: str, at: int | None = None) -> NoReturn:
        """Refuse the text, for what is here or at another position."""
        raise InvalidSelection(self.text, self.position if at is None else at, expected)

    @property
    def here(self) -> str:
        """The character here; nothing at the end."""
        return self.text[self.position : min(self.position + 1, self.end)]

    def sees(self, pattern: re.Pattern[str]) -> bool:
        """Whether what is here is of a pattern."""
        return pattern.match(self.text, self.position, self.end) is not None

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What is here, if it is of a pattern; the scanner goes past it."""
        found = pattern.match(self.text, self.position, self.end)
        if found:
            self.position = found.end()
        return found

    def skip(self) -> None:
        """Go past blanks."""
        self.match(_BLANKS)

    def accept(self, characters: str) -> str:
        """The next character but blanks, if it is one of these; else nothing, and the scanner stays."""
        if not self.is_next(characters):
            return ""
        self.position += 1
        return self.text[self.position - 1]

    def is_next(self, characters: str) -> bool:
        """Whether the next character but blanks, which are gone past then, is one of these."""
        start = self.position
        self.skip()
        if self.here and self.here in characters:
            return True
        self.position = start
        return False

    def expect(self, character: str, meaning: str = "") -> None:
        """Go past a character that must come next."""
        if not self.accept(character):
            self.skip()
            self.fail(f"{character!r}{meaning}")

    # Words and names.

    def word(self) -> str:
        """The word here in lower case; nothing if there is none."""
        found = _WORD.match(self.text, self.position, self.end)
        return found[0].lower() if found else ""

    def accept_word(self, *words: str) -> str:
        """The next word, if it is one of these; else nothing, and the scanner stays."""
        start = self.position
        self.skip()
        word = self.word()
        if word in words:
            self.position += len(word)
            return word
        self.position = start
        return ""

    def goes_on(self) -> bool:
        """Whether the part of a coordinate ID that may begin here does; blanks before it, gone past then, may be."""
        start = self.position
        self.skip()
        skipped = self.position > start
        if self.here and self.here not in '{});"' and not (skipped and self.word() in OPERATORS):
            return True
        self.position = start
        return False

    def names(self, pattern: re.Pattern[str], what: str, *, empty: bool = False) -> Names | None:
        """Names with commas between, after ``!`` those that are not meant; None for ``*``, any.

        Parameters
        ----------
        what
            What they are, to say what is expected.
        empty
            Whether a name may be empty.
        """
        start = self.position
        excluded = bool(self.accept("!"))
        names = [self._name(pattern, what, empty)]
        while self.accept(","):
            names.append(self._name(pattern, what, empty))
        if "*" not in names:
            return Names(tuple(names), excluded)
        if excluded:
            self.fail("a name after !, not *", start)
        return None

    def _name(self, pattern: re.Pattern[str], what: str, empty: bool) -> str:
        if not self.goes_on():
            if empty:
                return ""
            self.skip()
            self.fail(what)
        if self.here == "*":
            self.position += 1
            return "*"
        found = self.match(pattern)
        name = found[0] if found else ""
        if not (name or empty):
            self.fail(what)
        return name
