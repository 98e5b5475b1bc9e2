"""The header of a parameter file: which job of which project it is of, and who wrote it when."""

from __future__ import annotations

import platform
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from ._unknown import UnknownElement
from ._xml import local_name

if TYPE_CHECKING:
    from lxml import etree

HEADER = "ccp4i2_header"
_FUNCTION, _CREATED = "function", "creationTime"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FIELDS = {
    "userId": "user",
    "hostName": "host",
    _CREATED: "created",
    "ccp4iVersion": "program",
    "pluginName": "task",
    "pluginVersion": "task_version",
    "pluginTitle": "task_title",
    "OS": "system",
    "projectName": "project_name",
    "projectId": "project_id",
    "jobNumber": "job_number",
    "jobId": "job_id",
    "comment": "comment",
}
"""Elements of a header in the order in which they are written, and the attributes that hold them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsHeader:
    """What the header of a parameter file says, and which elements the task's tree does not have.

    Attributes
    ----------
    job_title
        Not in the header itself, but in the section ``guiAdmin``.
    created
        When it was written; files say it in UTC, to the minute.
    program
        Program that wrote it, and its version.
    system
        Name of the operating system.
    unknown
        Elements that were read but are no parameters of the task, by path; `write_params` puts them back.
    """

    task: str = ""
    task_version: str = ""
    task_title: str = ""
    project_name: str = ""
    project_id: str = ""
    job_number: str = ""
    job_id: str = ""
    job_title: str = ""
    comment: str = ""
    created: datetime | None = None
    user: str = ""
    host: str = ""
    program: str = ""
    system: str = ""
    unknown: tuple[UnknownElement, ...] = ()

    def written_here(self) -> Self:
        """The same header with this machine, this program and the present time."""
        from xtalflow import __version__

        return replace(
            self,
            created=datetime.now(UTC),
            host=socket.gethostname(),
            program=f"xtalflow {__version__}",
            system=platform.system(),
        )


def write_header(element: etree._Element, header: ParamsHeader) -> None:
    """Fill the element of a header with what is known."""
    from lxml import etree

    etree.SubElement(element, _FUNCTION).text = "PARAMS"
    for tag, name in _FIELDS.items():
        value = getattr(header, name)
        if value:
            etree.SubElement(element, tag).text = _text_of_time(value) if tag == _CREATED else value


def read_header(element: etree._Element | None) -> tuple[ParamsHeader, list[etree._Element]]:
    """What a header says, and the elements of it that say something else."""
    said: dict[str, str | datetime] = {}
    others = []
    for each in element if element is not None else ():
        tag, text = local_name(each), (each.text or "").strip()
        value = _time(text) if tag == _CREATED else text
        if tag in _FIELDS and len(each) == 0 and _FIELDS[tag] not in said and (value or not text):
            if value:
                said[_FIELDS[tag]] = value
        elif tag != _FUNCTION:
            others.append(each)
    return ParamsHeader(**said), others  # type: ignore[arg-type]  # fields by the name of their elements


def _text_of_time(time: datetime) -> str:
    """``14:05 23/Nov/26``, in English whatever the locale."""
    utc = time.astimezone(UTC)
    return f"{utc:%H:%M} {utc:%d}/{_MONTHS[utc.month - 1]}/{utc:%y}"


def _time(text: str) -> datetime | None:
    """``14:05 23/Nov/26`` as aware UTC; None if it is not of this form."""
    try:
        clock, date = text.split()
        hour, minute = clock.split(":")
        day, month, year = date.split("/")
        return datetime(2000 + int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    except ValueError:
        return None
