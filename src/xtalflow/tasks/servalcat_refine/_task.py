"""The task `servalcat_refine`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from xtalflow.data import CBoolean, CContainer, CFloat, CInt, CList, CString, Finding, find_all_files
from xtalflow.plugin import Command, CPluginScript, PurgeCode
from xtalflow.xtal import (
    CDictDataFile,
    CFreeRDataFile,
    CMapCoeffsDataFile,
    CObsDataFile,
    CPdbDataFile,
    CRefinementPerformance,
    CServalcatPerformance,
    join_flags,
    read_model,
    residue_names,
    twinning_tests,
)

from .._checks import (
    check_crystals,
    check_restraints,
    dictionary_paths,
    flags_of,
    model_of,
    observations_of,
    read_flags,
)
from .._files import fits_pdb, model_for_servalcat, path_of, report_selection
from .._findings import Findings
from .._observations import read_observations
from .._twin_report import report_twin_tests
from . import _report
from ._cycles import CycleFigures, CycleReader
from ._input import PREFIX, RefinementInput, write_reflections
from ._output import take_maps, take_models
from ._statistics import CycleStatistics, read_statistics


class ServalcatRefine(CPluginScript):
    """Refine a model against merged intensities or amplitudes with servalcat.

    Intensities are refined against as intensities; anomalous pairs are merged by servalcat and kept for the anomalous
    map. R1 values of such a refinement are over reflections with I > 2σ(I).

    References
    ----------
    Yamashita, Wojdyr, Long, Nicholls & Murshudov, Acta Cryst. D79 (2023) 368–373.
    """

    TASKNAME, TASKTITLE, TASKVERSION = "servalcat_refine", "Refinement with servalcat", "1.0"
    CATEGORY = "refinement"
    PROGRAMS = ("servalcat",)
    PURGESEARCHLIST = (
        ("reflections.mtz", PurgeCode.SCRATCH),
        ("refined_stats.json", PurgeCode.REDUNDANT_AFTER_REPORT),
        ("refined*", PurgeCode.SCRATCH_DIAGNOSTIC),
    )

    class Inputs(CContainer):
        F_SIGF = CObsDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            guiLabel="Reflections",
            toolTip="Merged intensities or amplitudes",
        )
        FREERFLAG = CFreeRDataFile(
            fromPreviousJob=True,
            mustExist=True,
            sameCrystalAs="F_SIGF",
            sameCrystalLevel=1,
            guiLabel="Free-R set",
            toolTip="Flags of all these reflections; without them all are refined against and there is no R free",
        )
        XYZIN = CPdbDataFile(
            fromPreviousJob=True,
            allowUndefined=False,
            mustExist=True,
            ifAtomSelection=True,
            guiLabel="Model",
            toolTip="Model to refine",
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

    class Controls(CContainer):
        NCYCLES = CInt(default=10, min=0, max=1000, guiLabel="Cycles", toolTip="Number of cycles of refinement")
        SOURCE = CString(
            expertLevel=1,
            default="xray",
            enumerators=["xray", "electron", "neutron"],
            onlyEnumerators=True,
            menuText=["X-rays", "Electrons", "Neutrons"],
            guiLabel="Radiation",
            toolTip="Radiation of the experiment, which decides the scattering factors",
        )
        RANDOMIZE = CFloat(
            min=0.0, max=5.0, guiLabel="Shake (Å)", toolTip="Move the atoms at random by this r.m.s. distance first"
        )
        BFACTOR = CFloat(
            min=0.1, max=1000.0, guiLabel="Reset B (Å²)", toolTip="Set the B factors of all atoms to this value first"
        )
        UNRESTRAINED = CBoolean(
            default=False,
            guiLabel="Without restraints",
            toolTip="Use no restraints; needs no library, and high resolution",
        )
        TWIN = CBoolean(
            default=False,
            guiLabel="Refine as a twin",
            toolTip="Taken up only if the lattice has a twin law and the L or H test supports it",
        )
        FREERFLAG_NUMBER = CInt(
            expertLevel=1,
            guiLabel="Value of the free flag",
            toolTip="Found by itself: 0 of 0…n−1, else the rarer of two",
        )
        WEIGHT = CFloat(
            expertLevel=1,
            min=0.0,
            guiLabel="Weight",
            toolTip="Weight of the data against the restraints; found by itself if not given",
        )

    class Outputs(CContainer):
        XYZOUT = CPdbDataFile(
            guiLabel="Refined model (PDB)", toolTip="Refined model; not there if it is too big for PDB"
        )
        CIFFILE = CPdbDataFile(
            guiLabel="Refined model (mmCIF)",
            toolTip="Refined model with all that PDB cannot hold",
            fileExtensions=["cif"],
        )
        FPHIOUT = CMapCoeffsDataFile(guiLabel="Map coefficients (2mFo-DFc)", toolTip="Missing terms filled in with DFc")
        DIFFPHIOUT = CMapCoeffsDataFile(guiLabel="Difference map coefficients (mFo-DFc)", toolTip="Difference map")
        ANOMFPHIOUT = CMapCoeffsDataFile(
            guiLabel="Anomalous difference map coefficients", toolTip="Made when the data have Friedel pairs"
        )
        PERFORMANCE = CServalcatPerformance(
            guiLabel="Agreement with the data", toolTip="R1 values are over reflections with I > 2σ(I)"
        )
        GEOMETRY = CRefinementPerformance(guiLabel="Geometry", toolTip="R.m.s. deviations from ideal bonds and angles")

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    cycles: tuple[CycleStatistics, ...] = ()
    """Statistics of all cycles, once refined; the first is of the model as given."""

    def validate(self) -> list[Finding]:
        """Also: model, data, flags and dictionaries must go together, and every reflection needs a flag."""
        findings = Findings(super().validate())
        inputs, controls = self.inputData, self.controlParameters
        observations = observations_of(findings, inputs.F_SIGF)
        model = model_of(findings, inputs.XYZIN)
        check_crystals(findings, inputs.XYZIN, model, observations)
        if not controls.UNRESTRAINED.value:
            check_restraints(findings, self, model, inputs.DICT_LIST)
        flags = flags_of(findings, inputs.FREERFLAG, controls.FREERFLAG_NUMBER.value)
        if observations is not None and flags is not None:
            data = join_flags(observations.mtz, observations.group, flags)
            if data.unflagged:
                findings.add(
                    inputs.FREERFLAG,
                    f"{path_of(inputs.FREERFLAG).name}: {data.unflagged} of {data.usable} reflections have no free "
                    "flag; complete the set with the task freerflag",
                )
        return findings

    async def run(self) -> None:
        """Refine, telling of each cycle, and take what comes out."""
        given, arguments = await asyncio.to_thread(self._prepare_input)
        figures: asyncio.Queue[CycleFigures | None] = asyncio.Queue()
        reader = CycleReader(figures.put_nowait)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell(figures))
            await self.run_command(Command("servalcat", arguments, on_line=reader.read))
            figures.put_nowait(None)
        await asyncio.to_thread(self._take_results, given)

    def recall(self) -> None:
        """The statistics of the cycles."""
        self.cycles = tuple(read_statistics(self.work_directory / f"{PREFIX}_stats.json"))

    def monomers(self) -> Collection[str]:
        """Those of the model, unless it is refined without restraints."""
        return () if self.controlParameters.UNRESTRAINED.value else residue_names(self.inputData.XYZIN.selected())

    async def _tell(self, figures: asyncio.Queue[CycleFigures | None]) -> None:
        """Pass on the figures of each cycle as they come."""
        total = max(int(self.controlParameters.NCYCLES), 1)
        while (cycle := await figures.get()) is not None:
            await self.report_kpis(cycle=cycle.cycle, **cycle.values)
            await self.progress(cycle.cycle, total, cycle.sentence)

    def _prepare_input(self) -> tuple[RefinementInput, list[str]]:
        inputs, controls = self.inputData, self.controlParameters
        observations = read_observations(inputs.F_SIGF)
        flags = None
        if inputs.FREERFLAG.isSet():
            flags = read_flags(inputs.FREERFLAG, controls.FREERFLAG_NUMBER.value)
        else:
            self._say("No free set is given: all reflections are refined against, and there is no R free.")
        given = write_reflections(observations, flags, self.work_directory)
        _report.report_data(self.report, given)
        report_selection(self.report, inputs.XYZIN)
        words = [
            "refine_xtal_norefmac",
            *given.arguments,
            "--model",
            str(model_for_servalcat(inputs.XYZIN, self.work_directory)),
        ]
        words += ["--source", str(controls.SOURCE), "--ncycle", str(controls.NCYCLES), "--output_prefix", PREFIX]
        if controls.UNRESTRAINED.value:
            words += ["--unrestrained"]
            self._say("Refined without restraints: R free and the geometry must be watched.")
        else:
            words += ["--monlib", str(self.monomer_library().absolute())]
        for option, value in (
            ("--randomize", controls.RANDOMIZE.value),
            ("--bfactor", controls.BFACTOR.value),
            ("--weight", controls.WEIGHT.value),
        ):
            if value is not None:
                words += [option, str(value)]
        if controls.TWIN.value and self._is_twinned(given):
            words += ["--twin"]
        if dictionaries := dictionary_paths(inputs.DICT_LIST):
            words += ["--ligand", *map(str, dictionaries)]
        return given, words

    def _is_twinned(self, given: RefinementInput) -> bool:
        tests = twinning_tests(given.observations.mtz, given.observations.group)
        report_twin_tests(self.report.section("Twinning"), tests)
        if not tests.supported:
            self._say(f"Refined untwinned although TWIN was asked for. {tests.sentence}")
        return tests.supported

    def _take_results(self, given: RefinementInput) -> None:
        folder = self.work_directory
        self.cycles = tuple(read_statistics(folder / f"{PREFIX}_stats.json"))
        outputs = self.outputData
        if not take_models(folder, outputs.XYZOUT, outputs.CIFFILE):
            self._say("The model is too big for the PDB format; it is in the mmCIF file (CIFFILE) only.")
        elif not fits_pdb(read_model(path_of(outputs.CIFFILE))):
            self._say(
                "Names of chains are cut short in the PDB file (XYZOUT); the mmCIF file (CIFFILE) has them whole."
            )
        has_pairs = take_maps(folder, outputs.FPHIOUT, outputs.DIFFPHIOUT, outputs.ANOMFPHIOUT)
        if given.observations.are_pairs and not has_pairs:
            self._say("servalcat gave no anomalous map coefficients although the data have Friedel pairs.")
        self._take_indicators()
        self._compare_reflections(given)
        first, last = self.cycles[0], self.cycles[-1]
        _report.report_result(self.report, first, last)
        _report.report_cycles(self.report, self.cycles)
        _report.report_shells(self.report, last)
        _report.report_geometry(self.report, last)
        _report.report_twin(self.report, last)
        made = [file for file in find_all_files(outputs) if file.isSet()]
        self.report.section("Files").files({str(file.qualifier("guiLabel")): file.name for file in made})

    def _take_indicators(self) -> None:
        last, performance = self.cycles[-1], self.outputData.PERFORMANCE
        performance.update(last.indicators)
        if last.rms_bond is not None:
            self.outputData.GEOMETRY.RMSBond = last.rms_bond
        if last.rms_angle is not None:
            self.outputData.GEOMETRY.RMSAngle = last.rms_angle

    def _compare_reflections(self, given: RefinementInput) -> None:
        """Servalcat cuts data without an error in some cases; never let that pass."""
        used, last = self.cycles[-1].n_observed, self.cycles[-1]
        if used < given.data.usable:
            end = f", to {last.shells[-1].d_min:.2f} Å" if last.shells else ""
            self._say(
                f"servalcat used {used} of {given.data.usable} reflections{end}; "
                f"the data given end at {given.data.d_min:.2f} Å."
            )

    def _say(self, sentence: str) -> None:
        self.warn(sentence, section=self.report.section("Remarks"))
