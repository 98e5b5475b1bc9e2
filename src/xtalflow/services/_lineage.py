"""The graph of a job's provenance as two trees: what the job came from, and what was made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ._documents import Document


@dataclass(slots=True, kw_only=True)
class Lineage:
    """A file or a job in a tree, with what is above or below it.

    Attributes
    ----------
    node
        As the graph has it.
    param
        What a file is to the job that is nearer to the root, or as what a job reads the file above it.
    again
        Whether a job was shown before, with all that goes on from it.
    of_the_same
        Whether a file is made of what a file shown before is made of: the job that made it is told there.
    """

    node: Document
    param: str = ""
    again: bool = False
    of_the_same: bool = False
    below: list[Lineage] = field(default_factory=list)

    @property
    def is_job(self) -> bool:
        """Whether it is a job; else it is a file."""
        return bool(self.node["kind"] == "job")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineages:
    """The two trees of a job: files first, then jobs and files by turns."""

    job: Document
    came_from: list[Lineage]
    went_into: list[Lineage]


def lineages(graph: Document) -> Lineages:
    """The trees of a graph that `job_graph` gave."""
    return _Forest(graph).trees()


class _Forest:
    def __init__(self, graph: Document) -> None:
        self._graph = graph
        self._nodes: dict[str, Document] = {node["id"]: node for node in graph["nodes"]}
        self._into: dict[str, list[Document]] = defaultdict(list)
        self._out_of: dict[str, list[Document]] = defaultdict(list)
        for edge in graph["edges"]:
            self._into[edge["to"]].append(edge)
            self._out_of[edge["from"]].append(edge)
        self._shown: set[str] = set()

    def trees(self) -> Lineages:
        start = self._graph["uuid"]
        outputs = self._edges(self._out_of[start], "output")
        up: list[Lineage] = []
        for edge in outputs:
            self._file_up(up, edge["to"], edge["param"])
        if not outputs:
            for edge in self._edges(self._into[start], "input"):
                self._file_up(up, edge["from"], edge["param"])
        self._shown = {start}
        down: list[Lineage] = []
        for edge in outputs:
            if self._readers(edge["to"]):
                self._file_down(down, edge["to"], edge["param"])
        return Lineages(job=self._nodes.get(start, {}), came_from=up, went_into=down)

    def _file_up(self, tree: list[Lineage], file: str, param: str) -> None:
        origins = self._edges(self._into[file], "copy")
        start = self._graph["uuid"]
        of_the_same = not origins and start in self._shown and self._is_made_by(file, start)
        branch = _add(tree, Lineage(node=self._nodes[file], param=param, of_the_same=of_the_same))
        for edge in origins:
            self._makers_up(branch, edge["from"])
        if not origins and not of_the_same:
            self._makers_up(branch, file)

    def _is_made_by(self, file: str, job: str) -> bool:
        return any(edge["from"] == job for edge in self._edges(self._into[file], "output"))

    def _makers_up(self, tree: list[Lineage], file: str) -> None:
        for edge in self._edges(self._into[file], "output"):
            if edge["from"] != self._graph["uuid"]:
                self._job_up(tree, edge["from"])
            elif not self._edges(self._into[file], "copy"):
                self._inputs_up(tree, edge["from"])

    def _job_up(self, tree: list[Lineage], job: str) -> None:
        is_shown = job in self._shown
        branch = _add(tree, Lineage(node=self._nodes[job], again=is_shown))
        if not is_shown:
            self._inputs_up(branch, job)

    def _inputs_up(self, tree: list[Lineage], job: str) -> None:
        self._shown.add(job)
        for edge in self._edges(self._into[job], "input"):
            self._file_up(tree, edge["from"], edge["param"])

    def _file_down(self, tree: list[Lineage], file: str, param: str) -> None:
        branch = _add(tree, Lineage(node=self._nodes[file], param=param))
        for job, as_param in self._readers(file):
            is_shown = job in self._shown
            below = _add(branch, Lineage(node=self._nodes[job], param=as_param, again=is_shown))
            if is_shown:
                continue
            self._shown.add(job)
            for edge in self._edges(self._out_of[job], "output"):
                self._file_down(below, edge["to"], edge["param"])

    def _readers(self, file: str) -> list[tuple[str, str]]:
        """Jobs that read a file, under this name or as an output of a pipeline."""
        files = [file, *(edge["to"] for edge in self._edges(self._out_of[file], "copy"))]
        own = f"{self._graph['number']}."
        return [
            (edge["to"], edge["param"])
            for each in files
            for edge in self._edges(self._out_of[each], "input")
            if not self._nodes[edge["to"]]["number"].startswith(own)
        ]

    def _edges(self, edges: list[Document], kind: str) -> list[Document]:
        return [
            edge for edge in edges if edge["kind"] == kind and edge["from"] in self._nodes and edge["to"] in self._nodes
        ]


def _add(tree: list[Lineage], one: Lineage) -> list[Lineage]:
    tree.append(one)
    return one.below
