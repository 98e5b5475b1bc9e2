"""The header of a parameter file: which job of which project it is of, and who wrote it when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from xtalflow.xtal import read_i2_time, write_i2_time, written_here

from ._unknown import UnknownElement

if TYPE_CHECKING:
    from lxml import etree

HEADER = "ccp4i2_header"
_OWN = "xtalflow "
"""Begin of what a header of ours names as the program."""
_FUNCTION, _CREATED = "function", "creationTime"
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
        Program whose task it is of, and its version; of CCP4i2 the version alone.
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

    @property
    def is_native(self) -> bool:
        """Whether the parameters are of a task of this program; otherwise CCP4i2's of that name is meant."""
        return self.program.startswith(_OWN)

    def written_here(self, *, ccp4i2: str = "") -> Self:
        """The same header with this machine, this program and the present time.

        Parameters
        ----------
        ccp4i2
            Version of CCP4i2, if the parameters are of a task of it; it stands for the program then.
        """
        rows = written_here()
        return replace(
            self,
            created=read_i2_time(rows["creationTime"]),
            host=rows["hostName"],
            program=ccp4i2 or rows["ccp4iVersion"],
            system=rows["OS"],
        )


def header_rows(header: ParamsHeader) -> dict[str, str]:
    """What is known, by the elements of the header."""
    rows = {tag: getattr(header, name) for tag, name in _FIELDS.items()}
    return rows | {_CREATED: "" if header.created is None else write_i2_time(header.created)}


def read_header(element: etree._Element | None) -> tuple[ParamsHeader, list[etree._Element]]:
    """What a header says, and the elements of it that say something else."""
    said: dict[str, str | datetime] = {}
    others = []
    for each in element if element is not None else ():
        tag, text = each.tag, (each.text or "").strip()
        value = read_i2_time(text) if tag == _CREATED else text
        if tag in _FIELDS and len(each) == 0 and _FIELDS[tag] not in said and (value or not text):
            if value:
                said[_FIELDS[tag]] = value
        elif tag != _FUNCTION:
            others.append(each)
    return ParamsHeader(**said), others  # type: ignore[arg-type]  # fields by the name of their elements
