"""Where a job's files came from and what was made of them: a drawing, and the same as nested lists."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from xtalflow.api import job_of
from xtalflow.services import Document, FoundJob, Lineage, job_graph, lineages

from ._addresses import project_home
from ._job_files import maker_of
from ._job_head import job_context

_MOST_DRAWN = 400
"""Nodes from which on a drawing tells nothing any more."""


@require_GET
async def graph(request: HttpRequest, project: str, number: str) -> HttpResponse:
    """The provenance of a job."""
    found = await job_of(request, project, number)
    document = await job_graph(found)
    trees = lineages(document)
    drawn = len(document["nodes"]) <= _MOST_DRAWN
    addresses = _addresses(document, found)
    context = await job_context(
        request,
        found,
        "graph",
        came_from=_rows(trees.came_from, addresses),
        went_into=_rows(trees.went_into, addresses),
        elements=_elements(document, addresses) if drawn else None,
        nodes=len(document["nodes"]),
        has_graph=len(document["nodes"]) > 1,
    )
    return render(request, "xtalflow/job_graph.html", context)


def _rows(trees: list[Lineage], addresses: dict[str, str]) -> list[Document]:
    """Trees as rows that say which lists open and close after them; templates do not go as deep as trees may."""
    rows: list[Document] = []
    waiting = [(one, 0) for one in reversed(trees)]
    while waiting:
        one, closes = waiting.pop()
        href = addresses[one.node["id"]]
        rows.append({"one": one, "href": href, "opens": bool(one.below), "closes": range(0 if one.below else closes)})
        last = len(one.below) - 1
        waiting += [(each, closes + 1 if place == last else 0) for place, each in reversed(list(enumerate(one.below)))]
    return rows


def _elements(graph: Document, addresses: dict[str, str]) -> Document:
    """Nodes and edges as the drawing takes them; each node has the address that a click leads to."""
    nodes = []
    for node in graph["nodes"]:
        if node["kind"] == "job":
            label = f"{node['number']} {node['title'] or node['task']}"
            more = {"status": node["status"], "here": node["id"] == graph["uuid"]}
        else:
            label = PurePosixPath(node["name"]).name + (f" ({node['absence']})" if node["absence"] else "")
            more = {"imported": bool(node["imported_from"])}
        about = {"id": node["id"], "kind": node["kind"], "label": label, "href": addresses[node["id"]]}
        nodes.append({"data": about | more})
    known = {node["id"] for node in graph["nodes"]}
    edges = [
        {"data": {"source": edge["from"], "target": edge["to"], "kind": edge["kind"], "label": edge["param"]}}
        for edge in graph["edges"]
        if edge["from"] in known and edge["to"] in known
    ]
    return {"nodes": nodes, "edges": edges}


def _addresses(graph: Document, found: FoundJob) -> dict[str, str]:
    """Where each node leads to: a job to its page, a file to its place among the files of a job that has it."""
    base = project_home(found.project.name)
    numbers = {node["id"]: node["number"] for node in graph["nodes"] if node["kind"] == "job"}
    inputs = [edge for edge in reversed(graph["edges"]) if edge["kind"] == "input"]
    readers = {edge["from"]: numbers[edge["to"]] for edge in inputs if edge["to"] in numbers}  # the first of each
    addresses = {job: f"{base}jobs/{number}/" for job, number in numbers.items()}
    for node in graph["nodes"]:
        if node["kind"] != "job":
            holder = maker_of(node["name"]) or readers.get(node["id"]) or found.job.number
            addresses[node["id"]] = f"{base}jobs/{holder}/files/#file-{node['id']}"
    return addresses


graph_urls = [path("projects/<str:project>/jobs/<str:number>/graph/", graph, name="job-graph")]
