"""Pages that make a job: the tasks, the form of one, and what the form asks while it is filled."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xtalflow.api import Asker, asker_of, body_of, job_of, project_of, server_paths_of
from xtalflow.db import Role
from xtalflow.errors import InvalidInput, StoreUnavailable, UploadTooLarge
from xtalflow.plugin import make_task
from xtalflow.services import (
    FilledForm,
    Form,
    FormProblem,
    FoundJob,
    JobOptions,
    check_title,
    clone_parameters,
    drop_upload,
    fill_form,
    list_tasks,
    project_document,
    receive_upload,
    submit_job,
    task_form,
)

from ._sent import chunks_of

if TYPE_CHECKING:
    from pathlib import Path

    from xtalflow.db import ProjectRecord
    from xtalflow.plugin import CPluginScript

SECTIONS = ("inputData", "controlParameters")
ON_SERVER, SENT = "@path", "@upload"
"""Ends of the names of the two other ways to give a file: by a path on the server, and with the form itself."""
_ROW = re.compile(r"(add|remove) ([^\s]+)")
_CATEGORIES = {
    "data_entry": "Import",
    "expt_data_utility": "Reflection data",
    "model_data_utility": "Models",
    "export": "Export",
}
_MANY = 20
"""Fields from which a box helps to find one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What is said of the job beyond its parameters, as it was typed."""

    title: str = ""
    priority: str = "0"
    reuse: bool = False
    problems: tuple[FormProblem, ...] = ()

    @classmethod
    def of(cls, sent: QueryDict) -> _Options:
        """What a form sent."""
        title, priority = sent.get("title", "").strip(), sent.get("priority", "").strip()
        problems = []
        try:
            check_title(title)
        except InvalidInput as exc:
            problems.append(FormProblem(severity="error", message=str(exc)))
        if not re.fullmatch(r"[+-]?\d{1,3}", priority or "0") or abs(int(priority or "0")) > 100:
            message = f"the priority {priority!r} is refused: it must be a whole number from -100 to 100"
            problems.append(FormProblem(severity="error", message=message))
        return cls(title=title, priority=priority, reuse="reuse" in sent, problems=tuple(problems))

    def for_job(self, clone: FoundJob | None) -> JobOptions:
        """The same for the job."""
        return JobOptions(
            title=self.title,
            priority=int(self.priority or "0"),
            reuse=self.reuse,
            cloned_from=clone.job.id if clone else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A form that somebody asks for or sends: of which task, where, and from which job it is filled."""

    asker: Asker
    project: ProjectRecord
    plugin: CPluginScript
    clone: FoundJob | None
    here: Path | None

    @classmethod
    async def of(cls, request: HttpRequest, project: str, task: str) -> _Asked:
        """What a request asks for."""
        asker, home = await asker_of(request), await project_of(request, project, Role.EDITOR)
        number, clone = request.GET.get("clone", ""), None
        if number:
            clone = await job_of(request, project, number, Role.EDITOR)
            plugin = await clone_parameters(clone)
            if task != plugin.TASKNAME:
                raise InvalidInput(f"{clone.name} is a job of {plugin.TASKNAME}, not of {task}")
        else:
            plugin = await asyncio.to_thread(make_task, task)
        return cls(asker=asker, project=home, plugin=plugin, clone=clone, here=server_paths_of(asker))

    async def filled(self, values: Mapping[str, Any]) -> FilledForm:
        """The form with what was sent, all of it checked."""
        return await fill_form(self.project, self.plugin, values, owner=self.asker.person.name, here=self.here)

    @property
    def address(self) -> str:
        """That of the form."""
        return reverse("new-job", args=[self.project.name, self.plugin.TASKNAME])

    @property
    def query(self) -> str:
        """What follows the address."""
        return f"?clone={self.clone.job.number}" if self.clone else ""


