"""Claims queued runs, follows them, takes over those whose supervisor is gone, and passes on cancellations.

Any number of supervisors may work on one database: a claim and a takeover are guarded updates, and a run is followed
by whoever holds its lease.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import psutil

from xtalflow import db
from xtalflow.engine import JobId, JobRecord, LocalExecutor, LocalRun, ProjectId, Settings
from xtalflow.errors import IllegalTransition, StoreUnavailable, XtalflowError

from ._following import LEASE_S, POLL_S, RENEWAL_S, Following, LeaseLost
from ._open import actor
from ._options import Resources
from ._owner import this_process
from ._starting import LOCAL, start_run
from ._takeover import is_abandoned, take_over

if TYPE_CHECKING:
    from xtalflow.db import AsyncDatabaseHandler, AttemptRecord

RECONCILE_S = 10.0
"""Seconds between two looks for runs whose supervisor is gone."""
_LOOK_S = 0.5
"""Seconds between two looks into the queue."""
_CANCEL_S = 0.5
"""Seconds between two looks for cancellations."""
_HOPELESS_S = 2.0
"""Seconds between two looks for jobs that wait for one that did not finish."""
_JOURNALS_PER_S = 20.0
"""Looks at journals per second, of all runs together."""

Tell = Callable[[str], None]


class _Every:
    """A clock that is due every so many seconds, and at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, float("-inf")

    def is_due(self) -> bool:
        """Whether the time has come; it comes again after the seconds then."""
        if (now := time.monotonic()) < self._next:
            return False
        self._next = now + self._seconds
        return True


