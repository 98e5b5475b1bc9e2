"""Public helpers for tests of tasks and of programs that embed xtalflow."""

from ._memory_store import InMemoryStore

__all__ = ["InMemoryStore"]
