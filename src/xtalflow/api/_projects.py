"""Projects: list, make, change, delete, and what is in their trash."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query
from pydantic import BaseModel, Field, WithJsonSchema

from xtalflow import db
from xtalflow.db import Role, Scope
from xtalflow.services import (
    ProjectFilter,
    TrashEntry,
    check_project_name,
    delete_project,
    edit_project,
    empty_trash,
    list_trash,
    page_of_projects,
    project_document,
    project_size,
    restore_entry,
    tag_project,
)
from xtalflow.services import list_tags as known_tags

from ._answers import (
    DeletedProjectAnswer,
    Page,
    ProjectAnswer,
    ProjectRow,
    ProjectSizeAnswer,
    TrashAnswer,
)
from ._asking import asker_of, project_of, refuse_scope
from ._bodies import NewProject, ProjectChange, ProjectName, Whole
from ._conditions import refusal_of_changed
from ._pages import CURSOR, as_page
from ._problems import NOT_FOUND, Refused
from ._room import Room

projects = Room(tags=["projects"])
Document = dict[str, Any]
EntryName = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^[^/\\\u0000-\u001f]+$", "examples": ["job_3"]})
]


class ProjectQuery(BaseModel):
    """Which projects."""

    text: str = Field(default="", max_length=200, description="Words in the name, description or tags")
    tag: list[str] = Field(default=[], max_length=20, description="The project has all of these")
    archived: Literal["false", "true", "both"] = Field(
        default="false", description="Those that are archived, those that are not, or both"
    )
    sort: str = Field(
        default="name",
        pattern="^-?(name|activity|created|jobs|size)$",
        description="From the smallest on, or with a minus before it from the largest on",
    )
    cursor: str = CURSOR
    limit: Whole = Field(default=100, ge=1, le=1000)


@projects.asks("GET", "/projects", Page[ProjectRow])
async def list_projects(request: HttpRequest, asked: Query[ProjectQuery]) -> Document:
    """The projects that whoever asks may read."""
    asker = await asker_of(request)
    which = ProjectFilter(
        text=asked.text,
        tags=tuple(asked.tag),
        archived={"false": False, "true": True, "both": None}[asked.archived],
        only=await db.projects_open_to(asker.person),
    )
    return as_page(await page_of_projects(filter=which, sort=asked.sort, cursor=asked.cursor, limit=asked.limit))


@projects.asks("POST", "/projects", ProjectAnswer, status=201)
async def make_project(request: HttpRequest, response: HttpResponse, body: NewProject) -> Document:
    """Make a project; whoever makes it owns it."""
    asker = await asker_of(request)
    refuse_scope(asker, Scope.WRITE)
    check_project_name(body.name)
    project = await db.create_project(body.name, description=body.description, actor=asker.actor)
    if body.tags:
        project = await tag_project(project, body.tags, client=asker.actor)
    response["Location"] = reverse("api:get_project", args=[str(project.id)])
    return project_document(project)


@projects.asks("GET", "/projects/{project}", ProjectAnswer)
async def get_project(request: HttpRequest, project: ProjectName) -> Document:
    """A project."""
    return project_document(await project_of(request, project))


@projects.asks("PATCH", "/projects/{project}", ProjectAnswer)
async def change_project(request: HttpRequest, project: ProjectName, body: ProjectChange) -> Document:
    """Change what is said of a project: its name, description and tags, and whether it is archived; all or nothing."""
    home = await project_of(request, project, Role.EDITOR)
    actor = (await asker_of(request)).actor
    changed = await edit_project(
        home,
        name=body.name,
        description=body.description,
        tags=body.tags,
        archived=body.archived,
        check=refusal_of_changed(request, ProjectAnswer),
        client=actor,
    )
    return project_document(changed)


@projects.asks("GET", "/projects/{project}/deletion", ProjectSizeAnswer)
async def plan_project_deletion(request: HttpRequest, project: ProjectName) -> Document:
    """What goes if a project is deleted; refused while a job of it runs or waits."""
    return (await project_size(await project_of(request, project))).document()


@projects.asks("DELETE", "/projects/{project}", DeletedProjectAnswer)
async def remove_project(request: HttpRequest, project: ProjectName) -> Document:
    """Move the folder of a project to a trash beside it, and forget its jobs; its owners may.

    `xtalflow recover` brings it back from there.
    """
    home = await project_of(request, project, Role.OWNER)
    size = await project_size(home)
    trash = await delete_project(size, client=(await asker_of(request)).actor)
    return size.document() | {"trash": str(trash) if trash else None}


@projects.asks("GET", "/tags", list[str])
async def list_tags(request: HttpRequest) -> list[str]:
    """The tags of the projects that whoever asks may read."""
    asker = await asker_of(request)
    open_to = await db.projects_open_to(asker.person)
    if open_to is None:
        return await known_tags()
    return sorted({tag for project in await db.list_projects() if project.id in open_to for tag in project.tags})


@projects.asks("GET", "/projects/{project}/trash", list[TrashAnswer])
async def get_trash(request: HttpRequest, project: ProjectName) -> list[Document]:
    """What is in the trash of a project, the latest deletion first."""
    home = await project_of(request, project)
    return [entry.document() for entry in await list_trash(home)]


@projects.asks("POST", "/projects/{project}/trash/{entry}/restore", TrashAnswer)
async def restore_from_trash(request: HttpRequest, project: ProjectName, entry: EntryName) -> Document:
    """Bring deleted jobs back, with their numbers, files and indicators."""
    home = await project_of(request, project, Role.EDITOR)
    await _find_entry(await list_trash(home), entry)
    return (await restore_entry(home, entry, client=(await asker_of(request)).actor)).document()


@projects.asks("DELETE", "/projects/{project}/trash/{entry}", TrashAnswer)
async def remove_for_good(request: HttpRequest, project: ProjectName, entry: EntryName) -> Document:
    """Remove an entry of the trash for good; the owners of the project may."""
    home = await project_of(request, project, Role.OWNER)
    await _find_entry(await list_trash(home), entry)
    (removed,) = await empty_trash(home, [entry], client=(await asker_of(request)).actor)
    return removed.document()


async def _find_entry(entries: list[TrashEntry], name: str) -> None:
    if name not in (entry.name for entry in entries):
        raise Refused(NOT_FOUND, f"there is no {name!r} in the trash")
