"""A small crystal made on the spot, a host without an engine, and a program that only pretends."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import gemmi
import numpy as np
import pytest

from xtalflow.engine import set_output_file_names
from xtalflow.errors import ProgramFailed
from xtalflow.plugin import Command, CommandResult, CPluginScript, JobContext, Outcome, Progress
from xtalflow.xtal import Water, add_waters, write_model

CELL = gemmi.UnitCell(24.0, 28.0, 34.0, 90, 90, 90)
SPACE_GROUP = gemmi.SpaceGroup("P 21 21 21")
D_MIN = 2.0
WATER = (16.2, 12.03, 9.0)
"""A water that the data know and the model does not; near an O of the model."""

Program = Callable[[CPluginScript, Command], None]


# The crystal.


def make_model() -> gemmi.Structure:
    """Six alanines drawn as a zigzag; geometry is of no account here."""
    structure = gemmi.Structure()
    structure.cell, structure.spacegroup_hm = CELL, SPACE_GROUP.xhm()
    chain = gemmi.Chain("A")
    shape = {
        "N": (0.0, 0.0, 0.0),
        "CA": (1.2, 0.8, 0.0),
        "C": (2.4, 0.0, 0.0),
        "O": (2.4, -1.23, 0.0),
        "CB": (1.2, 1.9, 1.1),
    }
    for number in range(6):
        residue = gemmi.Residue()
        residue.name, residue.seqid = "ALA", gemmi.SeqId(str(number + 1))
        for name, (x, y, z) in shape.items():
            atom = gemmi.Atom()
            atom.name, atom.element = name, gemmi.Element(name[0])
            atom.pos = gemmi.Position(3.0 + 3.6 * number + x, 8.0 + y * (-1) ** number, 9.0 + z)
            atom.occ, atom.b_iso = 1.0, 15.0 + number
            residue.add_atom(atom)
        chain.add_residue(residue)
    model = gemmi.Model(1)
    model.add_chain(chain)
    structure.add_model(model)
    structure.setup_entities()
    structure.assign_serial_numbers()
    return structure


def structure_factors(structure: gemmi.Structure) -> gemmi.ReciprocalComplexGrid:
    """F(calc) on a grid."""
    calculator = gemmi.DensityCalculatorX()
    calculator.d_min = D_MIN
    calculator.grid.setup_from(structure)
    calculator.put_model_density_on_grid(structure[0])
    return gemmi.transform_map_to_f_phi(calculator.grid, half_l=True)


def unique_reflections(d_min: float = D_MIN) -> np.ndarray:
    return np.asarray(gemmi.make_miller_array(CELL, SPACE_GROUP, d_min))


def write_mtz(path: Path, hkl: np.ndarray, columns: Mapping[str, tuple[str, np.ndarray]], **crystal: Any) -> Path:
    """An MTZ file of these columns: label → (type, values)."""
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup, mtz.cell = crystal.get("space_group", SPACE_GROUP), crystal.get("cell", CELL)
    mtz.add_dataset("made")
    for label, (letter, _) in columns.items():
        mtz.add_column(label, letter)
    mtz.set_data(np.column_stack([hkl, *(values for _, values in columns.values())]).astype(np.float32))
    mtz.write_to_file(str(path))
    return path


@dataclass(frozen=True)
class CrystalFiles:
    """Files of one small crystal."""

    folder: Path
    model: Path
    intensities: Path
    amplitudes: Path
    pairs: Path
    flags: Path

    @property
    def hkl(self) -> np.ndarray:
        return unique_reflections()


@pytest.fixture(scope="session")
def crystal(tmp_path_factory: pytest.TempPathFactory) -> CrystalFiles:
    """Model, intensities, amplitudes, Friedel pairs, and flags that miss the outer shell."""
    folder = tmp_path_factory.mktemp("crystal")
    structure = make_model()
    water = Water(position=WATER, height=8.0, b_iso=15.0, bound_to="", distance=2.8)
    hkl = unique_reflections()
    f = np.abs(structure_factors(add_waters(structure, [water])).get_value_by_hkl(hkl))
    noise = np.random.default_rng(1).normal(size=len(hkl))
    sigma = 0.03 * f**2 + 1.0
    i = f**2 + sigma * noise * 0.3
    write_model(structure, folder / "model.pdb")
    inner = CELL.calculate_d_array(hkl) > 2.2
    flags = np.random.default_rng(2).integers(0, 20, len(hkl))
    return CrystalFiles(
        folder=folder,
        model=folder / "model.pdb",
        intensities=write_mtz(folder / "intensities.mtz", hkl, {"I": ("J", i), "SIGI": ("Q", sigma)}),
        amplitudes=write_mtz(
            folder / "amplitudes.mtz",
            hkl,
            {"FP": ("F", f), "SIGFP": ("Q", 0.02 * f + 0.5), "FREE": ("I", flags)},
        ),
        pairs=write_mtz(
            folder / "pairs.mtz",
            hkl,
            {
                "I(+)": ("K", i),
                "SIGI(+)": ("M", sigma),
                "I(-)": ("K", i * 1.01),
                "SIGI(-)": ("M", sigma),
            },
        ),
        flags=write_mtz(folder / "flags.mtz", hkl[inner], {"FREER": ("I", flags[inner])}),
    )


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that passes for a monomer library with ALA and HOH."""
    folder = tmp_path / "monomers"
    for name in ("a/ALA", "h/HOH"):
        entry = folder / f"{name}.cif"
        entry.parent.mkdir(parents=True)
        entry.write_text(f"data_comp_{name[2:]}\n_chem_comp_atom.atom_id O\n")
    (folder / "ener_lib.cif").write_text("data_energy\n_lib_atom.type O\n")
    (folder / "links_and_mods.cif").write_text("data_link_list\n_dummy.id 1\n")
    monkeypatch.setenv("CLIBD_MON", str(folder))
    return folder


