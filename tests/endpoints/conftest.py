"""A small site with something of everything, so that every address of the API leads to a real object."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from accounts.services.tokens import create_token
from annotations.models import (
    Assignment,
    Exam,
    Export,
    FundusImage,
    Import,
    LabelSet,
    LesionClass,
    Mask,
    Project,
)
from annotations.services.assignments import assign_images
from annotations.services.label_sets import open_reading
from annotations.services.masks import ensure_masks
from annotations.services.projects import add_members
from core.models import Job
from inference.models import (
    DatasetVersion,
    ExternalReport,
    ModelComparison,
    ModelVersion,
    Prediction,
    Search,
    TrainingEpoch,
    TrainingRun,
)
from review.models import Review
from tests.inference.conftest import _own_folders, add_image, add_model, do, member, project  # noqa: F401
from tests.review.conftest import Room, exam, room  # noqa: F401


@dataclass(frozen=True)
class World:
    """Somebody with every role, and ids of real things by the name that addresses call them."""

    person: User
    project: Project
    ids: dict[str, list[Any]] = field(default_factory=dict)

    def filled(self, route: str, pk: Any) -> str:
        """An address with this id, and with something real for whatever else it names."""

        def real(place: re.Match[str]) -> str:
            name = place[1].rpartition(":")[2]
            return str(pk if name == "pk" else self.ids[name][0])

        return "/" + re.sub(r"<([^>]+)>", real, route)


@pytest.fixture
def world(
    exam: Exam,  # noqa: F811
    project: Project,  # noqa: F811
    make_user: Callable[..., User],
    client_of: Callable[[User | None], APIClient],
    add_image: Callable[..., FundusImage],  # noqa: F811
    add_model: Callable[..., ModelVersion],  # noqa: F811
    do: Callable[[Job], Job],  # noqa: F811
) -> World:
    """One project: a patient whom models have read, readings, masks, a review, models, runs and jobs."""
    person = make_user("everything", *Role)
    other = make_user("other", Role.SPECIALIST, Role.REVIEWER)
    add_members(project=project, users=[person, other], by=None)
    seen = list(FundusImage.objects.order_by("pk")[:2])
    labelled = [add_image("P2", eye, grade=2, labels="both") for eye in ("OD", "OS")]
    accepted = list(LabelSet.objects.filter(image__in=labelled).select_related("image"))
    ensure_masks(label_sets=accepted, by=person)
    mine, theirs = labelled
    assign_images(images=[mine], users=[person, other], by=person)
    reading, _ = open_reading(image=mine, reader=person)
    submitted = LabelSet.objects.create(
        image=theirs, author=other, state="submitted", submitted_at=timezone.now(), dr_status="dr"
    )
    add_model("segmenter", trained_by=other, steepness=10.0)
    client = client_of(person)
    draft = Room(client, exam)
    run = TrainingRun.objects.create(project=project, task="segmenter", preset="quick_unet", queued_by=person)
    TrainingEpoch.objects.create(run=run, epoch=1, attempt=1, seconds=1.0, metrics={"train_loss": 0.5})
    candidate, champion = ModelVersion.objects.filter(task="segmenter").order_by("-state")
    ModelComparison.objects.create(candidate=candidate, champion=champion, margin=0.02, images=2, patients=1)
    ExternalReport.objects.create(model=champion, name="elsewhere.zip", asked_by=person)
    Search.objects.create(project=project, task="segmenter", preset="quick_unet_space", queued_by=person)
    Import.objects.create(project=project, kind="images", created_by=person)
    Export.objects.create(project=project, kind="via_csv", created_by=person)
    create_token(user=person, name="script")
    client.post("/api/invitations/", {"roles": ["reviewer"], "full_name": "Nora New"})

    def keys(model: Any) -> list[Any]:
        return list(model.objects.values_list("pk", flat=True)[:4])

    ids = {
        "assignments": keys(Assignment),
        "comparisons": keys(ModelComparison),
        "dataset-versions": keys(DatasetVersion),
        "exams": keys(Exam),
        "exports": keys(Export),
        "images": [one.pk for one in (*seen, *labelled)],
        "imports": keys(Import),
        "jobs": [str(pk) for pk in keys(Job)],
        "label-sets": [reading.pk, submitted.pk],
        "lesion-classes": keys(LesionClass),
        "masks": keys(Mask),
        "models": keys(ModelVersion),
        "patients": [exam.patient_id],
        "people": keys(User),
        "predictions": keys(Prediction),
        "projects": [project.pk],
        "reviews": keys(Review),
        "searches": keys(Search),
        "tokens": list(person.tokens.values_list("pk", flat=True)),
        "training-runs": keys(TrainingRun),
        "user": keys(User),
        "layer": ["red_free", "original", "preview", "thumbnail"],
        "lesion_class": ["HE", "EX"],
        "kind": ["pdf", "json", "fhir"],
    }
    assert draft.now["id"] in ids["reviews"]
    return World(person, project, ids)
