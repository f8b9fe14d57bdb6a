"""Freezes datasets: label-set revisions, masks and split become rows that never change."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from annotations.models import Mask, Project
from annotations.services.masks import ensure_masks
from core.services import audit
from inference.errors import NotReady
from inference.models import DatasetItem, DatasetVersion
from inference.selectors.datasets import SPLIT_SEED, DatasetPlan, PlannedItem
from inference.states import ModelTask, Split

Fence = Callable[[], AbstractContextManager[Any]]
Progress = Callable[[int, int, str], None]


def require_ready(plan: DatasetPlan) -> None:
    """Raise NotReady with the first problem's code; `detail.problems` has all of them."""
    if not plan.problems:
        return
    first = plan.problems[0]
    refusal = NotReady(first.message, code=first.code, remedy=first.remedy)
    refusal.detail = {"problems": [asdict(problem) for problem in plan.problems]}
    raise refusal


def freeze_dataset(
    *,
    plan: DatasetPlan,
    by: User | None,
    fence: Fence = transaction.atomic,
    on_progress: Progress = lambda done, total, message: None,
) -> DatasetVersion:
    """Build what masks are missing, then write the dataset version in one fenced transaction.

    The same content under the same split is the same version: it is found by its hash and used again.
    Raises NotReady.
    """
    require_ready(plan)
    masks: Mapping[int, Mapping[str, Mask]] = {}
    if plan.task == ModelTask.SEGMENTER:
        label_sets = [item.label_set for item in plan.items]
        masks = ensure_masks(label_sets=label_sets, by=by, open_transaction=fence, progress=on_progress).of
    rows = [_row(item, masks.get(item.label_set.pk, {})) for item in plan.items]
    digest = content_hash(
        task=plan.task, classes=plan.classes, split=_split_json(plan), items=map(item_content, rows)
    )
    with fence():
        Project.objects.select_for_update().get(pk=plan.project.pk)  # numbers its datasets one by one
        earlier = DatasetVersion.objects.filter(
            project=plan.project,
            task=plan.task,
            labels_source=plan.labels_source,
            content_hash=digest,
        ).first()
        return earlier or _write(plan, rows, masks, digest=digest, by=by)


def _write(
    plan: DatasetPlan,
    rows: list[DatasetItem],
    masks: Mapping[int, Mapping[str, Mask]],
    *,
    digest: str,
    by: User | None,
) -> DatasetVersion:
    """Write version, items and audit event. The caller holds the project's row."""
    numbers = DatasetVersion.objects.filter(project=plan.project).aggregate(last=Max("number"))
    dataset = DatasetVersion.objects.create(
        project=plan.project,
        number=(numbers["last"] or 0) + 1,
        task=plan.task,
        labels_source=plan.labels_source,
        classes=list(plan.classes),
        split=_split_json(plan),
        counts=_counts(plan, masks),
        content_hash=digest,
        frozen_at=timezone.now(),
        frozen_by=by,
    )
    for row in rows:
        row.dataset = dataset
    DatasetItem.objects.bulk_create(rows, batch_size=500)
    audit.record(
        actor=by,
        action="dataset.freeze",
        obj=dataset,
        after={"task": plan.task, "images": len(rows), "content_hash": digest},
    )
    return dataset


def _row(item: PlannedItem, masks: Mapping[str, Mask]) -> DatasetItem:
    return DatasetItem(
        image=item.image,
        label_set=item.label_set,
        revision=item.label_set.revision,
        split=item.split or Split.TRAIN,
        patient_code=item.patient,
        label=item.label,
        referable=item.referable,
        classes_looked_for=list(item.looked_for),
        masks={
            code: {"file": mask.file, "sha256": mask.sha256, "area_px": mask.area_px, "regions": mask.regions}
            for code, mask in masks.items()
            if code in item.looked_for
        },
    )


def item_content(row: DatasetItem) -> dict[str, Any]:
    """What of an item counts: no database ids, so that two sites with the same content get the same hash.

    `referable` counts where it is known: versions frozen before it was asked for keep their hash.
    """
    referable = {} if row.referable is None else {"referable": row.referable}
    return {
        "image": row.image.sha256,
        "upload": row.image.upload_sha256,
        "patient": row.patient_code,
        "split": row.split,
        "label": row.label,
        **referable,
        "looked_for": sorted(row.classes_looked_for),
        "masks": {code: mask["sha256"] for code, mask in row.masks.items()},
    }


def content_hash(
    *, task: str, classes: Sequence[str], split: Mapping[str, Any], items: Iterable[Mapping[str, Any]]
) -> str:
    """SHA-256 (hex) over task, classes, split and items, the items in order of their image's hash."""
    ordered = sorted(items, key=lambda item: (item["image"], item["upload"]))
    content = {"task": task, "classes": list(classes), "split": dict(split), "items": ordered}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _split_json(plan: DatasetPlan) -> dict[str, Any]:
    return {"by": "hash of the patient", "seed": SPLIT_SEED, **asdict(plan.fractions)}


def _counts(plan: DatasetPlan, masks: Mapping[int, Mapping[str, Mask]]) -> dict[str, Any]:
    """What is in all and in each split: images, patients, labels, regions and lesion pixels per class."""
    parts: dict[str, list[PlannedItem]] = {"all": list(plan.items)}
    for split in Split:
        parts[split.value] = [item for item in plan.items if item.split == split]
    return {
        name: {
            "images": len(items),
            "patients": len({item.patient for item in items}),
            "positives": sum(item.label == 1 for item in items),
            "negatives": sum(item.label == 0 for item in items),
            "referable": sum(item.referable == 1 for item in items),
            "not_referable": sum(item.referable == 0 for item in items),
            "regions": {code: sum(item.regions.get(code, 0) for item in items) for code in plan.classes},
            "area_px": {
                code: sum(
                    mask.area_px
                    for item in items
                    if (mask := masks.get(item.label_set.pk, {}).get(code)) is not None
                )
                for code in plan.classes
            },
        }
        for name, items in parts.items()
    }
