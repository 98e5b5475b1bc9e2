"""The database layer as Django knows it."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Tables are called ``xtalflow_job``, ``xtalflow_file`` …"""

    name = "xtalflow.db"
    label = "xtalflow"
    verbose_name = "xtalflow"
    default_auto_field = "django.db.models.BigAutoField"
