"""Names and titles, which stand in lines of parameter files and tables."""

from __future__ import annotations

import unicodedata

_NO_TEXT = ("Cc", "Cs", "Zl", "Zp")
"""Categories of control characters, halves of pairs, and ends of lines and paragraphs."""


def is_one_line(text: str) -> bool:
    """Whether a text is a line that XML can have, whatever its blanks and its script are."""
    return not any(unicodedata.category(each) in _NO_TEXT or each in "\ufffe\uffff" for each in text)
