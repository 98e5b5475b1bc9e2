"""Sorts all columns of a file into groups, each of which makes a typed file, and says why others make none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnsuitableContent

from ._columns import (
    COLUMN_KINDS,
    PREFERENCE,
    ColumnGroup,
    check_sigmas,
    chosen_labels,
    find_free_flags,
    find_groups,
)

if TYPE_CHECKING:
    import gemmi

_KINDS = tuple(kind for kind in COLUMN_KINDS if kind != "FREER")
_CHOSEN = {
    **{kind.types: name for name, kind in COLUMN_KINDS.items()},
    "JQJQ": "IPAIR",
    "FQFQ": "FPAIR",
    "FQP": "FPHI",
    "X": "FREER",
}
_MAP_PHASE = re.compile(r"WT|FO-?FC|^PH?I?AN", re.IGNORECASE)
"""Phases of map coefficients, which a figure of merit may follow that is not theirs: PHDELWT FOM of Refmac."""

_REASONS = {
    "F": "an amplitude with neither σ nor phase",
    "J": "an intensity without σ",
    "G": "an amplitude of a Friedel mate without its pair or σ",
    "K": "an intensity of a Friedel mate without its pair or σ",
    "Q": "a σ without its value",
    "L": "a σ without its value",
    "M": "a σ without its value",
    "D": "an anomalous difference, for which there is no kind of file",
    "E": "a normalised amplitude, for which there is no kind of file",
    "P": "a phase with neither amplitude before it nor figure of merit after it",
    "W": "a figure of merit without its phase before it",
    "A": "not one of four Hendrickson-Lattman coefficients",
    "I": "a whole number whose label does not say that it is a free-R flag",
    "X": "a value of no type whose label does not say that it is a free-R flag",
    "Y": "M/ISYM of unmerged data",
    "B": "a batch number of unmerged data",
    "R": "a number of no particular kind",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Columns that make no file, and why."""

    labels: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{', '.join(self.labels)}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The columns of a file, sorted.

    Attributes
    ----------
    groups
        In the order of the file. A phase may be in two: with its amplitude, and with its figure of merit.
    left_out
        Columns in no group.
    remarks
        Columns that could be taken in another way.
    """

    groups: tuple[ColumnGroup, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]


def group_all_columns(mtz: gemmi.Mtz) -> Grouping:
    """All groups of a file, by the types of neighbouring columns of a dataset, and by labels where types do not tell.

    ``FQFQ`` and ``JQJQ`` are Friedel pairs if the labels say so, else two means. ``FPW`` is map coefficients and a
    phase with its figure of merit, ``FQP`` a mean amplitude and map coefficients.
    """
    labels = list(mtz.column_labels())
    repeated = {label for label in labels if labels.count(label) > 1}
    groups = [*find_free_flags(mtz), *_with_shared_phases(mtz, find_groups(mtz, _KINDS))]
    sound = [group for group in groups if repeated.isdisjoint(group.labels)]
    sound.sort(key=lambda group: (labels.index(group.labels[0]), len(group.labels)))
    used = {label for group in sound for label in group.labels}
    left_out = []
    for label, letter in [(column.label, column.type) for column in list(mtz.columns)[3:]]:
        if label in repeated:
            if label not in used:
                left_out.append(LeftOut(labels=(label,), reason="the label of several columns"))
            used.add(label)
        elif label not in used:
            reason = _REASONS.get(letter, f"a column of the type {letter}, which is not known")
            partners = [group for group in groups if label in group.labels and group not in sound]
            if partners:
                reason = f"one of {', '.join(partners[0].labels)}, of which several columns have the same label"
            left_out.append(LeftOut(labels=(label,), reason=reason))
    return Grouping(groups=tuple(sound), left_out=tuple(left_out), remarks=tuple(_remarks(mtz, sound)))


def choose_columns(path: Path, mtz: gemmi.Mtz, columns: str) -> ColumnGroup:
    """The group that some columns make: ``F(+),SIGF(+),F(-),SIGF(-)``, also as ``/*/*/[…]``.

    Raises
    ------
    UnsuitableContent
        A column is not there, or its label is that of several; the types are those of no kind; a σ is that of another
        value.
    """
    labels = chosen_labels(path, mtz, columns)
    types = {column.label: column.type for column in mtz.columns}
    spelt = "".join(types[label] for label in labels)
    kind = _CHOSEN.get(spelt)
    if kind is None or len(set(labels)) != len(labels):
        raise UnsuitableContent(
            path, f"the columns {', '.join(labels)} of types {', '.join(spelt)} are no group of any kind"
        )
    if kind in PREFERENCE:
        check_sigmas(path, mtz, labels)
    if spelt == "FQP":
        labels = (labels[0], labels[2])
    return ColumnGroup(kind=kind, labels=labels, content=COLUMN_KINDS[kind].content)


def _remarks(mtz: gemmi.Mtz, groups: Sequence[ColumnGroup]) -> Iterator[str]:
    """What could be taken in another way: columns in two groups, and means that could be pairs."""
    before = _previous(mtz)
    for number, group in enumerate(groups):
        for other in groups[number + 1 :]:
            shared = [label for label in group.labels if label in other.labels]
            if shared:
                yield f"{group} and {other} share {', '.join(shared)}; each makes a file."
            if group.kind == other.kind in {"IMEAN", "FMEAN"} and before.get(other.labels[0]) == group.labels[1]:
                yield (
                    f"{group} and {other} are taken as two means, since their labels do not say that they are Friedel "
                    "mates; if they are, name the four columns as one group."
                )


def _with_shared_phases(mtz: gemmi.Mtz, groups: Sequence[ColumnGroup]) -> Iterator[ColumnGroup]:
    """The groups, and map coefficients whose phase or amplitude is in another group too."""
    before = _previous(mtz)
    types = {column.label: column.type for column in mtz.columns}
    with_phase = {label for group in groups if group.kind in {"PHIFOM", "FPHI"} for label in group.labels}
    amplitude_of = {group.labels[1]: group.labels[0] for group in groups if group.kind == "FMEAN"}
    for group in groups:
        phase = group.labels[0]
        amplitude = before.get(phase, "") if group.kind == "PHIFOM" else ""
        is_map = types.get(amplitude) == "F" and amplitude not in with_phase
        if is_map:
            yield _map_coefficients(amplitude, phase)
        if not (is_map and _MAP_PHASE.search(phase)):
            yield group
    for label, letter in types.items():
        sigma = before.get(label, "")
        if letter == "P" and label not in with_phase and sigma in amplitude_of:
            yield _map_coefficients(amplitude_of[sigma], label)


def _map_coefficients(amplitude: str, phase: str) -> ColumnGroup:
    return ColumnGroup(kind="FPHI", labels=(amplitude, phase), content=COLUMN_KINDS["FPHI"].content)


def _previous(mtz: gemmi.Mtz) -> dict[str, str]:
    """The column before each in its dataset."""
    last: dict[int, str] = {}
    previous = {}
    for column in list(mtz.columns)[3:]:
        if column.dataset_id in last:
            previous[column.label] = last[column.dataset_id]
        last[column.dataset_id] = column.label
    return previous
