"""The rules that hold the house together."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    *("torch", "torchvision", "tensorflow", "keras", "onnxruntime", "tf2onnx", "optuna"),
    *("reportlab", "pypdf"),
)


def environment(folder: Path) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **kept,
        "PYTHONPATH": path,
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
    }


def test_platform_is_a_folder_and_never_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists(), "it would hide Python's own module `platform`"


def test_pythons_own_platform_module_is_the_one_found(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import platform; print(platform.python_version())"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("3.")


@pytest.mark.parametrize("entry", ["config.wsgi", "config.asgi"])
def test_a_web_process_never_imports_the_heavy_libraries(entry: str, tmp_path: Path) -> None:
    program = (
        f"import json, sys, {entry}; from django.urls import get_resolver; "
        "get_resolver().url_patterns; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert "django" in loaded
    assert not loaded & set(HEAVY)


def test_imports_point_one_way() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out)
    except SystemExit as missing:
        raise AssertionError(f"run makemigrations:\n{out.getvalue()}") from missing


def test_migrations_are_named_by_hand() -> None:
    migrations = [*ROOT.glob("platform/*/migrations/0*.py"), *ROOT.glob("*/migrations/0*.py")]
    assert migrations
    assert not [path for path in migrations if "_auto_" in path.name]


def test_celerys_bare_task_decorators_are_used_in_one_place() -> None:
    sources = [
        *ROOT.glob("platform/**/*.py"),
        *ROOT.glob("annotations/**/*.py"),
        *ROOT.glob("inference/**/*.py"),
    ]
    users = [path.name for path in sources if "shared_task" in path.read_text(encoding="utf-8")]
    assert users == ["background.py"]


def test_the_openapi_schema_is_made_without_a_warning() -> None:
    out, problems = StringIO(), StringIO()
    call_command("spectacular", "--format", "openapi-json", "--validate", stdout=out, stderr=problems)

    schema = json.loads(out.getvalue())
    assert problems.getvalue() == ""
    jobs = schema["paths"]["/api/jobs/"]["get"]["responses"]
    assert jobs["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/PaginatedJobOutputList")
    assert jobs["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorOutput")
