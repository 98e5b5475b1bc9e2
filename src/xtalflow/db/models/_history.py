"""Runs of jobs, and everything that happened."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ._jobs import Job
from ._projects import Project


class Attempt(models.Model):
    """One run of a top-level job; a restart is the next attempt of the same job."""

    class State(models.TextChoices):
        """What its executor does with it."""

        QUEUED = "QUEUED"
        SUBMITTING = "SUBMITTING"
        SUBMITTED = "SUBMITTED"
        RUNNING = "RUNNING"
        ENDED = "ENDED"
        LOST = "LOST"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    executor = models.TextField(blank=True, default="")
    handle = models.JSONField(default=dict, blank=True)
    token = models.CharField(max_length=64, unique=True)
    owner = models.TextField(blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    resources = models.JSONField(default=dict, blank=True)
    cancel_requested = models.DateTimeField(null=True, blank=True)
    host = models.TextField(blank=True, default="")
    exit_code = models.IntegerField(null=True, blank=True)
    signal = models.CharField(max_length=32, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    queued = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    journal_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "epoch"], name="attempt_epoch_is_once_for_a_job"),
            models.UniqueConstraint(
                fields=["job"], condition=~models.Q(state__in=["ENDED", "LOST"]), name="attempt_is_the_only_one_open"
            ),
            models.CheckConstraint(condition=models.Q(epoch__gte=1), name="attempt_epoch_counts_from_1"),
            models.CheckConstraint(
                condition=models.Q(state__in=["QUEUED", "SUBMITTING", "SUBMITTED", "RUNNING", "ENDED", "LOST"]),
                name="attempt_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "queued"], condition=~models.Q(state__in=["ENDED", "LOST"]), name="attempt_open"
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.epoch} of job {self.job_id}"


class JobEvent(models.Model):
    """One line of a project's history; it stays when its job is deleted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveBigIntegerField()
    time = models.DateTimeField(default=timezone.now)
    job_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    kind = models.CharField(max_length=32)
    who = models.TextField(blank=True, default="")
    where_from = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "seq"], name="job_event_seq_is_once_in_its_project"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="job_event_seq_counts_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
