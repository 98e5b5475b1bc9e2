"""The stages of a pipeline, and the report that reads like the table of a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xtalflow.data import CFloat, CInt
from xtalflow.plugin import Fixed, Report, Series, Value

from ..freerflag import FreeRFlag
from ..import_merged import ImportMerged
from ..servalcat_refine import CycleStatistics
from ..validate_model import ValidateModel
from ._free_set import FreeSetOrigin

SECTIONS = ("Refinement", "Data", "Free-R set")
"""What the report begins with, in this order, though the first is filled last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A model at a point of the pipeline, with its figures and number of waters."""

    title: str
    statistics: CycleStatistics
    waters: int


def report_stages(report: Report, stages: Sequence[Stage]) -> None:
    """One row for each stage."""
    if not stages:
        return
    section, last = report.section("Refinement"), stages[-1].statistics
    name = "R1" if last.on_intensities else "R"
    cc = "CCI" if last.on_intensities else "CCF"
    if last.on_intensities:
        section.text(
            "Refined against intensities: R1 values are over reflections with I > 2σ(I), CCI is of intensities."
        )
    columns = [
        "Stage",
        f"{name}work",
        f"{name}free",
        f"{cc}work",
        f"{cc}free",
        "R.m.s. bonds (Å)",
        "R.m.s. angles (°)",
        "Waters",
    ]
    section.table("Stages", columns, [_row(stage) for stage in stages])


def _row(stage: Stage) -> list[Value]:
    statistics = stage.statistics
    figures = [statistics.figure(quantity, part) for quantity in ("R", "CC") for part in ("work", "free")]
    return [
        stage.title,
        *(Fixed(figure, 4) for figure in figures),
        Fixed(statistics.rms_bond, 4),
        Fixed(statistics.rms_angle, 2),
        stage.waters,
    ]


def report_cycles(report: Report, refinements: Sequence[Sequence[CycleStatistics]]) -> None:
    """R of all cycles of all refinements, one after the other."""
    x: list[float] = []
    values: dict[str, list[float | None]] = {"work": [], "free": []}
    for statistics in (one for cycles in refinements for one in cycles):
        x.append(len(x))
        for part, y in values.items():
            y.append(statistics.figure("R", part))
    if x:
        name = "R1" if refinements[-1][-1].on_intensities else "R"
        lines = [Series(name=f"{name}{part}", x=x, y=y) for part, y in values.items()]
        report.section("Refinement").plot("R factors over all cycles", "Cycle (each start included)", name, lines)


def report_inputs(report: Report, data: ImportMerged, flags: FreeRFlag, origin: FreeSetOrigin) -> None:
    """What the data are, and which free-R set is used."""
    crystal = data.outputData.PERFORMANCE
    report.section("Data").figures(
        {
            "Observations": str(data.outputData.OBSOUT.annotation),
            "Space group": crystal.spaceGroup.value,
            "Resolution": Fixed(float(crystal.highResLimit), 2),
        },
        {"Resolution": "Å, the limit of the data"},
    )
    section, figures = report.section("Free-R set"), flags.outputData.PERFORMANCE
    section.text(origin.sentence)
    section.figures(
        {
            "Free": figures.nFree.value,
            "Free fraction": Fixed(float(figures.percentFree), 2),
            "Free value": figures.freeFlag.value,
            "Flags added": figures.nAdded.value,
        },
        {"Free": f"of {figures.nReflections} possible reflections", "Free fraction": "%"},
    )


def report_validation(report: Report, validation: ValidateModel) -> None:
    """The figures of the validation; those that are not there are left out."""
    quality = validation.outputData.PERFORMANCE
    threshold = float(validation.controlParameters.SIGMA)
    figures: dict[str, tuple[CFloat | CInt, str]] = {
        "Ramachandran favoured": (quality.ramaFavoured, "%"),
        "Ramachandran outliers": (quality.ramaOutliers, "%"),
        "Clash score (heavy atoms)": (
            quality.clashscore,
            "per 1000 atoms; without hydrogens, so lower than MolProbity's",
        ),
        "Mean B": (quality.meanB, "Å²"),
        "Difference peaks": (quality.nPeaks, f"peaks and holes of mFo-DFc beyond {threshold:g} σ"),
    }
    known: dict[str, Value] = {
        name: int(value) if isinstance(value, CInt) else Fixed(float(value), 2)
        for name, (value, _) in figures.items()
        if value.isSet()
    }
    if known:
        report.section("Validation").figures(known, {name: note for name, (_, note) in figures.items()})
