"""What ``servalcat util geom`` says of the geometry of a model."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xtalflow.errors import TaskFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class RestraintClass:
    """Restraints of one kind: how many, and how well the model keeps them."""

    name: str
    number: int
    rms_deviation: float
    rms_z: float
    mean_sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryOutlier:
    """A restraint that the model breaks: its kind and atoms, its value and the ideal one, and Z."""

    kind: str
    atoms: str
    value: float | None
    ideal: float | None
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Restraint classes in servalcat's order, and outliers, worst first."""

    classes: tuple[RestraintClass, ...]
    outliers: tuple[GeometryOutlier, ...]

    def rms(self, name: str) -> float | None:
        """R.m.s. deviation of a class, such as ``Bond distances, non H``."""
        return next((one.rms_deviation for one in self.classes if one.name == name), None)


def read_geometry(prefix: Path) -> Geometry:
    """Read ``PREFIX_summary.json`` and ``PREFIX_outliers.json``; `TaskFailed` if they are missing or broken."""
    try:
        summary = json.loads(prefix.with_name(f"{prefix.name}_summary.json").read_text())
        outliers = json.loads(prefix.with_name(f"{prefix.name}_outliers.json").read_text())
        return Geometry(classes=_classes(summary), outliers=_outliers(outliers))
    except OSError as exc:
        raise TaskFailed(f"servalcat util geom left no results: {exc}") from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise TaskFailed(f"the results of servalcat util geom cannot be read: {exc}") from exc


def _classes(summary: Mapping[str, Mapping[str, float]]) -> tuple[RestraintClass, ...]:
    return tuple(
        RestraintClass(
            name=name,
            number=int(number),
            rms_deviation=float(summary["r.m.s.d."][name]),
            rms_z=float(summary["r.m.s.Z"][name]),
            mean_sigma=float(summary["Mn(sigma)"][name]),
        )
        for name, number in summary["N restraints"].items()
    )


def _outliers(by_kind: Mapping[str, list[Mapping[str, Any]]]) -> tuple[GeometryOutlier, ...]:
    found = [_outlier(kind, row) for kind, rows in by_kind.items() for row in rows]
    return tuple(sorted(found, key=lambda outlier: -abs(outlier.z)))


def _outlier(kind: str, row: Mapping[str, Any]) -> GeometryOutlier:
    atoms = [str(value) for name, value in row.items() if name.startswith("atom")]
    label = str(row.get("label", "") or "")
    z = _number(row.get("z"))
    return GeometryOutlier(
        kind=f"{kind} {label}".strip(),
        atoms=" – ".join(atoms),
        value=_number(row.get("value", row.get("dev"))),  # a plane has its deviation, ideally 0
        ideal=_number(row.get("ideal", 0.0)),
        z=z if z is not None else 0.0,
    )


def _number(value: object) -> float | None:
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    return None
