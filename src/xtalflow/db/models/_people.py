"""Who uses xtalflow, and what they may do."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from ._projects import Project


class User(AbstractUser):
    """An account."""


class Membership(models.Model):
    """What a user may do in a project."""

    class Role(models.TextChoices):
        """Owners also give roles and delete, editors write, readers read."""

        OWNER = "owner"
        EDITOR = "editor"
        READER = "reader"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_is_once_in_a_project"),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "editor", "reader"]), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} of {self.project}"


class ApiToken(models.Model):
    """A key for programs: only its SHA-256 is kept."""

    class Scope(models.TextChoices):
        """What it opens of all that its user may do."""

        READ = "read"
        WRITE = "write"
        ADMIN = "admin"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.READ)
    creation_time = models.DateTimeField(default=timezone.now)
    expiry = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="api_token_name_is_once_for_a_user"),
            models.CheckConstraint(
                condition=models.Q(scope__in=["read", "write", "admin"]), name="api_token_scope_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
