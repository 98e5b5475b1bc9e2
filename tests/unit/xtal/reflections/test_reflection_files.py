"""File kinds of reflections and maps: what they say of their content."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, InvalidValue, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CMapDataFile,
    CObsDataFile,
    CPhsDataFile,
    CResolutionRange,
    CSpaceGroup,
    write_ccp4_map,
)

MakeMtz = Callable[..., gemmi.Mtz]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[gemmi.Mtz], Path]:
    def written(mtz: gemmi.Mtz) -> Path:
        path = tmp_path / "file.mtz"
        mtz.write_to_file(str(path))
        return path

    return written


def test_observations_say_what_they_are(write: Callable[[gemmi.Mtz], Path], intensities: gemmi.Mtz) -> None:
    file = CObsDataFile()
    file.set(write(intensities))

    examined = file.examine()

    assert file.contentFlag.value == 3
    assert examined.facts["observations"] == [{"kind": "IMEAN", "labels": ["I", "SIGI"]}]
    assert examined.facts["space_group"] == "P 21 21 21"
    assert examined.facts["cell"] == [30.3, 40.1, 50.7, 90.0, 90.0, 90.0]
    assert examined.facts["reflections"] == intensities.nreflections
    assert examined.facts["d_min"] == pytest.approx(4.0, abs=0.05)
    assert examined.facts["wavelength"] == 0.9
    assert set(examined.digests) == {"reflections"}
    assert json.loads(json.dumps(dict(examined.facts))) == dict(examined.facts)


def test_columns_chosen_set_the_content_flag(write: Callable[[gemmi.Mtz], Path], make_mtz: MakeMtz) -> None:
    file = CObsDataFile()
    file.set(write(make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0), ("F", "F", 1.0), ("SIGF", "Q", 1.0)])))
    file.columnLabels = "F,SIGF"

    file.examine()

    assert file.contentFlag.value == 4


@pytest.mark.parametrize(
    ("kind", "columns", "flag"),
    [
        (CObsDataFile, [("A", "K", 1.0), ("SA", "M", 1.0), ("B", "K", 1.0), ("SB", "M", 1.0)], 1),
        (CObsDataFile, [("A", "G", 1.0), ("SA", "L", 1.0), ("B", "G", 1.0), ("SB", "L", 1.0)], 2),
        (CPhsDataFile, [("HLA", "A", 1.0), ("HLB", "A", 1.0), ("HLC", "A", 1.0), ("HLD", "A", 1.0)], 1),
        (CPhsDataFile, [("PHI", "P", 1.0), ("FOM", "W", 1.0)], 2),
        (CMapCoeffsDataFile, [("FWT", "F", 1.0), ("PHWT", "P", 1.0)], 1),
        (CFreeRDataFile, [("FREER", "I", lambda count: np.arange(count) % 20)], 1),
    ],
)
def test_the_types_of_the_columns_set_the_content_flag(
    write: Callable[[gemmi.Mtz], Path], make_mtz: MakeMtz, kind: type[CObsDataFile], columns: list[Any], flag: int
) -> None:
    """Content flags are those of CCP4i2, from 1."""
    file = kind()
    file.set(write(make_mtz(columns)))

    file.examine()

    assert file.contentFlag.value == flag


def test_the_facts_of_a_file_do_not_depend_on_the_parameter_it_was_given_to(
    write: Callable[[gemmi.Mtz], Path], make_mtz: MakeMtz
) -> None:
    """A project keeps the same bytes once, whatever they are used for."""
    path = write(make_mtz([("I", "J", 1.0), ("SIGI", "Q", 1.0), ("FREE", "I", lambda count: np.arange(count) % 20)]))
    observations, flags = CObsDataFile(), CFreeRDataFile()
    observations.set(path)
    flags.set(path)

    assert observations.examine() == flags.examine()
    assert set(flags.examine().digests) == {"reflections", "free_set"}


def test_flags_that_are_none_are_refused(write: Callable[[gemmi.Mtz], Path], make_mtz: MakeMtz) -> None:
    file = CFreeRDataFile()
    file.set(write(make_mtz([("FREER", "I", 1.0)])))

    with pytest.raises(UnsuitableContent, match=r"file\.mtz: FREER does not appear to be test flags"):
        file.examine()


def test_intensity_pairs_can_become_all_else_and_amplitudes_no_intensities() -> None:
    """CCP4i2's lattice of conversions decides what a required content flag accepts."""
    file = CObsDataFile(requiredContentFlag=[3])
    file.set("data.mtz")

    file.contentFlag = 1
    assert file.validity() == []
    file.contentFlag = 4
    assert [finding.code for finding in file.validity()] == [104]


