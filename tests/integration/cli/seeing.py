"""All that a user can see of a project."""

from __future__ import annotations

from typing import Any


def seen(xtalflow: Any) -> dict[str, Any]:
    """All that a user can see of the project `words`."""
    jobs = xtalflow("jobs", "-p", "words", "--all", "--json").json()
    return {
        "projects": xtalflow("projects", "--json").json(),
        "jobs": jobs,
        "files": xtalflow("files", "-p", "words", "--json").json(),
        "kpis": xtalflow("kpis", "-p", "words", "--json").json(),
        "check": xtalflow("check", "-p", "words", "--json").json(),
        **{job["number"]: xtalflow("show", job["uuid"], "--json").json() for job in jobs if "." not in job["number"]},
        **{f"graph {job['number']}": xtalflow("graph", job["uuid"], "--json").json() for job in jobs},
    }
