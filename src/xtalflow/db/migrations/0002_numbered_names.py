"""Fills in the file types and the keys of performance indicators that CCP4i2 numbers."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from xtalflow.formats.ccp4i2 import FILETYPELIST, KEYTYPELIST


def number_names(apps: Any, schema_editor: Any) -> None:
    for model, names in (("FileType", FILETYPELIST), ("JobValueKey", KEYTYPELIST)):
        table = apps.get_model("xtalflow", model).objects.using(schema_editor.connection.alias)
        rows = [table.model(name=name, number=number) for number, name in enumerate(names)]
        table.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["number"])


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0001_initial")]
    operations = [migrations.RunPython(number_names, migrations.RunPython.noop)]
