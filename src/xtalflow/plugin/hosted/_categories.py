"""Where CCP4i2's users look for its tasks: the categories of its task chooser, which the package does not tell."""

from __future__ import annotations

_TASKS = {
    "data_entry": """import_merged ProvideAsuContents ProvideSequence ProvideAlignment AlternativeImportXIA2
        coordinate_selector splitMtz import_serial_pipe ImportCoordinate ImportSequence ImportAsuContent
        ImportDictionary ImportMap""",
    "data_processing": "xia2_dials xia2_xds imosflm dials_image dials_rlattice dui",
    "data_reduction": "aimless_pipe freerflag matthews molrep_selfrot AUSPEX xia2_multiplex xia2_ssx_reduce",
    "alpha_fold": "ccp4mg_edit_model mrparse editbfac arcimboldo slicendice",
    "expt_phasing": "crank2 shelx phaser_EP",
    "bioinformatics": "ccp4mg_edit_nomrbump chainsaw sculptor phaser_ensembler clustalw findmyseq",
    "molecular_replacement": """mrbump_basic phaser_simple phaser_pipeline molrep_pipe csymmatch AMPLE SIMBAD comit
        i2Dimple morda_i2 phaser_singleMR""",
    "density_modification": "acorn parrot dm_multidomain",
    "model_building": """modelcraft coot_rebuild coot_script_lines coot_find_waters arp_warp_classic shelxeMR
        dr_mr_modelbuild_pipeline ccp4mg_general coot1 nucleofind""",
    "refinement": """servalcat_pipe prosmart_refmac ProvideTLS SubtractNative buster coot_rsr_morph lorestr_i2
        metalCoord pairef pdb_redo_api sheetbend zanuda phaser_rnp_pipeline""",
    "ligands": "LidiaAcedrgNew MakeLink SubstituteLigand",
    "validation": "validate_protein edstats privateer qtpisa",
    "export": "adding_stats_to_mmcif_i2 mergeMtz",
    "expt_data_utility": """pointless_reindexToMatch phaser_EP_LLG cmapcoeff chltofom cphasematch ctruncate scaleit
        cpatterson density_calculator ImportObs ImportMapCoeffs ImportFreeR ImportPhases""",
    "model_data_utility": """gesamt add_fractional_coords areaimol modelASUCheck pdbset_ui pdbview_edit""",
}
_CATEGORIES = {name: category for category, names in _TASKS.items() for name in names.split()}
OTHERS = "steps"
"""Tasks that CCP4i2 does not offer by themselves: most are steps of its pipelines."""


def category_of(task: str) -> str:
    """The category of a task of CCP4i2."""
    return _CATEGORIES.get(task, OTHERS)
