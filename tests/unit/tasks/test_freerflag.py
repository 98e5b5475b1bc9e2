"""The task that makes and completes free-R sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import numpy as np
import pytest

from xtalflow.plugin import Outcome
from xtalflow.tasks.freerflag import FreeRFlag
from xtalflow.xtal import read_reflections

from .conftest import CELL, unique_reflections, write_mtz
from .test_imports import sentences

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


def flags_of(task: FreeRFlag) -> dict[tuple[int, ...], int]:
    mtz = read_reflections(Path(str(task.outputData.FREEROUT)))
    values = mtz.column_with_label("FREER").array
    return {tuple(hkl.tolist()): int(value) for hkl, value in zip(mtz.make_miller_array(), values, strict=True)}


async def test_a_set_is_completed_and_its_flags_stay(crystal: CrystalFiles, host: FakeHost) -> None:
    """Flags that miss the outer shell come out for every reflection, the old ones unchanged."""
    task = FreeRFlag()
    task.inputData.F_SIGF, task.inputData.FREERFLAG = crystal.intensities, crystal.flags

    outcome = await host.run(task)

    assert outcome is Outcome.SUCCEEDED
    old = read_reflections(crystal.flags)
    made, performance = flags_of(task), task.outputData.PERFORMANCE
    assert len(made) == len(crystal.hkl) == performance.nReflections.value
    assert performance.nAdded.value == len(crystal.hkl) - old.nreflections
    assert performance.freeFlag.value == 0
    values = old.column_with_label("FREER").array
    assert all(
        made[tuple(hkl.tolist())] == int(value) for hkl, value in zip(old.make_miller_array(), values, strict=True)
    )


async def test_a_new_set_is_the_same_for_the_same_seed(crystal: CrystalFiles, host: FakeHost) -> None:
    """Runs can be repeated, and another seed makes another set."""
    tasks = [FreeRFlag() for _ in range(3)]
    for task, seed in zip(tasks, (1, 1, 2), strict=True):
        task.inputData.F_SIGF = crystal.intensities
        task.controlParameters.FRAC, task.controlParameters.SEED = 0.1, seed
        await host.run(task)

    first, second, third = map(flags_of, tasks)
    assert first == second
    assert first != third
    assert float(tasks[0].outputData.PERFORMANCE.percentFree) == pytest.approx(10, abs=0.5)


async def test_the_free_value_can_be_named(crystal: CrystalFiles, host: FakeHost) -> None:
    """FREERFLAG_NUMBER is taken, and one that no reflection has is refused."""
    task = FreeRFlag()
    task.inputData.F_SIGF, task.inputData.FREERFLAG = crystal.intensities, crystal.flags

    task.controlParameters.FREERFLAG_NUMBER = 77
    assert "FREERFLAG_NUMBER" in sentences(task.validate())

    task.controlParameters.FREERFLAG_NUMBER = 3
    await host.run(task)
    assert task.outputData.PERFORMANCE.freeFlag.value == 3


def test_flags_of_another_crystal_are_refused(crystal: CrystalFiles, tmp_path: Path) -> None:
    """Another Laue class, or a cell 2 % off, is another crystal; both files are named."""
    hkl = unique_reflections()
    flags = {"FREER": ("I", np.random.default_rng(3).integers(0, 20, len(hkl)))}
    task = FreeRFlag()
    task.inputData.F_SIGF = crystal.intensities

    task.inputData.FREERFLAG = write_mtz(
        tmp_path / "far.mtz", hkl, flags, cell=gemmi.UnitCell(24.5, 28, 34, 90, 90, 90)
    )
    assert "far.mtz and intensities.mtz: the cell of the reflections" in sentences(task.validate())

    monoclinic = gemmi.SpaceGroup("P 1 21 1")
    task.inputData.FREERFLAG = write_mtz(tmp_path / "laue.mtz", hkl, flags, cell=CELL, space_group=monoclinic)
    assert "another Laue class" in sentences(task.validate())


def test_a_constant_column_is_no_free_set(crystal: CrystalFiles, tmp_path: Path) -> None:
    """The words are those that crystallographers know."""
    hkl = unique_reflections()
    task = FreeRFlag()
    task.inputData.F_SIGF = crystal.intensities
    task.inputData.FREERFLAG = write_mtz(tmp_path / "ones.mtz", hkl, {"FREER": ("I", np.ones(len(hkl)))})

    assert "does not appear to be test flags" in sentences(task.validate())


def test_a_fraction_without_a_free_reflection_is_refused(crystal: CrystalFiles, tmp_path: Path) -> None:
    """Before anything is made, with the path of the parameter."""
    hkl = unique_reflections(6.0)
    columns = {"F": ("F", np.ones(len(hkl))), "SIGF": ("Q", np.ones(len(hkl)))}
    task = FreeRFlag()
    task.inputData.F_SIGF = write_mtz(tmp_path / "few.mtz", hkl, columns)
    task.controlParameters.FRAC = 0.001

    assert "controlParameters.FRAC: a free fraction of 0.001 leaves no free reflection" in sentences(task.validate())
