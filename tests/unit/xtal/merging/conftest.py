"""Observations of a small crystal."""

from __future__ import annotations

import pytest

from .observation_files import Observed, observe


@pytest.fixture(scope="session")
def observed() -> Observed:
    return observe()
