"""`CData`: the base of everything that a task reads, controls and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar, Unpack

from xtalflow.errors import InvalidInput, InvalidValue

from ._changes import Change, all_or_nothing, batch, tell
from ._findings import Finding, Severity
from ._hierarchy import HierarchicalObject
from ._qualifiers import KNOWN, Declaration, Qualifiers, class_error_codes
from ._signal import Signal

_D = TypeVar("_D", bound="CData")


class ValueState(Enum):
    """Whether a value was given, and by whom."""

    NOT_SET = "not_set"
    DEFAULT = "default"
    EXPLICITLY_SET = "explicitly_set"


class _Slotted(type):
    """Gives each class ``__slots__``: objects are small, and assigning to a misspelt parameter is an error."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _Slotted:
        namespace.setdefault("__slots__", ())
        return super().__new__(mcs, name, bases, namespace)


class CData(HierarchicalObject, metaclass=_Slotted):
    """A node of the typed tree.

    An instance that stands as an attribute of a class is a *declaration*: on an instance of that class the attribute
    is a child of its own, made when it is touched; assigning to it copies the value.
    """

    __slots__ = ("_changed", "_declaration")

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {}
    ERROR_CODES: ClassVar[Mapping[int, str]] = {100: "required but not set"}

    REPORTS: ClassVar[bool] = False
    """Whether the numbers below report what was found, which may be not finite."""

    _declaration: Declaration
    _changed: Signal[Change] | None
    _heard: ClassVar[bool] = False
    """Whether anybody ever listened to any tree; until then there is nothing to tell."""

    def __init__(self, **qualifiers: Unpack[Qualifiers]) -> None:
        self._declare(qualifiers)

    def _declare(self, qualifiers: Mapping[str, Any], item: Declaration | None = None, class_name: str = "") -> None:
        """Be an object of a declaration of its own."""
        unknown = sorted(set(qualifiers) - KNOWN)
        if unknown:
            raise TypeError(f"{type(self).__name__} knows no qualifier {unknown[0]!r}")
        self._set_up(Declaration(type(self), qualifiers, item, class_name), None, "")

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        """Be a new object of a declaration, with its default."""
        self._declaration, self._parent, self._name, self._changed = declaration, parent, name, None

    @classmethod
    def _made(cls: type[_D], declaration: Declaration, parent: HierarchicalObject | None, name: str) -> _D:
        made = cls.__new__(cls)
        made._set_up(declaration, parent, name)
        return made

    # Declarations.

    def _as_item(self) -> Declaration:
        """What other objects like this one are made from."""
        return self._declaration

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name; of ``name_`` it is ``name``, which objects of the tree have themselves."""
        if name.endswith("_") and hasattr(CData, name[:-1]):
            name = name[:-1]
        if self._name not in ("", name):
            raise TypeError(f"{owner.__name__}.{name} is declared as {self._name} already; declare it anew")
        self._refuse_value(f"{owner.__name__}.{name}")
        self._name = name

    def _refuse_value(self, where: str) -> None:
        """A declaration with an explicit value would lose it."""
        if self.getValueState() is ValueState.EXPLICITLY_SET:
            raise TypeError(f"{where} is a value, not a declaration: write default=…")

    def __get__(self, instance: Any, owner: type | None = None) -> Self:
        if instance is None:
            return self
        child: Self = instance._child(self._name)
        return child

    def __set__(self, instance: Any, value: Any) -> None:
        instance._child(self._name).set(value)

    # Values.

    def set(self, value: Any) -> None:
        """Take a value, or copy value and state of another object; None unsets."""
        raise NotImplementedError

    def unSet(self) -> None:
        """Have no value, and not the default either."""
        raise NotImplementedError

    def restore(self) -> None:
        """Be as declared again: with the default if there is one, else without a value."""
        raise NotImplementedError

    def is_as_declared(self) -> bool:
        """Whether nothing was done to it and what is below it: it need not be written down."""
        raise NotImplementedError

    def isSet(self, allowDefault: bool = True) -> bool:
        """Whether there is a value, given or (if `allowDefault`) by default."""
        state = self.getValueState()
        return state is ValueState.EXPLICITLY_SET or (allowDefault and state is ValueState.DEFAULT)

    def getValueState(self) -> ValueState:
        """NOT_SET, DEFAULT or EXPLICITLY_SET; of an object with children, the most explicit of theirs."""
        states = {child.getValueState() for child in self.children()}
        for state in (ValueState.EXPLICITLY_SET, ValueState.DEFAULT):
            if state in states:
                return state
        return ValueState.NOT_SET

    def childNames(self) -> list[str]:
        """Names of the children in the order of their declaration."""
        return []

    def may_hold(self, kind: type[CData]) -> bool:
        """Whether an object of a class can be below this one; False spares a search."""
        return False

    def children(self) -> Iterator[CData]:
        return (self._child(name) for name in self.childNames())

    def touched(self) -> Iterator[CData]:
        """The children that were made so far, in order; the others are as declared."""
        return self.children()

    # What the declaration says.

    @property
    def class_name(self) -> str:
        """The class as definition and parameter files name it."""
        return self._declaration.class_name

    def qualifier(self, name: str, default: Any = None) -> Any:
        """One qualifier of the declaration merged with its class."""
        return self._declaration.qualifier(name, default)

    def get_merged_metadata(self, kind: str) -> Mapping[Any, Any]:
        """Metadata merged over class hierarchy and declaration, from a cache.

        Parameters
        ----------
        kind
            ``qualifiers``, ``attributes`` (child → class), ``error_codes`` or ``contents_order`` (child → position).
        """
        if kind == "qualifiers":
            return self._declaration.qualifiers
        if kind in ("attributes", "contents_order"):
            return self._contents_metadata()[kind]
        if kind == "error_codes":
            return class_error_codes(type(self))
        raise InvalidInput(
            f"there is no metadata {kind!r}; there are qualifiers, attributes, error_codes, contents_order"
        )

    def _contents_metadata(self) -> Mapping[str, Mapping[str, Any]]:
        """Class and position of each child, for `get_merged_metadata`."""
        names = self.childNames()
        kinds = MappingProxyType({name: type(self._child(name)) for name in names})
        order = MappingProxyType({name: position for position, name in enumerate(names)})
        return {"attributes": kinds, "contents_order": order}

    def order(self) -> Any:
        """What objects of this class are put in order by; None if they are not, or it is not set."""
        return None

    def validity(self) -> list[Finding]:
        """All that is wrong with this object and what is below it."""
        raise NotImplementedError

    def _finding(self, code: int, message: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(
            path=self.object_path(), severity=severity, code=code, message=message, class_name=self.class_name
        )

    def _required(self, code: int = 100) -> list[Finding]:
        """The finding of an object without a value that needs one."""
        if self.qualifier("allowUndefined") is False:
            return [self._finding(code, "is required but not set")]
        return []

    def _refuse(self, value: object, allowed: str, *, code: int = 0) -> InvalidValue:
        return InvalidValue(self.object_path() or self._name, value, allowed, code=code)

    def _stay(self) -> None:
        """Leave the tree: have files at and below this object stay where they are."""

    # Copies and comparisons.

    def copy(self) -> Self:
        """A free-standing object with the same declaration, value and state."""
        made = self._made(self._declaration, None, self._name)
        made.set(self)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Values and states as JSON values, without loss."""
        raise NotImplementedError

    def from_dict(self, data: Mapping[str, Any]) -> None:
        """Take what `to_dict` gave: all of it, or nothing if any of it is bad."""
        with self.all_or_nothing():
            self._take_dict(data)

    def _take_dict(self, data: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _state_in(self, data: Any) -> ValueState:
        """The state in what `to_dict` gave; `InvalidValue` if there is none."""
        told = data.get("state") if isinstance(data, Mapping) else None
        for state in ValueState:
            if state.value == told:
                return state
        raise self._refuse(data, "an object with a state: " + ", ".join(state.value for state in ValueState))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CData):
            return NotImplemented
        return self is other or (type(self) is type(other) and self._equals(other))

    def _equals(self, other: Any) -> bool:
        """Whether an object of the same class has the same value and state."""
        return bool(self.to_dict() == other.to_dict())

    def __hash__(self) -> int:
        return id(self)

    # Signals.

    @property
    def changed(self) -> Signal[Change]:
        """Tells of every change of the value by a setter, here or below."""
        if self._changed is None:
            self._changed = Signal(plain=True)
            CData._heard = True
        return self._changed

    def batch(self) -> AbstractContextManager[None]:
        """A context that tells at its end what changed in it, once for each object.

        Examples
        --------
        >>> from xtalflow.data import CInt
        >>> number = CInt(default=1)
        >>> connection = number.changed.connect(lambda change: print(change.old, change.new))
        >>> with number.batch():
        ...     number.set(2)
        ...     number.set(3)
        1 3
        """
        return batch(self)

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """A batch that, if it fails, leaves this object and what is below it as they were, and tells of nothing."""
        return all_or_nothing(self)

    def _tell(self, old: object, before: ValueState | None, new: object, was: CData | None = None) -> None:
        if CData._heard:
            tell(self, old, before, new, was)
