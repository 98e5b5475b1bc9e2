"""What REST is asked with: bodies are strict, with bounded texts and lists, and nothing that is not known."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from xtalflow.db import Evaluation, JobFilter
from xtalflow.engine import JobId
from xtalflow.plugin import JobStatus

from ._answers import Rating, RoleName, ScopeName, Status
from ._pages import CURSOR
from ._problems import WRONG_TYPE, Refused

JSON = "application/json"
_NUMBER = r"^[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8})*$"
LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]*$"
NAME = r"^[^/\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]*$"

Line = Annotated[str, Field(max_length=500, pattern=LINE)]
Tag = Annotated[str, Field(min_length=1, max_length=50, pattern=NAME)]
Text = Annotated[str, Field(max_length=20_000)]
JobNumber = Annotated[str, Field(max_length=100, pattern=_NUMBER, examples=["3.1"])]
InPath = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1, "pattern": r"^[^/\\\u0000-\u001f]+$"})]
ProjectName = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "pattern": r"^[^/\\\u0000-\u001f]+$",
            "description": "Name of a project, or its uuid",
            "examples": ["lysozyme"],
        }
    ),
]
NumberInPath = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": _NUMBER, "maxLength": 100, "examples": ["3", "3.1"]})
]


def whole(value: Any) -> Any:
    """A number in an address has digits only; `int` takes more."""
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdecimal()):
        raise ValueError("must be a whole number")
    return value


def _truth(value: Any) -> Any:
    """A truth in an address is one of two words; pydantic takes more."""
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise ValueError("must be true or false")
        return value == "true"
    return value


def _integer(value: Any) -> Any:
    """A number of a body without a fraction is an integer, however it is written: JSON has one kind of numbers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole)]
Integer = Annotated[int, BeforeValidator(_integer)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Body(BaseModel):
    """A body whose members are all known, each of its type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """What is asked in an address."""


class JobQuery(Asked):
    """Which jobs."""

    text: str = Field(default="", max_length=200, description="Words in title, task or comments; begins of numbers")
    status: list[Status] = Field(default=[], max_length=20, description="One of these")
    task: list[str] = Field(default=[], max_length=50, description="Of one of these tasks")
    evaluation: list[Rating] = Field(default=[], max_length=10, description="One of these")
    flat: Truth = Field(default=False, description="Jobs of all levels; without it those of the top level")
    cursor: str = CURSOR
    limit: Whole = Field(default=100, ge=1, le=1000)

    def which(self, parent: JobId | None = None) -> JobFilter:
        """The filter of the services."""
        return JobFilter(
            text=self.text,
            statuses=tuple(JobStatus[each.upper()] for each in self.status),
            tasks=tuple(self.task),
            evaluations=tuple(Evaluation[each.upper()] for each in self.evaluation),
            parent=parent,
            flat=self.flat,
        )


class NewProject(Body):
    """A project to be made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "lysozyme", "description": "Hen egg white", "tags": ["teaching"]}]}
    )
    name: str = Field(min_length=1, max_length=100, pattern=NAME)
    description: Text = ""
    tags: list[Tag] = Field(default=[], max_length=100)


class ProjectChange(Body):
    """What is to be changed of a project; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tags": ["teaching", "done"]}]})
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)] | None = None
    description: Text | None = None
    archived: bool | None = None
    tags: list[Tag] | None = Field(default=None, max_length=100, description="All tags; they replace those it has")


class NewRole(Body):
    """A role in a project."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "editor"}]})
    role: RoleName


class JobLimits(Body):
    """What a job may use; beyond them it fails."""

    time_s: float | None = Field(default=None, gt=0, le=1e9, description="Seconds")
    memory_mb: float | None = Field(default=None, gt=0, le=1e9, description="Megabytes")


_PARAMETERS = (
    "Values by the paths of parameters, or by endings of paths that only one parameter has. A file is "
    '`{"file": UUID}` of the project, `{"upload": ID}`, or for an administrator of the server `{"path": PATH}`; '
    '`"columns": "F,SIGF"` beside it chooses columns. Lists and objects go below; null unsets.'
)


class JobParameters(Body):
    """The parameters of a job to be made."""

    parameters: dict[str, JsonValue] = Field(default={}, max_length=1000, description=_PARAMETERS)


class JobOptionsBody(JobParameters):
    """A job to be made, but for its task."""

    title: Line = ""
    priority: Integer = Field(default=0, ge=-100, le=100, description="Of jobs that wait, the higher are run first")
    after: list[JobNumber] = Field(
        default=[], max_length=100, description="Jobs of the project that must have finished before it is run"
    )
    reuse: bool = Field(default=False, description="Take results of jobs of the project that did the same")
    limits: JobLimits = JobLimits()


class CheckedJob(JobParameters):
    """A job that could be made."""

    task: str = Field(min_length=1, max_length=200, examples=["freerflag"])
    title: Line = ""


class NewJob(JobOptionsBody):
    """A job to be made and queued."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "task": "freerflag",
                    "parameters": {
                        "inputData.F_SIGF": {"file": "0d5cba0e-7a4c-4a6e-9a34-0f8f3e6a1c11"},
                        "controlParameters.FRAC": 0.05,
                    },
                    "title": "Free set",
                }
            ]
        }
    )
    task: str = Field(min_length=1, max_length=200)


class JobChange(Body):
    """What is to be changed of what is said of a job; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"evaluation": "best", "comments": "to be deposited"}]})
    title: Annotated[str, Field(min_length=1, max_length=500, pattern=LINE)] | None = None
    comments: Text | None = None
    evaluation: Rating | None = None


class NewToken(Body):
    """A token to be made."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "beamline", "scope": "write", "days": 90}]})
    name: str = Field(min_length=1, max_length=100, pattern=NAME)
    scope: ScopeName = "read"
    days: Annotated[int, Field(ge=1, le=3650), BeforeValidator(_integer)] | None = Field(
        default=None, description="For so many days; null is for ever"
    )


class StrictParser(Parser):
    """Reads JSON, and nothing that only looks like it."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value of the body."""
        if request.content_type != JSON:
            raise Refused(WRONG_TYPE, f"send the body as {JSON}, not as {request.content_type or 'nothing'}")
        return json.loads(request.body, parse_constant=_refuse_constant)


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
