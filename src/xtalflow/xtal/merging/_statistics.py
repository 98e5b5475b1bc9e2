"""The statistics of merging: overall, by resolution and by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from ._batch_statistics import BatchStatistics, statistics_by_batch
from ._groups import group_observations
from ._shell_statistics import ShellStatistics, statistics_by_shell
from ._unmerged import UnmergedData

I_OVER_SIGMA_LIMIT, CC_HALF_LIMIT, CC_ANOMALOUS_LIMIT = 2.0, 0.3, 0.15
"""Where ⟨I/σ(I)⟩ or CC1/2 falls below these, data are often cut; below the last, anomalous differences are noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergingStatistics:
    """The statistics of merging one data set.

    Attributes
    ----------
    shells
        Of equal volume in reciprocal space, low resolution first.
    batches
        By file and number; empty where no file has batches.
    d_i_over_sigma, d_cc_half, d_cc_anomalous
        Where ⟨I/σ(I)⟩ falls below 2, CC1/2 below 0.3 and the anomalous correlation below 0.15, in Å, interpolated
        between shells; None if it does not.
    absences, absences_i_over_sigma
        Observations of systematic absences that were left out, and their ⟨I/σ(I)⟩ (NaN without any).
    """

    overall: ShellStatistics
    shells: tuple[ShellStatistics, ...]
    batches: tuple[BatchStatistics, ...]
    d_i_over_sigma: float | None
    d_cc_half: float | None
    d_cc_anomalous: float | None
    absences: int
    absences_i_over_sigma: float

    @property
    def inner(self) -> ShellStatistics:
        """The shell of lowest resolution."""
        return self.shells[0]

    @property
    def outer(self) -> ShellStatistics:
        """The shell of highest resolution."""
        return self.shells[-1]


def merging_statistics(
    data: UnmergedData | Sequence[UnmergedData],
    *,
    n_shells: int = 10,
    d_min: float | None = None,
    d_max: float | None = None,
    space_group: str | None = None,
    absences: bool = False,
) -> MergingStatistics:
    """The statistics of merging observations as `merge` does.

    Parameters
    ----------
    n_shells
        At most so many shells; fewer where there would be less than 20 reflections in each.

    Raises
    ------
    InvalidInput, UnsuitableContent
        As `merge`.

    References
    ----------
    Rmeas, Rpim: Diederichs & Karplus, Nat. Struct. Biol. 4 (1997) 269-275; Weiss, J. Appl. Cryst. 34 (2001) 130-135.
    CC1/2 and CC*: Karplus & Diederichs, Science 336 (2012) 1030-1033; the σ–τ method: Assmann, Brehm & Diederichs,
    J. Appl. Cryst. 49 (2016) 1021-1028.
    """
    parts = [data] if isinstance(data, UnmergedData) else list(data)
    grouped = group_observations(parts, d_min=d_min, d_max=d_max, space_group=space_group, absences=absences)
    shells = statistics_by_shell(grouped, n_shells)
    middles = [shell.one_over_d2 for shell in shells]
    return MergingStatistics(
        overall=statistics_by_shell(grouped, 1)[0],
        shells=tuple(shells),
        batches=tuple(statistics_by_batch(grouped)) if any(part.batch is not None for part in parts) else (),
        d_i_over_sigma=falls_below(middles, [shell.i_over_sigma for shell in shells], I_OVER_SIGMA_LIMIT),
        d_cc_half=falls_below(middles, [shell.together.cc_half for shell in shells], CC_HALF_LIMIT),
        d_cc_anomalous=falls_below(middles, [shell.cc_anomalous for shell in shells], CC_ANOMALOUS_LIMIT),
        absences=grouped.absent,
        absences_i_over_sigma=grouped.absent_i_over_sigma,
    )


def falls_below(one_over_d2: Sequence[float], values: Sequence[float], limit: float) -> float | None:
    """Where values by resolution fall below a limit for good, in Å, interpolated in 1/d².

    Parameters
    ----------
    one_over_d2
        Middles of shells, ascending, Å⁻².
    values
        Of the same shells; NaN where a shell has none.

    Returns
    -------
    None if the last value is not below; the middle of the first shell if all are.

    Examples
    --------
    >>> round(falls_below([0.1, 0.2, 0.3], [9.0, 3.0, 1.0], 2.0), 3)
    2.0
    """
    known = [(middle, value) for middle, value in zip(one_over_d2, values, strict=True) if isfinite(value)]
    above = [place for place, (_, value) in enumerate(known) if value >= limit]
    if not known or (above and above[-1] == len(known) - 1):
        return None
    if not above:
        return float(known[0][0] ** -0.5)
    (x1, y1), (x2, y2) = known[above[-1]], known[above[-1] + 1]
    return float((x1 + (x2 - x1) * (y1 - limit) / (y1 - y2)) ** -0.5)
