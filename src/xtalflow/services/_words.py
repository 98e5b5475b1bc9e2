"""Parameters as a user types them: ``F_SIGF=data.mtz:/*/*/[F,SIGF]``, ``NCYCLES=5``, or a bare file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xtalflow.data import CCollection, CComposite, CData, CDataFile, CList, CScalar, find_all_files
from xtalflow.errors import InvalidInput, UnknownParameter, UnreadableFile
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import CMiniMtzDataFile, parse_columns

from ._parameters import find_parameter, is_name, parameters

_JSON = ("{", "[", '"')
"""Begin of a value of parts by name."""
_COLUMNS = re.compile(r"(/[^/]*/[^/]*/)?\[[^\[\]]+\]|[^/\\:\[\].]+")


def give_parameters(plugin: CPluginScript, words: Iterable[str], here: Path) -> None:
    """Give a task the parameters that a user typed.

    ``NAME=VALUE`` sets a parameter; a list takes one item each time; a file may be followed by ``:`` and the columns
    that are meant. A bare file goes to the first empty input whose content fits. Parts of files, such as
    ``XYZIN.selection.text=A/``, are set when all files are given, wherever they stand among the words.

    Parameters
    ----------
    here
        The folder against which relative paths are resolved.

    Raises
    ------
    UnknownParameter, InvalidValue, InvalidInput
        A word is wrong; the sentence names the parameter, and the file where there is one.
    """
    plugin.container.base_directory = here
    giver = _Giver(plugin, here)
    bare = [word for word in words if not giver.give(word)]
    for word in bare:
        giver.give_bare(word)
    giver.give_parts()


def split_columns(text: str, here: Path) -> tuple[str, str]:
    """A file and the columns chosen in it, of ``FILE:/*/*/[F,SIGF]`` or ``FILE:F,SIGF``; columns may be empty.

    A file that exists is never split, whatever is in its name; ``FILE:`` is a file without columns.
    """
    if _exists(path_of_text(text, here)):
        return text, ""
    cuts = [match.start() for match in re.finditer(":", text)]
    for cut in reversed(cuts):
        if cut and _exists(path_of_text(text[:cut], here)):
            return text[:cut], text[cut + 1 :]
    if len(text) > 1 and text.endswith(":"):
        return text[:-1], ""
    for cut in cuts:  # no such file: the sentence about it should not name the columns too
        if cut and _COLUMNS.fullmatch(text[cut + 1 :]):
            return text[:cut], text[cut + 1 :]
    return text, ""


@dataclass(slots=True)
class _Giver:
    plugin: CPluginScript
    here: Path
    given: set[str] = field(default_factory=set)
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of parts of files."""

    def give(self, word: str) -> bool:
        """Set the parameter that a word names; False if it is a bare file."""
        name, equals, value = word.partition("=")
        if not equals or not is_name(name):
            return False
        try:
            parameter = find_parameter(self.plugin, name)
        except UnknownParameter:
            if _exists(path_of_text(split_columns(word, self.here)[0], self.here)):
                return False
            raise
        if _is_in_file(parameter):
            self.parts.append((name, value))
        else:
            self._give(parameter, value)
        return True

    def give_parts(self) -> None:
        """Set the parts of files that the words named."""
        for name, value in self.parts:
            self._give(find_parameter(self.plugin, name), value)

    def give_bare(self, word: str) -> None:
        """Give a file to the first empty input that it fits."""
        text, columns = split_columns(word, self.here)
        path = path_of_text(text, self.here)
        if not _exists(path):
            known = ", ".join(item.name for item in parameters(self.plugin))
            raise InvalidInput(
                f"{word!r} is neither a file nor PARAM=VALUE; the parameters of {self.plugin.TASKNAME} are {known}"
            )
        if path.is_dir():
            raise UnreadableFile(path, "this is a folder, not a file")
        reasons = []
        for file in self._empty_files():
            refusal = _try(file, path, columns)
            if not refusal:
                return
            reasons.append(f"{file.object_path()}: {refusal}")
        why = "\n".join(reasons) or f"all inputs of {self.plugin.TASKNAME} are given"
        raise InvalidInput(f"{path} fits no empty input:\n{why}")

    def _empty_files(self) -> Iterator[CDataFile]:
        for parameter in parameters(self.plugin):
            if not parameter.object_path().startswith("inputData."):
                continue
            if isinstance(parameter, CList):
                is_blank = parameter.is_as_declared()
                if is_blank:
                    parameter.clear()
                yield from (file for file in find_all_files(parameter) if not file.isSet())
                item = parameter.addItem()
                files = [item] if isinstance(item, CDataFile) else find_all_files(item)[:1]
                yield from files
                if any(file.isSet() for file in files):
                    continue
                if is_blank:
                    parameter.restore()
                else:
                    parameter.pop()
            elif isinstance(parameter, CDataFile):
                if not parameter.isSet():
                    yield parameter
            else:
                yield from (file for file in find_all_files(parameter) if not file.isSet())

    def _give(self, parameter: CData, value: str) -> None:
        path = parameter.object_path()
        if isinstance(parameter, CList):
            if path not in self.given:
                parameter.clear()
            self.given.add(path)
            if value:
                self._give(parameter.addItem(), value)
            return
        if path in self.given:
            raise InvalidInput(f"{path} is given twice")
        self.given.add(path)
        if isinstance(parameter, CDataFile):
            give_file(parameter, value, self.here)
        elif isinstance(parameter, CScalar):
            give_value(parameter, value)
        elif file := only_file(parameter):
            self._give(file, value)
        else:
            parts = ", ".join(f"{parameter.name}.{name}=" for name in parameter.childNames())
            raise InvalidInput(f"{path} has parts; give them one by one: {parts}")


