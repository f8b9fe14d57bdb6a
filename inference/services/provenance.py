"""Which code, dataset and people a model comes from: what the training itself can't know for the card."""

import os
import subprocess
from functools import cache
from typing import Any

from django.conf import settings

from inference.models import DatasetVersion, TrainingRun
from inference.selectors.one_person import one_person_provenance


@cache
def code_commit() -> str:
    """The commit this process runs: FOVEA_COMMIT (set in container images), else git's, else unknown."""
    if named := os.environ.get("FOVEA_COMMIT"):
        return named
    try:
        found = subprocess.run(
            ["git", "-C", str(settings.ROOT), "rev-parse", "HEAD"],  # noqa: S607 - git of the machine
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip()


def provenance_of(run: TrainingRun, dataset: DatasetVersion) -> dict[str, Any]:
    """JSON for the card: dataset version, label source, run, commit. People are named by their id."""
    return {
        "project": run.project.slug,
        "run": run.pk,
        "job": str(run.job_id),
        "queued_by": run.queued_by_id,
        "dataset": {
            "number": dataset.number,
            "content_hash": dataset.content_hash,
            "split": dataset.split,
            "counts": dataset.counts,
        },
        "labels_source": run.labels_source or "any accepted label set, one per image",
        "code_commit": code_commit(),
        "site": one_person_provenance(dataset),
    }
