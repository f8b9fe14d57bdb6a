"""Settings: embedded defaults, production's refusals, what the browser is told."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config import environment, vite
from core.secret_files import secret_from_file

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgres://fovea@localhost/fovea",
    "REDIS_URL": "redis://localhost/0",
    "ALLOWED_HOSTS": "fovea.example.org",
}


COOKIES = (
    "from django.conf import settings as s; "
    "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, len(s.SECRET_KEY))"
)


def start(
    module: str, folder: Path, *, program: str = COOKIES, **variables: str
) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    return subprocess.run(
        [sys.executable, "-c", program],
        env={
            **inherited,
            "PYTHONPATH": path,
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": f"config.settings.{module}",
            **variables,
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_does_not_start_without_its_settings(missing: str, tmp_path: Path) -> None:
    done = start("production", tmp_path, **{k: v for k, v in PRODUCTION.items() if k != missing})

    assert done.returncode == 1
    assert done.stderr.startswith(f"Fovea can't start: {missing} is not set.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("oidc", "said"),
    [
        ({"OIDC_ISSUER": "https://id.example.org"}, "go together"),
        (
            {"OIDC_ISSUER": "http://id.example.org", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"},
            "must begin with https://",
        ),
    ],
)
def test_production_refuses_half_an_openid_provider(oidc: dict[str, str], said: str, tmp_path: Path) -> None:
    done = start("production", tmp_path, **PRODUCTION, **oidc)

    assert done.returncode == 1
    assert said in done.stderr


def test_a_role_that_there_is_not_needs_no_second_factor_unnoticed(tmp_path: Path) -> None:
    done = start(
        "base", tmp_path, program="import django; django.setup()", REQUIRE_SECOND_FACTOR="reviewer,reveiwer"
    )

    assert "REQUIRE_SECOND_FACTOR names reveiwer" in done.stderr


@pytest.mark.parametrize(
    ("part", "unwanted"),
    [
        ("config.celery", {"requests", "cryptography", "jwt", "qrcode"}),
        ("config.urls", {"jwt", "qrcode", "fido2"}),
    ],
)
def test_signing_in_loads_nothing_where_it_is_not_used(part: str, unwanted: set[str], tmp_path: Path) -> None:
    program = f"import django, sys; django.setup(); import {part}; print(*sys.modules)"

    done = start("base", tmp_path, program=program)

    assert done.returncode == 0, done.stderr
    assert unwanted.isdisjoint(done.stdout.split())


def test_production_refuses_a_short_secret_key(tmp_path: Path) -> None:
    assert start("production", tmp_path, **{**PRODUCTION, "SECRET_KEY": "short"}).returncode == 1


def test_production_sends_cookies_over_tls_only(tmp_path: Path) -> None:
    done = start("production", tmp_path, **PRODUCTION)

    assert done.stdout.split() == ["True", "True", "True", "50"], done.stderr


@pytest.mark.parametrize(
    ("hops", "trusted"), [("", "None"), ("0", "None"), ("1", "('HTTP_X_FORWARDED_PROTO'")]
)
def test_a_header_that_claims_tls_is_believed_from_a_proxy_of_ours_only(
    hops: str, trusted: str, tmp_path: Path
) -> None:
    program = "from django.conf import settings as s; print(s.SECURE_PROXY_SSL_HEADER)"
    done = start("production", tmp_path, program=program, **PRODUCTION, TRUSTED_PROXY_HOPS=hops)

    assert done.stdout.startswith(trusted), done.stderr


def test_the_embedded_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    start("base", tmp_path)
    first = (tmp_path / "secret_key").read_text()
    done = start("base", tmp_path)

    assert done.stdout.split()[-1] == str(len(first)) and len(first) >= 50
    assert (tmp_path / "secret_key").read_text() == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.secret_files.time.sleep", lambda seconds: None)
    (tmp_path / "secret_key").touch()

    with pytest.raises(RuntimeError, match="secret_key is empty"):
        secret_from_file(tmp_path / "secret_key")


def test_sqlite_waits_for_the_other_writer_at_the_start_of_a_transaction(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    options = environment.database(default_file=tmp_path / "fovea.sqlite3")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] >= 10
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize(
    ("redis_url", "kombu_url"),
    [
        ("redis://redis:6379/1", "redis://redis:6379/1"),
        ("unix:///data/valkey.sock", "redis+socket:///data/valkey.sock?virtual_host=0"),
        ("unix:///data/valkey.sock?db=2", "redis+socket:///data/valkey.sock?virtual_host=2"),
    ],
)
def test_the_broker_has_one_address_for_two_libraries(redis_url: str, kombu_url: str) -> None:
    assert environment.broker_url(redis_url) == kombu_url


def test_files_go_to_a_disk_or_an_object_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STORAGE_URL", "s3://pictures/fovea?endpoint_url=https://store.example.org")
    store = environment.storage(default_folder=tmp_path)["OPTIONS"]
    assert (store["bucket_name"], store["location"]) == ("pictures", "fovea")
    assert store["endpoint_url"] == "https://store.example.org"

    monkeypatch.setenv("STORAGE_URL", "ftp://nowhere")
    with pytest.raises(RuntimeError, match=r"file:// or s3://"):
        environment.storage(default_folder=tmp_path)


MANIFEST = """{
  "src/offline/serviceWorker.ts": {"file": "service-worker.js", "isEntry": true},
  "src/main.tsx": {"file": "assets/index-aaaaaaaa.js", "isEntry": true, "css": ["assets/index-bbbbbbbb.css"],
                   "imports": ["_vendor.js"], "dynamicImports": ["src/viewer.tsx"]},
  "_vendor.js": {"file": "assets/vendor-cccccccc.js", "css": ["assets/vendor-dddddddd.css"]},
  "src/viewer.tsx": {"file": "assets/viewer-eeeeeeee.js", "isDynamicEntry": true}
}"""


@pytest.fixture
def built(tmp_path: Path, settings: Any) -> Path:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(MANIFEST)
    (tmp_path / "service-worker.js").write_text("work();")
    settings.FRONTEND_DIST = tmp_path
    return tmp_path


@pytest.mark.parametrize("address", ["/", "/patients/7", "/models/abc?tab=card"])
def test_every_page_address_carries_the_front_end_with_one_nonce(built: Path, address: str) -> None:
    answer = Client().get(address)

    page = answer.content.decode()
    nonces = set(re.findall(r'nonce="([^"]+)"', page)) | set(
        re.findall(r'csp-nonce" content="([^"]+)"', page)
    )
    assert answer.status_code == 200
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in answer.headers["Content-Security-Policy"]
    assert '<script type="module" src="/static/assets/index-aaaaaaaa.js"' in page
    assert page.index("vendor-dddddddd.css") < page.index("index-bbbbbbbb.css")
    assert "viewer-eeeeeeee" not in page
    assert "csrftoken" in answer.cookies


def test_a_new_build_is_seen(built: Path) -> None:
    assert vite.entry(built, base_url="/static/")
    (built / ".vite" / "manifest.json").write_text(MANIFEST.replace("aaaaaaaa", "ffffffff"))
    os.utime(built / ".vite" / "manifest.json", ns=(1, 1))

    entry = vite.entry(built, base_url="/static/")

    assert entry is not None
    assert entry.script == "/static/assets/index-ffffffff.js"


def test_the_service_worker_is_told_every_file_of_the_pages_and_nothing_else(built: Path) -> None:
    answer = Client().get("/service-worker.js")

    prelude, code = answer.content.decode().split("\n", 1)
    shell = json.loads(prelude.removeprefix("self.shell = ").removesuffix(";"))
    assert code == "work();"
    assert shell["files"] == [
        "/static/assets/index-aaaaaaaa.js",
        "/static/assets/index-bbbbbbbb.css",
        "/static/assets/vendor-cccccccc.js",
        "/static/assets/vendor-dddddddd.css",
        "/static/assets/viewer-eeeeeeee.js",
    ]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer.headers["Cache-Control"]


def test_another_build_has_another_service_worker(built: Path) -> None:
    before = vite.worker(built, base_url="/static/")
    (built / ".vite" / "manifest.json").write_text(MANIFEST.replace("aaaaaaaa", "ffffffff"))

    assert vite.worker(built, base_url="/static/") != before


def test_a_missing_front_end_is_said_plainly(settings: Any, tmp_path: Path) -> None:
    settings.FRONTEND_DIST = tmp_path

    answer = Client().get("/")

    assert answer.status_code == 503
    assert "front end is not built" in answer.content.decode()


def test_the_browser_is_told_to_be_strict(built: Path) -> None:
    headers = Client().get("/").headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert (
        policy["connect-src"] == policy["font-src"] == policy["base-uri"] == policy["form-action"] == "'self'"
    )
    assert policy["img-src"] == "'self' blob: data:"
    assert re.fullmatch(r"'self' 'nonce-[\w=+/-]+'", policy["script-src"])
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_addresses_of_the_api_and_of_files_never_answer_with_the_page(built: Path) -> None:
    assert Client().get("/api/nothing/").headers["Content-Type"] == "application/json"
    assert Client().get("/static/nothing.js").status_code == 404
