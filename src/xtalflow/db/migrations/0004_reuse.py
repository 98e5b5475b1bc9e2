"""A job says whether it took the results of an earlier one, and why; and after which jobs it is to run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0003_cancel_requested")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="reuse",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="job",
            name="after",
            field=models.ManyToManyField(blank=True, related_name="before", to="xtalflow.job"),
        ),
    ]
