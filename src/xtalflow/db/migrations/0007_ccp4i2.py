"""What CCP4i2 records of projects that came from it, and no other column holds."""

from django.db import migrations, models

_MODELS = ("project", "job", "file", "fileuse", "fileimport", "fileexport")


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0006_counts")]

    operations = [
        migrations.AddField(model, "ccp4i2", models.JSONField(null=True, blank=True, editable=False))
        for model in _MODELS
    ]
