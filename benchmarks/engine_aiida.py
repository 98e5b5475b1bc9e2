"""What one trivial job costs in AiiDA: a `calcfunction` of one file in, one file out.

Run by a Python that has AiiDA. A temporary profile keeps its nodes in AiiDA's own SQLite storage (`core.sqlite_dos`),
with neither a broker nor a daemon, so the function runs in this process. A job is: put a new file of 300 kB into a
`SinglefileData`, store it, call the calcfunction, which returns a `SinglefileData` of 64 kB, and check that the
process ended well and its output is stored. One job, not counted, goes before; at the end nothing is left behind.

    python benchmarks/engine_aiida.py JOBS
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

INPUT_BYTES = 300_000
OUTPUT_BYTES = 64_000
LIMIT_S = 60


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]):
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGALRM, out_of_time)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.alarm(LIMIT_S)
    with tempfile.TemporaryDirectory(prefix="engine-aiida-") as home:
        os.environ["AIIDA_PATH"] = home  # read when AiiDA is imported
        warnings.filterwarnings("ignore", "Creating AiiDA configuration folder")
        ms = timed_jobs(int(arguments[0]), Path(home))
    print(json.dumps({"peer": f"AiiDA {version('aiida-core')} calcfunction", "jobs": len(ms), "ms": ms}))
    return 0


def out_of_time(*_: object) -> None:
    raise TimeoutError(f"a job, or setting up, took more than {LIMIT_S} s")


def timed_jobs(jobs: int, home: Path) -> list[float]:
    """Milliseconds of each job, in a profile made below `home`."""
    from aiida import load_profile
    from aiida.engine import calcfunction
    from aiida.manage import get_manager
    from aiida.manage.configuration import create_profile, get_config
    from aiida.orm import SinglefileData

    profile = create_profile(
        get_config(create=True),
        name="bench",
        email="bench@localhost",
        storage_backend="core.sqlite_dos",
        storage_config={"filepath": str(home / "storage")},
    )
    load_profile(profile.name)

    @calcfunction
    def head(file: Any) -> Any:  # both SinglefileData, which AiiDA, reading the hints, would look up in the module
        """The first 64 kB of a file."""
        with file.open(mode="rb") as source:
            return SinglefileData(io.BytesIO(source.read(OUTPUT_BYTES)), filename="head.bin")

    ms = []
    try:
        for number in range(jobs + 1):
            path = home / "input.bin"
            path.write_bytes(os.urandom(INPUT_BYTES))
            signal.alarm(LIMIT_S)
            began = time.perf_counter()
            output, node = head.run_get_node(SinglefileData(path).store())
            wall_s = time.perf_counter() - began
            signal.alarm(0)
            if not (node.is_finished_ok and output.is_stored):
                raise RuntimeError(f"the calcfunction ended as {node.process_state}")
            if number:  # the first one warms up
                ms.append(round(wall_s * 1000, 3))
    finally:
        get_manager().unload_profile()
    return ms


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
