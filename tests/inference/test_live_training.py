"""What a running training tells: pace, time left, memory, its place in the queue."""

from collections.abc import Callable

import pytest

from accounts.models import User
from annotations.models import FundusImage, Project
from core.models import Job
from core.selectors.jobs import jobs_ahead_of
from core.services.job_context import JobContext
from core.services.jobs import claim_job
from inference.ml.events import resident_bytes, with_memory
from inference.models import ModelVersion
from inference.selectors.comparisons import images_since
from inference.selectors.datasets import plan_dataset
from inference.services.freeze_dataset import freeze_dataset
from inference.services.training_events import Pace, TrainingEvents
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask

AddModel = Callable[..., ModelVersion]


def test_the_pace_is_that_of_late_and_the_time_left_that_of_all() -> None:
    pace = Pace()
    for step in range(1, 11):
        pace.passed(step, at=float(step))  # a step a second
    pace.passed(11, at=60.0)  # then something slow

    assert pace.steps_per_second == pytest.approx(1 / 50)
    assert pace.seconds_for(10) == pytest.approx(10 * 59 / 10)


def test_before_the_second_step_nothing_is_promised() -> None:
    pace = Pace()
    pace.passed(1, at=5.0)

    assert pace.steps_per_second is None
    assert pace.seconds_for(10) is None


def test_steps_say_how_much_memory_their_process_holds() -> None:
    told: list[dict[str, object]] = []
    emit = with_memory(told.append)

    emit({"event": "step", "step": 1})
    emit({"event": "done"})

    assert told[0]["memory_bytes"] == pytest.approx(resident_bytes(), rel=0.2)
    assert "memory_bytes" not in told[1]


def test_a_step_leaves_pace_and_memory_with_the_run(labelled_project: Project, administrator: User) -> None:
    run = queue_training_run(
        project=labelled_project, task=ModelTask.CLASSIFIER, preset="quick_resnet50", by=administrator
    )
    assert run.job is not None
    job = claim_job(job_id=run.job.pk, owner="worker")
    assert job is not None
    events = TrainingEvents(context=JobContext(job), run=run, epochs=2)

    events.take({"event": "started", "steps_per_epoch": 5, "epochs": 2, "initialisation": "random"})
    events.take({"event": "step", "epoch": 1, "step": 1, "steps": 5, "memory_bytes": 123})

    run.refresh_from_db()
    assert (run.live["epoch"], run.live["epochs"], run.live["memory_bytes"]) == (1, 2, 123)


def test_a_queued_run_knows_how_many_are_ahead(labelled_project: Project, administrator: User) -> None:
    jobs: list[Job] = []
    for seed in range(3):
        run = queue_training_run(
            project=labelled_project, task=ModelTask.CLASSIFIER, preset="quick_resnet50", seed=seed,
            by=administrator,
        )  # fmt: skip
        assert run.job is not None
        jobs.append(run.job)
    claim_job(job_id=jobs[0].pk, owner="worker")
    for job in jobs:
        job.refresh_from_db()

    assert [jobs_ahead_of(job) for job in jobs] == [None, 1, 2]


def test_images_that_the_champion_has_not_seen_are_counted(
    labelled_project: Project, add_model: AddModel, add_image: Callable[..., FundusImage]
) -> None:
    champion = add_model("classifier", state="champion")
    before = [one.image.pk for one in plan_dataset(project=labelled_project, task=ModelTask.CLASSIFIER).items]
    assert images_since(champion, before) is None  # trained elsewhere, on nobody knows what
    frozen = freeze_dataset(plan=plan_dataset(project=labelled_project, task=ModelTask.CLASSIFIER), by=None)
    champion.card = {"provenance": {"dataset": {"content_hash": frozen.content_hash}}}
    newcomer = add_image("P20", grade=2, labels="status")

    assert images_since(champion, before) == 0
    assert images_since(champion, [*before, newcomer.pk]) == 1
