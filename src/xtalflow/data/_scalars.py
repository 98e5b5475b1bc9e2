"""Single values: numbers, texts and truths, never bad, never confused with none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Generic, TypeVar, Unpack

from xtalflow.errors import InvalidValue

from ._base import CData, ValueState
from ._changes import UNDOING, is_same, undo_by
from ._findings import Finding
from ._hierarchy import HierarchicalObject
from ._patterns import is_found
from ._qualifiers import NO_LIMITS, Declaration, Limits, Qualifiers, class_qualifiers

T = TypeVar("T")
_GIVEN = ValueState.EXPLICITLY_SET
_PLAIN = frozenset({str, int, float, bool})
"""Types of nearly all values; that a class is among them is found sooner than that it is not of the tree."""
_INTEGER = re.compile("[+-]?[0-9]{1,19}")
_LARGEST = 2**63 - 1
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold: control characters, halves of surrogate pairs, two non-characters."""
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


class CScalar(CData, Generic[T]):
    """A value of one type with its state."""

    __slots__ = ("_state", "_value")

    _value: T | None
    _state: ValueState

    def __init__(self, value: Any = None, **qualifiers: Unpack[Qualifiers]) -> None:
        super().__init__(**qualifiers)
        if value is not None:
            self.set(value)

    @property
    def value(self) -> T | None:
        """The value; None when it is not set."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self.set(value)

    def set(self, value: Any) -> None:
        if type(value) in _PLAIN or not (value is None or isinstance(value, CData)):
            self._store(self._checked(value), _GIVEN)
        elif value is None:
            self.unSet()
        elif isinstance(value, CScalar):
            self._take(None if value._value is None else self._checked(value._value), value._state)
        else:
            raise self._refuse(value, f"a value for {type(self).__name__}")

    def unSet(self) -> None:
        self._store(None, ValueState.NOT_SET)

    def restore(self) -> None:
        self._store(*self._as_declared())

    def getValueState(self) -> ValueState:
        return self._state

    def to_dict(self) -> dict[str, Any]:
        return {"state": self._state.value, "value": self._value}

    def _take_dict(self, data: Mapping[str, Any]) -> None:
        state = self._state_in(data)
        value = data.get("value")
        if (value is None) != (state is ValueState.NOT_SET):
            raise self._refuse(value, f"a value that agrees with the state {state.value}")
        self._take(None if value is None else self._checked(value), state)

    def validity(self) -> list[Finding]:
        return self._required() if self._value is None else []

    def order(self) -> Any:
        return self._value

    def accepts(self, value: object) -> bool:
        """Whether this is a value that it can take."""
        try:
            self._checked(value)
        except InvalidValue:
            return False
        return True

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        self._declaration, self._parent, self._name, self._changed = declaration, parent, name, None
        self._value, self._state = declaration.initial or self._as_declared()

    def _as_declared(self) -> tuple[T | None, ValueState]:
        initial = self._declaration.initial
        if initial is None:
            default = self._declaration.qualifier("default")
            given = default is not None
            initial = (self._checked(default), ValueState.DEFAULT) if given else (None, ValueState.NOT_SET)
            self._declaration.initial = initial
        return initial

    def is_as_declared(self) -> bool:
        value, state = self._as_declared()
        return self._state is state and is_same(self._value, value)

    def _take(self, value: T | None, state: ValueState) -> None:
        """Store what has a state already; the default of another declaration is explicit here."""
        if state is ValueState.DEFAULT and not is_same(value, self._as_declared()[0]):
            state = ValueState.EXPLICITLY_SET
        self._store(value, state)

    def _store(self, value: T | None, state: ValueState) -> None:
        if UNDOING:
            undo_by(partial(self._put_back, self._value, self._state))
        if not CData._heard:
            self._value, self._state = value, state
            return
        old, before = self._value, self._state
        self._value, self._state = value, state
        if before is not state or not is_same(old, value):
            self._tell(old, before, value)

    def _put_back(self, value: T | None, state: ValueState) -> None:
        self._value, self._state = value, state

    def _equals(self, other: Any) -> bool:
        return self._state is other._state and is_same(self._value, other._value)

    def _checked(self, value: Any) -> T:
        """The value as this class keeps it, within the limits; `InvalidValue` if it cannot be one."""
        converted = self._converted(value)
        limits = self._declaration.limits or self._gathered_limits()
        if limits is not NO_LIMITS:
            self._check_limits(converted, limits)
            if limits.choices and converted not in limits.choices:
                raise self._refuse(value, "one of " + ", ".join(str(choice) for choice in limits.choices), code=103)
        return converted

    def _gathered_limits(self) -> Limits:
        """What the qualifiers say about values; gathered once for each declaration."""
        limits = self._declaration.limits = Limits.of(self._declaration)
        return limits

    def _converted(self, value: Any) -> T:
        """The value as this class keeps it, whatever the limits; `InvalidValue` if it cannot be one."""
        raise NotImplementedError

    def _check_limits(self, value: T, limits: Limits) -> None:
        """Refuse a value that is outside of limits of its class's own kind."""

    def _known(self) -> T:
        if self._value is None:
            raise self._refuse(None, "set before it is calculated with")
        return self._value

    def __set__(self, instance: Any, value: T | CData | str | float | None) -> None:
        super().__set__(instance, value)

    def __str__(self) -> str:
        return "" if self._value is None else str(self._value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value!r}, {self._state.name})"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CData):
            return super().__eq__(other)
        return self._value == other

    def __hash__(self) -> int:
        return id(self)


