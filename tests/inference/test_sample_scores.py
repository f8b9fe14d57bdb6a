"""The champions' answers about the sample patients, beside what was drawn into their pictures."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from annotations.models import LabelSet, Project
from annotations.services.samples import SOURCE
from core.models import Job
from inference.models import Finding, ModelVersion, Prediction
from inference.services.predictions import queue_prediction
from inference.services.sample_scores import score_samples
from tests.inference.conftest import AddImage, AddModel


@pytest.fixture
def samples(project: Project, add_image: AddImage) -> list[LabelSet]:
    """A sample eye with lesions, one without; beside them a real image whose labels are nobody's truth."""
    images = [
        add_image("SAMPLE-01", "OD", labels="both", source=SOURCE),
        add_image("SAMPLE-01", "OS", grade=0, labels="both", source=SOURCE),
    ]
    add_image("REAL", "OD", labels="both")
    return [LabelSet.objects.get(image=image) for image in images]


def found_what_was_drawn(truth: LabelSet, model: ModelVersion) -> Prediction:
    """A prediction whose findings are the drawn outlines."""
    prediction = Prediction.objects.create(image=truth.image, model=model, task=model.task)
    for region in truth.regions.select_related("lesion_class"):
        Finding.objects.create(
            prediction=prediction,
            lesion_class=region.lesion_class.code,
            polygon=region.geometry,
            bbox=[0, 0, 1, 1],
            area_px=1,
            area_fov_percent=0.1,
            confidence=0.9,
        )
    return prediction


def test_what_was_drawn_and_nothing_else_is_a_dice_of_one(
    project: Project, samples: list[LabelSet], add_model: AddModel
) -> None:
    model = add_model("segmenter", state="champion")
    for truth in samples:
        found_what_was_drawn(truth, model)

    scores = score_samples(project=project)

    assert scores.images == 2
    assert {code: score.dice for code, score in scores.lesions.items()} == {"HE": 1.0, "EX": 1.0}
    assert {code: score.images_with for code, score in scores.lesions.items()} == {"HE": 1, "EX": 1}


def test_a_false_finding_in_a_healthy_eye_costs_dice(
    project: Project, samples: list[LabelSet], add_model: AddModel
) -> None:
    model = add_model("segmenter", state="champion")
    found_what_was_drawn(samples[0], model)
    false = found_what_was_drawn(samples[1], model)
    Finding.objects.filter(prediction__image=samples[0].image, lesion_class="HE").update(prediction=false)

    scores = score_samples(project=project)

    assert scores.lesions["EX"].dice == 1.0
    assert scores.lesions["HE"].dice == 0.0


def test_the_decision_is_counted_with_and_without_lesions(
    project: Project, samples: list[LabelSet], add_model: AddModel, do: Callable[[Job], Job]
) -> None:
    add_model("classifier", state="champion", bias=3.0)  # calls everything DR
    do(queue_prediction(project=project, by=None))

    dr = score_samples(project=project).dr

    assert (dr.with_dr, dr.called_dr, dr.without_dr, dr.called_no_dr) == (1, 1, 1, 0)


def test_the_command_says_that_the_images_are_synthetic_and_what_still_waits(
    project: Project, samples: list[LabelSet], add_model: AddModel, do: Callable[[Job], Job], capsys: Any
) -> None:
    add_model("segmenter", state="champion")

    with pytest.raises(SystemExit):
        call_command("score_samples")
    assert "Segmenter: 2 of 2 sample images wait." in capsys.readouterr().out
    do(queue_prediction(project=project, by=None))
    call_command("score_samples", json=True)

    *lines, report = capsys.readouterr().out.splitlines()
    assert lines[0] == "Classifier: no champion."
    assert lines[-1].startswith("These images are synthetic")
    assert json.loads(report)["synthetic"] is True
    assert set(json.loads(report)["lesions"]) == {"HE", "EX"}
