"""CCP4i2's enumerations by position: the numbers are in its databases and archives and never change."""

from __future__ import annotations

UNKNOWN_TYPE = "Unknown"

FILETYPELIST = (
    UNKNOWN_TYPE,
    "application/CCP4-seq",
    "chemical/x-pdb",
    "MultiPDB",
    "application/CCP4-mtz",
    "application/CCP4-mtz-unmerged",
    "application/CCP4-unmerged-experimental",
    "application/CCP4-map",
    "application/refmac-dictionary",
    "application/refmac-TLS",
    "application/CCP4-mtz-freerflag",
    "application/CCP4-mtz-observed",
    "application/CCP4-mtz-phases",
    "application/CCP4-mtz-map",
    "Dummy",
    "application/CCP4-seqalign",
    "application/CCP4-mtz-mini",
    "application/coot-script",
    "application/refmac-external-restraints",
    "application/CCP4-scene",
    "application/CCP4-shelx-FA",
    "application/phaser-sol",
    "chemical/x-mdl-molfile",
    "application/iMosflm-xml",
    "application/CCP4-image",
    "application/CCP4-generic-reflections",
    "application/CCP4-HHPred-alignments",
    "application/CCP4-Blast-alignments",
    "chemical/x-pdb-ensemble",
    "application/CCP4-asu-content",
    "application/dials-jfile",
    "application/dials-pfile",
    "application/phaser-rfile",
    "application/refmac-keywords",
    "application/x-pdf",
    "application/postscript",
    "application/EBI-validation-xml",
    "chemical/x-cif",
    "text/plain",
    "application/phasertng-dag",
)

OTHER_SPELLINGS = {
    "application/CCP4-unmerged-mtz": "application/CCP4-mtz-unmerged",
    "application/HHPred-alignments": "application/CCP4-HHPred-alignments",
    "application/Blast-alignments": "application/CCP4-Blast-alignments",
}
"""Spellings of CCP4i2's parallel table of texts."""

KEYTYPELIST = (
    "Unknown",
    "RFactor",
    "RFree",
    "completeness",
    "spaceGroup",
    "highResLimit",
    "rMeas",
    "FOM",
    "CFOM",
    "Hand1Score",
    "Hand2Score",
    "CC",
    "nAtoms",
    "nResidues",
    "phaseError",
    "weightedPhaseError",
    "reflectionCorrelation",
    "RMSxyz",
    "cutoff",
    "ccHalf",
)


def type_name(file_type: str) -> str:
    """The name under which a kind of file is kept."""
    return OTHER_SPELLINGS.get(file_type, file_type) or UNKNOWN_TYPE
