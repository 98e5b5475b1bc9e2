"""The tables of the first release."""

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import xtalflow.db.models._fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="FileType",
            fields=[
                ("name", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True, unique=True)),
                ("description", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="file_type_has_a_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="JobValueKey",
            fields=[
                ("name", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True, unique=True)),
                ("description", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="job_value_key_has_a_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("hash", models.CharField(max_length=64, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "Read"), ("write", "Write"), ("admin", "Admin")], default="read", max_length=8
                    ),
                ),
                ("creation_time", models.DateTimeField(default=django.utils.timezone.now)),
                ("expiry", models.DateTimeField(blank=True, null=True)),
                ("last_used", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="api_token_name_is_once_for_a_user"),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["read", "write", "admin"])), name="api_token_scope_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "type",
                    models.CharField(
                        choices=[("general_set", "General Set"), ("fragment_set", "Fragment Set")],
                        default="general_set",
                        max_length=32,
                    ),
                ),
                ("sites", models.JSONField(blank=True, default=list)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["general_set", "fragment_set"])),
                        name="project_group_type_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("description", models.TextField(blank=True, default="")),
                ("directory", models.TextField(unique=True)),
                ("creation_time", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_access", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("creation_user", models.TextField(blank=True, default="")),
                ("creation_host", models.TextField(blank=True, default="")),
                ("last_job_number", models.PositiveIntegerField(default=0)),
                ("last_event_seq", models.PositiveBigIntegerField(default=0)),
                ("archived", models.BooleanField(default=False)),
                ("i1_project_name", models.TextField(blank=True, default="")),
                ("i1_project_directory", models.TextField(blank=True, default="")),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="project_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("directory", ""), _negated=True), name="project_has_a_directory"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileAssociation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("type", models.PositiveSmallIntegerField(choices=[(0, "Unknown"), (1, "Observed Free")], default=0)),
                ("name", models.TextField(blank=True, default="")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="file_associations",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("type__in", [0, 1])), name="file_association_type_is_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=50)),
                ("number_key", xtalflow.db.models._fields.NumberKeyField(editable=False, max_length=256)),
                ("top_number", xtalflow.db.models._fields.TopNumberField(editable=False)),
                ("title", models.TextField(blank=True, default="")),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "unknown"),
                            (1, "pending"),
                            (2, "queued"),
                            (3, "running"),
                            (4, "interrupted"),
                            (5, "failed"),
                            (6, "finished"),
                            (7, "running_remotely"),
                            (8, "file_holder"),
                            (9, "to_delete"),
                            (10, "unsatisfactory"),
                        ],
                        default=1,
                    ),
                ),
                (
                    "evaluation",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Unknown"), (1, "Best"), (2, "Good"), (3, "Rejected")], default=0
                    ),
                ),
                ("comments", models.TextField(blank=True, default="")),
                ("creation_time", models.DateTimeField(default=django.utils.timezone.now)),
                ("start_time", models.DateTimeField(blank=True, null=True)),
                ("finish_time", models.DateTimeField(blank=True, null=True)),
                ("task_name", models.CharField(max_length=100)),
                ("task_version", models.TextField(blank=True, default="")),
                ("process_id", models.IntegerField(blank=True, null=True)),
                ("user_agent", models.PositiveSmallIntegerField(default=0)),
                ("created_by_client", models.TextField(blank=True, default="")),
                ("created_by_version", models.TextField(blank=True, default="")),
                ("host", models.TextField(blank=True, default="")),
                ("xtalflow_version", models.TextField(blank=True, default="")),
                ("program_versions", models.JSONField(blank=True, default=dict)),
                ("exit_reason", models.TextField(blank=True, default="")),
                ("fingerprint", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("progress", models.JSONField(blank=True, default=dict)),
                ("cycle_values", models.JSONField(blank=True, default=dict)),
                ("reuse", models.TextField(blank=True, default="")),
                ("priority", models.SmallIntegerField(default=0)),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
                ("after", models.ManyToManyField(blank=True, related_name="before", to="xtalflow.job")),
                (
                    "cloned_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="clones",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "reused_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reused_by",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="xtalflow.project",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="jobs",
                        to="xtalflow.projectgroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["parent", "project", "number_key"], name="job_branch"),
                    models.Index(fields=["project", "number_key"], name="job_list"),
                    models.Index(fields=["project", "creation_time", "number_key"], name="job_by_creation"),
                    models.Index(fields=["project", "finish_time", "number_key"], name="job_by_finish"),
                    models.Index(fields=["project", "top_number"], name="job_tree"),
                    models.Index(fields=["project", "status", "number_key", "parent"], name="job_by_status"),
                    models.Index(fields=["project", "task_name", "number_key"], name="job_by_task"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "number"), name="job_number_is_once_in_its_project"),
                    models.CheckConstraint(condition=models.Q(("status__lte", 10)), name="job_status_is_known"),
                    models.CheckConstraint(condition=models.Q(("evaluation__lte", 3)), name="job_evaluation_is_known"),
                    models.CheckConstraint(condition=models.Q(("task_name", ""), _negated=True), name="job_has_a_task"),
                    models.CheckConstraint(
                        condition=models.Q(("parent__isnull", True), ("number__contains", "."), _connector="OR"),
                        name="job_child_number_has_a_dot",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("editor", "Editor"), ("reader", "Reader")], max_length=8
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "user"), name="membership_is_once_in_a_project"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "editor", "reader"])), name="membership_role_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField()),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                ("job_uuid", models.UUIDField(blank=True, db_index=True, null=True)),
                ("kind", models.CharField(max_length=32)),
                ("who", models.TextField(blank=True, default="")),
                ("where_from", models.TextField(blank=True, default="")),
                ("data", models.JSONField(blank=True, default=dict)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "seq"), name="job_event_seq_is_once_in_its_project"),
                    models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="job_event_seq_counts_from_1"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("running", "Running"),
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=16,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exports", to="xtalflow.project"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["pending", "running", "completed", "failed"])),
                        name="project_export_status_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectGroupMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "type",
                    models.CharField(
                        choices=[("parent", "Parent"), ("member", "Member")], default="member", max_length=16
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="xtalflow.projectgroup",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_memberships",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("group", "project"), name="project_is_once_in_a_group"),
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["parent", "member"])),
                        name="project_group_membership_type_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imports", to="xtalflow.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProjectTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=50)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="xtalflow.projecttag",
                    ),
                ),
                ("projects", models.ManyToManyField(blank=True, related_name="tags", to="xtalflow.project")),
            ],
            options={
                "ordering": ["text"],
                "constraints": [
                    models.UniqueConstraint(fields=("parent", "text"), name="project_tag_is_once_below_its_parent"),
                    models.UniqueConstraint(
                        condition=models.Q(("parent__isnull", True)),
                        fields=("text",),
                        name="project_tag_is_once_at_the_top",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="project_tag_has_a_text"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.TextField()),
                ("directory", models.PositiveSmallIntegerField(choices=[(1, "Job Dir"), (2, "Import Dir")], default=1)),
                ("path", models.TextField()),
                ("sub_type", models.IntegerField(blank=True, null=True)),
                ("content", models.IntegerField(blank=True, null=True)),
                ("annotation", models.TextField(blank=True, default="")),
                ("job_param_name", models.TextField(blank=True, default="")),
                ("creation_time", models.DateTimeField(default=django.utils.timezone.now)),
                ("checksum", models.CharField(blank=True, default="", max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("digests", models.JSONField(blank=True, default=dict)),
                ("available", models.BooleanField(default=True)),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
                (
                    "derived_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="derived_files",
                        to="xtalflow.file",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="files", to="xtalflow.filetype"
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="files",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("available", True), ("derived_from__isnull", True)),
                        fields=["project", "size"],
                        name="file_size_in_project",
                    ),
                    models.Index(fields=["project", "type"], name="file_type_in_project"),
                    models.Index(fields=["project", "creation_time"], name="file_list"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "path"), name="file_path_is_once_in_its_project"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("derived_from__isnull", True), ("directory", 2), models.Q(("checksum", ""), _negated=True)
                        ),
                        fields=("project", "checksum"),
                        name="file_import_is_once_in_its_project",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("directory__in", [1, 2])), name="file_directory_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("path", ""), _negated=True), models.Q(("path__startswith", "/"), _negated=True)
                        ),
                        name="file_path_is_relative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServerJob",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="server_job",
                        serialize=False,
                        to="xtalflow.job",
                    ),
                ),
                ("server_process_id", models.IntegerField(blank=True, null=True)),
                ("machine", models.CharField(blank=True, default="", max_length=255)),
                ("username", models.CharField(blank=True, default="", max_length=100)),
                ("mechanism", models.CharField(blank=True, default="", max_length=32)),
                ("remote_path", models.CharField(blank=True, default="", max_length=255)),
                ("custom_code_file", models.CharField(blank=True, default="", max_length=255)),
                ("validate", models.CharField(blank=True, default="", max_length=32)),
                ("key_file_name", models.CharField(blank=True, default="", max_length=255)),
                ("server_group", models.CharField(blank=True, default="", max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("QUEUED", "Queued"),
                            ("SUBMITTING", "Submitting"),
                            ("SUBMITTED", "Submitted"),
                            ("RUNNING", "Running"),
                            ("ENDED", "Ended"),
                            ("LOST", "Lost"),
                        ],
                        default="QUEUED",
                        max_length=16,
                    ),
                ),
                ("executor", models.TextField(blank=True, default="")),
                ("handle", models.JSONField(blank=True, default=dict)),
                ("token", models.CharField(max_length=64, unique=True)),
                ("owner", models.TextField(blank=True, default="")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("resources", models.JSONField(blank=True, default=dict)),
                ("cancel_requested", models.DateTimeField(blank=True, null=True)),
                ("host", models.TextField(blank=True, default="")),
                ("exit_code", models.IntegerField(blank=True, null=True)),
                ("signal", models.CharField(blank=True, default="", max_length=32)),
                ("reason", models.TextField(blank=True, default="")),
                ("queued", models.DateTimeField(default=django.utils.timezone.now)),
                ("started", models.DateTimeField(blank=True, null=True)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                ("journal_seq", models.PositiveBigIntegerField(default=0)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="xtalflow.job",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["ENDED", "LOST"]), _negated=True),
                        fields=["state", "queued"],
                        name="attempt_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "epoch"), name="attempt_epoch_is_once_for_a_job"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["ENDED", "LOST"]), _negated=True),
                        fields=("job",),
                        name="attempt_is_the_only_one_open",
                    ),
                    models.CheckConstraint(condition=models.Q(("epoch__gte", 1)), name="attempt_epoch_counts_from_1"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["QUEUED", "SUBMITTING", "SUBMITTED", "RUNNING", "ENDED", "LOST"])
                        ),
                        name="attempt_state_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobFloatValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.FloatField()),
                ("is_integer", models.BooleanField(default=False)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="float_values",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="float_values",
                        to="xtalflow.jobvaluekey",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "key", "value"], name="job_float_value_in_project")],
                "constraints": [models.UniqueConstraint(fields=("job", "key"), name="job_float_value_is_once")],
            },
        ),
        migrations.CreateModel(
            name="JobCharValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.TextField()),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="char_values",
                        to="xtalflow.job",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="char_values",
                        to="xtalflow.jobvaluekey",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="xtalflow.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "key"], name="job_char_value_in_project")],
                "constraints": [models.UniqueConstraint(fields=("job", "key"), name="job_char_value_is_once")],
            },
        ),
        migrations.CreateModel(
            name="FileImport",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file_import",
                        serialize=False,
                        to="xtalflow.file",
                    ),
                ),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.TextField()),
                ("checksum", models.CharField(blank=True, default="", max_length=64)),
                ("last_modified", models.DateTimeField(blank=True, null=True)),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FileAssociationMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Unknown"), (1, "Observed"), (2, "Free R")], default=0
                    ),
                ),
                (
                    "association",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="xtalflow.fileassociation",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="association_members",
                        to="xtalflow.file",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("association", "file"), name="file_is_once_in_an_association"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", [0, 1, 2])), name="file_association_role_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.TextField()),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exports", to="xtalflow.file"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FileUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.PositiveSmallIntegerField(choices=[(0, "Out"), (1, "In")])),
                ("job_param_name", models.TextField(blank=True, default="")),
                ("ccp4i2", models.JSONField(blank=True, editable=False, null=True)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="xtalflow.file",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="file_uses", to="xtalflow.job"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("file", "job", "role", "job_param_name"), name="file_use_is_once"),
                    models.CheckConstraint(condition=models.Q(("role__in", [0, 1])), name="file_use_role_is_known"),
                ],
            },
        ),
        migrations.AddField(
            model_name="fileassociation",
            name="files",
            field=models.ManyToManyField(
                related_name="associations", through="xtalflow.FileAssociationMember", to="xtalflow.file"
            ),
        ),
        migrations.AddField(
            model_name="projectgroup",
            name="projects",
            field=models.ManyToManyField(
                related_name="groups", through="xtalflow.ProjectGroupMembership", to="xtalflow.project"
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="follow_from_job",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="followed_by",
                to="xtalflow.job",
            ),
        ),
    ]
