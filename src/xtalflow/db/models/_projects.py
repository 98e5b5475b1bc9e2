"""Projects, their groups and tags."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from ._fields import kept_of_ccp4i2


class Project(models.Model):
    """A folder with jobs and files.

    `last_job_number` and `last_event_seq` are counters; whoever moves one holds the row's lock.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True, default="")
    directory = models.TextField(unique=True)
    creation_time = models.DateTimeField(default=timezone.now)
    last_access = models.DateTimeField(default=timezone.now, db_index=True)
    creation_user = models.TextField(blank=True, default="")
    creation_host = models.TextField(blank=True, default="")
    last_job_number = models.PositiveIntegerField(default=0)
    last_event_seq = models.PositiveBigIntegerField(default=0)
    archived = models.BooleanField(default=False)
    follow_from_job = models.ForeignKey(
        "xtalflow.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by"
    )
    i1_project_name = models.TextField(blank=True, default="")
    i1_project_directory = models.TextField(blank=True, default="")
    ccp4i2 = kept_of_ccp4i2()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="project_has_a_name"),
            models.CheckConstraint(condition=~models.Q(directory=""), name="project_has_a_directory"),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectGroup(models.Model):
    """Projects that belong together, such as the data sets of a fragment campaign."""

    class Type(models.TextChoices):
        """Why they belong together."""

        GENERAL_SET = "general_set"
        FRAGMENT_SET = "fragment_set"

    name = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=32, choices=Type.choices, default=Type.GENERAL_SET)
    projects = models.ManyToManyField(Project, through="ProjectGroupMembership", related_name="groups")
    sites = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=["general_set", "fragment_set"]), name="project_group_type_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProjectGroupMembership(models.Model):
    """A project in a group: the parent that gives, or a member that takes."""

    class Type(models.TextChoices):
        """The project's part in the group."""

        PARENT = "parent"
        MEMBER = "member"

    group = models.ForeignKey(ProjectGroup, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="group_memberships")
    type = models.CharField(max_length=16, choices=Type.choices, default=Type.MEMBER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "project"], name="project_is_once_in_a_group"),
            models.CheckConstraint(
                condition=models.Q(type__in=["parent", "member"]), name="project_group_membership_type_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} in {self.group}"


class ProjectTag(models.Model):
    """A word, perhaps below another, to find projects by."""

    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    text = models.CharField(max_length=50)
    projects = models.ManyToManyField(Project, related_name="tags", blank=True)

    class Meta:
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "text"], name="project_tag_is_once_below_its_parent"),
            models.UniqueConstraint(
                fields=["text"], condition=models.Q(parent__isnull=True), name="project_tag_is_once_at_the_top"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="project_tag_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.text


class ProjectExport(models.Model):
    """An archive made of a project."""

    class Status(models.TextChoices):
        """How far it is."""

        PENDING = "pending"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    time = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "running", "completed", "failed"]),
                name="project_export_status_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} exported {self.time:%Y-%m-%d %H:%M}"


class ProjectImport(models.Model):
    """A project that came from an archive."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports")
    time = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.project} imported {self.time:%Y-%m-%d %H:%M}"
