"""File kinds of sequences: sequences, alignments, searches for homologues, contents of the asymmetric unit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar

from xtalflow.data import (
    CComposite,
    CDataFile,
    CDataFileContent,
    CDict,
    CI2XmlHeader,
    CInt,
    CList,
    CString,
    FileFacts,
)
from xtalflow.errors import UnsuitableContent

from ..models import (
    CBlastData,
    CHhpredData,
    CSequence,
    CSequenceAlignment,
    CSequenceString,
)
from ..sequences import (
    AsuSequence,
    SequenceRecord,
    database_of,
    read_alignment,
    read_asu_contents,
    read_blast,
    read_hhpred,
    read_sequences,
)
from ._model_files import path_of

MOST_LISTED = 20
"""Facts tell of so many hits of a search; all are counted."""


class CSeqDataFile(CDataFile):
    """Sequences, FASTA, PIR or plain letters."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-seq",
        "fileExtensions": ("seq", "pir", "fasta"),
        "fileContentClassName": "CSequence",
        "guiLabel": "Sequence",
    }

    def examine(self) -> FileFacts:
        """Read the sequences, with name, length and kind of polymer."""
        sequences = [
            {
                "name": one.name,
                "description": one.description,
                "length": len(one.sequence),
                "sequence": one.sequence,
                "kind": str(one.kind),
            }
            for one in read_sequences(path_of(self))
        ]
        return FileFacts(facts={"sequences": sequences})

    def content(self) -> CSequence:
        """The sequence; of several the first, as CCP4i2 takes it (`read_sequences` gives all)."""
        content = CSequence()
        content.update(_sequence_values(read_sequences(path_of(self))[0]))
        return content


def _sequence_values(record: SequenceRecord) -> dict[str, str]:
    database, accession = database_of(record.name)
    told = {"referenceDb": database, "reference": accession, "description": record.description}
    return {
        "identifier": record.name,
        "name": record.name,
        "sequence": record.sequence,
        "moleculeType": str(record.kind),
    } | {name: text for name, text in told.items() if text}


class CSeqAlignDataFile(CDataFile):
    """Aligned sequences: Clustal, MSF, PHYLIP, Stockholm, FASTA or PIR."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-seqalign",
        "fileExtensions": ("aln", "pir", "fasta", "msf", "phy"),
        "fileContentClassName": "CSequenceAlignment",
        "guiLabel": "Aligned sequences",
    }

    def examine(self) -> FileFacts:
        """Read the rows, with the length of each sequence and its identity with the first in %."""
        found = read_alignment(path_of(self))
        alignment = found.alignment
        identities = alignment.identities_with(0)
        rows = [
            {
                "name": name,
                "length": len(alignment.sequence(index)),
                "identity": round(float(identities[index]), 1),
            }
            for index, name in enumerate(alignment.names)
        ]
        return FileFacts(
            facts={
                "format": found.format,
                "kind": str(alignment.kind),
                "columns": alignment.columns,
                "rows": rows,
            }
        )

    def content(self) -> CSequenceAlignment:
        """The rows with their gaps; where the file does not call it anything, it is called like the file."""
        path = path_of(self)
        alignment = read_alignment(path).alignment
        kind = str(alignment.kind)
        content = CSequenceAlignment()
        content.update({"identifier": alignment.identifier or path.stem, "moleculeType": kind})
        content.rows.set(
            [
                {"identifier": name, "name": name, "sequence": row, "moleculeType": kind}
                for name, row in zip(alignment.names, alignment.rows, strict=True)
            ]
        )
        return content


class CBlastDataFile(CDataFile):
    """What BLAST found, in XML, tables or text."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/Blast-alignments",
        "fileExtensions": ("bla", "blast", "xml"),
        "fileContentClassName": "CBlastData",
        "guiLabel": "Blast results",
    }

    def examine(self) -> FileFacts:
        """Read what was found; the first twenty hits are listed."""
        search = read_blast(path_of(self))
        listed = [
            {
                "identifier": hit.identifier,
                "description": hit.description,
                "e_value": hit.e_value,
                "identity": round(hit.identity, 1),
                "query_range": list(hit.query_range),
            }
            for hit in search.hits[:MOST_LISTED]
        ]
        return FileFacts(
            facts={
                "format": search.format,
                "program": search.program,
                "query": search.query,
                "number": len(search.hits),
                "hits": listed,
            }
        )

    def content(self) -> CBlastData:
        """Each aligned stretch; sequences are unset where the file does not tell them."""
        search = read_blast(path_of(self))
        content = CBlastData()
        content.queryId.set(search.query)
        content.alignmentList.set(
            [
                {"hitId": hit.identifier}
                | ({"querySequence": hit.query_row, "hitSequence": hit.hit_row} if hit.query_row else {})
                for hit in search.hits
            ]
        )
        return content


