"""Maps of one byte a point say what the maps that they are made of say."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

from unit.xtal.maps.crystals import CRYSTALS, write_coefficients
from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import read_cell_density, read_map_header


def values_of(content: bytes) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Points as viewers take them (x, y, z), the grid index of the first, and the operations; from the bytes alone."""
    ints, floats = np.frombuffer(content[:1024], "<i4"), np.frombuffer(content[:1024], "<f4")
    assert content[208:212] == b"MAP "
    assert (ints[3], ints[39], ints[40]) == (0, -128, 127)
    assert ints[16:19].tolist() == [1, 2, 3]
    lowest, highest = float(floats[19]), float(floats[20])
    text = content[1024 : 1024 + ints[23]].decode("ascii")
    points = np.frombuffer(content[1024 + ints[23] :], np.int8).astype(float)
    slope = (highest - lowest) / 255.0
    values = slope * points + 0.5 * (lowest + highest + slope)
    return (
        values.reshape(ints[0:3], order="F"),
        ints[4:7],
        [text[begin : begin + 80].strip() for begin in range(0, len(text), 80)],
    )


@pytest.mark.parametrize("group", CRYSTALS)
def test_the_asymmetric_unit_spread_by_its_operations_is_the_whole_map(tmp_path: Path, group: str) -> None:
    """Every point of the cell is reached, and is right to half of a byte's step."""
    density = read_cell_density(write_coefficients(tmp_path / "map.mtz", group))
    values, start, operations = values_of(density.asymmetric_unit())
    whole = np.asarray(density.grid.array)
    size = np.array(whole.shape)
    spread = np.full(whole.shape, np.nan)
    places = np.stack(np.meshgrid(*(np.arange(count) for count in values.shape), indexing="ij"), axis=-1) + start
    for operation in operations:
        op = gemmi.Op(operation)
        rotation, shift = np.array(op.rot) // op.DEN, np.array(op.tran) * size // op.DEN
        there = (places @ rotation.T + shift) % size
        spread[there[..., 0], there[..., 1], there[..., 2]] = values

    assert not np.isnan(spread).any()
    assert np.abs(spread - np.clip(whole, *density.limits)).max() <= 0.501 * density.step


@pytest.mark.parametrize("group", CRYSTALS)
def test_a_level_in_sigma_is_that_of_the_whole_cell(tmp_path: Path, group: str) -> None:
    """Mean and rms in the header are gemmi's of its own map, and so is the map in σ, within the rounding."""
    path = write_coefficients(tmp_path / "map.mtz", group)
    density = read_cell_density(path)
    content = density.asymmetric_unit()
    floats = np.frombuffer(content[:1024], "<f4")
    values, _, _ = values_of(content)
    by_gemmi = gemmi.read_mtz_file(str(path)).transform_f_phi_to_map("F", "PHI", sample_rate=3.0)
    by_gemmi.normalize()
    here = (values - floats[21]) / floats[54]
    there = np.asarray(by_gemmi.array)[: values.shape[0], : values.shape[1], : values.shape[2]]

    assert np.abs(density.grid.array / density.rms - by_gemmi.array).max() < 1e-4
    assert floats[21] == pytest.approx(density.mean, abs=1e-6)
    assert floats[54] == pytest.approx(density.rms, rel=1e-6)
    assert density.step / density.rms < 0.1
    assert np.abs(here - np.minimum(there, 12.5)).max() < 0.051


def test_a_box_may_lie_anywhere_and_needs_no_symmetry(tmp_path: Path) -> None:
    """Points of a box that reaches beyond the cell are those of the crystal there."""
    density = read_cell_density(write_coefficients(tmp_path / "map.mtz", "P 1 21 1"))
    centre = (-31.0, 2.0, 55.0)
    values, start, operations = values_of(density.box(centre, 8.0))
    whole = np.asarray(density.grid.array)
    axes = [
        np.arange(first, first + count) % size
        for first, count, size in zip(start, values.shape, whole.shape, strict=True)
    ]
    cell = density.grid.unit_cell
    corner = gemmi.Fractional(*(start / np.array(whole.shape)))

    assert operations == []
    assert np.abs(values - np.clip(whole[np.ix_(*axes)], *density.limits)).max() <= 0.501 * density.step
    assert min(8.0 * length for length in cell.reciprocal().parameters[:3]) > 0
    assert cell.orthogonalize(corner).dist(gemmi.Position(*centre)) < 8.0 * 3**0.5 * 1.2


def test_a_map_for_viewers_is_a_ccp4_map(tmp_path: Path) -> None:
    density = read_cell_density(write_coefficients(tmp_path / "map.mtz"))
    path = tmp_path / "map.ccp4"
    path.write_bytes(density.asymmetric_unit())
    header = read_map_header(path)

    assert (header.mode, header.space_group, header.symmetry_bytes) == (0, 19, 320)
    assert header.grid == density.grid.shape
    assert header.points < 0.35 * density.grid.array.size


@pytest.mark.parametrize("radius", [0.5, 41.0, float("nan")])
def test_a_box_that_is_none_is_refused(tmp_path: Path, radius: float) -> None:
    density = read_cell_density(write_coefficients(tmp_path / "map.mtz"))

    with pytest.raises(InvalidInput, match="reaches 1 to 40 Å"):
        density.box((0.0, 0.0, 0.0), radius)
    with pytest.raises(InvalidInput, match="three numbers"):
        density.box((0.0, float("inf"), 0.0), 5.0)


def test_what_is_no_map_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """No MTZ, no pair of map columns, two pairs, too many points: each says what is wrong."""
    text = tmp_path / "text.mtz"
    text.write_text("hello")
    with pytest.raises((UnreadableFile, UnsuitableContent)) as not_mtz:
        read_cell_density(text)
    mtz = gemmi.read_mtz_file(str(write_coefficients(tmp_path / "map.mtz")))
    mtz.column_with_label("PHI").type = "R"
    mtz.write_to_file(str(tmp_path / "no_phase.mtz"))
    with pytest.raises(UnsuitableContent) as no_phase:
        read_cell_density(tmp_path / "no_phase.mtz")
    two = write_coefficients(tmp_path / "two.mtz", labels=("FWT", "PHWT", "DELFWT", "PHDELWT"))
    with pytest.raises(UnsuitableContent):
        read_cell_density(two)
    with pytest.raises(UnsuitableContent) as too_many:
        read_cell_density(tmp_path / "map.mtz", most_points=1000)

    assert str(text) in str(not_mtz.value)
    assert "it has no map coefficients; its columns are H, K, L, F, PHI" in str(no_phase.value)
    assert "million points" in str(too_many.value)
    assert read_cell_density(two, "DELFWT,PHDELWT").rms > 0.0