@require_GET
async def tasks(request: HttpRequest, project: str) -> HttpResponse:
    """All tasks by category, or those in which all words of a search are found."""
    home = await project_of(request, project, Role.EDITOR)
    known = await asyncio.to_thread(list_tasks)
    words = request.GET.get("q", "").casefold().split()
    texts = ("name", "title", "summary", "category")
    found = [each for each in known if all(word in _text(each, texts) for word in words)]
    categories: dict[str, list[dict[str, Any]]] = {}
    for each in sorted(found, key=lambda one: (one["category"] == "", one["category"], one["title"])):
        categories.setdefault(_category(each["category"]), []).append(each)
    context = {"project": project_document(home), "categories": categories, "search": request.GET.get("q", "")}
    return render(request, "xtalflow/tasks.html", context)


@require_http_methods(["GET", "POST"])
async def new_job(request: HttpRequest, project: str, task: str) -> HttpResponse:
    """The form of a task; sent, it makes the job, or comes back as it was typed with what is wrong."""
    asked = await _Asked.of(request, project, task)
    if request.method == "GET":
        form = await task_form(asked.project, asked.plugin, owner=asked.asker.person.name, here=asked.here)
        title = asked.clone.job.title if asked.clone else ""
        return _page(request, asked, form, _Options(title=title if title != asked.plugin.TASKTITLE else ""))
    sent = request.POST
    values, options = _values(sent), _Options.of(sent)
    try:
        values |= await _sent_files(request, asked)
    except (InvalidInput, StoreUnavailable) as exc:
        problem = FormProblem(severity="error", message=str(exc))
        options = replace(options, problems=(*options.problems, problem))
    action = sent.get("action", "run")
    filled = await asked.filled(_with_rows(values, action))
    if action != "run" or options.problems or not filled.form.may_run:
        return _page(request, asked, filled.form, options, checked=True, status=200 if action != "run" else 422)
    return HttpResponseRedirect(await _submit(asked, filled, options, values))


@require_POST
async def check(request: HttpRequest, project: str, task: str) -> HttpResponse:
    """What is wrong with a form, while it is filled; parts of it drawn anew; sent to be run, the address of the job."""
    asked = await _Asked.of(request, project, task)
    values, options, action = _values(request.POST), _Options.of(request.POST), request.POST.get("action", "")
    filled = await asked.filled(_with_rows(values, action))
    form = filled.form
    if action == "run" and not options.problems and form.may_run:
        return JsonResponse({"job": await _submit(asked, filled, options, values)})
    return JsonResponse(
        {
            "may_run": form.may_run and not options.problems,
            "problems": _problems(form, options),
            "changed": [each.path for each in form.fields if each.is_changed],
            "command": _command(form, options),
            "drawn": _drawn(request, asked, form, request.POST.getlist("draw")),
        }
    )


@require_POST
async def upload(request: HttpRequest, project: str) -> HttpResponse:
    """Take a file that is the body of a request; its name is in a header, written as in an address."""
    await project_of(request, project, Role.EDITOR)
    asker, name = await asker_of(request), unquote(request.headers.get("X-File-Name", ""))
    try:
        taken = await receive_upload(body_of(request), name, owner=asker.person.name)
    except UploadTooLarge as exc:
        return JsonResponse({"problem": str(exc)}, status=413)
    except (InvalidInput, StoreUnavailable) as exc:
        return JsonResponse({"problem": str(exc)}, status=422 if isinstance(exc, InvalidInput) else 503)
    return JsonResponse(
        {"value": f"upload:{taken.id}", "name": taken.name, "size": taken.size, "sha256": taken.checksum}
    )


async def _submit(asked: _Asked, filled: FilledForm, options: _Options, values: Mapping[str, Any]) -> str:
    """Make the job, and forget the uploads that it took; the address of its page."""
    job = await submit_job(asked.project, filled.plugin, options.for_job(asked.clone), client=asked.asker.actor)
    for value in values.values():
        if isinstance(value, str) and value.startswith("upload:"):
            await asyncio.to_thread(drop_upload, value.removeprefix("upload:"), owner=asked.asker.person.name)
    return reverse("job", args=[asked.project.name, job.number])


