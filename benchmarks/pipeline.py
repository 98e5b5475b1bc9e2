"""What xtalflow adds to the programs it runs: a pipeline's wall time against the same programs run by hand.

Runs `refine_pipeline` once through the command line, then the very commands that its logs name, one after the other,
in copies of the jobs' folders, and prints the ratio of the two wall times. Both include the start of every process; the
database is made beforehand.

    python benchmarks/pipeline.py [DATA]     DATA: folder with gamma/ and monlib_min/ (default ../shared/data)
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 3


def main() -> int:
    here = Path(__file__).resolve().parents[1]
    data = Path(sys.argv[1] if len(sys.argv) > 1 else here.parent / "shared" / "data").resolve()
    if not (data / "gamma").is_dir():
        print(f"{data}: no folder gamma; name the folder of the test data", file=sys.stderr)
        return 2
    ratios = []
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory() as home:
            tracked, folder = run_pipeline(data, Path(home))
            alone = run_by_hand(folder, data)
        ratios.append(tracked / alone)
        print(f"round {number}: xtalflow {tracked:6.1f} s   programs by hand {alone:6.1f} s   ratio {ratios[-1]:.3f}")
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.3f}   (at most 1.10)")
    return 0


def run_pipeline(data: Path, home: Path) -> tuple[float, Path]:
    """Wall time of the pipeline on gamma, and the folder of its job."""
    environment = environment_for(data) | {"XTALFLOW_HOME": str(home), "XTALFLOW_PROJECTS": str(home / "projects")}
    words = ["F_SIGF=merged_intensities_native.mtz", "XYZIN=gamma_model.pdb", "FREERFLAG=freeR.mtz"]
    options = ["NCYCLES=10", "RANDOMIZE=0.3", "BFACTOR=20", "--json"]
    xtalflow = [sys.executable, "-m", "xtalflow"]
    subprocess.run([*xtalflow, "projects"], env=environment, capture_output=True, check=True)  # makes the database
    command = [*xtalflow, "run", "refine_pipeline", "-p", "gamma", *words, *options]
    began = time.monotonic()
    done = subprocess.run(command, cwd=data / "gamma", env=environment, capture_output=True, check=False)
    wall_s = time.monotonic() - began
    if done.returncode:
        sys.exit(done.stderr.decode())
    number = json.loads(done.stdout)["number"]
    return wall_s, home / "projects" / "gamma" / "CCP4_JOBS" / f"job_{number}"


def run_by_hand(folder: Path, data: Path) -> float:
    """Wall time of the programs that the logs of a job name, one after the other."""
    total = 0.0
    for log in sorted(folder.rglob("log.txt")):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("$ "):
                program, *arguments = shlex.split(line[2:])
                found = shutil.which(program, path=str(Path(sys.executable).parent)) or program
                with tempfile.TemporaryDirectory() as work:
                    for name in log.parent.iterdir():
                        if name.is_file():
                            shutil.copy(name, work)
                    began = time.monotonic()
                    subprocess.run(
                        [found, *arguments], cwd=work, env=environment_for(data), capture_output=True, check=True
                    )
                    total += time.monotonic() - began
    return total


def environment_for(data: Path) -> dict[str, str]:
    return dict(os.environ) | {"CLIBD_MON": str(data / "monlib_min")}


if __name__ == "__main__":
    sys.exit(main())
