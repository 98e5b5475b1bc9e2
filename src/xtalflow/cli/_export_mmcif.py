"""``xtalflow export mmcif``: a refined model with what deposition asks for."""

from __future__ import annotations

from ._parser import SubParsers


def add(commands: SubParsers) -> None:
    """Add the command."""
