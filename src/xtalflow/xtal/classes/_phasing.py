"""Files of phaser and shelx, and what an experiment contributes to phasing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CDataFile, CFloat, CString


class CPhaserSolDataFile(CDataFile):
    """Solutions of phaser."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/phaser-sol",
        "fileExtensions": ("phaser_sol.pkl",),
        "guiLabel": "Phaser solutions",
    }


class CPhaserRFileDataFile(CDataFile):
    """Solutions of the rotation function of phaser."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/phaser-rfile",
        "fileExtensions": ("phaser_rlist.pkl",),
        "guiLabel": "Phaser rotation solution",
    }


class CPhaserTngDagFile(CDataFile):
    """The graph of a search by phasertng."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/phasertng-dag",
        "fileExtensions": ("cards",),
    }


class CShelxFADataFile(CDataFile):
    """Amplitudes of the substructure, from shelxc."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-shelx-FA",
        "fileExtensions": ("hkl",),
        "guiLabel": "Shelx FA",
    }


class CShelxLabel(CString):
    """What a data set is to shelxc."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "enumerators": ("UNDEFINED", "HREM", "LREM", "PEAK", "INFL", "NAT", "DERI")
    }


class CExperimentalDataType(CString):
    """What a data set is to an experiment of phasing."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "enumerators": ("native", "derivative", "SAD", "peak", "inflection", "high_remote", "low_remote", "")
    }


class CFormFactor(CComposite):
    """Anomalous scattering factors of an element, in electrons."""

    Fp = CFloat(guiLabel="f'")
    Fpp = CFloat(guiLabel="f''")
