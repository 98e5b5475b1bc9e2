"""Typed signals: listeners are called in order, and their exceptions are reported, not swallowed."""

from __future__ import annotations

import inspect
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Listener = Callable[[T], Any]

_MOST_IN_TURN = 10_000


@dataclass(slots=True, eq=False)
class Connection(Generic[T]):
    """A listener that is connected; `disconnect` ends it, any number of times."""

    priority: int
    once: bool
    _listener: Callable[[], Listener[T] | None]
    active: bool = True

    def disconnect(self) -> None:
        """Stop calling the listener, even with a value that is being told."""
        self.active = False

    @property
    def listener(self) -> Listener[T] | None:
        """The function that is called; None once it is disconnected, or gone."""
        return self._listener() if self.active else None


@dataclass(slots=True, eq=False)
class Signal(Generic[T]):
    """Tells listeners of values of one type.

    Listeners of higher priority come first, those of equal priority in the order in which they were connected. All are
    called even if one raises; then the exceptions come out as an `ExceptionGroup`. What a listener itself emits with
    `emit` is told when all have heard the value before it, so that each hears the values in the order in which they
    were emitted; what it emits with `emit_async` is told at once.

    Parameters
    ----------
    plain
        The signal is only ever emitted with `emit`; connecting a coroutine function is refused.
    """

    plain: bool = False
    _connections: list[Connection[T]] = field(default_factory=list)
    _waiting: deque[T] = field(default_factory=deque)
    _is_telling: bool = False

    def connect(
        self, listener: Listener[T], *, priority: int = 0, once: bool = False, weak: bool = False
    ) -> Connection[T]:
        """Call `listener` with every value from now on.

        Parameters
        ----------
        priority
            The higher, the earlier it is called.
        once
            Call it with the next value only.
        weak
            Do not keep it alive: it is called as long as somebody else holds it (of a method: the object).

        Raises
        ------
        TypeError
            A coroutine function for a signal that nobody can await; a weak method that nobody could hold.
        """
        if weak and inspect.isbuiltin(listener):
            raise TypeError(f"{listener!r} is made anew each time it is asked for, and cannot be held weakly")
        if self.plain and _is_coroutine_function(listener):
            raise TypeError(f"{listener!r} is a coroutine function: this signal is emitted by plain setters")
        connection = Connection(priority, once, _weak(listener) if weak else lambda: listener)
        self._connections = [each for each in self._connections if each.listener is not None]
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
        RecursionError
            Listeners answer each other without end.
        """
        if any(_is_coroutine_function(each.listener) for each in self._connections):
            raise TypeError("a coroutine listens to this signal: emit its values with emit_async")
        self._waiting.append(value)
        if self._is_telling:
            return
        self._is_telling = True
        errors: list[Exception] = []
        try:
            for _ in range(_MOST_IN_TURN):
                if not self._waiting:
                    break
                self._tell(self._waiting.popleft(), errors)
            else:
                raise RecursionError("listeners of a signal answer each other without end")
        finally:
            self._is_telling = False
            self._waiting.clear()
        raise_together(errors)

    def _tell(self, value: T, errors: list[Exception]) -> None:
        for listener in self._due():
            try:
                _refuse_awaitable(listener(value), listener)
            except Exception as exc:  # noqa: BLE001  collected, and raised by the caller
                errors.append(exc)

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
        raise_together(errors)

    def _due(self) -> Iterator[Listener[T]]:
        """Listeners as they come, without those that an earlier one disconnects."""
        for connection in list(self._connections):
            if (listener := connection.listener) is not None:
                connection.active = not connection.once
                yield listener


def raise_together(errors: list[Exception]) -> None:
    """Raise what listeners raised, if they did."""
    if errors:
        raise ExceptionGroup("listeners of a signal failed", errors)


def _weak(listener: Listener[T]) -> Callable[[], Listener[T] | None]:
    return weakref.WeakMethod(listener) if inspect.ismethod(listener) else weakref.ref(listener)


def _is_coroutine_function(listener: object) -> bool:
    called = type(listener).__call__ if callable(listener) else None
    return inspect.iscoroutinefunction(listener) or inspect.iscoroutinefunction(called)


def _refuse_awaitable(answer: object, listener: object) -> None:
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise TypeError(f"{listener!r} returned something to await, and this value is told without waiting")
