"""``xtalflow graph``: where a job's files came from and what was made of them."""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._parser import SubParsers, add_command, add_job_argument

if TYPE_CHECKING:
    from rich.tree import Tree

    from xtalflow.engine import Settings

Node = dict[str, Any]


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "graph", _graph, summary="show where a job's files came from and what was made of them"
    )
    add_job_argument(parser)
    parser.add_argument("--dot", action="store_true", help="print the graph for Graphviz")


def _graph(arguments: argparse.Namespace) -> int:
    from ._output import console, print_json
    from ._session import with_store

    async def work(settings: Settings) -> Node:
        from xtalflow.services import find_job, job_graph

        return await job_graph(await find_job(arguments.job, Path.cwd()))

    document = with_store(work)
    if arguments.json:
        print_json(document)
    elif arguments.dot:
        print("\n".join(dot_lines(document)))
    else:
        for tree in _Forest(document).trees():
            console().print(tree)
    return 0


class _Forest:
    """Two trees: what the job's outputs came from, and what became of them."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._nodes: dict[str, Node] = {node["id"]: node for node in document["nodes"]}
        self._into: dict[str, list[Node]] = defaultdict(list)
        self._out_of: dict[str, list[Node]] = defaultdict(list)
        for edge in document["edges"]:
            self._into[edge["to"]].append(edge)
            self._out_of[edge["from"]].append(edge)
        self._shown: set[str] = set()

    def trees(self) -> list[Tree]:
        """The trees that have something to tell."""
        start = self._document["uuid"]
        outputs = self._edges(self._out_of[start], "output")
        up = self._root(start, "came from")
        for edge in outputs:
            self._file_up(up, edge["to"], edge["param"])
        if not outputs:
            for edge in self._edges(self._into[start], "input"):
                self._file_up(up, edge["from"], edge["param"])
        self._shown = {start}
        down = self._root(start, "went into")
        for edge in outputs:
            if self._readers(edge["to"]):
                self._file_down(down, edge["to"], edge["param"])
        return [tree for tree in (up, down) if tree.children]

    def _root(self, start: str, words: str) -> Tree:
        from rich.text import Text
        from rich.tree import Tree

        tree: Tree = Tree(Text(f"{self._job_text(start)}: {words}", style="bold"), guide_style="dim")
        return tree

    def _file_up(self, tree: Tree, file: str, param: str) -> None:
        from rich.text import Text

        node = self._nodes[file]
        branch = tree.add(Text(self._file_text(node, param)))
        origins = self._edges(self._into[file], "copy")
        for edge in origins:
            origin = self._nodes[edge["from"]]
            self._makers_up(branch, origin["id"])
        if not origins:
            self._makers_up(branch, file)

    def _makers_up(self, tree: Tree, file: str) -> None:
        for edge in self._edges(self._into[file], "output"):
            if edge["from"] != self._document["uuid"]:
                self._job_up(tree, edge["from"])
            elif not self._edges(self._into[file], "copy"):
                self._inputs_up(tree, edge["from"])

    def _job_up(self, tree: Tree, job: str) -> None:
        from rich.text import Text

        if job in self._shown:
            tree.add(Text(f"by {self._job_text(job)} (shown above)", style="dim"))
            return
        branch = tree.add(Text(f"by {self._job_text(job)}", style="cyan"))
        self._inputs_up(branch, job)

    def _inputs_up(self, tree: Tree, job: str) -> None:
        self._shown.add(job)
        for edge in self._edges(self._into[job], "input"):
            self._file_up(tree, edge["from"], edge["param"])

    def _file_down(self, tree: Tree, file: str, param: str) -> None:
        from rich.text import Text

        branch = tree.add(Text(self._file_text(self._nodes[file], param)))
        for job, as_param in self._readers(file):
            text = f"read by {self._job_text(job)} as {as_param}"
            if job in self._shown:
                branch.add(Text(f"{text} (shown above)", style="dim"))
                continue
            self._shown.add(job)
            below = branch.add(Text(text, style="cyan"))
            for edge in self._edges(self._out_of[job], "output"):
                self._file_down(below, edge["to"], edge["param"])

    def _readers(self, file: str) -> list[tuple[str, str]]:
        """Jobs that read a file, under this name or as an output of a pipeline."""
        files = [file, *(edge["to"] for edge in self._edges(self._out_of[file], "copy"))]
        own = f"{self._document['number']}."
        return [
            (edge["to"], edge["param"])
            for each in files
            for edge in self._edges(self._out_of[each], "input")
            if not self._nodes[edge["to"]]["number"].startswith(own)
        ]

    def _edges(self, edges: list[Node], kind: str) -> list[Node]:
        return [
            edge for edge in edges if edge["kind"] == kind and edge["from"] in self._nodes and edge["to"] in self._nodes
        ]

    def _job_text(self, job: str) -> str:
        node = self._nodes[job]
        return f"{node['number']} {node['task']}"

    def _file_text(self, file: Node, param: str) -> str:
        text = f"{param}  {file['name']}"
        return f"{text}  imported from {file['imported_from']}" if file["imported_from"] else text


def dot_lines(document: Node) -> list[str]:
    """The graph in Graphviz's language."""
    lines = ["digraph provenance {", "  rankdir=LR;"]
    for node in document["nodes"]:
        if node["kind"] == "job":
            label, shape = f"{node['number']} {node['task']}", "box"
        else:
            label, shape = Path(node["name"]).name, "ellipse"
        lines.append(f'  "{node["id"]}" [label="{_quoted(label)}", shape={shape}];')
    for edge in document["edges"]:
        style = ", style=dashed" if edge["kind"] == "copy" else ""
        lines.append(f'  "{edge["from"]}" -> "{edge["to"]}" [label="{_quoted(edge["param"])}"{style}];')
    return [*lines, "}"]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
