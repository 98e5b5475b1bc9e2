"""Merging written out plainly: dictionaries, loops and textbook formulas, to compare with."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt
from typing import Any

import gemmi
import numpy as np

from .observation_files import CELL, GROUP, Observed

ROTATIONS = [(np.array(op.rot) // 24).tolist() for op in GROUP.operations().sym_ops]
Index = tuple[int, int, int]


def turned(hkl: Index, rotation: list[list[int]], sign: int) -> Index:
    a, b, c = (sign * sum(hkl[i] * rotation[i][j] for i in range(3)) for j in range(3))
    return (a, b, c)


def unique_and_mate(hkl: Index) -> tuple[Index, bool]:
    """The largest of all equivalents, and whether only Friedel's law leads to it."""
    direct = {turned(hkl, rotation, 1) for rotation in ROTATIONS}
    mates = {turned(hkl, rotation, -1) for rotation in ROTATIONS}
    first = max(direct | mates)
    return first, first not in direct


def is_absent(hkl: Index) -> bool:
    """Of P 21 21 21: odd orders along an axis."""
    return sum(index != 0 for index in hkl) == 1 and sum(hkl) % 2 != 0


def is_centric(hkl: Index) -> bool:
    """Of P 21 21 21: those with a zero."""
    return 0 in hkl


def one_over_d2(hkl: Index) -> float:
    return sum((index / edge) ** 2 for index, edge in zip(hkl, CELL, strict=False))


class Merged:
    """Observations by unique reflection and mate."""

    def __init__(self, observed: Observed, *, absences: bool = False) -> None:
        self.apart: dict[tuple[Index, bool], list[tuple[float, float]]] = defaultdict(list)
        self.together: dict[Index, list[tuple[float, float]]] = defaultdict(list)
        for hkl, value, sigma, _ in observed.rows():
            first, mate = unique_and_mate(tuple(hkl.tolist()))
            if absences or not is_absent(first):
                self.apart[first, mate].append((value, sigma))
                self.together[first].append((value, sigma))

    def within(self, low: float, high: float) -> Merged:
        """Those of a shell, by 1/d²."""
        part = Merged.__new__(Merged)
        inside = {hkl for hkl in self.together if low <= one_over_d2(hkl) < high}
        part.together = {hkl: rows for hkl, rows in self.together.items() if hkl in inside}
        part.apart = {key: rows for key, rows in self.apart.items() if key[0] in inside}
        return part


def mean(rows: list[tuple[float, float]]) -> tuple[float, float]:
    """Weighted mean and its σ."""
    weight = sum(sigma**-2 for _, sigma in rows)
    return sum(value * sigma**-2 for value, sigma in rows) / weight, weight**-0.5


def r_values(groups: dict[Any, list[tuple[float, float]]]) -> tuple[float, float, float]:
    """Rmerge, Rmeas, Rpim."""
    merge = meas = pim = total = 0.0
    for rows in groups.values():
        n = len(rows)
        if n > 1:
            centre = mean(rows)[0]
            deviation = sum(abs(value - centre) for value, _ in rows)
            merge += deviation
            meas += sqrt(n / (n - 1)) * deviation
            pim += sqrt(1 / (n - 1)) * deviation
            total += n * centre
    return merge / total, meas / total, pim / total


def random_cc_half(groups: dict[Any, list[tuple[float, float]]], repeats: int, seed: int) -> float:
    """Correlation of the means of random halves, averaged over divisions."""
    rng, found = np.random.default_rng(seed), []
    several = [rows for rows in groups.values() if len(rows) > 1]
    for _ in range(repeats):
        halves = []
        for rows in several:
            order = rng.permutation(len(rows))
            cut = len(rows) // 2 + (len(rows) % 2) * rng.integers(2)
            halves.append([mean([rows[place] for place in part])[0] for part in (order[:cut], order[cut:])])
        found.append(np.corrcoef(np.array(halves).T)[0, 1])
    return float(np.mean(found))


def random_cc_anomalous(merged: Merged, repeats: int, seed: int) -> float:
    """Correlation of the anomalous differences of random halves, averaged over divisions."""
    rng, found = np.random.default_rng(seed), []
    keys = [hkl for hkl in merged.together if not is_centric(hkl)]
    pairs = [(merged.apart.get((hkl, False), []), merged.apart.get((hkl, True), [])) for hkl in keys]
    pairs = [pair for pair in pairs if min(map(len, pair)) > 1]
    for _ in range(repeats):
        differences = []
        for pair in pairs:
            halves = []
            for rows in pair:
                order = rng.permutation(len(rows))
                cut = len(rows) // 2 + (len(rows) % 2) * rng.integers(2)
                halves.append([mean([rows[place] for place in part])[0] for part in (order[:cut], order[cut:])])
            differences.append(np.subtract(*halves))
        found.append(np.corrcoef(np.array(differences).T)[0, 1])
    return float(np.mean(found))


def possible(low: float, high: float) -> list[Index]:
    """Every reflection of the positive octant within a shell that P 21 21 21 allows."""
    limits = [int(edge * sqrt(high)) + 1 for edge in CELL[:3]]
    every = [(h, k, l) for h in range(limits[0]) for k in range(limits[1]) for l in range(limits[2])]  # noqa: E741
    return [hkl for hkl in every if any(hkl) and low <= one_over_d2(hkl) < high and not is_absent(hkl)]


def gemmi_intensities(observed: Observed) -> gemmi.Intensities:
    """Gemmi's own merging of the same."""
    intensities = gemmi.Intensities()
    intensities.set_data(gemmi.UnitCell(*CELL), GROUP, observed.hkl.astype(np.int32), observed.values, observed.sigmas)
    return intensities
