"""Fixtures of the annotations tests: small synthetic images, imported the way people import them."""

import csv
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, Import, LabelSet, Project
from annotations.services.assignments import assign_images
from annotations.services.data_in.image_sources import list_pictures
from annotations.services.data_in.images_report import ImagesReport
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import run_images
from annotations.services.data_in.writing import Writing
from annotations.services.label_set_moves import submit_label_set
from annotations.services.label_sets import open_reading
from annotations.services.projects import add_members, ensure_default_project
from annotations.states import DrStatus, ImportKind
from imaging.fov import whole_frame
from imaging.intake import Taken, take_in
from imaging.mask_codec import encode_mask
from tests.annotations.doubles import Team
from tests.annotations.readings import add, save
from tests.annotations.small_labels import CATEGORIES, IMAGES, specks

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
VIA_COLUMNS = [
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
]
QUIET = Writing(open_transaction=transaction.atomic, progress=lambda done, total, message: None)


@pytest.fixture
def idrid() -> Path:
    folder = SHARED / "data" / "idrid"
    if not folder.is_dir():
        pytest.skip(f"no real images: {folder} is absent")
    return folder


@pytest.fixture(autouse=True)
def stored_files(settings: Any, tmp_path: Path) -> Path:
    """Give each test a storage folder of its own."""
    folder = tmp_path / "storage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder)},
        },
    }
    return folder


class IntakeHere:
    """Takes pictures in without a child process, which takes half a second to start."""

    def take(self, upload: Path, *, clean_copy: Path) -> Taken:
        return take_in(upload, clean_copy=clean_copy)


