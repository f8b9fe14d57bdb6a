"""Settings of a real site: nothing embedded, nothing by default, cookies over TLS only."""

import os
import sys

REQUIRED = {
    "SECRET_KEY": "a random text of 50 characters: `openssl rand -base64 48` makes one",
    "DATABASE_URL": "postgres://user:password@host:5432/fovea",
    "REDIS_URL": "redis://host:6379/0",
    "ALLOWED_HOSTS": "the site's names, separated by commas",
}
_missing = [name for name in REQUIRED if not os.environ.get(name, "").strip()]
if _missing:
    for _name in _missing:
        sys.stderr.write(f"Fovea can't start: {_name} is not set. Set it to {REQUIRED[_name]}.\n")
    sys.exit(1)
if len(os.environ["SECRET_KEY"]) < 32:
    sys.stderr.write("Fovea can't start: SECRET_KEY is shorter than 32 characters.\n")
    sys.exit(1)
_oidc = [name for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if os.environ.get(name)]
if _oidc and len(_oidc) < 3:
    sys.stderr.write("Fovea can't start: OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together.\n")
    sys.exit(1)
if _oidc and not os.environ["OIDC_ISSUER"].startswith("https://"):
    sys.stderr.write("Fovea can't start: OIDC_ISSUER must begin with https://.\n")
    sys.exit(1)

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import TRUSTED_PROXY_HOPS  # noqa: E402

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = os.environ.get("TLS_REDIRECT", "1") != "0"  # 0 where the proxy already redirects
SECURE_REDIRECT_EXEMPT = [r"^api/health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
if TRUSTED_PROXY_HOPS:  # without a proxy of ours, anybody may write the header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
