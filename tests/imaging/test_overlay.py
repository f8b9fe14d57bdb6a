from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from imaging.overlay import (
    STYLES,
    color_heat,
    color_masks,
    color_probabilities,
    encode_rgba,
    label_preview,
    lay_over,
    shrink_mask,
    with_rim,
)
from imaging.phantom import Phantom


def block(side: int = 60) -> np.ndarray:
    mask = np.zeros((side, side), np.bool_)
    mask[10:50, 10:50] = True
    return mask


def test_exudates_are_green_hemorrhages_red_and_the_rest_is_clear() -> None:
    for code, channel in (("EX", 1), ("HE", 0)):
        overlay = color_masks({code: block()}, height=60, width=60)

        assert (overlay[block()][:, :3].argmax(axis=1) == channel).all()
        assert not overlay[~block()].any()
        assert overlay[block()][:, 3].all()


def test_a_light_rim_lets_red_show_on_a_red_retina() -> None:
    retina = np.full((60, 60, 3), (150, 30, 20), np.uint8)
    overlay = color_masks({"HE": block()}, height=60, width=60)

    shown = lay_over(retina, with_rim(overlay))

    assert (shown[9, 9:51] > 150).all()
    assert (shown[8, 8:52] == retina[0, 0]).all()
    assert (shown[block()] == lay_over(retina, overlay)[block()]).all()


def test_classes_differ_by_pattern_and_not_by_colour_alone() -> None:
    alphas = [color_masks({code: block()}, height=60, width=60)[15:45, 15:45, 3] for code in STYLES]

    for index, alpha in enumerate(alphas):
        assert not any(np.array_equal(alpha, other) for other in alphas[index + 1 :])


def test_outlines_are_opaque() -> None:
    overlay = color_masks({"EX": block()}, height=60, width=60)

    assert (overlay[10, 10:50, 3] == 255).all()
    assert overlay[30, 30, 3] < 255


def test_a_mask_of_another_size_or_class_is_refused() -> None:
    with pytest.raises(ValueError, match="the mask of HE"):
        color_masks({"HE": block()}, height=50, width=60)
    with pytest.raises(ValueError, match="no style"):
        color_masks({"??": block()}, height=60, width=60)


def test_no_lesion_is_lost_when_a_mask_shrinks() -> None:
    mask = np.zeros((2848, 4288), np.bool_)
    mask[::400, ::400] = True

    small = shrink_mask(mask, longer_side=800)

    assert small.shape == (531, 800)
    assert small.sum() >= mask.sum()
    assert shrink_mask(mask, longer_side=5000) is mask


def test_the_preview_changes_labelled_pixels_only(phantom: Phantom) -> None:
    masks = {code: phantom.mask(code) for code in phantom.polygons}

    preview = label_preview(phantom.rgb, masks)

    changed = (preview != phantom.rgb).any(axis=2)
    labelled = masks["HE"] | masks["EX"]
    assert not changed[~labelled].any()
    assert changed[labelled].mean() > 0.9


def test_an_opaque_overlay_hides_and_a_clear_one_shows() -> None:
    picture = np.full((2, 1, 3), 100, np.uint8)
    overlay = np.array([[[200, 0, 0, 255]], [[200, 0, 0, 0]]], np.uint8)

    assert lay_over(picture, overlay).tolist() == [[[200, 0, 0]], [[100, 100, 100]]]


def test_probabilities_show_as_opacity() -> None:
    overlay = color_probabilities(np.array([[0, 12, 100, 255]], np.uint8), style=STYLES["HE"])

    assert overlay[0, :, 3].tolist() == [0, 0, 78, 200]
    assert overlay[0, 3, :3].tolist() == list(STYLES["HE"].color)


def test_heat_is_clear_where_cold_and_survives_nan() -> None:
    overlay = color_heat(np.array([[0.0, 0.5, 1.0, np.nan]]))

    alphas = overlay[0, :, 3].tolist()
    assert alphas[0] == alphas[3] == 0
    assert alphas[0] < alphas[1] < alphas[2]


def test_overlays_are_saved_as_rgba_pngs() -> None:
    overlay = color_masks({"HE": block()}, height=60, width=60)

    with Image.open(io.BytesIO(encode_rgba(overlay))) as image:
        assert image.mode == "RGBA"
        assert np.array_equal(np.asarray(image), overlay)
