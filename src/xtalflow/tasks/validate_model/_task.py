"""The task `validate_model`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from xtalflow.data import CContainer, CFloat, CList, Finding
from xtalflow.errors import NotEquipped
from xtalflow.plugin import Command, CPluginScript, PurgeCode
from xtalflow.xtal import (
    CDictDataFile,
    CMapCoeffsDataFile,
    CObsDataFile,
    CPdbDataFile,
    CSeqDataFile,
    CValidationPerformance,
    RamaVerdict,
    b_factor_summary,
    clashes,
    compare_sequences,
    difference_peaks,
    missing_dictionaries,
    ramachandran,
    read_density_map,
    read_sequences,
    residue_names,
    wilson_plot,
)

from .._checks import check_same_crystal, dictionary_paths, model_of, observations_of
from .._files import model_for_servalcat, path_of, report_selection
from .._findings import Findings
from .._observations import read_observations
from . import _report
from ._geometry import read_geometry

PREFIX = "geometry"


class ValidateModel(CPluginScript):
    """Judge a model by its geometry, Ramachandran plot, clashes, B factors, difference map and sequence.

    What is not given is left out: without a difference map there are no peaks, without a monomer library no restraints.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "validate_model", "Validate model", "1.0"
    CATEGORY = "validation"
    PROGRAMS = ("servalcat",)
    PURGESEARCHLIST = (("geometry_*.json", PurgeCode.REDUNDANT_AFTER_REPORT),)

    class Inputs(CContainer):
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Model to judge",
        )
        F_SIGF = CObsDataFile(
            fromPreviousJob=True, mustExist=True, guiLabel="Reflections", toolTip="Data, for the Wilson plot"
        )
        DIFFPHIIN = CMapCoeffsDataFile(
            fromPreviousJob=True,
            mustExist=True,
            requiredSubType=[2, 0],
            guiLabel="Difference map",
            toolTip="mFo-DFc coefficients of this model, for peaks and holes",
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
        SEQIN = CSeqDataFile(mustExist=True, guiLabel="Sequence", toolTip="What the polymers should be (FASTA or PIR)")

    class Controls(CContainer):
        SIGMA = CFloat(
            default=5.0, min=2.0, max=20.0, guiLabel="Difference peaks from (σ)", toolTip="Lower ones are not listed"
        )
        WILSON_B = CFloat(
            guiLabel="Wilson B (Å²)", toolTip="Of the data, for comparison; estimated from the reflections if not given"
        )

    class Outputs(CContainer):
        PERFORMANCE = CValidationPerformance(
            guiLabel="Quality",
            toolTip="Ramachandran in %, clashes of heavy atoms per 1000, mean B in Å², difference peaks",
        )

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def validate(self) -> list[Finding]:
        """Also: model, data and sequence must be readable, and data and map of the crystal of the model."""
        findings, inputs = Findings(super().validate()), self.inputData
        model = model_of(findings, inputs.XYZIN)
        observations_of(findings, inputs.F_SIGF)
        for reflections in (inputs.F_SIGF, inputs.DIFFPHIIN):
            check_same_crystal(findings, reflections, model)
        if path := findings.path_of(inputs.SEQIN):
            with findings.of(inputs.SEQIN):
                read_sequences(path)
        return findings

    async def run(self) -> None:
        """Let servalcat judge the geometry while the rest is looked at here."""
        for title in _report.SECTIONS:
            self.report.section(title)
        report_selection(self.report, self.inputData.XYZIN)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._judge_geometry())
            group.create_task(asyncio.to_thread(self._judge_model))

    def monomers(self) -> Collection[str]:
        """Those of the model."""
        return residue_names(self.inputData.XYZIN.selected())

    async def _judge_geometry(self) -> None:
        section = self.report.section("Geometry")
        try:
            library = self.monomer_library()
            missing = await asyncio.to_thread(self._missing)
        except NotEquipped as exc:
            section.text(f"Restraints were not looked at: {exc}")
            return
        if missing:
            section.warning(f"Restraints were not looked at: there is no dictionary for {', '.join(missing)}.")
            return
        model = await asyncio.to_thread(model_for_servalcat, self.inputData.XYZIN, self.work_directory)
        arguments = ["util", "geom", str(model), "--monlib", str(library.absolute())]
        if dictionaries := dictionary_paths(self.inputData.DICT_LIST):
            arguments += ["--ligand", *map(str, dictionaries)]
        await self.run_command(Command("servalcat", [*arguments, "--output_prefix", PREFIX]))
        prefix = self.work_directory / PREFIX
        geometry = await asyncio.to_thread(read_geometry, prefix)
        prefix.with_suffix(".log").unlink(missing_ok=True)  # the same as our log of the program
        _report.report_geometry(self.report, geometry)

    def _missing(self) -> list[str]:
        structure = self.inputData.XYZIN.selected()
        return missing_dictionaries(structure, self.monomer_library(), dictionary_paths(self.inputData.DICT_LIST))

    def _judge_model(self) -> None:
        inputs, performance = self.inputData, self.outputData.PERFORMANCE
        structure = inputs.XYZIN.selected()
        plot = ramachandran(structure)
        performance.ramaFavoured = plot.percent(RamaVerdict.FAVOURED)
        performance.ramaAllowed = plot.percent(RamaVerdict.ALLOWED)
        performance.ramaOutliers = plot.percent(RamaVerdict.OUTLIER)
        _report.report_ramachandran(self.report, plot)
        found = clashes(structure)
        performance.clashscore = found.score
        _report.report_clashes(self.report, found)
        summary = b_factor_summary(structure)
        performance.meanB = summary.mean
        _report.report_b_factors(self.report, summary, self._wilson_b())
        if inputs.DIFFPHIIN.isSet():
            threshold = float(self.controlParameters.SIGMA)
            density = read_density_map(path_of(inputs.DIFFPHIIN), inputs.DIFFPHIIN.columnLabels.value or "")
            peaks = difference_peaks(structure, density, threshold=threshold)
            performance.nPeaks = len(peaks)
            _report.report_peaks(self.report, peaks, threshold)
        if inputs.SEQIN.isSet():
            _report.report_sequence(self.report, compare_sequences(structure, read_sequences(path_of(inputs.SEQIN))))

    def _wilson_b(self) -> float | None:
        """The Wilson B as given, else from the data; with the plot of the data in the report."""
        plot = None
        if self.inputData.F_SIGF.isSet():
            observations = read_observations(self.inputData.F_SIGF)
            plot = wilson_plot(observations.mtz, observations.group)
        if plot is not None:
            _report.report_data(self.report, plot)
        given = self.controlParameters.WILSON_B.value
        return given if given is not None else plot.b if plot is not None else None
