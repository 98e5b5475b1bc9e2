"""Pages of the installation: what runs, in all projects, and what it has and lacks."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from xtalflow import db
from xtalflow.api import NotAllowed, asker_of, serving_of
from xtalflow.figures import duration
from xtalflow.services import examine_installation, what_runs

from ._addresses import project_home
from ._job_table import shown_progress

if TYPE_CHECKING:
    from xtalflow.api import Asker
    from xtalflow.services import Document, Serving

_RUNNING = {"running"}


@never_cache
@require_GET
async def running(request: HttpRequest) -> HttpResponse:
    """Jobs that run and that wait, of all projects that whoever asks may read, and who runs them."""
    return render(request, "xtalflow/running.html", await _going(request))


@never_cache
@require_GET
async def running_rows(request: HttpRequest) -> HttpResponse:
    """The same without the page around it, for its script."""
    return render(request, "xtalflow/running_rows.html", await _going(request))


@require_GET
async def doctor(request: HttpRequest) -> HttpResponse:
    """What this installation has, what it lacks, and what to do about it."""
    if not (await asker_of(request)).person.is_admin:
        raise NotAllowed("what the server has and lacks is told to an admin only")
    examination = await examine_installation(serving_of(request).settings)
    return render(request, "xtalflow/doctor.html", {"examination": examination.document()})


async def _going(request: HttpRequest) -> dict[str, Any]:
    asker = await asker_of(request)
    found = await what_runs(projects=await db.projects_open_to(asker.person))
    roles = await _editable(asker, {job["project"] for job in found["jobs"]})
    rows = [_row(job, roles) for job in found["jobs"]]
    runs = [row for row in rows if row["job"]["status"] in _RUNNING]
    waits = [row for row in rows if row["job"]["status"] not in _RUNNING]
    return {
        "runs": runs,
        "waits": waits,
        "total": found["total"],
        "hidden": found["total"] - len(rows),
        "supervisors": _supervisors(found["jobs"], serving_of(request)),
        "now": datetime.now(UTC),
    }


def _row(job: Document, editable: frozenset[str]) -> dict[str, Any]:
    since = job["started"] if job["status"] in _RUNNING else job["queued"]
    attempt = job["attempt"]
    return {
        "job": job,
        "base": project_home(job["project"]),
        "progress": shown_progress(job["progress"]),
        "since": _elapsed(since),
        "can_cancel": job["project"] in editable,
        "is_ending": bool(attempt and attempt["cancel_requested"]),
        "is_silent": bool(attempt and attempt["held_by"] and _is_past(attempt["lease_until"])),
        "where": attempt["host"] if attempt else None,
        "executor": attempt["executor"] if attempt else None,
        "cpus": (attempt or {}).get("resources", {}).get("cpus") or 1,
    }


def _supervisors(jobs: list[Document], serving: Serving) -> list[dict[str, Any]]:
    """Who holds runs: this server first, though it may hold none."""
    here = (socket.gethostname(), os.getpid())
    held: dict[tuple[str, int], int] = {}
    for job in jobs:
        if (attempt := job["attempt"]) and (owner := attempt["held_by"]):
            key = (owner["host"], owner["pid"])
            held[key] = held.get(key, 0) + 1
    slots = serving.supervisor.slots if serving.supervisor else 0
    others = [
        {"is_here": False, "host": host, "pid": pid, "runs": count}
        for (host, pid), count in held.items()
        if (host, pid) != here
    ]
    return [{"is_here": True, "host": here[0], "pid": here[1], "runs": held.get(here, 0), "slots": slots}, *others]


async def _editable(asker: Asker, names: set[str]) -> frozenset[str]:
    """Those of the projects in which whoever asks may end jobs."""
    if asker.person.is_admin:
        return frozenset(names)
    roles = await db.roles_of(asker.person)
    return frozenset(name for name in names if name in roles and roles[name].includes(db.Role.EDITOR))


def _elapsed(text: str | None) -> str:
    if text is None:
        return ""
    return duration(max((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds(), 0.0))


def _is_past(text: str | None) -> bool:
    return text is not None and datetime.fromisoformat(text) < datetime.now(UTC)


running_urls = [
    path("running/", running, name="running"),
    path("running/rows/", running_rows, name="running-rows"),
    path("doctor/", doctor, name="doctor"),
]
