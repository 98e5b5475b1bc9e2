"""Qualifiers: what a declaration says about its values. Names are CCP4i2's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

if TYPE_CHECKING:
    from ._base import CData


class Qualifiers(TypedDict, total=False):
    """All qualifiers that a declaration may give."""

    default: Any
    min: float
    max: float
    minimum: float
    maximum: float
    minLength: int
    maxLength: int
    enumerators: Sequence[Any]
    menuText: Sequence[str]
    onlyEnumerators: bool
    allowUndefined: bool
    mustExist: bool
    fromPreviousJob: bool
    saveToDb: bool
    guiLabel: str
    toolTip: str
    toolTipList: Sequence[str]
    guiDefinition: Mapping[str, Any]
    guiMode: str
    charWidth: int
    label: str
    caption: str
    title: str
    helpFile: str
    width: int
    requiredSubType: Sequence[int]
    requiredContentFlag: Sequence[int]
    sameCrystalAs: str
    sameCrystalLevel: int
    listMinLength: int
    listMaxLength: int
    listCompare: int
    ifAtomSelection: bool
    selectionMode: int
    isDirectory: bool
    fileExtensions: Sequence[str]
    mimeTypeName: str
    mimeTypeDescription: str
    fileLabel: str
    fileContentClassName: str
    ifInfo: bool
    jobCombo: bool
    downloadModes: Sequence[str]
    subType: Mapping[str, Any]
    contentFlag: Mapping[str, Any]
    mtzFileKey: str
    pdbFileKey: str
    columnGroup: Any
    columnGroupClassList: Sequence[str]
    correctColumns: Sequence[str]
    groupTypes: Sequence[str]
    expertLevel: int
    phaserMode: str
    multiple: bool
    patternRegex: str
    patternErrorMessage: str
    allowedCharsCode: int
    allowedChars: str
    allowedCharacters: str
    allowedCharactersMode: int
    compare: int
    format: str
    nameRoot: str
    requiredSequences: Sequence[str]
    allowAlias: bool
    allowUnfound: bool
    autoLoadHeader: bool
    enumeratorsFunction: str
    addEnumeratorFunction: str
    subItem: Any


KNOWN = frozenset(Qualifiers.__annotations__)


_MERGED: dict[type[Any], Mapping[str, Any]] = {}


def class_qualifiers(kind: type[Any]) -> Mapping[str, Any]:
    """Qualifiers of a class, merged over its bases once."""
    if kind not in _MERGED:
        merged: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            merged |= vars(base).get("QUALIFIERS", {})
        _MERGED[kind] = MappingProxyType(merged)
    return _MERGED[kind]


_CODES: dict[type[Any], Mapping[Any, str]] = {}


def class_error_codes(kind: type[Any]) -> Mapping[Any, str]:
    """Codes of a class's findings, merged over its bases once."""
    if kind not in _CODES:
        merged: dict[Any, str] = {}
        for base in reversed(kind.__mro__):
            merged |= vars(base).get("ERROR_CODES", {})
        _CODES[kind] = MappingProxyType(merged)
    return _CODES[kind]


class Limits(NamedTuple):
    """What qualifiers say about single values; None where they say nothing."""

    low: float | None
    high: float | None
    choices: Sequence[Any] | None
    """Values that are obligatory."""
    shortest: int | None
    longest: int | None
    pattern: str | None

    @classmethod
    def of(cls, declaration: Declaration) -> Limits:
        """The limits that a declaration and its class set."""
        said = declaration.qualifiers if _limits_values(declaration.kind) else declaration.own
        if _LIMITING.isdisjoint(said):
            return NO_LIMITS
        choices = said.get("enumerators") if said.get("onlyEnumerators") else None
        return cls(
            said.get("min"),
            said.get("max"),
            choices,
            said.get("minLength"),
            said.get("maxLength"),
            said.get("patternRegex"),
        )


_LIMITING = frozenset({"min", "max", "enumerators", "onlyEnumerators", "minLength", "maxLength", "patternRegex"})


@cache
def _limits_values(kind: type[Any]) -> bool:
    """Whether the qualifiers of a class limit its values."""
    return not _LIMITING.isdisjoint(class_qualifiers(kind))


NO_LIMITS = Limits(None, None, None, None, None, None)


class Declaration:
    """What is the same for all instances made from one place in a task: the class and its qualifiers; shared."""

    __slots__ = (
        "_merged",
        "added",
        "children",
        "class_name",
        "contents",
        "initial",
        "item",
        "kind",
        "kinds",
        "limits",
        "own",
    )

    def __init__(
        self, kind: type[CData], own: Mapping[str, Any], item: Declaration | None = None, class_name: str = ""
    ) -> None:
        self.kind, self.item = kind, item
        self.own = dict(own)  # what the declaration itself says
        self.class_name = class_name or kind.__name__
        self._merged: Mapping[str, Any] | None = None
        self.children: dict[str, Declaration] = {}  # of those children that were asked for
        self.kinds: dict[type[CData], Declaration] = {}  # the same of subclasses, which items of a list may be of
        self.initial: tuple[Any, Any] | None = None  # a scalar's value and state as declared, checked once
        self.limits: Limits | None = None
        self.contents: Mapping[str, Mapping[str, Any]] | None = None  # what is the same for all objects
        self.added: dict[str, Declaration] | None = None  # what a container has beside what its class declares

    def qualifier(self, name: str, default: Any = None) -> Any:
        """One of the qualifiers, without merging all."""
        own = self.own
        return own[name] if name in own else class_qualifiers(self.kind).get(name, default)

    @property
    def qualifiers(self) -> Mapping[str, Any]:
        """The class's qualifiers with the declaration's own on top; merged once."""
        if self._merged is None:
            inherited = class_qualifiers(self.kind)
            self._merged = MappingProxyType({**inherited, **self.own}) if self.own else inherited
        return self._merged

    def child(self, name: str, declared: Declaration) -> Declaration:
        """The declaration of a child, with what this one says about it (``subType={"min": 1}``)."""
        given, default = self.qualifier(name), self.qualifier("default")
        said = dict(given) if isinstance(given, Mapping) else {}
        if isinstance(default, Mapping) and name in default and "default" not in said:
            said["default"] = default[name]
        known = self.children[name] = declared.saying(said) if said else declared
        return known

    def of_kind(self, kind: type[CData]) -> Declaration:
        """The same declaration of another class."""
        known = self.kinds.get(kind)
        if known is None:
            known = self.kinds[kind] = Declaration(kind, self.own, self.item)
        return known

    def say(self, more: Mapping[str, Any]) -> None:
        """Have more qualifiers, as long as nobody has asked for any."""
        self.own.update(more)
        self._merged = None

    def saying(self, more: Mapping[str, Any]) -> Declaration:
        """The same declaration with more qualifiers."""
        return Declaration(self.kind, {**self.own, **more}, self.item, self.class_name)
