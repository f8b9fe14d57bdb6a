"""A site that has been at work for years: patients, readings, models, reviews, jobs and its audit log.

The same rows in any size, on any database, by arithmetic and not by chance: a handful for tests, and
`YEARS` for `make bench`. The first of everything is crowded (an exam with many versions of its review, an
image with many readings), so that every list has rows.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import PersonalToken, User
from accounts.roles import Role
from annotations.models import Exam, FundusImage, LesionClass, Membership, Patient, Project, QualityJudgement
from core.models import AuditEvent, Job
from tests.lists.rows import NOW, put

LONG = timedelta(days=3_650)
CROWD = 12  # rows of every list that does not grow with the site
IMPORTS = 10 * CROWD
SITES = ("Nanded", "Pune", "Nagpur", "")
CAMERAS = ("Kowa VX-10", "Topcon NW400", "")
QUALITY = {
    "coverage": 0.98,
    "brightness": 0.5,
    "evenness": 0.6,
    "contrast": 0.08,
    "focus": 0.03,
    "unclipped": 1.0,
}
FOV = {"center": [2144, 1424], "radius": 1400, "box": [744, 24, 2800, 2800]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is of what grows; 10 patients have 24 images, for every fifth one comes twice."""

    patients: int
    regions_per_set: int = 3
    findings_per_image: int = 3
    jobs: int = 40
    audit_events: int = 40
    trainings: int = CROWD
    epochs: int = CROWD


