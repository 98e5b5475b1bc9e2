"""What the server knows beside the record: the feed, the supervisor, and how people come in."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xtalflow.engine import Settings

from ._feed import Feed

if TYPE_CHECKING:
    from ._supervisor import Supervisor

_TRIES = 5
_TRIES_S = 60.0
"""A name, and an address, may give this many wrong passwords in so many seconds."""
_MOST_WATCHED = 10_000
_TOKEN_S = 3600.0


@dataclass(slots=True)
class OneTimeTokens:
    """Words that each open the page once, within an hour; and a key, with which whoever may read the home gets one."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _open: dict[str, float] = field(default_factory=dict)
    """Tokens, and when they were made."""

    def make(self) -> str:
        """A new token."""
        token = secrets.token_urlsafe(32)
        self._open[token] = time.monotonic()
        return token

    def take(self, token: str) -> bool:
        """Whether the token is good; it is not any more afterwards."""
        old = time.monotonic() - _TOKEN_S
        self._open = {known: made for known, made in self._open.items() if made > old}
        for known in self._open:
            if hmac.compare_digest(known.encode(), token.encode()):
                del self._open[known]
                return True
        return False

    def is_key(self, text: str) -> bool:
        """Whether this is the key."""
        return hmac.compare_digest(self.key.encode(), text.encode())


class SignInLimit:
    """Counts passwords that are tried, by name and by address, so that nobody can try many wrong ones.

    A try counts from its beginning until it went well, so that many at once are as many as one after the other.
    """

    def __init__(self, tries: int = _TRIES, seconds: float = _TRIES_S) -> None:
        self._tries, self._seconds = tries, seconds
        self._wrong: dict[str, deque[float]] = defaultdict(deque)

    def begin_try(self, *whose: str) -> float:
        """Seconds to wait before another try of these; 0 if it may be made, which counts it."""
        now = time.monotonic()
        waits = [0.0]
        for each in whose:
            wrong = self._wrong.get(each)
            if wrong and len(wrong) >= self._tries:
                waits.append(wrong[-self._tries] + self._seconds - now)
        if (wait := max(waits)) == 0.0:
            self._count(now, whose)
        return wait

    def went_well(self, name: str, address: str) -> None:
        """The right password was given: the name's tries are forgotten, of the address this one."""
        self._wrong.pop(name, None)
        if tries := self._wrong.get(address):
            tries.pop()

    def _count(self, now: float, whose: tuple[str, ...]) -> None:
        for each in whose:
            self._wrong[each].append(now)
            while len(self._wrong[each]) > self._tries:
                self._wrong[each].popleft()
        if len(self._wrong) > _MOST_WATCHED:
            old = [each for each, times in self._wrong.items() if times[-1] + self._seconds < now]
            for each in old:
                del self._wrong[each]


@dataclass(slots=True, kw_only=True)
class Serving:
    """One running server.

    Attributes
    ----------
    local_user
        Whoever signs in by a one-time token; empty where people sign in with accounts.
    """

    settings: Settings
    feed: Feed
    supervisor: Supervisor | None = None
    local_user: str = ""
    tokens: OneTimeTokens = field(default_factory=OneTimeTokens)
    sign_in_limit: SignInLimit = field(default_factory=SignInLimit)
