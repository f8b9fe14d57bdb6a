"""What can't train is refused with a reason and a remedy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.mask_codec import encode_mask
from imaging.png import png_file
from inference.ml.data import class_map, prepare, read_rgb, read_unchecked_rgb
from inference.ml.errors import UnusableData
from inference.ml.manifest import parse_manifest, read_manifest, require_trainable

Content = dict[str, Any]


def _refusal(content: Content, *, task: str) -> UnusableData:
    with pytest.raises(UnusableData) as refusal:
        require_trainable(parse_manifest(content), task=task)
    assert refusal.value.remedy
    return refusal.value


def test_a_good_manifest_trains_both_models(manifest: Content) -> None:
    parsed = parse_manifest(manifest)

    assert len(require_trainable(parsed, task="classifier").items) == 8
    assert len(require_trainable(parsed, task="segmenter").items) == 8


def test_referable_is_what_the_reading_said_and_unknown_where_it_said_nothing(manifest: Content) -> None:
    for item, said in zip(manifest["items"], (1, 0, None), strict=False):
        item["referable"] = said

    prepared = prepare(parse_manifest(manifest).items[:4], side=32, classes=())

    np.testing.assert_array_equal(prepared.referable, [1, 0, np.nan, np.nan])


def test_images_without_labels_are_refused(manifest: Content) -> None:
    for item in manifest["items"]:
        item.update(label=None, masks={})

    assert _refusal(manifest, task="classifier").code == "no_labels"
    assert _refusal(manifest, task="segmenter").code == "no_labels"


def test_one_class_only_is_refused(manifest: Content) -> None:
    for item in manifest["items"]:
        item["label"] = 1
        item["masks"].pop("EX", None)

    assert _refusal(manifest, task="classifier").code == "one_class_only"


def test_a_class_that_no_training_image_shows_is_left_out_and_named(manifest: Content) -> None:
    for item in manifest["items"]:
        if item["split"] == "train":
            item["masks"].pop("EX", None)
    manifest["items"][0]["looked_for"] = ["EX"]
    manifest["items"][0]["masks"] = {}

    usable = require_trainable(parse_manifest(manifest), task="segmenter")

    assert (usable.classes, usable.untaught) == (("HE",), ("EX",))
    assert len(usable.items) == len(manifest["items"]) - 1  # an image where only EX was looked for


def test_too_few_patients_are_refused(manifest: Content) -> None:
    for item in manifest["items"]:
        item.update(patient="the only one", split="train")

    assert _refusal(manifest, task="classifier").code == "too_few_patients"


def test_a_patient_in_two_folds_is_refused(manifest: Content) -> None:
    manifest["items"][0]["patient"] = manifest["items"][7]["patient"]

    assert _refusal(manifest, task="classifier").code == "patient_in_two_folds"


def test_a_missing_file_is_named(manifest: Content) -> None:
    manifest["items"][0]["path"] = "/nowhere/eye.jpg"

    refusal = _refusal(manifest, task="classifier")
    assert refusal.code == "missing_file"
    assert "/nowhere/eye.jpg" in refusal.message


@pytest.mark.parametrize(
    "change", [{"label": 2}, {"label": True}, {"referable": -1}, {"split": "dev"}, {"fov": {"radius": -1}}]
)
def test_a_malformed_item_is_refused(manifest: Content, change: Content) -> None:
    manifest["items"][0].update(change)

    assert _refusal(manifest, task="classifier").code == "bad_manifest"


def test_a_manifest_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("{")

    with pytest.raises(UnusableData, match=r"manifest\.json"):
        read_manifest(path)


@pytest.mark.parametrize(("content", "reason"), [(b"text", "not an image"), (b"", "not an image")])
def test_a_file_that_is_no_image_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "eye.jpg"
    path.write_bytes(content)

    with pytest.raises(UnusableData, match=reason):
        read_rgb(path)


def test_a_jpeg_that_ends_early_is_refused(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "eye.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    path.write_bytes(cv2.imencode(".jpg", noise)[1].tobytes()[:-300])

    with pytest.raises(UnusableData, match="ends early"):
        read_rgb(path)


def test_a_picture_with_bytes_behind_its_end_is_read_all_the_same(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "eye.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    whole = cv2.imencode(".jpg", noise)[1].tobytes()
    path.write_bytes(whole + bytes(200))

    assert read_unchecked_rgb(path).shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        (
            "bomb.png",
            png_file(np.zeros((9, 2), np.uint8), width=1 << 30, bit_depth=1, strategy=0),
            "too_many_pixels",
        ),
        ("large.png", encode_mask(np.zeros((8000, 8000), np.bool_)), "too_many_pixels"),
        ("cut.png", encode_mask(np.eye(500, dtype=np.bool_))[:90], "truncated_image"),
        ("words.jpg", b"words", "not_an_image"),
    ],
)
def test_a_file_nobody_checked_is_refused_before_it_does_harm(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnusableData, match=name) as refusal:
        read_unchecked_rgb(tmp_path / name)

    assert (refusal.value.code, bool(refusal.value.remedy)) == (code, True)


def test_prepared_images_come_back_from_the_cache(manifest: Content, tmp_path: Path) -> None:
    items = parse_manifest(manifest).items
    first = prepare(items, side=64, classes=("HE", "EX"), cache=tmp_path, threads=2)
    again = prepare(items, side=64, classes=("HE", "EX"), cache=tmp_path)

    assert len(list(tmp_path.iterdir())) == len(items)
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.masks, again.masks)
    assert first.images.shape == (8, 64, 64, 3)
    assert first.masks.any() and not first.masks[1].any()


def test_a_mask_of_another_size_is_refused(manifest: Content, tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    path.write_bytes(encode_mask(np.ones((8, 8), np.bool_)))
    manifest["items"][0]["masks"]["HE"] = str(path)

    with pytest.raises(UnusableData, match=r"small\.png"):
        prepare(parse_manifest(manifest).items, side=64, classes=("HE", "EX"))


def test_a_class_nobody_looked_for_is_unknown_not_absent(manifest: Content) -> None:
    manifest["items"][1]["looked_for"] = ["HE"]

    prepared = prepare(parse_manifest(manifest).items[:2], side=32, classes=("HE", "EX"))

    assert prepared.known.tolist() == [[True, True], [True, False]]


def test_hemorrhage_wins_where_masks_overlap() -> None:
    both = np.array([[[True, True], [True, False], [False, True], [False, False]]])

    assert class_map(both, ("EX", "HE")).tolist() == [[2, 1, 2, 0]]
    assert class_map(both, ("HE", "EX")).tolist() == [[1, 1, 2, 0]]


def test_a_lesion_smaller_than_a_pixel_leaves_its_share_in_soft_masks(
    manifest: Content, tmp_path: Path
) -> None:
    item = manifest["items"][0]
    dot = np.zeros((256, 256), np.bool_)
    dot[128, 128:130] = True
    path = tmp_path / "p0_MA.png"
    path.write_bytes(encode_mask(dot))
    item |= {"masks": {"MA": str(path)}, "looked_for": ["MA"]}
    items = parse_manifest(manifest).items[:1]

    soft = prepare(items, side=64, classes=("MA",), soft=True, cache=tmp_path / "cache")
    again = prepare(items, side=64, classes=("MA",), soft=True, cache=tmp_path / "cache")

    assert soft.coverage is not None and again.coverage is not None
    assert 0 < soft.coverage.sum() / 255 < 1
    assert not soft.masks.any()  # nowhere half a pixel
    np.testing.assert_array_equal(soft.coverage, again.coverage)
    assert prepare(items, side=64, classes=("MA",), cache=tmp_path / "cache").coverage is None
