"""Master PHIL: the parameters of a program, with types, limits, help and defaults, as a tree.

The tree is what CCP4i2 makes of such a text: each scope is a container below `controlParameters`, each definition a
parameter, and both are called by their whole path, with two underscores in the place of a dot. A scope or a definition
with ``.multiple = True`` is a list, each item of which is one of it; further ones of its name in the text are defaults
that the program adds itself, and are not in the tree.

What PHIL says and no qualifier does is in the `guiDefinition`: `expertLevel`, `style`, `caption`, `multiple` and
`input_size`; `type` where it is not a plain one; and as `default` one that the class cannot have: ``Auto``, the values
of a list, a folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from xtalflow.data import (
    CBoolean,
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CScalar,
    CString,
    ValueState,
    declare,
    declare_in,
)
from xtalflow.errors import InvalidValue

from .._definition import Definition, Note
from ._parameters import DOT, RAW_TYPES
from ._parser import parse_phil
from ._syntax import (
    PhilDefinition,
    PhilObject,
    PhilScope,
    Source,
    Word,
    read_source,
    show_words,
)
from ._types import PhilType, number_text, read_type

_SECTION = "controlParameters"
_ATTRIBUTES = frozenset(
    {
        "alias",
        "call",
        "caption",
        "deprecated",
        "disable_add",
        "disable_delete",
        "expert_level",
        "help",
        "input_size",
        "multiple",
        "optional",
        "sequential_format",
        "short_caption",
        "style",
        "type",
    }
)
_PLAIN_TYPES = frozenset({"int", "float", "bool", "str", "path", "choice", "ints", "floats", "strings"})
_TEXT_TYPES = frozenset({"str", "key", "atom_selection", *RAW_TYPES})
_TRUTHS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
    "none": None,
    "auto": None,
}


def read_phil_definition(source: Path | str) -> Definition:
    """The parameters of a program as its master PHIL, a file or a text, declares them.

    What is wrong in it, or is more than a tree can say, is in the notes; those on a text name no file.

    Raises
    ------
    InvalidInput
        It is no PHIL, or includes another text, which is not read; of a file, the error is an `UnreadableFile`.
    """
    text = Source(source) if isinstance(source, str) else read_source(source)
    builder = _Builder(text.path or Path())
    section: CContainer = declare(CContainer, {})
    builder.fill(section, parse_phil(text).objects, "")
    container = CContainer()
    declare_in(container, _SECTION, section)
    task = "" if isinstance(source, str) else source.name.partition(".")[0]
    return Definition(task=task, header={}, container=container, notes=tuple(builder.notes))


@dataclass(slots=True)
class _Builder:
    """Makes declarations of what a master PHIL says."""

    file: Path
    notes: dict[Note, None] = field(default_factory=dict)
    where: str = ""

    def complain(self, what: str) -> None:
        self.notes[Note(file=self.file, path=self.where, what=what)] = None

    def fill(self, container: CContainer, objects: Sequence[PhilObject], base: str) -> None:
        """Declare in a container what a scope holds."""
        for each in self._merged(objects, base):
            name = base + DOT + each.name if base else each.name
            self.where = name.replace(DOT, ".")
            if DOT in each.name or each.name.endswith("_"):
                self.complain("is left out: its underscores would be taken for a dot")
            elif isinstance(each, PhilScope):
                declare_in(container, name, self._scope(each, name))
            else:
                declare_in(container, name, self._definition(each))

    def _merged(self, objects: Sequence[PhilObject], base: str) -> list[PhilObject]:
        """Each object once: of one that may come often the first, else a scope with all that is said of it."""
        found: dict[str, PhilObject] = {}
        joined: dict[str, PhilScope] = {}
        for each in objects:
            known = found.setdefault(each.name, each)
            self.where = (base + DOT + each.name if base else each.name).replace(DOT, ".")
            if known is each or self._truth(known, "multiple"):
                continue
            if isinstance(known, PhilScope) and isinstance(each, PhilScope):
                if known is not joined.get(each.name):
                    known = PhilScope(each.name, known.position, list(known.objects), dict(known.attributes))
                    found[each.name] = joined[each.name] = known
                known.objects += each.objects
                known.attributes = {**each.attributes, **known.attributes}
            else:
                self.complain("is described twice; the last description counts")
                found[each.name] = each
        return list(found.values())

    def _scope(self, scope: PhilScope, name: str) -> CData:
        said = self._said(scope)
        if not self._truth(scope, "multiple"):
            container: CContainer = declare(CContainer, said)
            self.fill(container, scope.objects, name)
            return container
        item: CContainer = declare(CContainer, {})
        self.fill(item, scope.objects, name)
        return declare(CList, said, item=item)

    def _definition(self, told: PhilDefinition) -> CData:
        said = self._said(told)
        if "guiLabel" not in said:
            said = {"guiLabel": told.name, **said}
        if not self._truth(told, "multiple"):
            return self._typed(told, said)
        hints = said.pop("guiDefinition")
        item = self._typed(told, {})
        return declare(CList, {**said, "guiDefinition": hints}, item=item)

    def _said(self, told: PhilObject) -> dict[str, Any]:
        """What the attributes of a scope or a definition say, as qualifiers."""
        for name in sorted(told.attributes.keys() - _ATTRIBUTES):
            self.complain(f"PHIL has no attribute .{name[:100]}")
        hints: dict[str, Any] = {}
        for name, hint in (("expert_level", "expertLevel"), ("input_size", "input_size")):
            number = self._whole(told, name)
            hints |= {} if number is None else {hint: number}
        hints |= {name: text for name in ("style", "caption") if (text := _text(told, name))}
        if self._truth(told, "multiple"):
            hints["multiple"] = True
        said: dict[str, Any] = {}
        for name, qualifier in (("short_caption", "guiLabel"), ("help", "toolTip")):
            if text := _text(told, name):
                said[qualifier] = text
        if isinstance(told, PhilDefinition) and self._truth(told, "optional") is False:
            said["allowUndefined"] = False
        return said | ({"guiDefinition": hints} if hints else {})

    def _whole(self, told: PhilObject, name: str) -> int | None:
        text = _text(told, name)
        probe = CInt()
        if text and not probe.accepts(text):
            self.complain(f".{name} = {text[:100]!r} is not an integer")
        elif text:
            probe.set(text)
        return probe.value

    def _truth(self, told: PhilObject, name: str) -> bool | None:
        text = _text(told, name)
        if text.lower() not in _TRUTHS and text:
            self.complain(f".{name} = {text[:100]!r} is neither True nor False")
        return _TRUTHS.get(text.lower())

    def _typed(self, told: PhilDefinition, said: dict[str, Any]) -> CData:
        """A parameter of the class that the type asks for, with its default."""
        text = _text(told, "type")
        kind = read_type(text or "strings")
        for argument in kind.unclear:
            self.complain(f".type = {text[:100]}: {argument[:100]!r} is not understood")
        if kind.arguments.get("allow_none") is False:
            said["allowUndefined"] = False
        if kind.name == "choice":
            return self._choices(told, kind, said)
        if kind.name in ("ints", "floats", "strings"):
            item: CData = CString()
            if kind.name != "strings":
                item = declare(CInt if kind.name == "ints" else CFloat, kind.limits())
            return self._list(said | kind.sizes(), item, [word.text for word in _default_words(told)], told)
        if kind.name not in _PLAIN_TYPES:
            said["guiDefinition"] = {**said.get("guiDefinition", {}), "type": text}
        if kind.name == "path":
            return self._file(told, said)
        if kind.name == "unit_cell":
            return self._cell(told, said)
        return self._scalar(told, kind, said)

    def _scalar(self, told: PhilDefinition, kind: PhilType, said: dict[str, Any]) -> CData:
        from xtalflow.xtal import CSpaceGroup

        if kind.name == "bool" and told.is_only("Auto"):
            choices = {"enumerators": ("True", "False", "Auto"), "onlyEnumerators": True}
            return _with_default(CString, said | choices, "Auto")
        classes: dict[str, type[CScalar[Any]]] = {
            "int": CInt,
            "float": CFloat,
            "bool": CBoolean,
            "space_group": CSpaceGroup,
        }
        made = classes.get(kind.name, CString)
        if made is CString and kind.name not in _TEXT_TYPES:
            self.complain(f"is of the type {kind.name[:100]!r}, which is not known; a text is taken")
        if made in (CInt, CFloat):
            said |= kind.limits()
        text = show_words(told.words) if kind.name in RAW_TYPES else told.text
        return self._held(made, said, None if told.is_only("None") else text, told)

    def _held(self, made: type[CScalar[Any]], said: dict[str, Any], text: str | None, told: PhilDefinition) -> CData:
        """A parameter with a default, if it can have this one."""
        if text is None or told.is_only("Auto"):
            return declare(made, said if text is None else _hinting(said, "Auto"))
        probe = declare(made, said)
        try:
            probe.set(number_text(text) if made in (CInt, CFloat) else text)
        except InvalidValue as exc:
            self.complain(f"default = {text[:100]!r} is refused: it must be {exc.allowed}")
            return declare(made, _hinting(said, text))
        return _with_default(made, said, probe.value)

    def _list(self, said: dict[str, Any], item: CData, texts: list[str], told: PhilDefinition) -> CData:
        """A list of values; those of its default are a hint only."""
        default = "Auto" if told.is_only("Auto") else show_words([_word(text) for text in texts])
        return declare(CList, _hinting(said, default) if default else said, item=item)

    def _choices(self, told: PhilDefinition, kind: PhilType, said: dict[str, Any]) -> CData:
        words = _default_words(told)
        texts = [word.text for word in words]
        choices = tuple(text.removeprefix("*") for text in texts)
        chosen = [text[1:] for text in texts if text.startswith("*")]
        limits: dict[str, Any] = {"enumerators": choices, "onlyEnumerators": True} if choices else {}
        labels = _text(told, "caption").split()
        if choices and len(labels) == len(choices):
            limits["menuText"] = tuple(label.replace("_", " ") for label in labels)
        if kind.arguments.get("multi"):
            return self._list(said, declare(CString, limits), chosen, told)
        if told.is_only("Auto"):
            return declare(CString, _hinting(said, "Auto"))
        if len(chosen) > 1:
            self.complain(f"has {len(chosen)} choices at once; none is taken as its default")
        return _with_default(CString, said | limits, chosen[0]) if len(chosen) == 1 else declare(CString, said | limits)

    def _file(self, told: PhilDefinition, said: dict[str, Any]) -> CData:
        if "directory" in _text(told, "style").split():
            said["isDirectory"] = True
        if told.is_only("None") or told.is_only("Auto"):
            return declare(CDataFile, _hinting(said, "Auto") if told.is_only("Auto") else said)
        path = PurePosixPath(told.text)
        if not path.name or path.name == ".." or not CDataFile().baseName.accepts(told.text):
            return declare(CDataFile, _hinting(said, told.text))
        folder = {"relPath": str(path.parent)} if str(path.parent) != "." else {}
        return declare(CDataFile, said | {"default": {**folder, "baseName": path.name}})

    def _cell(self, told: PhilDefinition, said: dict[str, Any]) -> CData:
        from xtalflow.xtal import CCell

        if told.is_only("None") or told.is_only("Auto"):
            return declare(CCell, _hinting(said, "Auto") if told.is_only("Auto") else said)
        probe = CCell()
        texts = told.text.replace(",", " ").split()
        try:
            probe.set(dict(zip(probe.childNames(), texts, strict=True)))
        except ValueError:
            self.complain(f"default = {told.text[:100]!r} is refused: it must be six numbers")
            return declare(CCell, _hinting(said, told.text))
        return declare(CCell, said | {"default": {name: probe[name].value for name in probe.childNames()}})


def _with_default(made: type[CScalar[Any]], said: Mapping[str, Any], value: Any) -> CData:
    return declare(made, {**said, "default": value}, initial=(value, ValueState.DEFAULT))


def _hinting(said: Mapping[str, Any], default: str) -> dict[str, Any]:
    """Qualifiers with a default that the class cannot have."""
    return {**said, "guiDefinition": {**said.get("guiDefinition", {}), "default": default}}


def _word(text: str) -> Word:
    return Word(text, "" if text and not set(text) & set(" \t\n\"'{};#\\") else '"')


def _default_words(told: PhilDefinition) -> list[Word]:
    return [] if told.is_only("None") or told.is_only("Auto") else told.words


def _text(told: PhilObject, name: str) -> str:
    """The text of an attribute; empty if it is None."""
    words = told.attributes.get(name, [])
    if len(words) == 1 and words[0].is_bare("None"):
        return ""
    return " ".join(word.text for word in words)
