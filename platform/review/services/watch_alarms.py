"""Alarms about champions: raised once, acknowledged with a reason, back when worse, ended when well."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from core.errors import Conflict
from core.services import audit
from inference.models import ModelVersion, Prediction
from inference.services.count_scores import count_scores
from inference.states import ModelState, ModelTask
from review.errors import ReasonMissing
from review.models import DecisionTally, ModelAlarm
from review.selectors.watch import Watched, limits_of_site, watch
from review.states import AlarmKind, Standing
from review.watch_rules import WORSE_PSI, Limits, Share, standing_of_overrides

LOOK_AGAIN_S = 60
_SEEN, _BUSY = "watch/seen", "watch/busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a champion as it is now, and what it means."""

    kind: AlarmKind
    score: str
    value: float
    low: float | None
    of: int
    limit: float
    standing: Standing

    @property
    def is_well(self) -> bool:
        """Whether an alarm about it has become pointless."""
        return self.standing == Standing.STABLE

    def is_worse_than(self, alarm: ModelAlarm) -> bool:
        """Whether it went on getting worse since the alarm, by more than chance."""
        if self.kind == AlarmKind.SCORES:
            return self.value >= alarm.value + WORSE_PSI
        return self.low is not None and self.low > alarm.value


def check_champions() -> int:
    """Look at every champion; returns how many alarms were raised. May be called at any time, and twice."""
    count_scores()
    return _look()


def check_when_changed(*, within_s: float = math.inf) -> None:
    """Look at the champions if anything was predicted, signed or promoted since; once a minute at most.

    What was predicted is counted for `within_s` seconds; where that is not enough the next call goes on, and
    the champions are looked at once all is counted: some of the figures alone would raise alarms in vain.
    """
    champions = ModelVersion.objects.filter(state=ModelState.CHAMPION).order_by("pk")
    state = [
        list(champions.values_list("pk", flat=True)),
        Prediction.objects.aggregate(newest=Max("pk"))["newest"],
        DecisionTally.objects.aggregate(newest=Max("pk"))["newest"],
    ]
    if state == cache.get(_SEEN) or not cache.add(_BUSY, "", LOOK_AGAIN_S):
        return
    if count_scores(within_s=within_s).is_through:
        _look()
        cache.set(_SEEN, state, None)
    else:
        cache.delete(_BUSY)


def look_again() -> None:
    """Have `check_when_changed` look at the champions even where nothing has changed."""
    cache.delete(_SEEN)


def _look() -> int:
    """Raise and end the alarms of every champion; returns how many were raised."""
    champions = ModelVersion.objects.filter(state=ModelState.CHAMPION).select_related("project")
    models = list(champions.order_by("project", "task"))
    limits = limits_of_site()
    classifiers = {model.project_id for model in models if model.task == ModelTask.CLASSIFIER}
    raised = 0
    for one in watch(models, weeks=limits.weeks, limits=limits):
        decides = one.model.task == ModelTask.CLASSIFIER or one.model.project_id not in classifiers
        raised += _settle(one.model, list(figures_of(one, limits, decides=decides)))
    _end_of_others(models)
    return raised


def figures_of(one: Watched, limits: Limits, *, decides: bool) -> Iterator[Figure]:
    """What is held against a limit: each score, and, for the model that `decides`, what was overridden.

    Nothing is told of what nobody has predicted or signed yet. A decision rests on classifier and segmenter
    alike; one alarm about it is enough.
    """
    for drift in one.scores:
        if drift.found is not None:
            yield Figure(
                kind=AlarmKind.SCORES,
                score=drift.score.code,
                value=drift.found.psi,
                low=None,
                of=drift.found.images,
                limit=limits.psi_drift,
                standing=drift.standing,
            )
    if decides:
        decisions = one.total.decisions
        yield from _overrides(AlarmKind.OVERRIDES, decisions.overrides, limits)
        yield from _overrides(AlarmKind.PATIENT_OVERRIDES, decisions.patient_overrides, limits)


@transaction.atomic
def acknowledge_alarm(*, alarm: ModelAlarm, by: User, reason: str) -> ModelAlarm:
    """Say that somebody knows, and what is done about it; it leaves the banner until it gets worse.

    Raises ReasonMissing, Conflict when it was acknowledged or has ended.
    """
    if not reason.strip():
        raise ReasonMissing(
            "Acknowledging an alarm needs a reason.",
            remedy="Say in a sentence what it comes from, or what is done about it.",
        )
    now = timezone.now()
    waiting = ModelAlarm.objects.filter(pk=alarm.pk, acknowledged_at=None, ended_at=None)
    if not waiting.update(acknowledged_at=now, acknowledged_by=by, reason=reason.strip()):
        raise Conflict("This alarm was acknowledged already, or has ended.", remedy="Reload the page.")
    alarm.refresh_from_db()
    audit.record(
        actor=by,
        action="model.alarm_acknowledge",
        obj=alarm.model,
        after={"alarm": alarm.pk, "kind": alarm.kind, "score": alarm.score, "value": alarm.value},
        reason=alarm.reason,
    )
    return alarm


def _overrides(kind: AlarmKind, share: Share, limits: Limits) -> Iterator[Figure]:
    if share.value is not None:
        yield Figure(
            kind=kind,
            score="",
            value=share.value,
            low=share.low,
            of=share.of,
            limit=limits.overrides,
            standing=standing_of_overrides(share, limits),
        )


@transaction.atomic
def _settle(model: ModelVersion, figures: Sequence[Figure]) -> int:
    """Raise and end the alarms of one champion; returns how many were raised."""
    ModelVersion.objects.select_for_update().get(pk=model.pk)  # two schedulers raise nothing twice
    open_ones = {(one.kind, one.score): one for one in ModelAlarm.objects.filter(model=model, ended_at=None)}
    raised = 0
    for figure in figures:
        alarm = open_ones.get((figure.kind, figure.score))
        if alarm is not None and figure.is_well:
            _end(alarm, because="The figures are well again.")
        elif figure.standing == Standing.DRIFT and (alarm is None or _comes_back(alarm, figure)):
            if alarm is not None:
                _end(alarm, because="It got worse after it was acknowledged.")
            _raise(model, figure)
            raised += 1
    return raised


def _comes_back(alarm: ModelAlarm, figure: Figure) -> bool:
    return alarm.acknowledged_at is not None and figure.is_worse_than(alarm)


def _raise(model: ModelVersion, figure: Figure) -> None:
    alarm = ModelAlarm.objects.create(
        model=model,
        kind=figure.kind,
        score=figure.score,
        value=figure.value,
        low=figure.low,
        limit=figure.limit,
        of=figure.of,
    )
    audit.record(
        actor=None,
        action="model.alarm",
        obj=model,
        after={
            "alarm": alarm.pk,
            "kind": alarm.kind,
            "score": alarm.score,
            "value": alarm.value,
            "limit": alarm.limit,
            "of": alarm.of,
        },
    )


def _end(alarm: ModelAlarm, *, because: str) -> None:
    ModelAlarm.objects.filter(pk=alarm.pk).update(ended_at=timezone.now())
    audit.record(
        actor=None,
        action="model.alarm_end",
        obj=alarm.model,
        after={"alarm": alarm.pk, "kind": alarm.kind, "score": alarm.score},
        reason=because,
    )


@transaction.atomic
def _end_of_others(champions: Sequence[ModelVersion]) -> None:
    """A model that predicts no more raises no alarm."""
    left = ModelAlarm.objects.filter(ended_at=None).exclude(model__in=[model.pk for model in champions])
    for alarm in left.select_related("model"):
        _end(alarm, because="The model is champion no more.")
