"""The trash of a project: what is in it, back from it, and gone for good."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from xtalflow import db
from xtalflow.api import asker_of, project_of
from xtalflow.db import Role
from xtalflow.errors import InvalidInput
from xtalflow.services import empty_trash, list_trash, project_document, restore_entry

from ._addresses import project_home
from ._answers import done
from ._job_table import rights


@require_http_methods(["GET", "POST"])
async def trash(request: HttpRequest, project: str) -> HttpResponse:
    """What was deleted, the latest first; and what is done with an entry."""
    home = await project_of(request, project)
    back = f"{project_home(home.name)}trash/"
    if request.method == "POST":
        act, _, name = request.POST.get("do", "").partition(" ")
        try:
            return done(request, await _act(request, project, act, name), back=back)
        except InvalidInput as exc:
            return done(request, str(exc), back=back, went_well=False)
    entries = await list_trash(home)
    context = {
        "project": project_document(home),
        "base": project_home(home.name),
        "may": rights(await db.role_in((await asker_of(request)).person, home.id)),
        "entries": [entry.document() for entry in entries],
        "size": sum(entry.usage.size for entry in entries),
    }
    return render(request, "xtalflow/trash.html", context)


async def _act(request: HttpRequest, project: str, act: str, name: str) -> str:
    """Do what a button says; a sentence that tells it."""
    client = (await asker_of(request)).actor
    if act == "restore":
        home = await project_of(request, project, Role.EDITOR)
        entry = await restore_entry(home, name, client=client)
        return f"Back again: {', '.join(number for number, _ in entry.jobs)}."
    if act == "remove":
        home = await project_of(request, project, Role.OWNER)
        (entry,) = await empty_trash(home, [name], client=client)
        return f"{entry.name} was removed for good."
    raise InvalidInput(f"nothing can be done that is called {act!r}")


trash_urls = [path("projects/<str:project>/trash/", trash, name="project-trash")]
