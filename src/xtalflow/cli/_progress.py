"""Shows a run while it goes: a live tree of child jobs on a terminal, one line for each event anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from xtalflow.figures import OVER_STRONG, duration, figure, heading, is_over_strong

from ._output import console
from ._tables import STATUS_STYLE

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text
    from rich.tree import Tree

    from xtalflow.engine import JobRecord
    from xtalflow.services import News

_GUIDE, _TITLE = 4, 8
"""Widths of one step of a tree, and of a title that can still be told."""


class Watcher(Protocol):
    """Shows a run."""

    def begin(self, job: JobRecord) -> None:
        """The job is made, and will run."""

    def tell(self, news: News) -> None:
        """Something happened."""


@contextmanager
def watching(project: str, *, quiet: bool) -> Iterator[Watcher]:
    """What shows a run of a job of this project; a quiet one shows nothing."""
    if quiet:
        yield _Silence()
    elif sys.stdout.isatty():
        with _live_tree(project) as tree:
            yield tree
    else:
        yield _Lines(project)


class _Silence:
    def begin(self, job: JobRecord) -> None: ...
    def tell(self, news: News) -> None: ...


@dataclass(slots=True)
class _Lines:
    """One plain line for each event."""

    project: str

    def begin(self, job: JobRecord) -> None: ...

    def tell(self, news: News) -> None:
        from xtalflow.services import CycleDone, JobEnded, JobStarted, ReuseDecided

        name = f"{self.project}/{news.number}"
        match news:
            case JobStarted():
                line = f"{name} {news.task}: started ({news.title})"
            case ReuseDecided():
                line = f"{name} {news.task}: {news.sentence}"
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
    shorter: tuple[str, ...] = ()
    """The text with less in it, for where room is short."""


class _LiveTree:
    """The tree of jobs, drawn again several times a second."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._rows: dict[str, _Row] = {}

    def begin(self, job: JobRecord) -> None:
        self._rows[job.number] = _Row(job.number, job.task, job.title)

    def tell(self, news: News) -> None:
        from xtalflow.services import CycleDone, JobEnded, JobProgressed, JobStarted, ReuseDecided

        row = self._rows.setdefault(news.number, _Row(news.number))
        match news:
            case JobStarted():
                row.task, row.title, row.status, row.began = news.task, news.title, "running", time.monotonic()
            case ReuseDecided():
                row.text, row.shorter = news.sentence, ()
            case CycleDone():
                row.text, *shorter = cycle_texts(news.values)
                row.shorter = tuple(shorter)
            case JobProgressed():
                if not row.text.startswith("cycle"):
                    row.shorter = ()
                    row.text = f"step {figure(news.done)} of {figure(news.total)}: {news.text}"
            case JobEnded():
                row.status, row.elapsed_s = news.status.key, news.elapsed_s
                last, *shorter = _last_figures(news.kpis)
                row.text = news.reason or last or ("" if "step" in row.text else row.text)
                row.shorter = () if news.reason else tuple(shorter)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Tree]:
        from rich.tree import Tree

        trees: dict[str, Tree] = {}
        top: Tree | None = None
        start = next(iter(self._rows), "").count(".")
        for number, row in list(self._rows.items()):
            parent = trees.get(number.rpartition(".")[0])
            line = self._line(row, options.max_width - _GUIDE * (number.count(".") - start))
            trees[number] = parent.add(line) if parent else Tree(line, guide_style="dim")
            top = top or trees[number]
        yield top or Tree("")

    def _line(self, row: _Row, width: int) -> Text:
        """A job in one line: where room is short the title is cut first, then figures beyond the R factors go."""
        from rich.cells import cell_len
        from rich.text import Text

        elapsed = duration(row.elapsed_s if row.elapsed_s is not None else time.monotonic() - row.began)
        title = Text(row.title or row.task, no_wrap=True)
        texts = [row.text, *row.shorter]
        names = [f"{self._project}/{row.number}", row.number]
        for name, text in ((name, text) for name in names for text in texts):
            room = width - sum(cell_len(part) + 2 for part in (row.status, elapsed, text) if part) - cell_len(name) - 1
            if room >= min(cell_len(title.plain), _TITLE):
                break
        title.truncate(max(room, 1), overflow="ellipsis")
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{name} ", style="bold")
        line.append_text(title)
        line.append("  ").append(row.status, style=STATUS_STYLE.get(row.status, ""))
        line.append(f"  {elapsed}", style="dim")
        line.append(f"  {text}" if text else "")
        return line


@contextmanager
def _live_tree(project: str) -> Iterator[_LiveTree]:
    from rich.live import Live

    tree = _LiveTree(project)
    with Live(tree, console=console(), refresh_per_second=8, vertical_overflow="visible"):
        yield tree


def cycle_text(values: Mapping[str, float]) -> str:
    """Figures of a cycle: ``cycle 3: R1work 0.2310, R1free 0.2540``."""
    return cycle_texts(values)[0]


def cycle_texts(values: Mapping[str, float]) -> list[str]:
    """Figures of a cycle, and again with the R factors only."""
    number = values.get("cycle")
    head = "" if number is None else f"cycle {number:.0f}: "
    shown = {name: f"{name} {figure(value)}" for name, value in values.items() if name != "cycle"}
    factors = ", ".join(text for name, text in shown.items() if _is_factor(name))
    note = f" (R1: {OVER_STRONG})" if any(is_over_strong(name) for name in values) else ""
    return [head + text + end for text, end in ((", ".join(shown.values()), note), (factors, note), (factors, ""))]


def _last_figures(kpis: Mapping[str, float | int | str]) -> list[str]:
    """The R factors of a job that ended, or its first few indicators; and again with less."""
    factors = {key: value for key, value in kpis.items() if _is_factor(key)}
    if not factors:
        shown = [f"{heading(key)} {figure(value, key)}" for key, value in list(kpis.items())[:3]]
        return [", ".join(shown[:count]) for count in range(len(shown), 0, -1)] or [""]
    text = ", ".join(f"{key} {figure(value, key)}" for key, value in factors.items())
    return [f"{text} (R1: {OVER_STRONG})", text] if any(is_over_strong(key) for key in factors) else [text]


def _is_factor(name: str) -> bool:
    return name.startswith("R1") or name in {"R", "Rwork", "Rfree", "RFactor", "RFree"}
