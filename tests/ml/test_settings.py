"""Presets hold the study's numbers; overrides are checked."""

from typing import Any

import pytest

from inference.ml.errors import InvalidSettings
from inference.ml.presets import PRESETS, preset_named, settings_for
from inference.ml.resnet_settings import Balancing
from inference.ml.settings import provenance


def test_the_study_resnet50_has_the_published_numbers() -> None:
    settings: Any = PRESETS["study_resnet50"].settings

    assert (settings.architecture, settings.initialisation, settings.side_px) == ("resnet50", "imagenet", 256)
    assert (settings.optimizer, settings.momentum, settings.learning_rate) == ("sgd", 0.9, 1e-4)
    assert (settings.batch_size, settings.epochs) == (16, 35)
    assert settings.balancing is Balancing.OVERSAMPLE
    assert (settings.train_fraction, settings.validation_fraction, settings.test_fraction) == (0.7, 0.0, 0.3)


def test_the_study_unet_has_the_published_numbers() -> None:
    settings: Any = PRESETS["study_unet"].settings

    assert (settings.side_px, settings.crop_px, settings.batch_size, settings.epochs) == (256, 0, 8, 100)
    assert settings.depth == 4
    assert settings.encoder_filters == (64, 128, 256, 512)
    assert settings.bottleneck_filters == 1024
    assert (settings.convolutions, settings.kernel_px) == (2, 3)
    assert (settings.l2, settings.learning_rate, settings.optimizer) == (1e-5, 1e-3, "adam")
    assert (settings.train_fraction, settings.test_fraction, settings.validation_fraction) == (0.7, 0.2, 0.1)


def test_augmentation_has_the_published_ranges() -> None:
    settings: Any = PRESETS["study_unet"].settings

    assert settings.augment
    assert settings.rotation_degrees == 20
    assert (settings.width_shift, settings.height_shift, settings.zoom) == (0.1, 0.1, 0.1)
    assert settings.horizontal_flip and settings.vertical_flip
    assert settings.fill == "nearest"


def test_values_the_study_leaves_open_are_marked_as_ours() -> None:
    described = provenance(PRESETS["study_unet"].settings)

    assert described["batch_size"]["source"] == "study"
    assert described["l2"]["source"] == "ours"
    assert described["l2"]["why"]


def test_a_study_value_that_was_changed_is_ours() -> None:
    settings = settings_for(PRESETS["study_resnet50"], {"learning_rate": "1e-3"})

    assert provenance(settings)["learning_rate"] == {
        "value": 1e-3,
        "source": "ours",
        "why": "changed from 0.0001",
    }


def test_only_one_way_of_balancing_can_be_named() -> None:
    settings: Any = settings_for(PRESETS["study_resnet50"], {"balancing": "weight_2.5"})

    assert settings.balancing.no_dr_weight == 2.5
    with pytest.raises(InvalidSettings, match="balancing"):
        settings_for(PRESETS["study_resnet50"], {"balancing": "oversample,weight_2"})


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"learning_rte": 0.1}, "learning_rte"),
        ({"epochs": "many"}, "epochs"),
        ({"epochs": 2.5}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"augment": "perhaps"}, "augment"),
        ({"side_px": 100}, "side_px must be a multiple of 16"),
        ({"encoder_filters": "64,128"}, "same length"),
        ({"test_fraction": 0.5}, "add up to 1"),
    ],
)
def test_a_wrong_override_is_refused_by_name(overrides: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named) as refusal:
        settings_for(PRESETS["study_unet"], overrides)

    assert refusal.value.remedy


def test_text_of_a_command_line_becomes_a_value() -> None:
    settings: Any = settings_for(
        PRESETS["study_unet"],
        {"encoder_filters": "8,16", "decoder_filters": "16,8", "epochs": "3", "augment": "false"},
    )

    assert settings.encoder_filters == (8, 16)
    assert settings.epochs == 3
    assert settings.augment is False


def test_the_choices_and_lists_of_the_new_segmenter_come_as_text_or_json() -> None:
    settings: Any = settings_for(PRESETS["best_unet_lite0"], {"views": "4", "crop_weights": "0.7,0.3"})

    assert (settings.views, settings.crop_weights) == (4, (0.7, 0.3))
    assert settings == settings_for(PRESETS["best_unet_lite0"], {"views": 4, "crop_weights": [0.7, 0.3]})


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"views": 3}, "views"),
        ({"views": True}, "views"),
        ({"crop_weights": "much"}, "crop_weights"),
        ({"crop_weights": "-1,2"}, "crop_weights"),
        ({"side_px": 1000}, "side_px must be a multiple of 32"),
        ({"crop_px": 1472}, "crop_px"),
        ({"final_epochs": -1}, "final_epochs"),
        ({"averaging": 1.0}, "averaging"),
    ],
)
def test_what_the_new_segmenter_cannot_do_is_refused_by_name(overrides: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named) as refusal:
        settings_for(PRESETS["best_unet_lite0"], overrides)

    assert refusal.value.remedy


def test_a_preset_of_the_other_task_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="study_unet") as refusal:
        preset_named("study_unet", task="classifier")

    assert "study_resnet50" in refusal.value.remedy
