"""A candidate held against the champion: on which images, what is kept, what it allows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project
from core.errors import Conflict
from core.models import AuditEvent, Job
from core.services.jobs import cancel_job
from core.storage import local_path
from inference.errors import CanNotCompare, NoModel, NoWayBack, ReasonMissing
from inference.ml.data import read_rgb
from inference.models import (
    ComparedImage,
    DatasetItem,
    DatasetVersion,
    ModelComparison,
    ModelVersion,
    Promotion,
    TrainingRun,
)
from inference.selectors.model_versions import champions
from inference.services import compare_job
from inference.services.comparisons import CHAMPION_UNKNOWN, queue_comparison
from inference.services.external_reports import LEARNED_UNKNOWN
from inference.services.model_registry import promote_model, roll_back
from inference.states import ModelTask, Split, Verdict

AddImage = Callable[..., FundusImage]
AddModel = Callable[..., ModelVersion]
ClientOf = Callable[[User | None], APIClient]
Do = Callable[[Job], Job]
Trained = Callable[..., ModelVersion]


TELLS_DR = {"gain": 40.0, "bias": -14.0}
JUST_AS_WELL = {"gain": 40.0, "bias": -13.0}


@pytest.fixture(autouse=True)
def eight_images_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few images of these tests speak for a promotion."""
    monkeypatch.setattr(compare_job, "FEWEST_TO_PROMOTE_ON", 8)


@pytest.fixture
def images(add_image: AddImage) -> list[FundusImage]:
    """Eight patients with an eye each, labelled."""
    return [
        add_image(f"P{number}", grade=3 if number % 2 else 0, seed=1 + number, labels="both")
        for number in range(8)
    ]


@pytest.fixture
def trained(project: Project, images: list[FundusImage], add_model: AddModel) -> Trained:
    """A model with a dataset: `trained("classifier", test=[0, 1], gain=-9)`; the other images trained it."""
    numbers = iter(range(1, 100))
    red = [_redness(image) for image in images]

    def make(task: str, *, test: range, **options: Any) -> ModelVersion:
        model = add_model(task, **options)
        dataset = DatasetVersion.objects.create(
            project=project, number=next(numbers), task=task, classes=["HE", "EX"],
            content_hash=model.pk, frozen_at=timezone.now(),
        )  # fmt: skip
        for number, image in enumerate(images):
            label_set = image.label_sets.get()
            DatasetItem.objects.create(
                dataset=dataset, image=image, label_set=label_set, revision=1,
                split=Split.TEST if number in test else Split.TRAIN,
                patient_code=image.exam.patient.code, label=int(red[number] > np.median(red)),
                classes_looked_for=["HE", "EX"], masks=_masks(label_set) if task == "segmenter" else {},
            )  # fmt: skip
        TrainingRun.objects.create(project=project, task=task, preset="tiny", dataset=dataset, model=model)
        return model

    return make


def _redness(image: FundusImage) -> float:
    """What the tiny classifiers go by: the reddest half of the images is said to have DR."""
    with local_path(image.file) as path:
        return float(read_rgb(path)[..., 0].mean())


def _masks(label_set: Any) -> dict[str, Any]:
    from annotations.services.masks import ensure_masks

    made = ensure_masks(label_sets=[label_set], by=None).of[label_set.pk]
    return {
        code: {"file": mask.file, "sha256": mask.sha256, "area_px": mask.area_px, "regions": mask.regions}
        for code, mask in made.items()
    }


def _compared(candidate: ModelVersion, by: User, do: Do) -> ModelComparison:
    comparison = queue_comparison(candidate=candidate, by=by)
    assert comparison.job is not None
    assert do(comparison.job).state == "succeeded"
    comparison.refresh_from_db()
    return comparison


def test_both_are_asked_about_the_test_images_that_neither_learned_from(
    trained: Trained, administrator: User, do: Do
) -> None:
    champion = trained("classifier", test=range(6), state="champion")
    candidate = trained("classifier", test=range(8), bias=-2.0)

    comparison = _compared(candidate, administrator, do)

    assert (comparison.images, comparison.patients, comparison.left_out) == (6, 6, 2)
    assert comparison.champion == champion
    assert comparison.metric == "auc"
    assert set(comparison.paired) == {"candidate", "champion", "difference"}
    assert CHAMPION_UNKNOWN not in comparison.notes


