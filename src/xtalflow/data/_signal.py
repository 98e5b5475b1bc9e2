"""Typed signals: listeners are called in order, and their exceptions are reported, not swallowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Connection(Generic[T]):
    """A listener that is connected; `disconnect` ends it, any number of times."""

    listener: Callable[[T], Any]
    priority: int
    once: bool
    active: bool = True

    def disconnect(self) -> None:
        """Stop calling the listener, even with a value that is being told."""
        self.active = False


@dataclass(slots=True, eq=False)
class Signal(Generic[T]):
    """Tells listeners of values of one type.

    Listeners of higher priority come first, those of equal priority in the order in which they were connected. All are
    called even if one raises; then the exceptions come out as an `ExceptionGroup`.

    Parameters
    ----------
    plain
        The signal is only ever emitted with `emit`; connecting a coroutine function is refused.
    """

    plain: bool = False
    _connections: list[Connection[T]] = field(default_factory=list)

    def connect(self, listener: Callable[[T], Any], *, priority: int = 0, once: bool = False) -> Connection[T]:
        """Call `listener` with every value from now on, or with the next one only.

        Raises
        ------
        TypeError
            A coroutine function for a signal that nobody can await.
        """
        if self.plain and _is_coroutine_function(listener):
            raise TypeError(f"{listener!r} is a coroutine function: this signal is emitted by plain setters")
        connection = Connection(listener, priority, once)
        self._connections = [each for each in self._connections if each.active]
        self._connections.append(connection)
        self._connections.sort(key=lambda each: -each.priority)
        return connection

    def emit(self, value: T) -> None:
        """Call all listeners, which must be plain functions.

        Raises
        ------
        ExceptionGroup
            What listeners raised.
        TypeError
            A listener is a coroutine function: this value needs `emit_async`.
        """
        if any(each.active and _is_coroutine_function(each.listener) for each in self._connections):
            raise TypeError("a coroutine listens to this signal: emit its values with emit_async")
        errors: list[Exception] = []
        for listener in self._due():
            try:
                _refuse_awaitable(listener(value), listener)
            except Exception as exc:  # noqa: BLE001  collected, and raised below
                errors.append(exc)
        _report(errors)

    async def emit_async(self, value: T) -> None:
        """Call all listeners in order and await those that are coroutines."""
        errors: list[Exception] = []
        for listener in self._due():
            try:
                answer = listener(value)
                if inspect.isawaitable(answer):
                    await answer
            except Exception as exc:  # noqa: BLE001  collected, and raised below
                errors.append(exc)
        _report(errors)

    def _due(self) -> Iterator[Callable[[T], Any]]:
        """Listeners as they come, without those that an earlier one disconnects."""
        for connection in list(self._connections):
            if connection.active:
                connection.active = not connection.once
                yield connection.listener


def _is_coroutine_function(listener: object) -> bool:
    called = type(listener).__call__ if callable(listener) else None
    return inspect.iscoroutinefunction(listener) or inspect.iscoroutinefunction(called)


def _refuse_awaitable(answer: object, listener: object) -> None:
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError(f"{listener!r} returned something to await, and this value is told without waiting")


def _report(errors: list[Exception]) -> None:
    if errors:
        raise ExceptionGroup("listeners of a signal failed", errors)
