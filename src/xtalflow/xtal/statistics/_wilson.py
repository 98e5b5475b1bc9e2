"""Wilson plot: the overall B factor of the data from the fall of intensity with resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..reflections import ColumnGroup
from ._observations import mean_intensities

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

PROTEIN_RESIDUE = {"C": 5.0, "N": 1.35, "O": 1.5, "H": 8.0}
"""Atoms of an average amino-acid residue; only their proportion matters for the slope."""
LOW_RESOLUTION_LIMIT, LEAST_RESOLUTION = 4.0, 3.5
"""Å; below the first, bulk solvent and secondary structure bend the plot; data must reach the second."""
_LEAST_SHELLS, _MOST_SHELLS, _PER_SHELL = 5, 30, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WilsonPlot:
    """A fitted Wilson plot.

    Attributes
    ----------
    b
        Wilson B, Å².
    one_over_d2
        Middle of each shell, Å⁻².
    logarithm
        ln(⟨I/ε⟩ / Σf²) of each shell.
    """

    b: float
    one_over_d2: tuple[float, ...]
    logarithm: tuple[float, ...]


def wilson_plot(mtz: gemmi.Mtz, group: ColumnGroup) -> WilsonPlot | None:
    """Fit a straight line to the Wilson plot of merged data; None if they end before 3.5 Å or are too few.

    Amplitudes are squared. Of weak data only intensities, or amplitudes made by French and Wilson's method, tell the
    truth.

    References
    ----------
    Wilson, Nature 150 (1942) 152. ln(⟨I/ε⟩/Σf²) = ln k − 2B sin²θ/λ² = ln k − B/(2d²).
    """
    import numpy as np

    data = mean_intensities(mtz, group)
    one_over_d2 = np.asarray(mtz.cell.calculate_1_d2_array(data.hkl), dtype=float)
    used = one_over_d2 > 1.0 / LOW_RESOLUTION_LIMIT**2
    if used.sum() < _LEAST_SHELLS * _PER_SHELL // 2 or one_over_d2[used].max() < 1.0 / LEAST_RESOLUTION**2:
        return None
    x = one_over_d2[used]
    epsilon = mtz.spacegroup.operations().epsilon_factor_without_centering_array(data.hkl[used])
    y = data.values[used] / epsilon / _scattering_power(x)
    shells = np.array_split(np.argsort(x), int(np.clip(used.sum() // _PER_SHELL, _LEAST_SHELLS, _MOST_SHELLS)))
    means = [(float(x[shell].mean()), float(y[shell].mean())) for shell in shells]
    points = [(middle, float(np.log(mean))) for middle, mean in means if mean > 0.0]
    if len(points) < _LEAST_SHELLS:
        return None
    middles, logarithms = zip(*points, strict=True)
    slope, _ = np.polyfit(middles, logarithms, 1)
    return WilsonPlot(b=float(-2.0 * slope), one_over_d2=middles, logarithm=logarithms)


def _scattering_power(one_over_d2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of f² over an average residue; form factors of Int. Tables Vol. C (1992), table 6.1.1.4."""
    import gemmi
    import numpy as np

    # 200 points of a smooth curve instead of one call per reflection and element
    grid = np.linspace(one_over_d2.min(), one_over_d2.max(), 200)
    power = np.zeros_like(grid)
    for element, count in PROTEIN_RESIDUE.items():
        factors = gemmi.Element(element).it92
        power += count * np.array([factors.calculate_sf(value / 4.0) ** 2 for value in grid])
    return np.asarray(np.interp(one_over_d2, grid, power))
