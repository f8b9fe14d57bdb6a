"""Searches: one trial behind the other, stopped early, cancelled, resumed. The child process is played."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from annotations.models import Project
from core.errors import Conflict
from core.housekeeping import run_frequent_chores
from core.models import AuditEvent, Job
from core.services.child_process import ChildExit
from core.services.job_context import JobCancelled
from core.services.jobs import cancel_job, claim_job
from inference.errors import CanNotSearch, MlRefusal
from inference.ml.manifest import read_manifest, require_trainable
from inference.models import ModelVersion, Search, SearchTrial
from inference.selectors.searches import best_trial, searches_for, trials_of
from inference.services import training_child, trial_job
from inference.services.searches import cancel_search, continue_searches, queue_search, resume_search
from inference.services.training_files import work_folder
from inference.states import ModelTask

RunQueued = Callable[[], list[Job]]
EPOCHS = 4


class PlayedTraining:
    """Stands in for the training process: reaches `reaches(settings)` after all epochs, half of it before."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.commands: list[str] = []
        self.refuses: list[int] = []
        self.raises: dict[int, BaseException] = {}
        self.told = 0
        self.reaches: Callable[[dict[str, Any]], float | None] = lambda settings: 0.5

    def __call__(
        self, *, arguments: list[str], settings: dict[str, Any], on_event: Callable[..., None], **_: Any
    ) -> ChildExit:
        self.calls.append(settings)
        self.commands.append(arguments[0])
        require_trainable(read_manifest(Path(settings["manifest"])), task=settings["task"])
        if len(self.calls) in self.refuses:
            error = {"event": "error", "code": "no_memory", "message": "Out of memory.", "remedy": "Smaller."}
            on_event(error)
            return ChildExit(status=2, error=error, stderr_tail="")
        on_event({"event": "started", "initialisation": "random", "steps_per_epoch": 1, "epochs": EPOCHS})
        for epoch in range(1, EPOCHS + 1):
            if len(self.calls) in self.raises and epoch == EPOCHS:
                raise self.raises.pop(len(self.calls))
            value = self.reaches(settings["settings"])
            value = value and value * (1 if epoch == EPOCHS else 0.5)
            self.told += 1
            metrics = {"train_loss": 0.5, "validation_auc": value, "validation_f1": None}
            on_event({"event": "epoch", "epoch": epoch, "epochs": EPOCHS, "seconds": 2.0, "metrics": metrics})
        return ChildExit(status=0, error=None, stderr_tail="last words\n")


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> PlayedTraining:
    played = PlayedTraining()
    monkeypatch.setattr(training_child, "run_child", played)
    return played


@pytest.fixture
def queue(labelled_project: Project, administrator: User, member: Callable[[User], User]) -> Any:
    member(administrator)

    def make(**changes: Any) -> Search:
        asked: dict[str, Any] = {
            "task": ModelTask.CLASSIFIER,
            "preset": "quick_resnet50_grid",
            "trials": 3,
            "settings": {"epochs": EPOCHS},
            "by": administrator,
        } | changes
        return queue_search(project=labelled_project, **asked)

    return make


def test_a_search_tries_each_combination_once_and_registers_no_model(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued, administrator: User
) -> None:
    training.reaches = lambda settings: 1 - settings["learning_rate"]
    search = queue(trials=3)

    run_queued_jobs()

    tried = [(one["settings"]["learning_rate"], one["settings"]["balancing"]) for one in training.calls]
    assert len(tried) == len(set(tried)) == 3
    assert set(training.commands) == {"trial"}
    assert all(one["settings"]["epochs"] == EPOCHS for one in training.calls)
    smallest_rate = min(rate for rate, _ in tried)
    best_value = pytest.approx(1 - smallest_rate)
    seen = searches_for(administrator).get(pk=search.pk)
    assert (seen.state, seen.trials_all, seen.best_value) == ("finished", 3, best_value)  # type: ignore[attr-defined]
    best = best_trial(search)
    assert best is not None
    assert best.run.settings["learning_rate"] == smallest_rate
    assert best.value == best_value
    assert not ModelVersion.objects.exists()
    assert {trial.run.dataset_id for trial in search.trials.all()} == {seen.dataset_id}
    assert not any(work_folder(trial.run).exists() for trial in search.trials.all())


