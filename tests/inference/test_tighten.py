"""Rectangles become contours: one image's shapes, and whole label sets as proposals."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Project, Region, Revision
from annotations.selectors import LabelTask, chosen_label_sets, regions_of
from annotations.services.assignments import assign_images
from annotations.services.label_errors import MadeFromEarlier
from annotations.services.label_set_moves import accept_label_set
from core.models import AuditEvent, Job
from core.services.jobs import cancel_job
from imaging.masks import rasterize
from imaging.shapes import crossing_of, shape_from_json
from inference.services.tighten_sets import NothingToTighten, queue_tightening
from tests.inference.conftest import SIDE, phantom_png

pytestmark = pytest.mark.django_db
AddImage = Callable[..., FundusImage]
ClientOf = Callable[[User | None], APIClient]
Do = Callable[[Job], Job]
SEED = 11


@pytest.fixture
def image(add_image: AddImage, specialist: User, member: Callable[[User], User]) -> FundusImage:
    """A phantom on the specialist's worklist."""
    image = add_image("P1", "OD", grade=3, seed=SEED)
    assign_images(images=[image], users=[member(specialist)], by=None)
    return image


def rectangles(code: str = "EX") -> list[dict[str, Any]]:
    """The lesions' tight rectangles, four pixels wide at least, as a client sends them."""
    phantom, _ = phantom_png("OD", 3, SEED)
    return [
        {"uuid": str(uuid.uuid4()), "shape": "rect", "geometry": rect.to_json(), "lesion_class": code}
        for rect in phantom.rects(code)
        if min(rect.width, rect.height) >= 4
    ]


def test_contours_lie_nearer_to_the_lesions_than_their_rectangles_and_never_leave_them(
    image: FundusImage, specialist: User, client_of: ClientOf
) -> None:
    asked = rectangles()

    answer = (
        client_of(specialist)
        .post(f"/api/images/{image.pk}/tighten/", {"shapes": asked}, format="json")
        .json()
    )

    truth = phantom_png("OD", 3, SEED)[0].mask("EX")
    drawn = rasterize([shape_from_json("rect", one["geometry"]) for one in asked], height=SIDE, width=SIDE)
    found = [shape_from_json("polygon", one["geometry"]) for one in answer["shapes"] if not one["unchanged"]]
    contours = rasterize(found, height=SIDE, width=SIDE)
    assert [one["uuid"] for one in answer["shapes"]] == [one["uuid"] for one in asked]
    assert len(found) >= 0.7 * len(asked)
    assert not (contours & ~drawn).any()
    assert (contours != truth)[drawn].sum() < (drawn != truth)[drawn].sum()
    assert not any(crossing_of(shape) for shape in found)
    assert all(0 < one["confidence"] <= 1 for one in answer["shapes"] if not one["unchanged"])


def test_what_cannot_be_tightened_stays_and_says_why(
    image: FundusImage, specialist: User, client_of: ClientOf
) -> None:
    def shape(kind: str, **geometry: float) -> dict[str, Any]:
        return {"uuid": str(uuid.uuid4()), "shape": kind, "geometry": geometry, "lesion_class": "HE"}

    asked = [
        shape("ellipse", cx=50, cy=50, rx=9, ry=5),
        shape("rect", x=50, y=50, width=2, height=9),
        shape("rect", x=-40, y=20, width=20, height=20),
    ]

    answer = (
        client_of(specialist)
        .post(f"/api/images/{image.pk}/tighten/", {"shapes": asked}, format="json")
        .json()
    )

    assert [one["unchanged"] for one in answer["shapes"]] == [True] * 3
    assert [one["reason"] for one in answer["shapes"]] == [
        "Only rectangles are tightened.",
        "It is too small to tighten.",
        "It lies outside the image.",
    ]
    assert all(one["geometry"] is None for one in answer["shapes"])


def test_only_who_labels_or_corrects_the_image_may_tighten_and_not_thousands_at_once(
    image: FundusImage,
    add_image: AddImage,
    specialist: User,
    reviewer: User,
    administrator: User,
    member: Callable[[User], User],
    client_of: ClientOf,
) -> None:
    one = rectangles()[:1]
    foreign = add_image("P2")

    def post(user: User, target: FundusImage, shapes: list[dict[str, Any]]) -> int:
        address = f"/api/images/{target.pk}/tighten/"
        return int(client_of(user).post(address, {"shapes": shapes}, format="json").status_code)

    assert post(specialist, image, one) == 200
    assert post(specialist, foreign, one) == 404
    assert post(member(reviewer), image, one) == 200
    assert post(administrator, image, one) == 403
    assert post(specialist, image, one * 2_001) == 400
    assert post(specialist, image, [{**one[0], "geometry": {"x": 1}}]) == 400
    whole = {**one[0], "geometry": {"x": 0, "y": 0, "width": SIDE, "height": SIDE}}
    assert post(specialist, image, [{**whole, "uuid": str(uuid.uuid4())} for _ in range(21)]) == 400
    assert LabelSet.objects.count() == 0


@pytest.fixture
def drawn(image: FundusImage, project: Project) -> LabelSet:
    """An accepted import of rectangles, with one ellipse among them."""
    label_set = LabelSet.objects.create(
        image=image,
        source="via:abc",
        source_title="study.csv",
        state="accepted",
        revision=1,
        classes_looked_for=["EX", "HE"],
    )
    Revision.objects.create(label_set=label_set, number=1, change_id=uuid.uuid4())
    exudate = LesionClass.objects.get(project=project, code="EX")
    Region.objects.bulk_create(
        Region(
            label_set=label_set,
            lesion_class=exudate,
            shape=shape,
            geometry=geometry,
            origin="via:1",
            created_in=1,
        )
        for shape, geometry in [
            *(("rect", one["geometry"]) for one in rectangles()),
            ("ellipse", {"cx": 80, "cy": 80, "rx": 6, "ry": 4, "theta": 0}),
        ]
    )
    return label_set


def test_a_source_becomes_proposals_once_that_training_uses_after_they_are_accepted(
    drawn: LabelSet, project: Project, administrator: User, reviewer: User, do: Do
) -> None:
    job = do(queue_tightening(project=project, source="via", by=administrator))

    proposal = LabelSet.objects.get(source=f"tightened:{drawn.pk}")
    regions = list(regions_of(proposal))
    assert job.result["proposed"] == 1
    assert (proposal.state, proposal.author, proposal.revision) == ("submitted", None, 1)
    assert proposal.source_title == "study.csv, tightened"
    assert proposal.classes_looked_for == ["EX", "HE"]
    assert len(regions) == regions_of(drawn).count()
    changed = [region for region in regions if region.shape == "polygon"]
    assert len(changed) == job.result["tightened"] > 0
    assert {region.origin for region in changed} == {"tightened"}
    assert {region.origin for region in regions if region.shape != "polygon"} == {"via:1"}
    assert AuditEvent.objects.filter(action="labels.tighten").count() == 1
    with pytest.raises(NothingToTighten):
        queue_tightening(project=project, source="via", by=administrator)

    accept_label_set(label_set=proposal, by=reviewer)

    by_source = chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source="tightened")
    assert list(by_source) == [proposal]
    assert list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source="via")) == [drawn]


def test_a_reading_that_was_drawn_anew_is_proposed_anew_and_a_hidden_repeat_never(
    drawn: LabelSet, project: Project, specialist: User, do: Do, administrator: User, reviewer: User
) -> None:
    do(queue_tightening(project=project, source="via", by=administrator))
    LabelSet.objects.filter(pk=drawn.pk).update(revision=2)

    do(queue_tightening(project=project, source="via", by=administrator))

    proposals = LabelSet.objects.filter(source=f"tightened:{drawn.pk}").order_by("pk")
    assert [one.reading_no for one in proposals] == [1, 2]
    notes = Revision.objects.filter(label_set__in=proposals).order_by("pk").values_list("reading", flat=True)
    assert [note["tightened"] for note in notes] == [{str(drawn.pk): 1}, {str(drawn.pk): 2}]
    with pytest.raises(MadeFromEarlier):
        accept_label_set(label_set=proposals[0], by=reviewer)
    assert accept_label_set(label_set=proposals[1], by=reviewer).state == "accepted"

    LabelSet.objects.filter(pk=drawn.pk).update(
        source=f"person:{specialist.pk}", author=specialist, reading_no=2, revision=3
    )
    with pytest.raises(NothingToTighten):
        queue_tightening(project=project, source="person", by=administrator)


def test_a_cancelled_run_leaves_whole_proposals_only(
    drawn: LabelSet, project: Project, administrator: User, do: Do
) -> None:
    job = queue_tightening(project=project, source="study.csv", by=administrator)
    cancel_job(job=job, by=administrator)

    assert not LabelSet.objects.filter(source__startswith="tightened:").exists()
    assert do(queue_tightening(project=project, source="study.csv", by=administrator)).state == "succeeded"
    assert LabelSet.objects.filter(source__startswith="tightened:").count() == 1


def test_the_command_proposes_and_a_second_run_has_nothing_left_to_do(
    drawn: LabelSet, capsys: pytest.CaptureFixture[str]
) -> None:
    for expected in (1, 0):
        call_command("tighten", "--source", "via", "--json")
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["proposed"] == expected
    with pytest.raises(CommandError, match="No handed-in label set of source 'nobody'"):
        call_command("tighten", "--source", "nobody")


def test_administrators_start_it_over_http(
    drawn: LabelSet, project: Project, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    started = client.post("/api/label-sets/tighten/", {"project": project.pk, "labels": "via"})
    unknown = client.post("/api/label-sets/tighten/", {"project": project.pk, "labels": "nobody"})

    assert started.status_code == 202
    assert started.json()["title"] == "Tighten the rectangles of 1 label set from via"
    assert (unknown.status_code, unknown.json()["code"]) == (400, "nothing_to_tighten")


def test_the_pixels_of_an_image_are_decoded_once(
    image: FundusImage, specialist: User, client_of: ClientOf
) -> None:
    client, body = client_of(specialist), {"shapes": rectangles()}
    first = client.post(f"/api/images/{image.pk}/tighten/", body, format="json").json()
    FundusImage.objects.update(file="images/lost.png")

    second = client.post(f"/api/images/{image.pk}/tighten/", body, format="json").json()

    assert first["shapes"] == second["shapes"]
    assert np.mean([one["unchanged"] for one in first["shapes"]]) < 0.5
