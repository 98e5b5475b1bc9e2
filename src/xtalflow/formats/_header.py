"""What stands above the parameters in a parameter file: whose they are, and when and where they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(r"(\d{1,2}):(\d{2}) (\d{1,2})/([A-Za-z]{3})/(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownElement:
    """An element of a parameter file that the task does not declare; kept, to be written back where it was.

    Attributes
    ----------
    path
        Its path, as if it were a parameter: ``inputData.F_SIGF.FP``.
    parent
        Path of the object that it was found in.
    after
        Name of the declared element that it follows; empty if none does.
    xml
        The element as text.
    """

    path: str
    parent: str
    after: str
    xml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsHeader:
    """Header of a parameter file, and what of the file belongs to no parameter.

    Attributes
    ----------
    created
        When it was written; the file says it in UTC, to the minute.
    user, host, version, system
        Who wrote it, where and with what; when empty, `write_params` fills them in.
    unknown
        Elements that the task does not declare, with their paths.
    """

    task: str = ""
    project_name: str = ""
    project_id: str = ""
    job_number: str = ""
    job_id: str = ""
    job_title: str = ""
    job_status: str = ""
    created: datetime | None = None
    user: str = ""
    host: str = ""
    version: str = ""
    system: str = ""
    task_version: str = ""
    task_title: str = ""
    comment: str = ""
    unknown: tuple[UnknownElement, ...] = ()


TAGS = {
    "userId": "user",
    "hostName": "host",
    "creationTime": "created",
    "ccp4iVersion": "version",
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
"""CCP4i2's tags of a header, in order, and the field that each fills."""


def time_text(time: datetime) -> str:
    """A time as CCP4i2's headers have it, in English whatever the locale: ``18:31 23/Apr/14``."""
    utc = time.astimezone(UTC)
    return f"{utc:%H:%M %d}/{_MONTHS[utc.month - 1]}/{utc:%y}"


def time_of(text: str) -> datetime | None:
    """The time that a header tells, taken as UTC; None if it tells none."""
    match = _TIME.fullmatch(text.strip())
    if match is None or match[4].title() not in _MONTHS:
        return None
    hour, minute, day, year = (int(match[group]) for group in (1, 2, 3, 5))
    try:
        return datetime(2000 + year, _MONTHS.index(match[4].title()) + 1, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
