"""Figures about model versions: what signed reviews say of them, and how their scores are spread.

Only the version of a review that stands counts; drafts never do. Every figure of every model asked for comes
from a constant number of queries.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils import timezone

from core.weeks import monday_of
from inference.models import ModelVersion
from inference.score_stability import Stability, stability
from inference.scores import Score, scores_of
from inference.selectors.score_counts import ScoreCounts, score_counts
from inference.selectors.score_reference import ScoreReference, score_reference
from review.models import DecisionTally, FindingTally
from review.states import Standing
from review.watch_figures import Figures, Findings, SignedDecisions
from review.watch_rules import Limits, standing_of_scores, worst


def limits_of_site() -> Limits:
    """What this site calls too much."""
    return Limits(
        weeks=settings.WATCH_WEEKS,
        overrides=settings.WATCH_OVERRIDES,
        fewest_decisions=settings.WATCH_FEWEST_DECISIONS,
        psi=settings.WATCH_PSI,
        psi_drift=settings.WATCH_PSI_DRIFT,
        fewest_images=settings.WATCH_FEWEST_IMAGES,
    )


def first_week(weeks: int) -> datetime.date:
    """The Monday with which the last so many weeks begin; the running one counts."""
    return monday_of(timezone.now().date()) - datetime.timedelta(weeks=weeks - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDrift:
    """One score of a model against its reference, over all weeks, and in each with enough images."""

    score: Score
    reference: ScoreReference
    found: Stability | None
    standing: Standing
    images: int
    weeks: dict[datetime.date, Stability]


@dataclass(slots=True, kw_only=True)
class Watched:
    """Everything about one model version over the weeks asked for."""

    model: ModelVersion
    total: Figures = field(default_factory=Figures)
    weeks: dict[datetime.date, Figures] = field(default_factory=lambda: defaultdict(Figures))
    sites: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    cameras: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    classes: dict[str, Findings] = field(default_factory=lambda: defaultdict(Findings))
    class_weeks: dict[tuple[datetime.date, str], Findings] = field(
        default_factory=lambda: defaultdict(Findings)
    )
    scores: list[ScoreDrift] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """Of the score that drifts most."""
        return worst(one.standing for one in self.scores)

    @property
    def worst_score(self) -> ScoreDrift | None:
        """The score with the gravest standing, the highest index among several."""
        order = list(Standing)
        return max(
            self.scores,
            key=lambda one: (order.index(one.standing), one.found.psi if one.found else -1),
            default=None,
        )

    def parts_of(self, week: datetime.date, site: str, camera: str) -> Iterable[Figures]:
        """Every set of figures that something signed then and there counts in."""
        return self.total, self.weeks[week], self.sites[site], self.cameras[camera]


def watch(models: Sequence[ModelVersion], *, weeks: int, limits: Limits) -> list[Watched]:
    """The figures of these models, in their order, over the last so many weeks."""
    watched = {model.pk: Watched(model=model) for model in models}
    since = first_week(weeks)
    for row in _decision_rows(watched, since):
        for part in watched[row.model].parts_of(row.week, row.site, row.camera):
            part.decisions.add(row)
    for name, week, site, camera, lesion_class, findings in _finding_rows(watched, since):
        one = watched[name]
        for part in one.parts_of(week, site, camera):
            part.findings.add(findings)
        one.classes[lesion_class].add(findings)
        one.class_weeks[week, lesion_class].add(findings)
    counts = score_counts(models)
    for one in watched.values():
        for score in scores_of(task=one.model.task, card=one.model.card):
            counted = counts[one.model.pk, score.code]
            one.scores.append(_drift(one.model, score, counted, since=since, limits=limits))
    return list(watched.values())


def _decision_rows(names: Iterable[str], since: datetime.date) -> Iterable[SignedDecisions]:
    columns = ("model", "week", "site", "camera", "decided", "said", "outcome", "is_patient")
    tallies = DecisionTally.objects.filter(model__in=list(names), week__gte=since).order_by()
    rows = tallies.annotate(is_patient=Q(image=None)).values(*columns)
    return (
        SignedDecisions(*row) for row in rows.annotate(images=Count("pk")).values_list(*columns, "images")
    )


def _finding_rows(
    names: Iterable[str], since: datetime.date
) -> Iterable[tuple[str, datetime.date, str, str, str, Findings]]:
    columns = ("model", "week", "site", "camera", "lesion_class")
    sums = ("accepted", "edited", "rejected", "missed")
    tallies = FindingTally.objects.filter(model__in=list(names), week__gte=since).order_by()
    rows = tallies.values(*columns).annotate(**{f"{name}_in_all": Sum(name) for name in sums})
    for row in rows.values_list(*columns, *(f"{name}_in_all" for name in sums)):
        yield (*row[:5], Findings(*row[5:]))


def _drift(
    model: ModelVersion, score: Score, counted: ScoreCounts, *, since: datetime.date, limits: Limits
) -> ScoreDrift:
    reference = score_reference(model=model, score=score, counted=counted)
    weeks = {week: counts for week, counts in sorted(counted.weeks.items()) if week >= since}
    seen = [sum(places) for places in zip(*weeks.values(), strict=True)] or [0] * score.bins
    found = stability(reference.counts, seen)
    compared = {week: stability(reference.counts, counts) for week, counts in weeks.items()}
    return ScoreDrift(
        score=score,
        reference=reference,
        found=found,
        standing=standing_of_scores(found, limits),
        images=sum(seen),
        weeks={week: one for week, one in compared.items() if one and one.images >= limits.fewest_images},
    )
