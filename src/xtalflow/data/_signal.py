"""Typed signals: listeners are called in order, and their exceptions are reported, not swallowed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Listener = Callable[[T], Awaitable[None] | None]


@dataclass(slots=True, eq=False)
class Connection(Generic[T]):
    """A listener that is connected; `disconnect` ends it, any number of times."""

    listener: Callable[[T], Any]
    priority: int
    once: bool
    _signal: Signal[T]

    def disconnect(self) -> None:
        """Stop calling the listener."""
        self._signal._remove(self)


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
        if self.plain and inspect.iscoroutinefunction(listener):
            raise TypeError(f"{listener.__qualname__} is a coroutine function: this signal is emitted by plain setters")
        connection = Connection(listener, priority, once, self)
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
        if any(inspect.iscoroutinefunction(each.listener) for each in self._connections):
            raise TypeError("a coroutine listens to this signal: emit its values with emit_async")
        errors: list[Exception] = []
        for connection in self._due():
            try:
                connection.listener(value)
            except Exception as exc:  # noqa: BLE001  collected, and raised below
                errors.append(exc)
        _report(errors)

    async def emit_async(self, value: T) -> None:
        """Call all listeners in order and await those that are coroutines."""
        errors: list[Exception] = []
        for connection in self._due():
            try:
                answer = connection.listener(value)
                if inspect.isawaitable(answer):
                    await answer
            except Exception as exc:  # noqa: BLE001  collected, and raised below
                errors.append(exc)
        _report(errors)

    def _due(self) -> list[Connection[T]]:
        due = list(self._connections)
        for connection in due:
            if connection.once:
                self._remove(connection)
        return due

    def _remove(self, connection: Connection[T]) -> None:
        if connection in self._connections:
            self._connections.remove(connection)


def _report(errors: list[Exception]) -> None:
    if errors:
        raise ExceptionGroup("listeners of a signal failed", errors)
