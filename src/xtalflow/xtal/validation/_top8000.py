"""MolProbity's Ramachandran statistics, if the optional package cctbx is installed.

cctbx is asked in a process of its own: loaded after gemmi, its extension modules crash the process. Run as a program,
this module reads a JSON list of (class, φ, ψ) and writes the list of their shares.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence

TIMEOUT_S = 120.0


def top8000_shares(torsions: Sequence[tuple[str, float, float]]) -> list[float] | None:
    """Share of the reference residues of each class that are no likelier than this (φ, ψ).

    None if cctbx is not installed or does not answer.

    References
    ----------
    Top8000: Williams et al., Protein Sci. 27 (2018) 293-315.
    """
    if importlib.util.find_spec("mmtbx") is None:
        return None
    question = json.dumps([[str(kind), phi, psi] for kind, phi, psi in torsions])
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, input=question, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
        shares = [float(share) for share in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return shares if len(shares) == len(torsions) else None


def _answer() -> None:
    evaluator = importlib.import_module("mmtbx.rotamer.ramachandran_eval").RamachandranEval()
    shares = [evaluator.evaluate(kind, [phi, psi]) for kind, phi, psi in json.load(sys.stdin)]
    sys.stdout.write(json.dumps(shares))


if __name__ == "__main__":
    _answer()
