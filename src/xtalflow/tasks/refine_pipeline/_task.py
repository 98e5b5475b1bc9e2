"""The task `refine_pipeline`."""

from __future__ import annotations

from xtalflow.data import CBoolean, CContainer, CFloat, CInt, CList, CString, Finding
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    CDictDataFile,
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CMapDataFile,
    CObsDataFile,
    CPdbDataFile,
    CRefinementPerformance,
    CSeqDataFile,
    CServalcatPerformance,
    CSpaceGroup,
    read_sequences,
)

from .._checks import check_crystals, check_own_flags, check_restraints, flags_of, model_of, observations_of
from .._findings import Findings
from ._free_set import CFreeSetPerformance
from ._steps import Steps


class RefinePipeline(CPluginScript):
    """Refine a model from raw inputs to maps: import, free-R set, refinement, waters, refinement, validation, maps.

    Each step is a job of its own. The figures are those of the last refinement.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "refine_pipeline", "Refinement pipeline", "1.0"
    CATEGORY = "refinement"
    PROGRAMS = ("servalcat",)

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="Merged data, such as MTZ or structure-factor mmCIF; choose columns as data.mtz:/*/*/[F,SIGF]",
        )
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Model to refine, PDB or mmCIF",
        )
        FREERFLAG = CFreeRDataFile(
            fromPreviousJob=True,
            mustExist=True,
            sameCrystalAs="F_SIGF",
            sameCrystalLevel=1,
            guiLabel="Free-R set",
            toolTip="Without it the flags in the file of the reflections are used, else a new set is made",
        )
        DICT_LIST = CList(
            CDictDataFile(
                fromPreviousJob=True,
                mustExist=True,
                guiLabel="Dictionary",
                toolTip="Restraints of one or more monomers",
            ),
            guiLabel="Dictionaries",
            toolTip="Restraints of ligands that the monomer library does not have",
        )
        SEQIN = CSeqDataFile(
            mustExist=True,
            guiLabel="Sequence",
            toolTip="What the polymers should be (FASTA or PIR), for the validation",
        )

    class Controls(CContainer):
        NCYCLES = CInt(default=10, min=1, max=1000, guiLabel="Cycles", toolTip="Cycles of each refinement")
        ADD_WATERS = CBoolean(
            default=True, guiLabel="Add waters", toolTip="If not, waters and the second refinement are left out"
        )
        RANDOMIZE = CFloat(
            min=0.0,
            max=5.0,
            guiLabel="Shake (Å)",
            toolTip="Move the atoms by this r.m.s. distance before the first refinement",
        )
        BFACTOR = CFloat(
            min=0.1,
            max=1000.0,
            guiLabel="Reset B (Å²)",
            toolTip="Set all B factors to this before the first refinement",
        )
        TWIN = CBoolean(
            default=False,
            guiLabel="Refine as a twin",
            toolTip="Taken up only if the lattice has a twin law and the L or H test supports it",
        )
        SOURCE = CString(
            expertLevel=1,
            default="xray",
            enumerators=["xray", "electron", "neutron"],
            onlyEnumerators=True,
            menuText=["X-rays", "Electrons", "Neutrons"],
            guiLabel="Radiation",
            toolTip="Radiation of the experiment, which decides the scattering factors",
        )
        SPACEGROUP = CSpaceGroup(
            expertLevel=1,
            guiLabel="Space group",
            toolTip="Of the crystal, if model and data disagree: the same point group with other screw axes",
        )
        FREERFLAG_NUMBER = CInt(
            expertLevel=1,
            guiLabel="Value of the free flag",
            toolTip="Found by itself: 0 of 0…n−1, else the rarer of two",
        )

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile(guiLabel="Refined model (PDB)", toolTip="The final model")
        CIFFILE = CPdbDataFile(guiLabel="Refined model (mmCIF)", toolTip="The final model", fileExtensions=["cif"])
        FPHIOUT = CMapCoeffsDataFile(guiLabel="Map coefficients (2mFo-DFc)", toolTip="Of the final model")
        DIFFPHIOUT = CMapCoeffsDataFile(guiLabel="Difference map coefficients (mFo-DFc)", toolTip="Of the final model")
        ANOMFPHIOUT = CMapCoeffsDataFile(
            guiLabel="Anomalous difference map coefficients", toolTip="Made when the data have Friedel pairs"
        )
        MAPOUT = CMapDataFile(guiLabel="Map (2mFo-DFc)", toolTip="CCP4 map of the final model")
        DIFFMAPOUT = CMapDataFile(guiLabel="Difference map (mFo-DFc)", toolTip="CCP4 map of the final model")
        FREEROUT = CFreeRDataFile(guiLabel="Free-R set", toolTip="The complete set that was used")
        PERFORMANCE = CServalcatPerformance(
            guiLabel="Agreement with the data",
            toolTip="Of the last refinement; R1 values are over reflections with I > 2σ(I)",
        )
        GEOMETRY = CRefinementPerformance(guiLabel="Geometry", toolTip="R.m.s. deviations from ideal bonds and angles")
        FREESET = CFreeSetPerformance(guiLabel="Free-R set", toolTip="given, from the data file, or new")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """All that the steps would refuse, found before anything is made."""
        findings = Findings(super().validate())
        inputs, controls = self.inputData, self.controlParameters
        observations, model = observations_of(findings, inputs.F_SIGF), model_of(findings, inputs.XYZIN)
        check_crystals(findings, inputs.XYZIN, model, observations, controls.SPACEGROUP)
        if inputs.FREERFLAG.isSet():
            flags_of(findings, inputs.FREERFLAG, controls.FREERFLAG_NUMBER.value)
        else:
            check_own_flags(findings, controls.FREERFLAG_NUMBER, observations)
        check_restraints(findings, self, model, inputs.DICT_LIST)
        if path := findings.path_of(inputs.SEQIN):
            with findings.of(inputs.SEQIN):
                read_sequences(path)
        return findings

    async def run(self) -> None:
        """The steps, each a child job; what can be done side by side is."""
        await Steps(self).walk()