@pytest.fixture(autouse=True)
def intake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode in this process, but for tests that ask for `real_intake`."""
    if "real_intake" not in request.fixturenames:
        here = "annotations.services.data_in.import_images.intake_child"
        monkeypatch.setattr(here, lambda: nullcontext(IntakeHere()))


@pytest.fixture
def real_intake() -> None:
    """Ask for the child process that decodes."""


@pytest.fixture
def project(db: None) -> Project:
    return ensure_default_project()


@pytest.fixture
def people(project: Project, specialist: User, reviewer: User, administrator: User) -> dict[str, User]:
    add_members(project=project, users=[specialist, reviewer], by=None)
    return {"specialist": specialist, "reviewer": reviewer, "administrator": administrator}


def retina(seed: int, *, width: int = 120, height: int = 100) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A bright disc on black, uint8 (H, W, 3); different for every seed."""
    picture = np.zeros((height, width, 3), np.uint8)
    color = (160, 90 + seed % 60, 40 + seed // 60 % 60)
    cv2.circle(picture, (width // 2, height // 2), min(width, height) // 2 - 4, color, -1)
    return picture


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with three small pictures: a.jpg, b.png, sub/c.tif."""
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.png", "sub/c.tif")):
        cv2.imwrite(str(folder / name), retina(number))
    return folder


def bring_in(
    folder: Path, *, project: Project, labels: Path | None = None, by: User | None = None, **options: Any
) -> tuple[ImagesReport, Import]:
    """Import a folder as the command does."""
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=by, started=True, **options)
    files = list_pictures(folder)
    report = run_images(
        batch=batch, files=files, labels=labels, labels_title=labels.name if labels else "", writing=QUIET
    )
    batch.refresh_from_db()
    return report, batch


@pytest.fixture
def images(project: Project, pictures: Path) -> list[FundusImage]:
    bring_in(pictures, project=project)
    return list(FundusImage.objects.order_by("source_name"))


@pytest.fixture
def assigned(images: list[FundusImage], people: dict[str, User]) -> list[FundusImage]:
    """The images, on the specialist's worklist."""
    assign_images(images=images, users=[people["specialist"]], by=people["administrator"])
    return images


@pytest.fixture
def many_images(project: Project) -> Callable[..., list[FundusImage]]:
    """Make image rows without files, for lists and for large VIA files."""

    def make(count: int, *, width: int = 4288, height: int = 2848, prefix: str = "img") -> list[FundusImage]:
        from annotations.models import Exam, Patient

        made = []
        for number in range(count):
            patient = Patient.objects.create(project=project, code=f"{prefix}-{number:05d}")
            exam = Exam.objects.create(patient=patient)
            name = f"{prefix}_{number:05d}.jpg"
            made.append(
                FundusImage(
                    project=project,
                    exam=exam,
                    eye="OD",
                    source_name=name,
                    upload_sha256=f"{prefix}{number}".encode().hex().zfill(64),
                    sha256="0" * 64,
                    file=f"images/{name}",
                    content_type="image/jpeg",
                    size_bytes=1,
                    width=width,
                    height=height,
                    fov=whole_frame(width=width, height=height).to_json(),
                )
            )
        return FundusImage.objects.bulk_create(made)

    return make


@pytest.fixture
def many_pictures(many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(4, width=200, height=160)


@pytest.fixture
def picture(many_pictures: list[FundusImage]) -> FundusImage:
    return many_pictures[0]


@pytest.fixture
def team(project: Project, many_pictures: list[FundusImage], make_user: Callable[..., User]) -> Team:
    """Two specialists who read the same pictures, and two reviewers."""
    names = {"ada": Role.SPECIALIST, "ben": Role.SPECIALIST, "judge": Role.REVIEWER}
    team = Team(
        **{name: make_user(name, role) for name, role in names.items()},
        other_judge=make_user("other", Role.REVIEWER),
    )
    assign_images(images=many_pictures, users=[team.ada, team.ben], by=None)
    add_members(project=project, users=[team.judge, team.other_judge], by=None)
    return team


@pytest.fixture
def write_via(tmp_path: Path) -> Callable[..., Path]:
    """Write a VIA CSV of (file name, shape attributes, region attributes); texts go in as they are."""

    def write(rows: Sequence[tuple[str, Any, Any]], name: str = "via.csv", **how: Any) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding=how.get("encoding", "utf-8")) as file:
            writer = csv.writer(file, lineterminator=how.get("lineterminator", "\n"))
            writer.writerow(how.get("columns", VIA_COLUMNS))
            for number, (file_name, shape, attributes) in enumerate(rows):
                cells = [cell if isinstance(cell, str) else json.dumps(cell) for cell in (shape, attributes)]
                writer.writerow([file_name, -1, "{}", len(rows), number, *cells])
        return path

    return write


@pytest.fixture
def image(assigned: list[FundusImage]) -> FundusImage:
    return assigned[0]


@pytest.fixture
def draft(image: FundusImage, specialist: User) -> LabelSet:
    return open_reading(image=image, reader=specialist)[0]


@pytest.fixture
def submitted(draft: LabelSet, specialist: User) -> LabelSet:
    save(draft, specialist, add(), reading={"dr_status": DrStatus.DR})
    draft.refresh_from_db()
    submit_label_set(label_set=draft, by=specialist)
    return draft


@pytest.fixture
def second_reader(make_user: Callable[..., User], image: FundusImage, administrator: User) -> User:
    user = make_user("second", Role.SPECIALIST)
    assign_images(images=[image], users=[user], by=administrator)
    return user


@pytest.fixture
def write_coco(tmp_path: Path) -> Callable[..., Path]:
    """Write a COCO file; what is not given is as usual."""

    def write(annotations: list[Any], name: str = "coco.json", **parts: Any) -> Path:
        path = tmp_path / name
        said = {"annotations": annotations, "images": IMAGES, "categories": CATEGORIES} | parts
        path.write_text(json.dumps(said))
        return path

    return write


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """A folder of masks of a.jpg and b.png."""
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "a_HE.png").write_bytes(encode_mask(specks(1)))
    (folder / "a_EX.png").write_bytes(encode_mask(specks(2)))
    cv2.imwrite(str(folder / "b_he.tif"), specks(3).astype(np.uint8) * 255)
    return folder


def run_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a command with --json; gives its exit status and the object of its last line."""
    from django.core.management.base import CommandError

    status = 0
    try:
        call_command(*arguments, "--json")
    except SystemExit as ended:
        status = int(ended.code or 0)
    except CommandError:
        status = 1
    return status, json.loads(capsys.readouterr().out.strip().splitlines()[-1])
