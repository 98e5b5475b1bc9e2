"""What a map says about itself: its header, and whether its points agree with it."""

from __future__ import annotations

import gzip
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnreadableFile, UnsuitableContent
from xtalflow.xtal import CMapDataFile, map_facts, read_map_figures, read_map_header, read_model, write_ccp4_map

SHAPE = (8, 10, 12)
CELL = (16.0, 22.0, 30.0, 90.0, 90.0, 90.0)

MakeMap = Callable[..., Path]


@pytest.fixture
def values() -> np.ndarray:
    """Points of a map, along a, b and c."""
    return np.random.default_rng(7).normal(1.0, 2.0, SHAPE).astype(np.float32)


@pytest.fixture
def made(tmp_path: Path) -> MakeMap:
    """A function that writes points with gemmi."""

    def make(points: np.ndarray, mode: int = 2, name: str = "it.map") -> Path:
        grid = gemmi.FloatGrid(*points.shape)
        grid.set_unit_cell(gemmi.UnitCell(*CELL))
        grid.spacegroup = gemmi.SpaceGroup("P 21 21 21")
        grid.array[:] = points
        density = gemmi.Ccp4Map()
        density.grid = grid
        density.update_ccp4_header(mode)
        path = tmp_path / name
        density.write_ccp4_map(str(path))
        return path

    return make


def with_words(path: Path, words: dict[int, tuple[str, float]]) -> Path:
    """The same map with words of its header changed; they count from 1."""
    content = bytearray(path.read_bytes())
    for number, (form, value) in words.items():
        struct.pack_into(f"<{form}", content, 4 * (number - 1), value)
    changed = path.with_name(f"changed_{path.name}")
    changed.write_bytes(content)
    return changed


def test_the_facts_are_those_of_the_points(made: MakeMap, values: np.ndarray) -> None:
    """Grid, cell and symmetry of the header; figures that numpy finds too."""
    facts = map_facts(made(values))

    assert (facts["grid"], facts["extent"], facts["start"]) == ([8, 10, 12], [8, 10, 12], [0, 0, 0])
    assert (facts["axes"], facts["mode"], facts["covers_cell"]) == (["a", "b", "c"], 2, True)
    assert (facts["cell"], facts["spacing"]) == (list(CELL), [2.0, 2.2, 2.5])
    assert (facts["space_group"], facts["mask"], facts["notes"]) == ("P 21 21 21", False, [])
    assert facts["minimum"] == pytest.approx(float(values.min()))
    assert facts["maximum"] == pytest.approx(float(values.max()))
    assert facts["mean"] == pytest.approx(float(values.mean(dtype=float)), rel=1e-6)
    assert facts["rms"] == pytest.approx(float(values.std(dtype=float)), rel=1e-6)


def test_a_map_of_the_other_byte_order_is_the_same(made: MakeMap, values: np.ndarray, tmp_path: Path) -> None:
    """As big computers wrote them, with or without the stamp that says so."""
    little = made(values)
    content = little.read_bytes()
    words = bytearray(np.frombuffer(content, dtype="<u4").astype(">u4").tobytes())
    words[208:212], words[224:1024] = content[208:212], content[224:1024]
    facts = map_facts(little)
    for stamp in (b"\x11\x11\0\0", b"\0\0\0\0"):
        words[212:216] = stamp
        path = tmp_path / "big.map"
        path.write_bytes(words)

        assert read_map_header(path).byte_order == ">"
        assert map_facts(path) == facts


def test_a_gzipped_map_is_read(made: MakeMap, values: np.ndarray, tmp_path: Path) -> None:
    path = made(values)
    packed = tmp_path / "it.map.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert map_facts(packed) == map_facts(path)


def test_points_that_are_0_or_1_are_a_mask(made: MakeMap, values: np.ndarray) -> None:
    """The file becomes one of the subtype mask, unless it was said to be something else."""
    path = made((values > 1.0).astype(np.float32), mode=0)
    file, told = CMapDataFile(), CMapDataFile()
    file.set(path)
    told.set(path)
    told.subType = 2

    assert file.examine().facts["mask"] is True
    assert told.examine().facts["mode"] == 0
    assert (file.subType.value, told.subType.value) == (4, 2)


def test_density_gets_no_subtype(made: MakeMap, values: np.ndarray) -> None:
    """Whether it is 2mFo-DFc or mFo-DFc cannot be seen."""
    file = CMapDataFile()
    file.set(made(values))
    file.examine()

    assert not file.subType.isSet()


def test_statistics_that_are_not_those_of_the_points_are_told(made: MakeMap, values: np.ndarray) -> None:
    """Programs that cut a map keep them; the facts are of the points."""
    path = made(values)
    changed = with_words(path, {21: ("f", 99.0)})

    facts = map_facts(changed)
    assert facts["maximum"] == map_facts(path)["maximum"]
    assert facts["notes"] == ["the statistics of the header are not those of the points in the file"]


