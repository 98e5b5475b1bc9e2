"""Names and titles, which stand in lines of parameter files and tables."""

from __future__ import annotations

import unicodedata

_NO_TEXT = ("Cc", "Cs", "Zl", "Zp")
"""Categories of control characters, halves of pairs, and ends of lines and paragraphs."""
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of writing, so that one name can look like another; scripts have theirs without them."""


def is_one_line(text: str) -> bool:
    """Whether a text is a line that XML can have and that reads as it is, whatever its blanks and its script are."""
    return not any(unicodedata.category(each) in _NO_TEXT or each in _TURNS or each in "\ufffe\uffff" for each in text)
