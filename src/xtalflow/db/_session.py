"""The one door through which coroutines reach the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    close_old_connections,
    connection,
    connections,
)

from xtalflow.errors import InvalidInput, StoreUnavailable

from ._connection import database_name
from ._remembered import forget

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def in_database(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call a function of this layer in the process's database thread.

    All calls of a process share one thread and one connection, so that SQLite's single writer is waited for in
    one queue and not in many busy loops.

    Raises
    ------
    StoreUnavailable
        The database cannot be reached, or was locked for too long.
    InvalidInput
        The database refuses what it is asked to keep.
    """
    call = partial(_translated, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_thread(), call)


async def close_connections() -> None:
    """Close the connection of the database thread; the next call opens another."""
    await asyncio.get_running_loop().run_in_executor(_thread(), connections.close_all)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="database")


def _translated(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    except (IntegrityError, DataError) as exc:
        forget()
        raise InvalidInput(f"the database refuses this: {_first_line(exc)}") from exc
    except (OverflowError, RecursionError) as exc:  # a number or a depth that no column holds
        raise InvalidInput(f"the database cannot hold this: {_first_line(exc)}") from exc
    except (DatabaseError, InterfaceError) as exc:
        raise StoreUnavailable(f"{database_name(connection)} cannot be used now: {_first_line(exc)}") from exc


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
