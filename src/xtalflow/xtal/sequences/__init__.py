"""Sequences, alignments, searches, and the content of the asymmetric unit."""

from ._alignment import Alignment
from ._alignment_files import AlignmentFile, read_alignment, write_alignment
from ._asu_contents import MAX_COPIES, AsuSequence, read_asu_contents, write_asu_contents
from ._blast import BlastHit, BlastSearch, read_blast
from ._cell_contents import LEAST_SOLVENT, MOST_SOLVENT, Packing, packings, sequence_weight
from ._comparison import Mismatch, SequenceComparison, compare_sequences
from ._hhpred import HhpredHit, HhpredSearch, read_hhpred
from ._sequences import PolymerKind, SequenceRecord, database_of, guess_polymer_kind, read_sequences, write_sequences

__all__ = [
    "LEAST_SOLVENT",
    "MAX_COPIES",
    "MOST_SOLVENT",
    "Alignment",
    "AlignmentFile",
    "AsuSequence",
    "BlastHit",
    "BlastSearch",
    "HhpredHit",
    "HhpredSearch",
    "Mismatch",
    "Packing",
    "PolymerKind",
    "SequenceComparison",
    "SequenceRecord",
    "compare_sequences",
    "database_of",
    "guess_polymer_kind",
    "packings",
    "read_alignment",
    "read_asu_contents",
    "read_blast",
    "read_hhpred",
    "read_sequences",
    "sequence_weight",
    "write_alignment",
    "write_asu_contents",
    "write_sequences",
]
