"""The page of a job's structure and density, and what its viewers read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import path
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from xtalflow.api import job_of
from xtalflow.errors import InvalidInput, UnknownJob, UnknownProject, XtalflowError
from xtalflow.services import (
    Box,
    MapKind,
    ModelFormat,
    find_structure,
    map_bytes,
    model_text,
    structure_document,
)

from ._job_head import job_context
from ._vendor import VENDOR

_Choice = TypeVar("_Choice", ModelFormat, MapKind)
_VIEWERS = ("uglymol.js", "molstar.js")
_MODEL_TYPES = {ModelFormat.PDB: "chemical/x-pdb", ModelFormat.CIF: "chemical/x-mmcif"}
_MAP_TYPE = "application/octet-stream"


@require_safe
async def structure(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The page with the viewers."""
    found = await job_of(request, project, number)
    shown = await find_structure(found)
    has_viewers = all((VENDOR / name).is_file() for name in _VIEWERS)
    document = await structure_document(shown)
    context = await job_context(request, found, "structure", structure=document, has_viewers=has_viewers)
    return render(request, "xtalflow/structure.html", context)


@require_safe
async def model(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The model: as PDB, which UglyMol reads, or with ``?as=cif`` as mmCIF for Mol*."""
    shown = await find_structure(await job_of(request, project, number))

    async def content(form: ModelFormat) -> HttpResponse:
        return await _answer(request, shown.model_tag(form), lambda: model_text(shown, form), _MODEL_TYPES[form])

    wanted = request.GET.get("as", ModelFormat.PDB)
    return await _or_sentence(lambda: content(_one_of(ModelFormat, wanted, "a model is shown")))


@require_safe
async def density(request: HttpRequest, project: str, number: str, kind: str) -> HttpResponse:
    """A map: the asymmetric unit, or with ``?xyz=1,2,3&radius=20`` a box without symmetry."""
    shown = await find_structure(await job_of(request, project, number))

    async def content() -> HttpResponse:
        which = _one_of(MapKind, kind, "a map is shown")
        box = _box_of(request)
        return await _answer(request, shown.map_tag(which, box), lambda: map_bytes(shown, which, box), _MAP_TYPE)

    return await _or_sentence(content)


async def _answer(
    request: HttpRequest, tag: str, make: Callable[[], Awaitable[bytes]], content_type: str
) -> HttpResponse:
    """The bytes, or that the browser has them: nothing is made then."""
    etag = f'"{tag}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponseNotModified() if etag in known or "*" in known else HttpResponse(await make())
    if response.status_code == 200:
        response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _or_sentence(content: Callable[[], Awaitable[HttpResponse]]) -> HttpResponse:
    """What a viewer asks for, or in a sentence why it cannot have it: a page of an error would not help it."""
    try:
        return await content()
    except (UnknownJob, UnknownProject):
        raise
    except XtalflowError as exc:
        status = 422 if isinstance(exc, InvalidInput) else 503
        return HttpResponse(str(exc), status=status, content_type="text/plain; charset=utf-8")


def _one_of(choices: type[_Choice], text: str, what: str) -> _Choice:
    try:
        return choices(text)
    except ValueError:
        raise InvalidInput(f"{what} as {' or '.join(choices)}, not as {text!r}") from None


def _box_of(request: HttpRequest) -> Box | None:
    if "xyz" not in request.GET:
        return None
    try:
        x, y, z = (float(part) for part in request.GET["xyz"].split(","))
        return Box(centre=(x, y, z), radius=float(request.GET.get("radius", "20")))
    except ValueError:
        raise InvalidInput("a box of density is asked for as xyz=1.0,2.0,3.0&radius=20, in Å") from None


_BASE = "projects/<str:project>/jobs/<str:number>/structure/"
structure_urls = [
    path(_BASE, structure, name="structure"),
    path(f"{_BASE}model", model, name="structure-model"),
    path(f"{_BASE}map/<str:kind>", density, name="structure-map"),
]
