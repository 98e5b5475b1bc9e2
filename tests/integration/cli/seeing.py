"""All that a user can see of a project."""

from __future__ import annotations

from typing import Any


def seen(xtalflow: Any) -> dict[str, Any]:
    """All that a user can see of the project `words`."""
    jobs = xtalflow("jobs", "-p", "words", "--all", "--json").json()
    commands = {
        "projects": ["projects"],
        **{what: [what, "-p", "words"] for what in ("files", "kpis", "check")},
        **{job["number"]: ["show", job["uuid"]] for job in jobs if "." not in job["number"]},
        **{f"graph {job['number']}": ["graph", job["uuid"]] for job in jobs},
    }
    answers = xtalflow.each([[*words, "--json"] for words in commands.values()])
    return {"jobs": jobs} | {what: answer.json() for what, answer in zip(commands, answers, strict=True)}
