"""Public helpers for tests of tasks and of programs that embed xtalflow."""

from ._kills import killed_at
from ._memory_store import InMemoryStore

__all__ = ["InMemoryStore", "killed_at"]
