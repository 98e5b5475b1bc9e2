"""A form as pages draw it: fields, what may be chosen in them, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xtalflow.data import (
    ValueState,
)

from ._places import FileOffer

_FEW = 6
"""Numbers that fit in a row."""


class Control(StrEnum):
    """How a field is shown."""

    SECTION = "section"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    LINES = "lines"
    SWITCH = "switch"
    CHOICE = "choice"
    FILE = "file"
    LIST = "list"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """One of several values, and how it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormProblem:
    """What is wrong with a field, or remarked on it."""

    severity: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether a job cannot be run with it."""
        return self.severity == "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """What a field for a file needs beside its value.

    Attributes
    ----------
    offers
        Files of the project that fit.
    source
        Where the file is that is chosen: ``project``, ``upload``, ``path``; empty without one.
    name
        How that file is shown.
    facts
        What its content says, in a line.
    extensions
        Of files of this kind, with their dots.
    """

    offers: tuple[FileOffer, ...] = ()
    source: str = ""
    name: str = ""
    facts: str = ""
    extensions: tuple[str, ...] = ()

    @property
    def groups(self) -> list[FileGroup]:
        """The offers by the job that made them, in their order."""
        found: dict[str, list[FileOffer]] = {}
        for offer in self.offers:
            found.setdefault(offer.job, []).append(offer)
        return [FileGroup(job=job, offers=tuple(offers)) for job, offers in found.items()]

    @property
    def accept(self) -> str:
        """The extensions as a browser wants them."""
        return ",".join(self.extensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroup:
    """Files that one job made; imported ones if it has no number."""

    job: str
    offers: tuple[FileOffer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field, or several together.

    Attributes
    ----------
    path
        Path of the parameter, which is also the name under which a form sends its value.
    expert
        Level of expertise; 0 is for everybody.
    value
        As text, as it was typed even if it is refused.
    state
        ``not_set``, ``default``, ``explicitly_set`` or ``refused``.
    range
        The limits as words; empty without any.
    only_choices
        Whether nothing but the choices is possible.
    parts
        Fields of a section or group, rows of a list, choices in a file.
    """

    path: str
    control: Control
    class_name: str
    label: str
    help: str = ""
    required: bool = False
    expert: int = 0
    unit: str = ""
    default: str = ""
    value: str = ""
    state: str = ValueState.NOT_SET.value
    low: str = ""
    high: str = ""
    range: str = ""
    choices: tuple[FormChoice, ...] = ()
    only_choices: bool = False
    parts: tuple[FormField, ...] = ()
    file: FormFile | None = None
    problems: tuple[FormProblem, ...] = ()

    @property
    def id(self) -> str:
        """The path as it can be the id of an element."""
        return re.sub(r"[^\w-]", "-", self.path)

    @property
    def errors(self) -> bool:
        """Whether a job cannot be run with what is in this very field."""
        return any(problem.is_error for problem in self.problems)

    @property
    def plain(self) -> tuple[FormField, ...]:
        """The parts that are for everybody."""
        return tuple(part for part in self.parts if not part.expert)

    @property
    def expertise(self) -> tuple[FormField, ...]:
        """The parts that are for experts."""
        return tuple(part for part in self.parts if part.expert)

    @property
    def columns(self) -> FormField | None:
        """Of a file with several groups of columns, the field that chooses among them."""
        return next((part for part in self.parts if part.path == f"{self.path}.columnLabels"), None)

    @property
    def is_row(self) -> bool:
        """Whether its parts are a few numbers that stand in a row, such as a cell."""
        numbers = all(part.control in (Control.NUMBER, Control.INTEGER) for part in self.parts)
        return self.control is Control.GROUP and numbers and len(self.parts) <= _FEW

    @property
    def opens_expertise(self) -> bool:
        """Whether the parts for experts should be seen: something in them was changed, or is wrong."""
        return any(part.is_changed or part.has_problems for part in self.expertise)

    @property
    def offers_none(self) -> bool:
        """Whether no value is one of the choices, or none need be offered, as there is a default."""
        return any(choice.value == "" for choice in self.choices) or bool(self.default and self.value)

    @property
    def is_changed(self) -> bool:
        """Whether anything in it is not as declared."""
        return self.state in ("explicitly_set", "refused") or any(part.is_changed for part in self.parts)

    @property
    def has_problems(self) -> bool:
        """Whether anything is wrong with it or in it."""
        return bool(self.problems) or any(part.has_problems for part in self.parts)

    def walk(self) -> Iterator[FormField]:
        """The field and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A task as a form; `problems` are of the whole."""

    task: str
    title: str
    summary: str
    sections: tuple[FormField, ...]
    problems: tuple[FormProblem, ...] = ()
    command: str = ""

    @property
    def fields(self) -> Iterator[FormField]:
        """All fields in order, sections and groups included."""
        for section in self.sections:
            yield from section.walk()

    @property
    def may_run(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(problem.is_error for problem in self.problems) and not any(each.errors for each in self.fields)

    def field(self, path: str) -> FormField | None:
        """The field of a path."""
        return next((each for each in self.fields if each.path == path), None)
