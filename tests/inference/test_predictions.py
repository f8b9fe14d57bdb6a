"""Prediction jobs: image by image, once per model version, past pictures that can't be read."""

from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User
from annotations.models import Exam, FundusImage, Project
from core.errors import NotFound
from core.models import AuditEvent, Job
from core.services.jobs import cancel_job
from imaging.fov import whole_frame
from imaging.frame import square_frame
from inference.errors import NoModel, NothingToPredict, NotTogether
from inference.ml.findings import find_lesions
from inference.models import Finding, ImageDecision, ModelVersion, Prediction
from inference.selectors.decisions import current_decisions, patient_decisions
from inference.services.model_files import local_model_folder
from inference.services.prediction_pictures import preview_with_lesions, read_map, style_of
from inference.services.predictions import queue_prediction

AddImage = Callable[..., FundusImage]
AddModel = Callable[..., ModelVersion]
Do = Callable[[Job], Job]


@pytest.fixture
def champions(add_model: AddModel) -> dict[str, ModelVersion]:
    return {task: add_model(task, state="champion") for task in ("classifier", "segmenter")}


def test_each_image_gets_predictions_findings_maps_and_a_decision(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion], do: Do
) -> None:
    image = add_image("P1", "OD", grade=3)
    add_image("P1", "OS", grade=3)

    job = do(queue_prediction(project=project, by=administrator))

    assert (job.state, job.result["predicted"]) == ("succeeded", 2)
    classifier = Prediction.objects.get(image=image, task="classifier")
    segmenter = Prediction.objects.get(image=image, task="segmenter")
    assert (classifier.model, segmenter.model) == (champions["classifier"], champions["segmenter"])
    assert classifier.outputs["dr"] is True
    assert classifier.outputs["dr_probability"] == pytest.approx(0.8808, abs=1e-4)
    assert set(segmenter.outputs["lesions"]) == {"HE", "EX"}
    assert segmenter.findings.count() == sum(one["count"] for one in segmenter.outputs["lesions"].values())
    assert read_map(segmenter.maps["EX"]).shape == (image.height, image.width)
    assert read_map(classifier.maps["heatmap"]).dtype == np.uint8
    decision = ImageDecision.objects.get(image=image)
    assert (decision.outcome, decision.classifier, decision.segmenter) == ("dr", classifier, segmenter)
    assert AuditEvent.objects.filter(action="image.predict").count() == 2


def test_one_image_has_one_decision_even_where_a_model_is_missing(add_image: AddImage) -> None:
    image = add_image("P1", "OD", grade=3)
    ImageDecision.objects.create(image=image, outcome="pending")

    with pytest.raises(IntegrityError), transaction.atomic():
        ImageDecision.objects.create(image=image, outcome="dr")


def test_the_same_models_are_not_asked_twice(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion], do: Do
) -> None:
    add_image("P1")
    do(queue_prediction(project=project, by=administrator))
    add_image("P2")

    job = do(queue_prediction(project=project, by=administrator))

    assert (job.result["predicted"], job.result["skipped"]) == (1, 1)
    assert Prediction.objects.count() == 4
    assert ImageDecision.objects.count() == 2


def test_a_new_champion_is_asked_and_the_old_answers_stay(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion],
    add_model: AddModel, do: Do,
) -> None:  # fmt: skip
    image = add_image("P1", grade=3)
    do(queue_prediction(project=project, by=administrator))
    ModelVersion.objects.filter(pk=champions["classifier"].pk).update(state="retired")
    add_model("classifier", state="champion", bias=-3.0)

    do(queue_prediction(project=project, by=administrator))

    assert Prediction.objects.filter(image=image).count() == 3
    assert [decision.outcome for decision in image.decisions.order_by("id")] == ["dr", "discordant"]
    assert current_decisions([image.pk])[image.pk].outcome == "discordant"


def test_a_candidate_s_opinion_does_not_replace_the_champions_decision(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion],
    add_model: AddModel, do: Do,
) -> None:  # fmt: skip
    image = add_image("P1", grade=3)
    candidate = add_model("classifier", bias=-3.0)
    do(queue_prediction(project=project, by=administrator))

    do(queue_prediction(project=project, by=administrator, models=[candidate.pk]))

    assert image.decisions.count() == 2
    assert current_decisions([image.pk])[image.pk].outcome == "dr"


def test_without_a_champion_it_says_to_promote_one(
    project: Project, administrator: User, add_image: AddImage
) -> None:
    add_image("P1")

    with pytest.raises(NoModel) as refusal:
        queue_prediction(project=project, by=administrator)

    assert "Promote a model first" in refusal.value.remedy


def test_a_candidate_can_be_named_before_there_is_a_champion(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel, do: Do
) -> None:
    image = add_image("P1", grade=3)
    model = add_model("segmenter")

    do(queue_prediction(project=project, by=administrator, models=[model.pk]))

    decision = current_decisions([image.pk])[image.pk]
    assert decision.outcome == "pending"
    assert next(reason["code"] for reason in decision.reasons) == "no_classifier"


def test_models_that_can_not_be_used_together_are_refused(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel
) -> None:
    add_image("P1")
    names = [add_model("classifier", bias=bias).pk for bias in (1.0, 2.0)]

    with pytest.raises(NotTogether):
        queue_prediction(project=project, by=administrator, models=names)
    with pytest.raises(NotFound):
        queue_prediction(project=project, by=administrator, models=["0" * 64])


def test_nothing_to_predict_is_refused(
    project: Project, administrator: User, champions: dict[str, ModelVersion]
) -> None:
    with pytest.raises(NothingToPredict):
        queue_prediction(project=project, by=administrator)