def give_value(parameter: CScalar[Any], text: str) -> None:
    """Set a value as a user types it; one made of parts by name is an object of JSON, or a list of pairs."""
    value: Any = text
    if isinstance(parameter, CCollection) and text.startswith(_JSON):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(f"{parameter.object_path()} = {text!r} is refused: it is not JSON") from exc
    parameter.set(value)


def value_text(parameter: CScalar[Any]) -> str:
    """The text by which `give_value` sets the same value."""
    value = parameter.value
    if isinstance(value, tuple) or (isinstance(parameter, CCollection) and str(value).startswith(_JSON)):
        return json.dumps(parameter.to_dict()["value"], ensure_ascii=False)
    return str(value)


def only_file(parameter: CData) -> CDataFile | None:
    """The file of a composite that has one among its parts, such as `CImportUnmerged`."""
    files = [part for part in parameter.children() if isinstance(part, CDataFile)]
    return files[0] if isinstance(parameter, CComposite) and len(files) == 1 else None


def _is_in_file(parameter: CData) -> bool:
    """Whether it is a part of a file, which goes when another file is given."""
    node = parameter.parent
    while node is not None and not isinstance(node, CDataFile):
        node = node.parent
    return node is not None


def give_file(file: CDataFile, value: str, here: Path) -> None:
    """Point a file parameter to a file as a user types it, with its columns or without; an empty text unsets it.

    Raises
    ------
    InvalidInput
        The text names no file, or columns where there are none.
    """
    if not value:
        file.unSet()
        return
    text, columns = split_columns(value, here)
    file.set(path_of_text(text, here))
    choose_columns(file, columns)


def choose_columns(file: CDataFile, columns: str) -> None:
    """Keep the columns that are meant in a file of several."""
    if not columns:
        return
    if not isinstance(file, CMiniMtzDataFile):
        raise InvalidInput(f"{file.object_path()}: {file} has no columns to choose from, so {columns!r} makes no sense")
    try:
        file.columnLabels.set(str(parse_columns(columns)))
    except InvalidInput as exc:
        raise InvalidInput(f"{file.object_path()}: {file}: {exc}") from exc


def _try(file: CDataFile, path: Path, columns: str) -> str:
    """Give a file to a parameter if its content fits; the reason if it does not, and the parameter is as before."""
    before = file.copy()
    try:
        file.set(path)
        choose_columns(file, columns)
        if type(file).examine is CDataFile.examine and not _has_extension(file):
            raise InvalidInput(f"{path}: is not called as files of this kind are")
        file.examine()
    except InvalidInput as exc:
        file.set(before)
        return str(exc)
    return ""


def _has_extension(file: CDataFile) -> bool:
    """Whether a file of a kind whose content nobody reads has at least its kind's extension."""
    extensions = file.qualifier("fileExtensions") or ()
    return not extensions or str(file).lower().endswith(tuple(f".{each}".lower() for each in extensions))


def path_of_text(text: str, here: Path) -> Path:
    """The path that a text means: ``~`` is the user's home, and relative is to `here`."""
    try:
        return here / Path(text).expanduser()
    except RuntimeError:  # nobody has this home
        return here / text


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, a folder that may not be searched
        return False
