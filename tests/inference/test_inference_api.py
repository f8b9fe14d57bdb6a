"""The API of inference: who sees what, exact shapes, constant numbers of queries, pictures behind checks."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Assignment, FundusImage, Project
from core.models import Job
from inference.models import Finding, ModelVersion, Prediction
from inference.services.predictions import queue_prediction
from tests.annotations.readings import read

AddImage = Callable[..., FundusImage]
AddModel = Callable[..., ModelVersion]
ClientOf = Callable[[User | None], APIClient]
Member = Callable[[User], User]


@pytest.fixture
def predicted(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel, do: Callable[[Job], Job]
) -> list[FundusImage]:
    """Two patients with both eyes, predicted by two champions."""
    for task in ("classifier", "segmenter"):
        add_model(task, state="champion")
    images = [add_image(f"P{number}", eye, grade=3) for number in (1, 2) for eye in ("OD", "OS")]
    do(queue_prediction(project=project, by=administrator))
    return images


def test_a_reviewer_reads_predictions_and_decisions(
    predicted: list[FundusImage], reviewer: User, member: Member, client_of: ClientOf
) -> None:
    client, image = client_of(member(reviewer)), predicted[0]

    listed = client.get(f"/api/images/{image.pk}/predictions/").json()
    decision = client.get(f"/api/images/{image.pk}/decision/").json()
    patient = client.get(f"/api/patients/{image.exam.patient_id}/decision/").json()

    assert {row["task"] for row in listed["results"]} == {"classifier", "segmenter"}
    segmenter = next(row for row in listed["results"] if row["task"] == "segmenter")
    assert segmenter["classes"] == ["HE", "EX"]
    assert set(segmenter["lesions"]["HE"]) == {"count", "area_px", "area_fov_percent"}
    assert decision["outcome"] == "dr"
    assert decision["disclaimer"] == "For research and decision support, not a medical device."
    assert {model["task"] for model in decision["models"]} == {"classifier", "segmenter"}
    assert (patient["outcome"], len(patient["eyes"])) == ("dr", 2)
    thresholds = [
        decision["dr_threshold"],
        patient["threshold"],
        *(eye["threshold"] for eye in patient["eyes"]),
    ]
    assert thresholds == [0.5] * 4
    detail = client.get(f"/api/predictions/{segmenter['id']}/").json()
    assert len(detail["findings"]) == sum(one["count"] for one in segmenter["lesions"].values())
    assert len(detail["findings"][0]["bbox"]) == 4


def test_referable_dr_is_told_of_image_and_patient_where_a_model_says_it(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel, client_of: ClientOf,
    do: Callable[[Job], Job],
) -> None:  # fmt: skip
    add_model("classifier", state="champion", bias=2.0, referable_bias=-1.0)
    image = add_image("P1", "OD", grade=3)
    do(queue_prediction(project=project, by=administrator))
    client = client_of(administrator)

    (prediction,) = client.get(f"/api/images/{image.pk}/predictions/").json()["results"]
    decision = client.get(f"/api/images/{image.pk}/decision/").json()
    patient = client.get(f"/api/patients/{image.exam.patient_id}/decision/").json()

    for told in (prediction, decision, patient):
        assert told["referable_probability"] == pytest.approx(0.2689, abs=1e-4)
        assert told["referable_threshold"] == 0.5
    assert [reason["code"] for reason in decision["reasons"][:2]] == ["classified_dr", "not_referable"]


def test_decisions_of_an_earlier_model_are_marked_until_predicted_again(
    predicted: list[FundusImage], project: Project, administrator: User, add_model: AddModel,
    client_of: ClientOf, do: Callable[[Job], Job],
) -> None:  # fmt: skip
    client, image = client_of(administrator), predicted[0]
    outdated = f"/api/predictions/outdated/?project={project.pk}"

    def marks() -> list[bool]:
        decision = client.get(f"/api/images/{image.pk}/decision/").json()
        patient = client.get(f"/api/patients/{image.exam.patient_id}/decision/").json()
        return [one["by_champions"] for one in (decision, patient, *patient["eyes"])]

    assert (marks(), client.get(outdated).json()) == ([True] * 4, {"images": 0, "new": 0, "unreadable": 0})

    ModelVersion.objects.filter(task="classifier").update(state="retired")
    assert client.get(outdated).json() == {"images": 0, "new": 0, "unreadable": 0}, (
        "a segmenter alone adds nothing"
    )
    add_model("classifier", state="champion", bias=1.0)
    assert (marks(), client.get(outdated).json()) == ([False] * 4, {"images": 4, "new": 0, "unreadable": 0})

    queued = client.post("/api/predictions/", {"project": project.pk, "outdated": True})
    job = do(Job.objects.get(pk=queued.json()["id"]))

    assert job.result["predicted"] == 4
    assert (marks(), client.get(outdated).json()) == ([True] * 4, {"images": 0, "new": 0, "unreadable": 0})


def test_an_image_that_nobody_predicted_is_not_to_be_predicted_again(
    predicted: list[FundusImage], project: Project, administrator: User, add_image: AddImage,
    client_of: ClientOf,
) -> None:  # fmt: skip
    add_image("P9", "OD")
    client = client_of(administrator)

    refused = client.post("/api/predictions/", {"project": project.pk, "outdated": True})

    assert client.get(f"/api/predictions/outdated/?project={project.pk}").json() == {
        "images": 0,
        "new": 1,
        "unreadable": 0,
    }
    assert refused.json()["code"] == "nothing_to_predict"


def test_after_an_import_only_the_new_images_are_predicted(
    predicted: list[FundusImage], project: Project, administrator: User, add_image: AddImage,
    client_of: ClientOf, do: Callable[[Job], Job],
) -> None:  # fmt: skip
    add_image("P9", "OD")
    client = client_of(administrator)
    waiting = f"/api/predictions/outdated/?project={project.pk}"
    assert client.get(waiting).json() == {"images": 0, "new": 1, "unreadable": 0}

    queued = client.post("/api/predictions/", {"project": project.pk, "new": True}).json()
    job = do(Job.objects.get(pk=queued["id"]))

    assert queued["title"] == "Predict 1 new image (classifier and segmenter)"
    assert (job.result["images"], job.result["predicted"]) == (1, 1)
    assert client.get(waiting).json() == {"images": 0, "new": 0, "unreadable": 0}
    refused = client.post("/api/predictions/", {"project": project.pk, "new": True})
    assert refused.json()["code"] == "nothing_to_predict"


def test_an_image_that_cant_be_read_is_not_new_for_ever(
    predicted: list[FundusImage], project: Project, administrator: User, add_image: AddImage,
    client_of: ClientOf, do: Callable[[Job], Job],
) -> None:  # fmt: skip
    image = add_image("P9", "OD")
    with default_storage.open(image.file) as stored:
        picture = stored.read()
    default_storage.delete(image.file)
    client = client_of(administrator)
    waiting = f"/api/predictions/outdated/?project={project.pk}"

    do(queue_prediction(project=project, by=administrator, new_only=True))

    assert client.get(waiting).json() == {"images": 0, "new": 0, "unreadable": 1}
    refused = client.post("/api/predictions/", {"project": project.pk, "new": True})
    assert refused.json()["code"] == "nothing_to_predict"

    default_storage.save(image.file, ContentFile(picture))
    do(queue_prediction(project=project, by=administrator, images=[image.pk]))

    assert client.get(waiting).json() == {"images": 0, "new": 0, "unreadable": 0}


def test_a_specialist_sees_predictions_of_assigned_images_only(
    predicted: list[FundusImage], specialist: User, member: Member, client_of: ClientOf
) -> None:
    Assignment.objects.create(image=predicted[0], user=member(specialist))
    read(predicted[0], specialist)
    client = client_of(specialist)
    mine = Prediction.objects.filter(image=predicted[0], task="segmenter").get()
    other = Prediction.objects.filter(image=predicted[2], task="segmenter").get()

    assert client.get(f"/api/predictions/{mine.pk}/").status_code == 200
    for path in (
        f"/api/predictions/{other.pk}/",
        f"/api/predictions/{other.pk}/map/HE/",
        f"/api/predictions/{other.pk}/overlay/HE/",
        f"/api/images/{predicted[2].pk}/predictions/",
        f"/api/images/{predicted[2].pk}/decision/",
        f"/api/patients/{predicted[2].exam.patient_id}/decision/",
    ):
        assert client.get(path).status_code == 404, path
    both = f"{predicted[0].exam.patient_id},{predicted[2].exam.patient_id}"
    decisions = client.get(f"/api/decisions/?patients={both}").json()
    assert [row["patient"] for row in decisions] == [predicted[0].exam.patient_id]


def test_a_reviewer_of_no_project_sees_nothing(
    predicted: list[FundusImage], reviewer: User, client_of: ClientOf
) -> None:
    client = client_of(reviewer)
    model = ModelVersion.objects.first()
    assert model is not None

    assert client.get("/api/models/").json()["count"] == 0
    assert client.get(f"/api/models/{model.pk}/").status_code == 404
    assert client.get(f"/api/images/{predicted[0].pk}/decision/").status_code == 404


@pytest.mark.parametrize("kind", ["map/HE", "map/EX", "overlay/HE", "overlay/EX", "heatmap"])
def test_pictures_are_png_of_the_image_s_shape_behind_a_check(
    predicted: list[FundusImage], administrator: User, client_of: ClientOf, kind: str
) -> None:
    task = "classifier" if kind == "heatmap" else "segmenter"
    prediction = Prediction.objects.get(image=predicted[0], task=task)
    client = client_of(administrator)

    first = client.get(f"/api/predictions/{prediction.pk}/{kind}/")
    again = client.get(f"/api/predictions/{prediction.pk}/{kind}/")

    assert first.status_code == 200
    assert first.content == again.content
    assert first["Content-Type"] == "image/png"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["Cache-Control"] == "private, no-store"
    picture: Any = cv2.imdecode(np.frombuffer(first.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture.shape[:2] == (predicted[0].height, predicted[0].width)
    assert (picture.ndim == 2) == kind.startswith("map")
    assert client_of(None).get(f"/api/predictions/{prediction.pk}/{kind}/").status_code in {401, 403}


def test_predicted_lesions_have_a_light_rim_that_shows_on_red_retina(
    predicted: list[FundusImage], administrator: User, client_of: ClientOf
) -> None:
    found = Finding.objects.earliest("pk")
    address = f"/api/predictions/{found.prediction_id}/overlay/{found.lesion_class}/"

    png = client_of(administrator).get(address).content

    picture: Any = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    painted = picture[..., 3] > 0
    white = painted & (picture[..., :3] == 255).all(axis=-1)
    lesions = painted & ~white
    around = cv2.dilate(lesions.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert lesions.any()
    assert white[around & ~lesions].all()


def test_a_heat_map_where_nothing_spoke_for_dr_is_called_empty(
    predicted: list[FundusImage], project: Project, administrator: User, add_image: AddImage,
    client_of: ClientOf, do: Callable[[Job], Job],
) -> None:  # fmt: skip
    black = add_image("P9")
    picture = cv2.imencode(".png", np.zeros((black.height, black.width, 3), np.uint8))[1].tobytes()
    default_storage.delete(black.file)
    default_storage.save(black.file, ContentFile(picture))  # the tiny classifier's map is the red channel
    do(queue_prediction(project=project, by=administrator))

    def empty(image: FundusImage) -> list[bool]:
        rows = client_of(administrator).get(f"/api/images/{image.pk}/predictions/").json()["results"]
        return [row["heatmap_is_empty"] for row in rows if row["task"] == "classifier"]

    assert (empty(predicted[0]), empty(black)) == ([False], [True])


@pytest.mark.parametrize("kind", ["map/XX", "map/heatmap", "overlay/heatmap", "overlay/..", "heatmap"])
def test_a_picture_that_does_not_exist_is_404(
    predicted: list[FundusImage], administrator: User, client_of: ClientOf, kind: str
) -> None:
    prediction = Prediction.objects.get(image=predicted[0], task="segmenter")

    assert client_of(administrator).get(f"/api/predictions/{prediction.pk}/{kind}/").status_code == 404


def test_predicting_without_a_champion_says_what_to_do(
    project: Project, administrator: User, add_image: AddImage, client_of: ClientOf
) -> None:
    add_image("P1")

    answer = client_of(administrator).post("/api/predictions/", {"project": project.pk})

    assert answer.status_code == 409
    assert answer.json()["code"] == "no_champion"
    assert "Promote a model first" in answer.json()["remedy"]


def test_predicting_is_queued_once_for_one_key(
    project: Project, administrator: User, add_image: AddImage, add_model: AddModel, client_of: ClientOf
) -> None:
    add_image("P1")
    model = add_model("classifier")
    client, body = client_of(administrator), {"project": project.pk, "models": [model.pk]}

    first = client.post("/api/predictions/", body, headers={"Idempotency-Key": "a"})
    second = client.post("/api/predictions/", body, headers={"Idempotency-Key": "a"})

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert Job.objects.count() == 1


def test_training_is_queued_and_shown_with_its_job(
    labelled_project: Project, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    body = {"project": labelled_project.pk, "task": "classifier", "preset": "quick_resnet50"}

    queued = client.post("/api/training-runs/", body)

    assert queued.status_code == 202
    run = client.get(f"/api/training-runs/{queued.json()['id']}/").json()
    assert run["job"]["state"] == "queued"
    assert (run["created_by"], run["dataset_version"], run["model"]) == ("administrator", None, None)
    assert client.get(f"/api/training-runs/{run['id']}/epochs/").json() == []
    assert client.get("/api/training-runs/").json()["count"] == 1


def test_training_that_can_not_work_is_refused_with_all_problems(
    project: Project, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    asked: dict[str, Any] = {"project": project.pk, "task": "segmenter"}

    refused = client.post("/api/training-runs/", asked | {"preset": "quick_unet"})
    readiness = client.get("/api/training-readiness/", asked).json()

    assert refused.status_code == 422
    assert refused.json()["code"] == "no_labels"
    assert readiness["ready"] is False
    assert readiness["problems"] == refused.json()["detail"]["problems"]


def test_readiness_counts_what_a_training_would_learn_from(
    labelled_project: Project, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    asked: dict[str, Any] = {"project": labelled_project.pk, "task": "classifier"}
    answer = client.get("/api/training-readiness/", asked).json()

    assert answer == {
        "ready": True, "images": 16, "patients": 8, "positives": 8, "negatives": 8,
        "regions": {}, "problems": [], "champion": None, "new_images": None,
        "sources": [{"value": "test.csv", "title": "test.csv", "label_sets": 16}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"project": "x", "task": "classifier", "preset": "quick_resnet50"},
        {"task": "poetry"},
        {"seed": -1},
        {"settings": []},
    ],
)
def test_a_malformed_training_request_is_400(
    labelled_project: Project, administrator: User, client_of: ClientOf, body: dict[str, Any]
) -> None:
    good = {"project": labelled_project.pk, "task": "classifier", "preset": "quick_resnet50"}

    answer = client_of(administrator).post("/api/training-runs/", (good | body) if body else {})

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_presets_say_what_is_the_study_s_and_what_is_ours(administrator: User, client_of: ClientOf) -> None:
    presets = {preset["name"]: preset for preset in client_of(administrator).get("/api/presets/").json()}

    assert {"study_resnet50", "study_unet", "quick_resnet50", "quick_unet"} <= set(presets)
    assert presets["study_resnet50"]["study"]
    assert presets["study_resnet50"]["settings"]["learning_rate"]["value"] == 1e-4
    assert presets["study_resnet50"]["settings"]["learning_rate"]["source"] == "study"


def test_a_second_person_promotes_over_the_api(
    add_model: AddModel, administrator: User, other_administrator: User, client_of: ClientOf
) -> None:
    model = add_model("classifier", trained_by=administrator)
    path = f"/api/models/{model.pk}/promote/"

    refused = client_of(administrator).post(path, {"reason": "mine"})
    empty = client_of(other_administrator).post(path, {"reason": ""})
    promoted = client_of(other_administrator).post(path, {"reason": "looks right"})

    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_needed")
    assert empty.status_code == 400
    assert promoted.json()["state"] == "champion"
    assert promoted.json()["promotions"][0]["reason"] == "looks right"


@pytest.mark.parametrize(
    "path",
    [
        "/api/models/",
        "/api/training-runs/",
        "/api/dataset-versions/",
        "/api/images/{image}/predictions/",
        "/api/decisions/?patients={patients}",
        "/api/patients/{patient}/decision/",
    ],
)
def test_lists_take_the_same_number_of_queries_for_more_rows(
    predicted: list[FundusImage], administrator: User, client_of: ClientOf, add_model: AddModel,
    add_image: AddImage, project: Project, do: Callable[[Job], Job], path: str,
) -> None:  # fmt: skip
    def queries() -> int:
        patients = ",".join(str(image.exam.patient_id) for image in FundusImage.objects.all())
        image = predicted[0]
        asked = path.format(image=image.pk, patient=image.exam.patient_id, patients=patients)
        client = client_of(administrator)
        client.get("/api/presets/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(asked).status_code == 200
        return len(captured)

    before = queries()
    for number in range(3):
        add_model("classifier", bias=0.1 * number)
        add_image(f"Q{number}", "OD", grade=3)
        add_image("P1", "OD", grade=3)
    newest = ModelVersion.objects.filter(state="candidate").first()
    assert newest is not None
    do(queue_prediction(project=project, by=administrator, models=[newest.pk]))

    assert queries() == before


def test_a_model_is_retired_over_the_api_with_a_reason(
    add_model: AddModel, administrator: User, reviewer: User, member: Member, client_of: ClientOf
) -> None:
    model = add_model("classifier", state="champion", trained_by=administrator)
    path = f"/api/models/{model.pk}/retire/"

    assert client_of(member(reviewer)).post(path, {"reason": "no"}).status_code == 403
    assert client_of(administrator).post(path, {"reason": " "}).status_code == 400
    retired = client_of(administrator).post(path, {"reason": "Misses too much."})
    again = client_of(administrator).post(path, {"reason": "Misses too much."})

    assert (retired.status_code, retired.json()["state"]) == (200, "retired")
    assert again.status_code == 409
