"""Declarations made while the program runs, as definition files need them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ._base import CData, ValueState
from ._containers import CContainer
from ._list import CList
from ._qualifiers import Declaration
from ._scalars import CScalar, CString

_D = TypeVar("_D", bound=CData)


def declare(
    kind: type[_D],
    qualifiers: Mapping[str, Any],
    *,
    class_name: str = "",
    item: CData | None = None,
    initial: tuple[Any, ValueState] | None = None,
) -> _D:
    """A declaration of a class, with qualifiers of any name.

    Parameters
    ----------
    class_name
        What files call the class, if it is not the name of `kind`.
    item
        Declaration of the items of a list; that of its class, or a text, where it is left out.
    initial
        Value and state of a scalar as declared, checked already; of a list, the number of its items and their state.
    """
    below = item
    if below is None and issubclass(kind, CList):
        below = kind.ITEM or CString()
    declaration = Declaration(kind, qualifiers, None if below is None else below._as_item(), class_name)
    declaration.initial = initial
    return kind._made(declaration, None, "")


def declare_default(declared: CScalar[Any], default: Any, initial: tuple[Any, ValueState]) -> None:
    """Say what the default of a new declaration is, and which value and state that gives, checked already."""
    declaration = declared._declaration
    declaration.say({"default": default})
    declaration.initial = initial
    declared.restore()


def declare_in(container: CContainer, name: str, declaration: CData) -> None:
    """Declare one more child of this very container, which is made when it is touched."""
    container._add(name, declaration._as_item())


def own_qualifiers(item: CData) -> Mapping[str, Any]:
    """What the declaration itself says, without what its class says."""
    return MappingProxyType(item._declaration.own)
