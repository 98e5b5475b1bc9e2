"""Indexes that the counts of a list of projects, and the files that fit an input, are read by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0005_lists")]

    operations = [
        migrations.RemoveIndex("job", "job_by_status"),
        migrations.AddIndex(
            "job", models.Index(fields=["project", "status", "number_key", "parent"], name="job_by_status")
        ),
        migrations.AddIndex(
            "file",
            models.Index(
                fields=["project", "size"],
                condition=models.Q(available=True, derived_from__isnull=True),
                name="file_size_in_project",
            ),
        ),
        migrations.AddIndex("file", models.Index(fields=["project", "type"], name="file_type_in_project")),
    ]
