"""Training runs: queued once, done once, picked up where an attempt ended. The child process is played."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from annotations.models import FundusImage, Project, Region
from annotations.selectors import UnknownLabelSource
from core.models import AuditEvent, Job
from core.services.child_process import ChildExit
from core.services.job_context import JobCancelled, JobContext
from core.services.jobs import claim_job, retry_job
from inference.errors import MlRefusal, NotReady
from inference.ml.manifest import read_manifest, require_trainable
from inference.models import DatasetVersion, ModelVersion, TrainingRun
from inference.services import train_job, training_child
from inference.services.training_files import model_folder, work_folder
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask
from tests.inference.tiny_models import write_classifier

Do = Callable[[Job], Job]
SAYS: list[dict[str, Any]] = [
    {"event": "preparing", "done": 16, "total": 16},
    {"event": "started", "initialisation": "random initialisation", "steps_per_epoch": 4, "epochs": 2},
    {"event": "step", "epoch": 1, "step": 2, "steps": 4, "loss": 0.7},
    {"event": "epoch", "epoch": 1, "epochs": 2, "seconds": 1.5, "metrics": {"train_loss": 0.6}},
    {"event": "epoch", "epoch": 2, "epochs": 2, "seconds": 1.4, "metrics": {"train_loss": 0.5}},
    {"event": "exporting"},
    {"event": "scoring", "done": 3, "total": 16},
]


class PlayedChild:
    """Stands in for the training process: says what it is told to, then leaves a model or ends badly."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.checkpoints: list[list[str]] = []
        self.status = 0
        self.error: dict[str, Any] | None = None
        self.raises: BaseException | None = None
        self.says: list[dict[str, Any]] = SAYS

    def __call__(self, *, settings: dict[str, Any], on_event: Callable[..., None], **_: Any) -> ChildExit:
        self.calls.append(settings)
        self.checkpoints.append([path.name for path in Path(settings["work_dir"]).glob("*")])
        require_trainable(read_manifest(Path(settings["manifest"])), task=settings["task"])
        for event in self.says:
            on_event(event)
        if self.raises is not None:
            raise self.raises
        if self.error is not None:
            on_event(self.error)
        elif self.status == 0:
            write_classifier(Path(settings["out_dir"]), provenance=settings["provenance"])
            on_event({"event": "done", "model_dir": settings["out_dir"], "metrics": {}})
        return ChildExit(status=self.status, error=self.error, stderr_tail="last words\n")


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> PlayedChild:
    played = PlayedChild()
    monkeypatch.setattr(training_child, "run_child", played)
    return played


@pytest.fixture
def queue(labelled_project: Project, administrator: User) -> Callable[..., TrainingRun]:
    def make(**changes: Any) -> TrainingRun:
        asked: dict[str, Any] = {
            "task": ModelTask.CLASSIFIER,
            "preset": "quick_resnet50",
            "by": administrator,
        } | changes
        return queue_training_run(project=labelled_project, **asked)

    return make


def test_a_run_ends_as_one_candidate_with_its_curves_and_metrics(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do, administrator: User
) -> None:
    run = queue(settings={"epochs": 2})

    job = do(job_of(run))

    run.refresh_from_db()
    assert job.state == "succeeded"
    assert job.result["model"] == run.model_id
    assert job.progress_message == f"Model registered as {job.result['model'][:10]}"
    assert [(row.epoch, row.metrics) for row in run.epochs.all()] == [
        (1, {"train_loss": 0.6}),
        (2, {"train_loss": 0.5}),
    ]
    model = ModelVersion.objects.get(pk=job.result["model"])
    assert (model.trained_by, model.state) == (administrator, "candidate")
    assert run.metrics == model.card["metrics"]
    assert run.notes[0] == "Started from random initialisation."
    assert run.log_tail == "last words\n"
    assert not work_folder(run).exists()
    assert AuditEvent.objects.filter(action="training.finish").count() == 1


