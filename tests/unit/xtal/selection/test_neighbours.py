"""Points near others, against all distances calculated one by one."""

from __future__ import annotations

import numpy as np
import pytest

from xtalflow.xtal.selection._neighbours import near


def all_distances(points: np.ndarray, centres: np.ndarray, distance: float) -> list[bool]:
    squares = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return list((squares <= distance**2).any(axis=1))


@pytest.mark.parametrize("distance", [0.3, 1.0, 3.7, 5.0, 9.0, 14.0, 22.0, 60.0])
@pytest.mark.parametrize(("n_points", "n_centres", "size"), [(400, 1, 20.0), (500, 300, 30.0), (300, 300, 4.0)])
def test_near_points_are_found(n_points: int, n_centres: int, size: float, distance: float) -> None:
    generator = np.random.default_rng(int(10 * distance))
    points = generator.uniform(-size, size, (n_points, 3))
    centres = generator.uniform(-size, size, (n_centres, 3))

    assert near(points, centres, distance).tolist() == all_distances(points, centres, distance)


@pytest.mark.parametrize("distance", [1.0, 2.0, 3.0, 5.0, 10.0])
def test_a_point_at_exactly_the_distance_is_near(distance: float) -> None:
    grid = np.stack(np.meshgrid(*[np.arange(-6.0, 7.0)] * 3), axis=-1).reshape(-1, 3)
    centre = np.zeros((1, 3))

    assert near(grid, centre, distance).tolist() == all_distances(grid, centre, distance)


def test_far_apart_groups_cost_no_room() -> None:
    generator = np.random.default_rng(1)
    group = generator.uniform(0, 10, (50, 3))
    points = np.concatenate([group, group + 1e9, group - 1e12])

    assert near(points, points[60:61], 5.0).tolist() == all_distances(points, points[60:61], 5.0)


def test_of_nothing_nothing_is_near() -> None:
    points = np.zeros((3, 3))

    assert near(points, np.zeros((0, 3)), 5.0).tolist() == [False] * 3
    assert near(np.zeros((0, 3)), points, 5.0).tolist() == []
