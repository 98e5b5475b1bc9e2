"""What the reports say about twinning."""

from __future__ import annotations

from xtalflow.plugin import Fixed, Section
from xtalflow.xtal import TwinTests


def report_twin_tests(section: Section, tests: TwinTests) -> None:
    """The verdict, the moments of the L test beside what is expected, and the possible twin laws."""
    section.text(tests.sentence)
    section.table(
        "L test (acentric reflections)",
        ["Moment", "Found", "Single crystal", "Perfect twin"],
        [
            ["⟨|L|⟩", Fixed(tests.l_mean_abs, 3), Fixed(0.5, 3), Fixed(0.375, 3)],
            ["⟨L²⟩", Fixed(tests.l_mean_sq, 3), Fixed(1 / 3, 3), Fixed(0.2, 3)],
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
                    Fixed(law.h_mean_abs, 3),
                    Fixed(law.h_mean_sq, 3),
                    Fixed(law.alpha, 3),
                    "yes" if law.supported else "no",
                ]
                for law in tests.laws
            ],
        )
