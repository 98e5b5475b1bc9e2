"""Peaks and holes of a map are found once each, with the atom beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.xtal import difference_peaks, find_peaks, read_density_map

MakePeptide = Callable[..., gemmi.Structure]
MakeMap = Callable[..., Path]

SITES = [((5.0, 6.0, 7.0), 1.0), ((12.3, 3.1, 15.2), 0.8), ((20.17, 9.9, 3.3), 0.6)]


@pytest.mark.parametrize("space_group", ["P 1", "P 21 21 21", "P 2 2 2", "C 2 2 21"])
def test_each_peak_of_the_crystal_is_found_once(map_file: MakeMap, space_group: str) -> None:
    """Symmetry mates are one peak, in any space group, within 0.05 Å."""
    density = read_density_map(map_file(SITES, space_group=space_group))
    cell = density.grid.unit_cell
    helper = gemmi.Structure()
    helper.cell, helper.spacegroup_hm = cell, space_group
    helper.setup_cell_images()

    peaks = find_peaks(density, 6.0)

    assert len(peaks) == len(SITES)
    for peak, (site, _) in zip(peaks, SITES, strict=True):
        image = helper.cell.find_nearest_image(gemmi.Position(*site), gemmi.Position(*peak.position), gemmi.Asu.Any)
        assert image.dist() < 0.05


def test_a_peak_on_a_symmetry_element_is_one_peak(map_file: MakeMap) -> None:
    """Its mates are itself."""
    density = read_density_map(map_file([((0.0, 7.3, 0.0), 0.5)], space_group="P 1 2 1"))

    assert len(find_peaks(density, 6.0)) == 1


def test_holes_are_negative_peaks(map_file: MakeMap) -> None:
    """The sign of the height tells them apart."""
    density = read_density_map(map_file([(SITES[0][0], 1.0), (SITES[1][0], -0.9)]))

    holes = find_peaks(density, 6.0, holes=True)

    assert [round(np.sign(hole.height)) for hole in holes] == [-1]
    assert len(find_peaks(density, 6.0)) == 1


def test_difference_peaks_name_the_nearest_atom(peptide: MakePeptide, map_file: MakeMap) -> None:
    """Sorted by height, in the copy beside the model; far from everything they name nothing."""
    structure = peptide()
    carbon = structure[0]["A"][7]["CB"][0].pos
    hole = (carbon.x + 0.3, carbon.y, carbon.z)
    far = (carbon.x - 1.0, carbon.y + 13.0, carbon.z + 9.0)

    peaks = difference_peaks(structure, read_density_map(map_file([(hole, -1.0), (far, 0.6)])), threshold=5.0)

    assert peaks[0].height < 0
    assert peaks[0].atom == "A/ALA 8/CB"
    assert peaks[0].distance == pytest.approx(0.3, abs=0.1)
    assert abs(peaks[0].height) >= abs(peaks[1].height)
    assert peaks[1].height > 0


def test_the_height_of_a_peak_between_grid_points_is_not_lost(map_file: MakeMap) -> None:
    """Interpolation gives the same height wherever the peak lies, within 6 %."""
    heights = []
    for shift in (0.0, 0.13, 0.26, 0.39):
        density = read_density_map(map_file([((5.0 + shift, 6.0 + shift, 7.0 + shift), 1.0)]))
        heights.append(find_peaks(density, 6.0)[0].height)

    assert max(heights) / min(heights) < 1.06
