"""Two dataset versions beside each other."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project, Region
from core.errors import Invalid
from inference.models import DatasetItem, DatasetVersion
from inference.selectors.dataset_changes import ChangeKind, changed_items, changes_between, told_changes
from inference.selectors.datasets import plan_dataset
from inference.services.freeze_dataset import freeze_dataset
from inference.states import ModelTask

AddImage = Callable[..., FundusImage]
ClientOf = Callable[[User | None], APIClient]


def _frozen(project: Project, task: ModelTask = ModelTask.SEGMENTER) -> DatasetVersion:
    return freeze_dataset(plan=plan_dataset(project=project, task=task), by=None)


@pytest.fixture
def two_versions(project: Project, add_image: AddImage) -> tuple[DatasetVersion, DatasetVersion]:
    """Four patients, then: P0 gone, P1 drawn anew, P9 new, the others as they were."""
    images = [add_image(f"P{number}", grade=2, seed=1 + number, labels="both") for number in range(4)]
    before = _frozen(project)
    LabelSet.objects.filter(image=images[0]).update(state="returned")
    _draw_one_more(images[1])
    add_image("P9", grade=2, seed=9, labels="both")
    return before, _frozen(project)


def _draw_one_more(image: FundusImage) -> None:
    label_set = LabelSet.objects.get(image=image)
    known = label_set.regions.filter(lesion_class__code="HE").first()
    assert known is not None
    geometry = {"points": [[50.0, 50.0], [58.0, 50.0], [58.0, 58.0]], "holes": []}
    Region.objects.create(
        label_set=label_set, uuid=uuid.uuid4(), lesion_class=known.lesion_class, shape="polygon",
        geometry=geometry, created_in=2,
    )  # fmt: skip
    LabelSet.objects.filter(pk=label_set.pk).update(revision=2)


def test_added_changed_and_dropped_images_are_told_apart(
    two_versions: tuple[DatasetVersion, DatasetVersion],
) -> None:
    changes = told_changes(changed_items(*two_versions), *two_versions)

    kinds = {change.patient: change.kind.value for change in changes}
    assert {name: kinds[name] for name in ("P0", "P1", "P9")} == {
        "P0": "dropped", "P1": "changed", "P9": "added",
    }  # fmt: skip
    (drawn,) = [change for change in changes if change.patient == "P1"]
    assert drawn.before is not None
    assert drawn.after is not None
    assert "regions" in drawn.what
    assert drawn.after.regions["HE"] == drawn.before.regions["HE"] + 1
    for kind in ChangeKind:
        of_kind = told_changes(changed_items(*two_versions, kind=kind), *two_versions)
        assert of_kind == [change for change in changes if change.kind == kind]


def test_an_image_with_another_label_or_none_has_changed(
    two_versions: tuple[DatasetVersion, DatasetVersion],
) -> None:
    version = two_versions[1]
    before = DatasetVersion.objects.get(pk=version.pk)
    before.pk, before.number = None, 99
    before.save()
    items = list(version.items.order_by("pk"))
    for item, (was, is_now) in zip(items, ((0, 1), (None, 1), (1, None), (1, 1)), strict=True):
        DatasetItem.objects.filter(pk=item.pk).update(label=is_now)
        item.pk, item.dataset, item.label = None, before, was
        item.save()

    changes = told_changes(changed_items(before, version), before, version)

    assert [change.what for change in changes] == [("label",)] * 3


def test_a_version_beside_itself_differs_in_nothing(
    two_versions: tuple[DatasetVersion, DatasetVersion],
) -> None:
    changes = changes_between(two_versions[1], two_versions[1])

    assert (changes.added, changes.changed, changes.dropped, changes.same) == (0, 0, 0, 4)
    assert changes.regions_before == changes.regions_after


def test_versions_of_two_tasks_are_not_compared(
    project: Project, two_versions: tuple[DatasetVersion, DatasetVersion], add_image: AddImage
) -> None:
    for number in range(4):
        add_image(f"N{number}", grade=0, labels="status")

    with pytest.raises(Invalid):
        changes_between(two_versions[0], _frozen(project, ModelTask.CLASSIFIER))


def test_the_page_asks_for_sums_and_pages_of_images(
    two_versions: tuple[DatasetVersion, DatasetVersion], administrator: User, reviewer: User,
    client_of: ClientOf, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    before, after = two_versions
    path, client = f"/api/dataset-versions/{after.pk}/changes/", client_of(administrator)

    sums = client.get(f"{path}?since={before.pk}").json()
    with django_assert_max_num_queries(12):
        dropped = client.get(f"{path}images/?since={before.pk}&kind=dropped&page_size=1").json()

    assert (sums["added"], sums["dropped"]) == (1, 1)
    assert sums["before"]["number"] == 1
    assert sums["regions_before"]["HE"] != sums["regions_after"]["HE"]
    assert (dropped["count"], dropped["results"][0]["patient"]) == (1, "P0")
    assert dropped["results"][0]["after"] is None
    assert client_of(reviewer).get(f"{path}?since={before.pk}").status_code == 404