# The host.


@dataclass
class FakeHost:
    """Gives each plugin a folder and keeps what it tells; programs are functions."""

    project: Path
    programs: Mapping[str, Program] = field(default_factory=dict)
    commands: list[list[str]] = field(default_factory=list)
    cycles: list[dict[str, float]] = field(default_factory=list)
    steps: list[Progress] = field(default_factory=list)
    jobs: list[CPluginScript] = field(default_factory=list)

    def tracking(self, plugin: CPluginScript) -> AbstractAsyncContextManager[object]:
        return self._tracked(plugin)

    @asynccontextmanager
    async def _tracked(self, plugin: CPluginScript) -> AsyncIterator[None]:
        self.jobs.append(plugin)
        number = str(len(self.jobs))
        folder = self.project / "CCP4_JOBS" / f"job_{number}"
        folder.mkdir(parents=True)
        plugin.job = JobContext(
            job=uuid4(),
            number=number,
            project=uuid4(),
            project_name="test",
            project_directory=self.project,
            folder=folder,
        )
        plugin.container.project_directory = self.project
        set_output_file_names(plugin.container, plugin.job.project, number)
        yield

    async def reuse(self, plugin: CPluginScript) -> bool:
        return False

    async def run_command(self, plugin: CPluginScript, command: Command) -> CommandResult:
        self.commands.append([command.program, *command.args])
        name = "geom" if command.args[0] == "util" else command.args[0]
        self.programs[name](plugin, command)
        return CommandResult(log=plugin.work_directory / command.log, wall_s=0.1)

    async def progress(self, plugin: CPluginScript, progress: Progress) -> None:
        self.steps.append(progress)

    async def report_kpis(self, plugin: CPluginScript, values: Mapping[str, float]) -> None:
        self.cycles.append(dict(values))

    async def run(self, plugin: CPluginScript) -> Outcome:
        """Execute a plugin that nobody tracks yet."""
        plugin.host = self
        plugin.container.project_directory = self.project
        return await plugin.execute()

    @property
    def tasks(self) -> list[str]:
        """Names of the tasks run, in order."""
        return [job.TASKNAME for job in self.jobs]


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    """A host whose servalcat pretends."""
    programs: dict[str, Program] = {
        "refine_xtal_norefmac": pretend_refinement,
        "fw": pretend_french_wilson,
        "geom": pretend_geometry,
    }
    return FakeHost(tmp_path / "project", programs)


@pytest.fixture
def failing_host(tmp_path: Path) -> FakeHost:
    """A host whose servalcat crashes."""

    def crash(plugin: CPluginScript, command: Command) -> None:
        raise ProgramFailed("servalcat was killed by SIGSEGV", code=139)

    return FakeHost(tmp_path / "failing", {"refine_xtal_norefmac": crash, "fw": crash, "geom": crash})


# The program.


def option(command: Command, name: str) -> str:
    """The word after an option."""
    return command.args[list(command.args).index(name) + 1]