@dataclass(slots=True)
class _Followed:
    name: str
    following: Following
    task: asyncio.Task[None]
    attempt: AttemptRecord
    cancelled: bool = False

    @property
    def resources(self) -> Resources:
        """What it asked for."""
        return Resources.from_dict(self.attempt.resources)


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Runs what is queued, a number of jobs at a time.

    Attributes
    ----------
    slots
        Processors to give away; most jobs ask for one. One that asks for more than there are runs alone.
    memory_mb
        Memory to give away to those that say how much they need.
    tell
        Told in a sentence what happens.
    """

    settings: Settings
    slots: int
    memory_mb: float = field(default_factory=lambda: 0.9 * psutil.virtual_memory().total / 1e6)
    client: str = "worker"
    tell: Tell = lambda sentence: None
    _owner: str = field(default_factory=lambda: str(this_process()))
    _followed: dict[UUID, _Followed] = field(default_factory=dict)
    _handlers: dict[ProjectId, AsyncDatabaseHandler] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Claim nothing more; runs go on by themselves, and the next supervisor takes them over."""
        self._stopping.set()
        self._awake.set()

    async def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop` is called, or (`until_idle`) until nothing waits and nothing runs.

        While the database cannot be reached, runs go on, and it is asked again.
        """
        async with LocalExecutor() as executor, db.waking(self._awake.set):
            await executor.warm_up()
            await self._work(executor, until_idle=until_idle)

    async def _work(self, executor: LocalExecutor, *, until_idle: bool) -> None:
        every = {
            _Every(RECONCILE_S): self._reconcile,
            _Every(_CANCEL_S): self._pass_on_cancellations,
            _Every(_HOPELESS_S): self._end_hopeless,
            _Every(RENEWAL_S): self._renew,
        }
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                for clock, work in every.items():
                    if clock.is_due():
                        await work()
                idle = not await self._claim(executor)
            except StoreUnavailable as exc:
                self.tell(f"{exc}; it is asked again")
                idle = False
            if idle and until_idle and not await db.is_anything_queued(LOCAL):
                return
            await self._sleep(_LOOK_S)
        await self._let_go()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()

    async def _claim(self, executor: LocalExecutor) -> bool:
        """Claim and start what waits and has room, in its order; whether anything runs or waits for room.

        What has no room keeps what comes after it waiting, so that nothing waits for ever.
        """
        limits = {"per_user": self.settings.jobs_per_user, "per_project": self.settings.jobs_per_project}
        while (attempt := await db.next_attempt(LOCAL, **limits)) is not None:
            if not self._has_room(Resources.from_dict(attempt.resources)):
                return True
            handler = await self._handler(attempt)
            try:
                claimed = await handler.claim_attempt(attempt.job, attempt.epoch, owner=self._owner, lease_s=LEASE_S)
            except IllegalTransition:  # a rival was faster
                continue
            job = await handler.job(attempt.job)
            run = await start_run(handler, job, claimed, self.settings, executor)
            if run is None:
                job = await handler.job(attempt.job)
                self.tell(f"{handler.project_name}/{job.number} {job.task}: {job.status.key}: {job.exit_reason}")
            else:
                self._follow(handler, job, claimed, run, "started")
        return bool(self._followed)

    def _has_room(self, wanted: Resources) -> bool:
        """Whether there are processors and memory for one more; there always are for the only one."""
        taken = [followed.resources for followed in self._followed.values()]
        cpus = sum(each.cpus for each in taken) + wanted.cpus
        memory_mb = sum(each.memory_mb for each in taken) + wanted.memory_mb
        return not taken or (cpus <= self.slots and memory_mb <= self.memory_mb)

    async def _renew(self) -> None:
        """Keep the runs that are followed; those that somebody else has taken are let go."""
        if not self._followed:
            return
        held = await db.renew_attempts(self._owner, list(self._followed), lease_s=LEASE_S)
        for job, followed in self._followed.items():
            if job not in held:
                followed.following.lose()

    async def _end_hopeless(self) -> None:
        """Jobs that were to run after one that did not finish are not run."""
        for attempt, number, status in await db.hopeless_attempts():
            handler = await self._handler(attempt)
            reason = f"job {number}, after which it was to run, {status}"
            if await handler.cancel_waiting(attempt.job, attempt.epoch, reason=reason):
                job = await handler.job(attempt.job)
                self.tell(f"{handler.project_name}/{job.number} {job.task}: {job.status.key}: {reason}")

    async def _reconcile(self) -> None:
        """Take over the runs of this machine whose supervisor is gone: follow those that live, settle the others."""
        for attempt in await db.held_attempts():
            if attempt.job not in self._followed and is_abandoned(attempt):
                await self._take_over(attempt)

    async def _take_over(self, attempt: AttemptRecord) -> None:
        taken = await take_over(attempt, await self._handler(attempt))
        if taken is not None:
            how = "taken over" if taken.run else "was left alone by its supervisor; its end is looked up"
            self._follow(taken.handler, taken.job, taken.attempt, taken.run, how)

    def _follow(
        self, handler: AsyncDatabaseHandler, job: JobRecord, attempt: AttemptRecord, run: LocalRun | None, how: str
    ) -> None:
        following = Following(handler, job, attempt, run)
        name = f"{handler.project_name}/{job.number} {job.task}"
        self.tell(f"{name}: {how}")
        if attempt.cancel_requested:
            following.cancel()
        task = asyncio.create_task(self._to_the_end(name, job.id, following))
        self._followed[job.id] = _Followed(name, following, task, attempt)
        self._share_looks()

    async def _to_the_end(self, name: str, job: JobId, following: Following) -> None:
        try:
            ended = await following.to_the_end()
            reason = f": {ended.exit_reason}" if ended.exit_reason else ""
            self.tell(f"{name}: {ended.status.key}{reason}")
        except LeaseLost as exc:
            self.tell(f"{name}: {exc}")
        except XtalflowError as exc:  # its lease runs out, and whoever looks next takes it over
            self.tell(f"{name}: cannot be followed now: {exc}")
        finally:
            self._followed.pop(job, None)
            self._share_looks()
            self._awake.set()

    def _share_looks(self) -> None:
        for followed in self._followed.values():
            followed.following.poll_s = max(POLL_S, len(self._followed) / _JOURNALS_PER_S)

    async def _pass_on_cancellations(self) -> None:
        if not self._followed:
            return
        for job in await db.jobs_to_cancel(self._owner):
            followed = self._followed.get(job)
            if followed is not None and not followed.cancelled:
                followed.cancelled = True
                followed.following.cancel()

    async def _let_go(self) -> None:
        left, tasks = list(self._followed.values()), [followed.task for followed in self._followed.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await db.release_attempts(self._owner)
        for followed in left:
            self.tell(f"{followed.name} goes on; the next worker follows it to its end")

    async def _handler(self, attempt: AttemptRecord) -> AsyncDatabaseHandler:
        if attempt.project not in self._handlers:
            opened = await db.AsyncDatabaseHandler.open(attempt.project, actor=actor(self.client))
            self._handlers[attempt.project] = opened
        return self._handlers[attempt.project]