@pytest.mark.parametrize("reader", ["candidate", "champion"])
def test_images_that_a_segmenter_read_by_one_of_them_learned_from_are_left_out(
    trained: Trained, add_model: AddModel, administrator: User, reader: str
) -> None:
    models = {
        "champion": trained("classifier", test=range(8), state="champion"),
        "candidate": trained("classifier", test=range(8), bias=-2.0),
    }
    segmenter, unknown = trained("segmenter", test=range(6)), add_model("segmenter", steepness=30.0)

    def compared_reading(*needed: ModelVersion) -> ModelComparison:
        card = models[reader].card | {"depends_on": [one.pk for one in needed]}
        ModelVersion.objects.filter(pk=models[reader].pk).update(card=card)
        ModelComparison.objects.all().delete()
        candidate = ModelVersion.objects.get(pk=models["candidate"].pk)
        return queue_comparison(candidate=candidate, by=administrator)

    known, partly = compared_reading(segmenter), compared_reading(segmenter, unknown)

    assert (known.images, known.left_out, known.notes) == (6, 2, [])
    assert (partly.images, partly.left_out) == (6, 2)
    assert partly.notes == [LEARNED_UNKNOWN if reader == "candidate" else CHAMPION_UNKNOWN]


def test_models_that_say_the_opposite_disagree_on_every_image(
    trained: Trained, administrator: User, do: Do
) -> None:
    trained("classifier", test=range(8), state="champion", bias=2.0)
    candidate = trained("classifier", test=range(8), bias=-2.0)

    comparison = _compared(candidate, administrator, do)

    rows = ComparedImage.objects.filter(comparison=comparison)
    assert rows.count() == rows.filter(disagree=True).count() == 8
    assert comparison.paired["difference"]["value"] == 0  # neither tells any image from another
    assert comparison.verdict == Verdict.NOT_SHOWN
    assert "better than chance" in comparison.notes[0]


