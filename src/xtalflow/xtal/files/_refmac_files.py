"""File kinds of refmac: TLS groups, restraints from outside the dictionaries, and keywords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CDataFile, FileFacts

from ..models import read_external_restraints, read_keywords, read_tls_groups
from ._model_files import path_of


class CTLSDataFile(CDataFile):
    """TLS groups."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/refmac-TLS",
        "fileExtensions": ("tls",),
        "guiLabel": "TLS coefficients",
    }

    def examine(self) -> FileFacts:
        """Read the groups, with their ranges and whether they have tensors."""
        groups = [
            {"name": group.name, "ranges": [list(ends) for ends in group.ranges], "tensors": group.has_tensors}
            for group in read_tls_groups(path_of(self))
        ]
        return FileFacts(facts={"groups": groups})


class CRefmacRestraintsDataFile(CDataFile):
    """Restraints from outside the dictionaries."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/refmac-external-restraints",
        "fileExtensions": ("txt",),
        "guiLabel": "Additional restraints",
    }

    def examine(self) -> FileFacts:
        """Count the restraints of each kind."""
        return FileFacts(facts={"restraints": dict(read_external_restraints(path_of(self)))})


class CRefmacKeywordFile(CDataFile):
    """Keywords."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/refmac-keywords",
        "fileExtensions": ("txt",),
        "guiLabel": "Refmac keyword file",
    }

    def examine(self) -> FileFacts:
        """Count the keywords."""
        return FileFacts(facts={"keywords": read_keywords(path_of(self))})
