"""Groups of projects that CCP4i2's Qt generation made from one another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count
from uuid import UUID

from django.db import transaction

from .models import Project, ProjectGroup, ProjectGroupMembership

_LONGEST_IN_GROUP = 80
"""Characters of a project's name in that of its group."""


@transaction.atomic
def group_families(families: Mapping[UUID, tuple[str, Collection[UUID]]]) -> dict[UUID, str]:
    """Put projects of CCP4i2's Qt generation into a group with the project that they were made from.

    Parameters
    ----------
    families
        By id of such a project its name there, and the ids of those that were made from it.

    Returns
    -------
    The name of its group for each project that is here with another one of its family.
    """
    grouped: dict[UUID, str] = {}
    for parent, (name, members) in families.items():
        pks = dict(Project.objects.filter(uuid__in=[parent, *members]).values_list("uuid", "pk"))
        if parent not in pks or len(pks) == 1:
            continue
        group = _family_of(pks[parent], name)
        part = ProjectGroupMembership.Type
        ProjectGroupMembership.objects.bulk_create(
            [
                ProjectGroupMembership(group=group, project_id=pk, type=part.PARENT if uuid == parent else part.MEMBER)
                for uuid, pk in pks.items()
            ],
            ignore_conflicts=True,
        )
        grouped |= dict.fromkeys(pks, group.name)
    return grouped


def _family_of(parent: int, name: str) -> ProjectGroup:
    """The group that was made for a project before, or a new one."""
    start, fragments = "Legacy_", ProjectGroup.Type.FRAGMENT_SET
    there = ProjectGroup.objects.filter(
        name__startswith=start,
        type=fragments,
        memberships__project=parent,
        memberships__type=ProjectGroupMembership.Type.PARENT,
    ).first()
    if there is not None:
        return there
    wanted = free = f"{start}{name[:_LONGEST_IN_GROUP]}_group"
    for number in count(2):
        if not ProjectGroup.objects.filter(name=free).exists():
            break
        free = f"{wanted}_{number}"
    return ProjectGroup.objects.create(name=free, type=fragments)
