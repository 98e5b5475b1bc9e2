"""Files of programs that draw models and maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CDataFile, CInt


class CCootHistoryDataFile(CDataFile):
    """What was done in Coot, as a script."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/coot-script",
        "fileExtensions": (
            "scm",
            "py",
        ),
        "guiLabel": "Coot history",
    }

    subType = CInt(enumerators=(1, 2), menuText=("initial", "history"))


class CSceneDataFile(CDataFile):
    """A scene of CCP4mg."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-scene",
        "fileExtensions": ("scene.xml",),
        "guiLabel": "CCP4mg scene",
    }
