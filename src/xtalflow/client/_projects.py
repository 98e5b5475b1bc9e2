"""Projects: their jobs, files and indicators, and new jobs in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ._files import File, Upload, as_value, send
from ._http import address_of
from ._jobs import Job, job_body
from ._tables import KpiTable, read_table, table

if TYPE_CHECKING:
    from ._http import Document, Http

_TOLD = ("name", "uuid", "directory", "description", "created", "last_access", "archived")
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, as it was when the server was asked; `refresh` asks again."""

    name: str
    uuid: str
    directory: str
    description: str
    created: str
    last_access: str
    archived: bool
    tags: tuple[str, ...]
    http: Http = field(repr=False, compare=False)

    @classmethod
    def read(cls, http: Http, row: Document) -> Self:
        """One that the server told of."""
        return cls(http=http, tags=tuple(row["tags"]), **{name: row[name] for name in _TOLD})

    def refresh(self) -> Project:
        """The project as it is now."""
        return Project.read(self.http, self.http.ask("GET", self._address))

    def jobs(
        self,
        *,
        text: str = "",
        statuses: Sequence[str] = (),
        tasks: Sequence[str] = (),
        evaluations: Sequence[str] = (),
        parent: str = "",
        flat: bool = False,
        sort: str = "-number",
    ) -> Iterator[Job]:
        """Jobs, the newest first; pages are asked for as they are needed.

        Parameters
        ----------
        text
            Words in title, task or comments.
        parent
            Only the children of the job with this number.
        flat
            Jobs of all levels, not only those of the top level.
        sort
            ``number``, ``created``, ``finished``, ``duration``, ``task``, ``status``, ``title`` or ``kpi:KEY``, with a
            minus before it from the largest on.
        """
        asked = {"text": text, "status": list(statuses), "task": list(tasks), "evaluation": list(evaluations)}
        asked |= {"parent": parent, "flat": "true" if flat else "false", "sort": sort}
        for row in self.http.pages(f"{self._address}/jobs", asked):
            yield Job.read(self.http, row)

    def job(self, number: str | int) -> Job:
        """The job with this number: ``project.job("3.1")``."""
        return Job.read(self.http, self.http.ask("GET", f"{self._address}/{address_of('jobs', str(number))}"))

    def submit(
        self,
        task: str,
        parameters: Mapping[str, Any] | None = None,
        /,
        *,
        title: str = "",
        priority: int = 0,
        after: Sequence[Job | str] = (),
        reuse: bool = False,
        time_limit_s: float | None = None,
        memory_limit_mb: float | None = None,
        **more: Any,
    ) -> Job:
        """A new job, queued: ``project.submit("freerflag", F_SIGF=Path("data.mtz"), FRAC=0.05)``.

        Parameters
        ----------
        parameters, more
            By their paths, or by endings of paths that only one parameter has. A `Path` is a file of this machine, and
            is sent; a `File` is one of the project; `Columns` chooses columns of either.
        after
            Jobs of the project that must have finished before it is run.
        reuse
            Take results of jobs of the project that did the same.

        Raises
        ------
        RequestRefused
            It cannot be run; `findings` has all that is wrong. Nothing is made then.
        """
        body = job_body(
            self.http,
            self.uuid,
            {**(parameters or {}), **more},
            title=title,
            priority=priority,
            after=after,
            reuse=reuse,
            time_limit_s=time_limit_s,
            memory_limit_mb=memory_limit_mb,
        )
        return Job.read(self.http, self.http.ask("POST", f"{self._address}/jobs", body | {"task": task}))

    def check(self, task: str, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Document:
        """Whether a job could be run, all that is wrong with it, and the command line that would make it."""
        given = as_value(self.http, self.uuid, {**(parameters or {}), **more})
        return dict(self.http.ask("POST", f"{self._address}/check", {"task": task, "parameters": given}))

    def files(self, *, job: Job | str = "", type: str = "", text: str = "") -> Iterator[File]:  # noqa: A002  its name
        """Files in the order in which they were registered.

        Parameters
        ----------
        job
            They are read by this job, or made by it or one below it.
        type
            They are of this MIME type.
        text
            Words that are all in a file's name or annotation, or begin the number of its job.
        """
        asked = {"type": type, "text": text}
        if job:
            asked["job"] = job.number if isinstance(job, Job) else job
        for row in self.http.pages(f"{self._address}/files", asked):
            yield File.read(self.http, self.uuid, row)

    def upload(self, path: Path | str) -> Upload:
        """Send a file for a job that is made within a day; `submit` does so with every `Path`."""
        return send(self.http, self.uuid, Path(path))

    def kpi_table(
        self,
        *,
        keys: Sequence[str] = (),
        tasks: Sequence[str] = (),
        statuses: Sequence[str] = (),
        text: str = "",
        flat: bool = False,
        sort: str = "-created",
        limit: int | None = None,
    ) -> KpiTable:
        """Indicators of its jobs, side by side; see `Client.kpi_table`."""
        asked = {"kpi": list(keys), "task": list(tasks), "status": list(statuses), "text": text, "sort": sort}
        return read_table(self.http, f"{self._address}/kpis", asked | {"flat": "true" if flat else "false"}, limit)

    def history(self, after: int = 0) -> Iterator[Document]:
        """What has happened, the oldest first: who did what to which job, when, and from where."""
        last: int | None = after
        while last is not None:
            page = self.http.ask("GET", f"{self._address}/history", params={"after": last, "limit": 1000})
            yield from page["items"]
            last = page["next"]

    def edit(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        archived: bool | None = None,
    ) -> Project:
        """Change what is said of it."""
        said = {"name": name, "description": description, "archived": archived}
        body: Document = {key: value for key, value in said.items() if value is not None}
        if tags is not None:
            body["tags"] = list(tags)
        return Project.read(self.http, self.http.ask("PATCH", self._address, body))

    def export_archive(self, to: Path | str, *, jobs: str | Sequence[str] = ()) -> Path:
        """Write it as an archive that CCP4i2 takes; where that is.

        It goes to a path, or into a folder under the name that the server gives it.

        Parameters
        ----------
        jobs
            Numbers of top-level jobs, or one, which come with all that they need; all jobs if none is named.
        """
        numbers = [jobs] if isinstance(jobs, str) else list(jobs)
        return self.http.save(f"{self._address}/archive", Path(to), params={"job": numbers})

    def delete(self) -> Document:
        """Move its folder to a trash on the server, and forget its jobs; what went, and where it is."""
        return dict(self.http.ask("DELETE", self._address))

    def _repr_html_(self) -> str:
        jobs = list(islice(self.jobs(), _SHOWN))
        rows = [(job.number, job.task, job.title, job.status) for job in jobs]
        more = ", ".join(filter(None, [self.description, *self.tags]))
        return table(f"Project {self.name}{': ' if more else ''}{more}", ("Job", "Task", "Title", "Status"), rows)

    @property
    def _address(self) -> str:
        return address_of("projects", self.uuid)
