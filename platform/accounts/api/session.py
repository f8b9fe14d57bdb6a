"""Signing in and out with the browser."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.api.serializers import SessionOutput, SignInInput
from accounts.middleware import STARTED
from accounts.models import User
from accounts.services.sign_in import check_credentials, note_sign_in, note_sign_out


class _Address(BaseThrottle):
    """DRF's way of finding the client's address behind NUM_PROXIES proxies; throttles nothing itself."""

    def of(self, request: Request) -> str:
        """Return the address, at most 64 characters."""
        return str(self.get_ident(request))[:64]


def address_of(request: Request) -> str:
    """Where a request comes from; guessing of passwords is counted by it."""
    return _Address().of(request)


@method_decorator([never_cache, ensure_csrf_cookie], name="dispatch")
class SessionView(APIView):
    """The browser's session."""

    permission_classes = [AllowAny]

    @extend_schema(responses=SessionOutput)
    def get(self, request: Request) -> Response:
        """Say who is signed in, and set the CSRF cookie."""
        return Response(_session(request))

    @extend_schema(request=SignInInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        """Sign in; the session gets a new key."""
        SessionAuthentication().enforce_csrf(request)
        data = SignInInput(data=request.data)
        data.is_valid(raise_exception=True)
        address = address_of(request)
        user = check_credentials(**data.validated_data, address=address)
        login(request._request, user)
        request.session[STARTED] = int(time.time())
        note_sign_in(user=user, address=address)
        request.user = user
        return Response(_session(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        if isinstance(request.user, User):
            note_sign_out(user=request.user)
        logout(request._request)
        return Response(status=204)


def _session(request: Request) -> dict[str, Any]:
    user = request.user if isinstance(request.user, User) else None
    session = {"user": user, "demo": settings.DEMO, "one_person_site": settings.ONE_PERSON_SITE}
    return dict(SessionOutput(session).data)
