"""Who is to read what, the readings with their regions, and how far they agree; imports and exports."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from annotations.models import (
    Agreement,
    Assignment,
    DoubleReading,
    Export,
    Import,
    ImportFile,
    ImportProblem,
    LabelSet,
    Mask,
    Region,
    Revision,
)
from tests.lists.rows import NOW, put
from tests.lists.world import CROWD, IMPORTS, World, digest, job_id

STATES = (*["accepted"] * 6, "submitted", "submitted", "draft", "returned")
OUTLINE = {"points": [[10, 10], [40, 12], [44, 30], [30, 44], [12, 40]], "holes": []}
REVISIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One label set as the other tables name it; `author` None came from a file."""

    label_set: int
    image: int
    source: str
    author: int | None
    reading_no: int
    state: str


def make_labels(world: World) -> list[Reading]:
    """Assignments, label sets, revisions, regions, masks and agreements."""
    asked = list(_asked(world))
    put(
        Assignment,
        ("image_id", "project_id", "user_id", "assigned_by_id", "reading_no", "priority"),
        (
            (image, world.project, user, world.administrators[0], reading_no, 1 + image % 3)
            for image, user, reading_no in asked
        ),
    )
    readings = list(_readings(world, asked))
    put(
        LabelSet,
        (
            *(
                "id",
                "image_id",
                "project_id",
                "source",
                "source_title",
                "author_id",
                "reading_no",
                "state",
                "revision",
            ),
            *("dr_status", "icdr_grade", "classes_looked_for", "seconds_spent", "submitted_at"),
            *("decided_at", "decided_by_id"),
        ),
        (_label_set(world, one) for one in readings),
    )
    put(
        Revision,
        ("label_set_id", "number", "change_id", "author_id", "added"),
        (
            (one.label_set, number, uuid.UUID(int=one.label_set * 10 + number), one.author, 10)
            for one in readings
            for number in range(1, REVISIONS + 1)
        ),
    )
    put(
        Region,
        (
            *("label_set_id", "uuid", "lesion_class_id", "shape", "geometry", "author_id"),
            *("created_in", "removed_in"),
        ),
        _regions(world, readings),
    )
    put(
        Mask,
        ("label_set_id", "revision", "lesion_class_id", "file", "sha256", "area_px", "regions"),
        (
            (one.label_set, revision, lesion_class, "masks/none.png", digest("mask"), 900, 3)
            for one in readings
            if one.state == "accepted"
            for revision in range(1, (CROWD if one.image == 1 else 1) + 1)
            for lesion_class in (1, 2)
        ),
    )
    put(
        Agreement,
        (
            *("image_id", "first_id", "second_id", "first_revision", "second_revision", "dr_differs"),
            *("mean_dice", "mean_f1", "figures"),
        ),
        _agreements(readings),
    )
    put(
        DoubleReading,
        ("image_id", "state", "first_id", "second_id", "first_revision", "second_revision", "opened_at"),
        (
            (image, ("open", "open", "agreed")[image % 3], first, second, REVISIONS, REVISIONS, NOW)
            for image, (first, second) in {
                one.image: (first.label_set, one.label_set)
                for first, one in _pairs(readings)
                if first.author != one.author
            }.items()
        ),
    )
    return readings


