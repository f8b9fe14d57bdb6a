"""Freezing datasets: what is chosen, how it is split, what is refused."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project
from annotations.selectors import label_choices
from core.models import AuditEvent
from inference.errors import NotReady
from inference.models import DatasetItem, DatasetVersion
from inference.selectors.datasets import Fractions, plan_dataset
from inference.services.freeze_dataset import freeze_dataset, item_content
from inference.states import ModelTask

AddImage = Callable[..., FundusImage]
CLASSIFIER, SEGMENTER = ModelTask.CLASSIFIER, ModelTask.SEGMENTER


def test_both_eyes_of_a_patient_lie_on_one_side(labelled_project: Project, administrator: User) -> None:
    dataset = freeze_dataset(plan=plan_dataset(project=labelled_project, task=CLASSIFIER), by=administrator)

    sides: dict[str, set[str]] = {}
    for patient, split in dataset.items.values_list("patient_code", "split"):
        sides.setdefault(patient, set()).add(split)
    assert len(sides) == 8
    assert all(len(found) == 1 for found in sides.values())
    assert {split for found in sides.values() for split in found} == {"train", "validation", "test"}


def test_byte_identical_images_of_different_patients_lie_on_one_side(
    labelled_project: Project, add_image: AddImage
) -> None:
    for number in range(8):
        add_image(f"Q{number}", "OD", grade=2, seed=777, labels="both")

    plan = plan_dataset(project=labelled_project, task=CLASSIFIER)

    assert len({item.split for item in plan.items if item.patient.startswith("Q")}) == 1


def test_near_duplicates_of_different_patients_lie_on_one_side(
    labelled_project: Project, add_image: AddImage
) -> None:
    """Over a picture that nobody labelled, too: Q0 and Q2 are copies of one of the unread patient R."""
    unread = add_image("R", grade=2)
    chain = [add_image(f"Q{number}", grade=2, labels="both") for number in range(8)]
    for image, original in zip(chain, [unread, *chain], strict=False):
        image.near_duplicate_of = original
        image.save(update_fields=["near_duplicate_of"])

    plan = plan_dataset(project=labelled_project, task=CLASSIFIER)

    assert len({item.split for item in plan.items if item.patient.startswith("Q")}) == 1
    assert {item.group for item in plan.items if item.patient.startswith("Q")} == {"R"}


def test_a_copy_that_comes_later_does_not_move_the_first_patient(
    labelled_project: Project, add_image: AddImage
) -> None:
    before = {
        item.image.pk: item.split for item in plan_dataset(project=labelled_project, task=CLASSIFIER).items
    }
    for first in FundusImage.objects.filter(exam__patient__code__in=["P1", "P6"]):
        copy = add_image(f"A{first.pk}", grade=2, labels="both")
        copy.near_duplicate_of = first
        copy.save(update_fields=["near_duplicate_of"])

    after = {item.image.pk: item for item in plan_dataset(project=labelled_project, task=CLASSIFIER).items}

    assert {after[pk].group for pk in before if after[pk].patient == "P1"} == {"P1"}
    assert (
        sum(after[pk].split != split for pk, split in before.items()) <= 2
    )  # a few patients only: a cut may move


def test_a_classifier_dataset_says_what_is_referable(labelled_project: Project, administrator: User) -> None:
    first, second, *_ = LabelSet.objects.filter(dr_status="dr").order_by("pk")
    LabelSet.objects.filter(pk=first.pk).update(icdr_grade=3)
    LabelSet.objects.filter(pk=second.pk).update(icdr_grade=1, macular_edema=0)

    dataset = freeze_dataset(plan=plan_dataset(project=labelled_project, task=CLASSIFIER), by=administrator)

    said = dict(dataset.items.values_list("label_set", "referable"))
    assert (said[first.pk], said[second.pk]) == (1, 0)
    assert (dataset.counts["all"]["referable"], dataset.counts["all"]["not_referable"]) == (1, 9)


def test_a_version_frozen_before_referable_was_asked_keeps_its_hash(labelled_project: Project) -> None:
    dataset = freeze_dataset(plan=plan_dataset(project=labelled_project, task=CLASSIFIER), by=None)
    dataset.items.update(referable=None)

    contents = [item_content(row) for row in dataset.items.select_related("image")]

    assert {frozenset(content) for content in contents} == {
        frozenset({"image", "upload", "patient", "split", "label", "looked_for", "masks"})
    }


def test_a_grade_alone_trains_the_classifier(labelled_project: Project, add_image: AddImage) -> None:
    image = add_image("P9", labels="both")
    image.label_sets.update(dr_status="", icdr_grade=2)

    (item,) = (
        item for item in plan_dataset(project=labelled_project, task=CLASSIFIER).items if item.image == image
    )

    assert (item.label, item.referable) == (1, 1)


def test_the_same_content_is_the_same_version(labelled_project: Project, administrator: User) -> None:
    first = freeze_dataset(plan=plan_dataset(project=labelled_project, task=SEGMENTER), by=administrator)
    second = freeze_dataset(plan=plan_dataset(project=labelled_project, task=SEGMENTER), by=administrator)

    assert first.pk == second.pk
    assert AuditEvent.objects.filter(action="dataset.freeze").count() == 1


def test_a_new_image_makes_a_new_version_and_leaves_the_old_one(
    labelled_project: Project, administrator: User, add_image: AddImage
) -> None:
    first = freeze_dataset(plan=plan_dataset(project=labelled_project, task=SEGMENTER), by=administrator)
    add_image("P9", "OD", grade=3, labels="both")
    second = freeze_dataset(plan=plan_dataset(project=labelled_project, task=SEGMENTER), by=administrator)

    assert (first.number, second.number) == (1, 2)
    assert first.content_hash != second.content_hash
    assert (first.items.count(), second.items.count()) == (16, 17)


def test_a_segmenter_dataset_keeps_masks_and_says_what_was_looked_for(
    project: Project, add_image: AddImage
) -> None:
    for number in range(6):
        add_image(f"P{number}", grade=3, labels="regions")
    only_he = add_image("P9", grade=3, labels="regions", looked_for=("HE",))

    dataset = freeze_dataset(plan=plan_dataset(project=project, task=SEGMENTER), by=None)

    item = dataset.items.get(image=only_he)
    assert item.classes_looked_for == ["HE"]
    assert set(item.masks) == {"HE"}
    assert item.masks["HE"]["area_px"] > 0
    assert dataset.counts["all"]["images"] == 7
    assert dataset.counts["all"]["regions"]["HE"] > 0


def test_counts_are_kept_for_every_split(labelled_project: Project) -> None:
    counts = freeze_dataset(plan=plan_dataset(project=labelled_project, task=CLASSIFIER), by=None).counts

    assert counts["all"] == {
        "images": 16, "patients": 8, "positives": 8, "negatives": 8,
        "referable": 0, "not_referable": 8, "regions": {}, "area_px": {},
    }  # fmt: skip
    parts = [counts[name] for name in ("train", "validation", "test")]
    assert sum(part["images"] for part in parts) == 16
    assert sum(part["patients"] for part in parts) == 8


def test_a_named_source_narrows_the_choice(labelled_project: Project, add_image: AddImage) -> None:
    image = FundusImage.objects.earliest("id")
    LabelSet.objects.create(image=image, source="labels:abc", state="accepted", dr_status="no_dr", revision=1)

    plan = plan_dataset(project=labelled_project, task=CLASSIFIER, labels="labels")

    assert [(item.image.pk, item.label) for item in plan.items] == [(image.pk, 0)]


@pytest.mark.parametrize(
    ("task", "images", "code"),
    [
        (CLASSIFIER, [], "no_labels"),
        (SEGMENTER, [], "no_labels"),
        (SEGMENTER, [("P1", 0, "regions"), ("P2", 0, "regions")], "no_labels"),
        (CLASSIFIER, [(f"P{n}", 2, "status") for n in range(5)], "one_class_only"),
        (CLASSIFIER, [("P1", 2, "status"), ("P1", 0, "status")], "too_few_patients"),
        (CLASSIFIER, [("P1", 2, "status"), ("P2", 2, "status"), ("P3", 0, "status")], "too_few_patients"),
        (SEGMENTER, [("P1", 3, "regions"), ("P2", 3, "regions")], "too_few_patients"),
    ],
)
def test_labels_that_cannot_train_are_refused_with_a_remedy(
    project: Project, add_image: AddImage, task: ModelTask, images: list[tuple[str, int, str]], code: str
) -> None:
    for patient, grade, labels in images:
        add_image(patient, grade=grade, labels=labels)

    with pytest.raises(NotReady) as refusal:
        freeze_dataset(plan=plan_dataset(project=project, task=task), by=None)

    assert refusal.value.code == code
    assert refusal.value.remedy
    assert not DatasetVersion.objects.exists()
    assert not DatasetItem.objects.exists()


def test_a_class_that_is_looked_for_but_never_drawn_does_not_stop_the_others(
    project: Project, add_image: AddImage
) -> None:
    for number in range(5):
        image = add_image(f"P{number}", grade=3, labels="regions")
        image.label_sets.get().regions.filter(lesion_class__code="EX").delete()

    plan = plan_dataset(project=project, task=SEGMENTER)

    assert not plan.problems
    assert plan.regions_per_class()["EX"] == 0


def test_too_few_patients_says_how_many_there_are_and_are_needed(
    project: Project, add_image: AddImage
) -> None:
    add_image("P1", grade=3, labels="regions")
    add_image("P2", grade=3, labels="regions")

    (problem,) = plan_dataset(project=project, task=SEGMENTER).problems

    assert "Only 2 patient(s)" in problem.message
    assert "3 are needed" in problem.message


def test_the_study_classifier_is_split_in_two(labelled_project: Project) -> None:
    plan = plan_dataset(
        project=labelled_project, task=CLASSIFIER, fractions=Fractions.of_preset("study_resnet50")
    )

    assert {item.split for item in plan.items} == {"train", "test"}


def test_planning_takes_the_same_queries_for_any_number_of_images(
    labelled_project: Project, add_image: AddImage
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            plan_dataset(project=labelled_project, task=SEGMENTER)
        return len(captured)

    before = queries()
    for number in range(10):
        add_image(f"X{number}", labels="both")

    assert queries() == before


def test_labels_are_offered_by_file_and_those_of_people_together(
    project: Project, add_image: Callable[..., FundusImage]
) -> None:
    for number, source in enumerate(("via:1", "person:1", "person:2")):
        add_image(f"P{number}", labels="both", source=source)
    LabelSet.objects.filter(source__startswith="person").update(source_title="")

    choices = label_choices(project)

    assert [(one.value, one.label_sets) for one in choices] == [("person", 2), ("test.csv", 1)]
    for one in choices:
        plan = plan_dataset(project=project, task=ModelTask.CLASSIFIER, labels=one.value)
        assert len(plan.items) == one.label_sets