class CNumber(CScalar[T]):
    """Arithmetic and order by value; an unset number refuses both."""

    __slots__ = ()

    def _check_limits(self, value: Any, limits: Limits) -> None:
        low, high = limits.low, limits.high
        too_low = low is not None and value < low
        if too_low or (high is not None and value > high):
            bounds = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
            allowed = " and ".join(bound for bound in bounds if bound)
            raise self._refuse(value, allowed, code=101 if too_low else 102)

    @staticmethod
    def _plain(other: Any) -> Any:
        return other._known() if isinstance(other, CNumber) else other

    def __float__(self) -> float:
        return float(self._known())  # type: ignore[arg-type]  # T is int or float

    def __int__(self) -> int:
        return int(self._known())  # type: ignore[call-overload,no-any-return]  # T is int or float

    def __abs__(self) -> Any:
        return abs(self._known())  # type: ignore[arg-type]  # T is int or float

    def __neg__(self) -> Any:
        return -self._known()  # type: ignore[operator]  # T is int or float

    def __add__(self, other: Any) -> Any:
        return self._known() + self._plain(other)

    def __radd__(self, other: Any) -> Any:
        return other + self._known()

    def __sub__(self, other: Any) -> Any:
        return self._known() - self._plain(other)

    def __rsub__(self, other: Any) -> Any:
        return other - self._known()

    def __mul__(self, other: Any) -> Any:
        return self._known() * self._plain(other)

    def __rmul__(self, other: Any) -> Any:
        return other * self._known()

    def __truediv__(self, other: Any) -> Any:
        return self._known() / self._plain(other)

    def __rtruediv__(self, other: Any) -> Any:
        return other / self._known()

    def __floordiv__(self, other: Any) -> Any:
        return self._known() // self._plain(other)

    def __rfloordiv__(self, other: Any) -> Any:
        return other // self._known()

    def __mod__(self, other: Any) -> Any:
        return self._known() % self._plain(other)

    def __rmod__(self, other: Any) -> Any:
        return other % self._known()

    def __pow__(self, other: Any) -> Any:
        return self._known() ** self._plain(other)

    def __rpow__(self, other: Any) -> Any:
        return other ** self._known()

    def __lt__(self, other: Any) -> bool:
        return bool(self._known() < self._plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self._known() <= self._plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self._known() > self._plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self._known() >= self._plain(other))


class CInt(CNumber[int]):
    """An integer of at most 64 bits."""

    __slots__ = ()
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        101: "below the minimum",
        102: "above the maximum",
        103: "not among the choices",
    }

    def _converted(self, value: Any) -> int:
        if type(value) is int and -_LARGEST <= value <= _LARGEST:
            return value
        if isinstance(value, str):
            value = value.strip()
            whole = _INTEGER.fullmatch(value) is not None
        else:
            whole = isinstance(value, Integral) and value is not True and value is not False
        if not whole:
            raise self._refuse(value, "an integer")
        number = int(value)
        if abs(number) > _LARGEST:
            raise self._refuse("a number of more than 64 bits", "an integer of at most 64 bits")
        return number

    def __index__(self) -> int:
        return self._known()


