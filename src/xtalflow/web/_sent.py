"""Files that came with a form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile


async def chunks_of(file: UploadedFile[Any]) -> AsyncIterator[bytes]:
    """The bytes of a file, as they come from the disk."""
    while chunk := await asyncio.to_thread(file.read, 1024 * 1024):
        yield chunk
