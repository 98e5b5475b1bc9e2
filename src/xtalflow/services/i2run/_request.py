"""What the words of an i2run command ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xtalflow.data import CData, CList, CScalar
from xtalflow.errors import InvalidInput, NotEquipped
from xtalflow.formats.ccp4i2 import NATIVE
from xtalflow.plugin import HOSTED, task_names

from ._options import OptionNames

NO_SUPERSETS = frozenset({"freerflag", "import_merged"})
"""Tasks of this program whose name a task of CCP4i2 has that takes more than they do; a test compares them."""

FILE_USE, FILE_ID = "fileUse", "dbFileId"
_OF_CCP4I2 = {
    "project_name": "project",
    "projectName": "project",
    "project_path": "project_path",
    "projectPath": "project_path",
    "delay": "delay",
    "batch": "batch",
}
OWN = {"title": "title", "from": "source", "json": "json", "dry-run": "dry_run", "help": "help"}
"""Options that CCP4i2 does not have; a parameter of this name comes first."""
_SWITCHES = frozenset({"delay", "batch", "json", "dry_run", "help"})
_NAMES_A_FILE = re.compile(rf"(?:[^=]*/)?({FILE_USE}|{FILE_ID})=(.*)", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class I2RunRequest:
    """What a command asks for.

    Attributes
    ----------
    project, project_path
        Name of the project, and the folder of one that is made.
    delay
        Queue the job instead of running it.
    batch
        Run it without showing how it goes.
    source
        The job whose outputs fill what is empty.
    given
        Parameters with their tokens, in the order of the command; a list comes once for each of its items.
    """

    project: str | None = None
    project_path: str | None = None
    title: str = ""
    source: str | None = None
    delay: bool = False
    batch: bool = False
    json: bool = False
    dry_run: bool = False
    help: bool = False
    given: list[tuple[CData, tuple[str, ...]]] = field(default_factory=list)


def read_request(names: OptionNames, words: Sequence[str]) -> I2RunRequest:
    """Sort the words that follow the task: options, each with the tokens up to the next one.

    A word is an option if it begins with two dashes; ``--NAME=TOKEN`` gives the first token with it.

    Raises
    ------
    UnknownParameter
        An option is none of the task's.
    InvalidInput
        A word belongs to no option, or an option lacks its value.
    """
    request = I2RunRequest()
    for name, tokens in _options(words):
        attribute = _OF_CCP4I2.get(name) or ("" if names.has(name) else OWN.get(name, ""))
        if attribute in _SWITCHES:
            if tokens:
                raise InvalidInput(f"{tokens[0]!r} belongs to no option; --{name} takes no value")
            setattr(request, attribute, True)
        elif attribute:
            if len(tokens) != 1:
                raise InvalidInput(f"--{name} takes one value, not {len(tokens)}")
            setattr(request, attribute, tokens[0])
        else:
            item = names.find(name)
            if not tokens and not isinstance(item, CList):
                raise InvalidInput(f"--{name} has no value")
            request.given.append((item, tokens))
    return request


def _options(words: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The options with their tokens."""
    name, tokens = "", list[str]()
    for word in words:
        if not word.startswith("--"):
            if not name:
                raise InvalidInput(f"{word!r} belongs to no option; write --PARAM {word}")
            tokens.append(word)
            continue
        if name:
            yield name, tuple(tokens)
        name, equals, token = word[2:].partition("=")
        tokens = [token] if equals else []
        if not name:
            raise InvalidInput(f"{word!r} names no parameter; a value that begins with two dashes is --PARAM={word}")
    if name:
        yield name, tuple(tokens)


def named_files(request: I2RunRequest) -> list[tuple[str, str]]:
    """The files that tokens name by a job or by their identity: ``fileUse`` or ``dbFileId``, and the value."""
    found = []
    for item, tokens in request.given:
        below = item.makeItem() if isinstance(item, CList) else item
        if not isinstance(below, CScalar):
            found += [(match[1], unquoted(match[2])) for token in tokens if (match := _NAMES_A_FILE.fullmatch(token))]
    return found


def unquoted(text: str) -> str:
    """A token, or a value in one, without the quotes around it, which some shells and scripts leave there."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def task_meant(word: str) -> str:
    """The task that a command means: CCP4i2's of this name if it is installed, else the one of this program.

    Raises
    ------
    NotEquipped
        CCP4i2's is not installed, and this program's has not all of its parameters.
    """
    if word.startswith(NATIVE):
        return word.removeprefix(NATIVE)
    if f"{HOSTED}{word}" in task_names():
        return f"{HOSTED}{word}"
    if word in NO_SUPERSETS:
        raise NotEquipped(
            f"the task {word} of CCP4i2 is not installed, and that of this program has other parameters: "
            f"write `xtalflow run {word}`, or {NATIVE}{word}, if that is meant; for CCP4i2's own name a Python that "
            "has the package ccp4i2 as ccp4i2_python in settings.toml"
        )
    return word


def task_word(task: str) -> str:
    """The word by which a command means a task, wherever it is read."""
    if task.startswith(HOSTED):
        return task.removeprefix(HOSTED)
    return f"{NATIVE}{task}" if task in NO_SUPERSETS or f"{HOSTED}{task}" in task_names() else task
