"""What went wrong in a job, kept in the job and written as ``diagnostic.xml`` in CCP4i2's grammar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xtalflow.data import Finding, Severity
from xtalflow.errors import TaskFailed
from xtalflow.formats import write_atomically

DIAGNOSTIC = "diagnostic.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One entry: who says it, its number, what it says and how bad it is."""

    class_name: str
    code: int
    message: str
    details: str = ""
    name: str = ""
    severity: Severity = Severity.ERROR


@dataclass(slots=True)
class ErrorReport:
    """All that a job has to complain of, in order."""

    rows: list[ErrorRow] = field(default_factory=list)

    def __iter__(self) -> Iterator[ErrorRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: ErrorRow) -> None:
        self.rows.append(row)

    def add_finding(self, finding: Finding) -> None:
        """Keep what a validation found."""
        self.add(
            ErrorRow(
                class_name=finding.class_name,
                code=finding.code,
                message=finding.message,
                name=finding.path,
                severity=finding.severity,
            )
        )

    @property
    def reason(self) -> str:
        """The errors as one sentence or more; empty if there are none."""
        errors = [row for row in self.rows if row.severity >= Severity.ERROR]
        return "; ".join(f"{row.name}: {row.message}" if row.name else row.message for row in errors)

    def write(self, folder: Path) -> None:
        """Write ``diagnostic.xml`` into a job's folder; whoever keeps the record puts it on the disk."""
        from lxml import etree

        root = etree.Element("errorReportList")
        for row in self.rows:
            element = etree.SubElement(root, "errorReport")
            for tag, text in (
                ("class", row.class_name),
                ("code", str(row.code)),
                ("description", row.message),
                ("details", row.details),
                ("name", row.name),
                ("severity", str(int(row.severity))),
                ("severityName", row.severity.name),
            ):
                etree.SubElement(element, tag).text = _xml_text(text)
        data = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
        write_atomically(folder / DIAGNOSTIC, data, durable=False)


class Unsatisfactory(TaskFailed):
    """A task ran, but its result does not serve its purpose."""


def _xml_text(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )
