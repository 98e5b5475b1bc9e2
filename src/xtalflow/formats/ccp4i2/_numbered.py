"""CCP4i2's enumerations by position: the numbers are in its databases and archives and never change."""

from __future__ import annotations

UNKNOWN_TYPE = "Unknown"
_LONGEST_NUMBER = 9

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


_FILE_NUMBERS = {name: number for number, name in enumerate(FILETYPELIST)}
_KEY_NUMBERS = {name: number for number, name in enumerate(KEYTYPELIST)}


def type_name(file_type: str) -> str:
    """The name under which a kind of file is kept."""
    return OTHER_SPELLINGS.get(file_type, file_type) or UNKNOWN_TYPE


def file_type_of(text: str) -> str:
    """The type of a file by its number or by either spelling of its name; one that is not known as it stands.

    Examples
    --------
    >>> file_type_of("5"), file_type_of("application/CCP4-unmerged-mtz"), file_type_of("57")
    ('application/CCP4-mtz-unmerged', 'application/CCP4-mtz-unmerged', '57')
    """
    return type_name(_named(text, FILETYPELIST))


def key_type_of(text: str) -> str:
    """The name of an indicator by its number or by itself; one that is not known as it stands."""
    return _named(text, KEYTYPELIST) or KEYTYPELIST[0]


def _named(text: str, names: tuple[str, ...]) -> str:
    text = text.strip()
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        return text
    return names[int(text)] if int(text) < len(names) else str(int(text))


def file_type_number(name: str) -> str:
    """The number of a type of file, or, if it has none, the name itself."""
    number = _FILE_NUMBERS.get(type_name(name))
    return name if number is None else str(number)


def key_type_number(name: str) -> str:
    """The number of an indicator, or, if it has none, the name itself."""
    number = _KEY_NUMBERS.get(name)
    return name if number is None else str(number)
