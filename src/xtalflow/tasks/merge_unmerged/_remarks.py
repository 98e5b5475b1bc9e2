"""What a crystallographer would remark on merged data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from statistics import median

from xtalflow.xtal import BatchStatistics, DirectionalSignal, MergedData, MergingStatistics, batch_text

from ._data_sets import DataSet

LEAST_COMPLETENESS, LEAST_INNER_COMPLETENESS = 0.90, 0.95
MOST_INNER_R_MEAS = 0.15
"""Strong data of low resolution disagree by more than this only if something is wrong."""
MOST_SCALE_SPREAD = 1.25
"""Batches of scaled data are on one scale to better than this factor, for nine of ten of them."""
MOST_FILE_SCALE = 1.10
STRONG_ABSENCES = 3.0
MOST_DIRECTIONS_APART = 2.0
_LEAST_BATCHES = 10
_BATCH_OBSERVATIONS = 50
_OUTSTANDING, _WORSE = 6.0, 1.5


def remarks(
    data_set: DataSet, merged: MergedData, statistics: MergingStatistics, signals: Sequence[DirectionalSignal]
) -> list[str]:
    """Sentences on what is not as it should be."""
    return [
        *_on_space_group(data_set, merged),
        *_on_scale(data_set, statistics),
        *_on_agreement(statistics),
        *_on_completeness(statistics),
        *_on_resolution(statistics, signals),
        *_on_absences(merged, statistics),
    ]


def _on_space_group(data_set: DataSet, merged: MergedData) -> Iterator[str]:
    used = merged.crystal.space_group
    others = {part.crystal.space_group for part in data_set.parts} - {used}
    if others:
        yield f"The space group was {' and '.join(sorted(others))}; {used} is used, as asked."


def _on_scale(data_set: DataSet, statistics: MergingStatistics) -> Iterator[str]:
    for part in data_set.parts:
        if part.scaled is None:
            yield f"{part.path.name} does not say whether its observations were scaled; they are taken as they are."
    scales = sorted(b.scale for b in statistics.batches if isfinite(b.scale) and b.observations >= _BATCH_OBSERVATIONS)
    if len(scales) >= _LEAST_BATCHES:
        low, high = scales[len(scales) // 20], scales[-1 - len(scales) // 20]
        if low <= 0.0 or high / low > MOST_SCALE_SPREAD:
            yield (
                f"The batches are not on one scale: nine of ten lie between {low:.2f} and {high:.2f} times the others. "
                "The data look unscaled, or the crystal changed; scale them before they are merged."
            )
    if len(data_set.parts) > 1:
        yield from _on_files(data_set, statistics)


def _on_files(data_set: DataSet, statistics: MergingStatistics) -> Iterator[str]:
    """Files that were scaled each for itself are on scales of their own."""
    for position, part in enumerate(data_set.parts):
        own = [b for b in statistics.batches if b.source == position and isfinite(b.scale)]
        count = sum(batch.observations for batch in own)
        if count >= _BATCH_OBSERVATIONS:
            scale = sum(batch.scale * batch.observations for batch in own) / count
            if not 1.0 / MOST_FILE_SCALE < scale < MOST_FILE_SCALE:
                yield (
                    f"{part.path.name} is on another scale than the other files ({scale:.2f} times theirs); scale the "
                    "files together before they are merged."
                )


def _on_agreement(statistics: MergingStatistics) -> Iterator[str]:
    inner, overall = statistics.inner, statistics.overall
    if overall.multiplicity < 1.5:
        yield f"The multiplicity is only {overall.multiplicity:.1f}: R values and CC1/2 say little."
    if inner.together.r_meas > MOST_INNER_R_MEAS:
        found = f"Rmeas is {inner.together.r_meas:.2f} even at low resolution (to {inner.d_min:.2f} Å)"
        if inner.apart.r_meas < 0.5 * inner.together.r_meas:
            yield f"{found}, though not within I(+) and I(-): the anomalous signal is strong, or the symmetry lower."
        else:
            yield f"{found}: the symmetry may be lower, the indexing ambiguous, or the scaling bad."
    worse = _outstanding(statistics.batches)
    if worse:
        by_source: dict[int, list[int]] = {}
        for batch in worse:
            by_source.setdefault(batch.source, []).append(batch.batch)
        told = "; ".join(batch_text(numbers) for numbers in by_source.values())
        yield (
            f"Batches {told} disagree with the others much more than most do; look at these images, or leave them out "
            "with excludeSelection."
        )


def _outstanding(batches: Sequence[BatchStatistics]) -> list[BatchStatistics]:
    """Batches whose Rmerge lies far above the median, by the spread of the others."""
    known = [b for b in batches if isfinite(b.r_merge) and b.observations >= _BATCH_OBSERVATIONS]
    if len(known) < _LEAST_BATCHES:
        return []
    middle = median(batch.r_merge for batch in known)
    spread = 1.4826 * median(abs(batch.r_merge - middle) for batch in known)
    limit = max(middle + _OUTSTANDING * spread, _WORSE * middle)
    return [batch for batch in known if batch.r_merge > limit]


def _on_completeness(statistics: MergingStatistics) -> Iterator[str]:
    overall, inner = statistics.overall, statistics.inner
    if overall.completeness < LEAST_COMPLETENESS:
        yield f"The data are only {100 * overall.completeness:.0f} % complete."
    elif inner.completeness < LEAST_INNER_COMPLETENESS:
        yield (
            f"At low resolution (to {inner.d_min:.2f} Å) only {100 * inner.completeness:.0f} % of the reflections are "
            "there; maps suffer most from these."
        )


def _on_resolution(statistics: MergingStatistics, signals: Sequence[DirectionalSignal]) -> Iterator[str]:
    outer = statistics.outer
    if statistics.d_cc_half is not None:
        yield (
            f"CC1/2 falls below 0.3 at {statistics.d_cc_half:.2f} Å: beyond it there is hardly any signal, and "
            "RESOLUTION_RANGE.high may cut it off."
        )
    values = [signal.outer_i_over_sigma for signal in signals]
    if values and max(values) > 1.0 and max(values) > MOST_DIRECTIONS_APART * max(min(values), 0.1):
        told = ", ".join(f"{one.axis} {_reach(one, outer.d_min)}" for one in signals)
        yield f"The diffraction is anisotropic: ⟨I/σ(I)⟩ falls below 2 along {told}."


def _reach(signal: DirectionalSignal, d_min: float) -> str:
    d = signal.d_i_over_sigma
    return f"beyond {d_min:.2f} Å" if d is None else f"at {d:.2f} Å"


def _on_absences(merged: MergedData, statistics: MergingStatistics) -> Iterator[str]:
    signal = statistics.absences_i_over_sigma
    if isfinite(signal) and signal > STRONG_ABSENCES:
        yield (
            f"Reflections that {merged.crystal.space_group} forbids are there: ⟨I/σ(I)⟩ of {statistics.absences} "
            f"observations is {signal:.1f}. The space group has fewer screw axes, or the lattice another centring."
        )
