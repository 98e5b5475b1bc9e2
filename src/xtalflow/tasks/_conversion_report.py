"""What became of data that were converted, for a report."""

from __future__ import annotations

from xtalflow.plugin import Section
from xtalflow.xtal import COLUMN_KINDS, Conversion


def report_conversion(section: Section, conversion: Conversion) -> None:
    """Say what was made of what, how many reflections have a value, and why others have none."""
    before, after = COLUMN_KINDS[conversion.source.kind], COLUMN_KINDS[conversion.result.kind]
    section.text(f"{conversion.source.name} ({before.words}) became {after.words}.")
    section.figures(
        {"Reflections": conversion.reflections, "With a value": conversion.with_value}
        | {f"Without: {reason}": number for reason, number in conversion.without.items()}
    )
    if conversion.mates_left_out:
        section.text(f"{conversion.mates_left_out} values of Friedel mates have no positive σ and do not count.")
