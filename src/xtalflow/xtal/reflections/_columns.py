"""Groups of MTZ columns by the types of the columns: observations, phases, map coefficients, free flags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..crystal import laue_rotations, orbit_keys

if TYPE_CHECKING:
    import gemmi


class ObsContent(IntEnum):
    """What observations are: the content flags of CObsDataFile."""

    IPAIR = 1
    FPAIR = 2
    IMEAN = 3
    FMEAN = 4


class PhsContent(IntEnum):
    """What phases are: the content flags of CPhsDataFile."""

    HL = 1
    PHIFOM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnKind:
    """A kind of column group: its MTZ column types, content flag, standard labels, and name in words."""

    types: str
    content: int
    labels: tuple[str, ...]
    words: str


COLUMN_KINDS = {
    "IPAIR": ColumnKind(
        types="KMKM",
        content=1,
        labels=("Iplus", "SIGIplus", "Iminus", "SIGIminus"),
        words="intensities of Friedel pairs",
    ),
    "FPAIR": ColumnKind(
        types="GLGL",
        content=2,
        labels=("Fplus", "SIGFplus", "Fminus", "SIGFminus"),
        words="amplitudes of Friedel pairs",
    ),
    "IMEAN": ColumnKind(types="JQ", content=3, labels=("I", "SIGI"), words="mean intensities"),
    "FMEAN": ColumnKind(types="FQ", content=4, labels=("F", "SIGF"), words="mean amplitudes"),
    "HL": ColumnKind(
        types="AAAA", content=1, labels=("HLA", "HLB", "HLC", "HLD"), words="Hendrickson-Lattman coefficients"
    ),
    "PHIFOM": ColumnKind(types="PW", content=2, labels=("PHI", "FOM"), words="phases with figures of merit"),
    "FPHI": ColumnKind(types="FP", content=1, labels=("F", "PHI"), words="map coefficients"),
    "FREER": ColumnKind(types="I", content=1, labels=("FREER",), words="free-R flags"),
}
"""Every kind of group by name, with CCP4i2's content flags and labels of mini-MTZ files."""

MERGE_FIRST = "merge them first with the task merge_unmerged"
"""What to do with data that are not merged."""

PREFERENCE = ("IPAIR", "IMEAN", "FPAIR", "FMEAN")
"""Observations from the most to the least informative."""

# Pairs written with the types of mean values are pairs when all four columns are named.
_NAMED_OBSERVATIONS = {"KMKM": "IPAIR", "GLGL": "FPAIR", "JQJQ": "IPAIR", "FQFQ": "FPAIR", "JQ": "IMEAN", "FQ": "FMEAN"}
_TYPED_AS_MEANS = {"IPAIR": "JQJQ", "FPAIR": "FQFQ"}
"""Types that some programs give to pairs; their labels must say that they are pairs."""

