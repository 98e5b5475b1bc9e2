"""The files of a job: what it read and made, with what is known of them, and the files themselves."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_safe

from xtalflow import db
from xtalflow.api import crate_answer, file_answer, job_of, mmcif_answer, zip_answer
from xtalflow.engine import FileId
from xtalflow.errors import UnknownFile
from xtalflow.services import (
    Document,
    FoundJob,
    can_make_crates,
    file_of_project,
    has_refined_model,
    zip_of_files,
)

from ._job_head import job_context

_MADE_BY = re.compile(r"CCP4_JOBS/((?:job_\d+/)+)", re.ASCII)
_MANY = 8


@require_GET
async def files(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """Inputs and outputs of a job with their facts."""
    found = await job_of(request, project, number)
    context = await job_context(request, found, "files")
    job = context["job"]
    known = [FileId(UUID(file["uuid"])) for file in (*job["inputs"], *job["files"])]
    sources = {str(uuid): name for uuid, name in (await db.import_sources(found.project.id, known)).items()}
    context["groups"] = [
        {"title": title, "files": [_shown(file, found, sources) for file in rows], "made": made}
        for title, rows, made in (("Inputs", job["inputs"], False), ("Outputs", job["files"], True))
    ]
    context["size_of_outputs"] = sum(file["size"] for file in job["files"] if file["available"])
    has_ended = found.job.status.is_end
    context["has_crate"] = has_ended and can_make_crates()
    context["has_mmcif"] = has_ended and await has_refined_model(found)
    return render(request, "xtalflow/job_files.html", context)


@require_safe
async def file(request: HttpRequest, project: str, number: str, uuid: str) -> HttpResponseBase:
    """One file, whole or in parts."""
    found = await job_of(request, project, number)
    return await file_answer(request, found.project, await file_of_project(found.project, uuid))


@require_GET
async def archive(request: HttpRequest, project: str, number: str) -> HttpResponseBase:
    """All that a job made, as one archive."""
    found = await job_of(request, project, number)
    detail = await db.job_detail(found.project.id, found.job.id)
    outputs = [used.file for used in detail.outputs if used.file.available]
    if not outputs:
        raise UnknownFile(found.name, "made no files, or all are gone")
    name = f"{found.project.name}_{number}.zip".replace(" ", "_")
    return zip_answer(zip_of_files(found.project.directory, outputs), name)


@require_GET
async def crate(request: HttpRequest, project: str, number: str) -> HttpResponseBase:
    """A job that has ended as a crate."""
    return await crate_answer(await job_of(request, project, number))


@require_GET
async def mmcif(request: HttpRequest, project: str, number: str) -> HttpResponseBase:
    """The refined model of a job."""
    return await mmcif_answer(await job_of(request, project, number))


def _shown(file: Document, found: FoundJob, sources: dict[str, str]) -> Document:
    below = PurePath(file["path"]).relative_to(found.project.directory).as_posix()
    return file | {
        "name": PurePath(file["path"]).name,
        "below": below,
        "imported_from": sources.get(file["uuid"]),
        "made_by": maker_of(below),
        "facts": list(facts_of(file["facts"])),
        "columns": [f"{column['label']} ({column['type']})" for column in file["facts"].get("columns", [])],
        "short_checksum": file["checksum"][:10],
        "short_type": str(file["type"]).rpartition("/")[2],
    }


def maker_of(path: str) -> str | None:
    """The number of the job in whose folder a file is; None if that is no job's."""
    found = _MADE_BY.match(path)
    return found[1].rstrip("/").replace("job_", "").replace("/", ".") if found else None


def facts_of(facts: Document) -> list[str]:
    """What a file's content says, in short: space group, cell, resolution, how much of what."""
    said: list[str] = []
    if facts.get("space_group"):
        said.append(str(facts["space_group"]))
    if cell := facts.get("cell"):
        said.append(_cell(cell))
    if facts.get("d_min") and facts.get("d_max"):
        said.append(f"{facts['d_max']:.2f}–{facts['d_min']:.2f} Å")
    if facts.get("wavelength"):
        said.append(f"λ {facts['wavelength']:.4f} Å")
    for key, one, many in (
        ("reflections", "reflection", "reflections"),
        ("atoms", "atom", "atoms"),
        ("residues", "residue", "residues"),
        ("waters", "water", "waters"),
    ):
        if isinstance(count := facts.get(key), int) and (count or key != "waters"):
            said.append(f"{count} {one if count == 1 else many}")
    if ligands := facts.get("ligands"):
        said.append(f"ligands {', '.join(map(_name, ligands[:_MANY]))}{' …' if len(ligands) > _MANY else ''}")
    if grid := facts.get("grid"):
        said.append(f"grid {' × '.join(map(str, grid))}" if isinstance(grid, list) else f"grid {grid}")
    return said


def _cell(cell: list[float]) -> str:
    lengths = " ".join(f"{value:.2f}" for value in cell[:3])
    return f"{lengths} Å, {' '.join(f'{value:g}' for value in cell[3:])}°"


def _name(thing: Any) -> str:
    return str(thing.get("name", "")) if isinstance(thing, dict) else str(thing)


_BASE = "projects/<str:project>/jobs/<str:number>/files/"
file_urls = [
    path(_BASE, files, name="job-files"),
    path(f"{_BASE}outputs.zip", archive, name="job-archive"),
    path(f"{_BASE}crate.zip", crate, name="job-crate"),
    path(f"{_BASE}model.cif", mmcif, name="job-mmcif"),
    path(f"{_BASE}<str:uuid>", file, name="job-file"),
]
