"""Real rows for the tests of inference: labelled synthetic images, models, jobs run at once."""

import functools
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from annotations.models import Exam, FundusImage, LabelSet, LesionClass, Patient, Project, Region
from annotations.services.projects import add_members, ensure_default_project
from core.models import Job
from core.services.job_runner import run_job
from imaging.fov import Fov, detect_fov
from imaging.phantom import Phantom, draw_phantom
from inference.models import ModelVersion
from inference.services.model_files import store_model
from inference.services.model_registry import register_trained_model
from inference.states import ModelState
from tests.inference.tiny_models import write_classifier, write_segmenter

SIDE = 160
AddImage = Callable[..., FundusImage]
AddModel = Callable[..., ModelVersion]


@functools.lru_cache(maxsize=64)
def phantom_png(eye: str, grade: int, seed: int) -> tuple[Phantom, bytes]:
    """A small phantom and its PNG."""
    phantom = draw_phantom(eye=eye, icdr_grade=grade, seed=seed, side=SIDE)  # type: ignore[arg-type]
    done, png = cv2.imencode(".png", cv2.cvtColor(phantom.rgb, cv2.COLOR_RGB2BGR))
    assert done
    return phantom, png.tobytes()


@functools.lru_cache(maxsize=64)
def phantom_fov(eye: str, grade: int, seed: int) -> Fov:
    """Where a small phantom shows the retina."""
    return detect_fov(phantom_png(eye, grade, seed)[0].rgb)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    """Stored files and training folders of one test are its own."""
    settings.DATA_DIR = tmp_path / "data"
    default_storage_folder = tmp_path / "storage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(default_storage_folder)},
        },
    }


@pytest.fixture
def project(db: None) -> Project:
    return ensure_default_project()


@pytest.fixture
def member(project: Project) -> Callable[[User], User]:
    """Let a person into the project."""

    def join(user: User) -> User:
        add_members(project=project, users=[user], by=None)
        return user

    return join


@pytest.fixture
def add_image(project: Project) -> AddImage:
    """Store a synthetic image: `add_image("P1", "OD", grade=2)`; with `labels`, an accepted label set.

    `labels`: "regions" (true outlines), "status" (DR or not) or "both".
    """
    numbers = iter(range(1, 10_000))
    classes = {one.code: one for one in LesionClass.objects.filter(project=project)}

    def add(
        patient: str = "P1",
        eye: str = "OD",
        *,
        grade: int = 2,
        seed: int | None = None,
        labels: str = "",
        source: str = "via:test",
        looked_for: tuple[str, ...] = ("HE", "EX"),
    ) -> FundusImage:
        number = next(numbers)
        drawn = eye or "OD", grade, seed if seed is not None else number
        phantom, png = phantom_png(*drawn)
        owner, _ = Patient.objects.get_or_create(project=project, code=patient)
        exam, _ = Exam.objects.get_or_create(patient=owner, date=None, site="", camera="")
        image = FundusImage.objects.create(
            project=project,
            exam=exam,
            eye=eye,
            source_name=f"image_{number}.png",
            upload_sha256=f"{number:064d}",
            sha256=f"{(seed if seed is not None else number):063d}{grade}",
            file=default_storage.save(f"images/{number}.png", ContentFile(png)),
            content_type="image/png",
            size_bytes=len(png),
            width=SIDE,
            height=SIDE,
            fov=phantom_fov(*drawn).to_json(),
        )
        if labels:
            _label(image, phantom, classes, labels=labels, source=source, looked_for=looked_for)
        return image

    return add


def _label(
    image: FundusImage,
    phantom: Phantom,
    classes: dict[str, LesionClass],
    *,
    labels: str,
    source: str,
    looked_for: tuple[str, ...],
) -> LabelSet:
    status = ("dr" if phantom.has_dr else "no_dr") if labels in ("status", "both") else ""
    drawn = labels in ("regions", "both")
    label_set = LabelSet.objects.create(
        image=image,
        source=source,
        source_title="test.csv",
        state="accepted",
        revision=1,
        dr_status=status,
        classes_looked_for=list(looked_for) if drawn else [],
        decided_at=timezone.now(),
    )
    if drawn:
        Region.objects.bulk_create(
            Region(
                label_set=label_set,
                uuid=uuid.uuid4(),
                lesion_class=classes[code],
                shape="polygon",
                geometry=polygon.to_json(),
                created_in=1,
            )
            for code in looked_for
            for polygon in phantom.polygons[code]
        )
    return label_set


@pytest.fixture
def labelled_project(project: Project, add_image: AddImage) -> Project:
    """Eight patients with both eyes, four of them without DR; every image fully labelled."""
    for number in range(8):
        for eye in ("OD", "OS"):
            add_image(f"P{number}", eye, grade=2 if number < 4 else 0, labels="both")
    return project


@pytest.fixture
def add_model(project: Project, tmp_path: Path) -> AddModel:
    """Register a tiny model: `add_model("classifier", state="champion", bias=-2)`."""
    made = iter(range(100))

    def add(
        task: str, *, state: str = ModelState.CANDIDATE, trained_by: User | None = None, **options: float
    ) -> ModelVersion:
        folder = tmp_path / f"model-{next(made)}"
        write: Callable[..., str] = write_classifier if task == "classifier" else write_segmenter
        write(folder, **options)
        model = register_trained_model(stored=store_model(folder=folder), project=project, by=trained_by)
        ModelVersion.objects.filter(pk=model.pk).update(state=state)
        model.refresh_from_db()
        return model

    return add


@pytest.fixture
def do() -> Callable[[Job], Job]:
    """Run a queued job to its end in this process, as a worker would."""

    def run(job: Job) -> Job:
        done = run_job(job_id=job.pk)
        assert done is not None, "the job was not free"
        return done

    return run
