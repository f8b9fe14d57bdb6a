"""A trial with the real training process and Optuna's real storage."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from annotations.models import Project
from core.models import Job
from inference.models import ModelVersion
from inference.services.searches import queue_search
from inference.services.training_events import TrainingEvents
from inference.states import ModelTask

pytestmark = pytest.mark.training


def test_a_trial_whose_worker_dies_with_the_last_epoch_still_gets_its_value(
    labelled_project: Project, administrator: User, do: Callable[[Job], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    search = queue_search(
        project=labelled_project,
        task=ModelTask.CLASSIFIER,
        preset="quick_resnet50_grid",
        trials=1,
        settings={"side_px": 32, "epochs": 1, "initialisation": "random", "refresh_statistics": False},
        by=administrator,
    )
    take = TrainingEvents.take
    heard: list[str] = []

    def die_of_the_epoch(events: TrainingEvents, event: dict[str, Any]) -> None:
        heard.append(event["event"])
        if event["event"] == "epoch" and heard.count("epoch") == 1:
            raise RuntimeError("kill -9")
        take(events, event)

    monkeypatch.setattr(TrainingEvents, "take", die_of_the_epoch)
    assert do(Job.objects.get()).state == "queued"
    job = do(Job.objects.get())

    assert job.state == "succeeded", job.error_message
    assert heard[heard.index("resumed") :] == ["resumed", "epoch", "done"]
    trial = search.trials.get()
    assert trial.value is not None
    assert 0 <= trial.value <= 1
    assert not ModelVersion.objects.exists()
