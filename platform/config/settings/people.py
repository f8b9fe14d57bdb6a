"""How people sign in: passwords, sessions, what stops guessing, second factors and an OpenID provider."""

import os
from datetime import timedelta
from typing import Any

from config import environment

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses where too many failed; the next one knows the passwords
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Sessions
SESSION_COOKIE_NAME = "fovea_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # "Strict" would lose the session on the way back from an OpenID provider
SESSION_COOKIE_AGE = 60 * int(os.environ.get("SESSION_IDLE_MINUTES") or 30)  # pushed out while a person works
SESSION_MAX_AGE = timedelta(hours=12)

# Guessing: django-axes counts failures in the database, accounts.services.lockout says what counts together
SIGN_IN_FAILURES_PER_ADDRESS = 50
SIGN_IN_FAILURES_KEPT_DAYS = 90
AXES_HANDLER = "accounts.services.lockout.FailureHandler"
AXES_LOCKOUT_PARAMETERS = "accounts.services.lockout.counted_together"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True  # the audit log has who signed in
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    "axes.W002"
]  # its middleware would answer in a shape of its own; ours is DomainError's

# Second factor
MFA_ADAPTER = "accounts.second_factor_secrets.SecretsAdapter"
MFA_TOTP_ISSUER = "Fovea"
MFA_TOTP_TOLERANCE = 1  # half minutes that a telephone's clock may be off
REQUIRE_SECOND_FACTOR: list[str] = environment.names("REQUIRE_SECOND_FACTOR", default="")  # roles
SECOND_FACTOR_WITHIN = timedelta(minutes=5)  # of the password: then one begins anew

# OpenID provider: none unless these four are set
OIDC_NAME: str = os.environ.get("OIDC_NAME", "").strip() or "OpenID"
OIDC_ISSUER: str = os.environ.get("OIDC_ISSUER", "").strip().rstrip("/")
OIDC_CLIENT_ID: str = os.environ.get("OIDC_CLIENT_ID", "").strip()
OIDC_CLIENT_SECRET: str = os.environ.get("OIDC_CLIENT_SECRET", "").strip()
CONFIRMED_FOR = timedelta(minutes=5)  # how long a fresh sign-in there stands in for "your password again"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10


def openid_provider(*, name: str, issuer: str, client_id: str, secret: str) -> dict[str, Any]:
    """Return SOCIALACCOUNT_PROVIDERS: one provider, or none where the issuer or client is missing."""
    if not (issuer and client_id):
        return {}
    app = {
        "provider_id": "openid",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


SOCIALACCOUNT_PROVIDERS = openid_provider(
    name=OIDC_NAME, issuer=OIDC_ISSUER, client_id=OIDC_CLIENT_ID, secret=OIDC_CLIENT_SECRET
)