class CHhpredDataFile(CDataFile):
    """What HHpred found."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/HHPred-alignments",
        "fileExtensions": ("hhr",),
        "fileContentClassName": "CHhpredData",
        "guiLabel": "HHPred results",
    }

    def examine(self) -> FileFacts:
        """Read what was found; the first twenty hits are listed."""
        search = read_hhpred(path_of(self))
        listed = [
            {
                "identifier": hit.identifier,
                "chain": hit.chain,
                "description": hit.annotation,
                "probability": hit.probability,
                "e_value": hit.e_value,
                "identity": hit.identity,
                "query_range": list(hit.query_range),
            }
            for hit in search.hits[:MOST_LISTED]
        ]
        return FileFacts(
            facts={"query": search.query, "columns": search.columns, "number": len(search.hits), "hits": listed}
        )

    def content(self) -> CHhpredData:
        """The templates in the order of the file."""
        content = CHhpredData()
        content.alignmentList.set([])
        for hit in read_hhpred(path_of(self)).hits:
            item = content.alignmentList.append({"annotation": hit.annotation, "identifier": hit.identifier})
            if hit.chain:
                item.chain.set(hit.chain)
        return content


class CXmlDataFile(CDataFile):
    """XML of any content."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"mimeTypeName": "application/xml", "fileExtensions": ("xml",)}


class CI2XmlDataFile(CXmlDataFile):
    """XML with CCP4i2's header."""

    __slots__ = ()

    header = CI2XmlHeader()


class CAsuContentSeq(CComposite):
    """A molecule of the asymmetric unit."""

    __slots__ = ()
    sequence = CSequenceString(allowUndefined=False, minLength=1)
    nCopies = CInt(default=1, min=0, max=12)
    polymerType = CString(default="PROTEIN", enumerators=("PROTEIN", "RNA", "DNA"), onlyEnumerators=True)
    name_ = CString(allowUndefined=False, minLength=1)
    description = CString()
    source = CSeqDataFile()


class CAsuContentSeqList(CList[CAsuContentSeq]):
    """The molecules of the asymmetric unit."""

    __slots__ = ()
    ITEM = CAsuContentSeq()


class CAsuContent(CDataFileContent):
    """The contents of the asymmetric unit."""

    __slots__ = ()
    seqList = CAsuContentSeqList()


class CAsuDataFile(CI2XmlDataFile):
    """The contents of the asymmetric unit, as CCP4i2 keeps them."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-asu-content",
        "fileExtensions": ("asu.xml",),
        "fileContentClassName": "CAsuContent",
        "guiLabel": "AU contents",
    }

    selection = CDict(toolTip="Which of the sequences are meant, by name")

    def examine(self) -> FileFacts:
        """Read the sequences, with the number of copies of each."""
        sequences = [
            {
                "name": one.name,
                "length": len(one.sequence),
                "sequence": one.sequence,
                "kind": str(one.kind),
                "copies": one.copies,
            }
            for one in read_asu_contents(path_of(self))
        ]
        return FileFacts(facts={"sequences": sequences})

    def content(self) -> CAsuContent:
        """All sequences of the file, whatever the selection."""
        content = CAsuContent()
        for one in read_asu_contents(path_of(self)):
            item = content.seqList.addItem()
            item.update(
                {
                    "sequence": one.sequence,
                    "nCopies": one.copies,
                    "polymerType": str(one.kind),
                    "name": one.name,
                    "description": one.description,
                }
            )
            if one.source:
                source = PurePosixPath(one.source)
                item.source.update({"baseName": source.name, "relPath": str(source.parent)})
        return content

    def selected_sequences(self) -> list[AsuSequence]:
        """The sequences that are meant: all but those that the selection names with False.

        Raises
        ------
        UnreadableFile, UnsuitableContent
            The file cannot be read; the selection names a sequence that it does not have, or leaves none.
        """
        path = path_of(self)
        sequences = read_asu_contents(path)
        chosen = self.selection.value if isinstance(self.selection.value, tuple) else ()
        selection = {name: str(meant).strip().lower() not in ("false", "0", "") for name, meant in chosen}
        names = [one.name for one in sequences]
        strange = next((name for name in selection if name not in names), None)
        if strange is not None:
            raise UnsuitableContent(path, f"it has no sequence {strange!r} to select; there are {', '.join(names)}")
        meant = [one for one in sequences if selection.get(one.name, True)]
        if not meant:
            raise UnsuitableContent(path, "none of its sequences is selected")
        return meant
