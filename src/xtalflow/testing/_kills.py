"""Arms the named points at which a process of xtalflow is killed, to see what it leaves behind."""

from __future__ import annotations

from xtalflow.errors import InvalidInput
from xtalflow.faults import KEEPING_HOUSE, POINTS, VARIABLE


def killed_at(point: str, passes: int = 1) -> dict[str, str]:
    """What in its environment kills a process, and those that it starts, at the `passes`-th passage of a point.

    Raises
    ------
    InvalidInput
        There is no such point.

    Examples
    --------
    >>> killed_at("supervisor.claimed")
    {'XTALFLOW_FAULT': 'supervisor.claimed:1'}
    """
    if point not in (*POINTS, *KEEPING_HOUSE):
        raise InvalidInput(f"{point!r} is no point of xtalflow.faults")
    return {VARIABLE: f"{point}:{passes}"}
