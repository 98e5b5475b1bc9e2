"""Tasks: which there are, and what one takes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import WithJsonSchema

from xtalflow.services import list_tasks as known_tasks
from xtalflow.services import task_detail, task_schema

from ._answers import TaskAnswer, TaskDetailAnswer
from ._room import Room

tasks = Room(tags=["tasks"])
TaskName = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^[^/\\\u0000-\u001f]+$", "examples": ["freerflag"]})
]


@tasks.asks("GET", "/tasks", list[TaskAnswer])
async def list_tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """All tasks by name."""
    return await asyncio.to_thread(known_tasks)


@tasks.asks("GET", "/tasks/{task}", TaskDetailAnswer)
async def get_task(request: HttpRequest, task: TaskName) -> dict[str, Any]:
    """A task with all its parameters: path, class, default, qualifiers, help."""
    return await asyncio.to_thread(task_detail, task)


@tasks.asks("GET", "/tasks/{task}/schema", dict[str, Any])
async def get_task_schema(request: HttpRequest, task: TaskName) -> dict[str, Any]:
    """The JSON Schema of the documents that give values to the parameters of a task."""
    return await asyncio.to_thread(task_schema, task)
