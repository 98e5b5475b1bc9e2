"""Files, who made them and who reads them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from xtalflow.engine import IMPORT_DIR, JOB_DIR

from ._fields import kept_of_ccp4i2
from ._jobs import Job
from ._projects import Project


class FileType(models.Model):
    """A kind of file by its MIME type; those that CCP4i2 knows have its number."""

    name = models.CharField(max_length=255, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True, null=True, blank=True)
    description = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="file_type_has_a_name")]

    def __str__(self) -> str:
        return self.name


class File(models.Model):
    """A file of a project: made by a job in its folder, or imported for a job."""

    class Directory(models.IntegerChoices):
        """Where it is."""

        JOB_DIR = JOB_DIR
        IMPORT_DIR = IMPORT_DIR

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.RESTRICT, null=True, blank=True, related_name="files")
    name = models.TextField()
    directory = models.PositiveSmallIntegerField(choices=Directory.choices, default=JOB_DIR)
    path = models.TextField()
    type = models.ForeignKey(FileType, on_delete=models.RESTRICT, related_name="files")
    sub_type = models.IntegerField(null=True, blank=True)
    content = models.IntegerField(null=True, blank=True)
    annotation = models.TextField(blank=True, default="")
    job_param_name = models.TextField(blank=True, default="")
    creation_time = models.DateTimeField(default=timezone.now)
    checksum = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    facts = models.JSONField(default=dict, blank=True)
    digests = models.JSONField(default=dict, blank=True)
    derived_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="derived_files"
    )
    available = models.BooleanField(default=True)
    ccp4i2 = kept_of_ccp4i2()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "path"], name="file_path_is_once_in_its_project"),
            # a CCP4i2 project may hold the same bytes twice; its second copy says that it is derived from the first
            models.UniqueConstraint(
                fields=["project", "checksum"],
                condition=models.Q(directory=IMPORT_DIR, derived_from__isnull=True) & ~models.Q(checksum=""),
                name="file_import_is_once_in_its_project",
            ),
            models.CheckConstraint(
                condition=models.Q(directory__in=[JOB_DIR, IMPORT_DIR]), name="file_directory_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(path="") & ~models.Q(path__startswith="/"), name="file_path_is_relative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "size"],
                condition=models.Q(available=True, derived_from__isnull=True),
                name="file_size_in_project",
            ),
            models.Index(fields=["project", "type"], name="file_type_in_project"),
            models.Index(fields=["project", "creation_time"], name="file_list"),
        ]

    def __str__(self) -> str:
        return self.path


class FileUse(models.Model):
    """A job wrote or reads a file, as one of its parameters."""

    class Role(models.IntegerChoices):
        """Direction, seen from the job."""

        OUT = 0
        IN = 1

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="uses", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="file_uses")
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    job_param_name = models.TextField(blank=True, default="")
    ccp4i2 = kept_of_ccp4i2()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "job", "role", "job_param_name"], name="file_use_is_once"),
            models.CheckConstraint(condition=models.Q(role__in=[0, 1]), name="file_use_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.job_param_name} of job {self.job_id}"


class FileImport(models.Model):
    """Where an imported file came from; `checksum` is CCP4i2's MD5 in imported projects, else `File.checksum`."""

    file = models.OneToOneField(File, on_delete=models.CASCADE, primary_key=True, related_name="file_import")
    time = models.DateTimeField(default=timezone.now)
    name = models.TextField()
    checksum = models.CharField(max_length=64, blank=True, default="")
    last_modified = models.DateTimeField(null=True, blank=True)
    ccp4i2 = kept_of_ccp4i2()

    def __str__(self) -> str:
        return self.name


class FileExport(models.Model):
    """A copy given to the user."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="exports")
    time = models.DateTimeField(default=timezone.now)
    name = models.TextField()
    ccp4i2 = kept_of_ccp4i2()

    def __str__(self) -> str:
        return self.name


class FileAssociation(models.Model):
    """Files that belong together, such as observations and their free set."""

    class Type(models.IntegerChoices):
        """Why they belong together."""

        UNKNOWN = 0
        OBSERVED_FREE = 1

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="file_associations")
    type = models.PositiveSmallIntegerField(choices=Type.choices, default=Type.UNKNOWN)
    name = models.TextField(blank=True, default="")
    files = models.ManyToManyField(File, through="FileAssociationMember", related_name="associations")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(type__in=[0, 1]), name="file_association_type_is_known")
        ]

    def __str__(self) -> str:
        return self.name


class FileAssociationMember(models.Model):
    """A file in an association, with its part in it."""

    class Role(models.IntegerChoices):
        """The file's part."""

        UNKNOWN = 0
        OBSERVED = 1
        FREE_R = 2

    association = models.ForeignKey(FileAssociation, on_delete=models.CASCADE, related_name="members", db_index=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="association_members")
    role = models.PositiveSmallIntegerField(choices=Role.choices, default=Role.UNKNOWN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["association", "file"], name="file_is_once_in_an_association"),
            models.CheckConstraint(condition=models.Q(role__in=[0, 1, 2]), name="file_association_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.file} in {self.association}"
