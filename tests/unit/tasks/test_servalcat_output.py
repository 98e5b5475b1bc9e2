"""What is read from servalcat's log and statistics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xtalflow.errors import TaskFailed
from xtalflow.tasks.servalcat_refine._cycles import CycleFigures, CycleReader
from xtalflow.tasks.servalcat_refine._statistics import read_statistics
from xtalflow.tasks.validate_model._geometry import read_geometry

LOG = """\
 R(F/SIGF>0)  = 0.1603
R1work = 0.2428 R1free = 0.2282
CCIworkavg = 0.8328 CCIfreeavg = 0.8327
R1 is calculated for reflections with I/sigma>2.
    0      0.8328      0.8327  0.2428  0.2282 0.8081
====== CYCLE  1 ======

R1work = 0.2271 R1free = nan
CCIworkavg = 0.8594 CCIfreeavg = 0.8341
"""


def test_a_cycle_is_told_when_its_figures_are_complete() -> None:
    """R values and correlations come together, once per cycle; what is not a number is left out."""
    told: list[CycleFigures] = []
    reader = CycleReader(told.append)

    for line in LOG.splitlines():
        reader.read(line)

    assert [one.cycle for one in told] == [0, 1]
    assert told[0].values == {"R1work": 0.2428, "R1free": 0.2282, "CCIwork": 0.8328, "CCIfree": 0.8327}
    assert told[1].values == {"R1work": 0.2271, "CCIwork": 0.8594, "CCIfree": 0.8341}
    assert told[0].sentence == "cycle 0: R1work 0.2428, R1free 0.2282"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_statistics_with_bare_nan_and_infinity_are_read(tmp_path: Path) -> None:
    """The JSON of servalcat is not strict; what is not finite is left out."""
    entry = {
        "Ncyc": 0,
        "geom": {"summary": {"N restraints": {"B values (bond)": 4}, "r.m.s.Z": {"B values (bond)": float("inf")}}},
        "data": {
            "summary": {"Rwork": 0.2, "Rfree": float("nan"), "CCFworkavg": 0.95},
            "binned": [{"d_max": 20.0, "d_min": 2.0, "n_obs": 90, "n_free": 5, "Rwork": 0.2}],
        },
    }
    (cycle,) = read_statistics(write(tmp_path / "x_stats.json", json.dumps([entry])))

    assert cycle.indicators == {"RFactor": 0.2, "CCFwork_avg": 0.95}
    assert cycle.figure("R", "work") == 0.2
    assert cycle.figure("R", "free") is None
    assert not cycle.on_intensities
    assert cycle.geometry["B values (bond)"] == {"N restraints": 4}
    assert (cycle.n_observed, cycle.n_free) == (90, 5)
    assert cycle.rms_bond is None


def test_intensities_without_a_free_set_have_one_r_value(tmp_path: Path) -> None:
    """R1 and CCI alone go to the indicators of a refinement without free set."""
    entry = {"Ncyc": 0, "data": {"summary": {"R1": 0.2, "CCIavg": 0.9}}}
    (cycle,) = read_statistics(write(tmp_path / "x_stats.json", json.dumps([entry])))

    assert cycle.indicators == {"R1": 0.2, "CCI_avg": 0.9}
    assert cycle.on_intensities
    assert not cycle.has_free_set


def test_twin_fractions_are_read(tmp_path: Path) -> None:
    """They stand beside the data, not in them."""
    entry = {"Ncyc": 0, "data": {"summary": {"R1work": 0.2}}, "twin_alpha": {"h,k,l": 0.65, "-h-k,k,-l": 0.35}}
    (cycle,) = read_statistics(write(tmp_path / "x_stats.json", json.dumps([entry])))

    assert cycle.twin_fractions == {"h,k,l": 0.65, "-h-k,k,-l": 0.35}


@pytest.mark.parametrize("text", ["", "[", "[]", '[{"Ncyc": 0}]', "3"])
def test_broken_statistics_fail_with_a_sentence(tmp_path: Path, text: str) -> None:
    """A program that leaves half a file fails the job, not the reader."""
    path = write(tmp_path / "x_stats.json", text)

    with pytest.raises(TaskFailed, match="statistics"):
        read_statistics(path)


def test_missing_statistics_fail_with_a_sentence(tmp_path: Path) -> None:
    """So does one that leaves none."""
    with pytest.raises(TaskFailed, match="left no statistics"):
        read_statistics(tmp_path / "x_stats.json")


def test_outliers_of_all_kinds_are_read_worst_first(tmp_path: Path) -> None:
    """Bonds have ideal values, planes a deviation, chiral centres an atom in the middle."""
    rows = {
        "bond": [{"atom1": "A/X 1/C", "atom2": "A/X 1/O", "value": 2.0, "ideal": 1.2, "sigma": 0.01, "z": 9.0}],
        "plane": [{"label": "plan-1", "atom": "B/X 47/C", "dev": 0.31, "sigma": 0.02, "z": 15.6}],
        "chir": [{"atomc": "A/X 2/CB", "atom1": "A/X 2/CA", "value": 4.7, "ideal": 2.5, "z": -19.0}],
    }
    write(tmp_path / "g_outliers.json", json.dumps(rows))
    write(
        tmp_path / "g_summary.json",
        json.dumps({name: {} for name in ("N restraints", "r.m.s.d.", "r.m.s.Z", "Mn(sigma)")}),
    )

    geometry = read_geometry(tmp_path / "g")

    assert [(one.kind, one.z) for one in geometry.outliers] == [("chir", -19.0), ("plane plan-1", 15.6), ("bond", 9.0)]
    assert geometry.outliers[1].value == 0.31
    assert geometry.outliers[0].atoms == "A/X 2/CB – A/X 2/CA"
