"""Indexes that long lists are read by; the values of jobs know their project; projects can be archived."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

_PROJECT: dict[str, Any] = {
    "on_delete": django.db.models.deletion.CASCADE,
    "db_index": False,
    "related_name": "+",
    "to": "xtalflow.project",
}


def tell_projects(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    jobs = apps.get_model("xtalflow", "Job").objects.using(alias).filter(pk=OuterRef("job"))
    for model in ("JobFloatValue", "JobCharValue"):
        values = apps.get_model("xtalflow", model).objects.using(alias)
        values.update(project=Subquery(jobs.values("project")[:1]))


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0004_reuse")]

    operations = [
        migrations.AddField("project", "archived", models.BooleanField(default=False)),
        migrations.AddField("jobfloatvalue", "project", models.ForeignKey(null=True, **_PROJECT)),
        migrations.AddField("jobcharvalue", "project", models.ForeignKey(null=True, **_PROJECT)),
        migrations.RunPython(tell_projects, migrations.RunPython.noop),
        migrations.AlterField("jobfloatvalue", "project", models.ForeignKey(**_PROJECT)),
        migrations.AlterField("jobcharvalue", "project", models.ForeignKey(**_PROJECT)),
        migrations.AlterField(
            "jobcharvalue",
            "key",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="char_values",
                to="xtalflow.jobvaluekey",
            ),
        ),
        migrations.RemoveIndex("jobfloatvalue", "job_float_value_by_key"),
        migrations.AddIndex(
            "jobfloatvalue", models.Index(fields=["project", "key", "value"], name="job_float_value_in_project")
        ),
        migrations.AddIndex("jobcharvalue", models.Index(fields=["project", "key"], name="job_char_value_in_project")),
        migrations.RemoveIndex("job", "job_list_of_a_project"),
        migrations.AlterField(
            "job",
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
        migrations.AddIndex("job", models.Index(fields=["parent", "project", "number_key"], name="job_branch")),
        migrations.AddIndex("job", models.Index(fields=["project", "number_key"], name="job_list")),
        migrations.AddIndex(
            "job", models.Index(fields=["project", "creation_time", "number_key"], name="job_by_creation")
        ),
        migrations.AddIndex("job", models.Index(fields=["project", "finish_time", "number_key"], name="job_by_finish")),
    ]
