"""How much of each lesion was found in a patient's eyes, exam by exam."""

import datetime
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Exam, FundusImage
from inference.models import ImageDecision, ModelVersion, Prediction

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


def test_areas_come_by_eye_and_date_and_exams_without_a_date_last(
    administrator: User,
    client_of: ClientOf,
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
) -> None:
    model = add_model("segmenter", state="champion")
    images = [add_image("P1", eye, grade=2, seed=seed) for seed, eye in enumerate(("OD", "OD", "OS"))]
    patient = images[0].exam.patient
    later = Exam.objects.create(patient=patient, date=datetime.date(2026, 5, 1))
    earlier = Exam.objects.create(patient=patient, date=datetime.date(2025, 5, 1))
    for image, exam, area in zip(images, (later, later, earlier), (1.0, 3.0, 0.5), strict=True):
        FundusImage.objects.filter(pk=image.pk).update(exam=exam)
        said = Prediction.objects.create(image=image, model=model, task="segmenter")
        lesions = {"HE": {"count": 1, "area_px": 10, "area_fov_percent": area}}
        ImageDecision.objects.create(image=image, segmenter=said, outcome="pending", lesions=lesions)

    told = client_of(administrator).get(f"/api/patients/{patient.pk}/lesion-burden/").json()

    assert [(one["date"], one["eye"], one["images"], one["area_fov_percent"]) for one in told] == [
        ("2025-05-01", "OS", 1, {"HE": 0.5}),
        ("2026-05-01", "OD", 2, {"HE": 2.0}),
    ]


def test_somebody_elses_patient_has_no_course(
    specialist: User, client_of: ClientOf, add_image: Callable[..., FundusImage]
) -> None:
    patient = add_image("P1", "OD", grade=2).exam.patient

    assert client_of(specialist).get(f"/api/patients/{patient.pk}/lesion-burden/").status_code == 404
