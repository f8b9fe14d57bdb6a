"""Warnings before a promotion: small test sets, scores of chance, synthetic images only."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from annotations.models import FundusImage, Patient, Project
from core.models import AuditEvent
from inference.models import ModelVersion, TrainingRun
from inference.selectors.datasets import plan_dataset
from inference.selectors.model_warnings import warnings_about
from inference.services.freeze_dataset import freeze_dataset
from inference.services.model_registry import promote_model
from inference.states import ModelTask

AddModel = Callable[..., ModelVersion]


def with_test_scores(model: ModelVersion, **test: Any) -> ModelVersion:
    """The model with other scores on test images."""
    model.card = model.card | {"metrics": {"test": test}}
    model.save()
    return model


def codes(model: ModelVersion) -> list[str]:
    return [warning.code for warning in warnings_about(model)]


def auc(value: float, low: float) -> dict[str, Any]:
    return {"auc": {"value": value, "low": low, "high": 1.0}}


def test_a_well_tested_classifier_has_no_warning(add_model: AddModel) -> None:
    model = with_test_scores(add_model("classifier"), at_threshold=auc(0.9, 0.8), images=30, dr=5)

    assert codes(model) == []


@pytest.mark.parametrize(
    ("images", "dr", "value", "low", "expected"),
    [
        (29, 10, 0.9, 0.8, ["few_test_images"]),
        (30, 4, 0.9, 0.8, ["few_of_a_class"]),
        (30, 26, 0.9, 0.8, ["few_of_a_class"]),
        (30, 10, 0.5, 0.3, ["no_better_than_chance"]),
        (30, 10, 0.7, 0.5, ["no_better_than_chance"]),
    ],
)
def test_a_classifier_is_warned_of(
    add_model: AddModel, images: int, dr: int, value: float, low: float, expected: list[str]
) -> None:
    model = with_test_scores(add_model("classifier"), at_threshold=auc(value, low), images=images, dr=dr)

    assert codes(model) == expected


def test_a_classifier_that_may_see_colours_only_is_warned_of_for_each_class(add_model: AddModel) -> None:
    def scores(gain: float) -> dict[str, Any]:
        over = {"auc": {"value": 0.1, "low": gain, "high": 0.2}}
        return {"at_threshold": auc(0.9, 0.8), "over_baseline": over, "images": 40, "positives": 20}

    sound = with_test_scores(add_model("classifier"), **scores(0.02), referable=scores(0.02))
    assert codes(sound) == []
    model = with_test_scores(add_model("classifier", bias=1.0), **scores(-0.02), referable=scores(-0.01))

    assert codes(model) == ["no_better_than_baseline"] * 2
    assert warnings_about(model)[1].message.startswith("It may tell referable DR no better than colour")


def test_a_model_without_test_scores_is_called_untested(add_model: AddModel) -> None:
    assert codes(add_model("segmenter")) == ["never_tested"]


def test_a_segmenter_is_measured_against_its_own_test_images(
    project: Project, add_image: Callable[..., FundusImage], add_model: AddModel
) -> None:
    for number in range(6):
        add_image(f"P{number}", grade=3, labels="regions")
    scores = {"HE": {"aupr": {"value": 0.4}}, "EX": {"aupr": {"value": 1e-6}}}
    model = with_test_scores(add_model("segmenter"), classes=scores, images={"HE": 40, "EX": 40})
    trained(model, project)

    assert codes(model) == ["few_of_a_class", "few_of_a_class", "no_better_than_chance"]
    assert warnings_about(model)[-1].message == "It finds EX no better than chance."


def test_a_model_trained_on_samples_only_says_so(labelled_project: Project, add_model: AddModel) -> None:
    model = with_test_scores(add_model("classifier"), at_threshold=auc(0.9, 0.8), images=30, dr=5)
    trained(model, labelled_project)
    assert codes(model) == []

    Patient.objects.update(is_synthetic=True)

    assert codes(model) == ["synthetic_only"]


def test_the_audit_event_of_a_promotion_keeps_the_warnings(add_model: AddModel, administrator: User) -> None:
    promote_model(model=add_model("segmenter"), by=administrator, reason="First.")

    after: Any = AuditEvent.objects.get(action="model.promote").after
    assert after["warnings"] == ["It was never tested: its card has no test scores."]


def trained(model: ModelVersion, project: Project) -> None:
    """Write the run that made the model from the labels at hand."""
    plan = plan_dataset(project=project, task=ModelTask(model.task))
    dataset = freeze_dataset(plan=plan, by=None)
    TrainingRun.objects.create(
        project=project, task=model.task, preset=model.preset, dataset=dataset, model=model
    )
