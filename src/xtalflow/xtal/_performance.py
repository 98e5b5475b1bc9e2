"""Performance indicators of crystallographic tasks; the name of each is the name of its child."""

from __future__ import annotations

from xtalflow.data import CFloat, CInt, CPerformanceIndicator, CString

from .crystal import CSpaceGroup


class CServalcatPerformance(CPerformanceIndicator):
    """A refinement by servalcat.

    `RFactor` and `RFree` are against amplitudes. `R1Factor` and `R1Free` are against intensities, over reflections
    with I > 2σ(I).
    """

    __slots__ = ()
    RFactor = CFloat(guiLabel="R work", toolTip="Against amplitudes")
    RFree = CFloat(guiLabel="R free", toolTip="Against amplitudes")
    R = CFloat(guiLabel="R", toolTip="Against amplitudes, without a free set")
    R1Factor = CFloat(guiLabel="R1 work (I > 2σ)", toolTip="Against intensities, reflections with I > 2σ(I)")
    R1Free = CFloat(guiLabel="R1 free (I > 2σ)", toolTip="Against intensities, reflections with I > 2σ(I)")
    R1 = CFloat(guiLabel="R1 (I > 2σ)", toolTip="Against intensities, reflections with I > 2σ(I), without a free set")
    CCFwork_avg = CFloat(guiLabel="CC(F) work")
    CCFfree_avg = CFloat(guiLabel="CC(F) free")
    CCF_avg = CFloat(guiLabel="CC(F)")
    CCIwork_avg = CFloat(guiLabel="CC(I) work")
    CCIfree_avg = CFloat(guiLabel="CC(I) free")
    CCI_avg = CFloat(guiLabel="CC(I)")
    FSCaverage = CFloat(guiLabel="Average FSC")
    annotation = CString()


class CDataReductionPerformance(CPerformanceIndicator):
    """Reduced data."""

    __slots__ = ()
    spaceGroup = CSpaceGroup(guiLabel="Space group")
    highResLimit = CFloat(guiLabel="Resolution", toolTip="High-resolution limit in Å")
    rMeas = CFloat(guiLabel="R meas")


class CRefinementPerformance(CPerformanceIndicator):
    """A refinement and its geometry."""

    __slots__ = ()
    RFactor = CFloat(guiLabel="R work")
    RFree = CFloat(guiLabel="R free")
    RMSBond = CFloat(guiLabel="R.m.s. bonds", toolTip="Å")
    RMSAngle = CFloat(guiLabel="R.m.s. angles", toolTip="degrees")
    weightUsed = CFloat(guiLabel="Weight")
    annotation = CString()


class CAtomCountPerformance(CPerformanceIndicator):
    """The size of a model."""

    __slots__ = ()
    nAtoms = CInt(guiLabel="Atoms")
    nResidues = CInt(guiLabel="Residues")


class CFreeRPerformance(CPerformanceIndicator):
    """A free set."""

    __slots__ = ()
    nReflections = CInt(guiLabel="Reflections in the set")
    nFree = CInt(guiLabel="Free reflections")
    percentFree = CFloat(guiLabel="Free", toolTip="%")
    freeFlag = CInt(guiLabel="Free value", toolTip="Value of the flag of the free reflections")
    nAdded = CInt(guiLabel="Flags added")


class CFrenchWilsonPerformance(CPerformanceIndicator):
    """Amplitudes from intensities."""

    __slots__ = ()
    wilsonB = CFloat(guiLabel="Wilson B", toolTip="Å²")


class CWaterPerformance(CPerformanceIndicator):
    """Waters of a model."""

    __slots__ = ()
    nWatersAdded = CInt(guiLabel="Waters added")
    nWaters = CInt(guiLabel="Waters")


class CValidationPerformance(CPerformanceIndicator):
    """The quality of a model."""

    __slots__ = ()
    ramaFavoured = CFloat(guiLabel="Ramachandran favoured", toolTip="%")
    ramaAllowed = CFloat(guiLabel="Ramachandran allowed", toolTip="%")
    ramaOutliers = CFloat(guiLabel="Ramachandran outliers", toolTip="%")
    clashscore = CFloat(guiLabel="Clashscore", toolTip="Clashes per 1000 atoms")
    meanB = CFloat(guiLabel="Mean B", toolTip="Å²")
    nPeaks = CInt(guiLabel="Difference peaks", toolTip="Peaks and holes beyond 5 σ")


class CPairefPerformance(CPerformanceIndicator):
    """The resolution that paired refinement found."""

    __slots__ = ()
    cutoff = CFloat(guiLabel="Cutoff", toolTip="Å")


class CDataReductionCCPerformance(CPerformanceIndicator):
    """Reduced data, judged by the correlation of half sets."""

    __slots__ = ()
    spaceGroup = CSpaceGroup(guiLabel="Space group")
    highResLimit = CFloat(guiLabel="Resolution", toolTip="High-resolution limit in Å")
    ccHalf = CFloat(guiLabel="CC1/2")


class CDataReductionRefinementPerformance(CPerformanceIndicator):
    """Reduced data and a refinement against them."""

    __slots__ = ()
    spaceGroup = CSpaceGroup(guiLabel="Space group")
    highResLimit = CFloat(guiLabel="Resolution", toolTip="High-resolution limit in Å")
    rMeas = CFloat(guiLabel="R meas")
    RFactor = CFloat(guiLabel="R work")
    RFree = CFloat(guiLabel="R free")


class CExpPhasPerformance(CPerformanceIndicator):
    """Experimental phasing."""

    __slots__ = ()
    FOM = CFloat(guiLabel="FOM")
    CFOM = CFloat(guiLabel="CFOM")
    Hand1Score = CFloat(guiLabel="Score of hand 1")
    Hand2Score = CFloat(guiLabel="Score of hand 2")
    CC = CFloat(guiLabel="CC")
    RFactor = CFloat(guiLabel="R work")
    RFree = CFloat(guiLabel="R free")
    annotation = CString()


class CModelBuildPerformance(CPerformanceIndicator):
    """A model that was built."""

    __slots__ = ()
    RFactor = CFloat(guiLabel="R work")
    completeness = CFloat(guiLabel="Completeness")
    annotation = CString()


class CSuperposePerformance(CPerformanceIndicator):
    """A superposition."""

    __slots__ = ()
    RMSxyz = CFloat(guiLabel="R.m.s. distance", toolTip="Å")
    nResidues = CInt(guiLabel="Residues")


class CPhaseErrorPerformance(CPerformanceIndicator):
    """The agreement of phases with others."""

    __slots__ = ()
    phaseError = CFloat(guiLabel="Phase error", toolTip="degrees")
    weightedPhaseError = CFloat(guiLabel="Weighted phase error", toolTip="degrees")
    reflectionCorrelation = CFloat(guiLabel="Correlation of reflections")


class CTestObsConversionsPerformance(CPerformanceIndicator):
    """Conversions of observations."""

    __slots__ = ()
    columnLabelsString = CString(guiLabel="Columns")


class CAsuContentPerformance(CPerformanceIndicator):
    """What the asymmetric unit holds, and how much of the crystal it leaves to the solvent."""

    __slots__ = ()
    weight = CFloat(guiLabel="Weight", toolTip="Da, of all copies in the asymmetric unit")
    matthews = CFloat(guiLabel="Matthews coefficient", toolTip="Å³/Da")
    solvent = CFloat(guiLabel="Solvent", toolTip="%")
