"""The pages as Django knows them."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and static files."""

    name = "xtalflow.web"
    label = "web"
    verbose_name = "xtalflow"
