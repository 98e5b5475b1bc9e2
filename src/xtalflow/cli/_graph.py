"""``xtalflow graph``: where a job's files came from and what was made of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._parser import SubParsers, add_command, add_job_argument

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from xtalflow.engine import Settings
    from xtalflow.services import Lineage

Node = dict[str, Any]


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands, "graph", _graph, summary="show where a job's files came from and what was made of them"
    )
    add_job_argument(parser)
    parser.add_argument("--dot", action="store_true", help="print the graph for Graphviz")


def _graph(arguments: argparse.Namespace) -> int:
    from ._output import print_json
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
        _print_trees(document)
    return 0


def _print_trees(document: Node) -> None:
    """Print what the job came from, and what it went into, if there is anything to tell."""
    from rich.text import Text
    from rich.tree import Tree

    from xtalflow.services import lineages

    from ._output import console

    found = lineages(document)
    job = f"{found.job['number']} {found.job['task']}"
    for words, by, below in (("came from", "by", found.came_from), ("went into", "read by", found.went_into)):
        if below:
            tree = Tree(Text(f"{job}: {words}", style="bold"), guide_style="dim")
            for each in below:
                _branch(tree, each, by)
            console().print(tree)


def _branch(tree: Tree, one: Lineage, by: str) -> None:
    branch = tree.add(_job_text(one, by) if one.is_job else _file_text(one))
    for each in one.below:
        _branch(branch, each, by)


def _job_text(one: Lineage, by: str) -> Text:
    from rich.text import Text

    text = f"{by} {one.node['number']} {one.node['task']}{f' as {one.param}' if one.param else ''}"
    return Text(f"{text} (shown above)", style="dim") if one.again else Text(text, style="cyan")


def _file_text(one: Lineage) -> Text:
    from rich.text import Text

    text = Text(f"{one.param}  {one.node['name']}")
    if one.node["absence"]:
        text.append(f" ({one.node['absence']})")
    if one.node["imported_from"]:
        text.append(f"  imported from {one.node['imported_from']}")
    return text.append("  (made of the same)", style="dim") if one.of_the_same else text


def dot_lines(document: Node) -> list[str]:
    """The graph in Graphviz's language."""
    lines = ["digraph provenance {", "  rankdir=LR;"]
    for node in document["nodes"]:
        if node["kind"] == "job":
            label, shape = f"{node['number']} {node['task']}", "box"
        else:
            absence = f" ({node['absence']})" if node["absence"] else ""
            label, shape = f"{Path(node['name']).name}{absence}", "ellipse"
        lines.append(f'  "{node["id"]}" [label="{_quoted(label)}", shape={shape}];')
    for edge in document["edges"]:
        style = ", style=dashed" if edge["kind"] == "copy" else ""
        lines.append(f'  "{edge["from"]}" -> "{edge["to"]}" [label="{_quoted(edge["param"])}"{style}];')
    return [*lines, "}"]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
