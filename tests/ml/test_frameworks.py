"""Torch and TensorFlow must not share a process, so each has its cases run in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


@pytest.mark.slow
@pytest.mark.parametrize(
    "cases",
    [
        [
            "torch_cases.py",
            "lite0_classifier_cases.py",
            "lesion_fusion_cases.py",
            "unet_lite0_cases.py",
            "fake_gpu_cases.py",
            "final_training_cases.py",
        ],
        ["keras_cases.py"],
    ],
    ids=["torch", "keras"],
)
def test_the_cases_hold_in_a_process_of_their_own(cases: list[str]) -> None:
    plain = [
        "-q",
        "--noconftest",
        "-p",
        "no:django",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
    ]
    settled = ["-o", "filterwarnings=", "-o", "DJANGO_SETTINGS_MODULE="]
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *settled, *(str(HERE / name) for name in cases)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]


@pytest.mark.parametrize("module", ["inference.ml.predict", "inference.ml.cli", "inference.ml.evaluate"])
def test_prediction_imports_neither_framework(module: str) -> None:
    names = ("torch", "tensorflow", "keras", "django")
    program = f"import sys, {module}; sys.exit(any(name in sys.modules for name in {names}))"

    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])},
        check=False,
        timeout=60,
    )

    assert ended.returncode == 0
