"""The demo's monomer library: restraints of its few residues in the layout of the CCP4 monomer library.

Vagin et al., Acta Cryst. D60 (2004) 2184-2195, describe the layout: one file for each monomer in the folder of its
first letter, `links_and_mods.cif` and `ener_lib.cif`. The values are those of `_geometry`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ._geometry import AMINO_ACIDS, ENERGY_TYPES, MONOMERS, PEPTIDE_LINK, PLANE_ESD, Bond, Monomer

_SOURCES = """\
# Ideal values of heavy atoms: Engh & Huber, Acta Cryst. A47 (1991) 392-400.
# Distances to hydrogens: as in SHELXL at room temperature, Sheldrick, Acta Cryst. C71 (2015) 3-8.
# Made for the demo of xtalflow: only what its residues need. Use a full library for real structures.
"""
_LOSE_OXT, _LOSE_HYDROGENS = "LINK-C", "LINK-N"
"""The modifications of the two residues that a peptide bond joins."""

Row = Sequence[str | float]


def write_monomer_library(folder: Path) -> Path:
    """Write the library into `folder`, which is made if needed, and return it.

    Each file appears whole or not at all, so a library that another process reads may be written again.
    """
    for monomer in MONOMERS:
        _write(folder / monomer.name[0].lower() / f"{monomer.name}.cif", _monomer_text(monomer))
    _write(folder / "links_and_mods.cif", _links_text())
    _write(folder / "ener_lib.cif", _energy_text())
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="ascii", newline="\n")
    temporary.replace(path)


def _loop(category: str, tags: str, rows: Iterable[Row]) -> str:
    """One CIF loop; no value here needs quotes."""
    header = "".join(f"_{category}.{tag}\n" for tag in tags.split())
    lines = "".join(" ".join(str(value) for value in row) + "\n" for row in rows)
    return f"loop_\n{header}{lines}\n" if lines else ""


def _monomer_text(monomer: Monomer) -> str:
    """Restraints of one monomer.

    Without `_chem_comp.group` gemmi finds no peptide link for an amino acid, and says nothing about it.
    """
    name = monomer.name
    heavy = [atom.name for atom in monomer.atoms if atom.element != "H"]
    summary = (name, name, monomer.title, monomer.group, len(monomer.atoms), len(heavy))
    carboxylate = ("CA", "C", "O", "OXT") if monomer.name in {acid.name for acid in AMINO_ACIDS.values()} else ()
    return "".join(
        (
            _SOURCES,
            "\ndata_comp_list\n",
            _loop("chem_comp", "id three_letter_code name group number_atoms_all number_atoms_nh", [summary]),
            f"data_comp_{name}\n",
            _loop(
                "chem_comp_atom",
                "comp_id atom_id type_symbol type_energy charge",
                [(name, *atom) for atom in monomer.atoms],
            ),
            _loop(
                "chem_comp_bond",
                "comp_id atom_id_1 atom_id_2 type value_dist value_dist_esd",
                [(name, *bond) for bond in monomer.bonds],
            ),
            _loop(
                "chem_comp_angle",
                "comp_id atom_id_1 atom_id_2 atom_id_3 value_angle value_angle_esd",
                [(name, *angle) for angle in monomer.angles],
            ),
            _loop(
                "chem_comp_tor",
                "comp_id id atom_id_1 atom_id_2 atom_id_3 atom_id_4 value_angle value_angle_esd period",
                [(name, tor.name, *tor.atoms, tor.value, tor.esd, tor.period) for tor in monomer.torsions],
            ),
            _loop(
                "chem_comp_chir",
                "comp_id id atom_id_centre atom_id_1 atom_id_2 atom_id_3 volume_sign",
                [(name, "chir_1", "CA", "N", "C", "CB", "positive")] if monomer.chiral_centre else [],
            ),
            _loop(
                "chem_comp_plane_atom",
                "comp_id plane_id atom_id dist_esd",
                [(name, "plan-1", atom, PLANE_ESD) for atom in carboxylate],
            ),
        )
    )


def _links_text() -> str:
    """The peptide link, trans and cis, and its two modifications; gemmi knows the links by these two names.

    A block of a link holds tables only: with a `_chem_link.id` in it gemmi 0.7.5 ends in a segmentation fault.
    """
    tags = "id comp_id_1 mod_id_1 group_comp_1 comp_id_2 mod_id_2 group_comp_2 name"
    links = [(name, ".", _LOSE_OXT, "peptide", ".", _LOSE_HYDROGENS, "peptide", name) for name in ("TRANS", "CIS")]
    mods = [
        (_LOSE_OXT, "OXT_lost_to_a_peptide", ".", "peptide"),
        (_LOSE_HYDROGENS, "H_lost_to_a_peptide", ".", "peptide"),
    ]
    return "".join(
        (
            _SOURCES,
            "\ndata_link_list\n",
            _loop("chem_link", tags, links),
            "data_mod_list\n",
            _loop("chem_mod", "id name comp_id group_id", mods),
            _link_block("TRANS", 180.0),
            _link_block("CIS", 0.0),
            _carbonyl_modification(),
            _amide_modification(),
        )
    )


def _link_block(name: str, omega: float) -> str:
    link = PEPTIDE_LINK
    bond = (name, 1, link.c_n.first, 2, link.c_n.second, link.c_n.kind, link.c_n.length, link.c_n.esd)
    angles = [
        (name, *_numbered(numbers, (angle.first, angle.centre, angle.last)), angle.value, angle.esd)
        for numbers, angle in (
            ((1, 1, 2), link.ca_c_n),
            ((1, 1, 2), link.o_c_n),
            ((1, 2, 2), link.c_n_ca),
            ((1, 2, 2), link.c_n_h),
        )
    ]
    torsion = (name, "omega", *_numbered((1, 1, 2, 2), ("CA", "C", "N", "CA")), omega, link.omega_esd, 0)
    planes = {"plan-1": ((1, 1, 1, 2), ("CA", "C", "O", "N")), "plan-2": ((1, 2, 2, 2), ("C", "N", "CA", "H"))}
    return "".join(
        (
            f"data_link_{name}\n",
            _loop(
                "chem_link_bond",
                "link_id atom_1_comp_id atom_id_1 atom_2_comp_id atom_id_2 type value_dist value_dist_esd",
                [bond],
            ),
            _loop(
                "chem_link_angle",
                f"link_id {_atom_tags(3)} value_angle value_angle_esd",
                angles,
            ),
            _loop("chem_link_tor", f"link_id id {_atom_tags(4)} value_angle value_angle_esd period", [torsion]),
            _loop(
                "chem_link_plane",
                "link_id plane_id atom_comp_id atom_id dist_esd",
                [
                    (name, plane, number, atom, PLANE_ESD)
                    for plane, (numbers, atoms) in planes.items()
                    for number, atom in zip(numbers, atoms, strict=True)
                ],
            ),
        )
    )


def _numbered(numbers: Sequence[int], atoms: Sequence[str]) -> list[str | float]:
    """Atoms of a link as the file has them: number of the residue, name, and so on."""
    return [value for pair in zip(numbers, atoms, strict=True) for value in pair]


def _atom_tags(count: int) -> str:
    return " ".join(f"atom_{n}_comp_id atom_id_{n}" for n in range(1, count + 1))


def _carbonyl_modification() -> str:
    """What the first residue of a link becomes: a carbonyl group instead of a carboxylate."""
    link, name = PEPTIDE_LINK, _LOSE_OXT
    angle = link.ca_c_o
    return "".join(
        (
            f"data_mod_{name}\n",
            _loop("chem_mod_atom", _MOD_ATOM_TAGS, [(name, "delete", "OXT", ".", "O", "OC", 0)]),
            _loop("chem_mod_bond", _MOD_BOND_TAGS, [_changed_bond(name, link.c_o)]),
            _loop(
                "chem_mod_angle",
                _MOD_ANGLE_TAGS,
                [(name, "change", angle.first, angle.centre, angle.last, angle.value, angle.esd)],
            ),
            _loop(
                "chem_mod_plane_atom",
                "mod_id function plane_id atom_id new_dist_esd",
                [(name, "delete", "plan-1", atom, PLANE_ESD) for atom in ("CA", "C", "O", "OXT")],
            ),
        )
    )


def _amide_modification() -> str:
    """What the second residue of a link becomes: an amide instead of an ammonium group."""
    link, name = PEPTIDE_LINK, _LOSE_HYDROGENS
    angle = link.ca_n_h
    atoms = [
        (name, "delete", "H2", ".", "H", "H", 0),
        (name, "delete", "H3", ".", "H", "H", 0),
        (name, "change", "N", ".", "N", "NH1", 0),
    ]
    return "".join(
        (
            f"data_mod_{name}\n",
            _loop("chem_mod_atom", _MOD_ATOM_TAGS, atoms),
            _loop("chem_mod_bond", _MOD_BOND_TAGS, [_changed_bond(name, link.n_h)]),
            _loop(
                "chem_mod_angle",
                _MOD_ANGLE_TAGS,
                [(name, "change", angle.first, angle.centre, angle.last, angle.value, angle.esd)],
            ),
            _loop(
                "chem_mod_tor",
                "mod_id function atom_id_1 atom_id_2 atom_id_3 atom_id_4 new_value_angle new_value_angle_esd",
                [(name, "delete", "C", "CA", "N", "H", 180.0, 10.0)],
            ),
        )
    )


_MOD_ATOM_TAGS = "mod_id function atom_id new_atom_id new_type_symbol new_type_energy new_charge"
_MOD_BOND_TAGS = "mod_id function atom_id_1 atom_id_2 new_type new_value_dist new_value_dist_esd"
_MOD_ANGLE_TAGS = "mod_id function atom_id_1 atom_id_2 atom_id_3 new_value_angle new_value_angle_esd"


def _changed_bond(name: str, bond: Bond) -> Row:
    return (name, "change", bond.first, bond.second, bond.kind, bond.length, bond.esd)


def _energy_text() -> str:
    """Types of atoms; without all these columns gemmi takes none of the table and every type is unknown."""
    rows = [
        (
            kind.name,
            kind.hydrogen_bond,
            kind.radius,
            kind.radius_with_hydrogens,
            ".",
            kind.element,
            kind.valency,
            kind.hybridisation,
        )
        for kind in ENERGY_TYPES
    ]
    return (
        "# Radii: Bondi, J. Phys. Chem. 68 (1964) 441-451; with hydrogens: Chothia, Nature 254 (1975) 304-308.\n"
        "\ndata_energy\n" + _loop("lib_atom", "type hb_type vdw_radius vdwh_radius ion_radius element valency sp", rows)
    )
