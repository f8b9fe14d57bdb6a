"""Which label set counts, and the masks that come of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, ImportProblem, LabelSet, Mask, Patient, Project
from annotations.selectors import (
    LabelTask,
    UnknownLabelSource,
    chosen_label_sets,
    images_for,
    label_sets_for,
    label_sources,
)
from annotations.services.masks import ensure_masks, read_mask
from annotations.services.samples import create_samples
from annotations.states import LabelSetState
from imaging.mask_codec import decode_mask
from tests.annotations.conftest import run_command

pytestmark = pytest.mark.django_db


def quiet(done: int, total: int, message: str) -> None:
    """Show nothing."""


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


def make_set(image: FundusImage, source: str, **fields: object) -> LabelSet:
    values = {
        "state": LabelSetState.ACCEPTED,
        "decided_at": timezone.now(),
        "dr_status": "dr",
        "classes_looked_for": ["EX", "HE"],
        **fields,
    }
    return LabelSet.objects.create(image=image, source=source, **values)


def chosen(project: Project, task: LabelTask = LabelTask.SEGMENTER, source: str | None = None) -> list[str]:
    return [one.source for one in chosen_label_sets(project=project, task=task, source=source)]


def test_the_newest_accepted_set_counts_and_never_two(project: Project, image: FundusImage) -> None:
    make_set(image, "via:1")
    make_set(image, "person:1")
    make_set(image, "person:2", state=LabelSetState.SUBMITTED)

    assert chosen(project) == ["person:1"]


def test_adjudicated_comes_before_corrected_before_newest(project: Project, image: FundusImage) -> None:
    make_set(image, "correction:1")
    make_set(image, "person:1")
    assert chosen(project) == ["correction:1"]

    make_set(image, "adjudication:1")
    make_set(image, "person:2")
    assert chosen(project) == ["adjudication:1"]


def test_each_task_takes_only_what_it_can_use(project: Project, image: FundusImage) -> None:
    make_set(image, "via:1", dr_status="")
    make_set(image, "labels:1", classes_looked_for=[])
    make_set(image, "person:1", gradability="ungradable")

    assert chosen(project, LabelTask.SEGMENTER) == ["via:1"]
    assert chosen(project, LabelTask.CLASSIFIER) == ["labels:1"]


def test_a_source_is_named_by_kind_by_value_or_by_file(project: Project, image: FundusImage) -> None:
    make_set(image, "via:1", source_title="rectangles.csv")
    make_set(image, "via:2", source_title="polygons.csv")

    assert chosen(project, source="via") == ["via:2"]
    assert chosen(project, source="via:1") == ["via:1"]
    assert chosen(project, source="rectangles.csv") == ["via:1"]
    assert label_sources(project=project) == [("via:1", "rectangles.csv", 1), ("via:2", "polygons.csv", 1)]


def test_an_unknown_source_is_refused_and_waiting_ones_are_told(project: Project, image: FundusImage) -> None:
    make_set(image, "via:1", state=LabelSetState.SUBMITTED)
    make_set(image, "labels:1")

    with pytest.raises(UnknownLabelSource, match="1 of that source wait"):
        chosen(project, source="via")
    with pytest.raises(UnknownLabelSource, match="Use one of: labels"):
        chosen(project, source="nobody")


def test_samples_give_every_role_something_to_do_and_come_once(
    project: Project, specialist: User, reviewer: User, administrator: User
) -> None:
    people = [specialist, reviewer, administrator]

    first = create_samples(project=project, people=people, count=4, progress=quiet)
    again = create_samples(project=project, people=people, count=4, progress=quiet)

    assert (first.patients, first.images, first.made, again.made) == (4, 8, True, False)
    assert set(Patient.objects.values_list("is_synthetic", flat=True)) == {True}
    assert not ImportProblem.objects.exists()  # no two of them are one photograph, and SYNTHETIC may stay
    assert set(FundusImage.objects.values_list("burned_text__state", flat=True)) == {"dismissed"}
    assert images_for(specialist).count() == 4
    assert label_sets_for(reviewer).filter(state=LabelSetState.SUBMITTED).count() == 2
    assert label_sets_for(specialist).exclude(author=specialist).count() == 2  # of what was handed in
    sets = list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source="synthetic"))
    masks = ensure_masks(label_sets=sets, by=None).of
    sick = next(one for one in sets if one.dr_status == "dr")
    assert sick.regions.count() > 0
    assert all(read_mask(mask).any() for mask in masks[sick.pk].values())
    assert not Mask.objects.filter(label_set__dr_status="no_dr", area_px__gt=0).exists()


def test_a_new_person_sees_nothing(
    project: Project, image: FundusImage, make_user: Callable[..., User]
) -> None:
    assert not images_for(make_user("new", Role.REVIEWER)).exists()
    assert not images_for(make_user("nobody")).exists()


def dice_of(folder: Path, truth: Path, code: str, stems: list[str]) -> float:
    shared = drawn = true = 0
    for stem in stems:
        mask = decode_mask((folder / f"{stem}_{code}.png").read_bytes())
        file = truth / f"{stem}_{code}.png"
        real = decode_mask(file.read_bytes()) if file.exists() else np.zeros_like(mask)
        shared += int((mask & real).sum())
        drawn += int(mask.sum())
        true += int(real.sum())
    return 2 * shared / (drawn + true)


@pytest.mark.slow
def test_masks_of_the_real_polygons_agree_with_the_real_masks(
    project: Project, idrid: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segmentation = idrid / "segmentation"
    pictures = sorted((segmentation / "images").glob("*.jpg"))[::6]
    names = {path.name for path in pictures}
    folder = tmp_path / "images"
    folder.mkdir()
    for path in pictures:
        (folder / path.name).symlink_to(path)
    with (segmentation / "via_polygons.csv").open() as rows:
        kept = [row for number, row in enumerate(rows) if number == 0 or row.partition(",")[0] in names]
    table = tmp_path / "polygons.csv"
    table.write_text("".join(kept))

    imported, _ = run_command(capsys, "import_via", str(table), "--images", str(folder), "--accept")
    built, report = run_command(
        capsys, "build_masks", "--labels", "polygons.csv", "--out", str(tmp_path / "masks")
    )

    assert (imported, built, report["masks"]) == (0, 0, 2 * len(pictures))
    stems = [path.stem for path in pictures]
    for code in ("HE", "EX"):
        assert dice_of(tmp_path / "masks", segmentation / "masks", code, stems) >= 0.96
