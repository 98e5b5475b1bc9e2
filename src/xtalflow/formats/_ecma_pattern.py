"""Regular expressions of Python as those of ECMA-262, which JSON Schema has."""

from __future__ import annotations

import re
import warnings

_SAME = frozenset("dDwWsSbBtnrfvux123456789")
"""What means the same after a backslash; of ``\\d``, ``\\w`` and ``\\s`` beyond ASCII, only nearly."""

_CLASSES = tuple("dDwWsS")
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
_FUZZY = re.compile(r"\{[^}]*[idse]")
"""Errors that are allowed in a match, which only the module `regex` knows."""
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def ecma_pattern(pattern: str) -> str | None:
    """The same regular expression for ECMA-262 with its ``u`` flag, and still one for Python.

    ``\\A`` and ``\\Z`` are written as the ends of the text. Left as they are, and not quite the same, are ``$``, which
    in Python also matches before a newline at the end, and letters, digits and blanks beyond ASCII. A look-around that
    is repeated, which ECMA-262 refuses, is left as well.

    Returns
    -------
    None if there is no such expression: for flags, conditions, named, atomic and possessive groups, octal numbers,
    classes by name, what may be meant as an operation on classes, ends of a range that are classes, verbs such as
    ``(*FAIL)``, matches with errors, and whatever else Python's own `re` refuses.

    Examples
    --------
    >>> print(ecma_pattern(r"\\A[A-Z]+\\-\\Z"))
    ^[A-Z]+-(?!\\n)$
    """
    written, at = [], 0
    while at < len(pattern):
        if pattern[at] == "[":
            part, at = _class(pattern, at)
        else:
            part, at = _outside(pattern, at)
        if part is None:
            return None
        written.append(part)
    return _if_sound("".join(written))


def _if_sound(written: str) -> str | None:
    """An expression, if it is one for Python, which does not warn of it either."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(written)
    except (re.error, OverflowError, RecursionError, Warning):
        return None
    return written


def _outside(pattern: str, at: int) -> tuple[str | None, int]:
    """What stands at a place outside of a class of characters, as ECMA-262 has it, and where it ends."""
    found = pattern[at]
    if found == "\\":
        return _escape(pattern, at, in_class=False)
    if pattern.startswith("(*", at):
        return None, at
    if found == "(" and pattern.startswith("(?", at):
        group = next((group for group in _GROUPS if pattern.startswith(group, at)), None)
        return group, at + len(group or "")
    if found == "{":
        if _FUZZY.match(pattern, at):
            return None, at
        count = _COUNT.match(pattern, at)
        if count is None or count[0] == "{}":
            return "\\{", at + 1
        written, at = f"{{{count[1] or 0}{count[2]}{count[3]}}}", count.end()
    elif found in "]}":
        return f"\\{found}", at + 1
    else:
        written, at = found, at + 1
    if written[-1] in "*+?}" and pattern.startswith("+", at):
        return None, at
    return written, at


def _class(pattern: str, at: int) -> tuple[str | None, int]:
    """A class of characters, as ECMA-262 has it, and where it ends."""
    start = at + 2 if pattern.startswith("[^", at) else at + 1
    written, at = [pattern[at:start]], start
    while at < len(pattern) and (pattern[at] != "]" or at == start):
        if pattern.startswith("[:", at):  # a class by its name, such as [:alpha:]
            return None, at
        if pattern[at] == "\\":
            part, at = _escape(pattern, at, in_class=True)
            is_class = part is not None and part[1:] in _CLASSES
            if part is None or (is_class and (_is_hyphen(pattern, at) or written[2:][-1:] == ["-"])):
                return None, at
        else:
            part, at = ("\\" if pattern[at] in "[]" else "") + pattern[at], at + 1
        written.append(part)
    return "".join([*written, "]"]), at + 1


def _is_hyphen(pattern: str, at: int) -> bool:
    """Whether a hyphen stands at a place that is not the last of a class, where it would mean itself."""
    return pattern.startswith("-", at) and not pattern.startswith("-]", at)


def _escape(pattern: str, at: int, *, in_class: bool) -> tuple[str | None, int]:
    """What a backslash and the character after it mean, as ECMA-262 has it."""
    found, at = pattern[at + 1], at + 2
    if not in_class and found in "AZ":
        return "^" if found == "A" else "(?!\\n)$", at
    if found in _SAME and not (in_class and found.isdigit()):
        return f"\\{found}", at
    if found.isascii() and found.isalnum():
        return None, at
    return (f"\\{found}" if found in _SYNTAX or (in_class and found == "-") else found), at