YEARS = Size(
    patients=41_700,
    regions_per_set=20,
    findings_per_image=5,
    jobs=20_000,
    audit_events=1_000_000,
    trainings=100,
    epochs=30,
)
FEW = Size(patients=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One image as the other tables name it."""

    image: int
    exam: int
    patient: int
    eye: str


class World:
    """What was made: ids that follow from arithmetic, so that nothing is asked of the database."""

    project = 1
    classes = {1: "HE", 2: "EX", 3: "SE"}

    def __init__(self, size: Size) -> None:
        self.size = size
        self.specialists = list(range(1, 41))
        self.reviewers = list(range(41, 56))
        self.administrators = list(range(56, 56 + CROWD))
        self.photographs: list[Photograph] = []

    @property
    def people(self) -> dict[str, int]:
        """One person of each role, whose lists are full."""
        firsts = (self.specialists[0], self.reviewers[0], self.administrators[0])
        return {role.value: pk for role, pk in zip(Role, firsts, strict=True)}


def make_people(world: World) -> None:
    """Projects with their lesion classes, and everybody."""
    password = make_password(None)
    roles = [
        *((pk, Role.SPECIALIST) for pk in world.specialists),
        *((pk, Role.REVIEWER) for pk in world.reviewers),
        *((pk, Role.ADMINISTRATOR) for pk in world.administrators),
    ]
    put(
        User,
        ("id", "username", "password", "roles", "date_joined"),
        ((pk, f"{role.value}{pk}", password, [role.value], NOW) for pk, role in roles),
    )
    put(
        Project,
        ("id", "name", "slug"),
        ((pk, f"Project {pk:02}", f"project-{pk}") for pk in range(1, CROWD + 1)),
    )
    put(
        LesionClass,
        ("id", "project_id", "code", "name", "color"),
        (
            (3 * (project - 1) + number, project, code, code, "#e03131")
            for project in range(1, CROWD + 1)
            for number, code in world.classes.items()
        ),
    )
    put(
        Membership,
        ("project_id", "user_id"),
        ((project, pk) for pk, _ in roles for project in range(1, CROWD + 1) if pk in _FIRST or project == 1),
    )
    put(
        PersonalToken,
        ("user_id", "name", "prefix", "digest", "scopes", "expires_at"),
        (
            (pk, f"script {number}", "abcdefgh", digest("token", pk, number), ["read"], NOW + LONG)
            for pk in world.people.values()
            for number in range(CROWD)
        ),
    )


_FIRST = {1, 41, 56}


def make_patients(world: World) -> None:
    """Patients, their exams and the photographs of both eyes."""
    put(
        Patient,
        ("id", "project_id", "code"),
        ((pk, world.project, f"P{pk:06}") for pk in range(1, world.size.patients + 1)),
    )
    put(Exam, ("id", "patient_id", "date", "site", "camera"), _exams(world))
    put(
        FundusImage,
        (
            *("id", "project_id", "exam_id", "eye", "source_name", "upload_sha256", "sha256", "file"),
            *(
                "content_type",
                "size_bytes",
                "width",
                "height",
                "fov",
                "quality",
                "quality_grade",
                "burned_text",
                "imported_by_id",
                "imported_in_id",
            ),
        ),
        _images(world),
    )
    put(
        QualityJudgement,
        ("image_id", "grade", "reason", "author_id"),
        (
            (one.image, ("ungradable", "usable")[one.image % 2], "blurred", world.specialists[0])
            for one in world.photographs[::50]
        ),
    )


def _exams(world: World) -> Iterator[tuple[Any, ...]]:
    exam = image = 0
    for patient in range(1, world.size.patients + 1):
        visits = CROWD if patient == 1 else 2 if patient % 5 == 0 else 1
        for visit in range(visits):
            exam += 1
            for eye in ("OD", "OS"):
                image += 1
                world.photographs.append(Photograph(image=image, exam=exam, patient=patient, eye=eye))
            day = date(2026, 1, 1) - timedelta(days=patient % 900 + 200 * visit)
            yield exam, patient, day, SITES[patient % len(SITES)], CAMERAS[patient % len(CAMERAS)]


def _images(world: World) -> Iterator[tuple[Any, ...]]:
    poor, text = (
        json.dumps(QUALITY | {"focus": 0.008}),
        json.dumps({"state": "found", "boxes": [[0, 0, 90, 20]]}),
    )
    quality, fov, importer = json.dumps(QUALITY), json.dumps(FOV), world.administrators[0]
    for one in world.photographs:
        sha256 = digest("image", one.image)
        yield (
            *(one.image, world.project, one.exam, one.eye, f"P{one.patient:06}_{one.eye}.jpg"),
            *(sha256, sha256, f"images/{sha256}.jpg", "image/jpeg", 900_000, 4288, 2848, fov),
            *((poor, "usable") if one.image % 20 == 0 else (quality, "good")),
            text if one.image <= CROWD or one.image % 40 == 0 else "{}",
            importer,
            1 + one.patient * IMPORTS // (world.size.patients + 1),
        )


def make_jobs(world: World) -> None:
    """Jobs of everybody, most of them done, and the audit log."""
    people = [*world.people.values(), *world.administrators]
    states = ("succeeded", "succeeded", "succeeded", "failed", "cancelled", "queued")
    put(
        Job,
        ("id", "kind", "state", "title", "requested_by_id", "created_at", "finished_at"),
        (
            (
                job_id(number),
                ("annotations.import", "inference.predict", "annotations.masks")[number % 3],
                states[number % len(states)] if number % 100 < 50 else "succeeded",
                f"Work {number}",
                people[number % len(people)],
                NOW - timedelta(minutes=number),
                NOW,
            )
            for number in range(world.size.jobs)
        ),
    )
    actions = (
        "patient.view",
        "patient.view",
        "label_set.save",
        "label_set.submit",
        "review.claim",
        "session.start",
    )
    facts = json.dumps({"revision": 3, "added": 2})
    put(
        AuditEvent,
        (
            *("sequence", "at", "actor_id", "actor_name", "action", "object_type", "object_id", "after"),
            *("previous_hash", "hash"),
        ),
        (
            (
                *(number, NOW + timedelta(seconds=number), number % 60 + 1, f"person{number % 60 + 1}"),
                *(actions[number % len(actions)], "annotations.patient", str(number % 5_000), facts),
                *(digest("event", number - 1), digest("event", number)),
            )
            for number in range(1, world.size.audit_events + 1)
        ),
    )


def job_id(number: int) -> str:
    """The id of a job."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def digest(*parts: Any) -> str:
    """64 hex digits that differ with the parts."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
