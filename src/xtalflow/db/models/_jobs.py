"""Jobs and their key performance indicators."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from xtalflow.plugin import JobStatus

from .._job_numbers import MAX_LENGTH
from ._fields import NumberKeyField, TopNumberField, kept_of_ccp4i2
from ._projects import Project, ProjectGroup


class Job(models.Model):
    """One job: a task with its parameters, and what became of it."""

    class Evaluation(models.IntegerChoices):
        """What its user thinks of it."""

        UNKNOWN = 0
        BEST = 1
        GOOD = 2
        REJECTED = 3

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children", db_index=False
    )
    number = models.CharField(max_length=MAX_LENGTH)
    number_key = NumberKeyField(max_length=256, editable=False)
    top_number = TopNumberField(editable=False)
    title = models.TextField(blank=True, default="")
    status = models.PositiveSmallIntegerField(
        choices=[(status.value, status.key) for status in JobStatus], default=JobStatus.PENDING.value
    )
    evaluation = models.PositiveSmallIntegerField(choices=Evaluation.choices, default=Evaluation.UNKNOWN)
    comments = models.TextField(blank=True, default="")
    creation_time = models.DateTimeField(default=timezone.now)
    start_time = models.DateTimeField(null=True, blank=True)
    finish_time = models.DateTimeField(null=True, blank=True)
    task_name = models.CharField(max_length=100)
    task_version = models.TextField(blank=True, default="")
    process_id = models.IntegerField(null=True, blank=True)
    user_agent = models.PositiveSmallIntegerField(default=0)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    created_by_client = models.TextField(blank=True, default="")
    created_by_version = models.TextField(blank=True, default="")
    host = models.TextField(blank=True, default="")
    xtalflow_version = models.TextField(blank=True, default="")
    program_versions = models.JSONField(default=dict, blank=True)
    exit_reason = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="", db_index=True)
    parameters = models.JSONField(default=dict, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    cycle_values = models.JSONField(default=dict, blank=True)
    cloned_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="clones")
    reused_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reused_by")
    after = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="before")
    reuse = models.TextField(blank=True, default="")
    campaign = models.ForeignKey(ProjectGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs")
    priority = models.SmallIntegerField(default=0)
    ccp4i2 = kept_of_ccp4i2()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="job_number_is_once_in_its_project"),
            models.CheckConstraint(condition=models.Q(status__lte=10), name="job_status_is_known"),
            models.CheckConstraint(condition=models.Q(evaluation__lte=3), name="job_evaluation_is_known"),
            models.CheckConstraint(condition=~models.Q(task_name=""), name="job_has_a_task"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | models.Q(number__contains="."),
                name="job_child_number_has_a_dot",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "project", "number_key"], name="job_branch"),
            models.Index(fields=["project", "number_key"], name="job_list"),
            models.Index(fields=["project", "creation_time", "number_key"], name="job_by_creation"),
            models.Index(fields=["project", "finish_time", "number_key"], name="job_by_finish"),
            models.Index(fields=["project", "top_number"], name="job_tree"),
            models.Index(fields=["project", "status", "number_key", "parent"], name="job_by_status"),
            models.Index(fields=["project", "task_name", "number_key"], name="job_by_task"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.task_name}"


class ServerJob(models.Model):
    """Where CCP4i2 ran a job on another machine; kept for imported projects."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="server_job")
    server_process_id = models.IntegerField(null=True, blank=True)
    machine = models.CharField(max_length=255, blank=True, default="")
    username = models.CharField(max_length=100, blank=True, default="")
    mechanism = models.CharField(max_length=32, blank=True, default="")
    remote_path = models.CharField(max_length=255, blank=True, default="")
    custom_code_file = models.CharField(max_length=255, blank=True, default="")
    validate = models.CharField(max_length=32, blank=True, default="")
    key_file_name = models.CharField(max_length=255, blank=True, default="")
    server_group = models.CharField(max_length=32, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.job} on {self.machine}"


class JobValueKey(models.Model):
    """The name of a performance indicator; those that CCP4i2 knows have its number."""

    name = models.CharField(max_length=255, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True, null=True, blank=True)
    description = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="job_value_key_has_a_name")]

    def __str__(self) -> str:
        return self.name


class JobFloatValue(models.Model):
    """A number that a job reports, and whether it was an integer; `project` is that of the job, for the index."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="float_values", db_index=False)
    key = models.ForeignKey(JobValueKey, on_delete=models.RESTRICT, related_name="float_values", db_index=False)
    value = models.FloatField()
    is_integer = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_float_value_is_once")]
        indexes = [models.Index(fields=["project", "key", "value"], name="job_float_value_in_project")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.value:g}"


class JobCharValue(models.Model):
    """A text that a job reports, such as a space group; `project` is that of the job, for the index."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="char_values", db_index=False)
    key = models.ForeignKey(JobValueKey, on_delete=models.RESTRICT, related_name="char_values", db_index=False)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_char_value_is_once")]
        indexes = [models.Index(fields=["project", "key"], name="job_char_value_in_project")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.value}"
