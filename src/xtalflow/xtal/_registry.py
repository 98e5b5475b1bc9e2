"""Classes of the tree by the names that definition files call them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from xtalflow.data import CComposite, CData, CScalar, CUnknown

_CONTENTS = ("xtalflow.data", "xtalflow.xtal", "xtalflow.xtal.classes")
_NO_CLASS_OF_A_FILE = (CData, CComposite, CScalar, CUnknown)


def class_named(name: str) -> type[CData] | None:
    """The class of this name, such as ``CObsDataFile``; None if there is none."""
    return _classes().get(name)


def class_names() -> tuple[str, ...]:
    """Names of all classes that a definition file may name, sorted."""
    return tuple(sorted(_classes()))


@cache
def _classes() -> Mapping[str, type[CData]]:
    """What the tables of contents of `data`, `xtal` and `xtal.classes` offer; loaded when first asked."""
    packages = [importlib.import_module(package) for package in _CONTENTS]
    return MappingProxyType(
        {name: kind for package in packages for name, kind in vars(package).items() if _is_class(kind)}
    )


def _is_class(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, CData) and kind not in _NO_CLASS_OF_A_FILE
