"""Figures of each cycle, from the log of servalcat while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

_CYCLE = re.compile(r"=+ CYCLE\s+(\d+) =+")
_FIGURE = re.compile(r"(R1?(?:work|free)?|CC[IF](?:work|free)?avg) = (\S+)")
_LINE = re.compile(r"(?:R1?(?:work|free)?|CC[IF](?:work|free)?avg) = ")


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFigures:
    """R values and correlations after a cycle (0: of the model as given), under servalcat's names less ``avg``."""

    cycle: int
    values: dict[str, float]

    @property
    def sentence(self) -> str:
        """What a progress line says: ``cycle 3: R1work 0.2229, R1free 0.2337``."""
        shown = [f"{name} {value:.4f}" for name, value in self.values.items() if name.startswith("R")]
        return f"cycle {self.cycle}: {', '.join(shown)}" if shown else f"cycle {self.cycle}"


@dataclass(slots=True)
class CycleReader:
    """Reads a log line by line and tells of each cycle once both its R values and correlations are there."""

    tell: Callable[[CycleFigures], None]
    _cycle: int = 0
    _values: dict[str, float] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Take the next line of the log."""
        if start := _CYCLE.match(line):
            self._cycle, self._values = int(start[1]), {}
        elif _LINE.match(line):
            for name, text in _FIGURE.findall(line):
                self._keep(name.removesuffix("avg"), text)
            if line.startswith("CC"):
                self.tell(CycleFigures(cycle=self._cycle, values=dict(self._values)))

    def _keep(self, name: str, text: str) -> None:
        try:
            value = float(text)
        except ValueError:
            return
        if math.isfinite(value):
            self._values[name] = value
