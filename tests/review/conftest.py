"""Real rows for the tests of reviews: an exam that models have read, and people who judge it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Exam, FundusImage, Project
from annotations.services.files import sha256_of_bytes
from core.models import Job
from inference.models import ModelVersion
from inference.services.predictions import queue_prediction
from tests.conftest import PASSWORD
from tests.inference.conftest import (  # noqa: F401
    _own_folders,
    add_image,
    add_model,
    do,
    member,
    project,
)
from tests.review.scored_images import nothing_kept, scored  # noqa: F401

ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def exam(
    project: Project,  # noqa: F811
    administrator: User,
    add_image: Callable[..., FundusImage],  # noqa: F811
    add_model: Callable[..., ModelVersion],  # noqa: F811
    do: Callable[[Job], Job],  # noqa: F811
) -> Exam:
    """Both eyes with lesions, read by a classifier that says DR and a segmenter."""
    image = add_image("P1", "OD", grade=2, seed=1)
    add_image("P1", "OS", grade=2, seed=2)
    for one in FundusImage.objects.all():  # reports check the stored files
        with default_storage.open(one.file) as stored:
            digest = sha256_of_bytes(stored.read())
        FundusImage.objects.filter(pk=one.pk).update(sha256=digest)
    add_model("classifier", state="champion", bias=2)
    add_model("segmenter", state="champion")
    do(queue_prediction(project=project, by=administrator))
    return image.exam


@pytest.fixture
def room(
    exam: Exam,
    reviewer: User,
    member: Callable[[User], User],  # noqa: F811
    client_of: ClientOf,
) -> "Room":
    """The reviewer at work on the exam."""
    return Room(client_of(member(reviewer)), exam)


class Room:
    """One reviewer's draft, as the page talks to the server."""

    def __init__(self, client: APIClient, exam: Exam) -> None:
        self.client = client
        self.exam = exam
        opened = client.post(f"/api/exams/{exam.pk}/reviews/")
        assert opened.status_code in (200, 201), opened.content
        self.now: dict[str, Any] = opened.json()
        self.address = f"/api/reviews/{self.now['id']}/"

    def findings(self, image: int = 0) -> list[dict[str, Any]]:
        """The findings of one image, the most certain first."""
        return list(self.now["images"][image]["findings"])

    def save(self, *, status: int = 200, base: int | None = None, **changes: Any) -> dict[str, Any]:
        """Save; the answer becomes what the page shows."""
        body = {"base_revision": self.now["revision"] if base is None else base, **changes}
        return self._took(self.client.post(f"{self.address}changes/", body), status)

    def accept_all(self) -> None:
        self.save(all_of=[{"verdict": "accept"}])

    def settle(self, outcome: str = "dr", urgency: str = "routine", **more: Any) -> None:
        """Decide for the patient."""
        self.save(decisions=[{"scope": "patient", "outcome": outcome, **more}], urgency=urgency)

    def sign(self, *, status: int = 200, **proof: str) -> dict[str, Any]:
        proof = proof or {"password": PASSWORD}
        body = {"base_revision": self.now["revision"], "seen": self.now["seen"], **proof}
        return self._took(self.client.post(f"{self.address}sign/", body), status)

    def correct(self, image: int, *changes: dict[str, Any]) -> int:
        """Draw in the reading room, and come back."""
        pk = self.now["images"][image]["image"]
        opened = self.client.post(f"{self.address}corrections/", {"image": pk})
        assert opened.status_code == 200, opened.content
        label_set = opened.json()["label_set"]
        revision = self.client.get(f"/api/label-sets/{label_set}/").json()["revision"]
        body = {"base_revision": revision, "change_id": f"{revision:032x}", "changes": list(changes)}
        saved = self.client.post(f"/api/label-sets/{label_set}/changes/", body)
        assert saved.status_code == 200, saved.content
        body = {"base_revision": self.now["revision"]}
        self._took(self.client.post(f"{self.address}take-corrections/", body), 200)
        return int(label_set)

    def decision(self, scope: str, place: int = 0) -> dict[str, Any]:
        """The decision for an image or eye (by place) or the patient."""
        return dict([one for one in self.now["decisions"] if one["scope"] == scope][place])

    def open_codes(self) -> set[str]:
        return {problem["code"] for problem in self.now["open"]}

    def _took(self, answer: Any, status: int) -> dict[str, Any]:
        assert answer.status_code == status, answer.content
        told = dict(answer.json())
        if status == 200:
            self.now = told
        return told


@pytest.fixture
def signed(room: Room) -> Room:
    """Everything accepted, decided and signed."""
    room.accept_all()
    room.settle()
    room.sign()
    return room
