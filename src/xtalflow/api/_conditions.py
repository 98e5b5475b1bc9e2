"""Answers that are known already, and changes of what was changed meanwhile: ETags, as RFC 9110 has them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from pydantic import TypeAdapter

from ._problems import CHANGED, Refused

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def render(document: Any) -> bytes:
    """A document as it is sent."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")


def etag_of(content: bytes) -> str:
    """The ETag of what is sent."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether whoever asks has this already."""
    tags = request.headers.get("If-None-Match")
    return tags is not None and (tags.strip() == "*" or etag in (_strong(tag) for tag in _TAG.findall(tags)))


def refuse_changed(request: HttpRequest, etag: str) -> None:
    """`Refused` if whoever asks wants to change, or to read, something that is not any more as they know it."""
    tags = request.headers.get("If-Match")
    if tags is not None and tags.strip() != "*" and etag not in _TAG.findall(tags):
        raise Refused(CHANGED, "this is not any more as you know it: read it again", {"ETag": etag})


def refusal_of_changed(request: HttpRequest, answer: type) -> Callable[[Any], None] | None:
    """The same for what is answered as a document, to be called with that; None if whoever asks does not say."""
    if "If-Match" not in request.headers:
        return None
    adapter: TypeAdapter[Any] = TypeAdapter(answer)

    def refuse(document: Any) -> None:
        content = adapter.validate_python(document)
        refuse_changed(request, etag_of(render(adapter.dump_python(content, by_alias=True, exclude_unset=True))))

    return refuse


def _strong(tag: str) -> str:
    return tag.removeprefix("W/")
