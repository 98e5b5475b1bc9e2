"""Requests, and what is made of their answers."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xtalflow.errors import InvalidInput, NotEquipped, RequestRefused, StoreUnavailable, UnreadableFile

if TYPE_CHECKING:
    import httpx

Document = dict[str, Any]
_UNAVAILABLE = 503
_CHUNK = 1 << 20


class Http:
    """A server, and whoever asks it.

    Raises
    ------
    NotEquipped
        httpx is not installed.
    InvalidInput
        The token cannot be one.
    """

    def __init__(self, address: str, token: str, *, timeout_s: float) -> None:
        try:
            import httpx
        except ImportError as exc:
            raise NotEquipped("the client needs httpx: pip install 'xtalflow[client]'") from exc
        if not token.isascii() or not token.isprintable():
            raise InvalidInput("the token is refused: it has characters that no token has")
        self.address = address.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=f"{self.address}/api/v1/", headers=headers, timeout=timeout_s)
        self._transport_error = httpx.HTTPError

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The document that a request is answered; None without one.

        Raises
        ------
        RequestRefused
            The server refuses it, and says why.
        StoreUnavailable
            The server cannot be reached, or cannot answer now.
        """
        if body is not None:
            options["json"] = body
        with self.stream(method, path, **options) as answer:
            return self._document(answer)

    @contextmanager
    def stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        """An answer that is read as it comes; problems are raised."""
        try:
            with self._client.stream(method, path.removeprefix("/"), **options) as answer:
                if answer.is_error:
                    raise _refusal(answer.read(), answer.status_code, self.address)
                yield answer
        except self._transport_error as exc:
            raise StoreUnavailable(
                f"the server at {self.address} does not answer: {exc or type(exc).__name__}"
            ) from exc

    def save(self, path: str, target: Path, *, checksum: str = "", **options: Any) -> Path:
        """Write what is answered to a file, whole or not at all; where it is then.

        Parameters
        ----------
        target
            A path, or a folder, in which it has the name that the server gives it.
        checksum
            SHA-256 that it must have; empty if none is known.

        Raises
        ------
        StoreUnavailable
            What came is not what the server has.
        InvalidInput
            It is to go into a folder, and the server gives it no name.
        UnreadableFile
            It cannot be written there.
        """
        with self.stream("GET", path, **options) as answer:
            if target.is_dir():
                target /= _name_given(answer.headers.get("Content-Disposition", ""), target)
            partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
            digest = hashlib.sha256()
            try:
                with partial.open("wb") as sink:
                    for chunk in answer.iter_bytes(_CHUNK):
                        digest.update(chunk)
                        sink.write(chunk)
                if checksum not in ("", digest.hexdigest()):
                    raise StoreUnavailable(f"{target.name} came otherwise than the server has it; nothing was kept")
                partial.replace(target)
            except OSError as exc:
                raise UnreadableFile(target, exc.strerror or str(exc)) from exc
            finally:
                partial.unlink(missing_ok=True)
        return target

    def pages(self, path: str, asked: Mapping[str, Any]) -> Iterator[Document]:
        """The rows of a list, page by page."""
        cursor = ""
        while True:
            page = self.ask("GET", path, params={**asked, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"] or ""
            if not cursor:
                return

    def _document(self, answer: httpx.Response) -> Any:
        content = answer.read()
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError as exc:
            raise StoreUnavailable(f"what answers at {self.address} is no server of xtalflow") from exc


def address_of(*steps: str) -> str:
    """A path of steps, whatever is in their names."""
    return "/".join(quote(step, safe="") for step in steps)


def _name_given(disposition: str, folder: Path) -> str:
    """The file name of a ``Content-Disposition``, without any folder that it may have."""
    header = Message()
    header["Content-Disposition"] = disposition
    name = (header.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", "..") or not name.isprintable():
        raise InvalidInput(f"{folder} is a folder, and the server gives no name for the file: name a path in it")
    return name


def _refusal(content: bytes, status: int, address: str) -> Exception:
    """The error that tells of a problem."""
    try:
        problem = json.loads(content)
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return StoreUnavailable(f"what answers at {address} is no server of xtalflow: it says {status}")
    if status == _UNAVAILABLE:
        return StoreUnavailable(detail)
    findings = [(str(one["path"]), str(one["text"])) for one in problem.get("findings") or ()]
    return RequestRefused(detail, code=code, status=status, findings=findings)
