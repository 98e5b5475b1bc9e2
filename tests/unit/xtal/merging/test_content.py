"""What files of reflections say about themselves: header, facts and trees, of one reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gemmi
import numpy as np
import pytest

from xtalflow.errors import InvalidInput, UnreadableFile, UnsuitableContent
from xtalflow.xtal import (
    CGenericReflDataFile,
    CMmcifReflDataFile,
    CMtzDataFile,
    CObsDataFile,
    CUnmergedDataFile,
    CUnmergedMtzDataFile,
    read_reflection_header,
)

from .observation_files import (
    CELL,
    CIF_HEAD,
    GROUP,
    UNMERGED_XDS,
    Observed,
    cif_text,
    scalepack_text,
    shelx_text,
    write_mtz,
    xds_rows,
    xds_text,
)

TWO = {"peak": (0.9795, range(1, 11)), "remote": (0.95, range(11, 21))}


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def file_of(kind: type[Any], path: Path) -> Any:
    file = kind()
    file.set(path)
    return file


@pytest.fixture
def merged_mtz(tmp_path: Path) -> Path:
    """Pairs, a phase with its figure of merit, flags, and a column of its own."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup, mtz.title, mtz.history = GROUP, "a title", ["one", "two"]
    for name, wavelength in (("native", 0.98), ("derivative", 0.0)):
        dataset = mtz.add_dataset(name)
        dataset.project_name, dataset.crystal_name, dataset.wavelength = "project", f"xtal_{name}", wavelength
    mtz.set_cell_for_all(gemmi.UnitCell(*CELL))
    columns = [("FREE", "I", 1), ("I(+)", "K", 1), ("SIGI(+)", "M", 1), ("I(-)", "K", 1), ("SIGI(-)", "M", 1)]
    for label, letter, dataset_id in [*columns, ("PHI", "P", 2), ("FOM", "W", 2), ("SC", "R", 2)]:
        mtz.add_column(label, letter, dataset_id=dataset_id)
    hkl = np.array(gemmi.make_miller_array(mtz.cell, GROUP, 6.0))
    rng = np.random.default_rng(1)
    mtz.set_data(np.hstack([hkl, rng.integers(0, 20, (len(hkl), 1)), rng.random((len(hkl), 7)) + 1]).astype(np.float32))
    mtz.sort_order = [1, 2, 3, 0, 0]
    mtz.datasets[2].cell = gemmi.UnitCell(30.5, 40.5, 50.5, 90, 90, 90)
    path = tmp_path / "merged.mtz"
    mtz.write_to_file(str(path))
    return path


def test_the_tree_of_an_mtz_has_crystal_columns_groups_and_data_sets(merged_mtz: Path) -> None:
    content = file_of(CMtzDataFile, merged_mtz).content()

    assert content.spaceGroup.value == "P 21 21 21"
    assert [content.cell[name].value for name in ("a", "b", "c", "alpha", "beta", "gamma")] == list(CELL)
    assert content.merged.value is True
    assert content.resolutionRange.low.value == pytest.approx((40.0**-2 + 50.0**-2) ** -0.5, rel=0.02)
    assert content.resolutionRange.high.value == pytest.approx(6.0, abs=0.1)
    columns = [(one.columnLabel.value, one.columnType.value, one.dataset.value) for one in content.listOfColumns]
    assert columns[:4] == [
        ("H", "H", "HKL_base"),
        ("K", "H", "HKL_base"),
        ("L", "H", "HKL_base"),
        ("FREE", "I", "native"),
    ]
    assert [one.groupIndex.value for one in content.listOfColumns] == [None, None, None, 1, 2, 2, 2, 2, 3, 3, 4]
    assert [one.name_.value for one in content.datasets] == ["native", "derivative"]
    groups = [[column.columnLabel.value for column in group.columns] for group in content.datasets[0].columnGroups]
    assert groups == [["FREE"], ["I(+)", "SIGI(+)", "I(-)", "SIGI(-)"]]
    assert [group.groupType.value for group in content.datasets[1].columnGroups] == ["P", "R"]
    assert [one.value for one in content.crystalNames] == ["xtal_native", "xtal_derivative"]
    assert [one.value for one in content.wavelengths] == [pytest.approx(0.98), None]
    assert [one.a.value for one in content.datasetCells] == [30.0, 30.5]


def test_the_tree_of_an_unmerged_mtz_says_so(tmp_path: Path, observed: Observed) -> None:
    content = file_of(CUnmergedMtzDataFile, write_mtz(tmp_path / "a.mtz", observed, datasets=TWO)).content()

    assert content.merged.value is False
    assert [one.name_.value for one in content.datasets] == ["peak", "remote"]
    assert [one.value for one in content.wavelengths] == [pytest.approx(0.9795), pytest.approx(0.95)]


