"""Scores of models against those of the images that they were judged on."""

import csv
import io
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from annotations.models import Project
from core.housekeeping import run_frequent_chores
from inference.models import (
    DatasetItem,
    DatasetVersion,
    ModelVersion,
    Prediction,
    ScoreCount,
    ScoresCounted,
    TrainingRun,
)
from inference.services.count_scores import count_scores
from review.models import ModelAlarm
from review.services.watch_report import detail_json, watch_csv
from tests.review.scored_images import Say, watched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]


def test_scores_are_held_against_those_of_the_card(scored: Say) -> None:
    model = scored(*[0.02] * 30, *[0.97] * 70)

    (drift,) = watched(model).scores
    assert drift.found is not None
    assert drift.found.psi == pytest.approx(0.1695, abs=1e-4)  # -0.2 ln 0.6 + 0.2 ln 1.4
    assert (drift.reference.source, sum(drift.reference.counts), drift.images) == ("card", 200, 100)
    assert drift.standing == "watch"


def test_a_certain_score_falls_into_the_last_bin(scored: Say) -> None:
    (drift,) = watched(scored(0.0, 1.0)).scores

    assert drift.found is not None
    assert [one.seen for one in drift.found.bins] == [0.5, 0.5]


def test_scores_of_other_weeks_are_left_out_of_the_figure(scored: Say) -> None:
    scored(*[0.97] * 60, weeks_ago=20)
    model = scored(*[0.02] * 50, *[0.97] * 50)

    assert [one.found.psi for one in watched(model).scores if one.found] == [pytest.approx(0)]
    (ever,) = watched(model, weeks=26).scores
    assert ever.images == 160
    assert sorted(one.images for one in ever.weeks.values()) == [60, 100]


def test_images_of_its_own_dataset_are_the_reference_and_not_news(
    scored: Say, project: Project, administrator: User
) -> None:
    model = scored(*[0.02] * 4, *[0.97] * 6)
    ModelVersion.objects.filter(pk=model.pk).update(card={**model.card, "metrics": {}})
    dataset = DatasetVersion.objects.create(
        project=project, number=1, task="classifier", content_hash="x", frozen_at=timezone.now()
    )
    TrainingRun.objects.create(project=project, task="classifier", preset="p", dataset=dataset, model=model)
    said = list(Prediction.objects.order_by("pk"))
    for place, one in enumerate(said[:9]):
        _put_into(dataset, one, split=("train", "validation", "test")[place % 3])

    ScoresCounted.objects.all().delete()  # as if none had been counted before the training was known
    count_scores()
    (drift,) = watched(ModelVersion.objects.get(pk=model.pk)).scores
    assert drift.reference.source == "dataset"
    assert sum(drift.reference.counts) == 6
    assert drift.images == 1


def _put_into(dataset: DatasetVersion, said: Prediction, *, split: str) -> None:
    label_set = said.image.label_sets.create(source="test", state="accepted")
    DatasetItem.objects.create(
        dataset=dataset, image=said.image, label_set=label_set, revision=0, split=split, patient_code="P"
    )


def test_without_a_reference_nothing_is_claimed(scored: Say) -> None:
    model = scored(*[0.5] * 60)
    ModelVersion.objects.filter(pk=model.pk).update(card={**model.card, "metrics": {}})

    (drift,) = watched(ModelVersion.objects.get(pk=model.pk)).scores
    assert (drift.found, drift.standing, drift.images) == (None, "too_few", 60)
    assert drift.reference.source == "none"


def test_a_prediction_is_counted_once(scored: Say) -> None:
    model = scored(*[0.02] * 3)

    assert count_scores() == (0, True)
    assert watched(model).scores[0].images == 3


def test_a_prediction_that_was_written_late_is_counted_all_the_same(scored: Say) -> None:
    model = scored(*[0.02] * 3, *[0.97] * 3)
    late = Prediction.objects.order_by("pk")[:1].get()
    number = late.pk
    late.delete()
    assert count_scores().predictions == 5
    late.pk = number  # below the newest that was counted
    late.save(force_insert=True)

    assert count_scores().predictions == 6
    assert watched(model).scores[0].images == 6


def test_a_count_that_stops_early_goes_on_and_comes_to_the_same(
    scored: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(0.5, 0.02, weeks_ago=1)
    model = scored(*[0.02] * 2, 0.97)
    at_once = counts_of(model)
    monkeypatch.setattr("inference.services.count_scores.AT_ONCE", 2)
    ScoresCounted.objects.all().delete()

    calls = [count_scores(within_s=0) for _ in range(4)]

    assert calls == [(2, False), (2, False), (1, False), (0, True)]
    assert counts_of(model) == at_once


def test_a_prediction_that_comes_late_to_a_count_that_stopped_is_counted(
    scored: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = scored(*[0.02] * 2, *[0.97] * 3)
    at_once = counts_of(model)
    monkeypatch.setattr("inference.services.count_scores.AT_ONCE", 2)
    late = Prediction.objects.order_by("pk")[:1].get()
    number = late.pk
    late.delete()
    assert count_scores(within_s=0) == (2, False)
    late.pk = number  # below the newest that was counted so far
    late.save(force_insert=True)

    assert count_scores() == (5, True)
    assert counts_of(model) == at_once


def test_the_scheduler_goes_on_counting_and_then_looks(scored: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    scored(*[0.97] * 200)
    ScoresCounted.objects.all().delete()
    monkeypatch.setattr("inference.services.count_scores.AT_ONCE", 100)
    monkeypatch.setattr("review.tasks.CHORE_SECONDS", 0)
    run_frequent_chores()
    assert (ScoresCounted.objects.get().predictions, ModelAlarm.objects.count()) == (100, 0)

    run_frequent_chores()
    run_frequent_chores()

    assert (ScoresCounted.objects.get().predictions, ModelAlarm.objects.count()) == (200, 1)


def counts_of(model: ModelVersion) -> list[tuple[object, ...]]:
    """All that is counted of a model."""
    rows = ScoreCount.objects.filter(model=model).order_by("week", "score", "held_out")
    return [(row.week, row.score, row.held_out, row.counts) for row in rows]


def test_images_that_can_not_be_graded_count_nowhere(scored: Say) -> None:
    scored(0.5)
    Prediction.objects.update(gradable=False)
    model = scored(0.9)
    ScoresCounted.objects.all().delete()
    count_scores()

    assert watched(model).scores[0].images == 1


def test_the_table_has_each_figure_of_each_week_once(scored: Say) -> None:
    scored(*[0.02] * 60, weeks_ago=2)
    model = scored(*[0.97] * 60)

    rows = list(csv.DictReader(io.StringIO(watch_csv(watched(model), weeks=8))))

    said = [(row["part"], row["name"], row["week"], row["figure"]) for row in rows]
    assert len(said) == len(set(said))
    psi = [row for row in rows if row["figure"] == "psi"]
    assert [(row["part"], row["name"], bool(row["week"]), row["of"]) for row in psi] == [
        ("score", "DR", False, "120"),
        ("score", "DR", True, "60"),
        ("score", "DR", True, "60"),
    ]


def test_the_table_and_the_figures_say_that_one_person_works_alone(scored: Say, settings: Any) -> None:
    settings.ONE_PERSON_SITE = True
    one = watched(scored(0.9))

    assert "one_person_site" in watch_csv(one, weeks=8)
    assert detail_json(one, weeks=8)["one_person_site"] is True
