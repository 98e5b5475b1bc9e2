"""Tests for twinning by merohedry: candidate laws of the lattice, the local L test, and the H test for each law."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import log, nan
from typing import TYPE_CHECKING

from ..crystal import crystal_of_reflections, laue_rotations, orbit_keys, twin_operators
from ..reflections import ColumnGroup
from ._observations import Intensities, mean_intensities

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

L_UNTWINNED, L_TWINNED = 0.5, 0.375
"""⟨|L|⟩ of acentric reflections of a single crystal and of a perfect twin (Padilla & Yeates, 2003)."""

L_LIMIT = 0.44
"""Below it the L test speaks for twinning: what a twin fraction of 0.10 gives."""

H_LIMIT = 0.10
"""From this twin fraction on the H test speaks for twinning; noise alone gives up to 0.05."""

_STRONG = 6.0
_LEAST_PAIRS = 100
_LOW_RESOLUTION = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinLaw:
    """A possible twin law and what the H test says of it.

    Attributes
    ----------
    operator
        Of Miller indices, such as ``-h,-k,l``.
    pairs
        Pairs of acentric reflections that the law couples.
    h_mean_abs, h_mean_sq
        ⟨|H|⟩ and ⟨H²⟩ of H = (I₁-I₂)/(I₁+I₂); NaN for too few pairs.
    alpha
        Twin fraction, 0 to 0.5, the mean of 1/2 - ⟨|H|⟩ and (1 - √(3⟨H²⟩))/2; NaN for too few pairs.
    supported
        Whether the H test speaks for this law.
    """

    operator: str
    pairs: int
    h_mean_abs: float
    h_mean_sq: float
    alpha: float
    supported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinTests:
    """What the intensities say about twinning.

    Attributes
    ----------
    l_mean_abs, l_mean_sq
        ⟨|L|⟩ and ⟨L²⟩: 0.5 and 1/3 for a single crystal, 0.375 and 0.2 for a perfect twin; NaN for too few pairs.
    l_pairs
        Pairs of neighbours in the L test.
    l_alpha
        Twin fraction that ⟨|L|⟩ corresponds to, 0 to 0.5.
    laws
        Possible twin laws; none if the lattice is no more symmetric than the crystal.
    supported
        Whether refinement with twinning is justified: there is a law, and the L test or its H test speaks for twinning.
    sentence
        The verdict in words.
    """

    l_mean_abs: float
    l_mean_sq: float
    l_pairs: int
    l_alpha: float
    laws: tuple[TwinLaw, ...]
    supported: bool
    sentence: str


def twinning_tests(mtz: gemmi.Mtz, group: ColumnGroup) -> TwinTests:
    """Look for twinning in merged observations.

    Only pairs whose summed intensity is above six times its σ are counted. For a single crystal L and H do
    not depend on the sum, so that this leaves out noise without changing what is expected.

    References
    ----------
    L test: Padilla & Yeates, Acta Cryst. D59 (2003) 1124-1130. H test: Yeates, Acta Cryst. A44 (1988) 142-144.
    """
    data = _acentric(mtz, mean_intensities(mtz, group))
    l_values = _local_ratios(mtz, data)
    enough = len(l_values) >= _LEAST_PAIRS
    mean_abs, mean_sq = _moments(l_values) if enough else (nan, nan)
    l_supports = enough and mean_abs < L_LIMIT
    laws = tuple(_test_law(mtz, data, op, mean_abs) for op in twin_operators(crystal_of_reflections(mtz)))
    supported = bool(laws) and (l_supports or any(law.supported for law in laws))
    return TwinTests(
        l_mean_abs=mean_abs,
        l_mean_sq=mean_sq,
        l_pairs=len(l_values),
        l_alpha=fraction_of_l(mean_abs) if enough else nan,
        laws=laws,
        supported=supported,
        sentence=_sentence(mean_abs, laws, l_supports),
    )


def expected_l(alpha: float) -> float:
    """⟨|L|⟩ of acentric reflections of a twin of two domains with this fraction, 0 to 0.5.

    References
    ----------
    Lebedev, Vagin & Murshudov, Acta Cryst. D62 (2006) 83-95.

    Examples
    --------
    >>> round(expected_l(0.0), 3), round(expected_l(0.2), 3), round(expected_l(0.5), 3)
    (0.5, 0.408, 0.375)
    """
    if alpha <= 0.0:
        return L_UNTWINNED
    contrast = (1.0 - 2.0 * alpha) ** 2
    if contrast < 1e-3:  # the formula is 0/0 at one half, its limit is 3/8
        return L_TWINNED
    both = alpha * (1.0 - alpha)
    return (contrast * (1.0 - 6.0 * both) - 8.0 * both**2 * log(4.0 * both)) / (2.0 * contrast**2)


def fraction_of_l(mean_abs: float) -> float:
    """Twin fraction, 0 to 0.5, at which ⟨|L|⟩ is expected to have this value."""
    low, high = 0.0, 0.5
    for _ in range(40):
        middle = 0.5 * (low + high)
        if expected_l(middle) > mean_abs:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _acentric(mtz: gemmi.Mtz, data: Intensities) -> Intensities:
    """Acentric reflections beyond 10 Å, or all acentric ones if these are few."""
    acentric = ~mtz.spacegroup.operations().centric_flag_array(data.hkl)
    beyond = acentric & (mtz.cell.calculate_d_array(data.hkl) < _LOW_RESOLUTION)
    keep = beyond if beyond.sum() >= _LEAST_PAIRS else acentric
    return Intensities(hkl=data.hkl[keep], keys=data.keys[keep], values=data.values[keep], sigmas=data.sigmas[keep])


def _local_ratios(mtz: gemmi.Mtz, data: Intensities) -> NDArray[np.float64]:
    """L of all pairs whose indices differ by 0 or ±2 each.

    Even steps keep the parity of each index, so that a pseudo-translation by half a cell edge, which
    weakens whole classes of parity, does not look like the opposite of twinning.
    """
    import numpy as np

    rotations = laue_rotations(mtz.spacegroup)
    found = [np.zeros(0)]
    for step in product((-2, 0, 2), repeat=3):
        if step > (0, 0, 0):  # of a step and its opposite one is enough
            partner = orbit_keys(data.hkl + np.array(step, dtype=np.int32), rotations)
            found.append(_ratios(data, partner))
    return np.concatenate(found)


def _test_law(mtz: gemmi.Mtz, data: Intensities, op: gemmi.Op, l_mean_abs: float) -> TwinLaw:
    import numpy as np

    rotations = laue_rotations(mtz.spacegroup)
    images = data.hkl.astype(np.int64) @ np.array(op.rot, dtype=np.int64)
    integral = (images % 24 == 0).all(axis=1)
    partner = np.where(integral, orbit_keys(images // 24, rotations), data.keys)
    # Each pair once: from the member with the smaller key; equal keys are no pair.
    values = _ratios(data, np.where(partner > data.keys, partner, -1))
    enough = len(values) >= _LEAST_PAIRS
    mean_abs, mean_sq = _moments(values) if enough else (nan, nan)
    alpha = float(np.clip(0.5 * (0.5 - mean_abs + 0.5 * (1.0 - (3.0 * mean_sq) ** 0.5)), 0.0, 0.5)) if enough else nan
    return TwinLaw(
        operator=op.as_hkl().triplet(),
        pairs=len(values),
        h_mean_abs=mean_abs,
        h_mean_sq=mean_sq,
        alpha=alpha,
        supported=enough and alpha >= H_LIMIT and not _is_symmetry(alpha, l_mean_abs),
    )


def _is_symmetry(alpha: float, l_mean_abs: float) -> bool:
    """Equal intensities with the statistics of a single crystal are true or non-crystallographic symmetry."""
    return alpha > 0.4 and l_mean_abs > 0.5 * (L_UNTWINNED + L_LIMIT)


def _ratios(data: Intensities, partner_keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """(I₁-I₂)/(I₁+I₂) of each reflection and the one of the given key, where both are there and their sum is strong."""
    import numpy as np

    if len(data) == 0:
        return np.zeros(0)
    place = np.minimum(np.searchsorted(data.keys, partner_keys), len(data) - 1)
    both = (data.keys[place] == partner_keys) & (data.keys != partner_keys)
    first, second = data.values[both], data.values[place[both]]
    noise = np.hypot(data.sigmas[both], data.sigmas[place[both]])
    strong = first + second > _STRONG * noise
    ratios: NDArray[np.float64] = (first[strong] - second[strong]) / (first[strong] + second[strong])
    return ratios


def _moments(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(abs(values).mean()), float((values**2).mean())


def _sentence(mean_abs: float, laws: tuple[TwinLaw, ...], l_supports: bool) -> str:
    found = (
        f"⟨|L|⟩ is {mean_abs:.3f} (0.500 untwinned, 0.375 perfect twin)"
        if mean_abs == mean_abs
        else "there are too few data for the L test"
    )
    if not laws:
        return f"No twin law is possible: the lattice is no more symmetric than the crystal; {found}."
    tested = "; ".join(
        f"{law.operator}: twin fraction {law.alpha:.2f} by the H test" for law in laws if law.alpha == law.alpha
    )
    words = f"{found}; {tested or 'there are too few pairs for the H test'}"
    if any(law.alpha >= H_LIMIT and not law.supported for law in laws):
        words += " (equal intensities without twin statistics: the symmetry may be higher)"
    return f"Twinning is {'' if l_supports or any(law.supported for law in laws) else 'not '}supported: {words}."
