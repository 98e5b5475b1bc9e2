"""A process is known by more than its number."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from xtalflow.engine import identify


@pytest.fixture
def sleeper() -> subprocess.Popen[bytes]:
    """A process that ends with the test."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process  # type: ignore[misc]
    process.kill()
    process.wait()


def test_a_living_process_is_itself_and_a_dead_one_is_not(sleeper: subprocess.Popen[bytes]) -> None:
    """Nor is one that has ended and waits for its parent to notice."""
    identity = identify(sleeper.pid)
    assert identity.is_alive()

    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not identity.is_alive()


def test_another_process_with_the_same_number_is_not_the_same(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identify(sleeper.pid)

    assert not replace(identity, start_time=identity.start_time - 1).is_alive()
    assert not replace(identity, boot_id="another").is_alive()


def test_a_clock_that_is_set_makes_no_living_process_look_dead(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of a boot, from which others reckon, moves with the clock."""
    identity = identify(sleeper.pid)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(psutil, "boot_time", lambda: -1e9)

    assert identity.is_alive()
    assert identify(sleeper.pid) == identity


def test_a_number_that_no_process_has_is_no_identity() -> None:
    with pytest.raises(ProcessLookupError):
        identify(2**22 + 1)
