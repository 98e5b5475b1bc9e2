"""Fixtures for tests of the engine."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _loop(loop_stays_free: None) -> None:
    """The engine never blocks the event loop."""
