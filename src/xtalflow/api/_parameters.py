"""The parameters of a job, by their paths."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import WithJsonSchema

from xtalflow.services import job_parameters

from ._answers import JobParameterAnswer, JobParametersAnswer
from ._asking import job_of
from ._bodies import NumberInPath, ProjectName
from ._problems import UNKNOWN_PARAMETER, UNKNOWN_TASK, Refused
from ._room import Room

parameters = Room(tags=["jobs"])
Document = dict[str, Any]
ParameterPath = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(inputData|controlParameters)[A-Za-z0-9_.-]*$",
            "examples": ["controlParameters.NCYCLES"],
        }
    ),
]
_PARAMETERS = "/projects/{project}/jobs/{number}/parameters"


@parameters.asks("GET", _PARAMETERS, JobParametersAnswer, UNKNOWN_TASK)
async def get_parameters(request: HttpRequest, project: ProjectName, number: NumberInPath) -> Document:
    """The parameters of a job: as they were asked for, as it ran with them, and what of that is not the default."""
    return await job_parameters(await job_of(request, project, number))


@parameters.asks("GET", f"{_PARAMETERS}/{{path}}", JobParameterAnswer, UNKNOWN_TASK, UNKNOWN_PARAMETER)
async def get_parameter(
    request: HttpRequest, project: ProjectName, number: NumberInPath, path: ParameterPath
) -> Document:
    """One parameter of a job, by its whole path."""
    found = await job_of(request, project, number)
    document = await job_parameters(found)
    for section in document["sections"]:
        for parameter in section["parameters"]:
            if parameter["path"] == path:
                return dict(parameter)
    raise Refused(UNKNOWN_PARAMETER, f"{found.name} has no parameter {path!r}")