def make_traffic(world: World) -> None:
    """Imports with their files and problems, and exports."""
    owner = world.administrators[0]
    put(
        Import,
        ("id", "project_id", "kind", "state", "created_by_id", "job_id"),
        (
            (pk, world.project, ("images", "via")[pk % 2], "succeeded", owner, job_id(pk % world.size.jobs))
            for pk in range(1, IMPORTS + 1)
        ),
    )
    put(
        ImportFile,
        ("batch_id", "name", "file", "sha256", "size_bytes"),
        (
            (batch, f"part{number}.zip", "", digest("file"), 1_000)
            for batch in range(1, IMPORTS + 1)
            for number in range(3)
        ),
    )
    put(
        ImportProblem,
        ("batch_id", "row", "file", "code", "message"),
        (
            (
                1 + number % (3 if number > CROWD else 1),
                number,
                "labels.csv",
                "unknown_image",
                "No such image.",
            )
            for number in range(CROWD + world.size.patients // 2)
        ),
    )
    put(
        Export,
        ("project_id", "kind", "created_by_id", "job_id", "file_name"),
        (
            (world.project, "via_csv", owner, job_id(number % world.size.jobs), "labels.csv")
            for number in range(10 * CROWD)
        ),
    )


def _asked(world: World) -> Iterator[tuple[int, int, int]]:
    """Image, reader and number of the reading: seven of ten images, each tenth twice, some again unawares.

    The first specialist reads the first patient, whatever the arithmetic says.
    """
    readers = world.specialists
    for one in world.photographs:
        reader = readers[0] if one.patient == 1 else readers[one.patient % len(readers)]
        if one.patient % 10 < 7:
            yield one.image, reader, 1
        if one.patient % 10 == 1:
            yield one.image, readers[(one.patient + 1 + one.image % CROWD) % len(readers)], 1
        if one.patient % 40 == 3:
            yield one.image, reader, 2


def _readings(world: World, asked: list[tuple[int, int, int]]) -> Iterator[Reading]:
    """All that was asked for but every tenth, and a file's labels for the images that nobody reads."""
    number = 0
    for image, user, reading_no in asked:
        if image % 11 == 10 or (reading_no == 2 and image % 2):
            continue
        number += 1
        state = "accepted" if reading_no == 2 or image % 40 < 2 else STATES[image % len(STATES)]
        yield Reading(
            label_set=number,
            image=image,
            source=f"person:{user}",
            author=user,
            reading_no=reading_no,
            state=state,
        )
    files = [(1, file) for file in range(CROWD)]
    files += [(one.image, one.patient % CROWD) for one in world.photographs if one.patient % 10 >= 6]
    for image, file in files:
        number += 1
        yield Reading(
            label_set=number,
            image=image,
            source=f"via:{digest('via', file)}",
            author=None,
            reading_no=1,
            state="accepted" if image % 7 else "submitted",
        )


def _label_set(world: World, one: Reading) -> tuple[Any, ...]:
    handed_in = one.state in ("accepted", "submitted")
    decided = one.state == "accepted"
    dr = (one.image + one.label_set % 2) % 3 == 0
    return (
        *(
            one.label_set,
            one.image,
            world.project,
            one.source,
            "" if one.author else f"labels {one.source[4:8]}.csv",
        ),
        *(one.author, one.reading_no, one.state, REVISIONS, "dr" if dr else "no_dr", 2 if dr else 0),
        *(json.dumps(["HE", "EX"]), 90.0, NOW if handed_in else None),
        NOW - timedelta(seconds=one.label_set) if decided else None,
        world.reviewers[one.image % len(world.reviewers)] if decided else None,
    )


def _regions(world: World, readings: list[Reading]) -> Iterator[tuple[Any, ...]]:
    outline = json.dumps(OUTLINE)
    for one in readings:
        for number in range(world.size.regions_per_set):
            yield (
                *(one.label_set, uuid.UUID(int=one.label_set * 1_000 + number), 1 + number % 2, "polygon"),
                *(outline, one.author, 1, 2 if number % 20 == 19 else None),
            )


def _agreements(readings: list[Reading]) -> Iterator[tuple[Any, ...]]:
    classes = {
        code: {"dice": 0.7, "f1": 0.6, "matched": 3, "only_first": 1, "only_second": 2}
        for code in ("EX", "HE")
    }
    figures = json.dumps({"classes": classes})
    for first, second in _pairs(readings):
        f1 = (first.image % 100) / 100
        yield (
            *(first.image, first.label_set, second.label_set, REVISIONS, REVISIONS, first.image % 9 == 0),
            *(f1, f1, figures),
        )


def _pairs(readings: list[Reading]) -> Iterator[tuple[Reading, Reading]]:
    """Every two handed-in readings of one image that can be compared."""
    earlier: dict[int, list[Reading]] = {}
    for one in readings:
        if one.author is None or one.state not in ("accepted", "submitted"):
            continue
        for other in earlier.setdefault(one.image, []):
            if other.author == one.author or other.reading_no == one.reading_no == 1:
                yield other, one
        earlier[one.image].append(one)
