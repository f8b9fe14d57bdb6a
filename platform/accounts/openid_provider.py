"""Talks to the OpenID provider: allauth's flow, with every check of an ID token that the standard names.

Imported where it is used only: it loads an HTTP client, which sites without a provider never need.
Source: OpenID Connect Core 1.0, sections 3.1.2.1 (max_age), 3.1.3.7 (ID token), 5.3.2 (userinfo).
"""

import time
from typing import Any

import jwt
import requests
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.services.openid import PROVIDER, OpenIdRefused, VouchedFor
from core.errors import Busy

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_DIFFER_S = 60
registry.register(OpenIDConnectProvider)  # as an installed app it would load that client in every process


def way_to_provider(
    request: HttpRequest, *, next_page: str, asked: dict[str, Any], wishes: dict[str, str]
) -> str:
    """Return the address of the provider's sign-in page; `asked` stays in the session, `wishes` go there.

    Raises Busy where the provider does not answer.
    """
    adapter = _Adapter(request)
    provider = adapter.get_provider()
    challenge = provider.get_pkce_params()
    try:
        client = adapter.get_client(request, provider.app)
        page = adapter.authorize_url
    except (requests.RequestException, OAuth2Error) as error:
        raise _out_of_reach() from error
    client.state = provider.stash_redirect_state(
        request, "login", next_page, pkce_code_verifier=challenge.pop("code_verifier"), **asked
    )
    return str(client.get_redirect_url(page, provider.get_scope(), {**wishes, **challenge}))


def what_was_asked(request: HttpRequest, state_id: str) -> dict[str, Any] | None:
    """Take out of the session what `way_to_provider` put there; None where this browser asked for nothing."""
    state: dict[str, Any] | None = statekit.unstash_state(request, provider_id=PROVIDER, state_id=state_id)
    return state


def vouched_for(
    request: HttpRequest, *, verifier: str, nonce: str, signed_in_after: float | None
) -> VouchedFor:
    """Trade the code in the address for tokens, and check them. Raises OpenIdRefused or Busy."""
    adapter = _Adapter(request, nonce=nonce, signed_in_after=signed_in_after)
    app = adapter.get_provider().app
    try:
        client = adapter.get_client(request, app)
        answer = adapter.get_access_token_data(request, app, client, pkce_code_verifier=verifier)
        login = adapter.complete_login(request, app, adapter.parse_token(answer), response=answer)
    except OAuth2Error as error:
        raise OpenIdRefused(
            f"What {settings.OIDC_NAME} answered can't be trusted: {error}.",
            remedy="Begin again, or ask an administrator.",
        ) from error
    except requests.RequestException as error:
        raise _out_of_reach() from error
    told = {**login.account.extra_data["id_token"], **login.account.extra_data["userinfo"]}
    verified = told.get("email_verified") in (True, "true")
    return VouchedFor(subject=login.account.uid, email=str(told.get("email", "")) if verified else "")


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth has no types
    """The site's provider; `nonce` and `signed_in_after` (seconds since 1970) are what was asked of it."""

    def __init__(
        self, request: HttpRequest, *, nonce: str = "", signed_in_after: float | None = None
    ) -> None:
        super().__init__(request, PROVIDER)
        self._nonce = nonce
        self._signed_in_after = signed_in_after

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OAuth2Error where it names another issuer."""
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
            raise OAuth2Error("it names another issuer")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends people back to."""
        return request.build_absolute_uri(reverse("openid-callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        """Return allauth's sign-in. Raises OAuth2Error unless ID token and userinfo tell of one person."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("there is no ID token")
        login = super().complete_login(request, app, token, **kwargs)
        told = login.account.extra_data
        if told["userinfo"].get("sub") != told["id_token"]["sub"]:
            raise OAuth2Error("it tells of two people")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Check signature, issuer, audience, times, nonce and, where it was asked for, a fresh sign-in."""
        config = self.openid_config
        try:
            keys = jwt.PyJWKClient(config["jwks_uri"], timeout=settings.SOCIALACCOUNT_REQUESTS_TIMEOUT)
            claims: dict[str, Any] = jwt.decode(
                id_token,
                keys.get_signing_key_from_jwt(id_token),
                algorithms=ALGORITHMS,
                issuer=config["issuer"],
                audience=app.client_id,
                leeway=CLOCKS_DIFFER_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("the ID token is not valid") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the ID token is for another application")
        if claims.get("nonce") != self._nonce:
            raise OAuth2Error("the ID token belongs to another sign-in")
        if self._signed_in_after is not None:
            self._refuse_old_sign_in(claims.get("auth_time"))
        return claims

    def _refuse_old_sign_in(self, auth_time: Any) -> None:
        after = (self._signed_in_after or 0) - CLOCKS_DIFFER_S
        now = time.time() + CLOCKS_DIFFER_S
        if not isinstance(auth_time, int | float) or not after <= auth_time <= now:
            raise OAuth2Error("nobody signed in anew")


def _out_of_reach() -> Busy:
    return Busy(
        f"{settings.OIDC_NAME} can't be reached.",
        remedy="Try again in a minute, or sign in with your password.",
    )