def statistics(cycle: int, kind: str, n_obs: int, d_min: float = D_MIN) -> dict[str, Any]:
    """One cycle of servalcat's statistics; `kind` is I or F."""
    r, cc = ("R1", "CCI") if kind == "I" else ("R", "CCF")
    work, free = 0.30 - 0.02 * cycle, 0.32 - 0.015 * cycle
    shell = {"d_max": 20.0, "d_min": d_min, "n_obs": n_obs, "n_free": n_obs // 20, "Cmpl": 99.0}
    shell |= {f"{r}work": work, f"{r}free": free, f"{cc}work": 0.9, f"{cc}free": float("nan")}
    names = {"Bond distances, non H": 0.02, "Bond angles, non H": 2.0}
    geometry = {
        "N restraints": dict.fromkeys(names, 30),
        "r.m.s.d.": names,
        "r.m.s.Z": dict.fromkeys(names, float("inf")),
        "Mn(sigma)": dict.fromkeys(names, 0.01),
    }
    return {
        "Ncyc": cycle,
        "geom": {"summary": geometry},
        "data": {
            "summary": {f"{cc}workavg": 0.9, f"{cc}freeavg": 0.8, f"{r}work": work, f"{r}free": free, "-LL": -1.0},
            "binned": [shell],
        },
    }


def pretend_refinement(plugin: CPluginScript, command: Command) -> None:
    """Write what servalcat writes: log, statistics, the model as it was, maps of it."""
    folder, prefix = plugin.work_directory, option(command, "--output_prefix")
    mtz = gemmi.read_mtz_file(str(folder / option(command, "--hklin")))
    structure = gemmi.read_structure(option(command, "--model"))
    labels = option(command, "--labin").split(",")
    kind = labels[0][0]
    n_cycles = int(option(command, "--ncycle"))
    cycles = [statistics(cycle, kind, mtz.nreflections) for cycle in range(n_cycles + 1)]
    (folder / f"{prefix}_stats.json").write_text(json.dumps(cycles))
    for entry in cycles:
        r, cc = ("R1", "CCI") if kind == "I" else ("R", "CCF")
        summary = entry["data"]["summary"]
        if entry["Ncyc"]:
            _say(command, f"====== CYCLE {entry['Ncyc']:2d} ======")
        _say(command, " R(F/SIGF>0)  = 0.1603")
        _say(command, f"{r}work = {summary[f'{r}work']:.4f} {r}free = {summary[f'{r}free']:.4f}")
        _say(command, f"{cc}workavg = 0.9000 {cc}freeavg = nan")
    structure.write_pdb(str(folder / f"{prefix}.pdb"))
    structure.make_mmcif_document().write_file(str(folder / f"{prefix}.mmcif"))
    _write_maps(folder / f"{prefix}.mtz", mtz, labels, structure)


def _write_maps(path: Path, mtz: gemmi.Mtz, labels: list[str], structure: gemmi.Structure) -> None:
    hkl = mtz.make_miller_array()
    calculated = structure_factors(structure).get_value_by_hkl(hkl)
    value = np.array(mtz.column_with_label(labels[0]).array)
    observed = np.sqrt(np.maximum(value, 0.0)) if labels[0].startswith("I") else value
    scale = float((observed * np.abs(calculated)).sum() / (np.abs(calculated) ** 2).sum())
    phases = np.angle(calculated, deg=True)
    difference = observed - scale * np.abs(calculated)
    columns = {
        "FWT": ("F", observed + difference),
        "PHWT": ("P", phases),
        "DELFWT": ("F", difference),
        "PHDELWT": ("P", phases),
    }
    if len(labels) >= 4:
        columns |= {"FAN": ("F", np.full(len(hkl), 0.5)), "PHAN": ("P", phases - 90.0)}
    write_mtz(path, hkl, columns, space_group=mtz.spacegroup)


def pretend_french_wilson(plugin: CPluginScript, command: Command) -> None:
    """Roots of the intensities."""
    folder = plugin.work_directory
    mtz = gemmi.read_mtz_file(str(folder / option(command, "--hklin")))
    labels = option(command, "--labin").split(",")
    root = np.sqrt(np.maximum(np.array(mtz.column_with_label(labels[0]).array), 0.1))
    names = {"F": "F", "SIGF": "Q"} | (
        {"F(+)": "G", "SIGF(+)": "L", "F(-)": "G", "SIGF(-)": "L"} if len(labels) == 4 else {}
    )
    columns = {name: (letter, root if "SIG" not in name else 0.1 * root) for name, letter in names.items()}
    _say(command, "B_aniso= <gemmi.SMat33d(0.991931, -1.52076, 0.52883, 0, 0, 0)>")
    write_mtz(folder / f"{option(command, '--output_prefix')}.mtz", mtz.make_miller_array(), columns)


def pretend_geometry(plugin: CPluginScript, command: Command) -> None:
    """One class of restraints, one outlier."""
    prefix = plugin.work_directory / option(command, "--output_prefix")
    summary = statistics(0, "I", 0)["geom"]["summary"] | {
        "r.m.s.Z": dict.fromkeys(("Bond distances, non H", "Bond angles, non H"), 1.1)
    }
    outlier = {
        "label": "omega",
        "atom1": "A/ALA 1/CA",
        "atom2": "A/ALA 1/C",
        "value": 153.7,
        "ideal": 180.0,
        "z": -5.26,
    }
    prefix.with_name(f"{prefix.name}_summary.json").write_text(json.dumps(summary))
    prefix.with_name(f"{prefix.name}_outliers.json").write_text(json.dumps({"torsion": [outlier]}))


def _say(command: Command, line: str) -> None:
    if command.on_line is not None:
        command.on_line(line)
