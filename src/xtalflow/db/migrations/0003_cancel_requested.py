"""A run may be asked to end by any process."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0002_numbered_names")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="cancel_requested",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