def test_one_trial_waits_however_many_are_to_come(
    queue: Callable[..., Search], training: PlayedTraining, do: Callable[[Job], Job]
) -> None:
    search = queue()
    assert Job.objects.count() == 1

    do(Job.objects.get())

    assert list(search.trials.values_list("run__job__state", flat=True)) == ["succeeded", "queued", None]


def test_a_trial_that_is_worse_than_most_is_stopped_early(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued, administrator: User
) -> None:
    training.reaches = lambda settings: 0.9 if len(training.calls) <= 4 else 0.4
    search = queue(trials=5)

    jobs = run_queued_jobs()

    last = trials_of(search).get(number=5)
    assert (last.state, last.epochs, last.value) == ("stopped_early", 2, 0.2)  # type: ignore[attr-defined]
    assert training.told == 4 * EPOCHS + 2
    assert jobs[-1].state == "succeeded"
    assert jobs[-1].progress_message == "Stopped early after epoch 2: 0.200"
    assert trials_of(search).last() == last
    assert searches_for(administrator).get().state == "finished"  # type: ignore[attr-defined]


def test_a_failed_trial_says_why_and_the_search_goes_on(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued, administrator: User
) -> None:
    training.refuses = [2]
    search = queue()

    run_queued_jobs()

    assert searches_for(administrator).get().state == "finished"  # type: ignore[attr-defined]
    failed = search.trials.select_related("run__job").get(number=2)
    assert failed.run.job is not None
    assert (failed.run.job.state, failed.run.job.error_message) == ("failed", "Out of memory.")
    assert failed.value is None


def test_a_search_whose_trials_all_fail_has_failed(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued, administrator: User
) -> None:
    training.refuses = [1, 2, 3]
    queue()

    run_queued_jobs()

    assert searches_for(administrator).get().state == "failed"  # type: ignore[attr-defined]


def test_without_a_validation_figure_a_trial_fails(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued
) -> None:
    training.reaches = lambda settings: None
    search = queue(trials=1)

    (job,) = run_queued_jobs()

    assert (job.state, job.error_code) == ("failed", "no_validation_figure")
    assert search.trials.get().value is None


def test_cancelling_ends_what_waits_at_once_and_asks_the_rest_to_stop(
    queue: Callable[..., Search], training: PlayedTraining, administrator: User
) -> None:
    search = queue()
    running = Job.objects.get()
    claim_job(job_id=running.pk, owner="worker")
    waiting = search.trials.select_related("run").get(number=2).run
    waiting.job = Job.objects.create(kind="inference.trial", queue="train")
    waiting.save()

    cancel_search(search=search, by=administrator)

    running.refresh_from_db()
    waiting.refresh_from_db()
    assert waiting.job is not None
    assert (running.state, running.cancel_requested, waiting.job.state) == ("running", True, "cancelled")
    assert AuditEvent.objects.filter(action="search.cancel").count() == 1
    with pytest.raises(Conflict):
        cancel_search(search=search, by=administrator)


def test_a_trial_that_begins_while_the_search_is_cancelled_queues_no_other(
    queue: Callable[..., Search], training: PlayedTraining, do: Callable[[Job], Job], administrator: User
) -> None:
    search = queue()
    training.raises = {1: JobCancelled()}
    Search.objects.update(is_cancelled=True)

    do(Job.objects.get())

    assert Job.objects.count() == 1
    assert searches_for(administrator).get(pk=search.pk).state == "cancelled"  # type: ignore[attr-defined]


def test_resuming_does_what_is_left_with_the_same_values(
    queue: Callable[..., Search],
    training: PlayedTraining,
    run_queued_jobs: RunQueued,
    do: Callable[[Job], Job],
    administrator: User,
) -> None:
    training.refuses = [1]
    training.raises = {2: JobCancelled()}
    search = queue(trials=3)
    for _ in range(2):
        do(Job.objects.get(state="queued"))
    cancel_search(search=search, by=administrator)
    assert searches_for(administrator).get().state == "cancelled"  # type: ignore[attr-defined]
    begun = [training.calls[place]["settings"] for place in (0, 1)]

    resume_search(search=search, by=administrator)
    with pytest.raises(Conflict):
        resume_search(search=search, by=administrator)
    run_queued_jobs()

    assert [call["settings"] for call in training.calls[2:4]] == begun
    tried = {json.dumps(trial.params, sort_keys=True) for trial in search.trials.all()}
    assert len(tried) == 3
    assert searches_for(administrator).get().state == "finished"  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        resume_search(search=search, by=administrator)


