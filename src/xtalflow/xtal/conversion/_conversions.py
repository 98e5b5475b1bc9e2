"""Converts observations and phases from one content to another, keeping every reflection."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput, UnsuitableContent

from ..files import CObsDataFile, CPhsDataFile
from ..reflections import (
    COLUMN_KINDS,
    GroupData,
    ObsContent,
    PhsContent,
    ReflectionContent,
    convertible_contents,
    mean_of_mates,
    take_group,
    usable,
)
from ._french_wilson import FrenchWilsonRun, not_converted
from ._phases import allowed_phases, best_phases, hendrickson_lattman

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOM_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conversion:
    """Data before and after a conversion, for the same reflections.

    Attributes
    ----------
    without
        Why reflections have no value in the end: reason → number, of those that occur.
    mates_left_out
        Values of Friedel mates without a positive σ, which do not count.
    """

    source: GroupData
    result: GroupData
    without: Mapping[str, int]
    mates_left_out: int

    @property
    def reflections(self) -> int:
        """Reflections before and after."""
        return int(self.result.mtz.nreflections)

    @property
    def with_value(self) -> int:
        """Reflections that have a value in the end."""
        return self.reflections - sum(self.without.values())

    def write(self, out: Path) -> int:
        """Write the result as a mini-MTZ file with every reflection; their number."""
        words = f"{self.source.kind} of {self.source.path.name} as {self.result.kind}"
        return self.result.write(out, history=words)


def convert(file: CObsDataFile | CPhsDataFile, to: ReflectionContent, out: Path) -> Conversion:
    """Write observations or phases as another content, as a mini-MTZ file with standard labels.

    The names, the cell and the wavelength of the dataset and the history are kept, and so is every reflection: one
    whose value cannot be converted is there without a value.

    Parameters
    ----------
    file
        Its columns are those that it names (`columnLabels`), or the best of the file.
    to
        What the content flag allows: `convertible_contents`.

    Raises
    ------
    UnreadableFile, UnsuitableContent
        The file cannot be used, or not be converted to that.
    ProgramFailed
        Servalcat, which makes amplitudes of intensities, failed.
    """
    conversion = convert_group(read_group(file), to)
    conversion.write(out)
    return conversion


def read_group(file: CObsDataFile | CPhsDataFile) -> GroupData:
    """The observations or phases of a file."""
    if file.path is None:
        raise InvalidInput(f"{file.object_path() or type(file).__name__} is not set")
    mtz = file.read()
    return take_group(file.path, mtz, file.choose(file.path, mtz))


def check_conversion(source: GroupData, to: ReflectionContent) -> None:
    """Refuse a content that the data cannot be converted to.

    Raises
    ------
    UnsuitableContent
        The sentence says what they can be converted to.
    """
    have = _content_of(source)
    possible = convertible_contents(have) if have is not None else ()
    if type(to) is not type(have) or to not in possible:
        words = COLUMN_KINDS[source.kind].words
        others = [COLUMN_KINDS[content.name].words for content in possible[1:]]
        choices = f"only to {' or '.join(others)}" if others else "nor to anything else"
        what = COLUMN_KINDS[to.name].words
        raise UnsuitableContent(source.path, f"{words} cannot be converted to {what}, {choices}")


def needs_french_wilson(source: GroupData, to: ReflectionContent) -> bool:
    """Whether servalcat has to make amplitudes of intensities."""
    return source.kind in {"IPAIR", "IMEAN"} and to.name in {"FPAIR", "FMEAN"}


def convert_group(source: GroupData, to: ReflectionContent) -> Conversion:
    """Convert data to another content; what is that already stays as it is.

    Raises
    ------
    UnsuitableContent
        They cannot be converted to that; figures of merit are not between 0 and 1.
    ProgramFailed
        Servalcat, which makes amplitudes of intensities, failed.
    """
    check_conversion(source, to)
    if needs_french_wilson(source, to):
        with tempfile.TemporaryDirectory(prefix="xtalflow-") as folder:
            run = FrenchWilsonRun(intensities=source, folder=Path(folder))
            run.write_input()
            run.run()
            return collect_amplitudes(run, to)
    if source.kind == to.name:
        return _conversion(source, source, {})
    if to.name == "PHIFOM":
        return _to_best_phases(source)
    if to.name == "HL":
        return _to_coefficients(source)
    return _to_means(source, to)


def collect_amplitudes(run: FrenchWilsonRun, to: ReflectionContent) -> Conversion:
    """The conversion that a run of servalcat has made."""
    result = run.amplitudes(ObsContent[to.name])
    return _conversion(run.intensities, result, not_converted(run.intensities, result))


def _content_of(data: GroupData) -> ReflectionContent | None:
    """The content flag of observations or phases; None for anything else."""
    if data.kind in PhsContent.__members__:
        return PhsContent[data.kind]
    return ObsContent[data.kind] if data.kind in ObsContent.__members__ else None


def _to_means(source: GroupData, to: ReflectionContent) -> Conversion:
    values = source.values
    centric = source.mtz.spacegroup.operations().centric_flag_array(source.hkl).astype(bool)
    result = source.converted(to.name, mean_of_mates(values, centric))
    unusable = source.has_value & ~usable(values[:, 0::2], values[:, 1::2]).any(axis=1)
    return _conversion(source, result, {"no positive σ": int(unusable.sum())})


def _to_best_phases(source: GroupData) -> Conversion:
    import numpy as np

    phases, foms = best_phases(source.values.astype(float), _allowed(source))
    result = source.converted("PHIFOM", np.stack([phases, foms], axis=1))
    incomplete = source.has_value & ~np.isfinite(foms)
    return _conversion(source, result, {"not all four coefficients": int(incomplete.sum())})


def _to_coefficients(source: GroupData) -> Conversion:
    import numpy as np

    phases, foms = source.values.astype(float).T
    known = foms[np.isfinite(foms)]
    if len(known) and not (known.min() >= -_FOM_TOLERANCE and known.max() <= 1.0 + _FOM_TOLERANCE):
        label = source.group.labels[1]
        limits = f"{known.min():g} and {known.max():g}"
        raise UnsuitableContent(source.path, f"{label} is between {limits}: figures of merit are from 0 to 1")
    result = source.converted("HL", hendrickson_lattman(phases, foms, _allowed(source)))
    incomplete = source.has_value & ~np.isfinite(phases + foms)
    return _conversion(source, result, {"a phase or a figure of merit alone": int(incomplete.sum())})


def _allowed(source: GroupData) -> NDArray[np.float64]:
    return allowed_phases(source.mtz.spacegroup, source.hkl)


def _conversion(source: GroupData, result: GroupData, lost: Mapping[str, int]) -> Conversion:
    import numpy as np

    without = {"no value in the file": int((~source.has_value).sum()), **lost}
    values, mates_left_out = source.values, 0
    if source.kind in {"IPAIR", "FPAIR"} and result.kind != source.kind:
        unusable = np.isfinite(values[:, 0::2]) & ~usable(values[:, 0::2], values[:, 1::2])
        mates_left_out = int(unusable.sum())
    return Conversion(
        source=source,
        result=result,
        without={reason: number for reason, number in without.items() if number},
        mates_left_out=mates_left_out,
    )
