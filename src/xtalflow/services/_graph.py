"""Where a job's files came from and what was made of them, as nodes and edges along the way of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xtalflow import db

from ._documents import Document, job_head
from ._jobs import FoundJob

if TYPE_CHECKING:
    from xtalflow.db import ProvenanceGraph


async def job_graph(found: FoundJob) -> Document:
    """The provenance of a job, upwards to what was imported and downwards to what was made of its outputs.

    Nodes are jobs and files. Edges go with the data: ``input`` from a file to the job that reads it, ``output`` from
    a job to the file that it wrote, ``copy`` from a child job's file to the output of its pipeline that it became.
    """
    graph = await db.provenance_graph(found.project.id, found.job.id)
    return {
        "project": found.project.name,
        "number": found.job.number,
        "uuid": str(found.job.id),
        "nodes": _nodes(graph, found),
        "edges": _edges(graph),
    }


def _nodes(graph: ProvenanceGraph, found: FoundJob) -> list[Document]:
    jobs: list[Document] = [
        {"id": str(job.id), "kind": "job"} | job_head(job, found.project.name) for job in graph.jobs
    ]
    files: list[Document] = [
        {
            "id": str(file.id),
            "kind": "file",
            "param": file.param_name,
            "path": str(found.project.directory / file.path),
            "name": file.path,
            "type": file.file_type,
            "checksum": file.checksum,
            "annotation": file.annotation,
            "imported_from": graph.sources.get(file.id),
            "absence": file.absence,
        }
        for file in graph.files
    ]
    return jobs + files


def _edges(graph: ProvenanceGraph) -> list[Document]:
    edges: list[Document] = []
    for edge in graph.edges:
        file, job = str(edge.file), str(edge.job)
        if edge.role == db.UseRole.IN:
            edges.append({"from": file, "to": job, "kind": "input", "param": edge.param_name})
        else:
            edges.append({"from": job, "to": file, "kind": "output", "param": edge.param_name})
    edges += [
        {"from": str(copy.origin), "to": str(copy.file), "kind": "copy", "param": ""} for copy in graph.derivations
    ]
    return edges
