"""Objects with named children: composites, which are one value, and containers, which hold many."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self, Unpack

from xtalflow.errors import UnknownParameter

from ._base import CData
from ._findings import Finding
from ._hierarchy import HierarchicalObject
from ._qualifiers import Declaration, Qualifiers


@cache
def declared_children(kind: type[Any]) -> Mapping[str, CData]:
    """Declarations of a class and its bases, in the order of their first appearance."""
    declared: dict[str, CData] = {}
    for base in reversed(kind.__mro__):
        declared |= {name: value for name, value in vars(base).items() if isinstance(value, CData)}
    return declared


class CComposite(CData):
    """A value made of named values, such as a cell."""

    __slots__ = ("_children",)

    _children: dict[str, CData]

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        self._children = {}
        super()._set_up(declaration, parent, name)

    def _restore(self) -> None:
        default = self._declaration.qualifiers.get("default")
        if isinstance(default, Mapping):
            for name, value in default.items():
                declared = declared_children(type(self)).get(name)
                if declared is not None:
                    merged = Declaration(declared._declaration.kind, {**declared._declaration.own, "default": value})
                    self._children[name] = merged.kind._made(merged, self, name)

    def childNames(self) -> list[str]:
        return list(declared_children(type(self)))

    def _child(self, name: str) -> CData:
        child = self._children.get(name)
        if child is None:
            declared = declared_children(type(self)).get(name)
            if declared is None:
                raise UnknownParameter(name, close=difflib.get_close_matches(name, self.childNames()))
            declaration = self._declaration.child(name, declared._declaration)
            child = declaration.kind._made(declaration, self, name)
            self._children[name] = child
        return child

    def __getitem__(self, name: str) -> Any:
        return self._child(name)

    def set(self, value: Any) -> None:
        if value is None:
            self.unSet()
        elif isinstance(value, CComposite):
            self._copy_from(value)
        elif isinstance(value, Mapping):
            self.unSet()
            self.update(value)
        else:
            raise self._refuse(value, f"a {type(self).__name__} or its children by name")

    def update(self, values: Mapping[str, Any]) -> None:
        """Set the children named, and leave the others."""
        for name, value in values.items():
            self._child(name).set(value)

    def unSet(self) -> None:
        for child in self.children():
            child.unSet()

    def _copy_from(self, other: CComposite) -> None:
        theirs = set(other.childNames())
        for name in self.childNames():
            if name in theirs:
                self._child(name).set(other._child(name))
            else:
                self._child(name).unSet()

    def validity(self) -> list[Finding]:
        if not self.isSet():
            return [self._finding(100, "is required but not set")] if self.qualifier("allowUndefined") is False else []
        return [finding for child in self.children() for finding in child.validity()]

    def to_dict(self) -> dict[str, Any]:
        return {"children": {child.name: child.to_dict() for child in self.children()}}

    def from_dict(self, data: Mapping[str, Any]) -> None:
        for name, value in data.get("children", {}).items():
            self._child(name).from_dict(value)


class CContainer(CComposite):
    """Named parameters in order; the root container knows the project's folder.

    Attributes
    ----------
    project_directory
        The folder against which files of the project are resolved; None outside a project.
    base_directory
        The folder against which bare paths are resolved: where the command was typed.
    """

    __slots__ = ("_added", "_base_directory", "_project_directory")

    def __init__(self, **qualifiers: Unpack[Qualifiers]) -> None:
        super().__init__(**qualifiers)

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        self._added: dict[str, CData] = {}
        self._project_directory: Path | None = None
        self._base_directory: Path | None = None
        super()._set_up(declaration, parent, name)

    @property
    def project_directory(self) -> Path | None:
        root = self.root()
        return root._project_directory if isinstance(root, CContainer) else None

    @project_directory.setter
    def project_directory(self, folder: Path | None) -> None:
        root = self.root()
        if isinstance(root, CContainer):
            root._project_directory = folder

    @property
    def base_directory(self) -> Path:
        root = self.root()
        return (root._base_directory if isinstance(root, CContainer) else None) or Path.cwd()

    @base_directory.setter
    def base_directory(self, folder: Path) -> None:
        root = self.root()
        if isinstance(root, CContainer):
            root._base_directory = folder

    def add(self, name: str, declaration: CData) -> CData:
        """Declare one more child of this very container, as a definition file does."""
        self._added[name] = declaration
        self._children.pop(name, None)
        return self._child(name)

    def childNames(self) -> list[str]:
        return [*super().childNames(), *(name for name in self._added if name not in declared_children(type(self)))]

    def _child(self, name: str) -> CData:
        if name in self._added and name not in self._children:
            declared = self._added[name]
            self._children[name] = declared._declaration.kind._made(declared._declaration, self, name)
            if isinstance(declared, CContainer):
                for added, below in declared._added.items():
                    self._children[name]._add(added, below)  # type: ignore[attr-defined]  # it is a CContainer too
        return super()._child(name)

    def copy(self) -> Self:
        made = self._made(self._declaration, None, self._name)
        made._added = dict(self._added)
        made.from_dict(self.to_dict())
        return made

    def _add(self, name: str, declaration: CData) -> None:
        self._added[name] = declaration

    def __iter__(self) -> Iterator[CData]:
        return iter(list(self.children()))

    def set(self, value: Any) -> None:
        if isinstance(value, Mapping):
            self.update(value)
        else:
            super().set(value)

    def _copy_from(self, other: CComposite) -> None:
        theirs = set(other.childNames())
        for name in self.childNames():
            if name in theirs:
                self._child(name).set(other._child(name))

    def validity(self) -> list[Finding]:
        return [finding for child in self.children() for finding in child.validity()]


class CPerformanceIndicator(CComposite):
    """Key performance indicators of a job; the name of each is that of the child."""

    __slots__ = ()
    REPORTS = True
