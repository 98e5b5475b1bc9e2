"""Files of validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..files import CXmlDataFile


class CEBIValidationXMLDataFile(CXmlDataFile):
    """A validation report of the PDB."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/EBI-validation-xml",
        "fileExtensions": ("xml",),
        "guiLabel": "EBI Validation XML",
    }
