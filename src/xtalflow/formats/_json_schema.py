"""JSON Schema of a task, for forms, REST and editors."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from xtalflow.data import (
    CBoolean,
    CCollection,
    CComposite,
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CScalar,
    Parts,
    ValueState,
    class_qualifiers,
    own_qualifiers,
)

from ._ecma_pattern import ecma_pattern

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff"
_TEXT = f"^[^{_CONTROLS}]*$"
_PATH = rf"^(?=[^{_CONTROLS}]*$)(?:[\s\S]*/)?(?:\.[^/]+|[^/.][^/]*)$"
_PART = r"^[A-Za-z_][A-Za-z0-9_.-]*(?!\n)$"
_TEXT_PART = r"^(?:@[A-Za-z_][A-Za-z0-9_.-]*|#text)(?!\n)$"
_BASIC: Mapping[str, Schema] = {
    "text": {"description": "A text without control characters", "pattern": _TEXT},
    "integer": {"description": "Of at most 64 bits", "minimum": 1 - 2**63, "maximum": 2**63 - 1},
    "number": {"description": "Finite", "minimum": -sys.float_info.max, "maximum": sys.float_info.max},
    "givenFile": {
        "description": "A path, or an object that says which file it is",
        "type": ["string", "object"],
        "if": {"type": "object"},
        "then": {
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}}
                for name in ("baseName", "dbFileId")
            ]
        },
    },
    "parts": {
        "description": "A text, or parts by name; as an array of names and parts where a name comes twice",
        "anyOf": [
            {"type": "string", "$ref": "#/$defs/text"},
            {
                "type": "object",
                "patternProperties": {
                    _PART: {"$ref": "#/$defs/parts"},
                    _TEXT_PART: {"type": "string", "$ref": "#/$defs/text"},
                },
                "additionalProperties": False,
            },
            {
                "type": "array",
                "items": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "anyOf": [
                        {"prefixItems": [{"type": "string", "pattern": _PART}, {"$ref": "#/$defs/parts"}]},
                        {
                            "prefixItems": [
                                {"type": "string", "pattern": _TEXT_PART},
                                {"type": "string", "$ref": "#/$defs/text"},
                            ]
                        },
                    ],
                },
            },
        ],
    },
}
_SET: Schema = {"not": {"type": "null"}}


def json_schema(
    container: CContainer, *, title: str, description: str = "", outputs: Collection[str] = ("outputData",)
) -> Schema:
    """The schema, in the dialect of 2020-12, of the documents that a container takes with `set`.

    Such a document has values by name, as in ``{"inputData": {"F_SIGF": "data.mtz"}, "controlParameters": {"NCYCLES":
    5}}``: numbers, texts and truths are those of JSON, lists are arrays, composites are objects, a file is its path or
    an object of its parts, and null unsets. What is not mentioned is as declared, but for parts of composites and
    files, which are unset.

    A document that the schema accepts is one that a container as declared takes, and in which `validity` finds nothing
    required or too short or too long. JSON Schema cannot say, or is not made to say, that

    - numbers and truths may be given as texts (``"5"``, ``"yes"``), and truths as 0 and 1;
    - 5.0 is not taken for an integer;
    - a text may have to be the symbol of a space group, and has no halves of surrogate pairs; a path must not begin
      with an unknown user's ``~name``;
    - parts of collections are at most 100 levels deep;
    - ends of a range and items of a list may have to be in order, a cell must be whole, and files must exist, with a
      content that fits;
    - letters, digits and blanks beyond ASCII, and newlines at the end of a text, may be seen otherwise by a pattern;
      one that ECMA-262 does not have is left out;
    - what is below `outputs` is never required.

    Parameters
    ----------
    container
        Only its declarations count, not what is set in it.
    title, description
        Of the task.
    outputs
        Sections that the task fills, and the user does not.
    """
    writer = _Writer()
    declared = container.copy()
    declared.restore()
    sections = {section.name: section for section in declared.children()}
    properties = {
        name: writer.describe(section, strict=name not in outputs) | ({"readOnly": True} if name in outputs else {})
        for name, section in sections.items()
    }
    schema: Schema = {"$schema": DIALECT, "title": title}
    if description:
        schema["description"] = description
    schema |= {"type": "object", "properties": properties, "additionalProperties": False}
    required = [name for name, section in sections.items() if name not in outputs and _is_lacking(section)]
    if required:
        schema["required"] = required
    return schema | ({"$defs": writer.definitions()} if writer.definitions() else {})


@dataclass(slots=True)
class _Writer:
    """Describes objects; what has parts is described once, below ``$defs``.

    In what is not strict, nothing is required.
    """

    _shapes: dict[str, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def definitions(self) -> Schema:
        basic = {name: schema for name, schema in _BASIC.items() if name in self._used}
        return basic | {name: json.loads(shape) for shape, name in self._shapes.items()}

    def describe(self, item: CData, *, strict: bool, nullable: bool | None = None) -> Schema:
        """What an object takes, with its title and help.

        Parameters
        ----------
        nullable
            Whether it may be unset; as its declaration says if it is left out.
        """
        if nullable is None:
            nullable = not (strict and _is_required(item))
        return _annotations(item) | self._value(item, strict=strict, nullable=nullable)

    def _value(self, item: CData, *, strict: bool, nullable: bool) -> Schema:
        if isinstance(item, CScalar):
            return self._scalar(item, nullable=nullable)
        if isinstance(item, CList):
            return self._list(item, strict=strict, nullable=nullable)
        if isinstance(item, CContainer):
            return self._container(item, strict=strict, nullable=nullable)
        reference: Schema = {"$ref": f"#/$defs/{self._shape(item, strict=strict)}"}
        return reference if nullable else {"allOf": [reference, self._given(item)]}

    def _basic(self, name: str) -> Schema:
        self._used |= {name, "text"} if name == "parts" else {name}
        return {"$ref": f"#/$defs/{name}"}

    def _scalar(self, item: CScalar[Any], *, nullable: bool) -> Schema:
        choices = item.qualifier("enumerators")
        limits: Schema = {}
        if choices and item.qualifier("onlyEnumerators"):
            possible = [choice for choice in choices if item.accepts(choice)]
            limits["enum"] = [*possible, *([None] if nullable else [])]
        elif choices:
            limits["examples"] = list(choices)
        if isinstance(item, CCollection):
            parts = self._basic("parts")
            return ({"anyOf": [parts, {"type": "null"}]} if nullable else parts) | limits
        if isinstance(item, CBoolean):
            kind = "boolean"
        elif isinstance(item, (CInt, CFloat)):
            kind = "integer" if isinstance(item, CInt) else "number"
            bounds = {"minimum": item.qualifier("min"), "maximum": item.qualifier("max")}
            widest = _BASIC[kind]
            if bounds["minimum"] is not None:
                bounds["minimum"] = max(bounds["minimum"], widest["minimum"])
            if bounds["maximum"] is not None:
                bounds["maximum"] = min(bounds["maximum"], widest["maximum"])
            bounds = {name: bound for name, bound in bounds.items() if bound is not None}
            limits = (self._basic(kind) if len(bounds) < 2 else {}) | bounds | limits
        else:
            kind = "string"
            limits = ({} if "enum" in limits else self._basic("text") | _text_limits(item)) | limits
        return {"type": [kind, "null"] if nullable else kind, **limits}

    def _list(self, item: CList[Any], *, strict: bool, nullable: bool) -> Schema:
        schema: Schema = {"type": "array" if not nullable else ["array", "null"]}
        schema["items"] = self.describe(item.makeItem(), strict=strict)
        shortest, longest = item.qualifier("listMinLength") or 0, item.qualifier("listMaxLength")
        shortest = max(shortest, 0 if nullable else 1)
        if strict and shortest > 0:
            schema["minItems"] = shortest
        if strict and longest is not None:
            schema["maxItems"] = max(longest, 0)
        return schema

    def _container(self, item: CContainer, *, strict: bool, nullable: bool) -> Schema:
        children = list(item.children())
        schema: Schema = {
            "type": ["object", "null"] if nullable else "object",
            "properties": {child.name: self.describe(child, strict=strict) for child in children},
            "additionalProperties": False,
        }
        required = [child.name for child in children if strict and _is_lacking(child)]
        return schema | ({"required": required} if required else {})

    def _shape(self, item: CData, *, strict: bool) -> str:
        """The name under which an object with parts is described."""
        children = list(item.children())
        is_file = isinstance(item, CDataFile)
        schema: Schema = {"type": ["string", "object", "null"] if is_file else ["object", "null"]}
        if is_file:
            schema["pattern"] = _PATH
            schema |= _extensions(class_qualifiers(type(item)).get("fileExtensions"))
        schema |= {
            "properties": {child.name: self.describe(child, strict=strict, nullable=True) for child in children},
            "additionalProperties": False,
        }
        for part in schema["properties"].values():
            part.pop("default", None)  # parts that are not mentioned are unset
        required = [child for child in children if strict and not is_file and _is_required(child)]
        if required:
            all_given = {
                "required": [child.name for child in required],
                "properties": {child.name: self._enough(child) for child in required},
            }
            schema["anyOf"] = [{"not": self._given(item)}, all_given]
        return self._named(item.class_name, schema)

    def _given(self, item: CData) -> Schema:
        """What a document says of an object if it is set by it."""
        if isinstance(item, CScalar):
            return _SET
        if isinstance(item, CList):
            return {"type": "array"}
        if isinstance(item, CDataFile):
            return self._basic("givenFile")
        children = [
            {"required": [child.name], "properties": {child.name: self._given(child)}} for child in item.children()
        ]
        return {"type": "object", "anyOf": children} if children else {"not": {}}

    def _enough(self, item: CData) -> Schema:
        """What a document says of a part that is required."""
        return {"type": "array", "minItems": 1} if isinstance(item, CList) else self._given(item)

    def _named(self, wanted: str, schema: Schema) -> str:
        shape = json.dumps(schema)
        if shape not in self._shapes:
            taken = {*self._shapes.values(), *_BASIC}
            names = (wanted if not number else f"{wanted}_{number + 1}" for number in range(len(taken) + 1))
            self._shapes[shape] = next(name for name in names if name not in taken)
        return self._shapes[shape]


def _is_required(item: CData) -> bool:
    """Whether an object must not be unset."""
    if isinstance(item, CContainer):
        return any(_is_required(child) for child in item.children())
    return item.qualifier("allowUndefined") is False


def _is_lacking(item: CData) -> bool:
    """Whether an object that nobody gives a value is not valid as it is declared."""
    if isinstance(item, CList):
        blank = item.getValueState() is ValueState.DEFAULT and not any(each.isSet() for each in item)
        if _is_required(item) and (not item or blank):
            return True
        short = item.isSet() and len(item) < (item.qualifier("listMinLength") or 0)
        return short or any(_is_lacking(each) for each in item)
    if isinstance(item, CContainer) or (
        isinstance(item, CComposite) and not isinstance(item, CDataFile) and item.isSet()
    ):
        return any(_is_lacking(child) for child in item.children())
    return _is_required(item) and not item.isSet()


def expert_level(item: CData) -> Any:
    """The level of expertise that a declaration asks of whoever changes it, as it is written there; None without."""
    hints = item.qualifier("guiDefinition")
    return hints.get("expertLevel") if isinstance(hints, Mapping) else item.qualifier("expertLevel")


def _annotations(item: CData) -> Schema:
    """What forms show of an object."""
    qualifiers = item.get_merged_metadata("qualifiers")
    told = {
        "title": str(qualifiers.get("guiLabel") or ""),
        "description": str(qualifiers.get("toolTip") or ""),
        "x-expertLevel": expert_level(item),
        "x-menuText": list(qualifiers.get("menuText") or ()),
    }
    default = _default(item)
    told = {name: value for name, value in told.items() if value not in ("", [], None)}
    told |= _extensions(own_qualifiers(item).get("fileExtensions"))
    return told | ({"default": default} if default is not None else {})


def _extensions(extensions: Sequence[str] | None) -> Schema:
    return {"x-fileExtensions": list(extensions)} if extensions else {}


def _default(item: CData) -> Any:
    """The value that an object has as declared; None if it has none."""
    if isinstance(item, CScalar):
        return _plain(item.value) if item.getValueState() is ValueState.DEFAULT else None
    if isinstance(item, (CList, CContainer)) or not item.isSet():
        return None
    return {child.name: value for child in item.children() if (value := _default(child)) is not None}


def _plain(value: Any) -> Any:
    """A value as JSON has it; parts of collections are pairs."""
    return value if not isinstance(value, tuple) else _pairs(value)


def _pairs(parts: Parts) -> Any:
    return parts if isinstance(parts, str) else [[name, _pairs(part)] for name, part in parts]


def _text_limits(item: CScalar[Any]) -> Schema:
    limits: Schema = {}
    for name in ("minLength", "maxLength"):
        if item.qualifier(name) is not None:
            limits[name] = max(item.qualifier(name), 0)
    pattern = item.qualifier("patternRegex")
    translated = ecma_pattern(pattern) if pattern else None
    return limits | ({"pattern": translated} if translated else {})
