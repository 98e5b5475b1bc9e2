"""Python in the documents runs as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import gemmi
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def python_blocks(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), flags=re.DOTALL)


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | {
        "XTALFLOW_HOME": str(folder / "home"),
        "XTALFLOW_PROJECTS": str(folder / "projects"),
        "DATABASE_URL": "",
    }
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_data(path: Path) -> None:
    cell, group = gemmi.UnitCell(30, 35, 40, 90, 90, 90), gemmi.SpaceGroup("P 21 21 21")
    hkl = gemmi.make_miller_array(cell, group, 3.0)
    mtz = gemmi.Mtz(with_base=True)
    mtz.cell, mtz.spacegroup = cell, group
    mtz.add_dataset("native")
    mtz.add_column("I", "J")
    mtz.add_column("SIGI", "Q")
    mtz.set_data(np.column_stack([hkl, np.full(len(hkl), 10.0), np.ones(len(hkl))]).astype(np.float32))
    mtz.write_to_file(str(path))


def test_the_example_of_the_readme_makes_a_tracked_job(tmp_path: Path) -> None:
    write_data(tmp_path / "data.mtz")
    (example,) = python_blocks("README.md")

    done = run(example, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "projects/lysozyme/CCP4_JOBS/job_1/FREEROUT.mtz").exists()


def test_the_task_of_the_guide_gives_its_command(tmp_path: Path) -> None:
    (example,) = python_blocks("CONTRIBUTING.md")
    example += """
shake = Shake()
shake.inputData.XYZIN = "/data/model.pdb"
shake.controlParameters.RMS = 0.5
shake.outputData.XYZOUT = "/data/shaken.pdb"
print(*shake.command().args)
"""

    done = run(example, tmp_path)

    assert done.stdout == "/data/model.pdb 0.5 /data/shaken.pdb\n"