def test_named_patients_and_images_are_predicted_and_no_others(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion], do: Do
) -> None:
    named, also = add_image("P1"), add_image("P2")
    add_image("P3")

    patients = [named.exam.patient_id]
    do(queue_prediction(project=project, by=administrator, patients=patients, images=[also.pk]))

    assert set(Prediction.objects.values_list("image_id", flat=True)) == {named.pk, also.pk}


def test_one_bad_picture_is_reported_and_the_rest_is_done(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion], do: Do
) -> None:
    good = [add_image(f"P{number}") for number in range(3)]
    default_storage.delete(good[1].file)
    default_storage.save(good[1].file, ContentFile(b"not a picture"))

    job = do(queue_prediction(project=project, by=administrator))

    assert (job.state, job.result["predicted"], job.result["unreadable"]) == ("succeeded", 2, 1)
    (problem,) = job.result["problems"]
    assert (problem["image"], problem["code"]) == (good[1].pk, "unreadable_image")
    assert not Prediction.objects.filter(image=good[1]).exists()


def test_a_tampered_model_predicts_nothing(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion], do: Do
) -> None:
    add_image("P1")
    path = local_model_folder(champions["segmenter"]) / "model.onnx"
    path.write_bytes(path.read_bytes() + b"\0")

    job = do(queue_prediction(project=project, by=administrator))

    assert (job.state, job.error_code) == ("failed", "changed_model")
    assert not Prediction.objects.exists()
    assert not ImageDecision.objects.exists()


def test_a_cancelled_job_keeps_whole_images_only(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion],
    do: Do, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for number in range(4):
        add_image(f"P{number}")
    job = queue_prediction(project=project, by=administrator)
    from inference.services import predict_job

    report = predict_job._PredictionWork._report

    def cancel_after_two(work: predict_job._PredictionWork) -> None:
        report(work)
        if work._predicted == 2:
            cancel_job(job=Job.objects.get(pk=job.pk), by=administrator)

    monkeypatch.setattr(predict_job._PredictionWork, "_report", cancel_after_two)

    assert do(job).state == "cancelled"
    images = Prediction.objects.values("image").distinct().count()
    assert images == 2
    assert Prediction.objects.count() == 4
    assert ImageDecision.objects.count() == 2


def test_a_job_that_died_goes_on_with_the_images_that_are_left(
    project: Project, administrator: User, add_image: AddImage, champions: dict[str, ModelVersion],
    do: Do, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for number in range(3):
        add_image(f"P{number}")
    job = queue_prediction(project=project, by=administrator)
    from inference.services import predict_job

    with monkeypatch.context() as patched:
        decide = predict_job._decide

        def die_at_the_second(image_id: int, models: predict_job.Models) -> ImageDecision:
            if Prediction.objects.count() > 2:
                raise RuntimeError("kill -9")
            return decide(image_id, models)

        patched.setattr(predict_job, "_decide", die_at_the_second)
        assert do(job).state == "queued"
    assert Prediction.objects.count() == 2  # the second image's rows went with its transaction

    finished = do(job)

    assert (finished.result["predicted"], finished.result["skipped"]) == (2, 1)
    assert Prediction.objects.count() == 6
    assert Finding.objects.filter(prediction__task="classifier").count() == 0


def test_a_patient_s_decision_weighs_both_eyes(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel, do: Do
) -> None:
    model = add_model("classifier", bias=-3.0)
    image = add_image("P1", "OD", grade=0)
    patient = image.exam.patient
    do(queue_prediction(project=project, by=administrator, models=[model.pk]))
    assert patient_decisions([patient])[0].verdict.outcome == "incomplete"

    add_image("P1", "OS", grade=0)
    assert patient_decisions([patient])[0].verdict.outcome == "pending"
    do(queue_prediction(project=project, by=administrator, models=[model.pk]))
    assert patient_decisions([patient])[0].verdict.outcome == "no_dr"

    later = Exam.objects.create(patient=patient, site="another clinic")
    FundusImage.objects.filter(eye="OS").update(exam=later)
    assert patient_decisions([patient])[0].verdict.outcome == "no_dr"
    (of_one_exam,) = patient_decisions([patient], exam=later.pk)
    assert of_one_exam.verdict.outcome == "incomplete"  # each exam for itself, as reviews are


def test_a_faint_speck_that_is_counted_is_shown_and_a_dropped_one_is_not() -> None:
    frame = square_frame(whole_frame(width=2000, height=2000), side=200)
    values = np.zeros((200, 200), np.uint8)
    values[50, 50:52] = values[150, 150] = 130
    _, _, mask = find_lesions(values, lesion_class="HE", level=128, smallest_px=2, frame=frame)

    preview = preview_with_lesions(frame.map_to_stored(values), frame.mask_to_stored(mask), level=128)

    rows, columns = np.nonzero(preview >= 128)
    assert (rows.min(), rows.max() + 1) == (400, 408)  # 10 stored pixels a frame pixel, 0.8 in the preview
    assert (columns.min(), columns.max() + 1) == (400, 416)
    assert 0 < preview[1204, 1204] < 128  # dropped: smaller than the card counts


@pytest.mark.parametrize(
    ("pattern", "drawn"), [("dotted", "dotted"), ("hatched", "hatched"), ("diagonal", "solid")]
)
def test_lesions_are_drawn_in_the_pattern_the_project_chose(pattern: str, drawn: str) -> None:
    style = style_of(code="HE", color="#102030", pattern=pattern)

    assert (style.color, style.pattern) == ((16, 32, 48), drawn), "an unknown one: the class's usual"
