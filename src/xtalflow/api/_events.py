"""What happens in a project, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from xtalflow.errors import InvalidInput
from xtalflow.services import Message

from ._asking import project_of, serving_of

events = Router(tags=["events"])


@events.get("/projects/{project}/events", response=None, url_name="events")
async def stream(
    request: HttpRequest, project: str, after: Annotated[int | None, Query(ge=0, lt=2**63)] = None
) -> StreamingHttpResponse:
    """Every event of a project as it happens (`change`), and the progress of its running jobs (`progress`).

    The id of a message is the event's place in the history of the project. Who gives the last that it knows, by
    `after`, or by the header `Last-Event-ID` when it comes back, is told everything since.
    """
    home = await project_of(request, project)
    last = request.headers.get("Last-Event-ID")
    if last is not None:
        if not (last.isascii() and last.isdecimal() and len(last) < 19):
            raise InvalidInput(f"Last-Event-ID = {last!r} is refused: it must be the id of an event")
        after = int(last)
    messages = serving_of(request).feed.listen(home.id, home.name, after=after)
    return StreamingHttpResponse(
        _lines(messages),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(messages: AsyncIterator[Message | None]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async for message in messages:
        if message is None:
            yield b":\n\n"
        elif message.seq is None:
            yield f"event: {message.kind}\ndata: {message.text}\n\n".encode()
        else:
            yield f"id: {message.seq}\nevent: {message.kind}\ndata: {message.text}\n\n".encode()
