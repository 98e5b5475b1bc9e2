"""Phase probabilities: best phases with figures of merit from Hendrickson-Lattman coefficients, and back.

The probability of a phase φ is P(φ) ∝ exp(A cos φ + B sin φ + C cos 2φ + D sin 2φ), and the best phase φ with its
figure of merit m is the centroid m exp(iφ) = ∫ P(φ) exp(iφ) dφ / ∫ P(φ) dφ. A centric reflection can have only two
phases; its integrals are sums of two terms.

References
----------
Hendrickson & Lattman, Acta Cryst. B26 (1970) 136-143.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MOST_FOM = 0.9999
"""Figures of merit above this count as this: for 1 the coefficients are infinite."""

_ONE = 24
_LEAST_POINTS, _MOST_POINTS = 64, 8192
_MOST_STRENGTH = float((_MOST_POINTS // 8) ** 2)
_AT_ONCE = 1 << 21
_NOTHING = 1e-9


def allowed_phases(space_group: gemmi.SpaceGroup, hkl: NDArray[np.int32]) -> FloatArray:
    """The phase that each centric reflection can have, and with it the one 180° away; NaN for acentric ones.

    Returns
    -------
    Degrees, from 0 to 180, shape (n,).

    Notes
    -----
    An operator x' = Rx + t with hR = -h gives F(h) = exp(2πi ht) F(-h), so that φ = πht or πht + π.
    """
    import numpy as np

    indices = np.asarray(hkl, dtype=np.int64)
    phases = np.full(len(indices), np.nan)
    for op in space_group.operations().sym_ops:
        opposite = (indices @ np.array(op.rot) == -_ONE * indices).all(axis=1)
        phases[opposite] = (indices[opposite] @ np.array(op.tran)) * (180.0 / _ONE) % 180.0
    return phases


def best_phases(coefficients: FloatArray, allowed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Best phases and figures of merit.

    Parameters
    ----------
    coefficients
        Hendrickson-Lattman coefficients A, B, C and D, shape (n, 4).
    allowed
        The phases of centric reflections, NaN for acentric ones, as `allowed_phases` gives them, shape (n,).

    Returns
    -------
    Phases in degrees, from -180 to 180, and figures of merit, both of shape (n,); NaN where a coefficient is missing.
    Where all phases are equally likely, the phase is 0, of centric reflections the one allowed.
    """
    import numpy as np

    known = np.isfinite(coefficients).all(axis=1)
    centric = known & np.isfinite(allowed)
    acentric = known & ~centric
    centroids = np.full(len(coefficients), np.nan, dtype=complex)
    centroids[acentric] = _centroids(coefficients[acentric])
    centroids[np.abs(centroids) < _NOTHING] = 0.0
    direction = np.exp(1j * np.radians(allowed[centric]))
    a, b = coefficients[centric, 0], coefficients[centric, 1]
    centroids[centric] = np.tanh(a * direction.real + b * direction.imag) * direction
    phases = np.degrees(np.angle(centroids))
    nowhere = centric & (np.abs(centroids) < _NOTHING)
    phases[nowhere] = allowed[nowhere]
    return phases, np.minimum(np.abs(centroids), 1.0)


def hendrickson_lattman(phases: FloatArray, foms: FloatArray, allowed: FloatArray) -> FloatArray:
    """Hendrickson-Lattman coefficients of unimodal distributions with given best phases and figures of merit.

    A = X cos φ, B = X sin φ, C = D = 0. X solves m = I₁(X)/I₀(X) for acentric and m = tanh X for centric reflections.

    Parameters
    ----------
    phases
        Degrees, shape (n,).
    foms
        From 0 to 1, shape (n,); what is above `MOST_FOM` counts as that.
    allowed
        As for `best_phases`.

    Returns
    -------
    Shape (n, 4); NaN where phase or figure of merit is missing.
    """
    import numpy as np

    m = np.clip(foms, 0.0, MOST_FOM)
    strength = np.where(np.isfinite(allowed), np.arctanh(m), _concentrations(m))
    angles = np.radians(phases)
    zero = np.where(np.isfinite(angles) & np.isfinite(strength), 0.0, np.nan)
    return np.stack([strength * np.cos(angles) + zero, strength * np.sin(angles) + zero, zero, zero], axis=1)


def _concentrations(m: FloatArray) -> FloatArray:
    """X with I₁(X)/I₀(X) = m: the estimate of Best and Fisher, then Newton's method.

    References
    ----------
    Best & Fisher, Commun. Stat. Simul. Comput. 10 (1981) 493-502.
    """
    import numpy as np

    small = 2.0 * m + m**3 + 5.0 * m**5 / 6.0
    middle = -0.4 + 1.39 * m + 0.43 / (1.0 - m)
    large = 1.0 / np.maximum(m**3 - 4.0 * m**2 + 3.0 * m, 1e-12)
    x = np.where(m < 0.53, small, np.where(m < 0.85, middle, large))
    solve = np.isfinite(m) & (m > 1e-6)
    for _ in range(4):
        start = x[solve]
        coefficients = np.zeros((len(start), 4))
        coefficients[:, 0] = start
        ratio = _centroids(coefficients).real
        x[solve] = start - (ratio - m[solve]) / (1.0 - ratio / start - ratio**2)
    return x


def _centroids(coefficients: FloatArray) -> NDArray[np.complex128]:
    """∫ P exp(iφ) dφ / ∫ P dφ over the circle, by sums over points that are even on it.

    For a periodic function such sums converge exponentially: n points are wrong by about exp(-n²/2X), X being the
    sharpness of the distribution. Sharper ones than `_MOST_STRENGTH` (m = 1 - 5·10⁻⁷) are made as sharp as that.
    """
    import numpy as np

    strength = np.hypot(coefficients[:, 0], coefficients[:, 1]) + 4.0 * np.hypot(coefficients[:, 2], coefficients[:, 3])
    scale = np.minimum(1.0, _MOST_STRENGTH / np.maximum(strength, 1.0))
    scaled = coefficients * scale[:, None]
    needed = 8.0 * np.sqrt(np.minimum(strength, _MOST_STRENGTH))
    result = np.empty(len(coefficients), dtype=complex)
    points, fewer = _LEAST_POINTS, -1.0
    while points <= _MOST_POINTS:
        (rows,) = np.nonzero((needed > fewer) & (needed <= points))
        angles = np.arange(points) * (2.0 * np.pi / points)
        basis = np.stack([np.cos(angles), np.sin(angles), np.cos(2.0 * angles), np.sin(2.0 * angles)])
        chunk = _AT_ONCE // points
        for start in range(0, len(rows), chunk):
            some = rows[start : start + chunk]
            exponents = scaled[some] @ basis
            exponents -= exponents.max(axis=1, keepdims=True)
            probability = np.exp(exponents)
            result[some] = (probability @ (basis[0] + 1j * basis[1])) / probability.sum(axis=1)
        points, fewer = 2 * points, points
    return result
