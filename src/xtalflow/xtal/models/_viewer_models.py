"""Models as text for viewers: PDB for those that read nothing else, and mmCIF without what a viewer does not show."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gemmi

_CHARACTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
_LONGEST_CHAIN_NAME = 2


def viewer_pdb(structure: gemmi.Structure) -> str:
    """The first model as PDB text with ATOM records, cell and nothing else.

    Chain names of more than two characters and residue names of more than three are replaced, each with a remark
    ahead of the atoms, ``REMARK 999 CHAIN x FOR longname`` or ``REMARK 999 RESIDUE ~01 FOR A1ABC``; residue numbers
    above 9999 are written in hybrid-36.
    """
    import gemmi

    copy = _first_model(structure)
    renamed = [("CHAIN", short, name) for name, short in _shorten_chains(copy).items()]
    copy.shorten_ccd_codes()
    renamed += [("RESIDUE", short, name) for name, short in copy.shortened_ccd_codes]
    remarks = "".join(f"REMARK 999 {what} {short} FOR {name}\n" for what, short, name in renamed)
    options = gemmi.PdbWriteOptions(minimal=True)
    return remarks + copy.make_pdb_string(options)


def viewer_cif(structure: gemmi.Structure) -> str:
    """The first model as mmCIF text: atoms, chains, sequences, links, cell and symmetry."""
    import gemmi

    copy = _first_model(structure)
    copy.setup_entities()
    copy.assign_label_seq_id(True)  # viewers follow a polymer by it
    groups = gemmi.MmcifOutputGroups(False)
    for name in (
        *("atoms", "group_pdb", "block_name", "entry", "cell", "symmetry", "entity", "entity_poly", "struct_asym"),
        *("chem_comp", "conn", "struct_conf", "struct_sheet"),
    ):
        setattr(groups, name, True)
    text: str = copy.make_mmcif_document(groups).as_string()
    return text


def _first_model(structure: gemmi.Structure) -> gemmi.Structure:
    """A copy with one model, without anisotropic displacements, in the usual frame of its cell."""
    import gemmi

    copy = structure.clone()
    while len(copy) > 1:
        del copy[-1]
    if copy.cell.explicit_matrices:
        copy.standardize_crystal_frame()
    none = gemmi.SMat33f(0, 0, 0, 0, 0, 0)
    for site in copy[0].all():
        site.atom.aniso = none
    return copy


def _shorten_chains(structure: gemmi.Structure) -> dict[str, str]:
    """Give chains with long names short ones that no other chain has; the new names by the old ones."""
    used = {chain.name for chain in structure[0]}
    free = _free_names(used)
    renamed = {name: next(free) for name in sorted(used) if len(name) > _LONGEST_CHAIN_NAME}
    for chain in structure[0]:
        chain.name = renamed.get(chain.name, chain.name)
    return renamed


def _free_names(used: Collection[str]) -> Iterator[str]:
    names = map("".join, (*product(_CHARACTERS), *product(_CHARACTERS, repeat=_LONGEST_CHAIN_NAME)))
    return (name for name in names if name not in used)
