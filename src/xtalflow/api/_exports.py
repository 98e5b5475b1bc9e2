"""Projects and jobs for other programs: archives of CCP4i2, crates, and models for a deposition."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from ninja import Query
from pydantic import BaseModel, Field

from xtalflow.engine import safe_name
from xtalflow.services import ARCHIVE, plan_archive, plan_crate, refined_mmcif

from ._archives import zip_answer
from ._asking import job_of, project_of
from ._bodies import JobNumber, ProjectName
from ._problems import NOT_EQUIPPED, UNKNOWN_JOB
from ._room import Room

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.services import FoundJob

exports = Room(tags=["exports"])
_JOB = "/projects/{project}/jobs/{number}"
_MMCIF = "chemical/x-mmcif"


TopNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$", examples=["3"])]


def _answers(kind: str) -> dict[str, Any]:
    return {"responses": {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}}


class ArchiveQuery(BaseModel):
    """What of a project."""

    job: list[TopNumber] | None = Field(
        default=None,
        max_length=500,
        description="Numbers of top-level jobs; they come with all that they need. All jobs if none is named",
    )


async def archive_answer(project: ProjectRecord, jobs: Collection[str] | None = None) -> HttpResponseBase:
    """A project, or some of its jobs, as an archive that CCP4i2 takes."""
    archive = await plan_archive(project, jobs=jobs)
    return zip_answer(archive.pieces(tell=True), f"{safe_name(project.name)}{ARCHIVE}")


async def crate_answer(found: FoundJob) -> HttpResponseBase:
    """A job as a crate."""
    crate = await plan_crate([found])
    return zip_answer(crate.pieces(), safe_name(crate.name))


async def mmcif_answer(found: FoundJob) -> HttpResponseBase:
    """The refined model of a job."""
    model = await refined_mmcif(found)
    name = safe_name(f"{found.project.name}-{found.job.number}.cif")
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(model.text, content_type=_MMCIF, headers=headers | {"X-Content-Type-Options": "nosniff"})


@exports.asks("GET", "/projects/{project}/archive", None, extra=_answers("application/zip"))
async def download_archive(request: HttpRequest, project: ProjectName, asked: Query[ArchiveQuery]) -> HttpResponseBase:
    """A project, or some of its jobs, as an archive that CCP4i2 takes; it is written while it is sent."""
    return await archive_answer(await project_of(request, project), asked.job)


@exports.asks("GET", f"{_JOB}/crate", None, UNKNOWN_JOB, NOT_EQUIPPED, extra=_answers("application/zip"))
async def download_crate(request: HttpRequest, project: ProjectName, number: JobNumber) -> HttpResponseBase:
    """A job that has ended, and all that it read and made, as a Workflow Run RO-Crate."""
    return await crate_answer(await job_of(request, project, number))


@exports.asks("GET", f"{_JOB}/mmcif", None, UNKNOWN_JOB, extra=_answers(_MMCIF))
async def download_mmcif(request: HttpRequest, project: ProjectName, number: JobNumber) -> HttpResponseBase:
    """The refined model of a job as mmCIF, with what a deposition asks for."""
    return await mmcif_answer(await job_of(request, project, number))
