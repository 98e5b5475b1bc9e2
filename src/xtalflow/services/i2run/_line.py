"""The i2run command that would make a job."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from xtalflow.data import CCollection, CData, CDataFile, CList, CScalar
from xtalflow.plugin import CPluginScript

from .._command_line import is_said, needs_clearing, parts_to_say
from .._parameters import OUTPUTS
from .._words import value_text
from ._options import OptionNames
from ._request import task_word, unquoted


def i2run_line(plugin: CPluginScript, project: str, *, title: str = "") -> str:
    """The words that run a filled task, as a shell takes them: what is as declared is left out."""
    names = OptionNames(plugin.container)
    words = ["xtalflow", "i2run", task_word(plugin.TASKNAME), *_option("project_name", [project])]
    if title not in ("", plugin.TASKTITLE) and not names.has("title"):
        words += _option("title", [title])
    for item in names.known:
        if not item.object_path().startswith(f"{OUTPUTS}."):
            words += _words(names.name_of(item), item)
    return shlex.join(words)


def _words(name: str, item: CData) -> Iterator[str]:
    if not is_said(item):
        return
    if not isinstance(item, CList):
        yield from _option(name, list(_tokens_of(item)))
        return
    if not item:
        yield f"--{name}"
    for each in item:
        if tokens := list(_tokens_of(each)):
            yield from _option(name, tokens)


def _option(name: str, tokens: list[str]) -> list[str]:
    """An option with its tokens; the first goes with the name if it could be taken for an option itself."""
    if tokens[0].startswith("-"):
        return [f"--{name}={tokens[0]}", *tokens[1:]]
    return [f"--{name}", *tokens]


def _tokens_of(item: CData) -> Iterator[str]:
    """The tokens of an option, or of an item of a list."""
    if isinstance(item, CCollection):
        text = value_text(item)
        yield json.dumps(text, ensure_ascii=False) if "=" in text and isinstance(item.value, str) else text
    elif isinstance(item, CScalar):
        yield _kept(value_text(item))
    elif isinstance(item, CDataFile):
        yield f"fullPath={item}"
        yield from _parts(item, "")
    else:
        yield from _tokens(item, "")


def _kept(text: str) -> str:
    """A value whose own quotes around it stay when one pair is taken away."""
    return f'"{text}"' if text != unquoted(text) else text


def _tokens(item: CData, key: str) -> Iterator[str]:
    """The tokens of a part under its key."""
    if isinstance(item, CScalar):
        if is_said(item):
            text = value_text(item)
            yield f"{key}={text if isinstance(item, CCollection) else _kept(text)}"
    elif isinstance(item, CDataFile):
        if is_said(item):
            yield f"{key}={item}"
            yield from _parts(item, f"{key}/")
    elif isinstance(item, CList):
        if is_said(item):
            if needs_clearing(item):
                yield f"{key}="
            for position, each in enumerate(item):
                yield from _tokens(each, f"{key}[{position}]")
    else:
        for part in item.children():
            yield from _tokens(part, f"{key}/{part.name}" if key else part.name)


def _parts(file: CDataFile, begin: str) -> Iterator[str]:
    for part in parts_to_say(file):
        yield from _tokens(part, f"{begin}{part.name}")
