"""Writes the mmCIF of a refined model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.formats import write_atomically

from .._jobs import FoundJob
from ._categories import complete
from ._dictionary import DictionaryCheck, check_against_dictionary
from ._record import DepositionRecord, deposition_record


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedModel:
    """A model that was written.

    Attributes
    ----------
    refinement
        Number of the job that refined it.
    categories
        Those that were added to, or completed in, what the refinement wrote.
    check
        What the PDBx dictionary says; None if none is installed.
    """

    path: Path
    refinement: str
    categories: tuple[str, ...]
    check: DictionaryCheck | None


async def export_mmcif(found: FoundJob, out: Path | None = None) -> ExportedModel:
    """Write the refined model of a job with software, data and refinement statistics, as far as the record knows them.

    Parameters
    ----------
    found
        A refinement, or a pipeline that ends with one.
    out
        Where; if not given, ``PROJECT-NUMBER.cif`` here.

    Raises
    ------
    InvalidInput
        The job has no refined model as mmCIF, or `out` is there already.
    UnreadableFile
        The model is gone or broken.
    """
    target = out or Path.cwd() / f"{found.project.name}-{found.job.number}.cif"
    if target.is_symlink() or target.exists():
        raise InvalidInput(f"{target} is there already; nothing is written over it")
    if not target.absolute().parent.is_dir():
        raise InvalidInput(f"{target}: there is no folder {target.absolute().parent}")
    known = await deposition_record(found)
    categories, check = await asyncio.to_thread(_write, known, target)
    return ExportedModel(
        path=target, refinement=known.refinement.detail.job.number, categories=tuple(categories), check=check
    )


def _write(known: DepositionRecord, out: Path) -> tuple[list[str], DictionaryCheck | None]:
    from gemmi import cif

    try:
        document = cif.read_file(str(known.model))
        block = document.sole_block()
    except (ValueError, RuntimeError, OSError) as exc:
        raise UnreadableFile(known.model, f"not mmCIF: {exc}") from exc
    written = complete(block, known)
    check = check_against_dictionary(document)
    write_atomically(out, document.as_string(cif.WriteOptions(cif.Style.Pdbx)).encode())
    return written, check
