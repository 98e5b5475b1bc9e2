"""What happens in projects, for whoever listens: one look at the database for all listeners of a process."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from xtalflow import db
from xtalflow.errors import StoreUnavailable

from ._documents import Document, iso_time, row_document

if TYPE_CHECKING:
    from xtalflow.db import EventRecord, JobProgress, ProjectNews
    from xtalflow.engine import JobId, ProjectId

LOOK_S = 0.2
"""Seconds between two looks for events, while anybody listens."""
_KEPT = 500
"""Latest messages of a project that are kept for listeners that are slow; older ones are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a listener is told: an event with its sequence number, or progress, which has none.

    Attributes
    ----------
    text
        The message as one line of JSON, made once for all listeners.
    """

    kind: str
    text: str
    seq: int | None = None


@dataclass(slots=True)
class _Channel:
    """One project that somebody listens to."""

    seq: int
    listeners: int = 0
    kept: deque[Message] = field(default_factory=lambda: deque(maxlen=_KEPT))
    progress: dict[JobId, JobProgress] = field(default_factory=dict)
    latest: deque[Message] = field(default_factory=lambda: deque(maxlen=_KEPT))
    told: int = 0
    """Messages of progress so far, those that are not kept any more included."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Let all listeners look."""
        self.changed.set()
        self.changed = asyncio.Event()


class Feed:
    """Tells listeners what happens in projects; a context that looks into the database while anybody listens."""

    def __init__(self, look_s: float = LOOK_S) -> None:
        self._look_s = look_s
        self._channels: dict[ProjectId, _Channel] = {}
        self._wanted, self._news = asyncio.Event(), asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._names: dict[ProjectId, str] = {}
        self.closed = False

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    def close(self) -> None:
        """Let all listeners end, and the looking."""
        self.closed = True
        self._wanted.set()
        for channel in self._channels.values():
            channel.wake()

    async def watch(self) -> None:
        """Wait until it is closed; what keeps it from looking is raised here, so that its owner does not miss it."""
        if self._looking is not None:
            await self._looking

    @property
    def listeners(self) -> int:
        """How many listen."""
        return sum(channel.listeners for channel in self._channels.values())

    async def listen(
        self, project: ProjectId, name: str, *, after: int | None = None, pause_s: float = 15.0
    ) -> AsyncGenerator[Message | None]:
        """Every event of a project in its order, none left out and none twice, and the progress of its running jobs.

        Parameters
        ----------
        name
            The project's name, for the documents of its jobs.
        after
            The sequence number of the last event that the listener knows; without it, it is told what happens from now.
        pause_s
            Seconds of silence after which None is given, so that a listener that has gone is noticed.
        """
        self._names[project] = name
        channel = await self._open(project)
        seen = channel.seq if after is None else min(after, channel.seq)  # a recovered project counts anew
        told = channel.told
        try:
            for job, now in list(channel.progress.items()):  # as others were told before
                if now.progress or now.cycle:
                    yield _progress_message(job, now)
            while not self.closed:
                changed = channel.changed
                if seen < (until := channel.seq):
                    before = seen
                    async for message in self._events(project, channel, seen):
                        seen = message.seq or seen
                        yield message
                    if seen == before:  # the project is gone
                        seen = until
                    continue
                if missed := min(channel.told - told, len(channel.latest)):
                    told = channel.told
                    for message in list(channel.latest)[-missed:]:
                        yield message
                    continue
                told = channel.told
                try:
                    async with asyncio.timeout(pause_s):
                        await changed.wait()
                except TimeoutError:
                    yield None
        finally:
            channel.listeners -= 1
            if not channel.listeners:
                self._channels.pop(project, None)

    async def _open(self, project: ProjectId) -> _Channel:
        if project not in self._channels:
            seqs = await db.last_events([project])
            self._channels.setdefault(project, _Channel(seqs.get(project, 0)))
        channel = self._channels[project]
        channel.listeners += 1
        self._wanted.set()
        return channel

    async def _events(self, project: ProjectId, channel: _Channel, seen: int) -> AsyncIterator[Message]:
        """The events after `seen`: from those that are kept, or from the database if they are older."""
        kept = list(channel.kept)
        if not kept or kept[0].seq is None or kept[0].seq > seen + 1:
            for message in self._messages(await db.news_of(project, after=seen)):
                yield message
            return
        for message in kept:
            if message.seq is not None and message.seq > seen:
                yield message

    async def _look(self) -> None:
        async with db.waking(self._news.set):
            while not self.closed:
                if not self._channels:
                    self._wanted.clear()
                    await self._wanted.wait()
                self._news.clear()
                with suppress(StoreUnavailable):  # it is looked again
                    await self._look_once()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look_s):
                        await self._news.wait()

    async def _look_once(self) -> None:
        known = {project: channel.seq for project, channel in self._channels.items()}
        for news in await db.news_since(known):
            channel = self._channels.get(news.project)
            if channel is None or not news.events:
                continue
            channel.kept.extend(self._messages(news))
            channel.seq = news.events[-1].seq
            channel.wake()
        for project, progress in (await db.running_progress(list(known))).items():
            if (channel := self._channels.get(project)) is not None:
                self._tell_progress(channel, progress)

    def _tell_progress(self, channel: _Channel, progress: dict[JobId, JobProgress]) -> None:
        known = channel.progress
        changed = {job: now for job, now in progress.items() if (now.progress or now.cycle) and known.get(job) != now}
        channel.progress = progress
        for job, now in changed.items():
            channel.latest.append(_progress_message(job, now))
            channel.told += 1
        if changed:
            channel.wake()

    def _messages(self, news: ProjectNews) -> list[Message]:
        name = self._names.get(news.project, "")
        rows = {job: row_document(row, name) for job, row in news.jobs.items()}
        return [
            Message(
                kind="change",
                text=_line(event_document(event) | {"row": rows.get(event.job) if event.job else None}),
                seq=event.seq,
            )
            for event in news.events
        ]


def event_document(event: EventRecord) -> Document:
    """An event of a project's history as JSON values."""
    return {
        "seq": event.seq,
        "time": iso_time(event.time),
        "kind": event.kind,
        "who": event.who,
        "where_from": event.where_from,
        "job": str(event.job) if event.job else None,
        "data": dict(event.data),
    }


def _progress_message(job: JobId, now: JobProgress) -> Message:
    document = {
        "job": str(job),
        "number": now.number,
        "progress": dict(now.progress) or None,
        "cycle": dict(now.cycle) or None,
    }
    return Message(kind="progress", text=_line(document))


def _line(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
