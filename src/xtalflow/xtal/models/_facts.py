"""What an atomic model says about itself."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..content import printable
from ._contents import CPdbData
from ._sequences import sequences_of_model

if TYPE_CHECKING:
    import gemmi

_CELL_NAMES = ("a", "b", "c", "alpha", "beta", "gamma")
_LINK_NAMES = {"Covale": "covalent", "Disulf": "disulphide", "MetalC": "metal", "Hydrog": "hydrogen bond"}
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

    `atoms`, `residues`, `waters` and `b_factors` (Å²) are of the first model. `chains` has name, number of residues,
    polymer type (None without polymer), one-letter sequence, and how many residues of what was crystallised are
    not in the model (None where the file does not tell that). `header` has title, method, resolution (Å) and R
    factors; `sequences` the polymers with their chains; `notes` what a user should know before using the model.
    """
    import gemmi

    model = structure[0]
    space_group = structure.find_spacegroup() if structure.cell.is_crystal() else None
    hydrogens = sum(1 for site in model.all() if site.atom.is_hydrogen())
    residues = [residue for chain in model for residue in chain]
    return {
        "format": "mmcif" if structure.input_format == gemmi.CoorFormat.Mmcif else "pdb",
        "header": _header(structure),
        "cell": _cell(structure),
        "space_group": space_group.xhm() if space_group is not None else None,
        "models": len(structure),
        "atoms": model.count_atom_sites(),
        "hydrogens": hydrogens,
        "residues": len(residues),
        "waters": sum(1 for residue in residues if residue.is_water()),
        "alternatives": sum(1 for residue in residues if any(atom.has_altloc() for atom in residue)),
        "b_factors": _b_factors(model),
        "chains": [_chain_facts(structure, chain) for chain in model],
        "sequences": _sequences(structure),
        "ligands": ligand_names(structure),
        "links": _links(structure),
        "assemblies": [
            {"name": printable(one.name), "details": printable(one.oligomeric_details).lower()}
            for one in structure.assemblies
        ],
        "notes": _notes(structure),
    }


def model_content(structure: gemmi.Structure) -> CPdbData:
    """What a model says about itself, as a tree; what it does not tell is unset."""
    facts = model_facts(structure)
    content = CPdbData()
    content.update({name: facts[name] for name in ("models", "atoms", "residues", "waters")})
    if facts["cell"]:
        content.cell.set(dict(zip(_CELL_NAMES, facts["cell"], strict=True)))
    if facts["space_group"]:
        content.spaceGroup.set(facts["space_group"])
    if facts["header"]["resolution"]:
        content.resolution.set(facts["header"]["resolution"])
    for chain in facts["chains"]:
        told = {"polymer": chain["polymer"], "sequence": chain["sequence"]} if chain["polymer"] else {}
        content.chains.append({"name": chain["name"], "residues": chain["residues"]} | told)
    content.ligands.set(facts["ligands"])
    return content


def _header(structure: gemmi.Structure) -> dict[str, Any]:
    """Title, methods, resolution in Å and R factors as the header tells them; None for what it does not."""
    resolution = structure.resolution
    r_factors = [(refinement.r_work, refinement.r_free) for refinement in structure.meta.refinement[:1]]
    r_work, r_free = (_figure(value) for value in (r_factors[0] if r_factors else (math.nan, math.nan)))
    methods = [printable(one.method) for one in structure.meta.experiments if one.method]
    method = printable(structure.info["_exptl.method"]) if "_exptl.method" in structure.info else ""
    title = printable(structure.info["_struct.title"]) if "_struct.title" in structure.info else ""
    return {
        "title": title or None,
        "method": "; ".join(methods) or method or None,
        "resolution": _figure(resolution) if resolution > 0.0 else None,
        "r_work": r_work,
        "r_free": r_free,
    }


def _figure(value: float) -> float | None:
    """A figure of a header, as it was written; None for none."""
    return round(float(value), 5) if math.isfinite(value) and value >= 0.0 else None


def _b_factors(model: gemmi.Model) -> dict[str, float]:
    values = [site.atom.b_iso for site in model.all()]
    figures = {"minimum": min(values), "maximum": max(values), "mean": math.fsum(values) / len(values)}
    return {name: round(value, 2) for name, value in figures.items()}


def _sequences(structure: gemmi.Structure) -> list[dict[str, Any]]:
    return [
        {
            "chains": list(one.chains),
            "kind": str(one.kind),
            "length": len(one.sequence),
            "sequence": one.sequence,
            "as_crystallised": one.as_crystallised,
        }
        for one in sequences_of_model(structure)
    ]


def _links(structure: gemmi.Structure) -> dict[str, int]:
    """How many links of each kind the file lists."""
    return dict(Counter(_LINK_NAMES.get(link.type.name, "other") for link in structure.connections))


def ligand_names(structure: gemmi.Structure) -> list[str]:
    """Names of the residues that belong neither to a polymer nor to the water, sorted."""
    names: set[str] = set()
    for chain in structure[0]:
        polymer = {residue.seqid for residue in chain.get_polymer()}
        names.update(res.name for res in chain if not res.is_water() and res.seqid not in polymer)
    return sorted(names)


def _chain_facts(structure: gemmi.Structure, chain: gemmi.Chain) -> dict[str, Any]:
    import gemmi

    polymer = chain.get_polymer()
    kind = polymer.check_polymer_type() if len(polymer) else gemmi.PolymerType.Unknown
    found = len(polymer) > 0
    return {
        "name": chain.name,
        "residues": len(chain),
        "polymer": POLYMER_NAMES.get(kind.name, "other") if found else None,
        "sequence": gemmi.one_letter_code(polymer.extract_sequence()) if found else "",
        "missing": _missing(structure, polymer),
    }


def _missing(structure: gemmi.Structure, polymer: gemmi.ResidueSpan) -> int | None:
    """Residues of the crystallised sequence that are not in the model; None where they cannot be counted."""
    entity = structure.get_entity_of(polymer) if len(polymer) else None
    lacking = len(entity.full_sequence) - polymer.length() if entity is not None and entity.full_sequence else -1
    return lacking if lacking >= 0 else None


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
    absent = sum(1 for site in model.all() if site.atom.occ == 0.0)
    if absent:
        notes.append(f"{absent} atoms have an occupancy of zero")
    unknown = sum(1 for site in model.all() if site.atom.element.name == "X")
    if unknown:
        notes.append(f"{unknown} atoms are of an unknown element")
    if structure.ncs and any(not op.given for op in structure.ncs):
        notes.append("strict non-crystallographic symmetry: part of the copies is not written out")
    return notes
