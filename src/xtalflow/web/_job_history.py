"""What happened to a job, in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow.api import job_of
from xtalflow.db import Evaluation
from xtalflow.services import Document, job_events

from ._job_head import job_context

_MOVES = {
    "queued": "was queued",
    "running": "started",
    "finished": "finished",
    "failed": "failed",
    "unsatisfactory": "ended unsatisfactorily",
    "interrupted": "was interrupted",
}


@require_GET
async def history(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The events of a job and of those below it, the latest last."""
    found = await job_of(request, project, number)
    context = await job_context(request, found, "history")
    numbers = {child["uuid"]: child["number"] for child in context["below"]} | {str(found.job.id): number}
    events = await job_events(found)
    context["events"] = [
        event | {"number": numbers.get(event["job"], ""), "sentence": sentence_of(event)} for event in events
    ]
    return render(request, "xtalflow/job_history.html", context)


def sentence_of(event: Document) -> str:
    """What an event says of its job: ``failed: the program servalcat ended with 1``."""
    data: dict[str, Any] = event["data"]
    match event["kind"]:
        case "created":
            return f"was made, of the task {data.get('task', '')}"
        case "taken_in":
            return f"was imported with its project from {data.get('from', '')}"
        case "status":
            moved = _MOVES.get(data.get("to", ""), f"became {data.get('to', '')}")
            return f"{moved}: {data['reason']}" if data.get("reason") else moved
        case "imported":
            names = [str(file.get("source", "")) for file in data.get("files", [])]
            return f"imported {', '.join(names)}"
        case "inputs":
            return f"reads {_count(data.get('files'), 'file')}"
        case "outputs":
            return f"made {_count(data.get('files'), 'file')}"
        case "values":
            return f"reported {_count(data.get('keys'), 'indicator')}"
        case "reuse":
            return str(data.get("sentence", ""))
        case "cancel":
            return "was told to end"
        case "edited":
            return "; ".join(_edits(data)) or "was edited"
        case "refused":
            return f"told something that was refused: {data.get('reason', '')}"
        case "deleted":
            return "was deleted"
        case "restored":
            return "was brought back from the trash"
        case other:
            return str(other)


def _edits(data: dict[str, Any]) -> list[str]:
    said = []
    if "title" in data:
        said.append(f"was given the title “{data['title']}”")
    if "comments" in data:
        said.append("was remarked on" if data["comments"] else "lost its comment")
    if "evaluation" in data:
        rating = Evaluation(data["evaluation"])
        said.append("lost its rating" if rating is Evaluation.UNKNOWN else f"was rated as {rating.name.lower()}")
    return said


def _count(number: Any, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


history_urls = [path("projects/<str:project>/jobs/<str:number>/history/", history, name="job-history")]
