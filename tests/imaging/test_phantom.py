from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from imaging.decode import decode_image
from imaging.fov import blank_outside, detect_fov, fov_mask
from imaging.mask_codec import decode_mask
from imaging.masks import rasterize
from imaging.phantom import Phantom, disc_center, draw_phantom, sample_patients
from imaging.phantom_files import write_samples
from imaging.shapes import Rect, shape_from_json


def test_the_same_seed_draws_the_same_picture() -> None:
    one, other, different = (draw_phantom(eye="OD", icdr_grade=2, seed=seed, side=300) for seed in (4, 4, 5))

    assert np.array_equal(one.rgb, other.rgb)
    assert one.polygons == other.polygons
    assert not np.array_equal(one.rgb, different.rgb)


def test_lesions_lie_in_the_retina_away_from_the_disc(phantom: Phantom) -> None:
    lesions = phantom.mask("HE") | phantom.mask("EX")
    x, y = disc_center(eye="OS", side=700)
    rows, columns = np.nonzero(lesions)

    assert lesions.any()
    assert not (lesions & ~fov_mask(detect_fov(phantom.rgb))).any()
    assert np.hypot(columns - x, rows - y).min() > 0.1 * 350


def test_hemorrhages_are_darker_and_exudates_brighter_than_what_surrounds_them(phantom: Phantom) -> None:
    green = phantom.rgb[..., 1].astype(float)
    retina = green[fov_mask(detect_fov(phantom.rgb))].mean()

    assert green[phantom.mask("HE")].mean() < 0.6 * retina
    assert green[phantom.mask("EX")].mean() > 1.5 * retina


def test_an_eye_without_retinopathy_has_no_lesion() -> None:
    healthy = draw_phantom(eye="OS", icdr_grade=0, seed=1, side=300)

    assert not healthy.has_dr
    assert healthy.polygons == {"HE": [], "EX": []}
    assert not healthy.mask("HE").any()


def test_the_disc_is_on_the_left_of_a_left_eye_and_on_the_right_of_a_right_one() -> None:
    for eye, side_of_disc in (("OS", slice(0, 150)), ("OD", slice(150, 300))):
        picture = draw_phantom(eye=eye, icdr_grade=0, seed=2, side=300).rgb  # type: ignore[arg-type]
        brightest = picture[..., 1] >= np.percentile(picture[..., 1], 99.5)
        assert brightest[:, side_of_disc].sum() > 0.95 * brightest.sum()


def test_every_picture_is_marked_outside_its_field_of_view(phantom: Phantom) -> None:
    corner = phantom.rgb[670:, :100].astype(int)

    assert (corner.min(axis=2) > 120).sum() > 50
    assert not (blank_outside(phantom.rgb, detect_fov(phantom.rgb))[680:, :60]).any()
    assert "Synthetic" in phantom.note


def test_rectangles_hold_the_lesions_tightly(phantom: Phantom) -> None:
    rects = phantom.rects("HE")

    boxes = rasterize(rects, height=700, width=700)
    assert len(rects) == len(phantom.polygons["HE"])
    assert not (phantom.mask("HE") & ~boxes).any()
    assert all(isinstance(rect, Rect) for rect in rects)


def test_twelve_patients_have_both_eyes_and_five_have_no_retinopathy() -> None:
    patients = list(sample_patients(side=128))

    healthy = [patient for patient in patients if not any(eye.has_dr for eye in patient.eyes)]
    assert len({patient.code for patient in patients}) == 12
    assert len(healthy) == 5
    assert all([eye.eye for eye in patient.eyes] == ["OD", "OS"] for patient in patients)


def test_grades_that_are_not_drawn_are_refused() -> None:
    with pytest.raises(ValueError, match="ICDR grade"):
        draw_phantom(eye="OS", icdr_grade=1, seed=1)
    with pytest.raises(ValueError, match="64 pixels"):
        draw_phantom(eye="OS", icdr_grade=0, seed=1, side=20)


def test_a_sample_folder_holds_images_labels_via_files_and_true_masks(tmp_path: Path) -> None:
    samples = write_samples(tmp_path, count=3, seed=2, side=400)

    labels = list(csv.DictReader(samples.labels_csv.open()))
    assert samples.image_count == len(labels) == 6
    assert {row["eye"] for row in labels} == {"OD", "OS"}
    assert {row["label"] for row in labels} == {"dr", "no_dr"}
    for row in labels:
        assert decode_image(samples.images / row["file"]).shape == (400, 400, 3)


def test_via_polygons_of_a_sample_folder_give_its_masks(tmp_path: Path) -> None:
    samples = write_samples(tmp_path, count=2, seed=3, side=500)
    drawn: dict[str, list[object]] = {}
    for row in csv.DictReader(samples.via_polygons_csv.open()):
        shape = json.loads(row["region_shape_attributes"])
        if shape and json.loads(row["region_attributes"])["Abnormality"] == "hemorrhage":
            points = list(zip(shape["all_points_x"], shape["all_points_y"], strict=True))
            drawn.setdefault(Path(row["filename"]).stem, []).append(
                shape_from_json("polygon", {"points": points})
            )

    assert drawn
    for stem, shapes in drawn.items():
        true = decode_mask((samples.masks / f"{stem}_HE.png").read_bytes())
        mask = rasterize(shapes, height=500, width=500)  # type: ignore[arg-type]
        assert 2 * (mask & true).sum() / (mask.sum() + true.sum()) > 0.99
