"""Lists of values of one declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar, Generic, TypeGuard, TypeVar, Unpack

from xtalflow.errors import UnknownParameter

from ._base import CData, ValueState
from ._changes import UNDOING, silence, undo_by
from ._findings import Finding
from ._hierarchy import HierarchicalObject
from ._qualifiers import Declaration, Qualifiers

T = TypeVar("T", bound=CData)

MOST_BLANK_ITEMS = 1000
"""More items than this a list never has by itself, whatever its declaration says."""


class CList(CData, Generic[T]):
    """Items of one declaration; each is a child named by its position.

    Parameters
    ----------
    item
        Declaration of the items; that of the class (`ITEM`) where it is left out. By default there are as many as the
        qualifier `listMinLength` says, none of them set.
    """

    __slots__ = ("_items", "_state")
    ERROR_CODES: ClassVar[Mapping[int, str]] = {101: "too short", 102: "too long", 103: "not in order"}

    ITEM: ClassVar[CData | None] = None
    """Declaration of the items of a class of lists, such as `CExePathList`."""
    MIXED: ClassVar[bool] = False
    """Whether an item may be of a subclass of the declared class, which it keeps: a list of files of several kinds."""

    _items: list[T]

    def __init__(self, item: T | None = None, **qualifiers: Unpack[Qualifiers]) -> None:
        if "default" in qualifiers:
            raise TypeError("a list has no default")
        declared = type(self).ITEM if item is None else item
        if declared is None:
            raise TypeError("a list needs a declaration of its items")
        declared._refuse_value("the item of a list")
        self._declare(qualifiers, declared._as_item())

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        super()._set_up(declaration, parent, name)
        self._items, self._state = self._as_declared()

    def _as_declared(self) -> tuple[list[T], ValueState]:
        """As many blank items as there must be at least, which are there by default."""
        count = self._declared_count()
        items = [self.makeItem() for _ in range(count)]
        for position, item in enumerate(items):
            item._parent, item._name = self, f"[{position}]"
        return items, ValueState.DEFAULT if count else ValueState.NOT_SET

    def _declared_count(self) -> int:
        return min(max(self.qualifier("listMinLength") or 0, 0), MOST_BLANK_ITEMS)

    def is_as_declared(self) -> bool:
        if self._state is ValueState.EXPLICITLY_SET or len(self._items) != self._declared_count():
            return False
        return all(item.is_as_declared() for item in self._items)

    def makeItem(self, kind: type[CData] | None = None) -> T:
        """A new item that is not in the list; of the subclass `kind` of the declared class if the list is `MIXED`."""
        declaration = self._declaration.item
        if declaration is None:
            raise TypeError("a list needs a declaration of its items")
        if self.may_mix(kind):
            declaration = declaration.of_kind(kind)
        item: Any = declaration.kind._made(declaration, None, "")
        made: T = item
        return made

    def may_mix(self, kind: type[CData] | None) -> TypeGuard[type[CData]]:
        """Whether an item keeps this class, which is not the declared one."""
        declaration = self._declaration.item
        if not self.MIXED or kind is None or declaration is None:
            return False
        return kind is not declaration.kind and issubclass(kind, declaration.kind)

    def addItem(self, kind: type[CData] | None = None) -> T:
        """Append a new item, as `makeItem` makes it, and return it."""
        return self._insert(len(self._items), self.makeItem(kind))

    def append(self, value: Any) -> T:
        """Append an item of this value and return it; the first takes the place of the declared blank items."""
        if self._state is ValueState.DEFAULT and self.is_as_declared():
            self.set([value])
            return self._items[0]
        return self.insert(len(self._items), value)

    def insert(self, index: int, value: Any) -> T:
        """Insert an item of this value before the one at `index`."""
        item = self.makeItem(type(value) if isinstance(value, CData) else None)
        count = len(self._items)
        index = max(0, index + count) if index < 0 else min(index, count)
        self._give(item, index, value)
        return self._insert(index, item)

    def _give(self, item: T, index: int, value: Any) -> None:
        """Give an item its value and place; it knows its tree when a bad value is refused, but is not in it yet."""
        item._parent, item._name = self, f"[{index}]"
        with silence(item):
            item.set(value)

    def extend(self, values: Iterable[Any]) -> None:
        """Append items of these values."""
        for value in values:
            self.append(value)

    def pop(self, index: int = -1) -> T:
        """Take an item out; it stands alone from then on."""
        old = len(self._items)
        index = range(old)[index]
        item = self._items[index]
        if UNDOING:
            undo_by(partial(self._put_in, index, item, self._state))
        self._release(item)
        del self._items[index]
        self._state = ValueState.EXPLICITLY_SET
        self._number(index)
        self._tell(old, None, len(self._items))
        return item

    def remove(self, item: T) -> None:
        """Take out this item."""
        self.pop(self.index(item))

    def index(self, item: T) -> int:
        """Position of this item, or of the first equal to it."""
        for is_it in (lambda each: each is item, lambda each: each == item):
            for position, each in enumerate(self._items):
                if is_it(each):
                    return position
        raise ValueError(f"{item!r} is not in {self.object_path()}")

    def clear(self) -> None:
        """Take out all items; an empty list that was given is set."""
        self.set([])

    def set(self, value: Any) -> None:
        if value is None:
            self.unSet()
            return
        if isinstance(value, CList):
            values, state = list(value._items), value.getValueState()
        elif isinstance(value, (str, bytes, Mapping, CData)) or not isinstance(value, Iterable):
            raise self._refuse(value, "a list")
        else:
            values, state = list(value), ValueState.EXPLICITLY_SET
        fresh = []
        for position, each in enumerate(values):
            item = self.makeItem(type(each) if isinstance(each, CData) else None)
            self._give(item, position, each)
            fresh.append(item)
        self._take(fresh, state)

    def restore(self) -> None:
        """Be as declared again: with as many items as a definition file asks for, else without any."""
        self._replace(*self._as_declared())

    def unSet(self) -> None:
        self._replace([], ValueState.NOT_SET)

    def getValueState(self) -> ValueState:
        if self._state is ValueState.DEFAULT and not self.is_as_declared():
            return ValueState.EXPLICITLY_SET
        return self._state

    def childNames(self) -> list[str]:
        return [f"[{position}]" for position in range(len(self._items))]

    def may_hold(self, kind: type[CData]) -> bool:
        return bool(self._items)

    def children(self) -> Iterator[T]:
        return iter(list(self._items))

    def _child(self, name: str) -> T:
        position = name[1:-1]
        if name.startswith("[") and position.isdecimal() and int(position) < len(self._items):
            return self._items[int(position)]
        raise UnknownParameter(name)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items))

    def __getitem__(self, index: int) -> T:
        return self._items[index]

    def __set__(self, instance: Any, value: CList[T] | Iterable[Any] | None) -> None:
        super().__set__(instance, value)

    def __bool__(self) -> bool:
        return bool(self._items)

    def validity(self) -> list[Finding]:
        findings = []
        shortest, longest = self.qualifier("listMinLength") or 0, self.qualifier("listMaxLength")
        required = self._required()
        if required and (not self._items or self._is_blank()):
            findings += required
        elif len(self) < shortest and (self.isSet() or required):
            findings.append(self._finding(101, f"needs at least {shortest} items and has {len(self)}"))
        if longest is not None and len(self) > longest:
            findings.append(self._finding(102, f"takes at most {longest} items and has {len(self)}"))
        findings += self._disorder()
        return findings + [finding for item in self._items for finding in item.validity()]

    def _disorder(self) -> list[Finding]:
        """The finding of a list whose items must rise (`listCompare` is 1) or fall (-1), and do not."""
        wanted = self.qualifier("listCompare")
        if not wanted:
            return []
        known = [(item, key) for item in self._items if (key := item.order()) is not None]
        for (one, before), (other, after) in pairwise(known):
            if (before > after) if wanted > 0 else (before < after):
                direction = "at least" if wanted > 0 else "at most"
                return [self._finding(103, f"is not in order: {other.name} must be {direction} {one.name}")]
        return []

    def _stay(self) -> None:
        for item in self._items:
            item._stay()

    def _is_blank(self) -> bool:
        """Whether it has the items that its declaration asks for, and nobody filled them."""
        return self._state is ValueState.DEFAULT and not any(item.isSet() for item in self._items)

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {"state": self.getValueState().value, "items": [item.to_dict() for item in self._items]}
        if self.MIXED:
            told["classes"] = [type(item).__name__ for item in self._items]
        return told

    def _take_dict(self, data: Mapping[str, Any]) -> None:
        state, told = self._state_in(data), data.get("items")
        impossible = ValueState.NOT_SET if told else ValueState.DEFAULT
        if not isinstance(told, list) or state is impossible:
            raise self._refuse(data, "an object with items and a state that agrees with them")
        names = data.get("classes") if self.MIXED else None
        kinds = [self._kind_called(str(name)) for name in names] if isinstance(names, list) else [None] * len(told)
        if len(kinds) != len(told):
            raise self._refuse(data, "an object with as many classes as items")
        fresh = []
        for position, (each, kind) in enumerate(zip(told, kinds, strict=True)):
            item = self.makeItem(kind)
            item._name = f"[{position}]"
            item._parent = self
            with silence(item):
                item._take_dict(each)
            fresh.append(item)
        self._take(fresh, state)

    def _kind_called(self, name: str) -> type[CData] | None:
        return None if self._declaration.item is None else _subclass(self._declaration.item.kind, name)

    def _equals(self, other: Any) -> bool:
        return bool(self.getValueState() is other.getValueState() and self._items == other._items)

    def _insert(self, index: int, item: T) -> T:
        old = len(self._items)
        if UNDOING:
            undo_by(partial(self._take_out, index, self._state))
        item._parent = self
        self._items.insert(index, item)
        self._state = ValueState.EXPLICITLY_SET
        if index == old:
            item._name = f"[{index}]"
        else:
            self._number(index)
        self._tell(old, None, len(self._items))
        return item

    def _take(self, items: list[T], state: ValueState) -> None:
        """Have items with a state; those that another declaration has by default are explicit here."""
        as_declared = len(items) == self._declared_count() and all(item.is_as_declared() for item in items)
        self._replace(items, ValueState.EXPLICITLY_SET if state is ValueState.DEFAULT and not as_declared else state)

    def _replace(self, items: list[T], state: ValueState) -> None:
        old, before = len(self._items), self._state
        if UNDOING:
            undo_by(partial(self._put_back, self._items, before))
        for item in self._items:
            self._release(item)
        self._items, self._state = items, state
        if old or items or before is not state:
            self._tell(old, None, len(items))

    def _number(self, first: int = 0) -> None:
        """Name the items from one on by their positions."""
        for position in range(first, len(self._items)):
            self._items[position]._name = f"[{position}]"

    def _release(self, item: T) -> None:
        """Let an item stand alone; its files stay where they are."""
        item._stay()
        item._parent, item._name = None, ""

    # How to undo what was done, the last deed first.

    def _put_in(self, index: int, item: T, state: ValueState) -> None:
        item._parent, self._state = self, state
        self._items.insert(index, item)
        self._number(index)

    def _take_out(self, index: int, state: ValueState) -> None:
        item = self._items.pop(index)
        item._parent, item._name, self._state = None, "", state
        self._number(index)

    def _put_back(self, items: list[T], state: ValueState) -> None:
        for item in self._items:
            item._parent, item._name = None, ""
        self._items, self._state = items, state
        for item in items:
            item._parent = self
        self._number()


def _subclass(kind: type[CData], name: str) -> type[CData] | None:
    """The subclass of this name, however far below; None if there is none."""
    for below in kind.__subclasses__():
        found = below if below.__name__ == name else _subclass(below, name)
        if found is not None:
            return found
    return None
