"""The whole path with the real training process: phantoms in, trained models and predictions out."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from annotations.models import FundusImage, Project
from core.models import Job
from inference.ml.model_store import load_model
from inference.models import DatasetVersion, ModelVersion, Prediction, TrainingEpoch, TrainingRun
from inference.services.model_files import local_model_folder
from inference.services.predictions import queue_prediction
from inference.services.training_events import TrainingEvents
from inference.services.training_files import work_folder
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask

pytestmark = pytest.mark.training

TINY_UNET = {
    "side_px": 64,
    "crop_px": 0,
    "lesion_crop_share": 0,
    "encoder_filters": [8, 8],
    "bottleneck_filters": 8,
    "decoder_filters": [8, 8],
    "batch_size": 4,
    "epochs": 2,
    "steps_per_epoch": 2,
}


def test_a_run_whose_worker_dies_goes_on_from_its_checkpoint_and_its_model_predicts(
    labelled_project: Project, administrator: User, do: Callable[[Job], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _queue(
        labelled_project, administrator, task=ModelTask.SEGMENTER, preset="quick_unet", settings=TINY_UNET
    )
    heard: list[dict[str, Any]] = []
    take = TrainingEvents.take

    def die_after_the_first_epoch(events: TrainingEvents, event: dict[str, Any]) -> None:
        heard.append(event)
        take(events, event)
        if event["event"] == "epoch" and event["epoch"] == 1:
            raise RuntimeError("kill -9")

    with monkeypatch.context() as patched:
        patched.setattr(TrainingEvents, "take", die_after_the_first_epoch)
        assert do(_job(run)).state == "queued"
    assert work_folder(run).exists()
    heard.clear()

    def listen(events: TrainingEvents, event: dict[str, Any]) -> None:
        heard.append(event)
        take(events, event)

    monkeypatch.setattr(TrainingEvents, "take", listen)
    job = do(_job(run))

    assert job.state == "succeeded", job.error_message
    assert [event["epoch"] for event in heard if event["event"] == "resumed"] == [1]
    assert [event["epoch"] for event in heard if event["event"] == "epoch"] == [2]
    assert list(TrainingEpoch.objects.values_list("epoch", "attempt")) == [(1, 1), (2, 2)]
    assert DatasetVersion.objects.count() == 1
    assert ModelVersion.objects.count() == 1
    assert not work_folder(run).exists()

    model = ModelVersion.objects.get()
    stored = load_model(local_model_folder(model), expected_id=model.pk)
    assert stored.card["provenance"]["dataset"]["content_hash"]
    assert set(stored.card["metrics"]) >= {"train", "test"}
    job = do(queue_prediction(project=labelled_project, by=administrator, models=[model.pk]))
    assert (job.state, job.result["predicted"], job.result["unreadable"]) == ("succeeded", 16, 0)
    assert Prediction.objects.count() == 16
    assert FundusImage.objects.filter(decisions__isnull=True).count() == 0


def _queue(
    project: Project, by: User, *, task: ModelTask, preset: str, settings: dict[str, Any]
) -> TrainingRun:
    return queue_training_run(project=project, task=task, preset=preset, settings=settings, by=by)


def _job(run: TrainingRun) -> Job:
    assert run.job is not None
    return run.job
