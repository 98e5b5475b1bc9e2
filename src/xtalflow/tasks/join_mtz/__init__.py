"""Joining of typed files of merged reflections."""

from ._task import JoinMtz

__all__ = ["JoinMtz"]
