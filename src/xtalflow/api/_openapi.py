"""Completes the description of the interface: every problem of every operation, headers, and examples."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from ._answers import ProblemAnswer
from ._problems import (
    BAD_REQUEST,
    CHANGED,
    CONFLICT,
    CONTENT_TYPE,
    FAILED,
    INVALID,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_SIGNED_IN,
    TOO_LARGE,
    UNAVAILABLE,
    UNKNOWN_JOB,
    UNKNOWN_PROJECT,
    UNKNOWN_TASK,
    WRONG_TYPE,
    ProblemKind,
)
from ._room import PROBLEMS

DESCRIPTION = """\
Runs macromolecular crystallography tasks and remembers everything about them.

A program sends its token as `Authorization: Bearer …`. Lists come in pages: `next` of one is the `cursor` of the one
after it. What is answered has an `ETag`: `If-None-Match` asks only for what is new, `If-Match` changes only what is as
it was. What goes wrong is told as RFC 9457 has it, with a code: 400 `bad-request` if a request does not follow this
description, 422 `invalid` if it does and cannot be done.
"""
_ETAG = {"description": "What this answer is told by when it is asked for again", "schema": {"type": "string"}}
_LOCATION = {"description": "The address of what was made", "schema": {"type": "string"}}
_HEADER = {"in": "header", "required": False}
_IF_NONE_MATCH = _HEADER | {
    "name": "If-None-Match",
    "description": "ETags of what is known: of one of these nothing is sent again",
    "schema": {"type": "string", "examples": ['"5f2c9a0e6d1b4c7f8a3e2d1c0b9a8f7e"']},
}
_IF_MATCH = _HEADER | {
    "name": "If-Match",
    "description": "ETags of what is to be changed: if it is not as one of these, nothing is changed",
    "schema": {"type": "string", "examples": ['"5f2c9a0e6d1b4c7f8a3e2d1c0b9a8f7e"']},
}


def complete(description: OpenAPISchema) -> OpenAPISchema:
    """The description with all that can be answered, problems included."""
    schemas = description["components"]["schemas"]
    schemas["Problem"] = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["Problem"].pop("$defs"))
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return description


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    first, _, rest = operation.get("description", "").partition("\n\n")
    operation["summary"], operation["description"] = first.strip().rstrip("."), rest.strip() or first.strip()
    for parameter in operation["parameters"]:
        parameter.pop("examples", None)  # the schema has them
        parameter["schema"].pop("title", None)
    responses = operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    if method == "get" and "200" in responses:
        operation["parameters"].append(dict(_IF_NONE_MATCH))
        if "application/json" in responses["200"].get("content", {}):
            responses["304"] = {"description": "Nothing new", "headers": {"ETag": _ETAG}}
            responses["200"].setdefault("headers", {})["ETag"] = _ETAG
    if method == "patch":
        operation["parameters"].append(dict(_IF_MATCH))
        responses["200"].setdefault("headers", {})["ETag"] = _ETAG
    if "201" in responses:
        responses["201"].setdefault("headers", {})["Location"] = _LOCATION
    kinds = [*_usual(path, method, has_body="requestBody" in operation), *operation.pop(PROBLEMS, ())]
    by_status = defaultdict(list)
    for kind in dict.fromkeys(kinds):
        by_status[kind.status].append(kind)
    for status, some in sorted(by_status.items()):
        responses[str(status)] = _problem(status, some)


def _usual(path: str, method: str, *, has_body: bool) -> list[ProblemKind]:
    """The problems that the address and the method of an operation tell."""
    kinds = [BAD_REQUEST, NOT_SIGNED_IN, FAILED, UNAVAILABLE, INVALID]
    if "{" in path:
        kinds.append(NOT_FOUND)
    if "{project}" in path:
        kinds += [UNKNOWN_PROJECT, NOT_ALLOWED]
    if "{number}" in path:
        kinds.append(UNKNOWN_JOB)
    if "{task}" in path:
        kinds.append(UNKNOWN_TASK)
    if method != "get":
        kinds += [NOT_ALLOWED, CONFLICT]
    if method == "patch":
        kinds.append(CHANGED)
    if has_body:
        kinds += [TOO_LARGE, WRONG_TYPE]
    return kinds


def _problem(status: int, kinds: list[ProblemKind]) -> dict[str, Any]:
    """The answer of a status, with the codes that it may have."""
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"code": {"enum": [kind.code for kind in kinds]}, "status": {"const": status}},
    }
    examples = {
        kind.code: {
            "value": {
                "type": f"urn:xtalflow:problem:{kind.code}",
                "code": kind.code,
                "title": kind.title,
                "status": status,
                "detail": kind.title,
            }
        }
        for kind in kinds
    }
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": schema, "examples": examples}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer
