"""Text in the corners of pictures: shown to administrators, blanked when they say so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rest_framework.test import APIClient

from annotations.models import FundusImage, Project
from annotations.services.assignments import assign_images
from core.models import AuditEvent
from imaging.decode import decode_image
from imaging.phantom import draw_phantom
from tests.annotations.conftest import bring_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(project: Project, tmp_path: Path, people: dict[str, Any]) -> FundusImage:
    """A picture with a name in its corner, on the specialist's worklist."""
    folder = tmp_path / "written"
    folder.mkdir()
    rgb = np.zeros((500, 750, 3), np.uint8)
    rgb[:, 125:625] = draw_phantom(eye="OS", icdr_grade=2, seed=5, side=500).rgb
    cv2.putText(rgb, "DOE JANE", (5, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    cv2.imwrite(str(folder / "eye.png"), rgb[..., ::-1])
    report, _ = bring_in(folder, project=project)
    assert report.images_with_text == 1
    image = FundusImage.objects.get()
    assign_images(images=[image], users=[people["specialist"]], by=people["administrator"])
    return image


@pytest.fixture
def admin(client_of: Callable[..., APIClient], people: dict[str, Any]) -> APIClient:
    return client_of(people["administrator"])


def original(client: APIClient, image: FundusImage) -> tuple[np.ndarray, str]:
    answer = client.get(f"/api/images/{image.pk}/picture/original/")
    return decode_image(b"".join(answer.streaming_content)), answer["ETag"]  # type: ignore[attr-defined]


def test_text_is_found_and_listed_with_what_it_says(admin: APIClient, written: FundusImage) -> None:
    found = admin.get(f"/api/burned-text/?batch={written.imported_in_id}&state=found").json()

    assert found["count"] == 1
    one = found["results"][0]
    assert (one["id"], one["state"], one["source_name"]) == (written.pk, "found", "eye.png")
    assert any(x < 20 and y < 20 and width > 80 for x, y, width, height in one["boxes"])
    picture = admin.get(f"/api/images/{written.pk}/burned-text/picture/")
    assert picture["Content-Type"] == "image/jpeg"
    assert decode_image(picture.content).max() > 200


def test_blanked_text_is_gone_from_what_is_shown_and_everything_else_is_as_it_was(
    admin: APIClient, written: FundusImage, client_of: Callable[..., APIClient], people: dict[str, Any]
) -> None:
    specialist = client_of(people["specialist"])
    before, tag = original(specialist, written)
    assert before[8:32, 5:110].max() > 200

    answer = admin.post("/api/burned-text/", {"state": "blanked", "images": [written.pk]})
    after, new_tag = original(specialist, written)

    assert answer.json() == {"changed": 1}
    assert after[8:32, 5:110].max() == 0
    assert after.shape == before.shape
    assert np.array_equal(after[:, 200:550], before[:, 200:550])
    assert tag != new_tag
    event = AuditEvent.objects.get(action="images.burned_text")
    assert (event.actor, event.after) == (
        people["administrator"],
        {"state": "blanked", "images": [written.pk]},
    )


def test_a_decision_can_be_taken_back_and_the_same_again_changes_nothing(
    admin: APIClient, written: FundusImage
) -> None:
    before, _ = original(admin, written)
    for state, changed in (("blanked", 1), ("blanked", 0), ("dismissed", 1)):
        answer = admin.post("/api/burned-text/", {"state": state, "images": [written.pk]})
        assert answer.json() == {"changed": changed}

    after, _ = original(admin, written)
    assert np.array_equal(after, before)
    assert AuditEvent.objects.filter(action="images.burned_text").count() == 2


def test_all_of_an_import_are_decided_at_once_but_for_those_decided_before(
    admin: APIClient, written: FundusImage
) -> None:
    batch = {"state": "blanked", "batch": written.imported_in_id}
    assert admin.post("/api/burned-text/", batch).json() == {"changed": 1}
    admin.post("/api/burned-text/", {"state": "dismissed", "images": [written.pk]})

    assert admin.post("/api/burned-text/", batch).json() == {"changed": 0}
    assert admin.post("/api/burned-text/", {"state": "found", "images": [written.pk]}).status_code == 400
    assert admin.post("/api/burned-text/", {"state": "blanked"}).status_code == 400


def test_pictures_without_text_have_none_to_show(admin: APIClient, images: list[FundusImage]) -> None:
    assert admin.get("/api/burned-text/").json()["count"] == 0
    assert admin.get(f"/api/images/{images[0].pk}/burned-text/picture/").status_code == 404


def test_a_pattern_is_set_tried_and_taken_away(admin: APIClient, project: Project) -> None:
    address = f"/api/projects/{project.pk}/file-name-pattern/"
    names = ["P1_OD.jpg", "P2_left.png", "odd.jpg"]

    tried = admin.post(f"{address}preview/", {"pattern": "{patient}_{eye}", "names": names}).json()

    assert tried["fitting"] == 2
    assert [(one["fits"], one["patient"], one["eye"]) for one in tried["names"]] == [
        (True, "P1", "OD"), (True, "P2", "OS"), (False, "", ""),
    ]  # fmt: skip
    assert admin.get(address).json() == {"pattern": ""}
    admin.put(address, {"pattern": "{patient}_{eye}"})
    assert admin.get(address).json() == {"pattern": "{patient}_{eye}"}
    assert admin.put(address, {"pattern": "{nobody}"}).json()["code"] == "bad_pattern"
    admin.put(address, {"pattern": ""})
    assert admin.get(address).json() == {"pattern": ""}
    assert AuditEvent.objects.filter(action="project.file_name_pattern").count() == 2
