"""The synthetic crystal of the demo: its geometry, its data and their gaps, its monomer library, the comparison."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from math import degrees
from pathlib import Path

import gemmi
import numpy as np
import pytest

from xtalflow.errors import UnsuitableContent
from xtalflow.services.demo import DemoCrystal, coordinate_error, make_demo_crystal, write_monomer_library
from xtalflow.xtal import (
    check_monomer_library,
    clashes,
    complete_free_flags,
    missing_dictionaries,
    read_model,
    read_reflections,
    read_sequences,
)

SERVALCAT = Path(sys.executable).with_name("servalcat")


@pytest.fixture(scope="module")
def crystal(tmp_path_factory: pytest.TempPathFactory) -> DemoCrystal:
    return make_demo_crystal(tmp_path_factory.mktemp("crystal"))


@pytest.fixture(scope="module")
def truth(crystal: DemoCrystal) -> gemmi.Structure:
    return read_model(crystal.truth)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def column(mtz: gemmi.Mtz, label: str) -> np.ndarray:
    return np.array(mtz.column_with_label(label).array)


class TestTheCrystal:
    def test_the_same_seed_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """Two crystals of one seed are equal byte for byte, also where one replaces another."""
        for name, seed in (("a", 5), ("b", 6), ("b", 5)):
            make_demo_crystal(tmp_path / name, seed=seed)

        assert files_of(tmp_path / "a") == files_of(tmp_path / "b")

    def test_a_seed_changes_the_errors_and_not_the_truth(self, crystal: DemoCrystal, tmp_path: Path) -> None:
        """Another seed draws other errors and gaps around the same crystal."""
        other = make_demo_crystal(tmp_path, seed=2)

        assert other.truth.read_bytes() == crystal.truth.read_bytes()
        assert files_of(other.monomer_library) == files_of(crystal.monomer_library)
        assert other.observations.read_bytes() != crystal.observations.read_bytes()
        assert other.free_flags.read_bytes() != crystal.free_flags.read_bytes()
        assert other.model.read_bytes() != crystal.model.read_bytes()

    def test_the_protein_has_published_geometry(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """No bond or angle is more than one standard deviation from its ideal value, no chirality is wrong."""
        monomers = gemmi.MonLib()
        assert monomers.read_monomer_lib(str(crystal.monomer_library), ["ALA", "GLY", "SER", "HOH"], sys.stderr)
        structure = truth.clone()  # the topology refers to its atoms
        topology = gemmi.prepare_topology(structure, monomers, warnings=sys.stderr)

        assert len(topology.bonds) == 160
        assert max(abs(bond.calculate_z()) for bond in topology.bonds) < 1.0
        assert max(abs(angle.calculate_z()) for angle in topology.angles) < 1.0
        assert all(chirality.check() for chirality in topology.chirs)

    def test_lengths_are_those_of_engh_and_huber(self, truth: gemmi.Structure) -> None:
        """The peptide bond is 1.329 Å and N-CA 1.458 Å, 1.451 Å in glycine; written with three decimals."""
        residues = list(truth[0]["A"])
        peptide = [one["C"][0].pos.dist(two["N"][0].pos) for one, two in pairwise(residues)]
        n_ca = [(residue.name, residue["N"][0].pos.dist(residue["CA"][0].pos)) for residue in residues]

        assert peptide == pytest.approx([1.329] * 31, abs=0.002)
        assert [length for _, length in n_ca] == pytest.approx(
            [1.451 if name == "GLY" else 1.458 for name, _ in n_ca], abs=0.002
        )

    def test_the_protein_is_two_helices_of_l_amino_acids(self, truth: gemmi.Structure) -> None:
        """Residues 2 to 13 and 20 to 31 have the torsion angles of an alpha helix; every peptide is trans."""
        residues = list(truth[0]["A"])
        torsions = [
            gemmi.calculate_phi_psi(*three) for three in zip(residues, residues[1:], residues[2:], strict=False)
        ]
        omegas = [abs(degrees(gemmi.calculate_omega(*two))) for two in pairwise(residues)]

        helical = [
            number
            for number, (phi, psi) in enumerate(torsions, start=2)
            if abs(degrees(phi) + 58) < 1 > abs(degrees(psi) + 47)
        ]
        assert helical == [*range(2, 14), *range(20, 32)]
        assert omegas == pytest.approx([180.0] * 31, abs=0.5)

    def test_nothing_clashes_over_symmetry(self, truth: gemmi.Structure) -> None:
        """Waters are 2.6 Å or more from N and O, 3.2 Å from C; the protein is 3.4 Å or more from its mates."""
        search = gemmi.ContactSearch(4.0)
        search.ignore = gemmi.ContactSearch.Ignore.AdjacentResidues
        neighbours = gemmi.NeighborSearch(truth[0], truth.cell, 5.0).populate()
        contacts = search.find_contacts(neighbours)
        wet = [c for c in contacts if "HOH" in (c.partner1.residue.name, c.partner2.residue.name)]
        to_carbon = [c.dist for c in wet if "C" in (c.partner1.atom.element.name, c.partner2.atom.element.name)]
        packing = [
            c.dist
            for c in contacts
            if c.image_idx != 0 and not {c.partner1.residue.name, c.partner2.residue.name} & {"HOH"}
        ]

        assert not clashes(truth).clashes
        assert min(c.dist for c in contacts) > 2.55
        assert min(to_carbon) > 3.2
        assert min(packing) > 3.4

    def test_there_are_as_many_waters_as_it_says(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """The truth has the waters that are counted."""
        waters = [residue for residue in truth[0]["W"] if residue.is_water()]

        assert len(waters) == crystal.waters == 30

    def test_the_start_model_is_shaken_and_dry(self, crystal: DemoCrystal) -> None:
        """The start is 0.3 Å r.m.s. from the truth, without waters, and every B factor is 20 Å²."""
        start = read_model(crystal.model)
        error = coordinate_error(crystal.truth, crystal.model)

        assert error.protein_rmsd == pytest.approx(0.3, abs=0.03)
        assert (error.waters_found, error.waters_placed) == (0, 0)
        assert {cra.atom.b_iso for cra in start[0].all()} == {20.0}

    def test_the_sequence_is_that_of_the_model(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """The FASTA file has the sequence of chain A."""
        (record,) = read_sequences(crystal.sequence)

        assert record.sequence == gemmi.one_letter_code([residue.name for residue in truth[0]["A"]])


class TestTheData:
    def test_intensities_are_bijvoet_pairs(self, crystal: DemoCrystal) -> None:
        """The columns have CCP4i2's names and types, the data reach the limit asked for, most reflections are there."""
        mtz = gemmi.read_mtz_file(str(crystal.observations))
        possible = len(gemmi.make_miller_array(mtz.cell, mtz.spacegroup, crystal.d_min))

        assert [(c.label, c.type) for c in mtz.columns[3:]] == [
            ("Iplus", "K"), ("SIGIplus", "M"), ("Iminus", "K"), ("SIGIminus", "M"),
        ]  # fmt: skip
        assert mtz.resolution_high() == pytest.approx(crystal.d_min, abs=0.01)
        assert mtz.nreflections == crystal.reflections
        assert 0.97 < crystal.reflections / possible < 1.0

    def test_pairs_merge_within_their_errors(self, crystal: DemoCrystal) -> None:
        """I(+) and I(-) differ by what their standard deviations say; centric reflections have one intensity."""
        mtz = gemmi.read_mtz_file(str(crystal.observations))
        plus, of_plus, minus, of_minus = (column(mtz, c.label) for c in mtz.columns[3:])
        centric = mtz.spacegroup.operations().centric_flag_array(mtz.make_miller_array())
        z = (plus - minus) / np.hypot(of_plus, of_minus)

        assert np.array_equal(np.isnan(minus), centric)
        assert np.array_equal(np.isnan(of_minus), centric)
        assert np.nanstd(z) == pytest.approx(1.0, abs=0.07)
        assert np.nanmean(z) == pytest.approx(0.0, abs=0.07)
        assert (plus < 0).any()

    def test_intensities_are_those_of_the_truth(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """Beyond the reach of bulk solvent they follow a direct summation over the true atoms."""
        mtz = gemmi.read_mtz_file(str(crystal.observations))
        calculator = gemmi.StructureFactorCalculatorX(truth.cell)
        high = [i for i, d in enumerate(mtz.make_d_array()) if d < 3.0][::10]
        hkl, observed = mtz.make_miller_array()[high], column(mtz, "Iplus")[high]
        calculated = [abs(calculator.calculate_sf_from_model(truth[0], row)) ** 2 for row in hkl.tolist()]

        assert np.corrcoef(observed, calculated)[0, 1] > 0.97

    def test_flags_have_holes_and_lack_the_outer_shell(self, crystal: DemoCrystal) -> None:
        """Some observed reflections inside the limit of the flags have none, and none beyond it has one."""
        data = gemmi.read_mtz_file(str(crystal.observations))
        flags = gemmi.read_mtz_file(str(crystal.free_flags))
        flagged = {tuple(row) for row in flags.make_miller_array().tolist()}
        unflagged = np.array([tuple(row) not in flagged for row in data.make_miller_array().tolist()])
        outer = data.make_d_array() < flags.resolution_high() - 1e-4

        assert flags.nreflections == crystal.flagged
        assert 50 < (unflagged & ~outer).sum() < 100
        assert unflagged[outer].all()
        assert outer.sum() > 400

    def test_flags_are_ten_sets_with_0_free(self, crystal: DemoCrystal) -> None:
        """The sets are 0 to 9, each of about a tenth."""
        values = column(gemmi.read_mtz_file(str(crystal.free_flags)), "FREER")

        assert sorted(set(values)) == list(range(10))
        assert (values == 0).mean() == pytest.approx(0.1, abs=0.03)

    def test_the_resolution_can_be_chosen(self, tmp_path: Path) -> None:
        """Data to 2.5 Å are fewer, of the same crystal."""
        crystal = make_demo_crystal(tmp_path, d_min=2.5)

        assert gemmi.read_mtz_file(str(crystal.observations)).resolution_high() == pytest.approx(2.5, abs=0.02)
        assert 800 < crystal.reflections < 1000


class TestTheMonomerLibrary:
    def test_it_has_all_residues_of_the_crystal(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """The check of libraries accepts it and finds every residue."""
        check_monomer_library(crystal.monomer_library)

        assert missing_dictionaries(truth, crystal.monomer_library, []) == []

    def test_peptide_links_are_applied(self, crystal: DemoCrystal, truth: gemmi.Structure) -> None:
        """All neighbours are joined by trans peptides, and one H is left on each amide."""
        monomers = gemmi.MonLib()
        assert monomers.read_monomer_lib(str(crystal.monomer_library), ["ALA", "GLY", "SER", "HOH"], sys.stderr)
        model = truth.clone()
        topology = gemmi.prepare_topology(
            model, monomers, h_change=gemmi.HydrogenChange.ReAddButWater, warnings=sys.stderr
        )
        amide = [len([atom for atom in residue if atom.name in ("H", "H2", "H3")]) for residue in model[0]["A"]]
        links = {residue.prev[0].link_id for info in topology.chain_infos for residue in info.res_infos if residue.prev}

        assert links == {"TRANS"}
        assert amide == [3] + [1] * 31

    def test_no_block_of_a_link_says_its_name_again(self, tmp_path: Path) -> None:
        """A `_chem_link.id` in the block of a link makes gemmi 0.7.5 crash."""
        write_monomer_library(tmp_path)
        blocks = gemmi.cif.read(str(tmp_path / "links_and_mods.cif"))

        assert [block.name for block in blocks if block.find_values("_chem_link.id")] == ["link_list"]

    def test_writing_it_again_leaves_no_other_files(self, tmp_path: Path) -> None:
        """The library is six files, the second time too."""
        for _ in range(2):
            write_monomer_library(tmp_path)

        assert sorted(files_of(tmp_path)) == [
            "a/ALA.cif", "ener_lib.cif", "g/GLY.cif", "h/HOH.cif", "links_and_mods.cif", "s/SER.cif",
        ]  # fmt: skip


class TestTheComparison:
    def test_the_truth_has_no_error(self, crystal: DemoCrystal) -> None:
        """Compared with itself the truth is exact and has all its waters."""
        error = coordinate_error(crystal.truth, crystal.truth)

        assert (error.protein_rmsd, error.protein_max) == (0.0, 0.0)
        assert error.waters_found == error.waters_placed == error.waters_true == 30

    def test_waters_are_compared_over_symmetry(
        self, crystal: DemoCrystal, truth: gemmi.Structure, tmp_path: Path
    ) -> None:
        """Waters at a symmetry mate are found, whatever their chain; one that is off or there twice is not."""
        model = truth.clone()
        waters = model[0]["W"]
        waters.name = "S"
        for residue in waters:
            image = truth.cell.orthogonalize(truth.cell.fractionalize(residue[0].pos))
            residue[0].pos = gemmi.Position(image.x + 12.0, 14.0 - image.y, 34.0 - image.z)
        waters[0][0].pos += gemmi.Position(0.0, 0.0, 1.0)
        waters[1][0].pos = waters[2][0].pos
        model.write_pdb(str(tmp_path / "moved.pdb"))

        error = coordinate_error(crystal.truth, tmp_path / "moved.pdb")

        assert (error.protein_rmsd, error.waters_found, error.waters_placed) == (0.0, 28, 30)

    def test_hydrogens_do_not_count(self, crystal: DemoCrystal, truth: gemmi.Structure, tmp_path: Path) -> None:
        """A model with hydrogens is compared by its other atoms."""
        model = truth.clone()
        hydrogen = gemmi.Atom()
        hydrogen.name, hydrogen.element = "HA", gemmi.Element("H")
        model[0]["A"][0].add_atom(hydrogen)
        model.write_pdb(str(tmp_path / "with_h.pdb"))

        assert coordinate_error(crystal.truth, tmp_path / "with_h.pdb").protein_rmsd == 0.0

    def test_a_model_that_lacks_atoms_is_refused(
        self, crystal: DemoCrystal, truth: gemmi.Structure, tmp_path: Path
    ) -> None:
        """The error names the file and what it lacks."""
        model = truth.clone()
        model[0]["A"][0].remove_atom("CB", "\0", gemmi.Element("C"))
        model.write_pdb(str(tmp_path / "short.pdb"))

        with pytest.raises(UnsuitableContent, match=r"short\.pdb: it lacks 1 atoms .* CB of A 1"):
            coordinate_error(crystal.truth, tmp_path / "short.pdb")


@pytest.mark.program
class TestServalcatOnIt:
    """servalcat takes the library and the data; a crash of gemmi would be a negative exit code."""

    def run(self, folder: Path, *args: str | Path) -> int:
        with (folder / "log.txt").open("w") as log:
            command = [SERVALCAT, *args]
            return subprocess.run(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=False).returncode

    def test_geometry(self, crystal: DemoCrystal, tmp_path: Path) -> None:
        """`util geom` runs with the library on the truth, waters included."""
        assert self.run(tmp_path, "util", "geom", crystal.truth, "--monlib", crystal.monomer_library) == 0

    def test_french_wilson(self, crystal: DemoCrystal, tmp_path: Path) -> None:
        """`fw` makes amplitudes of the pairs."""
        labels = "Iplus,SIGIplus,Iminus,SIGIminus"

        assert self.run(tmp_path, "fw", "--hklin", crystal.observations, "--labin", labels, "-o", "fw") == 0
        assert (tmp_path / "fw.mtz").exists()

    def test_incomplete_flags_are_refused_and_complete_ones_recover_the_truth(
        self, crystal: DemoCrystal, tmp_path: Path
    ) -> None:
        """The flags as they are end a refinement; completed, ten cycles bring the dry model within 0.12 Å."""
        data, flags = read_reflections(crystal.observations), read_reflections(crystal.free_flags)
        complete_free_flags(data, crystal.free_flags, flags, "FREER").mtz.write_to_file(str(tmp_path / "complete.mtz"))
        files = ("--hklin", crystal.observations, "--labin", "Iplus,SIGIplus,Iminus,SIGIminus", "--labin_free", "FREER")
        common = (
            "--free",
            "0",
            "--model",
            crystal.model,
            "--monlib",
            crystal.monomer_library,
            "-s",
            "xray",
            "-o",
            "out",
        )

        refused = self.run(tmp_path, "refine_xtal_norefmac", *files, *common, "--hklin_free", crystal.free_flags)
        reason = (tmp_path / "log.txt").read_text()
        refined = self.run(tmp_path, "refine_xtal_norefmac", *files, *common, "--hklin_free", tmp_path / "complete.mtz")

        assert refused == 1
        assert "Missing FREE reflection(s)" in reason
        assert refined == 0
        assert coordinate_error(crystal.truth, tmp_path / "out.pdb").protein_rmsd < 0.12
