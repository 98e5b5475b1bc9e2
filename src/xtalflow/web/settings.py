"""Django's settings of the server: those of the database, and what answers requests."""

from __future__ import annotations

import hashlib
import socket

from xtalflow.db.settings import *  # noqa: F403  # Django reads one module
from xtalflow.engine import Settings

_settings = Settings.load()
_mark = hashlib.sha256(str(_settings.home).encode()).hexdigest()[:8]  # cookies do not know ports: servers differ by it

DEBUG = False
ROOT_URLCONF = "xtalflow.web._urls"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", socket.gethostname(), socket.getfqdn(), *_settings.hosts]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in _settings.hosts]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _settings.hosts else None
SESSION_COOKIE_NAME = f"xtalflow_session_{_mark}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(_settings.hosts)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"xtalflow_csrf_{_mark}"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "xtalflow.web._errors.not_from_our_pages"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
STATIC_URL = "/static/"
LOGIN_URL = "/sign-in/"
INSTALLED_APPS = [
    *INSTALLED_APPS,  # noqa: F405
    "xtalflow.web.apps.WebConfig",
    "django.contrib.admin",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "xtalflow.web._middleware.headers",
    "xtalflow.api.rest",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xtalflow.web._middleware.errors",
    "xtalflow.web._middleware.people",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xtalflow.web._middleware.page",
            ],
            "builtins": ["xtalflow.web._words"],
        },
    }
]
