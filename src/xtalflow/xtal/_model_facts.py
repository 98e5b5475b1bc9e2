"""What an atomic model says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gemmi

POLYMER_NAMES = {
    "PeptideL": "peptide(L)",
    "PeptideD": "peptide(D)",
    "Dna": "DNA",
    "Rna": "RNA",
    "DnaRnaHybrid": "DNA/RNA hybrid",
    "SaccharideD": "saccharide(D)",
    "SaccharideL": "saccharide(L)",
    "Pna": "PNA",
    "CyclicPseudoPeptide": "cyclic pseudo-peptide",
}


def model_facts(structure: gemmi.Structure) -> dict[str, Any]:
    """What a model says about itself, as plain JSON values.

    `atoms`, `residues` and `waters` count the first model; `chains` has name, number of residues, polymer type
    (None without polymer) and one-letter sequence; `notes` has what a user should know before using it.
    """
    import gemmi

    model = structure[0]
    space_group = structure.find_spacegroup() if structure.cell.is_crystal() else None
    hydrogens = sum(1 for site in model.all() if site.atom.is_hydrogen())
    residues = [residue for chain in model for residue in chain]
    return {
        "format": "mmcif" if structure.input_format == gemmi.CoorFormat.Mmcif else "pdb",
        "cell": _cell(structure),
        "space_group": space_group.xhm() if space_group is not None else None,
        "models": len(structure),
        "atoms": model.count_atom_sites(),
        "hydrogens": hydrogens,
        "residues": len(residues),
        "waters": sum(1 for residue in residues if residue.is_water()),
        "chains": [_chain_facts(chain) for chain in model],
        "ligands": ligand_names(structure),
        "notes": _notes(structure),
    }


def ligand_names(structure: gemmi.Structure) -> list[str]:
    """Names of the residues that belong neither to a polymer nor to the water, sorted."""
    names: set[str] = set()
    for chain in structure[0]:
        polymer = {residue.seqid for residue in chain.get_polymer()}
        names.update(res.name for res in chain if not res.is_water() and res.seqid not in polymer)
    return sorted(names)


def _chain_facts(chain: gemmi.Chain) -> dict[str, Any]:
    import gemmi

    polymer = chain.get_polymer()
    kind = polymer.check_polymer_type() if len(polymer) else gemmi.PolymerType.Unknown
    found = len(polymer) > 0
    return {
        "name": chain.name,
        "residues": len(chain),
        "polymer": POLYMER_NAMES.get(kind.name, "other") if found else None,
        "sequence": gemmi.one_letter_code(polymer.extract_sequence()) if found else "",
    }


def _cell(structure: gemmi.Structure) -> list[float] | None:
    if not structure.cell.is_crystal():
        return None
    return [round(float(value), 4) for value in structure.cell.parameters]


def _notes(structure: gemmi.Structure) -> list[str]:
    notes = []
    if not structure.cell.is_crystal():
        notes.append("the model has no unit cell")
    elif structure.find_spacegroup() is None:
        text = structure.spacegroup_hm.strip()
        notes.append(f"the space group {text!r} is not known" if text else "the model has no space group")
    if structure.cell.explicit_matrices:
        notes.append("the SCALE records put the model in a frame of its own, not the usual one")
    if len(structure) > 1:
        notes.append(f"{len(structure)} models in the file; figures are of the first")
    model = structure[0]
    alternatives = sum(1 for chain in model for res in chain if any(atom.has_altloc() for atom in res))
    if alternatives:
        notes.append(f"{alternatives} residues have alternative conformations")
    unknown = sum(1 for site in model.all() if site.atom.element.name == "X")
    if unknown:
        notes.append(f"{unknown} atoms are of an unknown element")
    if structure.ncs and any(not op.given for op in structure.ncs):
        notes.append("strict non-crystallographic symmetry: part of the copies is not written out")
    return notes
