"""Where the files of a form are: in the project, among the uploads of who asks, or on the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from xtalflow.data import CDataFile
from xtalflow.engine import FileRecord, path_below
from xtalflow.xtal import CMiniMtzDataFile, class_named, class_names

PROJECT_FILE = "file:"
"""Begin of a value that names a file of the project by its uuid."""
UPLOAD = "upload:"
"""Begin of a value that names an upload."""

_LONGEST = 200
"""Characters of what is said of a file."""

MOST_OFFERS = 200
"""Files of a project that are offered for one parameter: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOffer:
    """A file of the project that a parameter can take.

    Attributes
    ----------
    value
        What a form sends if it is chosen.
    job
        Number of the job that made it; empty if it was imported.
    """

    value: str
    label: str
    job: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlaces:
    """Where the values of file fields are looked for.

    Attributes
    ----------
    directory
        The project's folder; None without a project.
    records
        Files of the project that can be offered, the newest first, and those that are chosen.
    upload
        The path of an upload of who asks; `InvalidInput` if there is none.
    here
        The folder against which paths on the server are resolved; None if who asks may name none.
    """

    directory: Path | None = None
    records: Sequence[FileRecord] = ()
    upload: Callable[[str], Path] | None = None
    here: Path | None = None
    by_id: Mapping[str, FileRecord] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {str(record.id): record for record in self.records})

    def path_of(self, file: CDataFile) -> Path | None:
        """Where a file that was chosen is read; None if none was.

        Raises
        ------
        UnreadableFile
            It is one of the project, and a symbolic link leads out of that.
        """
        if self.directory is None or file.path is None or not file.path.is_relative_to(self.directory):
            return file.path
        return path_below(self.directory, file.path)

    def refuse_outside(self, file: CDataFile) -> None:
        """Refuse a file that who asks may not have: for whom no paths are resolved, all that is outside the project.

        Raises
        ------
        UnreadableFile
            It is outside, or a symbolic link leads out.
        """
        if self.directory is not None and file.path is not None and self.here is None:
            path_below(self.directory, file.path)
        self.path_of(file)

    def offers_for(self, parameter: CDataFile) -> list[FileOffer]:
        """The files of the project that a parameter can take, the best first."""
        return [offer_of(record) for record in self.fitting(parameter)[:MOST_OFFERS]]

    def fitting(self, parameter: CDataFile) -> list[FileRecord]:
        """The records of what a parameter can take.

        First those of the kind most welcome, then those of whole jobs and imported ones before what their parts made,
        then the newest.
        """
        kinds = kinds_of(parameter)
        made_anew = {record.derived_from for record in self.records}
        fitting = [
            (preference, record)
            for record in self.records
            if record.available and record.file_type in kinds and record.id not in made_anew
            if (preference := parameter.sub_type_preference(record.sub_type)) is not None
            if _serves(parameter, record)
        ]
        fitting.sort(key=lambda each: (each[0], "." in job_of(each[1])))
        return [record for _, record in fitting]


def offer_of(record: FileRecord) -> FileOffer:
    """A file of the project as a form offers it."""
    name = record.path.rpartition("/")[2]
    label = record.annotation or name
    if label != name:
        label = f"{label} ({name})"
    return FileOffer(
        value=f"{PROJECT_FILE}{record.id}", label=label, job=job_of(record), facts=facts_in_words(record.facts)
    )


def job_of(record: FileRecord) -> str:
    """Number of the job in whose folder a file is; empty for imported files."""
    found = re.match(r"CCP4_JOBS/((?:job_\d+/)+)", record.path)
    return ".".join(part.removeprefix("job_") for part in found[1].strip("/").split("/")) if found else ""


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """What the content of a file says, in a line: cell, space group, resolution, what there is."""
    cell, low, high = facts.get("cell"), facts.get("d_max"), facts.get("d_min")
    said = [str(facts.get("space_group") or "")]
    said.append(" ".join(f"{length:.6g}" for length in cell) if isinstance(cell, (list, tuple)) else "")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        said.append(f"{low:.2f}-{high:.2f} Å")
    counts = {name: facts.get(name) for name in ("reflections", "atoms", "waters", "number")}
    said += [f"{count} {name}" for name, count in counts.items() if isinstance(count, int) and count]
    if names := dict.fromkeys(str(chain.get("name")) for chain in _listed(facts, "chains")):
        said.append(f"chain{'s' * (len(names) > 1)} {', '.join(names)}")
    said.append(", ".join(str(each.get("identifier")) for each in _listed(facts, "monomers")))
    if not facts.get("atoms"):
        said += [f"{each.get('name')}: {each.get('length')} residues" for each in _listed(facts, "sequences")]
    said.append(" | ".join(",".join(group.get("labels", ())) for group in _listed(facts, "observations")))
    said.append(", ".join(str(label) for label in facts.get("free_flags") or () if isinstance(label, str)))
    text = " · ".join(part for part in said if part)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _listed(facts: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects that a file lists under a name."""
    listed = facts.get(name)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, (list, tuple)) else []


def _serves(parameter: CDataFile, record: FileRecord) -> bool:
    """Whether the content of a file is one that a parameter takes, as far as the record tells."""
    if not isinstance(parameter, CMiniMtzDataFile) or record.content_flag is None:
        return True
    if record.file_type != parameter.file_type:
        return True
    return record.content_flag == 0 or parameter.serves(record.content_flag)


def kinds_of(parameter: CDataFile) -> frozenset[str]:
    """The types of the files that a parameter can take."""
    return (_types_below(type(parameter)) | {parameter.file_type}) - {""}


@cache
def _types_below(kind: type[CDataFile]) -> frozenset[str]:
    """The types of a class and of those that are kinds of it."""
    known = [class_named(name) for name in class_names()]
    below = [each for each in known if each is not None and issubclass(each, kind)]
    types = {getattr(each, "QUALIFIERS", {}).get("mimeTypeName") or "" for each in below if issubclass(each, CDataFile)}
    return frozenset(types - {""})
