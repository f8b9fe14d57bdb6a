"""A small OpenID provider on this machine: signs real tokens, checks what a provider checks."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "fovea:test", "a secret of the client"
# Two keys for all tests: making one takes a tenth of a second.
_KEY, _FOREIGN_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


@dataclass
class Provider:
    """The provider, whom it has in front of it, and what it does wrong."""

    issuer: str = ""
    subject: str = "4711"
    email: str = "rhea@example.org"
    email_verified: Any = True
    signed_in_at: float = field(default_factory=lambda: time.time() - 3600)
    claims: dict[str, Any] = field(default_factory=dict)  # put over those of the ID token
    userinfo: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False
    unsigned: bool = False
    refuses: bool = False
    named_issuer: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(self, method: str, path: str, given: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Answer a request: a status, and JSON or an address to go to."""
        match path:
            case "/.well-known/openid-configuration":
                return 200, self._configuration()
            case "/authorize":
                return 302, self._authorize(given)
            case "/token":
                return self._token(given)
            case "/keys":
                return 200, {"keys": [json.loads(RSAAlgorithm.to_jwk(_KEY.public_key())) | {"kid": "one"}]}
            case "/userinfo":
                known = bearer == "Bearer an access token"
                return (200, self._facts() | self.userinfo) if known else (401, {})
        return 404, {}

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.named_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _authorize(self, given: dict[str, str]) -> str:
        self.asked.append(given)
        if self.refuses:
            return f"{given['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': given['state']})}"
        if given.get("prompt") == "login":
            self.signed_in_at = time.time()
        code = secrets.token_urlsafe()
        self._codes[code] = given
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def _token(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(given["code"], None)
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or (given["client_id"], given["client_secret"]) != (CLIENT_ID, CLIENT_SECRET)
            or given["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        claims = {
            **self._facts(),
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "auth_time": int(self.signed_in_at),
            "nonce": asked.get("nonce", ""),
            **self.claims,
        }
        key: Any = None if self.unsigned else _FOREIGN_KEY if self.foreign_key else _KEY
        algorithm = "none" if self.unsigned else "RS256"
        token = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "one"})
        return 200, {"access_token": "an access token", "token_type": "Bearer", "id_token": token}

    def _facts(self) -> dict[str, Any]:
        return {"sub": self.subject, "email": self.email, "email_verified": self.email_verified}


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve a provider on a free port of this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def _answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(body or parts.query).items()}
            bearer = self.headers.get("Authorization", "")
            status, answer = provider.answer(self.command, parts.path, given, bearer)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", answer)
                self.end_headers()
                return
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
