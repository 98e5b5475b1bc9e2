"""What the results of a job depend on, so that they can be taken again instead of made again.

A fingerprint is known before a job runs: task, its version, parameters in force, content of the inputs. What it used on
its way (programs, child tasks, entries of the monomer library) is known afterwards, and looked at again before its
results are re-used. Titles, paths, hosts and times are no part of either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xtalflow.data import ValueState, find_all_files
from xtalflow.errors import InvalidInput, NotEquipped, UnreadableFile
from xtalflow.formats import write_atomically
from xtalflow.plugin import CPluginScript, ErrorRow

from ._json_records import encode_json, from_json, to_json
from ._papers import scalars
from ._records import FileRecord, JobId, NewFile

RESULTS = "results.json"
SAME = "same task, programs, parameters and inputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is asked of a job.

    Attributes
    ----------
    parameters
        Values in force by path, without those that the task declares to have no effect on its result.
    inputs
        Digest of each input by path: of its scientific content where it is known, else of its bytes.
    """

    task: str
    version: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, as hexadecimal text."""
        return hashlib.sha256(json.dumps(to_json(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a job used, those below it included: versions of programs and child tasks, digests of library entries."""

    programs: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    library: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Used) -> Used:
        return Used(
            programs={**self.programs, **other.programs},
            tasks={**self.tasks, **other.tasks},
            library={**self.library, **other.library},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResults:
    """Results of a finished job and what they depend on: ``results.json`` in its folder."""

    fingerprint: Fingerprint
    used: Used
    outputs: tuple[NewFile, ...] = ()
    remarks: tuple[ErrorRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusableJob:
    """A finished job whose results may be taken again."""

    job: JobId
    number: str
    task: str
    fingerprint: str


def fingerprint_of(plugin: CPluginScript, records: Sequence[FileRecord]) -> Fingerprint:
    """The fingerprint of a plugin whose input files are these."""
    known = {str(record.id): record for record in records}
    parameters = {
        value.object_path(): value.value
        for section in ("inputData", "controlParameters")
        for value in scalars(plugin.container[section])
        if value.getValueState() is not ValueState.NOT_SET and value.object_path() not in plugin.NO_EFFECT
    }
    inputs = {
        file.object_path(): _content(known[file.dbFileId.value or ""])
        for file in find_all_files(plugin.container["inputData"])
        if file.isSet()
    }
    return Fingerprint(task=plugin.TASKNAME, version=plugin.TASKVERSION, parameters=parameters, inputs=inputs)


def library_digests(plugin: CPluginScript, names: Iterable[str]) -> dict[str, str]:
    """Digests of these entries of the monomer library, and of what all of them need; none if there are no names."""
    from xtalflow.xtal import monomer_library_digests

    wanted = set(names)
    try:
        return monomer_library_digests(plugin.monomer_library(), wanted) if wanted else {}
    except NotEquipped:
        return dict.fromkeys(wanted, "absent")


def write_results(folder: Path, results: JobResults) -> None:
    """Write ``results.json`` into a job's folder."""
    write_atomically(folder / RESULTS, encode_json(to_json(results)), durable=False)


def read_results(folder: Path) -> JobResults:
    """Results of the job in this folder; `UnreadableFile` if there are none that can be understood."""
    path = folder / RESULTS
    try:
        return from_json(JobResults, json.loads(path.read_bytes()))
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError, InvalidInput) as exc:
        raise UnreadableFile(path, str(exc)) from exc


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """What is asked now that was not asked then, in words: ``NCYCLES was 10, is 5``."""
    found = [_change("the version of the task", before.version, now.version)] if before.version != now.version else []
    for path in dict.fromkeys([*before.parameters, *now.parameters]):
        old, new = before.parameters.get(path), now.parameters.get(path)
        if old != new:
            found.append(_change(path.partition(".")[2], old, new))
    for path in dict.fromkeys([*before.inputs, *now.inputs]):
        name = path.partition(".")[2]
        if path not in now.inputs:
            found.append(f"{name} was given")
        elif path not in before.inputs:
            found.append(f"{name} was not given")
        elif before.inputs[path] != now.inputs[path]:
            found.append(f"{name} has other content")
    return found


def changes_since(used: Used, present: Used) -> list[str]:
    """What a job used that is not the same any more, in words: ``servalcat was 0.4.141, is 0.4.142``."""
    found = []
    for kind in ("programs", "tasks"):
        before, now = getattr(used, kind), getattr(present, kind)
        found += [_change(name, before[name], now.get(name)) for name in before if before[name] != now.get(name)]
    entries = [name for name, checksum in used.library.items() if checksum != present.library.get(name)]
    if entries:
        found.append(f"the monomer library has another {entries[0]}")
    return found


def _content(record: FileRecord) -> str:
    if record.digests:
        return json.dumps(dict(sorted(record.digests.items())))
    return record.checksum or str(record.id)  # of a file from elsewhere nobody may have taken a checksum


def _change(name: str, before: object, now: object) -> str:
    return f"{name} was {_shown(before)}, is {_shown(now)}"


def _shown(value: object) -> str:
    return "not set" if value in (None, "") else f"{value}"
