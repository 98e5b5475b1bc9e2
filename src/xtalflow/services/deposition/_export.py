"""Writes the mmCIF of a refined model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from xtalflow.engine import path_below
from xtalflow.errors import UnreadableFile
from xtalflow.formats import write_atomically

from .._jobs import FoundJob
from .._staging import check_target
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinedModel:
    """A model as mmCIF; its other attributes are those of `ExportedModel`."""

    text: str
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
    await asyncio.to_thread(check_target, target)
    model = await refined_mmcif(found)
    await asyncio.to_thread(write_atomically, target, model.text.encode())
    return ExportedModel(path=target, refinement=model.refinement, categories=model.categories, check=model.check)


async def refined_mmcif(found: FoundJob) -> RefinedModel:
    """The refined model of a job with software, data and refinement statistics, as far as the record knows them.

    Parameters
    ----------
    found
        A refinement, or a pipeline that ends with one.

    Raises
    ------
    InvalidInput
        The job has no refined model as mmCIF.
    UnreadableFile
        The model is gone or broken.
    """
    return await asyncio.to_thread(_completed, await deposition_record(found), found.project.directory)


def _completed(known: DepositionRecord, directory: Path) -> RefinedModel:
    from gemmi import cif

    try:
        document = cif.read_file(str(path_below(directory, known.model)))
        block = document.sole_block()
    except (ValueError, RuntimeError, OSError) as exc:
        raise UnreadableFile(known.model, f"not mmCIF: {exc}") from exc
    categories = complete(block, known)
    return RefinedModel(
        text=document.as_string(cif.WriteOptions(cif.Style.Pdbx)),
        refinement=known.refinement.detail.job.number,
        categories=tuple(categories),
        check=check_against_dictionary(document),
    )
