"""What a user may say of a job beyond its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from xtalflow.engine import JobId, Limits
from xtalflow.plugin import CPluginScript


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """How a job is to be queued and run.

    Attributes
    ----------
    title
        One line; that of the plugin, or of its task, if it is empty.
    cloned_from
        The job whose parameters were taken.
    priority
        Of jobs that wait, those of higher priority are run first; -100 to 100.
    reuse
        Take the results of finished jobs of the project that did the same, instead of making them again.
    after
        Jobs of the same project that must have finished before it is run.
    limits
        What it may use; beyond them it fails.
    """

    title: str = ""
    cloned_from: JobId | None = None
    priority: int = 0
    reuse: bool = False
    after: tuple[JobId, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a run asks for, as the database keeps it: processors and memory of its task, its limits, re-use."""

    cpus: int = 1
    memory_mb: float = 0.0
    time_limit_s: float | None = None
    memory_limit_mb: float | None = None
    reuse: bool = False

    @classmethod
    def of(cls, plugin: CPluginScript, options: JobOptions) -> Resources:
        """What a task and its user ask for."""
        limits = options.limits
        return cls(
            cpus=plugin.CPUS,
            memory_mb=limits.memory_mb or plugin.MEMORY_MB,
            time_limit_s=limits.time_s,
            memory_limit_mb=limits.memory_mb,
            reuse=options.reuse,
        )

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Resources:
        """What `to_dict` gave."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, without what is not asked for."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def limits(self) -> Limits:
        """What the run may use."""
        return Limits(time_s=self.time_limit_s, memory_mb=self.memory_limit_mb)
