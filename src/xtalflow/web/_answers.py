"""How a page answers to what was done on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

BY_SCRIPT = "X-Asked-By-Script"
"""Header of a form that the script of a page has sent: it shows the answer itself."""


def done(request: HttpRequest, sentence: str, *, back: str, went_well: bool = True) -> HttpResponse:
    """Say what was done, or why not: to the script of the page, or on the page that is shown next."""
    if BY_SCRIPT in request.headers:
        return JsonResponse({"text": sentence}, status=200 if went_well else 422)
    (messages.success if went_well else messages.error)(request, sentence)
    return back_to(back)


def back_to(address: str) -> HttpResponse:
    """Show another page after a form was sent."""
    return HttpResponseRedirect(address)
