"""Gives a task what the tokens of its options say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from xtalflow.data import CCollection, CComposite, CData, CDataFile, CList, CScalar
from xtalflow.engine import FileRecord
from xtalflow.errors import InvalidInput
from xtalflow.xtal import AsuSequence, CAsuDataFile, CMiniMtzDataFile, read_sequences, write_asu_contents

from .._words import choose_columns, give_value, only_file, path_of_text
from ._request import FILE_ID, FILE_USE, unquoted

FULL_PATH, SEQUENCE_FILE = "fullPath", "seqFile"
_WHICH_FILE = frozenset({FULL_PATH, SEQUENCE_FILE, FILE_USE, "baseName", "relPath", "project"})
"""Keys that say which file is meant; then its identity is looked at, and then what else is said of it."""
_STEP = re.compile(r"([^\[\]]*)((?:\[(?:0|[1-9]\d{0,8})\])*)")

NamedFiles = Mapping[tuple[str, str], FileRecord | None]
"""Files of the project by what names them; None for an identity that it does not have."""


def give_options(
    given: Iterable[tuple[CData, Sequence[str]]], here: Path, scratch: Path, files: NamedFiles | None = None
) -> None:
    """Give parameters what their tokens say; a value that is given again takes the place of the one before.

    Parameters
    ----------
    here
        The folder against which relative paths are resolved.
    scratch
        A folder for the contents that are made of sequence files, which a job takes from there.
    files
        What `resolve_files` found.

    Raises
    ------
    InvalidInput, InvalidValue
        A token is wrong; the sentence names the parameter.
    """
    giver = _Giver(here, scratch, files or {})
    for item, tokens in given:
        giver.give_option(item, tokens)


@dataclass(slots=True)
class _Giver:
    here: Path
    scratch: Path
    files: NamedFiles
    given: set[str] = field(default_factory=set)

    def give_option(self, item: CData, tokens: Sequence[str]) -> None:
        path = item.object_path()
        again = path in self.given
        self.given.add(path)
        if isinstance(item, CList):
            if not again:
                item.clear()
            if tokens:
                self._give(item.addItem(), tokens)
            return
        if again:
            item.restore()
        self._give(item, tokens)

    def _give(self, item: CData, tokens: Sequence[str]) -> None:
        if isinstance(item, CScalar) and not isinstance(item, CCollection):
            give_value(item, ",".join(map(unquoted, tokens)))
            return
        later = []
        for token in tokens:
            steps, value = self._key(item, token)
            target, rest = _reach(item, steps)
            value = value if isinstance(target, CCollection) else unquoted(value)
            if isinstance(target, CDataFile) and rest and rest[0] not in _WHICH_FILE:
                later.append((target, rest, value))
            else:
                self._set(target, rest, value)
        for file, rest, value in sorted(later, key=lambda part: part[1][0] != FILE_ID):
            self._set_part(file, rest, value)

    def _key(self, item: CData, token: str) -> tuple[list[str], str]:
        """The steps from an item to what a token sets, none for itself, and the value."""
        key, equals, value = token.partition("=")
        steps = _steps(key) if equals and not token.startswith(('"', "{")) else []
        if steps and (isinstance(item, CCollection) or steps[0] in _parts(item)):
            return steps, value
        is_file = isinstance(item, CDataFile) or only_file(item) is not None
        if steps and not (is_file and path_of_text(token, self.here).exists()):
            what = f"has no part {steps[0]!r}{f', and {token!r} is no file' if is_file else ''}"
            raise InvalidInput(f"{item.object_path()} {what}; {_listed(item)}")
        return [], token

    def _set(self, target: CData, rest: Sequence[str], value: str) -> None:
        """Set what steps led to; below a collection or a file there may be more of them."""
        if isinstance(target, CDataFile):
            self._set_file(target, rest[0] if rest else FULL_PATH, value)
        elif isinstance(target, CCollection):
            target.set(_with_part(target.value, rest, value)) if rest else give_value(target, value)
        elif isinstance(target, CScalar):
            give_value(target, value)
        elif isinstance(target, CList):
            if value:
                self._set(target.addItem(), [], value)
            else:
                target.clear()
        elif file := only_file(target):
            self._set(file, [], value)
        else:
            raise InvalidInput(f"{target.object_path()} has parts; give them one by one; {_listed(target)}")

    def _set_file(self, file: CDataFile, key: str, value: str) -> None:
        if key == FULL_PATH:
            file.set(path_of_text(value, self.here) if value else None)
        elif key == SEQUENCE_FILE:
            file.set(self._contents_of(file, path_of_text(value, self.here)))
        elif key in (FILE_USE, FILE_ID):
            record = self.files.get((key, value))
            if record is not None:
                file.link(record)
            elif key == FILE_USE or not file.baseName.value:
                raise InvalidInput(f"{file.object_path()}: the project has no file {value}")
        else:
            file[key].set(value)

    def _contents_of(self, file: CDataFile, sequences: Path) -> Path:
        """The contents of an asymmetric unit with one copy of each sequence of a file."""
        if not isinstance(file, CAsuDataFile):
            raise InvalidInput(
                f"{file.object_path()} takes no sequences: it is a {file.class_name}, not a CAsuDataFile"
            )
        contents = [
            AsuSequence(
                name=one.name,
                sequence=one.sequence,
                kind=one.kind,
                copies=1,
                description=one.description,
                source=sequences.as_posix(),
            )
            for one in read_sequences(sequences)
        ]
        made = Path(mkdtemp(dir=self.scratch)) / f"{sequences.stem}.asu.xml"
        write_asu_contents(contents, made)
        return made

    def _set_part(self, file: CDataFile, steps: Sequence[str], value: str) -> None:
        """Set what is said of a file beside which it is."""
        if steps == [FILE_ID]:
            self._set_file(file, FILE_ID, value)
        elif steps == ["columnLabels"] and not (isinstance(file, CMiniMtzDataFile) and not value):
            choose_columns(file, value)
        else:
            self._set(*_reach(file[_known(file, steps[0])], steps[1:]), value)


def _steps(key: str) -> list[str]:
    """Steps of a key: ``columnList[0]/columnLabel`` gives ``columnList``, ``[0]``, ``columnLabel``; none of no key."""
    steps = list[str]()
    for part in key.split("/"):
        match = _STEP.fullmatch(part)
        if match is None or not part:
            return []
        steps += [match[1]] * bool(match[1]) + re.findall(r"\[\d+\]", match[2])
    return steps


def _reach(item: CData, steps: Sequence[str]) -> tuple[CData, list[str]]:
    """What steps lead to; at a file or a collection the rest of them is given back.

    The item after the last of a list is made. A step that names no item means the last one, which is made if there is
    none.
    """
    rest = list(steps)
    while rest and not isinstance(item, (CDataFile, CCollection)):
        step = rest.pop(0)
        if isinstance(item, CList):
            if step.startswith("["):
                item = _item(item, int(step[1:-1]))
                continue
            item = item[-1] if item else item.addItem()
            if isinstance(item, (CDataFile, CCollection)):
                return item, [step, *rest]
        item = item.find(_known(item, step))
    return item, rest


def _item(items: CList[Any], position: int) -> CData:
    if position > len(items):
        path = items.object_path()
        raise InvalidInput(f"{path}[{position}] is given before {path}[{len(items)}]")
    made: CData = items.addItem() if position == len(items) else items[position]
    return made


def _known(item: CData, step: str) -> str:
    if step not in item.childNames():
        raise InvalidInput(f"{item.object_path()} has no part {step!r}; {_listed(item)}")
    return step


def _parts(item: CData) -> list[str]:
    """Keys that a parameter knows; an item of a list in a list is one too."""
    if isinstance(item, CDataFile):
        more = [FULL_PATH, FILE_USE, *([SEQUENCE_FILE] if isinstance(item, CAsuDataFile) else [])]
        return [*more, *item.childNames()]
    if isinstance(item, CList):
        return [f"[{position}]" for position in range(len(item) + 1)]
    return item.childNames() if isinstance(item, CComposite) else []


def _listed(item: CData) -> str:
    parts = _parts(item)
    return f"its parts are {', '.join(f'{name}=' for name in parts)}" if parts else "it has no parts"


def _with_part(parts: Any, steps: Sequence[str], value: str) -> tuple[tuple[str, Any], ...]:
    """The parts of a collection with one more; what is below a part that is there goes into it."""
    pairs = parts if isinstance(parts, tuple) else ()
    name, *below = steps
    if not below:
        return (*pairs, (name, value))
    known = next((part for each, part in pairs if each == name and isinstance(part, tuple)), None)
    if known is None:
        return (*pairs, (name, _with_part((), below, value)))
    return tuple((each, _with_part(part, below, value) if part is known else part) for each, part in pairs)
