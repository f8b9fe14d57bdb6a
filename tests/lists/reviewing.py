"""What models said and people signed: registry, datasets, trainings, predictions, decisions, reviews."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.models import Job
from inference.models import (
    ComparedImage,
    DatasetItem,
    DatasetVersion,
    ExternalReport,
    Finding,
    ImageDecision,
    ModelComparison,
    ModelVersion,
    Prediction,
    Promotion,
    Search,
    SearchTrial,
    TrainingEpoch,
    TrainingRun,
)
from review.models import Claim, DecisionTally, ModelAlarm, Review, ReviewedImage, Signature
from tests.lists.labelling import Reading
from tests.lists.rows import NOW, put
from tests.lists.world import CROWD, World, digest, job_id

STARTER = Path(__file__).resolve().parents[2] / "inference" / "starter"
MODELS = 5 * CROWD  # the first two are the champions, the next two judged every image before them
TASKS = ("classifier", "segmenter")
OUTLINE = json.dumps({"points": [[10, 10], [40, 12], [44, 30], [30, 44]], "holes": []})
OUTCOMES = (*["no_dr"] * 14, "dr", "dr", "dr", "ungradable", "discordant", "no_dr")


def model_id(number: int) -> str:
    """The id of a model version, counted from 0."""
    return digest("model", number)


def make_models(world: World, readings: list[Reading]) -> None:
    """The registry, datasets and trainings."""
    cards = {task: (STARTER / task / "card.json").read_text() for task in TASKS}
    trainer = world.administrators[1]
    put(
        ModelVersion,
        (
            "id",
            "project_id",
            "task",
            "architecture",
            "state",
            "folder",
            "card",
            "trained_by_id",
            "created_at",
        ),
        (
            (
                *(model_id(number), world.project, TASKS[number % 2], "unet"),
                "champion" if number < 2 else "retired" if number < 4 else "candidate",
                *("models/none", cards[TASKS[number % 2]], trainer, NOW - timedelta(days=number)),
            )
            for number in range(MODELS)
        ),
    )
    put(
        Promotion,
        ("model_id", "by_id", "reason"),
        ((model_id(number % 4), world.administrators[0], "better") for number in range(2 * CROWD)),
    )
    _make_datasets(world, readings)
    _make_trainings(world)
    _make_comparisons(world)


def _make_datasets(world: World, readings: list[Reading]) -> None:
    counts = json.dumps({"all": {"images": 10, "patients": 5}})
    put(
        DatasetVersion,
        (
            "id",
            "project_id",
            "number",
            "task",
            "classes",
            "counts",
            "content_hash",
            "frozen_at",
            "frozen_by_id",
        ),
        (
            (
                *(pk, world.project, pk, TASKS[pk % 2], ["HE", "EX"], counts, digest("dataset", pk), NOW),
                world.administrators[1],
            )
            for pk in range(1, 2 * CROWD + 1)
        ),
    )
    chosen = {one.image: one.label_set for one in readings if one.state == "accepted"}
    patients = {one.image: one.patient for one in world.photographs}
    masks = json.dumps({"HE": {"sha256": digest("mask"), "area_px": 900, "regions": 3}})
    put(
        DatasetItem,
        (
            *("dataset_id", "image_id", "label_set_id", "revision", "split", "patient_code", "label"),
            *("classes_looked_for", "masks"),
        ),
        (
            (
                *(dataset, image, label_set, 2, ("train", "validation", "test")[patients[image] % 3]),
                *(f"P{patients[image]:06}", (image + (dataset == 3)) % 2, '["HE", "EX"]', masks),
            )
            for dataset in (1, 3)  # of one task
            for image, label_set in chosen.items()
        ),
    )


def _make_trainings(world: World) -> None:
    first, runs, trials, searches = (
        10_000_000,
        world.size.trainings,
        max(CROWD, world.size.trainings // 2),
        CROWD,
    )
    put(
        Job,
        ("id", "kind", "queue", "state", "requested_by_id"),
        (
            (job_id(first + number), "inference.train", "train", "succeeded", world.administrators[0])
            for number in range(runs + searches * trials)
        ),
    )
    put(
        TrainingRun,
        ("id", "project_id", "task", "preset", "dataset_id", "job_id", "model_id", "queued_by_id"),
        (
            (
                *(number + 1, world.project, TASKS[number % 2], f"quick_{number % 2}", 1 + number % 2),
                *(
                    job_id(first + number),
                    model_id(number) if number < MODELS else None,
                    world.administrators[0],
                ),
            )
            for number in range(runs + searches * trials)
        ),
    )
    put(
        TrainingEpoch,
        ("run_id", "epoch", "attempt", "seconds", "metrics"),
        (
            (run + 1, epoch, 1, 12.5, '{"loss": 0.4, "val_dice": 0.6}')
            for run in range(runs + searches * trials)
            for epoch in range(1, world.size.epochs + 1)
        ),
    )
    put(
        Search,
        ("id", "project_id", "task", "preset", "study", "dataset_id", "queued_by_id"),
        (
            (
                *(pk, world.project, "classifier", "quick_resnet50_grid", job_id(pk), 1),
                world.administrators[0],
            )
            for pk in range(1, searches + 1)
        ),
    )
    put(
        SearchTrial,
        ("search_id", "number", "run_id", "study_number", "params", "value"),
        (
            (search + 1, trial, runs + search * trials + trial + 1, trial, '{"learning_rate": 0.001}', 0.5)
            for search in range(searches)
            for trial in range(trials)
        ),
    )


def _make_comparisons(world: World) -> None:
    put(
        ModelComparison,
        ("id", "candidate_id", "champion_id", "margin", "finished_at"),
        ((pk, model_id(4), model_id(0), 0.05, NOW) for pk in range(1, 2 * CROWD + 1)),
    )
    put(
        ComparedImage,
        ("comparison_id", "image_id", "truth", "candidate", "champion", "gap", "disagree"),
        (
            (
                *(1, one.image, '{"dr": true}', '{"probability": 0.8, "dr": true}'),
                *('{"probability": 0.3, "dr": false}', (one.image % 97) / 97, one.image % 2 == 0),
            )
            for one in world.photographs
            if one.patient == 1 or one.patient % 5 == 2
        ),
    )
    put(
        ExternalReport,
        ("model_id", "dataset_id", "name", "asked_by_id", "finished_at"),
        (
            (model_id(0), 1 + number % 3, "Elsewhere", world.administrators[0], NOW)
            for number in range(2 * CROWD)
        ),
    )


def make_predictions(world: World) -> None:
    """Predictions and decisions of the champions and of those before them; nineteen of twenty images."""
    read = [one for one in world.photographs if one.image % 20]
    put(
        Prediction,
        ("id", "image_id", "model_id", "task", "gradable", "outputs", "maps"),
        (
            (
                _prediction_id(one.image, model),
                one.image,
                model_id(model),
                TASKS[model % 2],
                True,
                *_said(one.image, model),
            )
            for one in read
            for model in range(2 * CROWD if one.image == 1 else 4)
        ),
    )
    put(
        Finding,
        (
            *("prediction_id", "lesion_class", "polygon", "bbox", "area_px", "area_fov_percent"),
            "confidence",
        ),
        (
            (
                _prediction_id(one.image, 1),
                ("HE", "EX")[number % 2],
                OUTLINE,
                "[10, 10, 34, 34]",
                400,
                0.01,
                0.9,
            )
            for one in read
            for number in range(600 if one.image <= 2 else world.size.findings_per_image)
        ),
    )
    put(
        ImageDecision,
        ("image_id", "classifier_id", "segmenter_id", "outcome", "dr_probability", "lesions", "reasons"),
        (_decision(one.image, generation) for generation in (2, 0) for one in read),
    )


def make_reviews(world: World) -> None:
    """Signed reviews of one exam in ten, drafts, and claims; the first exam has many versions."""
    exams = sorted({one.exam for one in world.photographs if one.patient % 10 == 4})
    versions = [(1, version) for version in range(1, CROWD + 1)] + [(exam, 1) for exam in exams]
    signed = [(pk, exam, version) for pk, (exam, version) in enumerate(versions, start=1)]
    drafts = [
        (len(signed) + 1, 1),
        *enumerate(sorted({one.exam + 1 for one in world.photographs[24::400]}), len(signed) + 2),
    ]
    put(
        Review,
        ("id", "exam_id", "reviewer_id", "version", "urgency", "conclusion"),
        [
            *((pk, exam, _reviewer(world, pk), version, "routine", "Seen.") for pk, exam, version in signed),
            *(
                (pk, exam, world.reviewers[0], 0, "", "")
                for pk, exam in drafts
                if exam < world.photographs[-1].exam
            ),
        ],
    )
    images: dict[int, list[int]] = {}
    for one in world.photographs:
        images.setdefault(one.exam, []).append(one.image)
    put(
        ReviewedImage,
        ("review_id", "image_id"),
        ((pk, image) for pk, exam, _ in signed for image in images[exam]),
    )
    # A review becomes signed by a change of its state, as in earnest; nothing of it may be added afterwards.
    Review.objects.filter(pk__lte=len(signed)).update(state="signed")
    document = json.dumps({"format": "fovea-review/1", "findings": ["x" * 80] * 100})
    put(
        Signature,
        ("review_id", "signed_by_id", "signed_at", "document", "sha256"),
        ((pk, _reviewer(world, pk), NOW, document, digest("signature", pk)) for pk, _, _ in signed),
    )
    until = timezone.now() + timedelta(days=1)
    put(
        Claim,
        ("patient_id", "reviewer_id", "claimed_at", "expires_at"),
        (
            (patient, _reviewer(world, patient // 2), NOW, until)
            for patient in range(2, 20 * CROWD, 2)
            if patient <= world.size.patients
        ),
    )


def make_alarms(world: World) -> None:
    """Alarms about models, most of them over, and what signed reviews say of champions."""
    put(
        ModelAlarm,
        ("model_id", "kind", "value", "limit", "of", "ended_at"),
        (
            (model_id(number % CROWD), "overrides", 0.4, 0.2, 200, NOW if number >= CROWD else None)
            for number in range(10 * CROWD)
        ),
    )
    signed = Review.objects.filter(state="signed", version=1).values_list("pk", flat=True)
    put(
        DecisionTally,
        ("review_id", "model_id", "week", "decided", "outcome"),
        (
            (
                pk,
                model_id(model),
                NOW.date() - timedelta(days=7 * (pk % 50)),
                "no_dr",
                ("no_dr", "dr")[pk % 2],
            )
            for pk in signed
            for model in (0, 1)
        ),
    )


def _reviewer(world: World, number: int) -> int:
    return world.reviewers[number % len(world.reviewers)]


def _prediction_id(image: int, model: int) -> int:
    return image * 4 + model if model < 4 else 1_000_000_000 + image * 100 + model


def _said(image: int, model: int) -> tuple[str, str]:
    maps = {"HE": "maps/none.png", "EX": "maps/none.png"}
    if model % 2:
        lesions = {code: {"count": 3, "area_px": 900, "area_fov_percent": 0.02} for code in ("HE", "EX")}
        return json.dumps({"lesions": lesions}), json.dumps(maps)
    likely = (image * 37 % 100) / 100
    outputs = {
        "dr": likely >= 0.5,
        "dr_probability": likely,
        "dr_threshold": 0.5,
        "referable_probability": likely / 2,
        "referable_threshold": 0.4,
        "heatmap_is_empty": False,
    }
    return json.dumps(outputs), '{"heatmap": "maps/none.png"}'


def _decision(image: int, generation: int) -> tuple[Any, ...]:
    lesions = {code: {"count": 3, "area_px": 900, "area_fov_percent": 0.02} for code in ("HE", "EX")}
    reasons = [{"code": "classified_no_dr", "message": "The classifier sees no DR."}]
    return (
        *(image, _prediction_id(image, generation), _prediction_id(image, generation + 1)),
        *(
            OUTCOMES[image % len(OUTCOMES)],
            (image * 37 % 100) / 100,
            json.dumps(lesions),
            json.dumps(reasons),
        ),
    )
