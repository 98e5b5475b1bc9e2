"""Pages of projects: which there are, new ones, and what is said of one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from xtalflow import db
from xtalflow.api import NotAllowed, archive_answer, asker_of, project_of, refuse_known_of_others, told_to
from xtalflow.db import ProjectFilter, Role
from xtalflow.errors import InvalidInput, XtalflowError
from xtalflow.services import (
    archive_project,
    check_project_name,
    delete_project,
    describe_project,
    drop_upload,
    find_upload,
    import_archive,
    list_tags,
    page_of_projects,
    plan_import,
    project_document,
    project_size,
    receive_upload,
    recover_projects,
    rename_project,
    tag_project,
)

from ._addresses import project_home
from ._answers import done
from ._job_table import rights
from ._project import last_event
from ._sent import chunks_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from xtalflow.api import Asker
    from xtalflow.db import ProjectRecord
    from xtalflow.services import Document

ROWS = 100
_SORTS = ("name", "activity", "created", "jobs", "size")
_LARGEST_FIRST = {"activity", "created", "jobs", "size"}
_COLUMNS = (
    ("Name", "name", ""),
    ("Jobs", "jobs", "number"),
    ("Size", "size", "number"),
    ("Last activity", "activity", ""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectsQuery:
    """Which projects the list shows, as its address says it; what an address has wrong is left out."""

    text: str = ""
    tag: str = ""
    archived: bool = False
    sort: str = "name"
    cursor: str = ""

    @classmethod
    def parse(cls, given: QueryDict) -> Self:
        """What the words behind the question mark of an address say."""
        sort = given.get("sort", "")
        return cls(
            text=given.get("q", "").strip(),
            tag=given.get("tag", "").strip(),
            archived="archived" in given,
            sort=sort if sort.removeprefix("-") in _SORTS else "name",
            cursor=given.get("cursor", ""),
        )

    def link(self, **changes: object) -> str:
        """The words behind the question mark for this list, or one that differs in these."""
        other = replace(self, **changes)  # type: ignore[arg-type]  # names and kinds are those of the fields
        words = [("q", other.text), ("tag", other.tag), ("archived", "on" if other.archived else "")]
        words += [("sort", other.sort if other.sort != "name" else ""), ("cursor", other.cursor)]
        return f"?{urlencode([(name, value) for name, value in words if value])}"

    def head(self, title: str, name: str, css: str) -> Mapping[str, str]:
        """What is above a column: a link that orders the rows by it."""
        first = f"-{name}" if name in _LARGEST_FIRST else name
        turned = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        is_by_it = self.sort.removeprefix("-") == name
        order = ("descending" if self.sort.startswith("-") else "ascending") if is_by_it else ""
        link = self.link(sort=turned if self.sort == first else first, cursor="")
        return {"name": title, "link": link, "order": order, "css": css}


@require_GET
async def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    return HttpResponseRedirect("/projects/")


@require_http_methods(["GET", "POST"])
async def projects(request: HttpRequest) -> HttpResponse:
    """All projects that whoever asks may read; a new one, or one that is taken in from its folder."""
    asker = await asker_of(request)
    if request.method == "GET":
        return await _show(request, asker)
    try:
        match request.POST.get("do"):
            case "import":
                return await _take_in(request, asker)
            case "look":
                return await _look(request, asker)
            case "take":
                return await _take(request, asker)
        return await _make(request, asker)
    except XtalflowError as exc:
        return await _show(request, asker, error=str(exc))


@require_http_methods(["GET", "POST"])
async def settings(request: HttpRequest, project: str) -> HttpResponse:
    """What is said of a project: name, description, tags, and whether it is archived."""
    known = await project_of(request, project, Role.EDITOR)
    if request.method == "POST":
        try:
            known, sentence = await _change(request, known)
        except XtalflowError as exc:
            return await _show_settings(request, known, error=str(exc))
        return done(request, sentence, back=f"{project_home(known.name)}settings/")
    return await _show_settings(request, known)


@require_http_methods(["GET", "POST"])
async def delete(request: HttpRequest, project: str) -> HttpResponse:
    """What goes if a project is deleted; and its deletion, once its name is typed."""
    known = await project_of(request, project, Role.OWNER)
    size = await project_size(known)
    error = ""
    if request.method == "POST":
        if request.POST.get("name", "") == known.name:
            place = await delete_project(size, client=(await asker_of(request)).actor)
            where = f"; its folder is {place}, and importing that brings it back" if place else ""
            return done(request, f"{known.name} is deleted{where}", back="/projects/")
        error = "this is not its name; nothing was deleted"
    context = {
        "project": project_document(known),
        "base": project_home(known.name),
        "size": size.document(),
        "error": error,
    }
    return render(request, "xtalflow/delete_project.html", context, status=422 if error else 200)


async def _show(request: HttpRequest, asker: Asker, error: str = "") -> HttpResponse:
    query = ProjectsQuery.parse(request.GET)
    only = await db.projects_open_to(asker.person)
    which = ProjectFilter(
        text=query.text,
        tags=(query.tag,) if query.tag else (),
        archived=query.archived,
        only=only,
    )
    page = await page_of_projects(filter=which, sort=query.sort, cursor=query.cursor, limit=ROWS)
    context = {
        "query": query,
        "heads": [query.head(*column) for column in _COLUMNS],
        "page": page,
        "tags": sorted({*await _known_tags(asker, page.rows), *filter(None, [query.tag])}),
        "error": error,
        "typed": request.POST,
        "previous_page": query.link(cursor=page.previous or ""),
        "next_page": query.link(cursor=page.next or ""),
        "is_filtered": bool(query.text or query.tag),
    }
    return render(request, "xtalflow/projects.html", context, status=422 if error else 200)


async def _known_tags(asker: Asker, shown: Sequence[Document]) -> list[str]:
    """The tags that there are; to whoever may not see all projects those of the ones that are shown."""
    return await list_tags() if asker.person.is_admin else [tag for project in shown for tag in project["tags"]]


async def _make(request: HttpRequest, asker: Asker) -> HttpResponse:
    name = request.POST.get("name", "").strip()
    check_project_name(name)
    made = await db.create_project(name, description=request.POST.get("description", "").strip(), actor=asker.actor)
    return done(request, f"the project {made.name} is made, in {made.directory}", back=project_home(made.name))


async def _take_in(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Take in the folder of a project on this machine."""
    if not asker.person.is_admin:
        raise NotAllowed("folders of this machine are taken in by an admin only")
    text = request.POST.get("folder", "").strip()
    folder = Path(text).expanduser()
    if not text or not folder.is_absolute():
        raise InvalidInput(f"{text!r} is refused: it must be the whole path of a folder on the server")
    found = await recover_projects([folder], client=asker.actor)
    names = ", ".join(each.project.name for each in found)
    return done(
        request, f"taken in: {names}", back=project_home(found[0].project.name) if len(found) == 1 else "/projects/"
    )


