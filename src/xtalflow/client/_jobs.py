"""Jobs: watched, ended, begun again, cloned, and what came out of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from xtalflow.errors import RequestRefused

from ._files import File, as_value
from ._http import address_of
from ._tables import figure, table

if TYPE_CHECKING:
    from ._http import Document, Http

ENDS = frozenset({"finished", "failed", "unsatisfactory", "interrupted"})
_TOLD = ("number", "uuid", "task", "title", "status", "outcome", "error")
_TIMES = ("created", "started", "finished", "duration_s")
_SAID = ("evaluation", "comments", "kpis")
_SHORTEST_S, _LONGEST_S = 0.1, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a project; `seq` counts them, and is None of progress, which is not kept."""

    kind: str
    data: Mapping[str, Any]
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job, as it was when the server was asked; `refresh` asks again.

    Attributes
    ----------
    status
        ``queued``, ``running``, ``finished``, ``failed``, ``unsatisfactory`` or ``interrupted``.
    error
        Why it did not end well.
    kpis
        Its performance indicators.
    """

    project: str
    number: str
    uuid: str
    task: str
    title: str
    status: str
    outcome: str | None
    error: str | None
    created: str
    started: str | None
    finished: str | None
    duration_s: float | None
    evaluation: str
    comments: str
    kpis: Mapping[str, float | int | str]
    http: Http = field(repr=False, compare=False)

    @classmethod
    def read(cls, http: Http, row: Document) -> Self:
        """One that the server told of."""
        return cls(http=http, project=row["project"], **{name: row[name] for name in (*_TOLD, *_TIMES, *_SAID)})

    @property
    def name(self) -> str:
        """As a user writes it: ``gamma/3.1``."""
        return f"{self.project}/{self.number}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status in ENDS

    @property
    def document(self) -> Document:
        """All that there is to know of it, with its children."""
        return dict(self.http.ask("GET", self._address))

    def refresh(self) -> Job:
        """The job as it is now."""
        return Job.read(self.http, self.document)

    def wait(self, timeout_s: float | None = None) -> Job:
        """The job when it has ended.

        Raises
        ------
        TimeoutError
            It takes longer.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        pause = _SHORTEST_S
        while not (job := self.refresh()).has_ended:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"job {self.name} is {job.status} after {timeout_s:g} s")
            time.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_S)
        return job

    def events(self) -> Iterator[Event]:
        """What happens to the job and to those below it, from its making to its end, as it happens.

        An event's data has the `row` of its job as it is when the event is read; `progress` tells of cycles meanwhile.
        """
        theirs = {self.uuid}
        where = f"{address_of('projects', self.project)}/events"
        with self.http.stream("GET", where, params={"after": 0}, timeout=None) as answer:  # it waits
            for event in _events(answer.iter_lines()):
                row = event.data.get("row") or {}
                if str(row.get("number", "")).startswith(f"{self.number}."):
                    theirs.add(row["uuid"])
                if event.data.get("job") not in theirs:
                    continue
                yield event
                moved_to = event.data.get("data", {}).get("to") if event.kind == "status" else None
                if row.get("uuid") == self.uuid and moved_to in ENDS and moved_to == row["status"]:
                    return

    def cancel(self) -> Job:
        """End it with all below it, and wait until it has ended."""
        return Job.read(self.http, self.http.ask("POST", f"{self._address}/cancel", timeout=None))

    def restart(self) -> Job:
        """Queue it again, if it failed or was interrupted."""
        return Job.read(self.http, self.http.ask("POST", f"{self._address}/restart"))

    def clone(
        self,
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
        """A new job with all parameters of this one but those given: ``job.clone(NCYCLES=5)``."""
        body = job_body(
            self.http,
            self.project,
            {**(parameters or {}), **more},
            title=title,
            priority=priority,
            after=after,
            reuse=reuse,
            time_limit_s=time_limit_s,
            memory_limit_mb=memory_limit_mb,
        )
        return Job.read(self.http, self.http.ask("POST", f"{self._address}/clone", body))

    def edit(self, *, title: str | None = None, comments: str | None = None, evaluation: str | None = None) -> Job:
        """Change what is said of it; `evaluation` is ``best``, ``good``, ``rejected`` or ``unknown``."""
        said = {"title": title, "comments": comments, "evaluation": evaluation}
        body = {name: value for name, value in said.items() if value is not None}
        return Job.read(self.http, self.http.ask("PATCH", self._address, body))

    def delete(self, *, with_dependents: bool = False) -> Document:
        """Move it to the trash of its project; what went, and the entry that brings it back."""
        asked = {"with_dependents": "true" if with_dependents else "false"}
        return dict(self.http.ask("DELETE", self._address, params=asked))

    @property
    def children(self) -> list[Job]:
        """The jobs that it ran, in order."""
        return [Job.read(self.http, row) for row in self.document["children"]]

    @property
    def report(self) -> Document | None:
        """Its report: sections of figures, tables, plots, texts and warnings; None if there is none."""
        return self._unless_missing("report")

    @property
    def log(self) -> str:
        """The log of its programs; empty if it ran none."""
        return self._log({})

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        return self._log({"tail": lines})

    @property
    def parameters(self) -> Document:
        """Its parameters by section: as they were asked for, and as it ran with them."""
        return dict(self.http.ask("GET", f"{self._address}/parameters"))

    @property
    def graph(self) -> Document:
        """Where its files came from, and what was made of them: nodes and edges."""
        return dict(self.http.ask("GET", f"{self._address}/graph"))

    @property
    def command(self) -> str:
        """The command line that would make it."""
        return str(self.http.ask("GET", f"{self._address}/command")["command"])

    @property
    def inputs(self) -> list[File]:
        """The files that it read."""
        return [File.read(self.http, self.project, row) for row in self.document["inputs"]]

    @property
    def files(self) -> list[File]:
        """The files that it made."""
        return [File.read(self.http, self.project, row) for row in self.document["files"]]

    def file(self, param: str) -> File:
        """The file that it made as this parameter: ``job.file("XYZOUT")``.

        Raises
        ------
        LookupError
            It made none such.
        """
        found = [file for file in self.files if file.param == param]
        if not found:
            raise LookupError(
                f"job {self.name} made no {param}; it made {', '.join(each.param for each in self.files)}"
            )
        return found[0]

    def download(self, to: Path | str) -> list[Path]:
        """Write all files that it made into a folder; where they are then."""
        folder = Path(to)
        folder.mkdir(parents=True, exist_ok=True)
        return [file.download(folder) for file in self.files if file.available]

    def export_crate(self, to: Path | str) -> Path:
        """Write it, with all that it read and made, as the zip of a Workflow Run RO-Crate; where that is.

        It goes to a path, or into a folder under the name that the server gives it.
        """
        return self.http.save(f"{self._address}/crate", Path(to))

    def export_mmcif(self, to: Path | str) -> Path:
        """Write its refined model as mmCIF with what a deposition asks for; where that is.

        It goes to a path, or into a folder under the name that the server gives it.
        """
        return self.http.save(f"{self._address}/mmcif", Path(to))

    def _repr_html_(self) -> str:
        took = "" if self.duration_s is None else f"{self.duration_s:.1f} s"
        rows = [("Task", self.task), ("Title", self.title), ("Status", self.status), ("Took", took)]
        rows += [("Error", self.error)] if self.error else []
        rows += [(key, figure(value)) for key, value in self.kpis.items()]
        return table(f"Job {self.name}", (), rows)

    def _log(self, asked: dict[str, Any]) -> str:
        try:
            with self.http.stream("GET", f"{self._address}/log", params=asked) as answer:
                return answer.read().decode("utf-8", "replace")
        except RequestRefused as exc:
            if exc.code == "unknown-file":
                return ""
            raise

    def _unless_missing(self, what: str) -> Document | None:
        try:
            return dict(self.http.ask("GET", f"{self._address}/{what}"))
        except RequestRefused as exc:
            if exc.code == "not-found":
                return None
            raise

    @property
    def _address(self) -> str:
        return address_of("projects", self.project, "jobs", self.number)


def job_body(
    http: Http,
    project: str,
    parameters: Mapping[str, Any],
    *,
    title: str,
    priority: int,
    after: Sequence[Job | str],
    reuse: bool,
    time_limit_s: float | None,
    memory_limit_mb: float | None,
) -> Document:
    """A job as the server is asked for it; files that are paths are sent first."""
    limits = {"time_s": time_limit_s, "memory_mb": memory_limit_mb}
    return {
        "parameters": as_value(http, project, parameters),
        "title": title,
        "priority": priority,
        "after": [each.number if isinstance(each, Job) else each for each in after],
        "reuse": reuse,
        "limits": {name: value for name, value in limits.items() if value is not None},
    }


def _events(lines: Iterator[str]) -> Iterator[Event]:
    """Messages of a stream."""
    message: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            message[name] = value
        elif not line and "data" in message:
            seq = int(message["id"]) if "id" in message else None
            data = json.loads(message["data"])
            yield Event(kind=str(data.get("kind") or message.get("event", "")), data=data, seq=seq)
            message = {}
