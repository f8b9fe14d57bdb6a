"""A search in Optuna: what to try next, whether to go on, and how each trial ended.

One object is one worker's view of a study that many share in one storage. Imports Optuna: for workers and
commands, never the web.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.distributions import CategoricalChoiceType
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, GridSampler, TPESampler
from optuna.storages import BaseStorage
from optuna.trial import Trial, TrialState

from inference.ml.search_presets import Dimension, OneOf, SearchPreset

FEWEST_TO_COMPARE = 4  # finished trials before any is stopped early
WARM_UP_SHARE = 0.2  # of the epochs, in which no trial is stopped: losses still fall for all


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One trial as Optuna numbers it, and the values it is to try."""

    number: int
    params: dict[str, Any]


class _AskedGrid(GridSampler):
    """The grid for a study that is asked and told: who asks decides when to end, not the sampler."""

    def after_trial(self, *_: Any) -> None:
        return


class SearchStudy:
    """The study of that name, made on first use. `trials`: how many it will have; `epochs`: of each."""

    def __init__(
        self, *, storage: BaseStorage, name: str, preset: SearchPreset, seed: int, trials: int, epochs: int
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._dimensions = preset.dimensions
        self._study = optuna.create_study(
            storage=storage, study_name=name, direction="maximize", load_if_exists=True
        )
        # The draws of earlier trials are made again by nobody: each worker's view begins with others.
        self._study.sampler = _sampler(preset, seed=seed, begun=len(self._study.trials), trials=trials)
        self._study.pruner = _pruner(preset, epochs=epochs)

    def propose(self, *, number: int | None, taken: Container[int | None]) -> Proposal:
        """What to try as trial `number` (as before, where it was begun), or as a new one for None.

        `taken`: the numbers that are in use. One that is not, and runs, was proposed to a worker that died
        before it wrote that down: it is proposed again, where it is whole. A failed one is tried again under
        a new number. Callers take turns.
        """
        self._end_leftovers(taken)
        trial = self._begun(number) if number is not None else self._forgotten(taken)
        if trial is None:
            trial = self._study.ask()
        params = {one.name: _suggested(trial, one) for one in self._dimensions}
        return Proposal(number=trial.number, params=params)

    def report(self, number: int, *, epoch: int, value: float) -> bool:
        """Note the value after an epoch (1 is the first); whether the trial had better stop."""
        trial = self._trial(number)
        if epoch not in self._study.trials[number].intermediate_values:  # a worker died after it told that
            trial.report(value, step=epoch)
        return trial.should_prune()

    def finish(self, number: int, *, value: float) -> None:
        """Say how good the trial was; nothing where that is known."""
        self._study.tell(number, value, skip_if_finished=True)

    def stop(self, number: int) -> None:
        """Say that the trial was stopped early; nothing where that is known."""
        self._study.tell(number, state=TrialState.PRUNED, skip_if_finished=True)

    def fail(self, number: int) -> None:
        """Say that the trial failed; nothing where its end is known."""
        self._study.tell(number, state=TrialState.FAIL, skip_if_finished=True)

    def _begun(self, number: int) -> Trial:
        before = self._study.trials[number]
        if before.state == TrialState.RUNNING:
            return self._trial(number)
        self._study.enqueue_trial(before.params)
        return self._study.ask()

    def _end_leftovers(self, taken: Container[int | None]) -> None:
        """Say that those failed which a killed worker left between two steps and which are no one's trial.

        A repeat of an earlier trial, waiting or running: that trial will be repeated anew. A running one of
        a grid without its place there: nothing can be suggested for it.
        """
        for one in self._study.get_trials(deepcopy=False, states=(TrialState.WAITING, TrialState.RUNNING)):
            is_repeat = "fixed_params" in one.system_attrs
            has_place = "grid_id" in one.system_attrs or not isinstance(self._study.sampler, GridSampler)
            if one.number not in taken and (is_repeat or not has_place):
                self._study._storage.set_trial_state_values(one._trial_id, TrialState.FAIL)

    def _forgotten(self, taken: Container[int | None]) -> Trial | None:
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        free = (one.number for one in running if one.number not in taken)
        number = next(free, None)
        return None if number is None else self._trial(number)

    def _trial(self, number: int) -> Trial:
        return Trial(self._study, self._study.trials[number]._trial_id)


def _suggested(trial: Trial, dimension: Dimension) -> CategoricalChoiceType:
    """The trial's value there: the sampler's, or the one it already has."""
    if isinstance(dimension, OneOf):
        return trial.suggest_categorical(dimension.name, dimension.values)
    if dimension.step:
        return trial.suggest_int(dimension.name, int(dimension.low), int(dimension.high), step=dimension.step)
    return trial.suggest_float(dimension.name, dimension.low, dimension.high, log=dimension.log)


def _sampler(preset: SearchPreset, *, seed: int, begun: int, trials: int) -> BaseSampler:
    if preset.method == "grid":
        values = {one.name: list(one.values) for one in preset.dimensions if isinstance(one, OneOf)}
        return _AskedGrid(values, seed=seed)
    return TPESampler(seed=seed + begun, n_startup_trials=max(4, trials // 4), constant_liar=True)


def _pruner(preset: SearchPreset, *, epochs: int) -> BasePruner:
    if not preset.prunes:
        return NopPruner()
    first_judged = 1 + round(WARM_UP_SHARE * epochs)
    return MedianPruner(n_startup_trials=FEWEST_TO_COMPARE, n_warmup_steps=first_judged)
