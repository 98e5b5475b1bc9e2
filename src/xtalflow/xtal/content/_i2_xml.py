"""XML documents as CCP4i2 writes them: a root in its namespace, and a header that says what the document is for."""

from __future__ import annotations

import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "http://www.ccp4.ac.uk/ccp4ns"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def i2_document(function: str, rows: Mapping[str, str]) -> etree._Element:
    """The root of a new document with its header; the caller adds the body.

    Parameters
    ----------
    function
        What the document is for, such as ``PARAMS`` (facts: `CFileFunction`).
    rows
        The header by tag, such as ``pluginName``; what is empty is left out.
    """
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}ccp4i2", nsmap={"ccp4": NAMESPACE})
    head = etree.SubElement(root, "ccp4i2_header")
    for tag, text in {"function": function, **rows}.items():
        if text:
            etree.SubElement(head, tag).text = text
    return root


def written_here() -> dict[str, str]:
    """Rows of a header that tell of this machine, this program and the present time."""
    from xtalflow import __version__

    return {
        "hostName": socket.gethostname(),
        "creationTime": write_i2_time(datetime.now(UTC)),
        "ccp4iVersion": f"xtalflow {__version__}",
        "OS": platform.system(),
    }


def write_i2_time(time: datetime) -> str:
    """``14:05 23/Nov/26``, in UTC and English whatever the locale."""
    utc = time.astimezone(UTC)
    return f"{utc:%H:%M} {utc:%d}/{_MONTHS[utc.month - 1]}/{utc:%y}"


def read_i2_time(text: str) -> datetime | None:
    """``14:05 23/Nov/26`` as aware UTC; None if it is not of this form."""
    try:
        clock, date = text.split()
        hour, minute = clock.split(":")
        day, month, year = date.split("/")
        return datetime(2000 + int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
