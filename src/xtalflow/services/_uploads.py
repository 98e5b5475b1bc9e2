"""Files that a user sends to the server, kept until a job takes them, or for a day."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xtalflow.engine import Settings, safe_name
from xtalflow.errors import InvalidInput, StoreUnavailable, UploadTooLarge
from xtalflow.formats import write_atomically

UPLOADS = "uploads"
KEPT_S = 24 * 3600.0
"""Seconds after which an upload that no job took is removed."""
_ABOUT, _FILE = "upload.json", "file"
_ID = re.compile(r"[\w-]{20,64}", re.ASCII)
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was sent.

    Attributes
    ----------
    id
        Cannot be guessed; a form names the upload by it.
    name
        As the file is called, made safe.
    owner
        Who sent it; nobody else can use it.
    """

    id: str
    name: str
    owner: str
    size: int
    checksum: str
    path: Path


async def receive_upload(chunks: AsyncIterable[bytes], name: str, *, owner: str) -> Upload:
    """Write what is sent to the disk as it comes, with its checksum; uploads of former days are removed.

    Raises
    ------
    UploadTooLarge
        It is larger than the setting `upload_limit_gb` allows; nothing is kept.
    InvalidInput
        Nothing was sent.
    StoreUnavailable
        It cannot be written.
    """
    settings = Settings.load()
    limit = int(settings.upload_limit_gb * 1000**3)
    folder = uploads_folder() / secrets.token_urlsafe(24)
    path = folder / _FILE / safe_name(_last_part(name))
    try:
        await asyncio.to_thread(_make, folder)
        size, checksum = await _write(chunks, folder / "partial", path, limit)
        upload = Upload(id=folder.name, name=path.name, owner=owner, size=size, checksum=checksum, path=path)
        await asyncio.to_thread(_write_about, upload)
    except BaseException as exc:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if isinstance(exc, OSError):
            raise StoreUnavailable(f"{exc.filename or folder}: {exc.strerror or exc}") from exc
        raise
    return upload


def find_upload(identifier: str, *, owner: str) -> Upload:
    """An upload of somebody.

    Raises
    ------
    InvalidInput
        There is none of this id, or it is another's: the sentence is the same.
    """
    gone = InvalidInput("this upload is not there, or not there any more; upload the file again")
    if not _ID.fullmatch(identifier):
        raise gone
    upload = _read(uploads_folder() / identifier)
    if upload is None or upload.owner != owner or not upload.path.is_file():
        raise gone
    return upload


def drop_upload(identifier: str, *, owner: str) -> None:
    """Remove an upload of somebody; one that is not there, or is another's, is left alone."""
    try:
        upload = find_upload(identifier, owner=owner)
    except InvalidInput:
        return
    shutil.rmtree(upload.path.parent.parent, ignore_errors=True)


def drop_old_uploads(*, older_than_s: float = KEPT_S) -> int:
    """Remove uploads that no job took in time, and what is left of such as broke off; how many."""
    dropped = 0
    for folder in _folders():
        try:
            age = time.time() - max(folder.stat().st_mtime, *(each.stat().st_mtime for each in folder.iterdir()), 0.0)
        except OSError:  # somebody removes it meanwhile
            continue
        if age > older_than_s:
            shutil.rmtree(folder, ignore_errors=True)
            dropped += 1
    return dropped


def uploads_folder() -> Path:
    """Where uploads are."""
    return Settings.load().home / UPLOADS


def _folders() -> Iterator[Path]:
    try:
        yield from [each for each in uploads_folder().iterdir() if each.is_dir() and _ID.fullmatch(each.name)]
    except FileNotFoundError:
        return


def _last_part(name: str) -> str:
    """The name of a file without folders, which some browsers send, with Windows' separators too."""
    return name.replace("\\", "/").rpartition("/")[2].strip() or "upload"


def _make(folder: Path) -> None:
    drop_old_uploads()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    (folder / _FILE).mkdir()


async def _write(chunks: AsyncIterable[bytes], partial: Path, path: Path, limit: int) -> tuple[int, str]:
    """Write to a temporary name, bring it to the disk, and give it its own; size and SHA-256."""
    digest, size, pending = hashlib.sha256(), 0, bytearray()
    sink = await asyncio.to_thread(partial.open, "wb")
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise UploadTooLarge(f"{path.name} is larger than {limit / 1000**3:g} GB, which is the most allowed")
            pending += chunk
            if len(pending) >= _CHUNK:
                block, pending = bytes(pending), bytearray()
                await asyncio.to_thread(_add, sink, digest, block)
        await asyncio.to_thread(_add, sink, digest, bytes(pending))
        await asyncio.to_thread(_settle, sink)
    finally:
        await asyncio.to_thread(sink.close)
    if size == 0:
        raise InvalidInput(f"{path.name} is empty")
    await asyncio.to_thread(partial.replace, path)
    return size, digest.hexdigest()


def _add(sink: Any, digest: Any, block: bytes) -> None:
    digest.update(block)
    sink.write(block)


def _settle(sink: Any) -> None:
    sink.flush()
    os.fsync(sink.fileno())


def _write_about(upload: Upload) -> None:
    about = asdict(upload) | {"path": upload.path.name}
    write_atomically(upload.path.parent.parent / _ABOUT, json.dumps(about, indent=1).encode() + b"\n")


def _read(folder: Path) -> Upload | None:
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
        return Upload(**about | {"path": folder / _FILE / str(about["path"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
