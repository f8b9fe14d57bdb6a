"""Ends a browser session after a day's work, and keeps it while the person is there."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

STARTED = "started_at"  # seconds since the epoch, written at sign-in
SEEN = "seen_at"
RENEW_EVERY_S = 60


class SessionEndMiddleware:
    """Sign out after SESSION_MAX_AGE; else push the idle end out, at most once a minute.

    Django's own SESSION_SAVE_EVERY_REQUEST would write a row with every picture that a page loads.
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
            elif now - request.session.get(SEEN, 0) >= RENEW_EVERY_S:
                request.session[STARTED] = started
                request.session[SEEN] = now
        return self.get_response(request)
