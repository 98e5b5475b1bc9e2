"""Archives that are written while they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def zip_answer(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """The bytes of an archive, as an attachment of this name; what goes wrong on the way cuts it short."""
    return StreamingHttpResponse(
        _pieces(pieces),
        content_type="application/zip",
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


async def _pieces(written: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, written, None)) is not None:
        if piece:
            yield piece
