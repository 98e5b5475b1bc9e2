"""What happens in a project, as server-sent events, and what has happened."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query
from pydantic import BaseModel, BeforeValidator, Field

from xtalflow import db
from xtalflow.errors import InvalidInput
from xtalflow.services import Message, event_document

from ._answers import HistoryAnswer
from ._asking import may_still_read, project_of, serving_of
from ._bodies import ProjectName, Whole, whole
from ._room import Room

events = Room(tags=["events"])
_LOOK_S = 2.0
"""Seconds after which a stream looks again whether it may go on."""
_MESSAGES = """\
id: 7
event: change
data: {"seq":7,"time":"2026-03-09T14:05:12.250Z","kind":"edited","who":"rosalind","job":null,"data":{"tags":["β"]}}

event: progress
data: {"job":"0d5cba0e-7a4c-4a6e-9a34-0f8f3e6a1c11","progress":{"done":3,"of":10},"cycle":{"R1work":0.2134}}
"""
_STREAM = {
    "parameters": [
        {
            "in": "header",
            "name": "Last-Event-ID",
            "description": "The id of the last message that is known",
            "required": False,
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        }
    ],
    "responses": {
        200: {"description": "Messages", "content": {"text/event-stream": {"schema": {}, "example": _MESSAGES}}}
    },
}


class HistoryQuery(BaseModel):
    """Which part of a history."""

    after: Whole = Field(default=0, ge=0, le=2**53, description="The `seq` of the last event that is known")
    limit: Whole = Field(default=100, ge=1, le=1000)


class StreamQuery(BaseModel):
    """Where a stream begins."""

    after: Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(whole)] | None = Field(
        default=None, description="The id of the last message that is known; only new ones without it"
    )


@events.asks("GET", "/projects/{project}/events", None, extra=_STREAM)
async def stream_events(request: HttpRequest, project: ProjectName, asked: Query[StreamQuery]) -> StreamingHttpResponse:
    """Every event of a project as it happens (`change`), and the progress of its running jobs (`progress`).

    The id of a message is the event's place in the history of the project. Who gives the last that it knows, by
    `after`, or by the header `Last-Event-ID` when it comes back, is told everything since.
    """
    home = await project_of(request, project)
    after, last = asked.after, request.headers.get("Last-Event-ID")
    if last is not None:
        if not (last.isascii() and last.isdecimal() and len(last) < 19):
            raise InvalidInput(f"Last-Event-ID = {last!r} is refused: it must be the id of an event")
        after = int(last)
    messages = serving_of(request).feed.listen(home.id, home.name, after=after)
    return StreamingHttpResponse(
        _lines(messages, partial(may_still_read, request, home.id)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@events.asks("GET", "/projects/{project}/history", HistoryAnswer)
async def get_history(request: HttpRequest, project: ProjectName, asked: Query[HistoryQuery]) -> dict[str, Any]:
    """What has happened in a project, the oldest first: who did what to which job, when, and from where."""
    home = await project_of(request, project)
    found = await db.list_events(home.id, after=asked.after, limit=asked.limit + 1)
    items = [event_document(event) for event in found[: asked.limit]]
    return {"items": items, "next": items[-1]["seq"] if len(found) > asked.limit else None}


async def _lines(
    messages: AsyncGenerator[Message | None], is_open: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    looked = time.monotonic()
    async with aclosing(messages):  # a listener that goes is not counted any more
        async for message in messages:
            if time.monotonic() > looked + _LOOK_S:
                if not await is_open():
                    return
                looked = time.monotonic()
            if message is None:
                yield b":\n\n"
            elif message.seq is None:
                yield f"event: {message.kind}\ndata: {message.text}\n\n".encode()
            else:
                yield f"id: {message.seq}\nevent: {message.kind}\ndata: {message.text}\n\n".encode()