def test_a_file_that_is_not_set_cannot_be_examined() -> None:
    with pytest.raises(InvalidInput, match="is not set"):
        CObsDataFile().examine()


@pytest.fixture
def coefficients(write: Callable[[gemmi.Mtz], Path], make_mtz: MakeMtz) -> Path:
    """A single atom at the origin of P 1, cut at 3 Å."""
    columns = [("F", "F", 10.0), ("PHI", "P", 0.0)]
    return write(make_mtz(columns, space_group="P 1", d_min=3.0))


def test_a_map_is_written_with_three_points_per_d_min(tmp_path: Path, coefficients: Path) -> None:
    out = tmp_path / "map.map"

    written = write_ccp4_map(coefficients, out)

    density = gemmi.read_ccp4_map(str(out), setup=True)
    assert all(edge / points <= 1.0 for edge, points in zip((30.3, 40.1, 50.7), written.grid, strict=True))
    assert written.extent == written.grid
    assert np.unravel_index(np.argmax(density.grid.array), written.grid) == (0, 0, 0)
    assert float(np.std(density.grid.array)) == pytest.approx(written.rms, rel=1e-4)
    assert float(density.grid.array.max()) / written.rms == pytest.approx(written.maximum, rel=1e-4)


def test_a_map_around_a_model_reaches_5_angstroms_beyond_it(tmp_path: Path, coefficients: Path) -> None:
    structure = gemmi.Structure()
    structure.cell, structure.spacegroup_hm = gemmi.UnitCell(30.3, 40.1, 50.7, 90, 90, 90), "P 1"
    model, chain, residue, atom = gemmi.Model(1), gemmi.Chain("A"), gemmi.Residue(), gemmi.Atom()
    residue.name, residue.seqid, atom.name, atom.element = "HOH", gemmi.SeqId("1"), "O", gemmi.Element("O")
    atom.pos = gemmi.Position(10, 10, 10)
    residue.add_atom(atom)
    chain.add_residue(residue)
    model.add_chain(chain)
    structure.add_model(model)

    written = write_ccp4_map(coefficients, tmp_path / "map.map", structure)

    edges = zip(written.extent, (30.3, 40.1, 50.7), written.grid, strict=True)
    spans = [points * edge / whole for points, edge, whole in edges]
    assert spans == pytest.approx([10.0] * 3, abs=1.0)


def test_a_map_file_says_grid_cell_and_symmetry(tmp_path: Path, coefficients: Path) -> None:
    out = tmp_path / "map.map"
    written = write_ccp4_map(coefficients, out)
    file = CMapDataFile()
    file.set(out)

    facts = file.examine().facts

    assert facts["grid"] == list(written.grid)
    assert facts["cell"] == [30.3, 40.1, 50.7, 90.0, 90.0, 90.0]
    assert facts["space_group"] == "P 1"


def test_a_map_that_is_cut_or_no_map_is_refused(tmp_path: Path, coefficients: Path) -> None:
    out = tmp_path / "map.map"
    write_ccp4_map(coefficients, out)
    out.write_bytes(out.read_bytes()[:5000])
    cut, other = CMapDataFile(), CMapDataFile()
    cut.set(out)
    other.set(coefficients)

    with pytest.raises(UnreadableFile, match="truncated"):
        cut.examine()
    with pytest.raises(UnsuitableContent, match="not a CCP4 map"):
        other.examine()


def test_coefficients_that_are_several_are_refused_with_the_choices(tmp_path: Path, make_mtz: MakeMtz) -> None:
    path = tmp_path / "two.mtz"
    columns = [("FWT", "F", 1.0), ("PHWT", "P", 1.0), ("DELFWT", "F", 1.0), ("PHDELWT", "P", 1.0)]
    make_mtz(columns).write_to_file(str(path))

    with pytest.raises(UnsuitableContent, match=r"\[FWT,PHWT\]' or .*\[DELFWT,PHDELWT\]'"):
        write_ccp4_map(path, tmp_path / "map.map")
    assert write_ccp4_map(path, tmp_path / "map.map", columns="DELFWT,PHDELWT").rms > 0.0


def test_a_space_group_is_kept_by_its_full_symbol_and_refused_if_there_is_none() -> None:
    group = CSpaceGroup()
    group.set("p212121")

    assert group.value == "P 21 21 21"
    with pytest.raises(InvalidValue, match="the symbol of a space group"):
        group.set("P 7")


def test_limits_of_resolution_the_wrong_way_round_are_found() -> None:
    limits = CResolutionRange()
    limits.set({"low": 1.8, "high": 30.0})

    assert "must be above" in limits.validity()[0].message
