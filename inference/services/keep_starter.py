"""Makes a trained model a starter model: its card tells the data, the licence and how to make it again.

Only the command imports this module: it loads ONNX Runtime.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from core.errors import Invalid
from inference.errors import refusals_of_ml
from inference.ml.model_store import Card, load_model, write_model
from inference.ml.presets import preset_named
from inference.ml.settings import as_json
from inference.services.model_checks import check_model_folder
from inference.services.starter_models import CARD_PART, IDS_FILE, starter_ids
from inference.states import ModelTask

MOST_BYTES = 12_000_000
ITEM_NAMES = "IDRiD_"  # nothing that was trained on images of other data sets may be kept
SOURCE = {
    "dataset": "IDRiD",
    "licence": "CC BY 4.0",
    "attribution": (
        "Porwal P, Pachade S, Kamble R, Kokare M, et al. Indian Diabetic Retinopathy Image Dataset (IDRiD). "
        "IEEE Dataport, 2018. https://doi.org/10.21227/H25W98 (CC BY 4.0). Images were cropped and scaled."
    ),
}
PARTS = {
    ModelTask.SEGMENTER: "lesion segmentation, its 54 training images with masks",
    ModelTask.CLASSIFIER: "disease grading, 397 of its training images",
}
BRING_IN = {
    ModelTask.SEGMENTER: [
        "manage.py import_images idrid/segmentation/images",
        "manage.py import_masks idrid/segmentation/masks --images idrid/segmentation/images --accept",
    ],
    ModelTask.CLASSIFIER: ["manage.py import_images idrid/grading --labels idrid/grading_labels.csv"],
}
LIMIT = (
    "A starter, to see Fovea work from the first minute: it learned from one clinic and one kind of camera. "
    "Train a model on your own images before you rely on what it finds."
)


def keep_starter_model(*, folder: Path, manifest: Path, commit: str, into: Path) -> str:
    """Check a trained model folder and write it, with a fuller card, as its task's starter; gives the id.

    `manifest`: what it was trained on. `commit`: of the code that trained it. Raises Invalid for another
    data set, another manifest or a model of more than 12 MB; MlRefusal as for any model from elsewhere.
    """
    check_model_folder(folder)
    with refusals_of_ml():
        stored = load_model(folder)
    if len(stored.onnx) > MOST_BYTES:
        raise Invalid(
            f"{folder}: model.onnx has {len(stored.onnx):,} bytes; a starter has {MOST_BYTES:,} at most.",
            remedy="Train it with `--set half_weights=true`.",
        )
    items = json.loads(manifest.read_bytes())["items"]
    _require_idrid(items, stored.card)
    card = _starter_card(stored.card, items, commit=commit)
    task = str(card["task"])
    ids = starter_ids(into)
    ids[task] = write_model(into / task, onnx=stored.onnx, card=card)
    check_model_folder(into / task)
    (into / IDS_FILE).write_text(json.dumps(ids, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return ids[task]


def _require_idrid(items: list[dict[str, Any]], card: Card) -> None:
    others = [str(item["id"]) for item in items if not str(item["id"]).startswith(ITEM_NAMES)]
    if others:
        raise Invalid(
            f"It learned from {others[0]} and {len(others) - 1} more that are not of IDRiD.",
            remedy="Train it on the IDRiD folders alone.",
        )
    trained = {fold: counts["images"] for fold, counts in card["split"]["folds"].items() if counts["images"]}
    if trained != Counter(item["split"] for item in items):
        raise Invalid(
            f"The manifest has other images than the card, which counts {trained}.",
            remedy="Give the manifest that this very model was trained with.",
        )


def _starter_card(card: Card, items: list[dict[str, Any]], *, commit: str) -> Card:
    task = ModelTask(card["task"])
    test_images = sorted(str(item["id"]) for item in items if item["split"] == "test")
    return {
        **card,
        "provenance": {
            **card.get("provenance", {}),
            "code_commit": commit,
            "labels_source": f"IDRiD: {PARTS[task]}",
        },
        "split": {**card["split"], "test_images": test_images},
        "limits": [*card["limits"], LIMIT],
        CARD_PART: {**SOURCE, "part": PARTS[task], "images": len(items), "commands": _commands(card)},
    }


def _commands(card: Card) -> list[str]:
    """What makes such a model again from the unpacked folders."""
    usual = as_json(preset_named(card["preset"], task=card["task"]).settings)
    changed = [
        f"--set {name}={json.dumps(setting['value'])}"
        for name, setting in sorted(card["settings"].items())
        if name in usual and usual[name] != setting["value"]
    ]
    train = [
        "manage.py train",
        card["task"],
        "--preset",
        card["preset"],
        *changed,
        f"--seed {card['seed']} --wait",
    ]
    return [*BRING_IN[ModelTask(card["task"])], " ".join(train)]
