"""Does one trial of a search: agree with Optuna on its settings, train in a child process, report back.

Every step may be cut short by kill -9 and is picked up by the next attempt: the values are written with
Optuna's number in one transaction, training goes on from its newest checkpoint, an end is told twice without
harm.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from core.errors import DomainError
from core.services.job_context import JobCancelled, JobContext
from inference.errors import TrialWithoutValue, refusals_of_ml
from inference.ml.presets import settings_for
from inference.ml.search_presets import SEARCHES, SearchPreset
from inference.ml.search_study import SearchStudy
from inference.ml.settings import FinalTraining
from inference.models import Search, SearchTrial
from inference.selectors.datasets import Fractions, plan_dataset
from inference.services.freeze_dataset import freeze_dataset
from inference.services.search_storage import study_storage
from inference.services.searches import queue_next_trial
from inference.services.training_child import train_in_child
from inference.services.training_files import (
    remove_abandoned_work_folders,
    remove_work_folder,
    training_input,
)
from inference.states import ModelTask

T = TypeVar("T")


class _StoppedEarly(Exception):
    """Others did better by this epoch."""


def run_trial(context: JobContext) -> dict[str, Any]:
    """Do the trial named in the job's payload; returns `{trial, value, stopped_early}`.

    Raises DomainError for what a person must mend, JobCancelled, WorkerStopping, LostLease.
    """
    trial = SearchTrial.objects.select_related(
        "search__project", "search__dataset", "search__queued_by", "run__project"
    ).get(pk=context.payload["trial"])
    remove_abandoned_work_folders()
    try:
        _freeze(context, trial)
        with study_storage() as storage:
            _run(context, trial, _study(trial, storage))
    except (JobCancelled, DomainError):  # no attempt follows
        with context.fenced():  # unless this one was thought dead, and another goes on from here
            remove_work_folder(trial.run)
        raise
    remove_work_folder(trial.run)
    return {"trial": trial.pk, "value": trial.value, "stopped_early": trial.stopped_early}


def _study(trial: SearchTrial, storage: Any) -> SearchStudy:
    search, preset = trial.search, SEARCHES[trial.search.preset]
    return SearchStudy(
        storage=storage,
        name=search.study.hex,
        preset=preset,
        seed=search.seed,
        trials=search.trials.count(),
        epochs=preset.example(changes=search.settings).epochs,
    )


def _run(context: JobContext, trial: SearchTrial, study: SearchStudy) -> None:
    number = _begin(context, trial, study)
    try:
        if trial.value is None:  # an earlier attempt may have died after it wrote the value
            _train(context, trial, study)
    except DomainError:
        study.fail(number)
        raise
    if trial.stopped_early:
        study.stop(number)
    else:
        study.finish(number, value=_known(trial.value))


def _freeze(context: JobContext, trial: SearchTrial) -> None:
    """Give the search its dataset version; its first trial freezes it, before a second one is queued."""
    search = trial.search
    if search.dataset is not None:
        return
    context.progress(0, 0, "Freezing the dataset")
    preset = SEARCHES[search.preset]
    plan = plan_dataset(
        project=search.project,
        task=ModelTask(search.task),
        labels=search.labels_source,
        fractions=Fractions.of_preset(preset.preset, {**preset.changes, **search.settings}),
    )
    dataset = freeze_dataset(
        plan=plan, by=search.queued_by, fence=context.fenced, on_progress=partial(context.progress)
    )
    with context.fenced():
        Search.objects.filter(pk=search.pk).update(dataset=dataset)
    search.dataset = dataset


def _begin(context: JobContext, trial: SearchTrial, study: SearchStudy) -> int:
    """Write what the trial tries, and queue the next one; returns Optuna's number of it."""
    context.progress(0, 0, "Choosing the settings")
    with context.fenced():
        search = Search.objects.select_for_update().get(pk=trial.search_id)  # trials begin one by one
        taken = set(search.trials.values_list("study_number", flat=True))
        proposal = study.propose(number=trial.study_number, taken=taken)
        trial.study_number, trial.params = proposal.number, proposal.params
        trial.save(update_fields=["study_number", "params"])
        with refusals_of_ml():
            trial.run.settings = SEARCHES[search.preset].settings(proposal.params, changes=search.settings)
        trial.run.dataset = search.dataset
        trial.run.save(update_fields=["settings", "dataset"])
        queue_next_trial(search=search)
    return proposal.number


def _train(context: JobContext, trial: SearchTrial, study: SearchStudy) -> None:
    """Train and write the trial's value. Raises TrainingFailed, TrialWithoutValue."""
    preset = SEARCHES[trial.search.preset]
    epochs = settings_for(preset.base, trial.run.settings).epochs

    def after_epoch(epoch: int, metrics: Mapping[str, Any]) -> None:
        value = preset.objective.of(metrics)
        if value is None:
            return
        had_better_stop = study.report(_known(trial.study_number), epoch=epoch, value=value)
        if had_better_stop and epoch < epochs:
            raise _StoppedEarly

    settings = training_input(
        run=trial.run, dataset=_known(trial.search.dataset), attempt=context.job.attempt
    )
    try:
        train_in_child(
            context=context,
            run=trial.run,
            settings=settings | {"settings": _without_final_epochs(preset, trial.run.settings)},
            command="trial",
            after_epoch=after_epoch,
        )
    except _StoppedEarly:
        trial.stopped_early = True
    # An earlier attempt may have gone further, to a state that is lost; this one told where it went on from.
    last = trial.run.epochs.filter(attempt=context.job.attempt).last()
    trial.value = preset.objective.of(last.metrics) if last else None
    if last is None or trial.value is None:
        raise TrialWithoutValue(
            f"There is no {preset.objective.title} to judge this trial by.",
            remedy="Label more images, so that the validation images show what the model is to tell apart.",
        )
    how = "Stopped early after" if trial.stopped_early else "Finished after"
    with context.fenced():
        trial.save(update_fields=["value", "stopped_early"])
        context.progress(1, 1, f"{how} epoch {last.epoch}: {trial.value:.3f}")


def _without_final_epochs(preset: SearchPreset, settings: dict[str, Any]) -> dict[str, Any]:
    """What is trained on all images at the end of a run no validation image can judge."""
    can_go_on = isinstance(preset.base.settings, FinalTraining)
    return {**settings, "final_epochs": 0} if can_go_on else settings


def _known(value: T | None) -> T:
    if value is None:
        raise RuntimeError("a trial has begun without what it needs")
    return value
