"""Red-free and CLAHE: what they show, and that nothing outside the retina is shown."""

import numpy as np

from imaging.filters import clahe, red_free
from imaging.fov import detect_fov, fov_mask
from imaging.phantom import draw_phantom


def test_red_free_uses_the_whole_range_of_grey_inside_the_retina_and_is_black_outside() -> None:
    phantom = draw_phantom(eye="OD", icdr_grade=2, seed=3, side=500)
    fov = detect_fov(phantom.rgb)

    grey = red_free(phantom.rgb, fov)

    inside = fov_mask(fov)
    assert grey.shape == (500, 500)
    assert not grey[~inside].any()
    assert np.percentile(grey[inside], 0.3) < 20
    assert np.percentile(grey[inside], 99.7) > 235


def test_clahe_raises_local_contrast_keeps_hues_and_is_black_outside() -> None:
    phantom = draw_phantom(eye="OS", icdr_grade=2, seed=4, side=500)
    fov = detect_fov(phantom.rgb)

    shown = clahe(phantom.rgb, fov)

    inside = fov_mask(fov)
    assert not shown[~inside].any()
    lesions = phantom.mask("HE")
    around = inside & ~lesions & ~phantom.mask("EX")

    def contrast(rgb: np.ndarray) -> float:
        return float(rgb[around].mean() - rgb[lesions].mean())

    assert contrast(shown) > 1.2 * contrast(phantom.rgb)
    assert (shown[inside].mean(axis=0).argsort() == phantom.rgb[inside].mean(axis=0).argsort()).all()
