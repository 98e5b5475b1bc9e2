"""Programs: how they end is told apart, and nothing is left behind."""

import asyncio
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from xtalflow.engine._processes import marked_processes
from xtalflow.engine._programs import PROGRAM_MARK, ending, run_program
from xtalflow.errors import ProgramFailed
from xtalflow.plugin import Command


def python(code: str, **options: object) -> Command:
    return Command(sys.executable, ["-u", "-c", code], **options)  # type: ignore[arg-type]


async def test_output_goes_to_the_log_below_the_command_and_to_the_listener(tmp_path: Path) -> None:
    seen: list[str] = []

    result = await run_program(python("print('cycle 1'); print('cycle 2')", on_line=seen.append), tmp_path)

    assert seen == ["cycle 1", "cycle 2"]
    first, *rest = result.log.read_text().splitlines()
    assert first.startswith("$ ")
    assert rest == seen


async def test_standard_input_is_given(tmp_path: Path) -> None:
    seen: list[str] = []

    await run_program(python("print(input())", stdin="CELL 10 10 10\n", on_line=seen.append), tmp_path)

    assert seen == ["CELL 10 10 10"]


async def test_an_exit_code_is_told_with_the_last_line(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=r"ended with exit code 3: no atoms") as caught:
        await run_program(python("print('no atoms'); raise SystemExit(3)"), tmp_path)

    assert caught.value.code == 3
    assert caught.value.details == "no atoms"


async def test_a_signature_below_the_error_is_not_the_reason(tmp_path: Path) -> None:
    code = "print('RuntimeError: geom became NaN'); print('# Abnormally finished on Monday'); raise SystemExit(1)"

    with pytest.raises(ProgramFailed, match=r"exit code 1: RuntimeError: geom became NaN$"):
        await run_program(python(code), tmp_path)


async def test_a_signal_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="was killed by SIGSEGV"):
        await run_program(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"), tmp_path)


async def test_a_program_that_is_not_there_could_not_start(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="could not start: the program no_such_program is not found"):
        await run_program(Command("no_such_program", []), tmp_path)


async def test_a_program_out_of_time_is_stopped_and_told(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=r"ran out of time \(0.2 s\)"):
        await run_program(python("import time; time.sleep(60)", timeout_s=0.2), tmp_path)


STUBBORN = """
import os, signal, subprocess, sys, time
child = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print("ready", flush=True); time.sleep(60)'
subprocess.Popen([sys.executable, '-c', child], start_new_session=True)
time.sleep(60)
"""


async def test_cancel_ends_a_grandchild_in_its_own_session_that_ignores_sigterm(tmp_path: Path) -> None:
    ready = asyncio.Event()
    program = python(STUBBORN, on_line=lambda line: ready.set())
    task = asyncio.create_task(run_program(program, tmp_path, grace_s=0.3))
    async with asyncio.timeout(10):
        await ready.wait()
    import psutil

    family = psutil.Process().children(recursive=True)
    began = time.monotonic()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - began < 5
    assert len(family) >= 2
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


async def test_a_program_is_over_when_it_dies_whatever_it_leaves_running(tmp_path: Path) -> None:
    leave = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    program = python(f"import os, subprocess, sys; {leave}; os.kill(os.getpid(), 9)")
    began = time.monotonic()

    with pytest.raises(ProgramFailed, match="was killed by SIGKILL"):
        await run_program(program, tmp_path, grace_s=0.3)

    assert time.monotonic() - began < 10


async def test_a_very_long_line_does_not_stop_the_log(tmp_path: Path) -> None:
    result = await run_program(python("print('x' * 3_000_000); print('end')"), tmp_path)

    assert result.log.read_text().splitlines()[-1] == "end"


def test_endings_are_words() -> None:
    assert ending(1) == "ended with exit code 1"
    assert ending(-9) == "was killed by SIGKILL"
    assert ending(139) == "was killed by SIGSEGV"


def test_no_process_has_a_mark_that_was_never_given() -> None:
    assert marked_processes(PROGRAM_MARK, uuid4().hex) == []