_MINUS = {"(+)": "(-)", "plus": "minus", "PLUS": "MINUS", "Plus": "Minus", "+": "-"}
_PLUS = re.compile(r"\(\+\)|plus|PLUS|Plus|\+$")
_FREE_NAME = re.compile(r"free|^test$|cross", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """Columns that belong together.

    Attributes
    ----------
    kind
        Key of `COLUMN_KINDS`, such as ``IPAIR``.
    labels
        Labels in the order of the kind: value, σ, value of the Friedel mate, σ.
    content
        Content flag of the file kind that holds such a group.
    """

    kind: str
    labels: tuple[str, ...]
    content: int

    def __str__(self) -> str:
        return f"{self.kind} [{','.join(self.labels)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """Columns that somebody named.

    Attributes
    ----------
    labels
        Labels in the order given.
    crystal, dataset
        Names of the crystal and dataset that the columns belong to; ``*`` is any.
    """

    labels: tuple[str, ...]
    crystal: str = "*"
    dataset: str = "*"

    def __str__(self) -> str:
        labels = ",".join(self.labels)
        return labels if self.crystal == self.dataset == "*" else f"/{self.crystal}/{self.dataset}/[{labels}]"


def parse_columns(text: str) -> ColumnChoice:
    """A choice of columns, with or without CCP4's path of crystal and dataset, in which CCP4i2's ``_`` is any too.

    Raises
    ------
    InvalidInput
        The text names no column.

    Examples
    --------
    >>> parse_columns("/*/*/[FNAT,SIGFNAT]").labels
    ('FNAT', 'SIGFNAT')
    >>> parse_columns("/native/*/F,SIGF")
    ColumnChoice(labels=('F', 'SIGF'), crystal='native', dataset='*')
    """
    found = re.fullmatch(r"/([^/\[\]]*)/([^/\[\]]*)/\s*(.*)", text.strip(), re.DOTALL)
    crystal, dataset, inside = found.groups() if found else ("*", "*", text.strip())
    bracketed = re.fullmatch(r"\[([^\[\]]*)\]", inside)
    inside = bracketed.group(1) if bracketed else inside
    labels = tuple(label.strip() for label in inside.split(","))
    if not all(labels):
        raise InvalidInput(f"{text!r} names no columns; write them as F,SIGF or /*/*/[F,SIGF]")
    crystal, dataset = ("*" if name.strip() in {"", "_"} else name.strip() for name in (crystal, dataset))
    return ColumnChoice(labels=labels, crystal=crystal, dataset=dataset)


def find_groups(mtz: gemmi.Mtz, kinds: Sequence[str]) -> list[ColumnGroup]:
    """All groups of some kinds, in the order of the file."""
    signatures = {kind: COLUMN_KINDS[kind].types for kind in kinds}
    groups = [group for columns in _by_dataset(mtz) for group in _groups_of_dataset(columns, signatures)]
    order = {label: index for index, label in enumerate(mtz.column_labels())}
    return sorted(groups, key=lambda group: order[group.labels[0]])


def find_observations(mtz: gemmi.Mtz) -> list[ColumnGroup]:
    """Groups of measured intensities and amplitudes with their σ, in the order of the file."""
    return find_groups(mtz, PREFERENCE)


def find_free_flags(mtz: gemmi.Mtz) -> list[ColumnGroup]:
    """Columns that are named like free flags; in a file of one integer column alone, that one.

    The names are of type I; XDSCONV's recipe makes them X.
    """
    columns = [column for column in mtz.columns if column.type in "IX"]
    named = [column.label for column in columns if _FREE_NAME.search(column.label)]
    if not named and len(mtz.columns) == 4:
        named = [column.label for column in columns if column.type == "I"]
    return [ColumnGroup(kind="FREER", labels=(label,), content=1) for label in named]


def _by_dataset(mtz: gemmi.Mtz) -> list[list[gemmi.Mtz.Column]]:
    datasets: dict[int, list[gemmi.Mtz.Column]] = {}
    for column in mtz.columns:
        datasets.setdefault(column.dataset_id, []).append(column)
    return list(datasets.values())


def _groups_of_dataset(columns: list[gemmi.Mtz.Column], signatures: dict[str, str]) -> Iterator[ColumnGroup]:
    """Pairs and means whose labels say that they belong together; then neighbours whose types spell a kind."""
    types = "".join(column.type for column in columns)
    labels = [column.label for column in columns]
    used: set[str] = set()
    for kind, signature in signatures.items():
        for spelt in (signature, _TYPED_AS_MEANS.get(kind, "")):
            if kind in PREFERENCE and spelt:
                yield from _groups_by_name(kind, spelt, dict(zip(labels, types, strict=True)), used)
    for kind, signature in signatures.items():
        position = 0
        while (position := types.find(signature, position)) >= 0:
            names = tuple(labels[position : position + len(signature)])
            if used.isdisjoint(names):
                used.update(names)
                yield ColumnGroup(kind=kind, labels=names, content=COLUMN_KINDS[kind].content)
                position += len(signature)
            else:
                position += 1


def _groups_by_name(kind: str, signature: str, types: dict[str, str], used: set[str]) -> Iterator[ColumnGroup]:
    for label, letter in types.items():
        if letter != signature[0] or label in used:
            continue
        names = [label, f"SIG{label}"]
        if len(signature) == 4:
            minus = _mate_of(label)
            names += [minus, f"SIG{minus}"]
        spelt = "".join(types.get(name, "?") for name in names)
        if spelt == signature and len(set(names)) == len(names) and used.isdisjoint(names):
            used.update(names)
            yield ColumnGroup(kind=kind, labels=tuple(names), content=COLUMN_KINDS[kind].content)


def _mate_of(label: str) -> str:
    """Label of the Friedel mate's column: ``F(+)`` gives ``F(-)``, ``Iplus`` ``Iminus``; itself if it names no mate."""
    return _PLUS.sub(lambda found: _MINUS[found.group()], label, count=1)


def choose_observations(
    path: Path, mtz: gemmi.Mtz, columns: str = "", kinds: Sequence[str] = PREFERENCE
) -> ColumnGroup:
    """The observations to use: the columns named, or the most informative kind there is.

    Parameters
    ----------
    kinds
        Kinds that serve; others are only taken if there is no choice, so that whoever needs these can say so.

    Raises
    ------
    UnsuitableContent
        No usable columns; several groups of the best kind (the choices are listed); names that are not there or are
        no observations; data that are not merged.
    """
    if len(mtz.batches) > 0:
        raise UnsuitableContent(path, f"the data are unmerged ({len(mtz.batches)} batches); {MERGE_FIRST}")
    group = _named_observations(path, mtz, columns) if columns else _best_observations(path, mtz, kinds)
    check_observations(path, mtz, group)
    return group


def check_observations(path: Path, mtz: gemmi.Mtz, group: ColumnGroup) -> None:
    """Refuse observations without any value that has a σ, and those of which two are equivalent.

    Raises
    ------
    UnsuitableContent
        The sentence says which it is.
    """
    if not _has_values(mtz, group):
        raise UnsuitableContent(path, f"all values of {group} are missing")
    _check_merged(path, mtz, group)


def _best_observations(path: Path, mtz: gemmi.Mtz, kinds: Sequence[str]) -> ColumnGroup:
    groups = find_observations(mtz)
    if not groups:
        labels = mtz.column_labels()[3:]
        there = f"it has only {', '.join(labels)}" if labels else "it has only the indices H, K and L"
        raise UnsuitableContent(path, f"it has no intensities or amplitudes with σ: {there}")
    usable = [group for group in groups if _has_values(mtz, group)]
    if not usable:
        raise UnsuitableContent(path, f"all values of {' and of '.join(map(str, groups))} are missing")
    serving = [group for group in usable if group.kind in kinds] or usable
    best = min(serving, key=lambda group: PREFERENCE.index(group.kind)).kind
    choices = [group for group in serving if group.kind == best]
    if best not in kinds and len(choices) > 1:
        needed = " and no ".join(COLUMN_KINDS[kind].words for kind in kinds)
        raise UnsuitableContent(path, f"it has no {needed}, only {', '.join(map(str, usable))}")
    return only_group(path, choices, "observations")


def choose_group(path: Path, mtz: gemmi.Mtz, kinds: Sequence[str], what: str, columns: str = "") -> ColumnGroup:
    """The one group of these kinds, or the columns named.

    Parameters
    ----------
    what
        What is looked for, in the plural, for the sentences.

    Raises
    ------
    UnsuitableContent
        There is none, or several and none is named.
    """
    groups = find_free_flags(mtz) if tuple(kinds) == ("FREER",) else find_groups(mtz, kinds)
    if columns:
        labels = chosen_labels(path, mtz, columns)
        types = _types(mtz, labels)
        for kind in kinds:
            if types == COLUMN_KINDS[kind].types:
                return ColumnGroup(kind=kind, labels=labels, content=COLUMN_KINDS[kind].content)
        raise UnsuitableContent(path, f"the columns {', '.join(labels)} of types {', '.join(types)} are not {what}")
    if not groups:
        raise UnsuitableContent(path, f"it has no {what}; its columns are {', '.join(mtz.column_labels())}")
    return only_group(path, groups, what)


def choose_free_flags(path: Path, mtz: gemmi.Mtz, columns: str = "") -> ColumnGroup:
    """The one column of free flags, or the column named.

    Raises
    ------
    UnsuitableContent
        There is none, or several and none is named.
    """
    return choose_group(path, mtz, ("FREER",), "free flags", columns)


def only_group(path: Path, groups: Sequence[ColumnGroup], what: str) -> ColumnGroup:
    """The single group of a list.

    Raises
    ------
    UnsuitableContent
        There are several; the choices are listed as they are written on the command line.
    """
    if len(groups) > 1:
        choices = " or ".join(f"'{path.name}:/*/*/[{','.join(group.labels)}]'" for group in groups)
        raise UnsuitableContent(path, f"it has several {what} of the kind {groups[0].kind}; choose {choices}")
    return groups[0]


def _named_observations(path: Path, mtz: gemmi.Mtz, columns: str) -> ColumnGroup:
    labels = chosen_labels(path, mtz, columns)
    if len(labels) == 1:  # the value alone stands for its group
        for group in find_observations(mtz):
            if labels[0] == group.labels[0]:
                labels = group.labels
    types = _types(mtz, labels)
    kind = _NAMED_OBSERVATIONS.get(types)
    if kind is None:
        reason = f"the columns {', '.join(labels)} of types {', '.join(types)} are not intensities or amplitudes with σ"
        raise UnsuitableContent(path, reason)
    check_sigmas(path, mtz, labels)
    return ColumnGroup(kind=kind, labels=labels, content=COLUMN_KINDS[kind].content)


def chosen_labels(path: Path, mtz: gemmi.Mtz, columns: str) -> tuple[str, ...]:
    """Labels of the columns that a text names, each of which is there, in the crystal and dataset that it names.

    Raises
    ------
    InvalidInput
        The text names no column.
    UnsuitableContent
        A column is not there, several have its label, or it is of another crystal or dataset.
    """
    choice = parse_columns(columns)
    labels = known_labels(path, mtz, choice.labels)
    for label in labels:
        dataset = mtz.column_with_label(label).dataset
        names = (dataset.crystal_name, dataset.dataset_name)
        wanted = (choice.crystal, choice.dataset)
        if any(want not in {"*", name} for want, name in zip(wanted, names, strict=True)):
            raise UnsuitableContent(path, f"its column {label} is in /{'/'.join(names)}, not in /{'/'.join(wanted)}")
    return labels


def check_sigmas(path: Path, mtz: gemmi.Mtz, labels: Sequence[str]) -> None:
    """Refuse observations of several datasets, a σ whose label names another value, and Friedel mates exchanged.

    Parameters
    ----------
    labels
        Values, each followed by its σ.

    Raises
    ------
    UnsuitableContent
        The sentence names the columns.
    """
    datasets = {label: mtz.column_with_label(label).dataset for label in labels}
    if len({dataset.id for dataset in datasets.values()}) > 1:
        where = ", ".join(f"{label} of {each.crystal_name}/{each.dataset_name}" for label, each in datasets.items())
        raise UnsuitableContent(path, f"the columns {where} do not belong together; take those of one dataset")
    there = mtz.column_labels()
    for value, sigma in zip(labels[0::2], labels[1::2], strict=True):
        other = sigma.removeprefix("SIG")
        if other not in {sigma, value} and other in there:
            raise UnsuitableContent(path, f"{sigma} is the σ of {other}, not of {value}")
    if len(labels) == 4 and labels[0] != labels[2] and _mate_of(labels[2]) == labels[0]:
        in_order = ",".join((*labels[2:], *labels[:2]))
        raise UnsuitableContent(path, f"{labels[0]} is the Friedel mate of {labels[2]}; write {in_order}")


def known_labels(path: Path, mtz: gemmi.Mtz, names: tuple[str, ...]) -> tuple[str, ...]:
    """The same labels, if each is that of one column.

    Raises
    ------
    UnsuitableContent
        A column is not there, or several have its label.
    """
    there = mtz.column_labels()
    for name in names:
        if there.count(name) > 1:
            raise UnsuitableContent(path, f"several of its columns are called {name}")
        if name not in there:
            close = get_close_matches(name, there, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else f"its columns are {', '.join(there)}"
            raise UnsuitableContent(path, f"it has no column {name}; {hint}")
    return names


def _types(mtz: gemmi.Mtz, labels: Sequence[str]) -> str:
    types = {column.label: column.type for column in mtz.columns}
    return "".join(types[label] for label in labels)


def _has_values(mtz: gemmi.Mtz, group: ColumnGroup) -> bool:
    """Whether any reflection has a value together with its σ."""
    import numpy as np

    # Column arrays: gemmi 0.7.5's get_value_sigma(...).value_array is not the values.
    arrays = [mtz.column_with_label(label).array for label in group.labels]
    pairs = zip(arrays[0::2], arrays[1::2], strict=True)
    return any(bool((np.isfinite(value) & np.isfinite(sigma)).any()) for value, sigma in pairs)


def _check_merged(path: Path, mtz: gemmi.Mtz, group: ColumnGroup) -> None:
    """Refuse observations of which two are equivalent."""
    import numpy as np

    present = np.any([np.isfinite(mtz.column_with_label(label).array) for label in group.labels[0::2]], axis=0)
    keys = orbit_keys(mtz.make_miller_array()[present], laue_rotations(mtz.spacegroup))
    repeated = len(keys) - len(np.unique(keys))
    if repeated:
        those = f"{repeated} of its {len(keys)} reflections are equivalent to others in {mtz.spacegroup.xhm()}"
        raise UnsuitableContent(path, f"{those}; {MERGE_FIRST}")
