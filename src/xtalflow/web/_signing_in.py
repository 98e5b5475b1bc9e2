"""Signing in: with a one-time token on one's own machine, with name and password elsewhere."""

from __future__ import annotations

import math
from urllib.parse import urlencode

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from xtalflow import db
from xtalflow.api import address_of, serving_of

from ._errors import error_page

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
async def sign_in(request: HttpRequest) -> HttpResponse:
    """The page that asks for name and password; a one-time token in the address is as good, once."""
    serving, after = serving_of(request), _next(request)
    token = request.GET.get("token")
    if request.method == "GET" and token is not None and serving.local_user:
        if not serving.tokens.take(token):
            return error_page(
                request, 403, "this address was good once, and is used up; `xtalflow serve`, typed again, opens another"
            )
        person = await db.local_person(serving.local_user)
        await db.in_database(_enter, request, person.id)
        return HttpResponseRedirect(after)
    context = {"next": after, "by_token": bool(serving.local_user), "error": "", "name": ""}
    if request.method == "GET":
        return render(request, "xtalflow/sign_in.html", context)
    name, password = request.POST.get("name", ""), request.POST.get("password", "")
    whose = (f"name {name}", f"address {address_of(request)}")
    if wait := serving.sign_in_limit.wait_s(*whose):
        context |= {"error": f"too many wrong passwords: wait {math.ceil(wait)} s", "name": name}
        response = render(request, "xtalflow/sign_in.html", context, status=429)
        response["Retry-After"] = str(math.ceil(wait))
        return response
    serving.sign_in_limit.note_wrong(*whose)  # before it is looked at, else many at once would all be looked at
    known = await db.person_with_password(name, password)
    if known is None:
        context |= {"error": "the name or the password is wrong", "name": name}
        return render(request, "xtalflow/sign_in.html", context, status=403)
    serving.sign_in_limit.forget(*whose)
    await db.in_database(_enter, request, known.id)
    return HttpResponseRedirect(after)


async def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead whoever asks another page for a password to the one that counts the wrong ones."""
    return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': _next(request)})}")


@require_POST
async def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in."""
    await db.in_database(logout, request)
    return HttpResponseRedirect("/sign-in/")


@csrf_exempt
@require_POST
async def another_token(request: HttpRequest) -> HttpResponse:
    """A new one-time token, for whoever has the key of this server from the home folder."""
    serving = serving_of(request)
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not serving.local_user or not serving.tokens.is_key(key):
        return error_page(request, 403, "this is for the user who runs the server")
    return JsonResponse({"token": serving.tokens.make()})


def _enter(request: HttpRequest, person: int) -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(pk=person)
    login(request, user, backend=_BACKEND)


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this server only."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


signing_in_urls = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/token/", another_token, name="another-token"),
    path("sign-out/", sign_out, name="sign-out"),
]
