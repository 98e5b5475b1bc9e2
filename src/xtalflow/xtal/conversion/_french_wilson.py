"""Amplitudes from intensities by the method of French and Wilson, as servalcat does it.

Whoever runs the program does three steps: `write_input`, the program with `arguments` in the folder, `amplitudes`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import ProgramFailed, TaskFailed

from ..crystal import index_keys
from ..reflections import (
    COLUMN_KINDS,
    ColumnGroup,
    GroupData,
    ObsContent,
    read_reflections,
    take_group,
    usable,
    written_twice,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INPUT, _PREFIX = "intensities.mtz", "amplitudes"
_LABELS: Mapping[str, tuple[str, ...]] = {
    "FMEAN": ("F", "SIGF"),
    "FPAIR": ("F(+)", "SIGF(+)", "F(-)", "SIGF(-)"),
}
_TIMEOUT_S = 1800.0
_TAIL = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class FrenchWilsonRun:
    """One run of ``servalcat fw`` on intensities, in a folder.

    References
    ----------
    French & Wilson, Acta Cryst. A34 (1978) 517-525; servalcat: Yamashita et al., Acta Cryst. D77 (2021) 1282-1291.
    """

    intensities: GroupData
    folder: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        """Arguments of servalcat."""
        labels = ",".join(COLUMN_KINDS[self.intensities.kind].labels)
        return ("fw", "--hklin", _INPUT, "--labin", labels, "--output_prefix", _PREFIX)

    @property
    def _output(self) -> Path:
        return self.folder / f"{_PREFIX}.mtz"

    def write_input(self) -> None:
        """Write the intensities for servalcat.

        Of a centric reflection whose mates have the same value and σ one is left out: the one measurement would count
        as two in servalcat's mean.
        """
        values = self.intensities.values
        if self.intensities.kind == "IPAIR":
            values[written_twice(values, _centric(self.intensities)), 2:] = float("nan")
        self.intensities.converted(self.intensities.kind, values).write(self.folder / _INPUT, every=False)

    def run(self) -> None:
        """Run servalcat to its end.

        Raises
        ------
        ProgramFailed
            It failed or took too long; the message has what it said last, the details its last lines.
        """
        command = [sys.executable, "-m", "servalcat", *self.arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise ProgramFailed(f"servalcat fw ran out of time ({_TIMEOUT_S:g} s) and was stopped") from exc
        if done.returncode:
            lines = done.stdout.decode(errors="replace").rstrip().splitlines()[-_TAIL:]
            last = f": {lines[-1].strip()}" if lines else ""
            ending = f"ended with exit code {done.returncode}"
            if done.returncode < 0:
                ending = f"was killed by signal {-done.returncode}"
            raise ProgramFailed(f"servalcat fw {ending}{last}", code=done.returncode, details="\n".join(lines))

    def amplitudes(self, content: ObsContent) -> GroupData:
        """Amplitudes that servalcat made, for the reflections of the intensities; without value where it made none.

        Parameters
        ----------
        content
            FMEAN, or FPAIR if the intensities are of pairs.

        Raises
        ------
        TaskFailed
            It ended well but wrote no such amplitudes.
        """
        import numpy as np

        kind = content.name
        if not self._output.exists():
            raise TaskFailed("servalcat fw ended well but wrote no amplitudes")
        mtz = read_reflections(self._output)
        labels = _LABELS[kind]
        if not set(labels) <= set(mtz.column_labels()):
            raise TaskFailed(f"servalcat fw ended well but wrote no {COLUMN_KINDS[kind].words}")
        made = take_group(self._output, mtz, ColumnGroup(kind=kind, labels=labels, content=content))
        keys, wanted = index_keys(made.hkl), index_keys(self.intensities.hkl)
        places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        values = np.where((keys[places] == wanted)[:, None], made.values[places], np.nan)
        if kind == "FPAIR":
            twice = written_twice(self.intensities.values, _centric(self.intensities))
            values[twice, 2:] = values[twice, :2]
        return self.intensities.converted(kind, values)

    def clear(self) -> None:
        """Remove what servalcat wrote, once the amplitudes are taken; its log is what it says."""
        self._output.unlink()
        self._output.with_suffix(".log").unlink(missing_ok=True)


def not_converted(intensities: GroupData, amplitudes: GroupData) -> dict[str, int]:
    """Why reflections that have an intensity have no amplitude: reason → number."""
    import numpy as np

    source = intensities.values
    lost = intensities.has_value & ~np.isfinite(amplitudes.values[:, 0::2]).any(axis=1)
    absent = np.asarray(intensities.mtz.spacegroup.operations().systematic_absences(intensities.hkl), dtype=bool)
    unusable = ~usable(source[:, 0::2], source[:, 1::2]).any(axis=1)
    return {
        "systematic absences": int((lost & absent).sum()),
        "no positive σ": int((lost & ~absent & unusable).sum()),
        "left out by servalcat": int((lost & ~absent & ~unusable).sum()),
    }


def _centric(data: GroupData) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(data.mtz.spacegroup.operations().centric_flag_array(data.hkl), dtype=bool)
