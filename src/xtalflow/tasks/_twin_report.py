"""What the reports say about twinning."""

from __future__ import annotations

import math

from xtalflow.plugin import Section
from xtalflow.xtal import TwinTests


def report_twin_tests(section: Section, tests: TwinTests) -> None:
    """The verdict, the moments of the L test beside what is expected, and the possible twin laws."""
    section.text(tests.sentence)
    section.table(
        "L test (acentric reflections)",
        ["Moment", "Found", "Single crystal", "Perfect twin"],
        [
            ["⟨|L|⟩", _rounded(tests.l_mean_abs), 0.5, 0.375],
            ["⟨L²⟩", _rounded(tests.l_mean_sq), 0.333, 0.2],
        ],
    )
    if tests.laws:
        section.table(
            "Twin laws that the lattice allows (H test)",
            ["Operator", "Pairs", "⟨|H|⟩", "⟨H²⟩", "Twin fraction", "Speaks for twinning"],
            [
                [
                    law.operator,
                    law.pairs,
                    _rounded(law.h_mean_abs),
                    _rounded(law.h_mean_sq),
                    _rounded(law.alpha),
                    "yes" if law.supported else "no",
                ]
                for law in tests.laws
            ],
        )


def _rounded(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
