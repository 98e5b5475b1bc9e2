"""Models, restraint dictionaries and small molecules: read, described, written."""

from ._contents import (
    CBlastData,
    CBlastItem,
    CDictData,
    CHhpredData,
    CHhpredItem,
    CMonomer,
    CPdbChain,
    CPdbData,
    CSequence,
    CSequenceAlignment,
    CSequenceString,
)
from ._dictionaries import (
    Dictionary,
    Monomer,
    check_monomer_library,
    examine_dictionary,
    missing_dictionaries,
    monomer_library_digests,
    read_dictionary,
    residue_names,
)
from ._digest import coordinates_digest
from ._facts import ligand_names, model_content, model_facts
from ._models import read_model, with_crystal, write_model
from ._refmac_text import TlsGroup, read_external_restraints, read_keywords, read_tls_groups
from ._sequences import ModelSequence, sequences_of_model
from ._small_molecules import SmallMolecule, read_mol2, read_molfile
from ._viewer_models import viewer_cif, viewer_pdb

__all__ = [
    "CBlastData",
    "CBlastItem",
    "CDictData",
    "CHhpredData",
    "CHhpredItem",
    "CMonomer",
    "CPdbChain",
    "CPdbData",
    "CSequence",
    "CSequenceAlignment",
    "CSequenceString",
    "Dictionary",
    "ModelSequence",
    "Monomer",
    "SmallMolecule",
    "TlsGroup",
    "check_monomer_library",
    "coordinates_digest",
    "examine_dictionary",
    "ligand_names",
    "missing_dictionaries",
    "model_content",
    "model_facts",
    "monomer_library_digests",
    "read_dictionary",
    "read_external_restraints",
    "read_keywords",
    "read_model",
    "read_mol2",
    "read_molfile",
    "read_tls_groups",
    "residue_names",
    "sequences_of_model",
    "viewer_cif",
    "viewer_pdb",
    "with_crystal",
    "write_model",
]
