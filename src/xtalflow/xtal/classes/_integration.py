"""Diffraction images, and what the programs that integrate them write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CInt, CList


class CImageFile(CDataFile):
    """A diffraction image."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-image",
        "fileExtensions": (
            "img",
            "cbf",
            "mccd",
            "mar1600",
            "h5",
            "nxs",
        ),
        "guiLabel": "Image file",
    }


class CImageFileList(CList[CImageFile]):
    """Diffraction images."""

    ITEM = CImageFile()


class CXia2ImageSelection(CComposite):
    """A sweep for xia2: an image of it, and the first and last number."""

    imageFile = CImageFile()
    imageStart = CInt()
    imageEnd = CInt()


class CXia2ImageSelectionList(CList[CXia2ImageSelection]):
    """Sweeps for xia2."""

    ITEM = CXia2ImageSelection()


class CDialsPickleFile(CDataFile):
    """Reflections of xia2 or DIALS."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/dials-pfile",
        "fileExtensions": (
            "pickle",
            "refl",
        ),
        "guiLabel": "Xia2/Dials pickle data",
    }


class CDialsJsonFile(CDataFile):
    """Experiments of DIALS."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/dials-jfile",
        "fileExtensions": (
            "json",
            "expt",
            "jsn",
        ),
        "guiLabel": "json data",
    }


class CDataReflFile(CDataFile):
    """Reflections of DIALS."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "fileExtensions": ("refl",),
        "guiLabel": "Reflections from DIALS",
    }


class CImosflmXmlDataFile(CDataFile):
    """What iMosflm wrote of its run."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/iMosflm-xml",
        "fileExtensions": ("imosflm.xml",),
        "guiLabel": "iMosflm data",
    }
