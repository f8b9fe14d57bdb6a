"""Queues searches, goes on with them and cancels them.

One trial at a time waits in the queue: as soon as a worker takes it, the next one waits behind. So every
free worker does one, and a training that somebody starts meanwhile waits for one trial, not for forty. Where
a trial ends before it begins, nobody queues the next one: `continue_searches` does.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from annotations.models import Project
from core.errors import Conflict
from core.models import Job
from core.services import audit
from core.services.jobs import cancel_job, queue_job
from core.states import JobState
from inference.errors import CanNotSearch, refusals_of_ml
from inference.ml.search_presets import SEARCHES, SearchPreset, search_preset_named
from inference.ml.settings import as_json
from inference.models import Search, SearchTrial, TrainingRun
from inference.selectors.datasets import DatasetPlan, Fractions, plan_dataset
from inference.services.freeze_dataset import require_ready
from inference.states import ModelTask, Split

TRIAL_JOB = "inference.trial"
ACTIVE = (JobState.QUEUED, JobState.RUNNING)
TO_DO_AGAIN = (JobState.CANCELLED, JobState.FAILED)


@transaction.atomic
def queue_search(
    *,
    project: Project,
    task: ModelTask,
    preset: str,
    by: User | None,
    trials: int | None = None,
    labels: str = "",
    seed: int = 1,
    settings: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Search:
    """Write a search with its trials and queue the first. With an idempotency key a second request returns
    the first one's search.

    Refuses now what can be known now: MlRefusal for an unknown search or setting, UnknownLabelSource,
    NotReady when the labels at hand can't train this model, CanNotSearch when they can't judge it or the
    preset has not so many trials.
    """
    Project.objects.select_for_update().get(pk=project.pk)  # the same request twice at once takes turns
    earlier = _earlier_search(by, idempotency_key)
    if earlier is not None:
        return earlier
    changes, chosen = _checked(task=task, preset=preset, settings=settings or {})
    wanted = _wanted_trials(chosen, trials)
    fractions = Fractions.of_preset(chosen.preset, {**chosen.changes, **changes})
    plan = plan_dataset(project=project, task=task, labels=labels, fractions=fractions)
    require_ready(plan)
    _require_validation(plan)
    search = Search.objects.create(
        project=project,
        task=task,
        preset=preset,
        settings=changes,
        seed=seed,
        labels_source=labels,
        queued_by=by,
    )
    _write_trials(search, chosen, trials=wanted)
    queue_next_trial(search=search, idempotency_key=idempotency_key)
    audit.record(
        actor=by,
        action="search.queue",
        obj=search,
        after={"preset": preset, "settings": changes, "seed": seed, "labels": labels, "trials": wanted},
    )
    return search


def queue_next_trial(*, search: Search, idempotency_key: str | None = None) -> SearchTrial | None:
    """Queue the next trial unless one waits already; None when there is none to queue.

    The caller holds the search's row.
    """
    trials = search.trials.select_related("run")
    if search.is_cancelled or trials.filter(run__job__state=JobState.QUEUED).exists():
        return None
    trial = trials.filter(run__job=None).order_by("number").first()
    if trial is None:
        return None
    trial.run.job = queue_job(
        kind=TRIAL_JOB,
        payload={"trial": trial.pk},
        by=search.queued_by,
        title=f"Trial {trial.number} of search {search.pk}: {SEARCHES[search.preset].title}",
        idempotency_key=idempotency_key,
    )
    trial.run.save(update_fields=["job"])
    return trial


def continue_searches() -> int:
    """Queue the next trial of each search that stands still with trials to come; returns of how many.

    Such a search's last trial ended before it began: its job was cancelled, its dataset refused, its worker
    died each time. Any number of callers may run at once.
    """
    trials = SearchTrial.objects.filter(search=OuterRef("pk"))
    idle = Search.objects.filter(
        Exists(trials.filter(run__job=None)),
        ~Exists(trials.filter(run__job__state__in=ACTIVE)),
        is_cancelled=False,
        preset__in=SEARCHES,
    )
    return sum(_continue(search) for search in idle)


@transaction.atomic
def _continue(search: Search) -> bool:
    held = _held(search)
    return not _has_active_trials(held) and queue_next_trial(search=held) is not None


def cancel_search(*, search: Search, by: User | None) -> Search:
    """Cancel the waiting trials at once and ask the running ones to stop. Raises Conflict when none is left.

    Trials that have ended keep their results. The flag is committed first, so that no trial which begins
    meanwhile queues another.
    """
    with transaction.atomic():
        held = _held(search)
        if held.is_cancelled or not _goes_on(held):
            raise Conflict("This search is not running.", remedy="Reload the page to see how it ended.")
        held.is_cancelled = True
        held.save(update_fields=["is_cancelled"])
        audit.record(actor=by, action="search.cancel", obj=held)
    for job in Job.objects.filter(training_run__trial__search=held, state__in=ACTIVE):
        try:
            cancel_job(job=job, by=by)
        except Conflict:  # it ended a moment ago
            continue
    return held


@transaction.atomic
def resume_search(*, search: Search, by: User | None) -> Search:
    """Go on with the trials that are not done: those still to come, cancelled or failed ones.

    A trial that is done again keeps its number and its values. Raises Conflict while trials run, and when
    all are done.
    """
    held = _held(search)
    if _has_active_trials(held):
        raise Conflict("Trials of this search still run.", remedy="Wait until they have ended.")
    again = held.trials.filter(run__job__state__in=TO_DO_AGAIN).select_related("run")
    for trial in again:
        trial.run.epochs.all().delete()
        trial.run.job, trial.run.live, trial.run.log_tail = None, {}, ""
        trial.run.save(update_fields=["job", "live", "log_tail"])
    held.is_cancelled = False
    held.save(update_fields=["is_cancelled"])
    if queue_next_trial(search=held) is None:
        raise Conflict("All trials of this search are done.", remedy="Start another search.")
    audit.record(actor=by, action="search.resume", obj=held, after={"again": len(again)})
    return held


def _held(search: Search) -> Search:
    return Search.objects.select_for_update().get(pk=search.pk)


def _has_active_trials(search: Search) -> bool:
    return search.trials.filter(run__job__state__in=ACTIVE).exists()


def _goes_on(search: Search) -> bool:
    return _has_active_trials(search) or search.trials.filter(run__job=None).exists()


def _checked(
    *, task: ModelTask, preset: str, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], SearchPreset]:
    """The settings that a person changed, as JSON values, and their search. Raises MlRefusal."""
    with refusals_of_ml():
        chosen = search_preset_named(preset, task=task.value)
        complete = as_json(chosen.example(changes=settings))
    return {name: complete[name] for name in settings}, chosen


def _wanted_trials(chosen: SearchPreset, trials: int | None) -> int:
    wanted = chosen.trials if trials is None else trials
    if not 1 <= wanted <= chosen.most_trials:
        raise CanNotSearch(
            f"{chosen.title} has 1 to {chosen.most_trials} trials, not {wanted}.",
            remedy="Ask for a number between these.",
        )
    return wanted


def _require_validation(plan: DatasetPlan) -> None:
    """Raise CanNotSearch unless the validation images can tell good settings from bad ones."""
    validating = [item for item in plan.items if item.split == Split.VALIDATION]
    if not validating:
        raise CanNotSearch(
            "No patient is left to validate with.", remedy="Give validation_fraction a share above 0."
        )
    if plan.task == ModelTask.CLASSIFIER and len({item.label for item in validating} - {None}) < 2:
        raise CanNotSearch(
            "The validation images do not show both DR and no DR, so no trial could be judged.",
            remedy="Label images of more patients, with and without DR.",
        )


def _write_trials(search: Search, chosen: SearchPreset, *, trials: int) -> None:
    runs = TrainingRun.objects.bulk_create(
        TrainingRun(
            project=search.project,
            task=search.task,
            preset=chosen.preset,
            seed=search.seed,
            labels_source=search.labels_source,
            queued_by=search.queued_by,
        )
        for _ in range(trials)
    )
    SearchTrial.objects.bulk_create(
        SearchTrial(search=search, number=number, run=run) for number, run in enumerate(runs, start=1)
    )


def _earlier_search(by: User | None, idempotency_key: str | None) -> Search | None:
    """The search that was begun with this key, by the trial its job names: a resumed one has other jobs."""
    if idempotency_key is None:
        return None
    job = Job.objects.filter(requested_by=by, idempotency_key=idempotency_key, kind=TRIAL_JOB).first()
    return Search.objects.filter(trials=job.payload["trial"]).first() if job else None
