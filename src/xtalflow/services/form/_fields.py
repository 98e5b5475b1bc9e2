"""Describes a task as a form: what each parameter is called, what may be typed, what is typed, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xtalflow.data import (
    CBoolean,
    CCollection,
    CContainer,
    CData,
    CDataFile,
    CFloat,
    CInt,
    CList,
    CScalar,
    Finding,
    Severity,
    choices_in,
)
from xtalflow.errors import UnreadableFile
from xtalflow.formats import expert_level
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    COLUMN_KINDS,
    CAtomSelection,
    CCellAngle,
    CCellLength,
    CMiniMtzDataFile,
    ColumnGroup,
    CResolutionRange,
    CWavelength,
)

from .._parameters import SECTIONS
from ._columns import columns_that_fit
from ._fill import Typed, shown_value
from ._form import Control, Form, FormChoice, FormField, FormFile, FormProblem
from ._places import PROJECT_FILE, UPLOAD, FilePlaces, offer_of

_UNIT = re.compile(r"(.+?) \(([^()]{1,6})\)$")
_UNIT_OF = ((CCellLength, "Å"), (CCellAngle, "°"), (CWavelength, "Å"))
_TITLES = {"inputData": "Inputs", "controlParameters": "Controls"}
_CHOOSE = re.compile(r"; choose '.+")
"""How columns are chosen on the command line."""
SELECTION_HELP = "Such as A/ or A/10-50 or not (HOH); without it all of the model"
_SHORT = 4
"""Characters of a name that is a symbol rather than a word, such as the edges of a cell."""
_LONG = 200
"""Characters from which a text gets several lines."""


def describe_form(
    plugin: CPluginScript,
    places: FilePlaces,
    typed: Typed | None = None,
    findings: Sequence[Finding] = (),
    *,
    summary: str = "",
    command: str = "",
) -> Form:
    """The form of a task with what is in it.

    Parameters
    ----------
    typed
        What was typed and is not in the plugin, as it is refused.
    findings
        What is wrong; each is shown at its field, or at the one around it.
    """
    describer = _Describer(places, typed or Typed())
    sections = tuple(
        describer.section(plugin.container[name]) for name in SECTIONS if len(plugin.container[name].childNames())
    )
    known = {each.path: each for section in sections for each in section.walk()}
    problems: dict[str, list[FormProblem]] = {}
    for finding in findings:
        severity = "error" if finding.severity >= Severity.ERROR else "warning"
        at = _nearest(finding.path, known)
        message = finding.message if at == finding.path or not finding.path else f"{finding.path}: {finding.message}"
        if at in known and known[at].columns:
            message = _CHOOSE.sub("; choose its columns", message)
        problem = FormProblem(severity=severity, message=message)
        if problem not in problems.setdefault(at, []):
            problems[at].append(problem)
    return Form(
        task=plugin.TASKNAME,
        title=plugin.TASKTITLE,
        summary=summary,
        sections=tuple(_with_problems(section, problems) for section in sections),
        problems=tuple(problems.get("", ())),
        command=command,
    )


def _nearest(path: str, known: Collection[str]) -> str:
    """The path of the field that shows what is at a path; empty if none does."""
    while path and path not in known:
        path = re.sub(r"(^|\.)[^.\[\]]+$|\[\d+\]$", "", path)
    return path


def _with_problems(shown: FormField, problems: Mapping[str, Sequence[FormProblem]]) -> FormField:
    own = tuple(problems.get(shown.path, ()))
    parts = tuple(_with_problems(part, problems) for part in shown.parts)
    return replace(shown, problems=own, parts=parts) if own or parts != shown.parts else shown


@dataclass(frozen=True, slots=True)
class _Describer:
    places: FilePlaces
    typed: Typed

    def section(self, container: CContainer) -> FormField:
        head = self._head(container, Control.SECTION)
        label = _TITLES.get(container.object_path(), head.label)
        return replace(head, label=label, parts=tuple(self._all(container.children())))

    def _all(self, items: Iterator[CData] | Sequence[CData]) -> Iterator[FormField]:
        for item in items:
            if isinstance(item, CContainer):
                if item.childNames():
                    yield self.section(item)
            elif not isinstance(item, CCollection):  # nobody can type one
                yield self.field(item)

    def field(self, item: CData) -> FormField:
        if isinstance(item, CList):
            head = self._head(item, Control.LIST)
            return replace(head, parts=tuple(self._row(each, head.label) for each in item))
        if isinstance(item, CDataFile):
            return self._file(item)
        if isinstance(item, CScalar):
            return self._scalar(item)
        return replace(self._head(item, Control.GROUP), parts=tuple(self._all(item.children())))

    def _row(self, item: CData, around: str) -> FormField:
        row, number = self.field(item), int(item.name.strip("[]")) + 1
        own = item.qualifier("guiLabel") if isinstance(item, (CDataFile, CScalar)) else ""
        return replace(row, label=f"{row.label if own else around} {number}")

    def _head(self, item: CData, control: Control) -> FormField:
        label = str(item.qualifier("guiLabel") or _in_words(item.name))
        found = _UNIT.fullmatch(label)
        path = item.object_path()
        refused = path in self.typed.refused
        return FormField(
            path=path,
            control=control,
            class_name=item.class_name,
            label=found[1] if found else label,
            unit=found[2] if found else _unit_of(item),
            help=str(item.qualifier("toolTip") or ""),
            required=item.qualifier("allowUndefined") is False,
            expert=_level(expert_level(item)),
            value=self.typed.refused[path] if refused else shown_value(item, self.typed),
            state="refused" if refused else item.getValueState().value,
        )

    def _scalar(self, item: CScalar[Any]) -> FormField:
        low, high = (item.qualifier("min"), item.qualifier("max")) if isinstance(item, (CInt, CFloat)) else (None, None)
        default = item.qualifier("default")
        head = self._head(item, _control(item))
        values, names = list(item.qualifier("enumerators") or ()), list(item.qualifier("menuText") or ())
        names = names if len(names) == len(values) else []
        choices = [
            FormChoice(value=_text(value), label=str(names[position]) if names else _text(value))
            for position, value in enumerate(values)
        ]
        if isinstance(item, CBoolean):
            choices = [FormChoice(value="true", label="yes"), FormChoice(value="false", label="no")]
        return replace(
            head,
            default="" if default is None else _text(default),
            low="" if low is None else f"{low:g}",
            high="" if high is None else f"{high:g}",
            range=_range(low, high),
            choices=tuple(choices),
            only_choices=bool(item.qualifier("onlyEnumerators")) or isinstance(item, CBoolean),
        )

    def _file(self, item: CDataFile) -> FormField:
        head = self._head(item, Control.FILE)
        parts = [self._part(item, part) for part in choices_in(item) if self._is_asked(item, part)]
        offers = self.places.offers_for(item)
        source, name, facts = "", "", ""
        if head.value.startswith(PROJECT_FILE):
            record = self.places.by_id.get(head.value.removeprefix(PROJECT_FILE))
            own = [offer for offer in offers if offer.value == head.value]
            if not own and record is not None:  # it is chosen, if only because it was once
                own = [offer_of(record)]
                offers = [*own, *offers]
            source, name = "project", own[0].label if own else head.value
            facts = own[0].facts if own else ""
        elif head.value.startswith(UPLOAD):
            source, name = "upload", item.path.name if item.path is not None else "upload"
        elif head.value:
            source, name = "path", Path(head.value).name
        return replace(
            head,
            file=FormFile(
                offers=tuple(offers),
                source=source,
                name=name,
                facts=facts or self.typed.facts.get(head.path, ""),
                extensions=tuple(f".{each}" for each in item.qualifier("fileExtensions") or ()),
            ),
            parts=tuple(part for part in parts if part is not None),
        )

    def _is_asked(self, file: CDataFile, part: CData) -> bool:
        """Whether a form asks for a part of a file."""
        if isinstance(part, CCollection):
            return False
        return not isinstance(part, CAtomSelection) or bool(file.qualifier("ifAtomSelection"))

    def _groups(self, file: CMiniMtzDataFile) -> Sequence[ColumnGroup]:
        """The columns of a file that was chosen; none of one that may not be read."""
        with suppress(UnreadableFile):
            if file.isSet() and (path := self.places.path_of(file)) is not None:
                return columns_that_fit(file, path)
        return []

    def _part(self, file: CDataFile, part: CData) -> FormField | None:
        if isinstance(part, CAtomSelection):
            return replace(self.field(part.text), label="Atoms", help=SELECTION_HELP)
        shown = self.field(part)
        if not (isinstance(file, CMiniMtzDataFile) and part.name == "columnLabels"):
            return shown
        groups = self._groups(file)
        if len(groups) < 2 and not shown.value:
            return None
        choices = [FormChoice(value="", label="automatic")]
        for group in groups:
            labels = ",".join(group.labels)
            choices.append(FormChoice(value=labels, label=f"{labels}: {COLUMN_KINDS[group.kind].words}"))
        if shown.value not in {choice.value for choice in choices}:
            choices.append(FormChoice(value=shown.value, label=shown.value))
        return replace(
            shown,
            control=Control.CHOICE,
            label="Columns",
            choices=tuple(choices),
            only_choices=True,
            default="",
            help="",
        )


def _control(item: CScalar[Any]) -> Control:
    if isinstance(item, CBoolean):
        return Control.SWITCH if item.qualifier("default") is not None else Control.CHOICE
    if item.qualifier("enumerators"):
        return Control.CHOICE
    if isinstance(item, CInt):
        return Control.INTEGER
    if isinstance(item, CFloat):
        return Control.NUMBER
    many = (
        item.qualifier("guiMode") == "multiLine" or len(str(item.value or "")) > _LONG or "\n" in str(item.value or "")
    )
    return Control.LINES if many else Control.TEXT


def _in_words(name: str) -> str:
    """A name as a label: ``crystalName`` gives ``Crystal name``; one without small letters is left alone."""
    if name.isupper() or not name.isidentifier():
        return name
    words = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
    return name if words == name and len(name) < _SHORT else words[:1].upper() + words[1:].lower()


def _unit_of(item: CData) -> str:
    for kind, unit in _UNIT_OF:
        if isinstance(item, kind):
            return unit
    return "Å" if isinstance(item.parent, CResolutionRange) else ""


def _level(said: object) -> int:
    """The level of expertise as a number; what is no number is for experts."""
    if said is None or said == "":
        return 0
    try:
        return int(str(said))
    except ValueError:
        return 1


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "" if high is None else f"at most {high:g}"
