"""Phase probabilities: best phases and figures of merit, and coefficients made of them."""

from __future__ import annotations

import math
from itertools import product

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import MOST_FOM, allowed_phases, best_phases, hendrickson_lattman

ACENTRIC = np.array([np.nan])


def bessel_ratio(x: float) -> float:
    """I₁(x)/I₀(x) by Gauss's continued fraction, from its far end."""
    tail = 0.0
    for n in range(20_000 if x > 100 else 2000, 0, -1):
        tail = 1.0 / (2.0 * n / x + tail)
    return tail


def centroid(a: float, b: float, c: float, d: float, points: int = 7200) -> complex:
    """By Simpson's rule, with the exponent written as two cosines."""
    x, y = math.hypot(a, b), math.hypot(c, d)
    phi = np.linspace(-math.pi, math.pi, points + 1)
    exponent = x * np.cos(phi - math.atan2(b, a)) + y * np.cos(2 * phi - math.atan2(d, c))
    weight = np.exp(exponent - (x + y))
    simpson = np.ones(points + 1)
    simpson[1:-1:2], simpson[2:-1:2] = 4.0, 2.0
    return complex((simpson * weight * np.exp(1j * phi)).sum() / (simpson * weight).sum())


def best_of(*coefficients: float) -> complex:
    phases, foms = best_phases(np.array([coefficients]), ACENTRIC)
    return complex(foms[0] * np.exp(1j * np.radians(phases[0])))


@pytest.mark.parametrize("x", [1e-4, 0.1, 1.0, 5.0, 30.0, 130.0, 2000.0, 9e4])
def test_unimodal_distributions_have_the_figure_of_merit_of_bessel_functions(x: float) -> None:
    """With C = D = 0: m = I₁(X)/I₀(X), at the angle of (A, B)."""
    found = best_of(x * math.cos(2.0), x * math.sin(2.0), 0.0, 0.0)

    assert abs(found) == pytest.approx(bessel_ratio(x), abs=1e-9)
    assert math.atan2(found.imag, found.real) == pytest.approx(2.0, abs=1e-7)


def test_any_distribution_has_the_centroid_that_simpson_s_rule_finds() -> None:
    """Flat, sharp and bimodal ones."""
    rng = np.random.default_rng(3)
    for scale in (0.3, 3.0, 30.0):
        for coefficients in rng.normal(0.0, scale, size=(50, 4)):
            assert best_of(*coefficients) == pytest.approx(centroid(*coefficients), abs=1e-6)


def test_two_equal_maxima_tell_no_phase() -> None:
    """C alone makes φ and φ + 180° equally likely."""
    assert abs(best_of(0.0, 0.0, 5.0, 1.0)) == pytest.approx(0.0, abs=1e-9)


def test_without_coefficients_the_phase_is_nought_with_no_merit() -> None:
    phases, foms = best_phases(np.zeros((2, 4)), np.array([np.nan, 90.0]))

    assert (phases.tolist(), foms.tolist()) == ([0.0, 90.0], [0.0, 0.0])


@pytest.mark.parametrize("huge", [1e7, 3e38])
def test_absurdly_sharp_distributions_are_certain(huge: float) -> None:
    found = best_of(-huge, huge, 0.0, 0.0)

    assert abs(found) == pytest.approx(1.0, abs=1e-6)
    assert math.degrees(math.atan2(found.imag, found.real)) == pytest.approx(135.0, abs=1e-6)


@pytest.mark.parametrize("allowed", [0.0, 30.0, 45.0, 90.0, 150.0])
def test_centric_reflections_have_one_of_two_phases(allowed: float) -> None:
    """The centroid is the sum of two terms, C and D being the same in both."""
    a, b, c, d = -0.7, 0.4, 1.3, -2.0
    directions = [np.exp(1j * math.radians(allowed + turn)) for turn in (0.0, 180.0)]
    weights = [math.exp(a * z.real + b * z.imag + c * (z * z).real + d * (z * z).imag) for z in directions]
    expected = sum(w * z for w, z in zip(weights, directions, strict=True)) / sum(weights)

    phases, foms = best_phases(np.array([[a, b, c, d]]), np.array([allowed]))

    assert foms[0] * np.exp(1j * np.radians(phases[0])) == pytest.approx(expected, abs=1e-12)
    assert abs(math.sin(math.radians(phases[0] - allowed))) < 1e-12


def test_a_missing_coefficient_leaves_no_phase() -> None:
    phases, foms = best_phases(np.array([[1.0, 1.0, np.nan, 0.0], [1.0, np.inf, 0.0, 0.0]]), np.array([np.nan, 0.0]))

    assert np.isnan(phases).all()
    assert np.isnan(foms).all()


@pytest.mark.parametrize("m", [1e-5, 0.01, 0.3, 0.52, 0.54, 0.84, 0.86, 0.99, MOST_FOM])
def test_coefficients_of_a_phase_have_its_figure_of_merit(m: float) -> None:
    """I₁(X)/I₀(X) = m for acentric, tanh X = m for centric reflections; the angle is the phase."""
    phases = np.array([100.0, 90.0])
    made = hendrickson_lattman(phases, np.array([m, m]), np.array([np.nan, 90.0]))

    strengths = np.hypot(made[:, 0], made[:, 1])
    assert bessel_ratio(strengths[0]) == pytest.approx(m, abs=1e-8)
    assert math.tanh(strengths[1]) == pytest.approx(m, abs=1e-8)
    assert np.degrees(np.arctan2(made[:, 1], made[:, 0])) == pytest.approx(phases)
    assert (made[:, 2:] == 0.0).all()


def test_a_figure_of_merit_of_one_makes_finite_coefficients() -> None:
    made = hendrickson_lattman(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([np.nan, 0.0]))

    assert [bessel_ratio(made[0, 0]), math.tanh(made[1, 0])] == pytest.approx([MOST_FOM, MOST_FOM], abs=1e-8)


def test_no_merit_makes_no_coefficients_and_a_missing_one_misses_all() -> None:
    made = hendrickson_lattman(np.array([50.0, 50.0, np.nan]), np.array([0.0, np.nan, 0.5]), np.full(3, np.nan))

    assert made[0].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert np.isnan(made[1:]).all()


@pytest.mark.parametrize(
    "symbol", ["P 21 21 21", "P 41 21 2", "P 65 2 2", "P 43 3 2", "C 1 2 1", "I 1 2 1", "P 31 1 2", "R 3 2", "F 4 3 2"]
)
def test_allowed_phases_are_those_of_structure_factors(symbol: str) -> None:
    """Of a few atoms, summed atom by atom over all operators."""
    group = gemmi.SpaceGroup(symbol)
    hkl = np.array([index for index in product(range(-4, 5), range(-4, 5), range(6)) if any(index)])
    hkl = hkl[~group.operations().systematic_absences(hkl)]
    atoms = np.random.default_rng(5).random((5, 3))
    images = [np.array(op.apply_to_xyz(list(xyz))) for op in group.operations() for xyz in atoms]
    factors = sum(np.exp(2j * np.pi * (hkl @ xyz)) for xyz in images)

    allowed = allowed_phases(group, hkl)

    centric = np.isfinite(allowed)
    assert (centric == group.operations().centric_flag_array(hkl)).all()
    assert centric.any()
    seen = centric & (np.abs(factors) > 1e-6)
    off = (np.degrees(np.angle(factors[seen])) - allowed[seen] + 90.0) % 180.0 - 90.0
    assert np.abs(off).max() < 1e-6
    assert ((allowed[centric] >= 0.0) & (allowed[centric] < 180.0)).all()