def test_the_tree_of_an_mtz_needs_its_header_alone(tmp_path: Path, observed: Observed) -> None:
    """Data that cannot be read do not matter: they are not."""
    path = write_mtz(tmp_path / "a.mtz", observed)
    content = bytearray(path.read_bytes())
    content[80 : 80 + 400] = np.full(100, np.nan, dtype=np.float32).tobytes()
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"reflection 1 has indices \(nan"):
        file_of(CUnmergedMtzDataFile, path).examine()
    assert file_of(CUnmergedMtzDataFile, path).content().cell.a.value == 30.0
    assert file_of(CUnmergedDataFile, path).content().batchs.value == "1-20"


def test_a_header_has_batches_sort_order_and_history(tmp_path: Path, observed: Observed) -> None:
    header = read_reflection_header(
        write_mtz(tmp_path / "a.mtz", observed, datasets=TWO, history=("From AIMLESS", "From POINTLESS"))
    )

    assert (header.merged, header.rows, header.title) == (False, len(observed), "made for a test")
    assert header.history == ("From AIMLESS", "From POINTLESS")
    assert header.sort_order == ("H", "K", "L", "M/ISYM", "BATCH")
    assert header.original_indices
    assert [batch.number for batch in header.batches] == list(range(1, 21))
    assert [batch.dataset for batch in header.batches[9:11]] == ["peak", "remote"]
    assert header.batches[0].cell == CELL
    assert header.batches[0].wavelength == pytest.approx(0.9795)
    assert header.batches[4].phi == (5.0, 6.0)
    assert [(one.project, one.crystal, one.name, one.batches) for one in header.datasets] == [
        ("project", "xtal", "peak", tuple(range(1, 11))),
        ("project", "xtal", "remote", tuple(range(11, 21))),
    ]


def test_texts_of_a_header_that_are_no_utf8_do_not_hinder(tmp_path: Path, observed: Observed) -> None:
    """CCP4 wrote them in the encoding of the day: here a Latin-1 é."""
    path = write_mtz(tmp_path / "a.mtz", observed)
    path.write_bytes(path.read_bytes().replace(b"made for a test", b"fait pr\xe9s d'ici"))

    assert read_reflection_header(path).title == "fait pr?s d'ici"
    assert file_of(CUnmergedDataFile, path).examine().facts["reflections"] == len(observed)


def test_facts_of_unmerged_data_have_batches_data_sets_and_multiplicity(tmp_path: Path, observed: Observed) -> None:
    """Facts and tree are of one reading and agree."""
    file = file_of(CUnmergedMtzDataFile, write_mtz(tmp_path / "a.mtz", observed, datasets=TWO))
    facts, content = file.examine().facts, file.content()
    unique = len({tuple(hkl) for hkl in np.abs(observed.hkl).tolist()})

    assert (facts["merged"], facts["batches"], facts["batch_ranges"]) == (False, 20, "1-20")
    assert (facts["unique"], facts["multiplicity"]) == (unique, round(len(observed) / unique, 2))
    assert [(one["name"], one["wavelength"], one["batches"]) for one in facts["datasets"]] == [
        ("peak", 0.9795, "1-10"),
        ("remote", 0.95, "11-20"),
    ]
    assert facts["d_min"] == pytest.approx(content.resolutionRange.high.value, abs=1e-3)
    assert facts["space_group"] == content.spaceGroup.value


def test_merged_mtz_is_no_unmerged_one(merged_mtz: Path) -> None:
    with pytest.raises(UnsuitableContent, match="its reflections are merged"):
        file_of(CUnmergedMtzDataFile, merged_mtz).examine()


@pytest.mark.parametrize("kind", [CUnmergedDataFile, CGenericReflDataFile])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mtz", ("mtz", "unmerged", "1-20", True, True)),
        ("cif", ("mmcif", "unmerged", "1-20", True, True)),
        ("old", ("mmcif", "unmerged", None, True, True)),
        ("xds", ("xds", "unmerged", "1-20", True, True)),
        ("sca", ("sca", "unmerged", "1-20", False, False)),
        ("shelx", ("shelx", "unk", "1-20", False, False)),
        ("pairs", ("mtz", "merged", None, True, True)),
    ],
)
def test_the_tree_of_a_file_of_any_format(
    tmp_path: Path, observed: Observed, merged_mtz: Path, kind: type[Any], name: str, told: tuple[Any, ...]
) -> None:
    """What the format does not tell is not set."""
    path = {
        "mtz": lambda: write_mtz(tmp_path / "a", observed),
        "cif": lambda: written(tmp_path / "a", cif_text(observed)),
        "old": lambda: written(
            tmp_path / "a",
            cif_text(observed).replace("_diffrn_refln.", "_refln.").replace("intensity_net", "intensity_meas"),
        ),
        "xds": lambda: written(tmp_path / "a", xds_text(xds_rows(observed), first=UNMERGED_XDS)),
        "sca": lambda: written(tmp_path / "a", scalepack_text(observed)),
        "shelx": lambda: written(tmp_path / "a", shelx_text(observed)),
        "pairs": lambda: merged_mtz,
    }[name]()
    file = file_of(kind, path)
    content, facts = file.content(), file.examine().facts

    file_format, merged, batches, known_cell, known_wavelength = told
    assert (content.format.value, content.merged.value, content.batchs.value) == (file_format, merged, batches)
    assert (content.knowncell.value, content.knownwavelength.value) == (known_cell, known_wavelength)
    assert content.cell.isSet() is known_cell
    assert content.wavelength.isSet() is known_wavelength
    assert content.numberofdatasets.value == (2 if name == "pairs" else 1)
    assert not content.numberLattices.isSet()
    assert {"mtz": "mtz", "sf-mmcif": "mmcif"}.get(facts["format"], facts["format"]) == file_format
    assert facts.get("batch_ranges") == batches
    if known_cell:
        assert content.lowRes.value == pytest.approx(facts["d_max"], rel=0.02)  # the header counts all cells
        assert content.highRes.value == pytest.approx(facts["d_min"], rel=0.02)


