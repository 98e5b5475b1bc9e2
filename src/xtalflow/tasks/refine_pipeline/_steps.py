"""The steps of the pipeline, each a child job, and what they hand on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xtalflow.data import Severity, find_all_files
from xtalflow.plugin import CPluginScript, Outcome
from xtalflow.xtal import ObsContent, count_waters, read_model

from .._files import path_of, report_selection
from ..add_waters import AddWaters, too_low
from ..freerflag import FreeRFlag
from ..french_wilson import FrenchWilson
from ..import_merged import ImportMerged
from ..import_model import ImportModel
from ..make_maps import MakeMaps
from ..servalcat_refine import ServalcatRefine
from ..validate_model import ValidateModel
from ._free_set import FreeSetOrigin
from ._stages import SECTIONS, Stage, report_cycles, report_inputs, report_stages, report_validation

if TYPE_CHECKING:
    from ._task import RefinePipeline

_PROGRESS = ("import", "refinement", "waters", "refinement with waters", "validation and maps", "done")
_INTENSITIES = (ObsContent.IPAIR, ObsContent.IMEAN)


class Steps:
    """One walk through the pipeline: the child jobs as they come about."""

    def __init__(self, pipeline: RefinePipeline) -> None:
        self.pipeline = pipeline
        self.inputs, self.controls, self.report = pipeline.inputData, pipeline.controlParameters, pipeline.report
        self.data = pipeline.child(ImportMerged)
        self.model = pipeline.child(ImportModel)
        self.flags = pipeline.child(FreeRFlag)
        self.amplitudes: FrenchWilson | None = None
        self.refinements: list[ServalcatRefine] = []
        self.waters = 0
        self.stages: list[Stage] = []
        self.with_waters = bool(self.controls.ADD_WATERS.value)
        for title in SECTIONS:
            self.report.section(title)

    async def walk(self) -> None:
        """Import → free-R set → refine → waters → refine → validate and maps."""
        await self._progress("import")
        await self._import()
        await self._progress("refinement")
        await self._refine_first()
        if self.with_waters and self._has_resolution():
            await self._progress("waters")
            await self._add_waters()
        await self._progress("validation and maps")
        validation, maps = await self._judge()
        self._take_results(maps)
        self._report(validation)
        await self._progress("done")

    async def _progress(self, text: str) -> None:
        stages = [stage for stage in _PROGRESS if self.with_waters or "waters" not in stage]
        await self.pipeline.progress(stages.index(text), len(stages) - 1, text)

    @property
    def last(self) -> ServalcatRefine:
        """The last refinement."""
        return self.refinements[-1]

    # Import and free-R set.

    async def _import(self) -> None:
        """The data first: the model takes their crystal, the free-R set their symmetry and resolution."""
        self.data.inputData.HKLIN = self.inputs.F_SIGF
        self.data.controlParameters.SPACEGROUP = self.controls.SPACEGROUP
        if not self.inputs.FREERFLAG.isSet():
            self.data.controlParameters.FREERFLAG_NUMBER = self.controls.FREERFLAG_NUMBER
        await self._step(self.data)
        observed = self.data.outputData.OBSOUT
        self.model.inputData.XYZIN, self.model.inputData.F_SIGF = self.inputs.XYZIN, observed
        self.model.controlParameters.ADOPT_SPACEGROUP = self.controls.SPACEGROUP.isSet()
        self.flags.inputData.F_SIGF = observed
        origin = self._choose_flags()
        self.flags.controlParameters.FREERFLAG_NUMBER = self.controls.FREERFLAG_NUMBER
        await self._step(self.model)
        await self._step(self.flags)
        self.pipeline.outputData.FREESET.freeSet = origin.value
        report_inputs(self.report, self.data, self.flags, origin)
        report_selection(self.report, self.inputs.XYZIN)
        self.waters = await asyncio.to_thread(lambda: count_waters(read_model(path_of(self.model.outputData.XYZOUT))))

    def _choose_flags(self) -> FreeSetOrigin:
        """The flags given, else those in the file of the data, else none, so that a new set is made."""
        if self.inputs.FREERFLAG.isSet():
            self.flags.inputData.FREERFLAG = self.inputs.FREERFLAG
            return FreeSetOrigin.GIVEN
        if self.data.outputData.FREEOUT.isSet():
            self.flags.inputData.FREERFLAG = self.data.outputData.FREEOUT
            return FreeSetOrigin.FROM_DATA
        return FreeSetOrigin.NEW

    # Refinement.

    async def _refine_first(self) -> None:
        """The first refinement, and French–Wilson beside it when the data are intensities."""
        refinement = self._refinement("Refinement")
        refinement.inputData.XYZIN = self.model.outputData.XYZOUT
        refinement.controlParameters.RANDOMIZE = self.controls.RANDOMIZE
        refinement.controlParameters.BFACTOR = self.controls.BFACTOR
        async with asyncio.TaskGroup() as group:
            group.create_task(self._refine(refinement))
            if self.data.outputData.OBSOUT.contentFlag.value in _INTENSITIES:
                group.create_task(self._convert_intensities())
            else:
                self.report.section("Data").text("The data are amplitudes; French–Wilson is left out.")
        self._add_stage(self._start, 0)
        self._add_stage("Refined", -1)

    @property
    def _start(self) -> str:
        """What the model is before the first cycle."""
        if self.controls.RANDOMIZE.value:
            return "Shaken"
        return "B factors reset" if self.controls.BFACTOR.isSet() else "As given"

    async def _convert_intensities(self) -> None:
        amplitudes = self.pipeline.child(FrenchWilson)
        amplitudes.inputData.F_SIGF = self.data.outputData.OBSOUT
        if await self._attempt(amplitudes):
            self.amplitudes = amplitudes

    async def _attempt(self, child: CPluginScript) -> bool:
        """Execute a child job whose failure leaves the refined model as good as it is; then it is only said."""
        succeeded = await child.execute() is Outcome.SUCCEEDED
        if not succeeded:
            self._warn(f"{child.title} {child.outcome}: {child.errors.reason}")
        self._pass_on(child)
        return succeeded

    async def _step(self, child: CPluginScript) -> None:
        """Execute a child job without which there is no result."""
        await self.pipeline.step(child)
        self._pass_on(child)

    def _pass_on(self, child: CPluginScript) -> None:
        """What a child job warns of is said by the pipeline, too."""
        for row in child.errors:
            if row.severity < Severity.ERROR:
                self._warn(f"{child.title}: {row.message}")

    def _refinement(self, title: str) -> ServalcatRefine:
        """A refinement with what all of this pipeline have in common."""
        refinement, controls = self.pipeline.child(ServalcatRefine, title=title), self.controls
        refinement.inputData.F_SIGF = self.data.outputData.OBSOUT
        refinement.inputData.FREERFLAG = self.flags.outputData.FREEROUT
        refinement.inputData.DICT_LIST = self.inputs.DICT_LIST
        for name in ("NCYCLES", "SOURCE", "TWIN"):
            refinement.controlParameters[name].set(controls[name])
        return refinement

    async def _refine(self, refinement: ServalcatRefine) -> None:
        await self._step(refinement)
        self.refinements.append(refinement)

    def _add_stage(self, title: str, cycle: int) -> None:
        if self.last.cycles:
            self.stages.append(Stage(title=title, statistics=self.last.cycles[cycle], waters=self.waters))

    # Waters.

    def _has_resolution(self) -> bool:
        d_min = float(self.data.outputData.PERFORMANCE.highResLimit)
        limit = float(AddWaters().controlParameters.RESOLUTION_LIMIT)
        if d_min <= limit:
            return True
        self.report.section("Waters").text(f"{too_low(d_min, limit)} The second refinement is left out, too.")
        return False

    async def _add_waters(self) -> None:
        """Waters and a second refinement; without a new water the first was the last."""
        adding = self.pipeline.child(AddWaters)
        adding.inputData.XYZIN = self.last.outputData.CIFFILE
        adding.inputData.DIFFPHIIN = self.last.outputData.DIFFPHIOUT
        await self._step(adding)
        figures, section = adding.outputData.PERFORMANCE, self.report.section("Waters")
        if not figures.nWatersAdded.value:
            section.text("No water was found, so there is no second refinement.")
            return
        section.text(f"{figures.nWatersAdded} waters were added; the model has {figures.nWaters} of them.")
        self.waters = int(figures.nWaters)
        await self._progress("refinement with waters")
        refinement = self._refinement("Refinement with waters")
        refinement.inputData.XYZIN = adding.outputData.XYZOUT
        await self._refine(refinement)
        self._add_stage("Refined with waters", -1)

    # Validation, maps, results.

    async def _judge(self) -> tuple[ValidateModel, MakeMaps]:
        """Validation and maps of the last model, side by side."""
        validation, maps = self.pipeline.child(ValidateModel), self.pipeline.child(MakeMaps)
        given, made = validation.inputData, self.last.outputData
        given.XYZIN, given.DIFFPHIIN = made.CIFFILE, made.DIFFPHIOUT
        given.F_SIGF = self.amplitudes.outputData.FSIGFOUT if self.amplitudes else self.data.outputData.OBSOUT
        given.DICT_LIST, given.SEQIN = self.inputs.DICT_LIST, self.inputs.SEQIN
        if self.amplitudes:
            validation.controlParameters.WILSON_B = self.amplitudes.outputData.PERFORMANCE.wilsonB
        maps.inputData.FPHIIN, maps.inputData.DIFFPHIIN = made.FPHIOUT, made.DIFFPHIOUT
        maps.inputData.XYZIN = made.CIFFILE
        async with asyncio.TaskGroup() as group:
            group.create_task(self._attempt(validation))
            group.create_task(self._attempt(maps))
        return validation, maps

    def _take_results(self, maps: MakeMaps) -> None:
        """The files and figures of the last steps are the pipeline's own."""
        outputs = self.pipeline.outputData
        for name in ("XYZOUT", "CIFFILE", "FPHIOUT", "DIFFPHIOUT", "ANOMFPHIOUT", "PERFORMANCE", "GEOMETRY"):
            outputs[name].set(self.last.outputData[name])
        outputs.MAPOUT, outputs.DIFFMAPOUT = maps.outputData.MAPOUT, maps.outputData.DIFFMAPOUT
        outputs.FREEROUT = self.flags.outputData.FREEROUT

    def _report(self, validation: ValidateModel) -> None:
        report_stages(self.report, self.stages)
        report_cycles(self.report, [refinement.cycles for refinement in self.refinements if refinement.cycles])
        report_validation(self.report, validation)
        outputs = self.pipeline.outputData
        made = [file for file in find_all_files(outputs) if file.isSet()]
        self.report.section("Files").files({str(file.qualifier("guiLabel")): file.name for file in made})

    def _warn(self, sentence: str) -> None:
        self.pipeline.warn(sentence, section=self.report.section("Remarks"))
