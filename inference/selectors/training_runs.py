"""Training runs a person may see."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from annotations.selectors import projects_for
from core.actions import Action
from inference.ml.presets import PRESETS
from inference.models import TrainingRun


def runs_for(user: User) -> QuerySet[TrainingRun]:
    """Training runs of the person's projects with job, dataset and model, for those who may see models."""
    if not user.can(Action.SEE_MODELS):
        return TrainingRun.objects.none()
    runs = TrainingRun.objects.filter(project__in=projects_for(user).values("pk"))
    return runs.select_related("job__requested_by", "dataset", "model", "queued_by", "project")


def briefly(runs: QuerySet[TrainingRun]) -> QuerySet[TrainingRun]:
    """Runs without what no list shows: the model's card and the dataset's split, some 30 KB, and the log."""
    whole = runs.select_related(None).select_related("job__requested_by", "dataset", "queued_by")
    return whole.defer("dataset__split", "dataset__counts", "log_tail", "live")


def epochs_of(run: TrainingRun) -> list[dict[str, Any]]:
    """The finished epochs of a run, each with how many the run will have."""
    preset = PRESETS.get(run.preset)
    planned = run.settings.get("epochs") or (preset.settings.epochs if preset else 0)
    rows = run.epochs.order_by("epoch").values("epoch", "attempt", "seconds", "metrics")
    return [{**row, "epochs": int(planned)} for row in rows]
