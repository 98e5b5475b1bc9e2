"""The packages that npm fetches for the pages: style, viewers, plots; without them pages are plainer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"


@cache
def has_vendor() -> bool:
    """Whether they are there: in an installed wheel always, in a clone after ``make assets``."""
    return (VENDOR / "pico.css").is_file()
