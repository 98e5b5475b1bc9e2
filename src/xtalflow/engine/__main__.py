"""``python -m xtalflow.engine FOLDER`` runs the job in a job's folder; with ``--fork-server FD`` it runs many."""

import sys
from pathlib import Path

from xtalflow.errors import XtalflowError

from ._fork_server import serve
from ._runner import Ready, run_folder, set_up


def main(arguments: list[str]) -> int:
    """Run the job in the one folder given, or serve by the socket that was inherited as a descriptor."""
    if len(arguments) == 2 and arguments[0] == "--fork-server" and arguments[1].isdecimal():
        return serve(int(arguments[1]))
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m xtalflow.engine FOLDER\n")
        return 2
    set_up()
    ready = Ready()
    try:
        with ready.loop:
            return run_folder(Path(arguments[0]), ready)
    except XtalflowError as exc:
        sys.stderr.write(f"{exc}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