def test_statistics_that_the_header_does_not_know_are_found(made: MakeMap, values: np.ndarray) -> None:
    """A maximum below the minimum, and a negative rms, say so (MRC2014)."""
    path = made(values)
    changed = with_words(path, {20: ("f", 0.0), 21: ("f", -1.0), 22: ("f", -2.0), 55: ("f", -1.0)})

    header = read_map_header(changed)
    assert (header.minimum, header.maximum, header.mean, header.rms) == (None, None, None, None)
    assert map_facts(changed) == map_facts(path)


def test_numbers_that_are_none_do_not_reach_the_facts(made: MakeMap, values: np.ndarray) -> None:
    """In the points and in the header."""
    broken = values.copy()
    broken[0, 0, :3] = np.nan
    changed = with_words(made(broken), {20: ("f", math.nan), 11: ("f", math.inf), 50: ("f", math.nan)})

    facts = map_facts(changed)
    json.dumps(facts, allow_nan=False)
    assert facts["cell"] is None
    assert facts["notes"][:2] == ["the header has no unit cell", "3 points are not finite numbers"]


@pytest.mark.parametrize(("number", "words"), [(0, "stack of images"), (401, "no crystal but a stack of volumes")])
def test_what_is_no_crystal_is_noted(made: MakeMap, values: np.ndarray, number: int, words: str) -> None:
    facts = map_facts(with_words(made(values), {23: ("i", number)}))

    assert facts["space_group"] == ""
    assert words in facts["notes"][0]


def test_single_particle_maps_have_an_origin_and_space_group_1(made: MakeMap, values: np.ndarray) -> None:
    facts = map_facts(with_words(made(values), {23: ("i", 1), 50: ("f", 12.5), 52: ("f", -3.0)}))

    assert (facts["space_group"], facts["origin"]) == ("P 1", [12.5, 0.0, -3.0])


def test_complex_points_are_a_transform(made: MakeMap, values: np.ndarray) -> None:
    path = made(values)
    path.write_bytes(path.read_bytes() + path.read_bytes()[1024:])

    facts = map_facts(with_words(path, {4: ("i", 4)}))
    assert facts["mask"] is None
    assert "a transform" in facts["notes"][0]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({4: ("i", 77)}, "header of the CCP4 map is broken"),
        ({1: ("i", -8)}, "header of the CCP4 map is broken"),
        ({10: ("i", 0)}, "header of the CCP4 map is broken"),
        ({17: ("i", 3)}, "header of the CCP4 map is broken"),
        ({24: ("i", -80)}, "header of the CCP4 map is broken"),
        ({3: ("i", 10**6)}, "is truncated: 5184 of"),
        ({24: ("i", 400)}, "is truncated: 5184 of 5264"),
    ],
)
def test_a_broken_header_is_refused(
    made: MakeMap, values: np.ndarray, words: dict[int, tuple[str, float]], reason: str
) -> None:
    path = with_words(made(values), words)

    with pytest.raises(UnreadableFile, match=reason) as caught:
        map_facts(path)

    assert str(caught.value).startswith(str(path))


def test_a_truncated_map_is_refused_packed_or_not(made: MakeMap, values: np.ndarray, tmp_path: Path) -> None:
    content = made(values).read_bytes()[:-100]
    for name, kept in (
        ("it.map", content),
        ("packed.map", gzip.compress(content)),
        ("half.map", gzip.compress(content)[:-9]),
    ):
        path = tmp_path / name
        path.write_bytes(kept)

        with pytest.raises(UnreadableFile, match="truncated"):
            map_facts(path)


def test_other_files_are_no_maps(tmp_path: Path) -> None:
    path = tmp_path / "it.map"
    path.write_bytes(b"MTZ " + bytes(2000))

    with pytest.raises(UnsuitableContent, match="not a CCP4 map"):
        map_facts(path)


def test_a_map_around_a_model_covers_a_part_of_the_cell(
    map_file: Callable[..., Path], pdb_file: Path, tmp_path: Path
) -> None:
    """The points of the file, not those of the cell, are counted."""
    path = tmp_path / "part.map"
    written = write_ccp4_map(map_file([((10.0, 10.0, 10.0), 1.0)]), path, read_model(pdb_file))

    header = read_map_header(path)
    figures = read_map_figures(path, header)
    assert header.grid == written.grid
    assert sorted(header.extent) == sorted(written.extent)
    assert figures is not None
    assert figures.maximum == pytest.approx(written.maximum * written.rms, rel=1e-5)
