"""What happens to a project's own row. Every function is part of a transaction that holds the project."""

from __future__ import annotations

from collections.abc import Sequence

from xtalflow.errors import InvalidInput

from ._clean import clean_text, short_text
from ._ledger import Ledger
from .models import Project, ProjectTag


def edit_project(ledger: Ledger, *, description: str | None, tags: Sequence[str] | None) -> None:
    """What a user says about a project."""
    changes: dict[str, object] = {}
    if description is not None:
        changes["description"] = clean_text(description)
        Project.objects.filter(pk=ledger.project.pk).update(description=changes["description"])
    if tags is not None:
        texts = list(dict.fromkeys(short_text(tag.strip(), 50, "a tag") for tag in tags))
        if any("/" in text for text in texts):
            raise InvalidInput("a tag cannot have a / in it")
        changes["tags"] = texts
        ProjectTag.objects.bulk_create([ProjectTag(text=text) for text in sorted(texts)], ignore_conflicts=True)
        ledger.project.tags.set(ProjectTag.objects.filter(parent__isnull=True, text__in=texts))
    if changes:
        ledger.note("edited", None, changes)