async def _look(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show what an archive that was sent would bring."""
    sent = request.FILES.get("archive")
    if not isinstance(sent, UploadedFile):
        raise InvalidInput("no archive was sent")
    owner = asker.person.name
    upload = await receive_upload(chunks_of(sent), sent.name or "", owner=owner)
    try:
        name = request.POST.get("name", "").strip() or None
        async with told_to(asker, upload, upload.name):
            plan = await plan_import(upload.path, name=name)
            await refuse_known_of_others(asker, plan)
    except XtalflowError:
        await asyncio.to_thread(drop_upload, upload.id, owner=owner)
        raise
    context = {
        "plan": plan.document(),
        "known": plan.known,
        "home": project_home(plan.known.name) if plan.known else "",
        "archive": upload.name,
        "upload": upload.id,
    }
    return render(request, "xtalflow/import_archive.html", context)


async def _take(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Import an archive that was looked at, or forget it."""
    owner = asker.person.name
    upload = await asyncio.to_thread(find_upload, request.POST.get("upload", ""), owner=owner)
    is_kept = False
    try:
        if request.POST.get("answer") != "import":
            return done(request, "nothing was imported", back="/projects/")
        name = request.POST.get("name", "").strip() or None
        async with told_to(asker, upload, upload.name):
            await refuse_known_of_others(asker, await plan_import(upload.path, name=name))
            made = await import_archive(upload.path, name=name, told_as=upload.name, client=asker.actor)
            await refuse_known_of_others(asker, made.plan)  # somebody may have been faster
    except InvalidInput as exc:
        is_kept = True  # another name may be better, and nobody likes to send an archive twice
        context = {"archive": upload.name, "upload": upload.id, "typed": request.POST, "error": str(exc)}
        return render(request, "xtalflow/import_archive.html", context, status=422)
    finally:
        if not is_kept:
            await asyncio.to_thread(drop_upload, upload.id, owner=owner)
    what = "imported" if made.is_new else "here already; nothing was made"
    return done(request, f"{made.project.name} is {what}", back=project_home(made.project.name))


async def _change(request: HttpRequest, project: ProjectRecord) -> tuple[ProjectRecord, str]:
    """Change what a form of the settings says; the project as it is now, and what was done, in a sentence."""
    actor = (await asker_of(request)).actor
    match request.POST.get("do"):
        case "rename":
            name = request.POST.get("name", "").strip()
            return await rename_project(project, name, client=actor), f"the project is called {name}"
        case "describe":
            text = request.POST.get("description", "").strip()
            return await describe_project(project, text, client=actor), "the description is kept"
        case "tag":
            tags = [tag.strip() for tag in request.POST.get("tags", "").split(",") if tag.strip()]
            return await tag_project(project, tags, client=actor), "the tags are kept"
        case "archive":
            return await archive_project(project, client=actor), f"{project.name} is archived"
        case "unarchive":
            return await archive_project(
                project, archived=False, client=actor
            ), f"{project.name} is not archived any more"
    raise InvalidInput("this is nothing that can be changed")


@require_GET
async def export(request: HttpRequest, project: str) -> HttpResponseBase:
    """All of a project as an archive that CCP4i2 takes."""
    return await archive_answer(await project_of(request, project))


async def _show_settings(request: HttpRequest, project: ProjectRecord, error: str = "") -> HttpResponse:
    asker = await asker_of(request)
    context = {
        "project": project_document(project),
        "base": project_home(project.name),
        "may": rights(await db.role_in(asker.person, project.id)),
        "members": await db.members_of(project.id),
        "error": error,
        "typed": request.POST,
        "known_tags": await _known_tags(asker, []),
        "seq": await last_event(project),
    }
    return render(request, "xtalflow/project_settings.html", context, status=422 if error else 200)


projects_urls = [
    path("", home, name="home"),
    path("projects/", projects, name="projects"),
    path("projects/<str:project>/settings/", settings, name="project-settings"),
    path("projects/<str:project>/archive.zip", export, name="project-archive"),
    path("projects/<str:project>/delete/", delete, name="project-delete"),
]
