"""What the report of a refinement shows."""

from __future__ import annotations

from collections.abc import Sequence

from xtalflow.plugin import Fixed, Report, Series, Value

from ._input import RefinementInput
from ._statistics import CycleStatistics

CUTOFF_NOTE = "over reflections with I > 2σ(I)"
_DIGITS = {"n_obs": 0, "n_free": 0, "Cmpl": 1}
"""Decimal places of a shell's figures; R and CC have four."""


def r_name(statistics: CycleStatistics, part: str) -> str:
    """``R1work`` of a refinement against intensities, ``Rwork`` against amplitudes; no part without a free set."""
    return f"{'R1' if statistics.on_intensities else 'R'}{part}"


def cc_name(statistics: CycleStatistics, part: str) -> str:
    """``CCIwork`` or ``CCFwork``: the correlation of intensities or of amplitudes."""
    return f"{'CCI' if statistics.on_intensities else 'CCF'}{part}"


def report_data(report: Report, given: RefinementInput) -> None:
    """What is refined against, and how much of it is free."""
    data, section = given.data, report.section("Data")
    kind = "intensities" if given.observations.are_intensities else "amplitudes"
    section.text(f"Refined against {kind}: {given.observations.name}.")
    figures: dict[str, int | str] = {
        "Reflections": data.usable,
        "Resolution": f"{data.d_max:.2f}–{data.d_min:.2f} Å",
    }
    left_out = f"{data.absences} systematic absences and {data.unusable} without a usable value are left out"
    notes = {"Reflections": left_out}
    if given.flags is not None:
        figures["Free reflections"] = data.free
        share = 100 * data.free / max(data.usable, 1)
        notes["Free reflections"] = f"{share:.2f} %, those with the flag {given.flags.free_value}"
    section.figures(figures, notes)


def report_result(report: Report, first: CycleStatistics, last: CycleStatistics) -> None:
    """Key figures before and after."""
    parts = ("work", "free") if last.has_free_set else ("",)
    figures: dict[str, Value] = {}
    notes: dict[str, str] = {}
    for part in parts:
        name = r_name(last, part)
        figures[name] = Fixed(last.figure("R", part), 4)
        before = first.figure("R", part)
        start = f"{before:.4f} at the start" if before is not None else ""
        notes[name] = "; ".join(note for note in (CUTOFF_NOTE if last.on_intensities else "", start) if note)
    for part in parts:
        name = cc_name(last, part)
        figures[name] = Fixed(last.figure("CC", part), 4)
        observed = "intensities" if last.on_intensities else "amplitudes"
        notes[name] = f"correlation of observed and calculated {observed}, mean of shells"
    if last.rms_bond is not None:
        figures["R.m.s. bonds"] = Fixed(last.rms_bond, 4)
        notes["R.m.s. bonds"] = "Å, from ideal lengths, without hydrogens"
    if last.rms_angle is not None:
        figures["R.m.s. angles"] = Fixed(last.rms_angle, 3)
        notes["R.m.s. angles"] = "degrees, from ideal angles, without hydrogens"
    report.section("Result").figures(figures, notes)


def report_cycles(report: Report, cycles: Sequence[CycleStatistics]) -> None:
    """R and CC of each cycle as plots and as a table."""
    section, last = report.section("Cycles"), cycles[-1]
    parts = ("work", "free") if last.has_free_set else ("",)
    numbers = [cycle.number for cycle in cycles]
    note = f" ({CUTOFF_NOTE})" if last.on_intensities else ""
    for quantity, name, title in (("R", r_name, f"R factors{note}"), ("CC", cc_name, "Correlation with the data")):
        series = [
            Series(name=name(last, part), x=numbers, y=[cycle.figure(quantity, part) for cycle in cycles])
            for part in parts
        ]
        section.plot(title, "Cycle", quantity, series)
    columns = ["Cycle"]
    columns += [r_name(last, part) for part in parts] + [cc_name(last, part) for part in parts]
    columns += ["R.m.s. bonds (Å)", "R.m.s. angles (°)", "Weight"]
    rows: list[list[Value]] = [
        [
            cycle.number,
            *(Fixed(cycle.figure("R", part), 4) for part in parts),
            *(Fixed(cycle.figure("CC", part), 4) for part in parts),
            Fixed(cycle.rms_bond, 4),
            Fixed(cycle.rms_angle, 3),
            Fixed(cycle.weight, 2),
        ]
        for cycle in cycles
    ]
    section.table("Figures of each cycle", columns, rows)


def report_shells(report: Report, last: CycleStatistics) -> None:
    """R, CC and completeness by resolution."""
    section, shells = report.section("By resolution"), last.shells
    if not shells:
        return
    parts = ("work", "free") if last.has_free_set else ("",)
    middles = [shell.one_over_d2 for shell in shells]
    names = {"R": [r_name(last, part) for part in parts], "CC": [cc_name(last, part) for part in parts]}
    for quantity, title in (("R", "R factors by resolution"), ("CC", "Correlation by resolution")):
        series = [
            Series(name=name, x=middles, y=[shell.values.get(name) for shell in shells]) for name in names[quantity]
        ]
        section.plot(title, "1/d² (Å⁻²)", quantity, series)
    section.plot(
        "Completeness by resolution",
        "1/d² (Å⁻²)",
        "%",
        [Series(name="completeness", x=middles, y=[shell.values.get("Cmpl") for shell in shells])],
    )
    keys = ["n_obs", "n_free", "Cmpl", *names["R"], *names["CC"]]
    rows = [
        [
            Fixed(shell.d_max, 2),
            Fixed(shell.d_min, 2),
            *(Fixed(shell.values.get(key), _DIGITS.get(key, 4)) for key in keys),
        ]
        for shell in shells
    ]
    titles = ["Reflections", "Free", "Completeness (%)", *names["R"], *names["CC"]]
    section.table("Resolution shells", ["d max (Å)", "d min (Å)", *titles], rows)


def report_geometry(report: Report, last: CycleStatistics) -> None:
    """Restraints and how well the model keeps them."""
    if last.rms_bond is None:
        return
    rows: list[list[Value]] = [
        [
            name,
            Fixed(values.get("N restraints"), 0),
            *(Fixed(values.get(column), 4) for column in ("r.m.s.d.", "r.m.s.Z", "Mn(sigma)")),
        ]
        for name, values in last.geometry.items()
    ]
    columns = ["Restraint", "Number", "R.m.s. deviation", "R.m.s. Z", "Mean σ"]
    report.section("Geometry").table("Restraints, hydrogens in riding positions included", columns, rows)


def report_twin(report: Report, last: CycleStatistics) -> None:
    """Fractions of the twin domains."""
    if last.twin_fractions:
        rows: list[list[Value]] = [[operator, Fixed(fraction, 3)] for operator, fraction in last.twin_fractions.items()]
        report.section("Twinning").table("Twin domains", ["Operator", "Fraction"], rows)
