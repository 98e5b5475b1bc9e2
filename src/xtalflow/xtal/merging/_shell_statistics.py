"""How well observations agree in shells of resolution, and what their merged values are worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import TYPE_CHECKING

from ..crystal import possible_reflections
from ._groups import Grouped, Means

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

_LEAST_PER_SHELL = 20
_LEAST_FOR_CC = 10
_ROUNDING = 1.0 + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class MergingAgreement:
    """Agreement of the observations of unique reflections that were observed more than once; NaN if there are none.

    Attributes
    ----------
    r_merge
        Σ|Iᵢ − ⟨I⟩| / Σ⟨I⟩, both over observations, with ⟨I⟩ the mean with weights 1/σ².
    r_meas, r_pim
        The same with √(n/(n−1)) and √(1/(n−1)) for each reflection of n observations.
    cc_half
        CC1/2 by the σ–τ method: what the correlation of random halves is on average.
    """

    r_merge: float
    r_meas: float
    r_pim: float
    cc_half: float

    @property
    def cc_star(self) -> float:
        """CC*: the correlation of the merged data with the true intensities that CC1/2 implies."""
        return sqrt(2.0 * self.cc_half / (1.0 + self.cc_half)) if self.cc_half > 0.0 else nan


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellStatistics:
    """Statistics of a shell of resolution, or of all data.

    Attributes
    ----------
    d_max, d_min
        Limits in Å.
    observations, unique, possible
        Observations; unique reflections observed and possible, Friedel mates counted as one.
    pair_unique, pair_possible
        I(+) and I(-) observed and possible, each counted; a centric reflection counts once.
    pairs, acentric_possible
        Acentric reflections of which both mates were observed, and all possible acentric ones.
    mean_intensity
        Of the merged data.
    i_over_sigma
        ⟨I/σ(I)⟩ of the merged data, with σ propagated from those of the observations.
    i_over_sigma_scatter
        The same with the scatter of the observations of a reflection for σ where that is larger.
    together, apart
        Agreement of observations with Friedel mates as equivalent, and not.
    cc_anomalous
        Correlation of I(+) − I(-) of two halves of the observations, by the σ–τ method; NaN if it cannot be known.
    r_anomalous
        Σ|I(+) − I(-)| / Σ½(I(+) + I(-)).
    anomalous_signal
        ⟨|I(+) − I(-)| / σ⟩, 0.80 for noise alone.
    """

    d_max: float
    d_min: float
    observations: int
    unique: int
    possible: int
    pair_unique: int
    pair_possible: int
    pairs: int
    acentric_possible: int
    mean_intensity: float
    i_over_sigma: float
    i_over_sigma_scatter: float
    together: MergingAgreement
    apart: MergingAgreement
    cc_anomalous: float
    r_anomalous: float
    anomalous_signal: float

    @property
    def one_over_d2(self) -> float:
        """The middle of the shell, Å⁻²."""
        return 0.5 * (self.d_max**-2 + self.d_min**-2)

    @property
    def completeness(self) -> float:
        """Unique reflections observed of those possible, 0 to 1."""
        return self.unique / self.possible if self.possible else 0.0

    @property
    def multiplicity(self) -> float:
        """Observations for each unique reflection."""
        return self.observations / self.unique if self.unique else 0.0

    @property
    def anomalous_completeness(self) -> float:
        """Acentric reflections with both mates observed of those possible, 0 to 1."""
        return self.pairs / self.acentric_possible if self.acentric_possible else 0.0

    @property
    def anomalous_multiplicity(self) -> float:
        """Observations for each I(+) or I(-) observed."""
        return self.observations / self.pair_unique if self.pair_unique else 0.0


def statistics_by_shell(grouped: Grouped, wanted: int) -> list[ShellStatistics]:
    """Statistics of shells of equal volume; one shell holds all."""
    import gemmi
    import numpy as np

    cell, low, high = grouped.crystal.gemmi_cell(), grouped.one_over_d2.min(), grouped.one_over_d2.max()
    n_shells = max(1, min(wanted, len(grouped.hkl) // _LEAST_PER_SHELL)) if high > low * _ROUNDING else 1
    possible = possible_reflections(grouped.crystal, float(high**-0.5))
    inside = np.asarray(cell.calculate_1_d2_array(possible))
    possible = possible[(inside >= low / _ROUNDING) & (inside <= high * _ROUNDING)]
    centric = grouped.crystal.gemmi_space_group().operations().centric_flag_array(possible)
    binner = gemmi.Binner() if n_shells > 1 else None
    bins, possible_bins = np.zeros(len(grouped.hkl), dtype=int), np.zeros(len(possible), dtype=int)
    limits = np.array([low, high])
    if binner is not None:
        binner.setup(n_shells, gemmi.Binner.Method.Dstar3, grouped.hkl, cell)
        bins, possible_bins = binner.get_bins(grouped.hkl), binner.get_bins(possible)
        limits = np.array([low, *binner.limits[:-1], high])
    together, apart = (_agreements(grouped, binner, apart=apart) for apart in (False, True))
    merged = _Merged.of(grouped)
    return [
        merged.shell(
            bins == index,
            d_max=float(limits[index] ** -0.5),
            d_min=float(limits[index + 1] ** -0.5),
            possible=int((possible_bins == index).sum()),
            acentric_possible=int(((possible_bins == index) & ~centric).sum()),
            together=together[index],
            apart=apart[index],
        )
        for index in range(n_shells)
    ]


def _agreements(grouped: Grouped, binner: gemmi.Binner | None, *, apart: bool) -> list[MergingAgreement]:
    """R values and CC1/2 in each shell, with Friedel mates kept apart or not."""
    import gemmi
    import numpy as np

    sign = np.where(grouped.mate, -1, 1).astype(np.int32)[:, None]
    intensities = gemmi.Intensities()
    intensities.set_data(
        grouped.crystal.gemmi_cell(),
        grouped.crystal.gemmi_space_group(),
        grouped.hkl[grouped.group] * sign,
        grouped.intensities,
        grouped.sigmas,
    )
    intensities.prepare_for_merging(gemmi.DataType.Anomalous if apart else gemmi.DataType.Mean)
    return [
        MergingAgreement(
            r_merge=_finite(one.r_merge()),
            r_meas=_finite(one.r_meas()),
            r_pim=_finite(one.r_pim()),
            cc_half=_finite(one.cc_half()) if one.stats_refl > 1 else nan,
        )
        for one in intensities.calculate_merging_stats(binner, "Y")
    ]


def _finite(value: float) -> float:
    return float(value) if isfinite(value) else nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Merged:
    """Merged values of each unique reflection, of which the statistics of a shell are made."""

    counts: NDArray[np.int64]
    mean: NDArray[np.float64]
    sigma: NDArray[np.float64]
    scatter: NDArray[np.float64]
    mates: NDArray[np.int64]
    difference: NDArray[np.float64]
    difference_sigma: NDArray[np.float64]
    pair_mean: NDArray[np.float64]
    half_variance: NDArray[np.float64]

    @classmethod
    def of(cls, grouped: Grouped) -> _Merged:
        import numpy as np

        means, plus, minus = grouped.weighted(), grouped.weighted(~grouped.mate), grouped.weighted(grouped.mate)
        return cls(
            counts=means.counts,
            mean=means.values,
            sigma=means.sigmas,
            scatter=_scatter(grouped, means),
            mates=(plus.counts > 0).astype(np.int64) + (minus.counts > 0),
            difference=plus.values - minus.values,
            difference_sigma=np.hypot(plus.sigmas, minus.sigmas),
            pair_mean=0.5 * (plus.values + minus.values),
            half_variance=_half_variance(grouped, ~grouped.mate) + _half_variance(grouped, grouped.mate),
        )

    def shell(
        self,
        inside: NDArray[np.bool_],
        *,
        d_max: float,
        d_min: float,
        possible: int,
        acentric_possible: int,
        together: MergingAgreement,
        apart: MergingAgreement,
    ) -> ShellStatistics:
        import numpy as np

        pairs = inside & (self.mates == 2)
        unique, n_pairs = int(inside.sum()), int(pairs.sum())
        mean, sigma = self.mean[inside], self.sigma[inside]
        difference, total = self.difference[pairs], float(self.pair_mean[pairs].sum())
        ratio = np.abs(difference) / self.difference_sigma[pairs]
        return ShellStatistics(
            d_max=d_max,
            d_min=d_min,
            observations=int(self.counts[inside].sum()),
            unique=unique,
            possible=possible,
            pair_unique=int(self.mates[inside].sum()),
            pair_possible=possible + acentric_possible,
            pairs=n_pairs,
            acentric_possible=acentric_possible,
            mean_intensity=float(mean.mean()) if unique else nan,
            i_over_sigma=float((mean / sigma).mean()) if unique else nan,
            i_over_sigma_scatter=float((mean / np.maximum(sigma, self.scatter[inside])).mean()) if unique else nan,
            together=together,
            apart=apart,
            cc_anomalous=_cc_of_halves(difference, self.half_variance[pairs]),
            r_anomalous=float(np.abs(difference).sum()) / total if total > 0.0 else nan,
            anomalous_signal=float(ratio.mean()) if n_pairs else nan,
        )


def _scatter(grouped: Grouped, means: Means) -> NDArray[np.float64]:
    """σ of each mean by the weighted variance V of its n observations, √(V/n); 0 for a single one."""
    import numpy as np

    weights, size = grouped.sigmas**-2.0, len(means.counts)
    total = np.bincount(grouped.group, weights, minlength=size)
    squared_weights = np.bincount(grouped.group, weights**2, minlength=size)
    deviation = grouped.intensities - means.values[grouped.group]
    squares = np.bincount(grouped.group, weights * deviation**2, minlength=size)
    freedom = total**2 - squared_weights  # 0 also where one weight exceeds all others by more than a double can tell
    several = (means.counts > 1) & (freedom > 0.0)
    sigma = np.zeros(size)
    variance = total[several] * squares[several] / freedom[several]
    sigma[several] = np.sqrt(variance / means.counts[several])
    return sigma


def _half_variance(grouped: Grouped, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Variance of the mean of half of the observations of each reflection; NaN for less than two.

    Of n observations with the weighted variance v (divided by n, not n - 1) it is 2v/(n-1).
    """
    import numpy as np

    means = grouped.weighted(chosen)
    group, values, weights = grouped.group[chosen], grouped.intensities[chosen], grouped.sigmas[chosen] ** -2.0
    total = np.bincount(group, weights, minlength=len(means.counts))
    squares = np.bincount(group, weights * (values - means.values[group]) ** 2, minlength=len(means.counts))
    several = means.counts > 1
    variance = np.full(len(means.counts), np.nan)
    variance[several] = 2.0 * squares[several] / (total[several] * (means.counts[several] - 1))
    return variance


def _cc_of_halves(values: NDArray[np.float64], half_variance: NDArray[np.float64]) -> float:
    """Correlation of two halves of which these are the means and the variances of half-set means (σ–τ method)."""
    import numpy as np

    known = np.isfinite(half_variance)
    if known.sum() < _LEAST_FOR_CC:
        return nan
    spread, noise = float(values[known].var(ddof=1)), float(half_variance[known].mean())
    both = spread + 0.5 * noise
    return (spread - 0.5 * noise) / both if both > 0.0 else nan
