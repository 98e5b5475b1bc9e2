"""Django's settings of xtalflow: what `xtalflow.engine.Settings` says, and what never changes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.functional import lazy

from xtalflow.engine import Settings

from ._connection import database_settings
from ._setup import secret_key

_settings = Settings.load()

SECRET_KEY = lazy(partial(secret_key, _settings.home), str)()  # the file is made when something is signed, not before
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(_settings.home, _settings.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "xtalflow.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
USE_I18N = False  # texts are written once, in English: templates need not look for translations of each
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
INSTALLED_APPS = [
    "xtalflow.db.apps.DatabaseConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