def _values(sent: QueryDict) -> dict[str, Any]:
    """The values of fields by their names; a path on the server stands over a file that was chosen."""
    values: dict[str, Any] = {}
    for name in sent:
        if name.partition(".")[0] not in SECTIONS or name.endswith((ON_SERVER, SENT)):
            continue
        several = sent.getlist(name)
        values[name] = several[0] if len(several) == 1 else several
    for name in sent:
        given = str(sent[name]).strip()
        if name.endswith(ON_SERVER) and given:
            values[name.removesuffix(ON_SERVER)] = given
    return values


async def _sent_files(request: HttpRequest, asked: _Asked) -> dict[str, str]:
    """Take the files that came with the form, as they do from a browser without scripts; their fields' values."""
    values = {}
    for name, file in request.FILES.items():
        if name.endswith(SENT) and isinstance(file, UploadedFile) and file.size:
            taken = await receive_upload(chunks_of(file), file.name or "", owner=asked.asker.person.name)
            values[name.removesuffix(SENT)] = f"upload:{taken.id}"
    return values


def _with_rows(values: dict[str, Any], action: str) -> dict[str, Any]:
    """The values with a row added to a list, or without one of its rows."""
    asked = _ROW.fullmatch(action)
    if asked is None:
        return values
    name = asked[2]
    if asked[1] == "remove":
        return {
            key: value for key, value in values.items() if key != name and not key.startswith((f"{name}.", f"{name}["))
        }
    rows = re.compile(re.escape(name) + r"\[(\d{1,9})\]")
    numbers = [int(found[1]) for key in values if (found := rows.match(key))]
    return values | {f"{name}[{max(numbers, default=-1) + 1}]": ""}


def _page(
    request: HttpRequest, asked: _Asked, form: Form, options: _Options, *, checked: bool = False, status: int = 200
) -> HttpResponse:
    form = replace(form, command=_command(form, options))
    context = _context(asked) | {
        "form": form,
        "options": options,
        "problems": _problems(form, options) if checked else [],
        "checked": checked,
        "many": sum(not each.parts for each in form.fields) > _MANY,
    }
    return render(request, "xtalflow/new_job.html", context, status=status)


def _context(asked: _Asked) -> dict[str, Any]:
    return {
        "project": project_document(asked.project),
        "address": asked.address,
        "query": asked.query,
        "clone": asked.clone,
        "may_name_paths": asked.here is not None,
    }


def _problems(form: Form, options: _Options) -> list[dict[str, str]]:
    """All that is wrong, in the order of the form, with where that is."""
    general = [_problem("", "", problem) for problem in (*options.problems, *form.problems)]
    return general + [
        _problem(each.path, each.label, problem) | {"id": each.id} for each in form.fields for problem in each.problems
    ]


def _problem(where: str, label: str, problem: FormProblem) -> dict[str, str]:
    return {"path": where, "id": "", "label": label, "severity": problem.severity, "message": problem.message}


def _drawn(request: HttpRequest, asked: _Asked, form: Form, wanted: list[str]) -> dict[str, str]:
    """Fields as the page has them, by their paths; ``*`` is all of the form."""
    drawn: dict[str, str] = {}
    for name in wanted:
        if name == "*":
            context = _context(asked) | {"form": form}
            drawn[name] = render_to_string("xtalflow/new_job_fields.html", context, request)
        elif (field := form.field(name)) is not None:
            context = _context(asked) | {"field": field}
            drawn[name] = render_to_string("xtalflow/field.html", context, request)
    return drawn


def _command(form: Form, options: _Options) -> str:
    """The command line with what is said beyond the parameters."""
    more = [*(["--title", options.title] if options.title else []), *(["--reuse"] if options.reuse else [])]
    return f"{form.command} {shlex.join(more)}" if more else form.command


def _text(document: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return " ".join(str(document[name]) for name in names).casefold()


def _category(name: str) -> str:
    """A category in words."""
    return _CATEGORIES.get(name) or name.replace("_", " ").capitalize() or "Other"


new_job_urls = [
    path("projects/<str:project>/new/", tasks, name="tasks"),
    path("projects/<str:project>/new/<str:task>/", new_job, name="new-job"),
    path("projects/<str:project>/new/<str:task>/check/", check, name="check-job"),
    path("projects/<str:project>/uploads/", upload, name="upload"),
]
