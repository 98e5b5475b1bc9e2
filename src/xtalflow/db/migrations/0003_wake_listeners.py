"""Lets PostgreSQL wake whoever listens when a history grows."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_FUNCTION = """
CREATE FUNCTION xtalflow_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('xtalflow', '');
    RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER xtalflow_wake AFTER INSERT ON xtalflow_jobevent FOR EACH STATEMENT EXECUTE FUNCTION xtalflow_wake()
"""


def _only_on_postgresql(*statements: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("xtalflow", "0002_numbered_names")]
    operations = [
        migrations.RunPython(
            _only_on_postgresql(_FUNCTION, _TRIGGER),
            _only_on_postgresql("DROP TRIGGER xtalflow_wake ON xtalflow_jobevent", "DROP FUNCTION xtalflow_wake"),
        )
    ]
