"""Patterns that texts must have; those of definition files may be anything."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_LONGEST_SEARCH_S = 1.0


@lru_cache(maxsize=256)
def compiled_pattern(pattern: str) -> regex.Pattern[str]:
    """A pattern to search with; `ValueError` if it is no regular expression."""
    import regex

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may come to mean something else
            return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as exc:
        raise ValueError(f"{pattern!r} is not a regular expression: {exc}") from exc


def is_found(pattern: str, text: str) -> bool:
    """Whether a text has a pattern; a search that would take for ever ends, and then it has not."""
    try:
        return compiled_pattern(pattern).search(text, timeout=_LONGEST_SEARCH_S) is not None
    except TimeoutError:
        return False