def test_a_trial_cut_short_goes_on_under_its_number(
    queue: Callable[..., Search], training: PlayedTraining, do: Callable[[Job], Job]
) -> None:
    training.raises = {1: RuntimeError("kill -9")}
    search = queue(trials=1)

    assert do(Job.objects.get()).state == "queued"
    begun = search.trials.get()
    assert do(Job.objects.get()).state == "succeeded"

    ended = search.trials.get()
    assert (ended.study_number, ended.params) == (begun.study_number, begun.params)
    assert ended.value == 0.5
    assert [epoch.attempt for epoch in ended.run.epochs.all()] == [2] * EPOCHS


def test_a_trial_is_judged_by_the_state_it_ended_in(
    queue: Callable[..., Search], training: PlayedTraining, do: Callable[[Job], Job]
) -> None:
    search = queue(trials=1)
    lost = {"validation_auc": 0.99}  # of an attempt that went further, to a state that is lost
    search.trials.get().run.epochs.create(epoch=EPOCHS + 1, attempt=0, seconds=1.0, metrics=lost)

    do(Job.objects.get())

    assert search.trials.get().value == 0.5


def test_a_trial_cancelled_alone_leaves_the_others_to_go_on(
    queue: Callable[..., Search], training: PlayedTraining, run_queued_jobs: RunQueued, administrator: User
) -> None:
    search = queue(trials=2)
    cancel_job(job=Job.objects.get(), by=administrator)
    assert searches_for(administrator).get().state == "running"  # type: ignore[attr-defined]

    run_frequent_chores()
    assert continue_searches() == 0  # one waits already
    run_queued_jobs()

    assert list(search.trials.values_list("run__job__state", flat=True)) == ["cancelled", "succeeded"]
    assert searches_for(administrator).get().state == "cancelled"  # type: ignore[attr-defined]
    resume_search(search=search, by=administrator)
    run_queued_jobs()
    assert searches_for(administrator).get().state == "finished"  # type: ignore[attr-defined]


def test_trials_that_end_before_they_begin_do_not_end_the_search(
    queue: Callable[..., Search],
    training: PlayedTraining,
    run_queued_jobs: RunQueued,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: Any) -> None:
        raise Conflict("The labels changed.", remedy="Look at them.")

    search = queue(trials=2)
    with monkeypatch.context() as patch:
        patch.setattr(trial_job, "plan_dataset", refuse)
        run_queued_jobs()

    assert continue_searches() == 1
    run_queued_jobs()

    jobs = [trial.run.job for trial in search.trials.select_related("run__job")]
    assert [job and job.state for job in jobs] == ["failed", "succeeded"]
    assert searches_for(administrator).get().state == "finished"  # type: ignore[attr-defined]


def test_a_search_that_stands_still_can_be_cancelled_and_then_stays_so(
    queue: Callable[..., Search], administrator: User
) -> None:
    search = queue()
    cancel_job(job=Job.objects.get(), by=administrator)

    cancel_search(search=search, by=administrator)

    assert continue_searches() == 0
    assert searches_for(administrator).get().state == "cancelled"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"preset": "quick_unet_space"}, MlRefusal),
        ({"trials": 10}, CanNotSearch),
        ({"trials": 0}, CanNotSearch),
        ({"settings": {"learning_rate": 0.1}}, MlRefusal),
        ({"settings": {"colour": "blue"}}, MlRefusal),
        ({"settings": {"validation_fraction": 0, "train_fraction": 0.8}}, CanNotSearch),
    ],
)
def test_what_can_not_be_searched_is_refused_at_once(
    queue: Callable[..., Search], changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        queue(**changes)

    assert not SearchTrial.objects.exists()


def test_a_request_sent_twice_searches_once(queue: Callable[..., Search]) -> None:
    first, second = queue(idempotency_key="once"), queue(idempotency_key="once")

    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_a_request_sent_again_after_a_resume_finds_its_search(
    queue: Callable[..., Search], administrator: User
) -> None:
    first = queue(idempotency_key="once")
    cancel_search(search=first, by=administrator)
    resume_search(search=first, by=administrator)

    assert queue(idempotency_key="once").pk == first.pk
    assert Search.objects.count() == 1
