"""The entry point: parse, call one command, and turn what went wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from xtalflow.errors import InvalidInput, XtalflowError

from ._exit import FAILED, FINISHED, INTERRUPTED, REQUEST_WRONG, say
from ._surface import build_parser, words_of

_BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 finished, 1 failed, 2 the request was wrong and nothing was made, 3 unsatisfactory, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        _never_fail_on(stream)
    try:
        words = words_of(argv)
        if strange := next((word for word in words if not _is_text(word)), None):
            say(f"{strange!r} is refused: it is not UTF-8")
            return REQUEST_WRONG
        arguments = build_parser().parse_args(words)
    except SystemExit as exc:  # argparse has said what there is to say
        return exc.code if isinstance(exc.code, int) else FINISHED
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except InvalidInput as exc:
        say(str(exc))
        return REQUEST_WRONG
    except XtalflowError as exc:
        say(str(exc))
        return FAILED
    except BrokenPipeError:  # whoever read our output has gone, as in `xtalflow jobs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except OSError as exc:
        say(f"{exc.filename}: {exc.strerror}" if exc.filename else str(exc))
        return FAILED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    return code


def _is_text(word: str) -> bool:
    """Whether a word is text; bytes that are not UTF-8 reach us as lone halves of characters."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _never_fail_on(stream: object) -> None:
    """Names of files may hold what a terminal's encoding lacks; they are shown escaped."""
    import io

    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
