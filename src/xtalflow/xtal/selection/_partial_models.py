"""Takes atoms out of a model, with everything that is said of them elsewhere in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gemmi

    from ._neighbours import Mask

_KEPT, _DROPPED, _UNMARKED = "k", "d", "\0"
_NO_TLS_GROUP = -1


def keep_atoms(structure: gemmi.Structure, keep: Mask) -> gemmi.Structure:
    """A copy of a structure with some of its atoms.

    Residues, chains and models without atoms go, with what is said of them, and what is said of the whole model, as
    `select_atoms` tells. Cell, symmetry, experiment, title and sequences stay.

    Parameters
    ----------
    keep
        One truth for each atom, in the order of models, chains, residues and atoms; all of them give the same model.
    """
    import gemmi

    copy = structure.clone()
    if keep.all():
        return copy
    _remove_atoms(copy, keep)
    _prune_features(copy)
    _prune_entities(copy)
    copy.meta.refinement = [_resolution_only(each) for each in copy.meta.refinement]
    copy.assemblies = gemmi.AssemblyList()
    copy.raw_remarks = []
    copy.clear_conect()
    copy.setup_cell_images()
    return copy


def _remove_atoms(structure: gemmi.Structure, keep: Mask) -> None:
    import gemmi

    marks = iter(keep.tolist())
    for residue in _residues(structure):
        residue.flag = _DROPPED
        for atom in residue:
            atom.flag = _DROPPED
            if next(marks):
                atom.flag = residue.flag = _KEPT
    gemmi.Selection().set_residue_flags(_KEPT).set_atom_flags(_KEPT).remove_not_selected(structure)
    structure.remove_empty_chains()
    for index in reversed(range(len(structure))):
        if not structure[index].count_atom_sites():
            del structure[index]
    for residue in _residues(structure):
        residue.flag = _UNMARKED
        for atom in residue:
            atom.flag, atom.tls_group_id = _UNMARKED, _NO_TLS_GROUP


def _residues(structure: gemmi.Structure) -> Iterator[gemmi.Residue]:
    return (residue for model in structure for chain in model for residue in chain)


def _prune_features(structure: gemmi.Structure) -> None:
    """Leave out what names an atom or a residue that is gone."""
    present = {(chain.name, str(residue.seqid)) for model in structure for chain in model for residue in chain}

    def is_there(address: gemmi.AtomAddress) -> bool:
        return (address.chain_name, str(address.res_id.seqid)) in present

    def has_atom(address: gemmi.AtomAddress) -> bool:
        return any(model.find_cra(address).atom is not None for model in structure)

    def stays(strand: gemmi.Sheet.Strand) -> bool:
        bonded = [each for each in (strand.hbond_atom1, strand.hbond_atom2) if each.atom_name]
        return is_there(strand.start) and is_there(strand.end) and all(map(has_atom, bonded))

    _drop(structure.connections, lambda link: not (has_atom(link.partner1) and has_atom(link.partner2)))
    _drop(structure.helices, lambda helix: not (is_there(helix.start) and is_there(helix.end)))
    _drop(structure.sheets, lambda sheet: not all(map(stays, sheet.strands)))
    structure.cispeps = [each for each in structure.cispeps if is_there(each.partner_c) and is_there(each.partner_n)]
    structure.mod_residues = [
        each for each in structure.mod_residues if (each.chain_name, str(each.res_id.seqid)) in present
    ]


def _drop(features: Any, is_gone: Callable[[Any], bool]) -> None:
    """Leave out of a list of gemmi's what is gone."""
    for index in reversed(range(len(features))):
        if is_gone(features[index]):
            del features[index]


def _prune_entities(structure: gemmi.Structure) -> None:
    """Leave out entities of which nothing is left, and from the others the chains that are gone."""
    present = {residue.subchain for residue in _residues(structure)}
    for index in reversed(range(len(structure.entities))):
        entity = structure.entities[index]
        left = [name for name in entity.subchains if name in present]
        if entity.subchains and not left:
            del structure.entities[index]
        else:
            entity.subchains = left


def _resolution_only(refinement: gemmi.RefinementInfo) -> gemmi.RefinementInfo:
    import gemmi

    made = gemmi.RefinementInfo()
    made.id = refinement.id
    made.resolution_high, made.resolution_low = refinement.resolution_high, refinement.resolution_low
    return made
