"""Ends a browser session when nobody is there any more or after a day's work, and asks for second factors."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.models import User
from accounts.selectors.second_factor import must_have_second_factor
from accounts.session_keys import SECOND_FACTOR, SEEN, STARTED
from core.api.errors import error_body

RENEW_EVERY_S = 60
UNATTENDED = "Fovea-Unattended"  # a page sends it with what it asks for by itself while nobody touches it


class SessionEndMiddleware:
    """Sign out after SESSION_MAX_AGE; else push the idle end out, at most once a minute.

    Django's own SESSION_SAVE_EVERY_REQUEST would write a row with every picture that a page loads, and a page
    that looks for news every few seconds would keep its session for ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check the session before the view runs."""
        if request.session.session_key and request.user.is_authenticated:
            now = int(time.time())
            started = request.session.get(STARTED, now)
            if now - started > settings.SESSION_MAX_AGE.total_seconds():
                logout(request)
            elif now - request.session.get(SEEN, 0) >= RENEW_EVERY_S and UNATTENDED not in request.headers:
                request.session[STARTED] = started
                request.session[SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Keep who must have a second factor, and came without, to the views that let them set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do here: the view is not known yet."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse views of the API that do not say `before_second_factor`."""
        view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
        if view_class is None or getattr(view_class, "before_second_factor", False):
            return None
        if not second_factor_is_due(request):
            return None
        body = error_body(
            code="second_factor_due",
            message="Your role needs a second factor.",
            remedy="Set one up on your account page, then go on.",
        )
        return JsonResponse(body, status=403)


def second_factor_is_due(request: HttpRequest) -> bool:
    """Whether the session's person must have a second factor, and gave no code in this session."""
    user = request.user
    return isinstance(user, User) and must_have_second_factor(user) and not request.session.get(SECOND_FACTOR)
