"""Where short work that may wait for a disk is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

AT_ONCE: ContextVar[bool] = ContextVar("AT_ONCE", default=False)
"""Whether the event loop serves one job alone, as in a runner: then a thread costs more than the work."""


async def aside(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call a function that looks at a few small files: in a thread, or at once where nobody else needs the loop."""
    if AT_ONCE.get():
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
