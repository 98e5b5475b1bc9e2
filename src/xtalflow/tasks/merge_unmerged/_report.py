"""What the report says of merged data: the usual table, shells of resolution, batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from xtalflow.plugin import Fixed, Section, Series, Value
from xtalflow.xtal import BatchStatistics, DirectionalSignal, MergedData, MergingStatistics, ShellStatistics

from ._data_sets import DataSet

_X = "1/d² (Å⁻²)"
_MOST_BATCHES = 200
"""So many batches have a row each in the table of batches; more are only drawn."""

Row = tuple[str, Callable[[ShellStatistics], float], int]

_TABLE: tuple[Row, ...] = (
    ("Low resolution limit (Å)", lambda shell: shell.d_max, 2),
    ("High resolution limit (Å)", lambda shell: shell.d_min, 2),
    ("Observations", lambda shell: shell.observations, 0),
    ("Unique reflections", lambda shell: shell.unique, 0),
    ("Completeness (%)", lambda shell: 100 * shell.completeness, 1),
    ("Multiplicity", lambda shell: shell.multiplicity, 2),
    ("⟨I/σ(I)⟩", lambda shell: shell.i_over_sigma, 2),
    ("⟨I/σ(I)⟩, σ not below the scatter", lambda shell: shell.i_over_sigma_scatter, 2),
    ("Rmerge", lambda shell: shell.together.r_merge, 4),
    ("Rmeas", lambda shell: shell.together.r_meas, 4),
    ("Rpim", lambda shell: shell.together.r_pim, 4),
    ("CC1/2", lambda shell: shell.together.cc_half, 3),
    ("CC*", lambda shell: shell.together.cc_star, 3),
    ("Rmerge within I(+), I(-)", lambda shell: shell.apart.r_merge, 4),
    ("Rmeas within I(+), I(-)", lambda shell: shell.apart.r_meas, 4),
    ("Rpim within I(+), I(-)", lambda shell: shell.apart.r_pim, 4),
    ("Anomalous completeness (%)", lambda shell: 100 * shell.anomalous_completeness, 1),
    ("Anomalous multiplicity", lambda shell: shell.anomalous_multiplicity, 2),
    ("CC anomalous", lambda shell: shell.cc_anomalous, 3),
    ("R anomalous", lambda shell: shell.r_anomalous, 4),
    ("⟨|ΔI|/σ(ΔI)⟩", lambda shell: shell.anomalous_signal, 2),
)


def report_merging(section: Section, data_set: DataSet, merged: MergedData, statistics: MergingStatistics) -> None:
    """What was merged, what was left out, and the table of figures overall and in the inner and outer shell."""
    section.text(f"Merged were the observations of {data_set} in {data_set.files}, with weights 1/σ².")
    left_out: dict[str, int] = {}
    for part in data_set.parts:
        for reason, count in part.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + count
    if left_out:
        section.text(f"Observations left out: {'; '.join(f'{n} {name}' for name, n in left_out.items())}.")
    cell = merged.crystal.cell or ()
    section.figures(
        {
            "Space group": merged.crystal.space_group,
            "Cell": " ".join(f"{value:.2f}" for value in cell),
            **({"Wavelength": Fixed(data_set.wavelength, 5)} if data_set.wavelength is not None else {}),
            "Systematic absences": statistics.absences,
        },
        {
            "Cell": "a b c (Å) α β γ (°)",
            "Wavelength": "Å",
            "Systematic absences": "observations, left out" + _mean_signal(statistics.absences_i_over_sigma),
        },
    )
    shells = (statistics.overall, statistics.inner, statistics.outer)
    section.table(
        "Data",
        ["", "Overall", "Inner shell", "Outer shell"],
        [[name, *(_shown(value(shell), digits) for shell in shells)] for name, value, digits in _TABLE],
    )
    section.text(
        "Rmerge, Rmeas, Rpim and CC1/2 are of reflections observed more than once, with Friedel mates as equivalent "
        "unless it says otherwise. CC1/2 and CC anomalous are those of random halves on average (σ–τ method)."
    )


def _mean_signal(i_over_sigma: float) -> str:
    return f"; ⟨I/σ(I)⟩ of them is {i_over_sigma:.1f}" if isfinite(i_over_sigma) else ""


def report_shells(section: Section, statistics: MergingStatistics, signals: Sequence[DirectionalSignal]) -> None:
    """Figures by resolution, where the signal ends, and whether it ends alike in all directions."""
    shells = statistics.shells
    middles = [shell.one_over_d2 for shell in shells]

    def plot(title: str, label: str, lines: dict[str, list[float]]) -> None:
        section.plot(title, _X, label, [Series(name=name, x=middles, y=values) for name, values in lines.items()])

    plot(
        "Correlation",
        "correlation",
        {
            "CC1/2": [shell.together.cc_half for shell in shells],
            "CC anomalous": [shell.cc_anomalous for shell in shells],
        },
    )
    plot("Signal", "⟨I/σ(I)⟩", {"⟨I/σ(I)⟩": [shell.i_over_sigma for shell in shells]})
    plot(
        "Completeness",
        "%",
        {
            "completeness": [100 * shell.completeness for shell in shells],
            "anomalous completeness": [100 * shell.anomalous_completeness for shell in shells],
        },
    )
    plot("Multiplicity", "observations per reflection", {"multiplicity": [shell.multiplicity for shell in shells]})
    plot(
        "Disagreement",
        "R",
        {
            "Rmeas": [shell.together.r_meas for shell in shells],
            "Rpim": [shell.together.r_pim for shell in shells],
            "Rmeas within I(+), I(-)": [shell.apart.r_meas for shell in shells],
        },
    )
    span = ["d max (Å)", "d min (Å)"]
    section.table(
        "Reflections by shell",
        [*span, "Observations", "Unique", "Possible", "Completeness (%)", "Multiplicity"],
        [_reflections_row(shell) for shell in shells],
    )
    section.table(
        "Agreement by shell",
        [*span, "⟨I/σ(I)⟩", "Rmerge", "Rmeas", "Rpim", "CC1/2", "CC anomalous"],
        [_agreement_row(shell) for shell in shells],
    )
    limits: dict[str, str | int | float | None] = {
        "⟨I/σ(I)⟩ falls below 2 at": _limit(statistics.d_i_over_sigma, statistics.outer),
        "CC1/2 falls below 0.3 at": _limit(statistics.d_cc_half, statistics.outer),
    }
    if isfinite(statistics.overall.cc_anomalous):
        limits["CC anomalous falls below 0.15 at"] = _limit(statistics.d_cc_anomalous, statistics.outer)
    section.figures(limits)
    if signals:
        section.table(
            "Signal by direction",
            ["Within 30° of", "⟨I/σ(I)⟩ at the limit", "⟨I/σ(I)⟩ falls below 2 at"],
            [
                [one.axis, Fixed(one.outer_i_over_sigma, 2), _limit(one.d_i_over_sigma, statistics.outer)]
                for one in signals
            ],
        )


def report_batches(section: Section, data_set: DataSet, statistics: MergingStatistics) -> None:
    """How each batch agrees with all others; of several files the batches follow each other."""
    batches = statistics.batches
    for position, part in enumerate(data_set.parts):
        own = [batch for batch in batches if batch.source == position]
        name = part.path.name
        numbers = [float(batch.batch) for batch in own]
        for title, label, values in (
            ("Rmerge", "Rmerge", [batch.r_merge for batch in own]),
            ("Scale", "ΣI / Σ⟨I⟩ of the others", [batch.scale for batch in own]),
            ("Correlation", "correlation with the others", [batch.correlation for batch in own]),
            ("Observations", "observations", [float(batch.observations) for batch in own]),
        ):
            section.plot(f"{title} by batch, {name}", "batch", label, [Series(name=title, x=numbers, y=values)])
        if len(own) <= _MOST_BATCHES:
            section.table(
                f"Batches of {name}",
                ["Batch", "Observations", "Rmerge", "Scale", "Correlation"],
                [_batch_row(batch) for batch in own],
            )
    section.text("Counted are observations of reflections that were observed more than once.")


def _reflections_row(shell: ShellStatistics) -> list[Value]:
    return [
        Fixed(shell.d_max, 2),
        Fixed(shell.d_min, 2),
        shell.observations,
        shell.unique,
        shell.possible,
        Fixed(100 * shell.completeness, 1),
        Fixed(shell.multiplicity, 2),
    ]


def _agreement_row(shell: ShellStatistics) -> list[Value]:
    return [
        Fixed(shell.d_max, 2),
        Fixed(shell.d_min, 2),
        Fixed(shell.i_over_sigma, 2),
        Fixed(shell.together.r_merge, 4),
        Fixed(shell.together.r_meas, 4),
        Fixed(shell.together.r_pim, 4),
        Fixed(shell.together.cc_half, 3),
        Fixed(shell.cc_anomalous, 3),
    ]


def _batch_row(batch: BatchStatistics) -> list[Value]:
    return [
        batch.batch,
        batch.observations,
        Fixed(batch.r_merge, 4),
        Fixed(batch.scale, 3),
        Fixed(batch.correlation, 3),
    ]


def _shown(value: float, digits: int) -> Value:
    return Fixed(value, digits) if isinstance(value, float) else value


def _limit(d: float | None, outer: ShellStatistics) -> str:
    return f"{d:.2f} Å" if d is not None else f"beyond {outer.d_min:.2f} Å"
