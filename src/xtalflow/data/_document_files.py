"""Kinds of files that any program may write: texts, pages and plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._file import CDataFile


class CTextDataFile(CDataFile):
    """A text."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "text/plain",
        "fileExtensions": (
            "txt",
            "log",
        ),
    }


class CYmlFile(CDataFile):
    """YAML."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "text/plain",
        "fileExtensions": ("yml",),
        "guiLabel": "yml file",
    }


class CPostscriptDataFile(CDataFile):
    """A page in PostScript."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/postscript",
        "fileExtensions": ("ps",),
        "guiLabel": "Postscript file",
    }


class CPDFDataFile(CDataFile):
    """A document in PDF."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/x-pdf",
        "fileExtensions": ("pdf",),
        "guiLabel": "PDF file",
    }


class CXmgrDataFile(CDataFile):
    """Plots for xmgrace."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/grace",
        "fileExtensions": ("xmgr",),
    }
