"""Runs one program: its output to the log and to whoever listens, its whole tree ended on cancel."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from xtalflow.errors import NotEquipped, ProgramFailed
from xtalflow.faults import passed
from xtalflow.plugin import Command, CommandResult, find_program

from ._processes import marked_processes, signal_marked, to_the_end

GRACE_S = 5.0
"""Seconds between SIGTERM and SIGKILL."""
PROGRAM_MARK = "XTALFLOW_PROGRAM"
"""Variable in the environment of a program and of all that it starts, by which they are found."""
_TAIL = 15
_LINE_LIMIT = 1 << 20
_LOOK_S = 0.2


async def run_program(command: Command, folder: Path, *, grace_s: float = GRACE_S) -> CommandResult:
    """Run a program in `folder` to its end.

    Cancelling stops the program and all that it started: SIGTERM, then SIGKILL after `grace_s` seconds. The log is
    complete when this returns or raises; its first line is the command.

    Raises
    ------
    ProgramFailed
        It could not start, ended with another code than 0, was killed by a signal, or ran out of time; the message
        says which, the details hold the last lines of its log.
    """
    started, log, mark = time.monotonic(), folder / command.log, uuid4().hex
    tail: deque[str] = deque(maxlen=_TAIL)
    with log.open("ab") as sink:
        sink.write(f"$ {shlex.join([command.program, *command.args])}\n".encode())
        process = await _start(command, folder, mark)
        passed("runner.program")
        passed("program.started", process.pid)
        try:
            async with asyncio.timeout(command.timeout_s), asyncio.TaskGroup() as group:
                if command.stdin is not None:
                    group.create_task(_feed(process, command.stdin))
                draining = group.create_task(_drain(process, sink, tail, command))
                await _end_leftovers(process, draining, mark, grace_s)
            await process.wait()
        except TimeoutError:
            await to_the_end(end_tree(process, mark, grace_s))
            raise ProgramFailed(
                f"{command.program} ran out of time ({command.timeout_s:g} s) and was stopped", details="\n".join(tail)
            ) from None
        finally:
            if process.returncode is None:
                await to_the_end(end_tree(process, mark, grace_s))
    if process.returncode:
        raise ProgramFailed(
            f"{command.program} {ending(process.returncode)}{_guess(process.returncode)}{_last_word(tail)}",
            code=process.returncode,
            details="\n".join(tail),
        )
    return CommandResult(log=log, wall_s=time.monotonic() - started)


def ending(code: int) -> str:
    """How a process ended, in words: ``ended with exit code 3`` or ``was killed by SIGSEGV``."""
    number = -code if code < 0 else code - 128
    if code < 0 or code > 128:
        with suppress(ValueError):
            return f"was killed by {signal.Signals(number).name}"
    return f"ended with exit code {code}"


def _guess(code: int) -> str:
    """Who kills a program, if not we."""
    return ", as the system does when memory runs out" if code == -signal.SIGKILL else ""


async def end_tree(process: asyncio.subprocess.Process, mark: str, grace_s: float) -> None:
    """End a program and everything it started, also in sessions of their own: SIGTERM, then SIGKILL."""
    await asyncio.to_thread(signal_marked, PROGRAM_MARK, mark, signal.SIGTERM)
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_s):
            await process.wait()
            while await asyncio.to_thread(marked_processes, PROGRAM_MARK, mark):
                await asyncio.sleep(0.05)
            return
    while await asyncio.to_thread(signal_marked, PROGRAM_MARK, mark, signal.SIGKILL):
        await asyncio.sleep(0.05)
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _start(command: Command, folder: Path, mark: str) -> asyncio.subprocess.Process:
    try:
        program = find_program(command.program)
        return await asyncio.create_subprocess_exec(
            program,
            *command.args,
            cwd=folder,
            env=os.environ | dict(command.env) | {PROGRAM_MARK: mark},
            stdin=asyncio.subprocess.DEVNULL if command.stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=_LINE_LIMIT,
        )
    except (OSError, NotEquipped) as exc:
        raise ProgramFailed(f"{command.program} could not start: {exc}") from exc


async def _feed(process: asyncio.subprocess.Process, text: str) -> None:
    if process.stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(text.encode())
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


async def _drain(process: asyncio.subprocess.Process, sink: BinaryIO, tail: deque[str], command: Command) -> None:
    output = process.stdout
    if output is None:
        return
    while line := await _next_line(output):
        sink.write(line)
        sink.flush()
        text = line.decode(errors="replace").rstrip("\r\n")
        tail.append(text)
        if command.on_line is not None:
            command.on_line(text)


async def _end_leftovers(
    process: asyncio.subprocess.Process, draining: asyncio.Task[None], mark: str, grace_s: float
) -> None:
    """Kill what a program left running, if that keeps its output open for `grace_s` seconds after the program's end.

    Neither the end of the output nor `process.wait` would come before that of the last process that has the output.
    """
    while process.returncode is None and not draining.done():
        await asyncio.wait({draining}, timeout=_LOOK_S)
    await asyncio.wait({draining}, timeout=grace_s)
    while not draining.done() and await asyncio.to_thread(signal_marked, PROGRAM_MARK, mark, signal.SIGKILL) > 0:
        await asyncio.wait({draining}, timeout=_LOOK_S)


async def _next_line(output: asyncio.StreamReader) -> bytes:
    """The next line, or a piece of one that is absurdly long; empty at the end."""
    try:
        return await output.readuntil(b"\n")
    except asyncio.IncompleteReadError as exc:
        return exc.partial
    except asyncio.LimitOverrunError as exc:
        return await output.read(exc.consumed)


def _last_word(tail: Iterable[str]) -> str:
    """What the program said last, comments and signatures (``# …``) apart."""
    said = [line.strip() for line in tail if line.strip() and not line.lstrip().startswith("#")]
    return f": {said[-1][:300]}" if said else ""
