"""What all pages of a job have: its head, its tabs, and what may be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from xtalflow import db
from xtalflow.api import asker_of
from xtalflow.db import Role
from xtalflow.errors import NotEquipped, UnknownTask
from xtalflow.figures import figure, heading
from xtalflow.plugin import load_task
from xtalflow.services import Document, FoundJob, job_details, job_neighbours, project_document

from ._acts import CAN_CANCEL, CAN_DELETE, CAN_RESTART, GOING, RATINGS
from ._addresses import project_home

TABS = (
    ("report", "Report", ""),
    ("log", "Log", "log/"),
    ("parameters", "Parameters", "parameters/"),
    ("files", "Files", "files/"),
    ("graph", "Graph", "graph/"),
    ("history", "History", "history/"),
    ("structure", "Structure", "structure/"),
)
_GOING = frozenset(status.key for status in GOING)
_SHOWN_TYPES = frozenset({"chemical/x-pdb", "application/CCP4-mtz-map"})
"""Types of files that the page of the structure shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What whoever asks may do with a job, in the state in which it is."""

    cancel: bool = False
    restart: bool = False
    edit: bool = False
    delete: bool = False


def task_title(name: str) -> str:
    """The title of a task, or its name if it is not installed any more."""
    try:
        return load_task(name).TASKTITLE or name
    except (UnknownTask, NotEquipped):
        return name


async def job_context(request: HttpRequest, found: FoundJob, tab: str, **more: Any) -> dict[str, Any]:
    """What the templates of a job's pages know.

    The job's document has its report, and ``figures``, its indicators as texts; so have the children, which are also
    given flat, as ``below``, each with its depth.
    """
    asker = await asker_of(request)
    role = await db.role_in(asker.person, found.project.id)
    document = await job_details(found, with_report=True)
    neighbours = await job_neighbours(found)
    title = await asyncio.to_thread(task_title, found.job.task)
    base = project_home(found.project.name)
    seq = (await db.last_events([found.project.id])).get(found.project.id, 0)
    steps = found.job.number.split(".")
    return {
        "project": project_document(found.project),
        "job": document,
        "base": base,
        "home": f"{base}jobs/{found.job.number}/",
        "task_title": title,
        "tab": tab,
        "tabs": TABS,
        "tab_path": next((address for name, _, address in TABS if name == tab), ""),
        "above": [".".join(steps[:count]) for count in range(1, len(steps))],
        "before": neighbours["before"],
        "after": neighbours["after"],
        "figures": figures_of(document),
        "below": list(_below(document, 0)),
        "is_child": len(steps) > 1,
        "is_running": document["status"] in _GOING,
        "has_structure": has_structure(document),
        "may": _rights(role, document, is_child=len(steps) > 1),
        "ratings": list(RATINGS),
        "seq": seq,
        "family": [document["uuid"], *(child["uuid"] for child in _below(document, 0))],
        "share": _share(document),
        "programs": list(dict.fromkeys(_programs(document))),
    } | more


def figures_of(job: Document) -> list[tuple[str, str]]:
    """Indicators of a job as a reader wants them: name with unit, and value."""
    return [(heading(key), figure(value, key)) for key, value in job["kpis"].items()]


def has_structure(job: Document) -> bool:
    """Whether the page of the structure has anything to show of a job."""
    files = (*job["inputs"], *job["files"])
    return any(file["available"] and file["type"] in _SHOWN_TYPES for file in files)


def _rights(role: Role | None, job: Document, *, is_child: bool) -> Rights:
    if role is None or not role.includes(Role.EDITOR):
        return Rights()
    status = job["status"]
    return Rights(
        cancel=not is_child and status in CAN_CANCEL,
        restart=not is_child and status in CAN_RESTART,
        edit=True,
        delete=not is_child and role.includes(Role.OWNER) and status in CAN_DELETE,
    )


def _below(job: Document, depth: int) -> Iterator[Document]:
    for child in job["children"]:
        yield child | {"depth": depth, "figures": figures_of(child)}
        yield from _below(child, depth + 1)


def _share(job: Document) -> Document | None:
    """How far a running job is: ``done`` of ``total``, and what it does."""
    progress = job["progress"]
    if job["status"] != "running" or not progress:
        return None
    return {"done": progress.get("done", 0), "total": progress.get("total") or 1, "text": progress.get("text", "")}


def _programs(job: Document) -> list[str]:
    own = [f"{name} {version}".strip() for name, version in job["program_versions"].items()]
    return [*own, *(name for child in job["children"] for name in _programs(child))]
