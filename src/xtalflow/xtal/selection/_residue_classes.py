"""What residues are: parts of polymers, water, sugars, metal ions, ligands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi


class ResidueClass(StrEnum):
    """Each residue is of one class."""

    PROTEIN = "protein"
    NUCLEIC = "nucleic"
    WATER = "water"
    SACCHARIDE = "saccharide"
    METAL = "metal"
    LIGAND = "ligand"
    OTHER = "other"


_CLASS_OF_POLYMER = {
    "PeptideL": ResidueClass.PROTEIN,
    "PeptideD": ResidueClass.PROTEIN,
    "CyclicPseudoPeptide": ResidueClass.PROTEIN,
    "Dna": ResidueClass.NUCLEIC,
    "Rna": ResidueClass.NUCLEIC,
    "DnaRnaHybrid": ResidueClass.NUCLEIC,
    "SaccharideD": ResidueClass.SACCHARIDE,
    "SaccharideL": ResidueClass.SACCHARIDE,
}
_SUGARS = frozenset({"PYR", "KET"})
_MAIN_OF_PROTEIN = frozenset({"N", "CA", "C", "O", "OXT"})
_HYDROGENS_OF_PROTEIN = frozenset({"", "1", "2", "3", "A", "A2", "A3", "XT"})
"""What follows H or D in names of hydrogens of the main chain."""
_MAIN_OF_NUCLEIC = frozenset({"P", "OP1", "OP2", "OP3", "O1P", "O2P", "O3P", "HOP2", "HOP3", "DOP2", "DOP3"})


def classify_residues(structure: gemmi.Structure) -> list[ResidueClass]:
    """The class of each residue of a structure, in the order of models and chains.

    A residue of a polymer is what the polymer is, so that modified residues belong to it; `OTHER` is a residue of a
    polymer of no known kind. A `METAL` has no atoms but of metals. Where entities are not set up, the name decides.
    """
    kinds = {name: entity.polymer_type.name for entity in structure.entities for name in entity.subchains}
    return [
        _classify(residue, kinds.get(residue.subchain, ""))
        for model in structure
        for chain in model
        for residue in chain
    ]


def _classify(residue: gemmi.Residue, polymer_kind: str) -> ResidueClass:
    import gemmi

    entity, tabulated = residue.entity_type.name, gemmi.find_tabulated_residue(residue.name)
    if entity == "Water" or residue.is_water():
        return ResidueClass.WATER
    if entity in ("Polymer", "Unknown"):
        if entity == "Polymer" and polymer_kind in _CLASS_OF_POLYMER:
            return _CLASS_OF_POLYMER[polymer_kind]
        if tabulated.is_amino_acid():
            return ResidueClass.PROTEIN
        if tabulated.is_nucleic_acid():
            return ResidueClass.NUCLEIC
        if entity == "Polymer":
            return ResidueClass.OTHER
    if entity == "Branched" or tabulated.kind.name in _SUGARS:
        return ResidueClass.SACCHARIDE
    if len(residue) and all(atom.element.is_metal for atom in residue):
        return ResidueClass.METAL
    return ResidueClass.LIGAND


def is_main_chain(kind: ResidueClass, atom_name: str) -> bool:
    """Whether an atom of this name is in the main chain of a protein, or the sugar-phosphate backbone."""
    if kind is ResidueClass.PROTEIN:
        return atom_name in _MAIN_OF_PROTEIN or (
            atom_name.startswith(("H", "D")) and atom_name[1:] in _HYDROGENS_OF_PROTEIN
        )
    return atom_name in _MAIN_OF_NUCLEIC or "'" in atom_name or "*" in atom_name
