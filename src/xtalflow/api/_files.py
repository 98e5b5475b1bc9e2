"""Files: list, look into, download, upload."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated, Any

import gemmi
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query
from pydantic import BaseModel, Field, WithJsonSchema

from xtalflow import db
from xtalflow.db import FileFilter, Role
from xtalflow.engine import open_below, path_below
from xtalflow.errors import InvalidInput, UnknownFile
from xtalflow.services import (
    Upload,
    drop_upload,
    file_of_project,
    find_upload,
    listed_file,
    page_of_files,
    receive_upload,
)

from ._answers import ListedFile, Page, PreviewAnswer, UploadAnswer
from ._asking import asker_of, job_of, project_of
from ._bodies import JobNumber, ProjectName, Whole
from ._body import STREAMED, body_of
from ._downloads import file_answer
from ._pages import CURSOR, as_page
from ._problems import NOT_FOUND, OTHER_BYTES, OUT_OF_RANGE, TOO_LARGE, UNKNOWN_FILE, UNKNOWN_JOB, WRONG_TYPE, Refused
from ._ranges import RANGES
from ._room import Room

if TYPE_CHECKING:
    from xtalflow.db import ProjectRecord
    from xtalflow.engine import FileRecord

files = Room(tags=["files"])
Document = dict[str, Any]
FileUuid = Annotated[
    str,
    WithJsonSchema({"type": "string", "format": "uuid", "examples": ["0d5cba0e-7a4c-4a6e-9a34-0f8f3e6a1c11"]}),
]
UploadId = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{20,64}$"})]
_FILE = "/projects/{project}/files/{file}"
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_CONTENT: dict[int, Any] = {200: {"content": {"*/*": {"schema": {}}}}}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {STREAMED.decode(): {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "in": "header",
            "name": "X-Checksum-SHA256",
            "description": "The SHA-256 of the file in hexadecimal digits: what comes otherwise is not kept",
            "required": False,
            "schema": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
        },
        {
            "in": "header",
            "name": "Content-Digest",
            "description": "The same as RFC 9530 has it: `sha-256=:…:`",
            "required": False,
            "schema": {"type": "string"},
        },
    ],
}
_TEXT_BYTES, _TEXT_LINES = 64 * 1024, 200


class FileQuery(BaseModel):
    """Which files."""

    job: JobNumber | None = Field(default=None, description="Read by this job, or made by it or one below it")
    type: str = Field(default="", max_length=200, description="Of this type", examples=["chemical/x-pdb"])
    text: str = Field(
        default="",
        max_length=200,
        description="Words in its name or annotation, or the number of its job",
    )
    cursor: str = CURSOR
    limit: Whole = Field(default=100, ge=1, le=1000)


class UploadQuery(BaseModel):
    """What a file is called."""

    name: str = Field(min_length=1, max_length=255, examples=["data.mtz"])


@files.asks("GET", "/projects/{project}/files", Page[ListedFile], UNKNOWN_JOB)
async def list_files(request: HttpRequest, project: ProjectName, asked: Query[FileQuery]) -> Document:
    """Files of a project in the order in which they were registered."""
    home = await project_of(request, project)
    found = await job_of(request, project, asked.job) if asked.job else None
    which = FileFilter(
        job=found.job.id if found else None, file_types=(asked.type,) if asked.type else (), text=asked.text
    )
    return as_page(await page_of_files(home, filter=which, cursor=asked.cursor, limit=asked.limit))


@files.asks("GET", _FILE, ListedFile, UNKNOWN_FILE)
async def get_file(request: HttpRequest, project: ProjectName, file: FileUuid) -> Document:
    """A file, with what its content says."""
    home = await project_of(request, project)
    record = await file_of_project(home, file)
    sources = await db.import_sources(home.id, [record.id])
    number = (await db.get_job(record.job)).number if record.job else None
    return listed_file(record, home, number, sources.get(record.id))


@files.asks(
    "GET",
    f"{_FILE}/content",
    None,
    UNKNOWN_FILE,
    OUT_OF_RANGE,
    extra=RANGES | {"responses": RANGES["responses"] | _CONTENT},
)
async def download_file(request: HttpRequest, project: ProjectName, file: FileUuid) -> HttpResponseBase:
    """The bytes of a file, all of them or those of a `Range`; its `ETag` is its SHA-256."""
    home = await project_of(request, project)
    return await file_answer(request, home, await file_of_project(home, file))


@files.asks("GET", f"{_FILE}/preview", PreviewAnswer, UNKNOWN_FILE)
async def preview_file(request: HttpRequest, project: ProjectName, file: FileUuid) -> Document:
    """The beginning of a text, or the columns of a file of reflections."""
    home = await project_of(request, project)
    record = await file_of_project(home, file)
    if absence := record.absence:
        raise UnknownFile(record.path, f"is on record only: {absence.sentence}")
    return await asyncio.to_thread(_preview, home, record)


@files.asks(
    "POST",
    "/projects/{project}/uploads",
    UploadAnswer,
    TOO_LARGE,
    WRONG_TYPE,
    OTHER_BYTES,
    status=201,
    extra=_SENT,
)
async def send_upload(
    request: HttpRequest, response: HttpResponse, project: ProjectName, asked: Query[UploadQuery]
) -> Document:
    """Send a file as the body, for a job that is made within a day.

    It goes to the disk as it comes. With its checksum beside it, only what was sent is kept.
    """
    await project_of(request, project, Role.EDITOR)
    if (request.content_type or "").encode() != STREAMED:
        raise Refused(WRONG_TYPE, f"send the file itself as the body, as {STREAMED.decode()}")
    said = _said_checksum(request)
    owner = (await asker_of(request)).person.name
    upload = await receive_upload(body_of(request), asked.name, owner=owner)
    if said and said != upload.checksum:
        await asyncio.to_thread(drop_upload, upload.id, owner=owner)
        raise Refused(OTHER_BYTES, f"what came has the SHA-256 {upload.checksum}, not {said}; nothing was kept")
    response["Location"] = f"{request.path}/{upload.id}"
    return _upload(upload)


@files.asks("DELETE", "/projects/{project}/uploads/{upload}", None, status=204)
async def remove_upload(request: HttpRequest, project: ProjectName, upload: UploadId) -> None:
    """Forget an upload of whoever asks."""
    await project_of(request, project, Role.EDITOR)
    owner = (await asker_of(request)).person.name
    try:
        await asyncio.to_thread(find_upload, upload, owner=owner)
    except InvalidInput as exc:
        raise Refused(NOT_FOUND, "there is no such upload, or not any more") from exc
    await asyncio.to_thread(drop_upload, upload, owner=owner)


def _preview(home: ProjectRecord, record: FileRecord) -> Document:
    with open_below(home.directory, record.path).source as source:
        begin = source.read(_TEXT_BYTES + 1)
    if begin[:4] == b"MTZ " and (columns := _columns(path_below(home.directory, record.path))):
        return {"kind": "reflections", "text": "", "is_all": True, "columns": columns}
    if b"\0" in begin:
        return {"kind": "none", "text": "", "is_all": False, "columns": []}
    lines = begin[:_TEXT_BYTES].decode("utf-8", "replace").splitlines(keepends=True)
    is_all = len(begin) <= _TEXT_BYTES and len(lines) <= _TEXT_LINES
    return {"kind": "text", "text": "".join(lines[:_TEXT_LINES]), "is_all": is_all, "columns": []}


def _columns(path: Any) -> list[Document]:
    try:
        mtz = gemmi.read_mtz_file(str(path), with_data=False)
    except (RuntimeError, OSError, ValueError):
        return []
    return [
        {"label": column.label, "type": column.type, "dataset": column.dataset.dataset_name} for column in mtz.columns
    ]


def _said_checksum(request: HttpRequest) -> str:
    """The SHA-256 that whoever sends says; empty if nothing is said.

    Raises
    ------
    InvalidInput
        What is said is none.
    """
    said = request.headers.get("X-Checksum-SHA256")
    if said is not None:
        if not _SHA256.fullmatch(said):
            raise InvalidInput("X-Checksum-SHA256 must be 64 hexadecimal digits")
        return said.lower()
    for part in request.headers.get("Content-Digest", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                digest = base64.b64decode(value.strip(":"), validate=True)
            except (ValueError, binascii.Error) as exc:
                raise InvalidInput("Content-Digest: sha-256 must be between colons in Base64") from exc
            if len(digest) != 32:
                raise InvalidInput("Content-Digest: a sha-256 has 32 bytes")
            return digest.hex()
    return ""


def _upload(upload: Upload) -> Document:
    return {"upload": upload.id, "name": upload.name, "size": upload.size, "checksum": upload.checksum}
