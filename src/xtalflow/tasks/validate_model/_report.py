"""What the report of a validation shows."""

from __future__ import annotations

from xtalflow.plugin import Fixed, Report, Series, Value
from xtalflow.xtal import (
    BFactorSummary,
    ClashReport,
    NearPeak,
    Ramachandran,
    RamaVerdict,
    SequenceComparison,
    WilsonPlot,
)

from ._geometry import Geometry

SECTIONS = ("Ramachandran", "Geometry", "Clashes", "B factors")
"""Those that every report has, in this order, whichever is ready first."""
LONGEST_TABLE = 50
"""Rows shown of a list that may be long; the number of all is told."""


def report_geometry(report: Report, geometry: Geometry) -> None:
    """Restraint classes and the restraints that are broken."""
    section = report.section("Geometry")
    rows: list[list[Value]] = [
        [one.name, one.number, Fixed(one.rms_deviation, 4), Fixed(one.rms_z, 3), Fixed(one.mean_sigma, 4)]
        for one in geometry.classes
    ]
    section.table("Restraints (servalcat)", ["Restraint", "Number", "R.m.s. deviation", "R.m.s. Z", "Mean σ"], rows)
    if not geometry.outliers:
        section.text("No restraint is broken by 5 σ or more.")
        return
    section.text(f"{len(geometry.outliers)} restraints are broken by 5 σ or more; the worst are listed.")
    section.table(
        "Outliers",
        ["Restraint", "Atoms", "Value", "Ideal", "Z"],
        [
            [one.kind, one.atoms, Fixed(one.value, 3), Fixed(one.ideal, 3), Fixed(one.z, 1)]
            for one in geometry.outliers[:LONGEST_TABLE]
        ],
    )


def report_ramachandran(report: Report, plot: Ramachandran) -> None:
    """Shares of favoured, allowed and outlying residues, the plot, and the outliers."""
    section = report.section("Ramachandran")
    if not plot.residues:
        section.text("No residue of a protein has both φ and ψ.")
        return
    section.figures(
        {verdict.value.capitalize(): _share(plot, verdict) for verdict in RamaVerdict},
        {verdict.value.capitalize(): f"% of {len(plot.residues)} residues" for verdict in RamaVerdict},
    )
    section.text(f"Judged by {plot.method}.")
    series = [
        Series(
            name=verdict.value,
            x=[round(residue.phi, 1) for residue in plot.residues if residue.verdict is verdict],
            y=[round(residue.psi, 1) for residue in plot.residues if residue.verdict is verdict],
        )
        for verdict in RamaVerdict
        if plot.count(verdict)
    ]
    section.plot("Ramachandran plot (points)", "φ (°)", "ψ (°)", series)
    if plot.outliers:
        section.table(
            "Outliers",
            ["Chain", "Residue", "φ (°)", "ψ (°)", "Kind"],
            [[one.chain, one.residue, Fixed(one.phi, 1), Fixed(one.psi, 1), one.kind.value] for one in plot.outliers],
        )


def _share(plot: Ramachandran, verdict: RamaVerdict) -> Fixed:
    return Fixed(plot.percent(verdict), 2)


def report_clashes(report: Report, found: ClashReport) -> None:
    """The clash score, named as what it is, and the worst pairs."""
    section = report.section("Clashes")
    section.figures(
        {"Clash score (heavy atoms)": Fixed(found.score, 2)},
        {
            "Clash score (heavy atoms)": f"{len(found.clashes)} overlaps of 0.4 Å or more per {found.atoms} atoms, "
            "× 1000; without hydrogens, so lower than MolProbity's"
        },
    )
    if found.clashes:
        section.table(
            "Worst clashes",
            ["Atom", "Atom", "Distance (Å)", "Overlap (Å)", "Between symmetry mates"],
            [
                [one.first, one.second, Fixed(one.distance, 2), Fixed(one.overlap, 2), "yes" if one.symmetry else "no"]
                for one in found.clashes[:LONGEST_TABLE]
            ],
        )


