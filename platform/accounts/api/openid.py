"""Signing in, or proving once more who one is, with the site's OpenID provider."""

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.browser_session import come_in, note_confirmed
from accounts.api.requests import signed_in
from accounts.api.sign_in_shapes import OpenIdInput, OpenIdOutput
from accounts.models import User
from accounts.selectors.identity import provider_subject
from accounts.services.openid import OpenIdRefused, VouchedFor, person_vouched_for
from core.api.requests import parse
from core.errors import NotFound


@method_decorator(never_cache, name="dispatch")
class OpenIdView(APIView):
    """The way to the provider."""

    permission_classes = [AllowAny]
    before_second_factor = True

    @extend_schema(request=OpenIdInput, responses=OpenIdOutput)
    def post(self, request: Request) -> Response:
        """Give the address of the provider's sign-in page. 404 where the site has no provider."""
        SessionAuthentication().enforce_csrf(request)
        given = parse(OpenIdInput, request.data)
        provider = _provider()
        asked: dict[str, Any] = {
            "nonce": secrets.token_urlsafe(24),
            "asked_at": time.time(),
            "confirms": None,
        }
        wishes = {"nonce": asked["nonce"]}
        if given["purpose"] == "confirm":
            asked["confirms"] = signed_in(request).pk
            wishes |= {"prompt": "login", "max_age": "0"}
        address = provider.way_to_provider(
            request._request, next_page=_own(given["next"]), asked=asked, wishes=wishes
        )
        return Response({"address": address})


@method_decorator(never_cache, name="dispatch")
class OpenIdCallbackView(APIView):
    """The way back from the provider, which a browser follows."""

    permission_classes = [AllowAny]
    before_second_factor = True

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("state", "code", "error")],
        responses={302: None},
    )
    def get(self, request: Request) -> HttpResponse:
        """Open the session, or note the proof, and lead back to the page that asked for it."""
        provider = _provider()
        asked = provider.what_was_asked(request._request, request.query_params.get("state", ""))
        if asked is None:
            raise OpenIdRefused("This sign-in was begun elsewhere, or long ago.", remedy="Begin again.")
        if "code" not in request.query_params:
            raise OpenIdRefused(
                f"{settings.OIDC_NAME} did not sign you in.", remedy="Begin again, or ask an administrator."
            )
        confirms = asked["confirms"]
        identity = provider.vouched_for(
            request._request,
            verifier=asked["pkce_code_verifier"],
            nonce=asked["nonce"],
            signed_in_after=asked["asked_at"] if confirms is not None else None,
        )
        if confirms is not None:
            _confirm(request, identity, person=confirms)
        elif not come_in(request, person_vouched_for(identity), by="openid"):
            return HttpResponseRedirect(f"/sign-in?{urlencode({'next': asked['next']})}")
        return HttpResponseRedirect(asked["next"])


def _provider() -> Any:
    """The module that talks to the provider. Raises NotFound where the site has none."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        raise NotFound("This site has no OpenID provider.")
    from accounts import openid_provider

    return openid_provider


def _confirm(request: Request, identity: VouchedFor, *, person: int) -> None:
    user = request.user
    if not isinstance(user, User) or user.pk != person or provider_subject(user) != identity.subject:
        raise OpenIdRefused("Somebody else signed in there.", remedy="Go back and confirm as yourself.")
    note_confirmed(request, user)


def _own(page: str) -> str:
    """The page, where it is one of this site; the first one otherwise."""
    is_own = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if is_own else "/"
