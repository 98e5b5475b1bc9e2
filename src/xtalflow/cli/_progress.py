"""Shows a run while it goes: a live tree of child jobs on a terminal, one line for each event anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._numbers import OVER_STRONG, duration, figure, heading, is_over_strong
from ._output import STATUS_STYLE, console

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from xtalflow.engine import JobRecord
    from xtalflow.services import Listener, News


@contextmanager
def watching(job: JobRecord, project: str, *, quiet: bool) -> Iterator[Listener]:
    """A listener that shows the news of a run of this job; a quiet one shows nothing."""
    if quiet:
        yield lambda news: None
    elif sys.stdout.isatty():
        with _live_tree(job, project) as listener:
            yield listener
    else:
        lines = _Lines(project)
        yield lines.tell


@dataclass(slots=True)
class _Lines:
    """One plain line for each event."""

    project: str

    def tell(self, news: News) -> None:
        from xtalflow.services import CycleDone, JobEnded, JobStarted

        name = f"{self.project}/{news.number}"
        match news:
            case JobStarted():
                line = f"{name} {news.task}: started ({news.title})"
            case CycleDone():
                line = f"{name} {cycle_text(news.values)}"
            case JobEnded():
                line = f"{name} {news.task}: {news.status.key} after {duration(news.elapsed_s)}"
                line += f": {news.reason}" if news.reason else ""
            case _:
                return
        print(line, flush=True)


@dataclass(slots=True)
class _Row:
    number: str
    task: str = ""
    title: str = ""
    status: str = "queued"
    began: float = field(default_factory=time.monotonic)
    elapsed_s: float | None = None
    text: str = ""


class _LiveTree:
    """The tree of jobs, drawn again several times a second."""

    def __init__(self, job: JobRecord, project: str) -> None:
        self._project = project
        self._rows: dict[str, _Row] = {job.number: _Row(job.number, job.task, job.title)}

    def tell(self, news: News) -> None:
        from xtalflow.services import CycleDone, JobEnded, JobProgressed, JobStarted

        row = self._rows.setdefault(news.number, _Row(news.number))
        match news:
            case JobStarted():
                row.task, row.title, row.status, row.began = news.task, news.title, "running", time.monotonic()
            case CycleDone():
                row.text = cycle_text(news.values)
            case JobProgressed():
                if not row.text.startswith("cycle"):
                    row.text = f"step {figure(news.done)} of {figure(news.total)}: {news.text}"
            case JobEnded():
                row.status, row.elapsed_s = news.status.key, news.elapsed_s
                row.text = news.reason or _last_figures(news.kpis) or ("" if "step" in row.text else row.text)

    def __rich__(self) -> Tree:
        from rich.tree import Tree

        trees: dict[str, Tree] = {}
        top: Tree | None = None
        for number, row in list(self._rows.items()):
            parent = trees.get(number.rpartition(".")[0])
            trees[number] = parent.add(self._line(row)) if parent else Tree(self._line(row), guide_style="dim")
            top = top or trees[number]
        return top or Tree("")

    def _line(self, row: _Row) -> Text:
        from rich.text import Text

        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{self._project}/{row.number} ", style="bold")
        line.append(f"{row.title or row.task}  ")
        line.append(row.status, style=STATUS_STYLE.get(row.status, ""))
        elapsed = row.elapsed_s if row.elapsed_s is not None else time.monotonic() - row.began
        line.append(f"  {duration(elapsed)}", style="dim")
        line.append(f"  {row.text}" if row.text else "")
        return line


@contextmanager
def _live_tree(job: JobRecord, project: str) -> Iterator[Listener]:
    from rich.live import Live

    tree = _LiveTree(job, project)
    with Live(tree, console=console(), refresh_per_second=8, vertical_overflow="visible"):
        yield tree.tell


def cycle_text(values: Mapping[str, float]) -> str:
    """Figures of a cycle: ``cycle 3: R1work 0.2310, R1free 0.2540``."""
    shown = ", ".join(f"{name} {figure(value)}" for name, value in values.items() if name != "cycle")
    if any(is_over_strong(name) for name in values):
        shown += f" (R1: {OVER_STRONG})"
    number = values.get("cycle")
    return shown if number is None else f"cycle {number:.0f}: {shown}"


def _last_figures(kpis: Mapping[str, float | int | str]) -> str:
    """The R factors of a job that ended, or its first few indicators."""
    factors = {key: value for key, value in kpis.items() if key.startswith("R1") or key in {"RFactor", "RFree"}}
    shown = factors or dict(list(kpis.items())[:3])
    return ", ".join(f"{heading(key)} {figure(value, key)}" for key, value in shown.items())
