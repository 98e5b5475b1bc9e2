"""Files of a project: downloaded, uploaded, and given to parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from xtalflow.errors import UnreadableFile

from ._http import address_of

if TYPE_CHECKING:
    from ._http import Document, Http

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was sent, and that a job can take within a day."""

    id: str
    name: str
    size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns chosen in a file of reflections: ``Columns(Path("data.mtz"), "F,SIGF")``."""

    source: Path | File | Upload
    labels: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a project.

    Attributes
    ----------
    param
        The parameter of the job that it is from.
    path
        Where it is on the server.
    facts
        What its content says: cell, space group, resolution, columns …
    available
        False if it is on record and not there: it was purged, or did not come when its project was imported.
    """

    uuid: str
    project: str
    param: str
    path: str
    type: str
    size: int
    checksum: str
    annotation: str
    facts: Mapping[str, Any] = field(repr=False)
    available: bool
    http: Http = field(repr=False, compare=False)

    @classmethod
    def read(cls, http: Http, project: str, row: Document) -> Self:
        """One that the server told of."""
        told = {name: row[name] for name in ("uuid", "param", "path", "type", "size", "checksum", "annotation")}
        return cls(http=http, project=project, facts=row["facts"], available=row["available"], **told)

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.rpartition("/")[2]

    def columns(self, labels: str) -> Columns:
        """Some of its columns, for a parameter."""
        return Columns(self, labels)

    def download(self, to: Path | str) -> Path:
        """Write it to a path, or into a folder under its own name; where it is then.

        It is written under another name first, and compared with its checksum.

        Raises
        ------
        StoreUnavailable
            What came is not what the server has.
        UnreadableFile
            It cannot be written there.
        """
        target = Path(to)
        if target.is_dir():
            target /= self.name
        return self.http.save(f"{self._address}/content", target, checksum=self.checksum)

    def read_bytes(self, start: int = 0, stop: int | None = None) -> bytes:
        """Its bytes, or some of them."""
        asked = f"bytes={start}-{'' if stop is None else stop - 1}"
        headers = {"Range": asked} if start or stop is not None else {}
        with self.http.stream("GET", f"{self._address}/content", headers=headers) as answer:
            return bytes(answer.read())

    def preview(self) -> Document:
        """The beginning of a text, or the columns of a file of reflections."""
        return dict(self.http.ask("GET", f"{self._address}/preview"))

    @property
    def _address(self) -> str:
        return address_of("projects", self.project, "files", self.uuid)


def send(http: Http, project: str, path: Path) -> Upload:
    """Send a file, and let the server compare it with its checksum.

    Raises
    ------
    UnreadableFile
        It is missing, a folder, or not permitted.
    """
    try:
        with path.open("rb") as source:
            headers = {
                "Content-Type": "application/octet-stream",
                "X-Checksum-SHA256": hashlib.file_digest(source, "sha256").hexdigest(),
            }
            source.seek(0)
            where = f"{address_of('projects', project)}/uploads"
            sent = http.ask("POST", where, content=source, params={"name": path.name}, headers=headers)
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    return Upload(id=sent["upload"], name=sent["name"], size=sent["size"], checksum=sent["checksum"])


def as_value(http: Http, project: str, value: Any) -> Any:
    """A value of a parameter as the server takes it: files are sent, those of the project named."""
    if isinstance(value, Columns):
        return as_value(http, project, value.source) | {"columns": value.labels}
    if isinstance(value, Path):
        return {"upload": send(http, project, value).id}
    if isinstance(value, Upload):
        return {"upload": value.id}
    if isinstance(value, File):
        return {"file": value.uuid}
    if isinstance(value, Mapping):
        return {str(name): as_value(http, project, each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_value(http, project, each) for each in value]
    return value
