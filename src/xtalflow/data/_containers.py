"""Objects with named children: composites, which are one value, and containers, which hold many."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from xtalflow.errors import UnknownParameter

from ._base import CData
from ._changes import batch, is_heard, silence
from ._findings import Finding
from ._hierarchy import HierarchicalObject, is_parameter_name
from ._qualifiers import Declaration, Qualifiers
from ._scalars import CFloat, CString

_NOTHING = nullcontext()
_DECLARED: dict[type[Any], Mapping[str, CData]] = {}


def declared_children(kind: type[Any]) -> Mapping[str, CData]:
    """Declarations of a class and its bases, in the order of their first appearance; gathered once for each class."""
    if kind not in _DECLARED:
        declared: dict[str, CData] = {}
        for base in reversed(kind.__mro__):
            declared |= {value.name: value for value in vars(base).values() if isinstance(value, CData)}
        last = {name: declared.pop(name) for name in getattr(kind, "LAST", ()) if name in declared}
        _DECLARED[kind] = declared | last
    return _DECLARED[kind]


class CComposite(CData):
    """A value made of named values, such as a cell."""

    __slots__ = ("_children",)

    LAST: ClassVar[tuple[str, ...]] = ()
    """Children that come after those that a subclass declares."""

    _children: dict[str, CData]

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        self._children = {}
        super()._set_up(declaration, parent, name)

    def childNames(self) -> list[str]:
        return list(declared_children(type(self)))

    def _child(self, name: str) -> CData:
        child = self._children.get(name)
        if child is None:
            declaration = self._declaration.children.get(name) or self._declared(name)
            child = self._children[name] = declaration.kind._made(declaration, self, name)
        return child

    def _declared(self, name: str) -> Declaration:
        declared = declared_children(type(self)).get(name)
        if declared is None:
            raise UnknownParameter(name, close=difflib.get_close_matches(name, self.childNames()))
        return self._declaration.child(name, declared._declaration)

    def touched(self) -> Iterator[CData]:
        made = self._children
        return (made[name] for name in self.childNames() if name in made)

    def __contains__(self, name: str) -> bool:
        return name in self.childNames()

    def _contents_metadata(self) -> Mapping[str, Mapping[str, Any]]:
        known = self._declaration.contents
        if known is None:
            known = self._declaration.contents = super()._contents_metadata()
        return known

    def is_as_declared(self) -> bool:
        return all(child.is_as_declared() for child in self._children.values())

    def may_hold(self, kind: type[CData]) -> bool:
        return _class_may_hold(type(self), kind)

    def __getitem__(self, name: str) -> Any:
        return self._child(name)

    def set(self, value: Any) -> None:
        """Take values by name (children not named are unset), or copy a related object; None unsets."""
        if value is None:
            self.unSet()
            return
        other = self._other(value)
        with self.all_or_nothing(), self._telling():
            self._copy_from(other)

    def __set__(self, instance: Any, value: Any) -> None:
        super().__set__(instance, value)

    def _other(self, value: Any) -> CComposite:
        """The object to copy; of a mapping, one made of it, so that a bad part changes nothing."""
        if isinstance(value, CComposite) and (isinstance(value, type(self)) or isinstance(self, type(value))):
            return value
        if not isinstance(value, Mapping):
            raise self._refuse(value, f"a {type(self).__name__} or its children by name")
        made = self._made(self._declaration, self._parent, self._name)
        with silence(made):
            made.unSet()
            made._update(value)
        return made

    def update(self, values: Mapping[str, Any]) -> None:
        """Set the children named, all or none of them, and leave the others."""
        with self.all_or_nothing():
            self._update(values)

    def _update(self, values: Mapping[str, Any]) -> None:
        if any(not isinstance(name, str) for name in values):
            raise self._refuse(values, "values by name")
        for child, value in [(self._child(name), value) for name, value in values.items()]:
            child.set(value)

    def unSet(self) -> None:
        with self._telling():
            for child in self.children():
                child.unSet()

    def restore(self) -> None:
        with self._telling():
            for child in self._children.values():
                child.restore()

    def _telling(self) -> AbstractContextManager[None]:
        """Tell those above of what is done in between as of one change."""
        return self._as_one_change() if CData._heard else _NOTHING

    @contextmanager
    def _as_one_change(self) -> Iterator[None]:
        old = (self.copy(), self._told()) if is_heard(self) else None
        try:
            with batch(self, end=self):
                yield
        finally:
            if old is not None and self != old[0]:
                self._tell(old[1], None, self._told(), old[0])

    def _told(self) -> object:
        """The value as listeners hear it."""
        return self.copy()

    def _stay(self) -> None:
        for child in self._children.values():
            child._stay()

    def _copy_from(self, other: CComposite) -> None:
        theirs = set(other.childNames())
        for name in self.childNames():
            if name in theirs:
                self._child(name).set(other._child(name))
            else:
                self._child(name).unSet()

    def validity(self) -> list[Finding]:
        if not self.isSet():
            return self._required()
        return [finding for child in self.children() for finding in child.validity()]

    def to_dict(self) -> dict[str, Any]:
        return {"children": {child.name: child.to_dict() for child in self.children()}}

    def _take_dict(self, data: Mapping[str, Any]) -> None:
        told = data.get("children") if isinstance(data, Mapping) else None
        if not isinstance(told, Mapping):
            raise self._refuse(data, "an object with children")
        with self._telling():
            for child, value in [(self._child(name), value) for name, value in told.items()]:
                child._take_dict(value)
            for child in self.children():
                if child._name not in told:
                    child.unSet()


_MAY_HOLD: dict[tuple[type[Any], type[Any]], bool] = {}


def _class_may_hold(owner: type[Any], kind: type[Any]) -> bool:
    """Whether a class declares children of another, or children that may hold them; found out once."""
    known = _MAY_HOLD.get((owner, kind))
    if known is None:
        _MAY_HOLD[owner, kind] = False  # for what is declared inside itself
        below = [each for child in declared_children(owner).values() for each in _declared_in(child._declaration)]
        known = any(issubclass(each, (kind, CContainer)) or _class_may_hold(each, kind) for each in below)
        _MAY_HOLD[owner, kind] = known
    return known


def _declared_in(declaration: Declaration) -> Iterator[type[CData]]:
    """The class of a declaration; of a list also that of its items, which may be lists."""
    each: Declaration | None = declaration
    while each is not None:
        yield each.kind
        each = each.item


class CContainer(CComposite):
    """Named parameters in order; the root container knows the project's folder.

    Attributes
    ----------
    project_directory
        The folder against which files of the project are resolved; None outside a project.
    base_directory
        The folder against which bare paths are resolved: where the command was typed.
    """

    __slots__ = ("_added", "_base_directory", "_found", "_project_directory")

    _added: dict[str, Declaration]
    _found: dict[str, CData] | None
    """Objects by path that were found before; those in lists are not kept, as they move."""
    _base_directory: Path | None
    _project_directory: Path | None

    def __init__(self, **qualifiers: Unpack[Qualifiers]) -> None:
        super().__init__(**qualifiers)
        self._base_directory = _present_directory()

    def _set_up(self, declaration: Declaration, parent: HierarchicalObject | None, name: str) -> None:
        self._added = {} if declaration.added is None else declaration.added
        self._found = self._project_directory = self._base_directory = None
        super()._set_up(declaration, parent, name)

    def _as_item(self) -> Declaration:
        below = {name: child for name, child in self._children.items() if isinstance(child, CContainer)}
        own = {
            name: declared for name, child in below.items() if (declared := child._as_item()) is not child._declaration
        }
        if not own and (not self._added or self._added is self._declaration.added):
            return self._declaration
        declaration = self._declaration.saying({})
        declaration.added = {name: own.pop(name, declared) for name, declared in self._added.items()}
        declaration.children |= own
        return declaration

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

    def may_hold(self, kind: type[CData]) -> bool:
        return bool(self._added) or super().may_hold(kind)

    def add(self, name: str, declaration: CData) -> CData:
        """Declare one more child of this very container, as a definition file does; a value that it has is copied.

        Raises
        ------
        TypeError
            The name cannot be one in a path, or is that of a child that the class declares; or the container is part of
            a list, whose items have one declaration.
        """
        if any(each._name.startswith("[") for each in self._upwards()):
            raise TypeError(f"{self.object_path()} is part of a list, whose items are all declared alike")
        if not is_parameter_name(name) or name in declared_children(type(self)):
            raise TypeError(f"{type(self).__name__} cannot have {name!r} added")
        old = self._children.pop(name, None)
        if old is not None:
            old._parent = None
        self._add(name, declaration._as_item())
        self._forget()
        child = self._child(name)
        if declaration.isSet(allowDefault=False):
            child.set(declaration)
        return child

    def _forget(self) -> None:
        """Find anew what was found before, here and above."""
        for node in self._upwards():
            if isinstance(node, CContainer):
                node._found = None

    def childNames(self) -> list[str]:
        declared = declared_children(type(self))
        added = self._added
        return [*declared, *(name for name in added if name not in declared)] if declared else list(added)

    def _child(self, name: str) -> CData:
        children = self._children
        child = children.get(name)
        if child is None:
            declaration = self._added.get(name)
            if declaration is None:
                return super()._child(name)
            child = children[name] = declaration.kind._made(declaration, self, name)
        return child

    if not TYPE_CHECKING:  # what a class declares is typed; what a definition file adds cannot be

        def __getattr__(self, name: str) -> CData:
            if not name.startswith("_") and name in self._added:
                return self._child(name)
            raise AttributeError(f"{type(self).__name__} has no {name!r}")

        def __setattr__(self, name: str, value: Any) -> None:
            if not name.startswith("_") and name in self._added and not hasattr(type(self), name):
                self._child(name).set(value)
            else:
                super().__setattr__(name, value)

    def _contents_metadata(self) -> Mapping[str, Mapping[str, Any]]:
        return CData._contents_metadata(self) if self._added else super()._contents_metadata()

    def find(self, path: str) -> Any:
        known = self._found
        if known is not None and (found := known.get(path)) is not None:
            return found
        found = super().find(path)
        if "[" not in path:
            if known is None:
                known = self._found = {}
            known[path] = found
        return found

    def copy(self) -> Self:
        made = self._made(self._as_item(), None, self._name)
        made._copy_from(self)
        made._project_directory, made._base_directory = self.project_directory, self.base_directory
        return made

    def _add(self, name: str, declaration: Declaration) -> None:
        if self._added is self._declaration.added:  # shared with others of the same declaration
            self._added = dict(self._added)
        self._added[name] = declaration

    def __iter__(self) -> Iterator[CData]:
        return iter(list(self.children()))

    def set(self, value: Any) -> None:
        """Take values by name (those not named stay), or copy what another container has too; None unsets all.

        If any of the values is bad, none is taken.
        """
        if isinstance(value, Mapping):
            self.update(value)
        elif value is None:
            self.unSet()
        elif isinstance(value, CContainer):
            with self.all_or_nothing(), self._telling():
                self._copy_from(value)
        else:
            raise self._refuse(value, "a container or parameters by name")

    def _copy_from(self, other: CComposite) -> None:
        theirs = set(other.childNames())
        for name in self.childNames():
            if name in theirs:
                mine, its = self._child(name), other._child(name)
                if isinstance(mine, CContainer) and isinstance(its, CContainer):
                    mine._copy_from(its)
                else:
                    mine.set(its)

    def validity(self) -> list[Finding]:
        return [finding for child in self.children() for finding in child.validity()]


def _present_directory() -> Path | None:
    try:
        return Path.cwd()
    except FileNotFoundError:  # deleted; asked again, and said, when a bare path needs it
        return None


class CPerformanceIndicator(CComposite):
    """Key performance indicators of a job; the name of each is that of the child. It is set when any of them is."""

    __slots__ = ()
    REPORTS = True
    LAST = ("annotation",)

    value = CFloat()
    annotation = CString()

    def isSet(self, allowDefault: bool = True) -> bool:
        own = [child for child in self.children() if child.name not in ("value", "annotation")]
        return any(child.isSet(allowDefault) for child in own or self.children())
