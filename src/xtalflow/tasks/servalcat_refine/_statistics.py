"""The statistics that servalcat writes as JSON: one entry per cycle, the last with resolution shells."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xtalflow.errors import TaskFailed

RESTRAINT_CLASSES = "N restraints", "r.m.s.d.", "r.m.s.Z", "Mn(sigma)"
_INDICATORS = {
    "R1work": "R1Factor",
    "R1free": "R1Free",
    "R1": "R1",
    "Rwork": "RFactor",
    "Rfree": "RFree",
    "R": "R",
    "CCIworkavg": "CCIwork_avg",
    "CCIfreeavg": "CCIfree_avg",
    "CCIavg": "CCI_avg",
    "CCFworkavg": "CCFwork_avg",
    "CCFfreeavg": "CCFfree_avg",
    "CCFavg": "CCF_avg",
    "FSCaverage": "FSCaverage",
}
"""servalcat's names and those of CServalcatPerformance. It gives FSCaverage only for refinement against maps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """One resolution shell; names as servalcat has them (``n_obs``, ``CCIwork``, ``R1free`` …)."""

    d_max: float
    d_min: float
    values: Mapping[str, float]

    @property
    def one_over_d2(self) -> float:
        """Middle of the shell, Å⁻²."""
        return 0.5 * (1.0 / self.d_max**2 + 1.0 / self.d_min**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStatistics:
    """What servalcat says of the model after one cycle (0: as given).

    Attributes
    ----------
    summary
        Overall R values, correlations, FOM and −LL under servalcat's names; what is not finite is left out.
    geometry
        Per class of restraints, such as ``Bond distances, non H``: number, r.m.s.d., r.m.s.Z, mean σ.
    shells
        Resolution shells, lowest resolution first.
    twin_fractions
        Per twin operator, ``h,k,l`` first; empty if not refined as a twin.
    """

    number: int
    summary: Mapping[str, float]
    geometry: Mapping[str, Mapping[str, float]]
    shells: tuple[Shell, ...]
    twin_fractions: Mapping[str, float]
    weight: float | None

    @property
    def on_intensities(self) -> bool:
        """Whether R values are R1, against intensities."""
        return any(name.startswith("R1") for name in self.summary)

    @property
    def has_free_set(self) -> bool:
        return any(name.endswith("free") for name in self.summary)

    @property
    def indicators(self) -> dict[str, float]:
        """Values under the names of CServalcatPerformance."""
        return {ours: self.summary[theirs] for theirs, ours in _INDICATORS.items() if theirs in self.summary}

    def figure(self, quantity: str, part: str) -> float | None:
        """``("R", "work")``: R or R1 of the working set, whichever there is; likewise ``("CC", "free")``."""
        names = (f"R1{part}", f"R{part}") if quantity == "R" else (f"CCI{part}avg", f"CCF{part}avg")
        return next((self.summary[name] for name in names if name in self.summary), None)

    @property
    def rms_bond(self) -> float | None:
        """Root mean square deviation of bond lengths without hydrogens, Å."""
        return self.geometry.get("Bond distances, non H", {}).get("r.m.s.d.")

    @property
    def rms_angle(self) -> float | None:
        """Root mean square deviation of bond angles without hydrogens, degrees."""
        return self.geometry.get("Bond angles, non H", {}).get("r.m.s.d.")

    @property
    def n_observed(self) -> int:
        """Reflections used."""
        return sum(int(shell.values.get("n_obs", 0)) for shell in self.shells)

    @property
    def n_free(self) -> int:
        """Reflections used for R free."""
        return sum(int(shell.values.get("n_free", 0)) for shell in self.shells)


def read_statistics(path: Path) -> list[CycleStatistics]:
    """All cycles of a file ``PREFIX_stats.json``; `TaskFailed` if it is missing or broken."""
    try:
        entries = json.loads(path.read_text())
        cycles = [_cycle(entry) for entry in entries]
    except OSError as exc:
        raise TaskFailed(f"servalcat left no statistics ({path.name}): {exc}") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise TaskFailed(f"the statistics of servalcat ({path.name}) cannot be read: {exc}") from exc
    if not cycles:
        raise TaskFailed(f"servalcat left statistics without a cycle ({path.name})")
    return cycles


def _cycle(entry: Mapping[str, Any]) -> CycleStatistics:
    data, geometry = entry["data"], entry.get("geom", {}).get("summary", {})
    classes = {name: None for column in RESTRAINT_CLASSES for name in geometry.get(column, {})}
    return CycleStatistics(
        number=int(entry["Ncyc"]),
        summary=_finite(data["summary"]),
        geometry={
            name: _finite({column: geometry.get(column, {}).get(name) for column in RESTRAINT_CLASSES})
            for name in classes
        },
        shells=tuple(_shell(row) for row in data.get("binned", ())),
        twin_fractions=_finite(entry.get("twin_alpha", {})),
        weight=entry.get("weight"),
    )


def _shell(row: Mapping[str, Any]) -> Shell:
    values = {name: value for name, value in row.items() if name not in ("d_max", "d_min")}
    return Shell(d_max=float(row["d_max"]), d_min=float(row["d_min"]), values=_finite(values))


def _finite(values: Mapping[str, Any]) -> dict[str, float]:
    """The numbers among the values that are finite; servalcat writes NaN and Infinity as bare words."""
    return {name: value for name, value in values.items() if isinstance(value, (int, float)) and math.isfinite(value)}
