"""What happens in a project reaches whoever listens: all of it, in order, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from xtalflow import db
from xtalflow.engine import NewJob
from xtalflow.plugin import JobStatus, Progress
from xtalflow.services import Feed, Message, _feed

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, ProjectRecord


@pytest.fixture
async def feed(database: None) -> AsyncIterator[Feed]:
    async with Feed(look_s=0.02) as feed:
        yield feed


async def take(messages: AsyncIterator[Message | None], count: int, kind: str = "change") -> list[Any]:
    """The next messages of a kind."""
    taken: list[Any] = []
    async with asyncio.timeout(20):
        async for message in messages:
            if message is not None and message.kind == kind:
                taken.append(message)
            if len(taken) == count:
                break
    return taken


async def listened_to(feed: Feed) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(20):
        while not feed.listeners:
            await asyncio.sleep(0.01)


async def make_jobs(handler: AsyncDatabaseHandler, count: int) -> None:
    for _ in range(count):
        await handler.create_job(NewJob(task="moody"))


async def test_a_listener_is_told_what_happened_since(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    await make_jobs(handler, 3)
    told = await take(feed.listen(project.id, project.name, after=0), 4)

    assert [message.seq for message in told] == [1, 2, 3, 4]
    assert json.loads(told[-1].text)["row"]["number"] == "3"


async def test_a_listener_that_gives_no_event_is_told_what_happens_from_now(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    await make_jobs(handler, 2)
    listening = asyncio.create_task(take(feed.listen(project.id, project.name), 1))
    await listened_to(feed)
    await make_jobs(handler, 1)

    assert [message.seq for message in await listening] == [4]


async def test_listeners_miss_nothing_while_jobs_are_made_side_by_side(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    count = 40
    listening = [asyncio.create_task(take(feed.listen(project.id, project.name, after=0), count)) for _ in range(5)]
    await asyncio.gather(*(make_jobs(handler, 10) for _ in range(4)))
    told = await asyncio.gather(*listening)

    assert [[message.seq for message in each] for each in told] == [list(range(1, count + 1))] * 5


async def test_a_slow_listener_reads_again_what_is_not_kept_any_more(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_feed, "_KEPT", 3)
    slow = feed.listen(project.id, project.name, after=0)
    first = await take(slow, 1)
    await make_jobs(handler, 10)
    await take(feed.listen(project.id, project.name, after=10), 1)  # it has looked, and keeps the last three
    told = first + await take(feed.listen(project.id, project.name, after=first[0].seq), 10)

    assert [message.seq for message in told] == list(range(1, 12))


async def test_an_error_that_nobody_foresaw_reaches_the_owner_of_a_feed(
    database: None, project: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages would otherwise wait for ever without a word."""

    async def wrong(known: Any) -> Any:
        raise ArithmeticError("of a kind that nobody foresaw")

    async def serve() -> None:
        async with (
            Feed(look_s=0.02) as feed,
            asyncio.timeout(20),
            aclosing(feed.listen(project.id, project.name, pause_s=0.01)) as listening,
        ):
            await anext(listening)
            await feed.watch()

    monkeypatch.setattr(db, "news_since", wrong)
    with pytest.raises(ArithmeticError):
        await serve()


async def test_a_feed_that_is_closed_ends_its_looking(database: None) -> None:
    async with Feed(look_s=0.02) as feed, asyncio.timeout(20):
        feed.close()
        await feed.watch()

    assert not feed.listeners


async def test_a_listener_from_a_history_that_was_longer_is_told_what_happens_from_now(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    listening = asyncio.create_task(take(feed.listen(project.id, project.name, after=1000), 1))
    await listened_to(feed)
    await make_jobs(handler, 1)

    assert [message.seq for message in await listening] == [2]


async def test_progress_of_a_running_job_is_told(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    job = await handler.create_job(NewJob(task="moody"))
    await handler.update_job_status(job.id, JobStatus.QUEUED)
    await handler.update_job_status(job.id, JobStatus.RUNNING)
    listening = asyncio.create_task(take(feed.listen(project.id, project.name), 1, "progress"))
    await listened_to(feed)
    await handler.report_progress(job.id, Progress(done=3, total=10, text="cycle 3"))
    (told,) = await listening

    assert told.seq is None
    assert json.loads(told.text)["job"] == str(job.id)
    assert json.loads(told.text)["progress"]["done"] == 3


async def test_a_second_listener_is_told_the_progress_that_the_first_knows(
    feed: Feed, project: ProjectRecord, handler: AsyncDatabaseHandler
) -> None:
    job = await handler.create_job(NewJob(task="moody"))
    for status in (JobStatus.QUEUED, JobStatus.RUNNING):
        await handler.update_job_status(job.id, status)
    await handler.report_progress(job.id, Progress(done=3, total=10, text="cycle 3"))
    first = feed.listen(project.id, project.name)
    told = [*await take(first, 1, "progress"), *await take(feed.listen(project.id, project.name), 1, "progress")]

    assert [json.loads(message.text)["number"] for message in told] == ["1", "1"]
    assert told[0].text == told[1].text


async def test_a_silent_project_is_noticed_and_a_closed_feed_ends_its_listeners(
    feed: Feed, project: ProjectRecord
) -> None:
    messages = feed.listen(project.id, project.name, pause_s=0.05)
    silence = await anext(messages)
    feed.close()

    assert silence is None
    assert [message async for message in messages] == []
    assert feed.listeners == 0