def test_the_child_gets_preset_settings_provenance_and_local_files(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run = queue(settings={"epochs": "2"}, seed=7)

    do(job_of(run))

    (given,) = child.calls
    assert (given["preset"], given["settings"], given["seed"]) == ("quick_resnet50", {"epochs": 2}, 7)
    dataset = DatasetVersion.objects.get()
    assert given["provenance"]["dataset"]["content_hash"] == dataset.content_hash
    assert len(given["provenance"]["code_commit"]) == 40
    alone = {"one_person_operation": False, "label_sets_judged_by_their_reader": 0}
    assert given["provenance"]["site"] == alone


def test_a_request_sent_twice_trains_once(queue: Callable[..., TrainingRun]) -> None:
    first, second = queue(idempotency_key="once"), queue(idempotency_key="once")

    assert first.pk == second.pk
    assert Job.objects.count() == 1
    assert TrainingRun.objects.count() == 1


def test_a_run_delivered_twice_trains_once(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run = queue()
    do(job_of(run))

    with pytest.raises(AssertionError, match="not free"):
        do(job_of(run))

    assert ModelVersion.objects.count() == 1
    assert len(child.calls) == 1


def test_the_log_can_be_read_while_the_run_goes_on(
    queue: Callable[..., TrainingRun], do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queue()
    seen: list[str] = []

    def played(*, on_log: Callable[[str], None], **_: Any) -> ChildExit:
        on_log("epoch 1\n")
        seen.append(TrainingRun.objects.get(pk=run.pk).log_tail)
        return ChildExit(status=-9, error=None, stderr_tail="killed\n")

    monkeypatch.setattr(training_child, "run_child", played)

    assert do(job_of(run)).state == "queued"
    assert seen == ["epoch 1\n"]
    assert TrainingRun.objects.get(pk=run.pk).log_tail == "killed\n"


def test_a_second_attempt_uses_the_first_one_s_dataset_and_folder(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do, add_image: Callable[..., FundusImage]
) -> None:
    run = queue()
    child.raises = RuntimeError("kill -9")
    assert do(job_of(run)).state == "queued"
    checkpoint = work_folder(run) / "checkpoints" / "epoch-0001"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text("kept")
    add_image("P99", grade=2, labels="both")  # must not slip into the run's dataset

    child.raises = None
    child.says = [{"event": "resumed", "epoch": 1}, *SAYS[4:]]
    job = do(job_of(run))

    run.refresh_from_db()
    assert job.state == "succeeded"
    assert [call["attempt"] for call in child.calls] == [1, 2]
    assert child.checkpoints == [[], ["epoch-0001"]]
    assert DatasetVersion.objects.count() == 1
    assert [row.epoch for row in run.epochs.all()] == [1, 2]
    assert ModelVersion.objects.count() == 1


def test_a_model_finished_before_the_worker_died_is_registered_without_training_again(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queue()
    with monkeypatch.context() as patched:
        patched.setattr(train_job, "store_model", _dies)
        assert do(job_of(run)).state == "queued"
    assert (model_folder(run) / "card.json").exists()

    assert do(job_of(run)).state == "succeeded"

    run.refresh_from_db()
    assert len(child.calls) == 1
    assert run.model is not None
    assert ModelVersion.objects.count() == 1


def test_a_folder_left_by_the_same_run_number_of_another_database_is_not_this_run_s(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run, stranger = queue(), Job(pk=uuid.uuid4())
    left = work_folder(TrainingRun(pk=run.pk, job=stranger)) / "model"
    write_classifier(left, bias=-7.0)

    assert do(job_of(run)).state == "succeeded"

    assert len(child.calls) == 1
    assert ModelVersion.objects.get().card["provenance"]["job"] == str(job_of(run).pk)
    assert left.exists(), "it may be that database's still"


def test_folders_of_runs_that_ended_are_removed(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    ended = queue()
    do(job_of(ended))
    work_folder(ended).mkdir(parents=True)

    do(job_of(queue()))

    assert not work_folder(ended).exists()


def test_a_zombie_attempt_can_not_register_its_model(
    queue: Callable[..., TrainingRun], child: PlayedChild
) -> None:
    run = queue()
    claimed = claim_job(job_id=job_of(run).pk, owner="zombie")
    assert claimed is not None
    zombie = JobContext(claimed)
    retry_job(job_id=job_of(run).pk, attempt=1)
    assert claim_job(job_id=job_of(run).pk, owner="second") is not None

    with pytest.raises(Exception, match="attempt 1"):
        train_job.train(zombie)

    assert not ModelVersion.objects.exists()
    assert not DatasetVersion.objects.exists()


def test_a_refusal_by_the_child_fails_the_run_with_its_code(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run = queue()
    child.status = 2
    child.error = {"event": "error", "code": "no_labels", "message": "none", "remedy": "label some"}

    job = do(job_of(run))

    assert (job.state, job.error_code, job.error_remedy) == ("failed", "no_labels", "label some")
    assert not work_folder(run).exists()
    assert not ModelVersion.objects.exists()


def test_a_child_that_crashes_three_times_fails_the_run_and_says_how(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run = queue()
    child.status = -9

    assert [do(job_of(run)).state for _ in range(3)] == ["queued", "queued", "failed"]

    job = Job.objects.get()
    assert job.error_code == "training_crashed"
    assert "signal 9" in job.error_message


def test_a_cancelled_run_leaves_no_model(
    queue: Callable[..., TrainingRun], child: PlayedChild, do: Do
) -> None:
    run = queue()
    child.raises = JobCancelled()

    assert do(job_of(run)).state == "cancelled"
    assert not ModelVersion.objects.exists()
    assert not work_folder(run).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"preset": "nothing"}, "invalid_settings"),
        ({"preset": "quick_unet"}, "invalid_settings"),
        ({"settings": {"epoch": 3}}, "invalid_settings"),
        ({"settings": {"epochs": "many"}}, "invalid_settings"),
        ({"settings": {"learning_rate": -1}}, "invalid_settings"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(
    queue: Callable[..., TrainingRun], changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(MlRefusal) as refusal:
        queue(**changes)

    assert refusal.value.code == code
    assert not TrainingRun.objects.exists()
    assert not Job.objects.exists()


def test_labels_that_can_not_train_are_refused_at_once(project: Project, administrator: User) -> None:
    with pytest.raises(NotReady) as refusal:
        queue_training_run(project=project, task=ModelTask.SEGMENTER, preset="quick_unet", by=administrator)

    assert refusal.value.detail["problems"][0]["code"] == "no_labels"
    assert not Job.objects.exists()


def test_an_unknown_label_source_is_refused_at_once(queue: Callable[..., TrainingRun]) -> None:
    with pytest.raises(UnknownLabelSource):
        queue(labels="nowhere.csv")

    assert not Job.objects.exists()


def test_the_manifest_says_absent_and_unknown_apart(
    project: Project, add_image: Callable[..., FundusImage], child: PlayedChild, do: Do, tmp_path: Path
) -> None:
    for number in range(6):
        add_image(f"P{number}", grade=3, labels="regions")
    healthy = add_image("P7", grade=0, labels="regions")
    only_he = add_image("P8", grade=3, labels="regions", looked_for=("HE",))
    run = queue_training_run(project=project, task=ModelTask.SEGMENTER, preset="quick_unet", by=None)
    child.raises = RuntimeError("stop here")
    do(job_of(run))

    manifest = json.loads((work_folder(run) / "manifest.json").read_text())

    items = {item["id"]: item for item in manifest["items"]}
    assert manifest["classes"] == ["HE", "EX"]
    assert items[str(healthy.pk)]["masks"] == {}
    assert items[str(healthy.pk)]["looked_for"] == ["HE", "EX"]
    assert items[str(only_he.pk)]["looked_for"] == ["HE"]
    assert set(items[str(only_he.pk)]["masks"]) == {"HE"}


def test_the_manifest_names_the_rectangles_in_the_masks(
    project: Project, add_image: Callable[..., FundusImage], child: PlayedChild, do: Do
) -> None:
    images = [add_image(f"P{number}", grade=3, labels="regions") for number in range(6)]
    region = Region.objects.filter(label_set__image=images[0]).select_related("lesion_class").first()
    assert region is not None
    Region.objects.filter(pk=region.pk).update(
        shape="rect", geometry={"x": 10, "y": 20, "width": 30.5, "height": 8}
    )
    run = queue_training_run(project=project, task=ModelTask.SEGMENTER, preset="quick_unet", by=None)
    child.raises = RuntimeError("stop here")
    do(job_of(run))

    manifest = json.loads((work_folder(run) / "manifest.json").read_text())

    items = {item["id"]: item for item in manifest["items"]}
    assert items[str(images[0].pk)]["rectangles"] == {region.lesion_class.code: [[10, 20, 30.5, 8]]}
    assert items[str(images[0].pk)]["sha256"] == images[0].upload_sha256


def job_of(run: TrainingRun) -> Job:
    assert run.job is not None
    return run.job


def _dies(**_: Any) -> None:
    raise RuntimeError("kill -9")
