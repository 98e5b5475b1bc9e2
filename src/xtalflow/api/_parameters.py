"""The parameters of a job, by their paths."""

from __future__ import annotations

from ._room import Room

parameters = Room(tags=["jobs"])