def test_names_of_crystal_and_data_set_are_told(tmp_path: Path, observed: Observed) -> None:
    content = file_of(CUnmergedDataFile, write_mtz(tmp_path / "a", observed)).content()

    assert (content.crystalName.value, content.datasetName.value) == ("xtal", "native")


def test_multiplicity_of_text_files_is_told_where_the_crystal_is_known(tmp_path: Path, observed: Observed) -> None:
    xds = file_of(CGenericReflDataFile, written(tmp_path / "a", xds_text(xds_rows(observed), first=UNMERGED_XDS)))
    sca = file_of(CGenericReflDataFile, written(tmp_path / "b", scalepack_text(observed)))
    unique = len({tuple(hkl) for hkl in np.abs(observed.hkl).tolist()})

    assert xds.examine().facts["unique"] == unique
    assert "unique" not in sca.examine().facts
    assert sca.examine().facts["reflections"] == len(observed)


def test_the_digest_of_observations_does_not_depend_on_their_order(tmp_path: Path, observed: Observed) -> None:
    rows = xds_rows(observed)
    one = file_of(CUnmergedDataFile, written(tmp_path / "a", xds_text(rows, first=UNMERGED_XDS)))
    turned = file_of(CUnmergedDataFile, written(tmp_path / "b", xds_text(rows[::-1], first=UNMERGED_XDS)))
    other = file_of(CUnmergedDataFile, written(tmp_path / "c", xds_text(rows[1:], first=UNMERGED_XDS)))

    assert one.examine().digests == turned.examine().digests
    assert one.examine().digests != other.examine().digests


@pytest.mark.parametrize(
    ("tags", "row", "have"),
    [
        ("F_meas_au F_meas_sigma_au status", "10 1 o", "Fobs"),
        ("intensity_meas intensity_sigma status", "10 1 o", "Iobs"),
        ("pdbx_F_plus pdbx_F_plus_sigma pdbx_F_minus pdbx_F_minus_sigma status", "9 1 8 1 o", "FpmObs"),
        ("pdbx_I_plus pdbx_I_plus_sigma pdbx_I_minus pdbx_I_minus_sigma status", "9 1 8 1 o", "IpmObs"),
    ],
)
def test_the_tree_of_mmcif_says_which_columns_there_are(tmp_path: Path, tags: str, row: str, have: str) -> None:
    head = f"data_r1abcsf\n{CIF_HEAD}_symmetry.space_group_name_H-M 'P 21 21 21'\n"
    head += "_diffrn_radiation_wavelength.wavelength 0.9795\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n"
    rows = f"1 1 1 {row}\n1 1 2 {row}\n1 1 3 {row[:-1]}f\n"
    path = written(tmp_path / "a.cif", head + "".join(f"_refln.{tag}\n" for tag in tags.split()) + rows)
    content = file_of(CMmcifReflDataFile, path).content()

    names = ("Fobs", "FpmObs", "Iobs", "IpmObs")
    assert {name: content[f"have{name}Column"].value for name in names} == {name: name == have for name in names}
    assert content.haveFreeRColumn.value is True
    assert (content.spaceGroup.value, content.cell.b.value) == ("P 21 21 21", 40.0)
    assert content.wavelength.value == pytest.approx(0.9795)


def test_a_kind_refuses_files_of_other_formats_and_none_at_all(tmp_path: Path, merged_mtz: Path) -> None:
    with pytest.raises(UnsuitableContent, match="this is no structure-factor mmCIF"):
        file_of(CMmcifReflDataFile, merged_mtz).content()
    with pytest.raises(UnsuitableContent, match="text of another kind than MTZ, mmCIF, XDS, Scalepack, SHELX, SAINT"):
        file_of(CGenericReflDataFile, written(tmp_path / "a", "to whom it may concern\n")).examine()
    with pytest.raises(UnsuitableContent, match="this is no file of reflections but a sequence"):
        file_of(CUnmergedDataFile, written(tmp_path / "b", ">gamma\nMKV\n")).content()
    for kind in (CGenericReflDataFile, CMmcifReflDataFile, CUnmergedDataFile, CObsDataFile):
        with pytest.raises(InvalidInput, match="is not set"):
            kind().examine()
