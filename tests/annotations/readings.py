"""Readings as people make them, for tests: opened, drawn in, handed in."""

import uuid
from collections.abc import Sequence
from typing import Any

from accounts.models import User
from annotations.models import FundusImage, LabelSet
from annotations.services.label_set_moves import submit_label_set
from annotations.services.label_sets import RegionChange, Saved, open_reading, save_changes

RECT = {"x": 10, "y": 10, "width": 8, "height": 6}
BOW = {"points": [[10, 10], [30, 30], [30, 10], [10, 30]]}


def rect(x: float, y: float, width: float, height: float, lesion_class: str = "HE") -> RegionChange:
    """A rectangle to be added."""
    geometry = {"x": x, "y": y, "width": width, "height": height}
    return RegionChange(
        op="add", uuid=uuid.uuid4(), shape="rect", geometry=geometry, lesion_class=lesion_class
    )


def read(
    image: FundusImage,
    reader: User,
    regions: Sequence[RegionChange] = (),
    *,
    reading_no: int | None = None,
    submit: bool = True,
    seconds: float = 60.0,
    **answers: Any,
) -> LabelSet:
    """One reading; "dr" unless the answers say otherwise."""
    label_set, _ = open_reading(image=image, reader=reader, reading_no=reading_no)
    save_changes(
        label_set=label_set,
        by=reader,
        base_revision=label_set.revision,
        change_id=uuid.uuid4(),
        changes=regions,
        reading={"dr_status": "dr", **answers},
        seconds_spent=seconds,
    )
    label_set.refresh_from_db()
    if submit:
        submit_label_set(label_set=label_set, by=reader)
    return label_set


def add(geometry: dict[str, Any] | None = None, **fields: Any) -> RegionChange:
    shape = "polygon" if geometry and "points" in geometry else "rect"
    fields = {"uuid": uuid.uuid4(), "shape": shape, "lesion_class": "HE", **fields}
    return RegionChange(op="add", geometry=geometry or RECT, **fields)


def save(label_set: LabelSet, by: User, *changes: RegionChange, **options: Any) -> Saved:
    label_set.refresh_from_db()
    options = {"base_revision": label_set.revision, "change_id": uuid.uuid4(), **options}
    return save_changes(label_set=label_set, by=by, changes=changes, **options)