def report_b_factors(report: Report, summary: BFactorSummary, wilson_b: float | None) -> None:
    """B factors by chain and kind, beside the Wilson B, and what stands out."""
    section = report.section("B factors")
    figures = {"Mean B": Fixed(summary.mean, 2)}
    notes = {"Mean B": "Å², all atoms but hydrogens"}
    if wilson_b is not None:
        figures["Wilson B"] = Fixed(wilson_b, 2)
        notes["Wilson B"] = "Å², of the data; a mean B far from it hints at a wrong model, scale or weight"
    section.figures(figures, notes)
    section.table(
        "By chain and kind",
        ["Chain", "Kind", "Atoms", "Mean (Å²)", "Least (Å²)", "Greatest (Å²)"],
        [
            [one.chain, one.kind, one.atoms, Fixed(one.mean, 1), Fixed(one.least, 1), Fixed(one.greatest, 1)]
            for one in summary.groups
        ],
    )
    if summary.outliers:
        section.table(
            "Residues that stand out",
            ["Residue", "Mean B (Å²)", "Z"],
            [[one.residue, Fixed(one.mean, 1), Fixed(one.z, 1)] for one in summary.outliers[:LONGEST_TABLE]],
        )
    for number, what in (
        (summary.not_positive, "have a B factor of zero or less"),
        (summary.unoccupied, "have an occupancy of zero or less"),
        (summary.overfull, "have an occupancy above one"),
    ):
        if number:
            section.warning(f"{number} atoms {what}.")


def report_peaks(report: Report, peaks: list[NearPeak], threshold: float) -> None:
    """Peaks and holes of the difference map, with the atom nearest to each."""
    section = report.section("Difference peaks")
    if not peaks:
        section.text(f"mFo-DFc has no peak or hole beyond {threshold:g} σ.")
        return
    positive = sum(1 for peak in peaks if peak.height > 0)
    section.text(f"Peaks of mFo-DFc beyond {threshold:g} σ: {positive}; holes: {len(peaks) - positive}.")
    section.table(
        "Highest peaks and deepest holes",
        ["Height (σ)", "Nearest atom", "Distance (Å)", "x (Å)", "y (Å)", "z (Å)"],
        [
            [
                Fixed(one.height, 2),
                one.atom or "none within 8 Å",
                Fixed(one.distance if one.atom else None, 2),
                *(Fixed(coordinate, 2) for coordinate in one.position),
            ]
            for one in peaks[:LONGEST_TABLE]
        ],
    )


def report_sequence(report: Report, comparisons: list[SequenceComparison]) -> None:
    """How the polymers of the model agree with the sequences given."""
    section = report.section("Sequence")
    section.table(
        "Chains and sequences",
        ["Chain", "Sequence", "Residues in the model", "Residues in the sequence", "Agreeing", "Without a model"],
        [
            [
                one.chain,
                one.sequence or "none fits",
                one.residues,
                one.length,
                one.matches,
                ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in one.gaps),
            ]
            for one in comparisons
        ],
    )
    strangers = [one.chain for one in comparisons if not one.sequence]
    if strangers:
        section.warning(f"None of the sequences fits chain {', '.join(strangers)} of the model.")
    mismatches = [mismatch for one in comparisons for mismatch in one.mismatches]
    if mismatches:
        section.warning(f"{len(mismatches)} residues of the model are not those of the sequence.")
        section.table(
            "Disagreements",
            ["Residue", "In the model", "In the sequence", "Position"],
            [[one.residue, one.found, one.expected or "insertion", one.position] for one in mismatches[:LONGEST_TABLE]],
        )


def report_data(report: Report, plot: WilsonPlot) -> None:
    """The Wilson plot of the data."""
    report.section("Data").plot(
        "Wilson plot", "1/d² (Å⁻²)", "ln(⟨I/ε⟩/Σf²)", [Series(name="data", x=plot.one_over_d2, y=plot.logarithm)]
    )
