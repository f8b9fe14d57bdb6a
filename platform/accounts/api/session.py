"""Signing in and out with the browser."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.browser_session import (
    address_of,
    awaited,
    come_in,
    confirmed_at_provider,
    open_session,
)
from accounts.api.serializers import SessionOutput, SignInInput
from accounts.api.sign_in_shapes import CodeInput
from accounts.middleware import second_factor_is_due
from accounts.models import User
from accounts.services.second_factor import check_code
from accounts.services.sign_in import check_credentials, note_sign_out
from core.api.requests import parse
from core.errors import DomainError
from core.one_person import one_person_site


class SignInExpired(DomainError):
    """Too long ago, or in another browser, the password was given."""

    code = "sign_in_expired"
    status = 403


@method_decorator([never_cache, ensure_csrf_cookie], name="dispatch")
class SessionView(APIView):
    """The browser's session."""

    permission_classes = [AllowAny]
    before_second_factor = True

    @extend_schema(responses=SessionOutput)
    def get(self, request: Request) -> Response:
        """Say who is signed in, and set the CSRF cookie."""
        return Response(session_now(request))

    @extend_schema(request=SignInInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        """Sign in; `code_needed` says that the code of the second factor comes next."""
        SessionAuthentication().enforce_csrf(request)
        given = parse(SignInInput, request.data)
        user = check_credentials(**given, address=address_of(request))
        come_in(request, user, by="password")
        return Response(session_now(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        if isinstance(request.user, User):
            note_sign_out(user=request.user)
        logout(request._request)
        return Response(status=204)


@method_decorator(never_cache, name="dispatch")
class SessionCodeView(APIView):
    """The second half of signing in."""

    permission_classes = [AllowAny]
    before_second_factor = True

    @extend_schema(request=CodeInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        """Give the code of the app, or a recovery code."""
        SessionAuthentication().enforce_csrf(request)
        given = parse(CodeInput, request.data)
        waiting = awaited(request)
        if waiting is None:
            raise SignInExpired("This sign-in took too long.", remedy="Begin again with your password.")
        check_code(user=waiting.user, code=given["code"], address=address_of(request))
        open_session(request, waiting.user, by=waiting.by, second_factor=True)
        return Response(session_now(request))


def session_now(request: Request) -> dict[str, Any]:
    """Who is signed in with this browser, and what the pages must know of the site."""
    user = request.user if isinstance(request.user, User) else None
    session = {
        "user": user,
        "demo": settings.DEMO,
        "one_person_site": one_person_site(),
        "code_needed": user is None and awaited(request) is not None,
        "second_factor_due": second_factor_is_due(request._request),
        "confirmed": confirmed_at_provider(request),
        "provider": settings.OIDC_NAME if settings.SOCIALACCOUNT_PROVIDERS else None,
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
    }
    return dict(SessionOutput(session).data)