class CFloat(CNumber[float]):
    """A real number; finite, but for indicators, which report what they find."""

    __slots__ = ()
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        101: "below the minimum",
        102: "above the maximum",
        103: "not among the choices",
    }

    def _converted(self, value: Any) -> float:
        if type(value) is float and math.isfinite(value):
            return value
        if isinstance(value, bool) or not isinstance(value, (str, Real)) or (isinstance(value, str) and "_" in value):
            raise self._refuse(value, "a number")
        try:
            number = float(value)
        except ValueError:
            raise self._refuse(value, "a number") from None
        except OverflowError:
            raise self._refuse("a number of more than 1024 bits", "a finite number") from None
        if not math.isfinite(number) and not (isinstance(self._parent, CData) and self._parent.REPORTS):
            raise self._refuse(value, "a finite number")
        return number

    def to_dict(self) -> dict[str, Any]:
        if self._value is not None and not math.isfinite(self._value):
            return {"state": self._state.value, "value": str(self._value)}  # JSON has no such numbers
        return super().to_dict()


class CString(CScalar[str]):
    """A text; an empty one that was given is a value."""

    __slots__ = ()
    REFUSED: ClassVar[re.Pattern[str]] = _UNWRITABLE
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        101: "too short",
        102: "too long",
        103: "not among the choices",
        105: "not of the required pattern",
    }

    def _converted(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._refuse(value, "a text")
        text = value if type(value) is str else "".join(value)  # of a member of an enumeration its value
        if self.REFUSED.search(text):
            raise self._refuse(text, "a text without control characters")
        return text

    def _check_limits(self, value: str, limits: Limits) -> None:
        if limits.shortest is not None and len(value) < limits.shortest:
            raise self._refuse(value, f"at least {limits.shortest} characters long", code=101)
        if limits.longest is not None and len(value) > limits.longest:
            raise self._refuse(value, f"at most {limits.longest} characters long", code=102)
        if limits.pattern and not self._matches(limits.pattern, value):
            allowed = self.qualifier("patternErrorMessage") or f"of the pattern {limits.pattern}"
            raise self._refuse(value, allowed, code=105)

    def _matches(self, pattern: str, text: str) -> bool:
        """Whether a text has the pattern; that of a definition file may take for ever, and then it has not."""
        if pattern == class_qualifiers(type(self)).get("patternRegex"):
            return re.search(pattern, text) is not None
        return is_found(pattern, text)

    def __len__(self) -> int:
        return len(self._value or "")

    def __contains__(self, text: str) -> bool:
        return text in (self._value or "")


class CBoolean(CScalar[bool]):
    """True or False; unset is neither, and counts as False where a truth is asked for."""

    __slots__ = ()

    def _converted(self, value: Any) -> bool:
        if isinstance(value, str):
            text = value.strip().lower()
            if text in _TRUE or text in _FALSE:
                return text in _TRUE
        elif isinstance(value, bool):
            return value
        elif (isinstance(value, Integral) and int(value) in (0, 1)) or _is_truth_of_numpy(value):
            return bool(value)
        raise self._refuse(value, "True or False")


def _is_truth_of_numpy(value: object) -> bool:
    """Numpy's truths are neither numbers nor Python's; numpy itself may not be there."""
    return (type(value).__module__, type(value).__name__) in (("numpy", "bool"), ("numpy", "bool_"))


class COneWord(CString):
    """A text without blanks."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "patternRegex": r"\A\S+\Z",
        "patternErrorMessage": "one word, without blanks",
    }


class CUUID(CString):
    """A uuid as text; empty where a file of CCP4i2 has none."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "patternRegex": r"\A([0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})?\Z",
        "patternErrorMessage": "a uuid",
    }


class CFilePath(CString):
    """A file's name or folder; bytes of it that are no UTF-8 are kept as Python keeps them."""

    __slots__ = ()
    REFUSED: ClassVar[re.Pattern[str]] = re.compile(
        "[^\t\n\r\x20-\ud7ff\udc80-\udcff\ue000-\ufffd\U00010000-\U0010ffff]"
    )