def test_few_images_do_not_speak_for_a_promotion(
    trained: Trained, administrator: User, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    trained("classifier", test=range(8), state="champion", **TELLS_DR)

    comparison = _compared(trained("classifier", test=range(8), **JUST_AS_WELL), administrator, do)

    assert comparison.verdict == Verdict.NOT_SHOWN
    assert comparison.notes == ["8 images are too few to speak for a promotion; 30 are the least."]


def test_a_candidate_that_tells_less_than_the_champion_needs_a_reason(
    trained: Trained, administrator: User, do: Do
) -> None:
    trained("classifier", test=range(8), state="champion", referable_bias=1.0, **TELLS_DR)

    comparison = _compared(trained("classifier", test=range(8), **JUST_AS_WELL), administrator, do)

    assert comparison.verdict == Verdict.NOT_SHOWN
    assert comparison.notes == ["The champion tells referable DR; this model does not."]


def test_a_model_that_tells_dr_is_better_and_the_other_way_round_it_is_not(
    trained: Trained, administrator: User, do: Do
) -> None:
    one = trained("classifier", test=range(8), gain=40.0, bias=-14.0)
    other = trained("classifier", test=range(8), gain=-40.0, bias=14.0)

    def against(candidate: ModelVersion, champion: ModelVersion) -> ModelComparison:
        ModelVersion.objects.filter(pk=candidate.pk).update(state="candidate")
        ModelVersion.objects.filter(pk=champion.pk).update(state="champion")
        return _compared(candidate, administrator, do)

    first = against(one, other)
    ModelVersion.objects.update(state="candidate")
    second = against(other, one)

    assert first.paired["difference"]["value"] == pytest.approx(-second.paired["difference"]["value"])
    assert {first.verdict, second.verdict} == {Verdict.BETTER, Verdict.NOT_SHOWN}


def test_segmenters_are_compared_by_lesions_of_the_classes_both_know(
    trained: Trained, administrator: User, do: Do
) -> None:
    trained("segmenter", test=range(8), state="champion", steepness=20.0)
    candidate = trained("segmenter", test=range(8), steepness=30.0)

    comparison = _compared(candidate, administrator, do)

    assert comparison.metric == "aupr"
    assert 0 < comparison.paired["candidate"]["value"] <= 1
    assert set(comparison.details["candidate"]["classes"]) == {"HE", "EX"}
    row = ComparedImage.objects.filter(comparison=comparison).first()
    assert row is not None
    assert set(row.candidate["dice"]) == {"HE", "EX"}


def test_a_champion_of_unknown_training_is_said_to_be_one(
    trained: Trained, add_model: AddModel, administrator: User
) -> None:
    add_model("classifier", state="champion")
    candidate = trained("classifier", test=range(8), bias=-2.0)

    assert queue_comparison(candidate=candidate, by=administrator).notes == [CHAMPION_UNKNOWN]


def test_a_model_trained_anew_on_all_images_has_none_left_to_be_judged_on(
    trained: Trained, administrator: User
) -> None:
    champion = trained("classifier", test=range(8), state="champion")
    candidate = trained("classifier", test=range(8), bias=-2.0)

    def on_all(model: ModelVersion) -> None:
        ModelVersion.objects.filter(pk=model.pk).update(card=model.card | {"trained_on_all": True})
        model.refresh_from_db()

    on_all(champion)
    with pytest.raises(CanNotCompare, match="learned from 0 test images"):
        queue_comparison(candidate=candidate, by=administrator)
    on_all(candidate)
    with pytest.raises(CanNotCompare, match="went on to learn from all its images"):
        queue_comparison(candidate=candidate, by=administrator)


def test_few_images_one_kind_of_them_and_unknown_training_are_refused(
    trained: Trained, add_model: AddModel, administrator: User
) -> None:
    with pytest.raises(NoModel):
        queue_comparison(candidate=add_model("classifier", bias=9.0), by=administrator)
    champion = trained("classifier", test=range(4), state="champion")

    with pytest.raises(CanNotCompare, match="4 test images of 4 patients; 5 of 5"):
        queue_comparison(candidate=trained("classifier", test=range(8), bias=1.0), by=administrator)
    with pytest.raises(CanNotCompare, match="not known which images this model"):
        queue_comparison(candidate=add_model("classifier", bias=3.0), by=administrator)
    with pytest.raises(CanNotCompare, match="is the champion"):
        queue_comparison(candidate=champion, by=administrator)
    candidate = trained("classifier", test=range(8), bias=2.5)
    DatasetItem.objects.update(label=1, split=Split.TEST)
    with pytest.raises(CanNotCompare, match="only DR or only no DR"):
        queue_comparison(candidate=candidate, by=administrator)


def test_while_one_waits_a_second_comparison_of_the_two_is_the_same(
    trained: Trained, administrator: User
) -> None:
    trained("classifier", test=range(8), state="champion")
    candidate = trained("classifier", test=range(8), bias=1.0)

    first = queue_comparison(candidate=candidate, by=administrator)
    again = queue_comparison(candidate=candidate, by=administrator)
    assert first.job is not None
    cancel_job(job=first.job, by=administrator)

    assert first.pk == again.pk
    assert queue_comparison(candidate=candidate, by=administrator).pk != first.pk


def test_a_comparison_that_speaks_for_it_stands_in_for_a_reason(
    trained: Trained, administrator: User, do: Do
) -> None:
    trained("classifier", test=range(8), state="champion", **TELLS_DR)
    candidate = trained("classifier", test=range(8), **JUST_AS_WELL)
    with pytest.raises(ReasonMissing):
        promote_model(model=candidate, by=administrator)
    comparison = _compared(candidate, administrator, do)

    promote_model(model=candidate, by=administrator)

    assert Promotion.objects.get().comparison == comparison
    assert AuditEvent.objects.get(action="model.promote").after["comparison"] == comparison.pk  # type: ignore[index]


def test_one_that_does_not_or_of_another_champion_still_needs_a_reason(
    trained: Trained, administrator: User, do: Do
) -> None:
    first = trained("classifier", test=range(8), state="champion")
    candidate = trained("classifier", test=range(8), bias=1.0)
    other = trained("classifier", test=range(8), bias=3.0)
    comparison = _compared(candidate, administrator, do)
    ModelComparison.objects.update(verdict=Verdict.NOT_SHOWN)
    with pytest.raises(ReasonMissing):
        promote_model(model=candidate, by=administrator)
    ModelComparison.objects.update(verdict=Verdict.BETTER)
    promote_model(model=other, by=administrator, reason="Urgent.")

    with pytest.raises(ReasonMissing):  # it was compared with the champion before
        promote_model(model=candidate, by=administrator)
    promote_model(model=candidate, by=administrator, reason="Sees more.")

    assert comparison.champion == first
    assert Promotion.objects.latest("pk").comparison is None


def test_rolling_back_brings_back_champion_after_champion(add_model: AddModel, administrator: User) -> None:
    models = [add_model("classifier", bias=float(number)) for number in range(3)]
    for model in models:
        promote_model(model=model, by=administrator, reason="Better.")

    assert roll_back(model=models[2], by=administrator) == models[1]
    with pytest.raises(Conflict):
        roll_back(model=models[2], by=administrator)
    assert roll_back(model=models[1], by=administrator) == models[0]
    with pytest.raises(NoWayBack):
        roll_back(model=models[0], by=administrator)

    assert champions(models[0].project)[ModelTask.CLASSIFIER] == models[0]
    assert AuditEvent.objects.filter(action="model.roll_back").count() == 2


def test_the_page_asks_for_comparison_and_images(
    trained: Trained, administrator: User, reviewer: User, member: Callable[[User], User],
    client_of: ClientOf, do: Do, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    champion = trained("classifier", test=range(8), state="champion", **TELLS_DR)
    candidate = trained("classifier", test=range(8), **JUST_AS_WELL)
    client, path = client_of(administrator), f"/api/models/{candidate.pk}"
    assert client.get(f"{path}/").json()["needs_reason"] is True

    queued = client.post(f"{path}/comparisons/")
    do(Job.objects.get(pk=queued.json()["job"]["id"]))
    (listed,) = client.get(f"{path}/comparisons/").json()["results"]
    seen = client_of(member(reviewer))
    with django_assert_max_num_queries(12):
        images = seen.get(f"/api/comparisons/{listed['id']}/images/?page_size=3").json()
    apart = seen.get(f"/api/comparisons/{listed['id']}/images/?disagree=true").json()

    assert queued.status_code == 202
    assert (listed["verdict"], listed["champion"]) == ("non_inferior", champion.pk)
    assert (images["count"], len(images["results"])) == (8, 3)
    assert images["results"][0]["candidate"].keys() == {"probability", "dr"}
    assert apart["count"] < images["count"]
    assert client.get(f"{path}/").json()["needs_reason"] is False
    assert client.post(f"{path}/promote/", {}).json()["goes_back_to"] == champion.pk
    assert client.post(f"{path}/roll-back/").json()["id"] == champion.pk


def test_every_promotion_is_told_newest_first_with_what_it_replaced(
    add_model: AddModel, administrator: User, reviewer: User, member: Callable[[User], User],
    client_of: ClientOf, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    first, second = (add_model("classifier", bias=float(number)) for number in range(2))
    promote_model(model=first, by=administrator, reason="The first.")
    promote_model(model=second, by=administrator, reason="Sees more.")
    roll_back(model=second, by=administrator)
    segmenter = add_model("segmenter")
    promote_model(model=segmenter, by=administrator, reason="Finds lesions.")

    seen = client_of(member(reviewer))
    with django_assert_max_num_queries(8):
        told = seen.get("/api/promotions/?task=classifier").json()["results"]

    assert [(one["model"], one["replaced"], one["reason"], one["is_rollback"]) for one in told] == [
        (first.pk, second.pk, "", True),
        (second.pk, first.pk, "Sees more.", False),
        (first.pk, None, "The first.", False),
    ]
    assert {one["by"] for one in told} == {administrator.username}
    assert seen.get("/api/promotions/").json()["count"] == 4


def test_who_is_in_no_project_sees_no_comparison(
    trained: Trained, administrator: User, reviewer: User, client_of: ClientOf
) -> None:
    trained("classifier", test=range(8), state="champion")
    candidate = trained("classifier", test=range(8), bias=-2.0)
    comparison = queue_comparison(candidate=candidate, by=administrator)
    client = client_of(reviewer)

    assert client.get(f"/api/models/{candidate.pk}/comparisons/").status_code == 404
    assert client.get(f"/api/comparisons/{comparison.pk}/images/").status_code == 404
    assert client.get("/api/promotions/").json()["count"] == 0
