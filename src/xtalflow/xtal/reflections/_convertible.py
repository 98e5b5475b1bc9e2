"""Which content of a reflection file can be converted to which."""

from __future__ import annotations

from collections.abc import Sequence

from ._columns import ObsContent, PhsContent

ReflectionContent = ObsContent | PhsContent

_OF_OBSERVATIONS = {
    ObsContent.IPAIR: (ObsContent.IPAIR, ObsContent.FPAIR, ObsContent.IMEAN, ObsContent.FMEAN),
    ObsContent.FPAIR: (ObsContent.FPAIR, ObsContent.FMEAN),
    ObsContent.IMEAN: (ObsContent.IMEAN, ObsContent.FMEAN),
    ObsContent.FMEAN: (ObsContent.FMEAN,),
}
_OF_PHASES = {
    PhsContent.HL: (PhsContent.HL, PhsContent.PHIFOM),
    PhsContent.PHIFOM: (PhsContent.PHIFOM, PhsContent.HL),
}


def convertible_contents(have: ReflectionContent) -> tuple[ReflectionContent, ...]:
    """Contents that a file can be converted to, its own first.

    Pairs become means and intensities become amplitudes, never the other way; phases go both ways.
    """
    # Two tables: members of the two enumerations are equal, as the numbers that they are.
    return _OF_OBSERVATIONS[have] if isinstance(have, ObsContent) else _OF_PHASES[have]


def best_content(have: ReflectionContent, required: Sequence[int]) -> ReflectionContent | None:
    """The content of a list (`requiredContentFlag`) that a file should be taken as; None if it can be none of them.

    Its own if that will do, else the first of the list that it can be converted to.

    Examples
    --------
    >>> best_content(ObsContent.IPAIR, (4, 1)).name
    'IPAIR'
    >>> best_content(ObsContent.IPAIR, (4, 3)).name
    'FMEAN'
    >>> best_content(ObsContent.FMEAN, (1, 2)) is None
    True
    """
    possible = convertible_contents(have)
    for flag in (int(have), *required):
        if flag in required and flag in possible:
            return type(have)(flag)
    return None
