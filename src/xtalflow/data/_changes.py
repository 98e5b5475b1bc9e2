"""Changes of a tree: told to the object and to those above it, in the order in which they happened."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ._signal import Signal, raise_together

if TYPE_CHECKING:
    from ._base import CData, ValueState
    from ._hierarchy import HierarchicalObject

_MOST_IN_TURN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value of the tree changed.

    Attributes
    ----------
    path
        Of the object that changed, which is the one listened to or below it.
    old, new
        Values of a scalar, paths of a file, copies of a composite or a container, numbers of items of a list.
    """

    path: str
    old: object
    new: object


@dataclass(slots=True)
class _Note:
    """A change that is not told yet.

    Attributes
    ----------
    before
        State that the object had; None if old and new do not say whether it is as before.
    was
        A copy of the object as it was, where old and new do not tell all of it.
    end
        Object above which nobody is told, and which is not told either; None if all are.
    """

    item: CData
    old: object
    before: ValueState | None
    new: object
    was: CData | None = None
    end: HierarchicalObject | None = None

    def is_needless(self) -> bool:
        """Whether the object is as it was."""
        if self.was is not None:
            return self.item == self.was
        return self.before is self.item.getValueState() and is_same(self.old, self.new)


_Notes: TypeAlias = dict[int, _Note]
_OPEN: dict[int, _Notes] = {}
"""Notes of the open batches, by the identity of the object that each is about."""


def tell(item: CData, old: object, before: ValueState | None, new: object, was: CData | None = None) -> None:
    """Tell of a change now, or at the end of the batch that is open around the object."""
    _pass_on(_Note(item, old, before, new, was))


@contextmanager
def batch(item: CData, *, end: HierarchicalObject | None = None) -> Iterator[None]:
    """Tell at the end of all changes at and below an object: once of each, from its first value to its last."""
    notes: _Notes = {}
    try:
        with _Kept(item, notes):
            yield
    finally:
        _pass_on_all(notes, end)


@contextmanager
def all_or_nothing(item: CData) -> Iterator[None]:
    """A batch that, if it fails, leaves an object and what is below it as they were, and tells of nothing."""
    notes: _Notes = {}
    deeds: list[Callable[[], None]] = []
    thread = threading.get_ident()
    outer, UNDOING[thread] = UNDOING.get(thread), deeds
    try:
        with _Kept(item, notes):
            yield
    except BaseException:
        for undo in reversed(deeds):
            undo()
        raise
    finally:
        if outer is None:
            del UNDOING[thread]
        else:
            UNDOING[thread] = outer
    if outer is not None:
        outer += deeds
    _pass_on_all(notes, None)


UNDOING: dict[int, list[Callable[[], None]]] = {}
"""How to undo what was done to trees, by the thread that does it, while `all_or_nothing` is open there."""


def undo_by(deed: Callable[[], None]) -> None:
    """Note how what is done next is undone; needed only if there is anything in `UNDOING`."""
    deeds = UNDOING.get(threading.get_ident())
    if deeds is not None:
        deeds.append(deed)


def silence(item: CData) -> AbstractContextManager[object]:
    """Tell nobody of what changes at and below an object, which is not part of its tree yet."""
    return _Kept(item, {})


class _Kept:
    """Keeps notes of the changes at and below an object for the time of a context."""

    __slots__ = ("_key", "_notes", "_outer")

    def __init__(self, item: CData, notes: _Notes) -> None:
        self._key, self._notes = id(item), notes

    def __enter__(self) -> None:
        self._outer, _OPEN[self._key] = _OPEN.get(self._key), self._notes

    def __exit__(self, *_: object) -> None:
        if self._outer is None:
            del _OPEN[self._key]
        else:
            _OPEN[self._key] = self._outer


def _pass_on_all(notes: _Notes, end: HierarchicalObject | None) -> None:
    errors: list[Exception] = []
    for note in notes.values():
        if not note.is_needless():
            note.end = note.end or end
            try:
                _pass_on(note)
            except ExceptionGroup as group:
                errors += group.exceptions
    raise_together(errors)


def _pass_on(note: _Note) -> None:
    node: HierarchicalObject | None = note.item
    while node is not None and _OPEN:
        notes = _OPEN.get(id(node))
        if notes is not None:
            known = notes.setdefault(id(note.item), note)
            known.new = note.new
            return
        node = node.parent
    signals = list(_signals(note.item, note.end))
    if signals:
        _deliver(Change(path=note.item.object_path(), old=note.old, new=note.new), signals)


def is_same(one: object, other: object) -> bool:
    """Whether two values are equal; here one that is not a number equals itself."""
    return bool(one == other or (one != one and other != other))


def is_heard(item: HierarchicalObject) -> bool:
    """Whether anybody listens to an object or to one above it."""
    return any(True for _ in _signals(item, None))


def _signals(item: HierarchicalObject, end: HierarchicalObject | None) -> Iterator[Signal[Change]]:
    node: HierarchicalObject | None = item
    while node is not None and node is not end:
        signal = getattr(node, "_changed", None)
        if signal is not None:
            yield signal
        node = node.parent


class _Delivery(threading.local):
    """What waits to be told in this thread, because listeners made it while they were told of something else."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Change, list[Signal[Change]]]] = deque()
        self.is_telling = False


_DELIVERY = _Delivery()


def _deliver(change: Change, signals: list[Signal[Change]]) -> None:
    _DELIVERY.waiting.append((change, signals))
    if _DELIVERY.is_telling:
        return
    _DELIVERY.is_telling = True
    errors: list[Exception] = []
    try:
        for _ in range(_MOST_IN_TURN):
            if not _DELIVERY.waiting:
                break
            told, those = _DELIVERY.waiting.popleft()
            for signal in those:
                try:
                    signal.emit(told)
                except ExceptionGroup as group:
                    errors += group.exceptions
        else:
            raise RecursionError("listeners of a tree answer each other without end")
    finally:
        _DELIVERY.is_telling = False
        _DELIVERY.waiting.clear()
    raise_together(errors)
