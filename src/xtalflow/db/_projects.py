"""Makes projects and finds them."""

from __future__ import annotations

import difflib
import socket
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from xtalflow.engine import ProjectId, Settings
from xtalflow.errors import InvalidInput, StoreUnavailable, UnknownProject

from ._clean import clean_text
from ._layout import ProjectFile, free_folder_name, make_project_folder
from ._ledger import writing
from ._project_log import ProjectEdit, append_lines
from ._records import Actor, ProjectRecord
from ._remembered import user_pk
from ._write_projects import free_project_name
from .models import Membership, Project


@transaction.atomic
def make_project(name: str, directory: Path | None, description: str, actor: Actor) -> ProjectRecord:
    """Make a project with its folder.

    The row is written first and seen last, with the folder there: of two rivals for a name the second waits for the
    first, and is refused before it has made anything on the disk.
    """
    name = free_project_name(name)
    uuid = ProjectId(uuid4())
    description = clean_text(description)
    row = Project.objects.create(
        uuid=uuid,
        name=name,
        directory=str(uuid),  # nobody sees it: the folder is made before this is committed
        description=description,
        creation_user=clean_text(actor.user),
        creation_host=socket.gethostname(),
    )
    folder = _new_folder(name) if directory is None else directory.absolute()
    if other := Project.objects.filter(directory=str(folder)).values_list("name", flat=True).first():
        raise InvalidInput(f"{folder}: this is already the folder of the project {other!r}")
    make_project_folder(folder, ProjectFile(name=name, uuid=uuid, created=row.creation_time))
    row.directory = str(folder)
    row.save(update_fields=["directory"])
    own(row, actor)
    with writing(uuid, actor) as ledger:
        ledger.note("created", None, {"name": name})
        if description:
            append_lines(folder, actor, ledger.now, [(None, ProjectEdit(description=description))])
    return project_by_uuid(uuid)


def own(project: Project, actor: Actor) -> None:
    """Whoever makes a project owns it, if there is such an account."""
    if (owner := user_pk(actor.user)) is not None:
        Membership.objects.create(project=project, user_id=owner, role=Membership.Role.OWNER)


def all_projects() -> list[ProjectRecord]:
    """All projects by name; two queries."""
    return project_records(Project.objects.order_by("name"))


def project_by_name(name: str) -> ProjectRecord:
    """The project of this name; `UnknownProject` offers close ones."""
    found = project_records(Project.objects.filter(name=name))
    if not found:
        names = Project.objects.values_list("name", flat=True)
        raise UnknownProject(name, close=difflib.get_close_matches(name, list(names)))
    return found[0]


def project_by_uuid(project_uuid: UUID) -> ProjectRecord:
    """The project of this uuid, or `UnknownProject`."""
    found = project_records(Project.objects.filter(uuid=project_uuid))
    if not found:
        raise UnknownProject(str(project_uuid))
    return found[0]


def _new_folder(name: str) -> Path:
    """A folder of its own where projects are kept."""
    projects = Settings.load().projects
    try:
        projects.mkdir(parents=True, exist_ok=True)
        while True:
            folder = projects / free_folder_name(name, (entry.name for entry in projects.iterdir()))
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as exc:
        raise StoreUnavailable(f"{projects}: {exc.strerror or exc}") from exc


def project_records(projects: QuerySet[Project]) -> list[ProjectRecord]:
    """Records of projects with their tags; two queries."""
    return [
        ProjectRecord(
            id=ProjectId(project.uuid),
            name=project.name,
            directory=Path(project.directory),
            description=project.description,
            created=project.creation_time,
            last_access=project.last_access,
            last_job_number=project.last_job_number,
            tags=tuple(tag.text for tag in project.tags.all()),
            is_archived=project.archived,
        )
        for project in projects.prefetch_related("tags")
    ]
