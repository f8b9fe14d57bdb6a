"""Named starting points for a training run.

`study_*` take every default of their settings: the study's numbers, and ours where it names none. `quick_*`
train in under three minutes on two cores, for demonstrations and tests. `cpu_*` give a good model in under 40
minutes on two cores, `best_*` the best one in under five minutes on one GPU.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.ml.architectures.base import Task
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.errors import InvalidSettings
from inference.ml.lesion_fusion_settings import LesionFusionSettings
from inference.ml.resnet_settings import Balancing, ResnetSettings
from inference.ml.settings import Settings, with_overrides
from inference.ml.unet_lite0_settings import UnetLite0Settings
from inference.ml.unet_settings import UnetSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One named set of training settings."""

    name: str
    task: Task
    title: str
    description: str
    settings: Settings
    is_study: bool
    wants_gpu: bool


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="study_resnet50",
            task="classifier",
            title="Study ResNet-50",
            description=(
                "The published study's best classifier: ResNet-50, 256 px, SGD at 1e-4, batch 16, no DR "
                "oversampled, 35 epochs. Hours on two cores."
            ),
            settings=ResnetSettings(),
            is_study=True,
            wants_gpu=True,
        ),
        Preset(
            name="study_unet",
            task="segmenter",
            title="Study U-Net",
            description=(
                "The published study's segmenter: the whole image at 256 px, filters 64 to 1024, softmax "
                "over background, hemorrhage and exudate, 100 epochs. Hours on two cores."
            ),
            settings=UnetSettings(),
            is_study=True,
            wants_gpu=True,
        ),
        Preset(
            name="quick_resnet50",
            task="classifier",
            title="Quick ResNet-50",
            description=(
                "A small-image ResNet-50 for demonstrations: trains in under three minutes on two cores."
            ),
            settings=ResnetSettings(
                side_px=128,
                epochs=20,
                optimizer="adamw",
                learning_rate=1e-3,
                one_cycle=True,
                weight_decay=1e-2,
                refresh_statistics=True,
                balancing=Balancing.OVERSAMPLE,
                train_fraction=0.6,
                validation_fraction=0.2,
                test_fraction=0.2,
            ),
            is_study=False,
            wants_gpu=False,
        ),
        Preset(
            name="quick_unet",
            task="segmenter",
            title="Quick U-Net",
            description=(
                "A thin U-Net on crops around lesions of a larger image: shows lesions after under three "
                "minutes on two cores."
            ),
            settings=UnetSettings(
                side_px=512,
                crop_px=128,
                lesion_crop_share=0.7,
                encoder_filters=(16, 32, 64),
                bottleneck_filters=96,
                decoder_filters=(64, 32, 16),
                batch_normalization=True,
                learning_rate=3e-3,
                one_cycle=True,
                epochs=8,
                steps_per_epoch=40,
                loss="cross_entropy_dice",
                lesion_weight=3.0,
                loss_inside_fov=True,
                minimum_component_px=2,
            ),
            is_study=False,
            wants_gpu=False,
        ),
        Preset(
            name="best_efficientnet_lite0",
            task="classifier",
            title="Best classifier",
            description=(
                "EfficientNet-Lite0 (ImageNet) at 512 px for any DR and referable DR, balanced batches, 40 "
                "epochs, four flips averaged at prediction. Under five minutes on a GPU; hours on two cores."
            ),
            settings=EfficientnetLite0Settings(),
            is_study=False,
            wants_gpu=True,
        ),
        Preset(
            name="cpu_efficientnet_lite0",
            task="classifier",
            title="Classifier without a GPU",
            description=(
                "The same EfficientNet-Lite0 at a field of view of 320 px: under 40 minutes on two cores for "
                "700 images."
            ),
            settings=EfficientnetLite0Settings(side_px=320, epochs=24, averaging=0.99),
            is_study=False,
            wants_gpu=False,
        ),
        Preset(
            name="best_lesion_fusion",
            task="classifier",
            title="Best classifier with lesions",
            description=(
                "The best classifier, which also reads how many lesions of each kind the champion segmenter "
                "finds, how large and in how many quadrants. Needs a champion segmenter and works with that "
                "one only. Under five minutes on a GPU, after one look of the segmenter at each image."
            ),
            settings=LesionFusionSettings(),
            is_study=False,
            wants_gpu=True,
        ),
        Preset(
            name="cpu_lesion_fusion",
            task="classifier",
            title="Classifier with lesions, without a GPU",
            description=(
                "The same at a field of view of 320 px: under 40 minutes on two cores for 700 images, after "
                "one look of the champion segmenter at each (about a second)."
            ),
            settings=LesionFusionSettings(side_px=320, epochs=22, averaging=0.99),
            is_study=False,
            wants_gpu=False,
        ),
        Preset(
            name="best_unet_lite0",
            task="segmenter",
            title="Best segmenter",
            description=(
                "A U-Net on EfficientNet-Lite0 (ImageNet) at a field of view of 1440 px: 1,500 steps, then "
                "500 on all images; eight views averaged at prediction. Minutes on a GPU; hours on two cores."
            ),
            settings=UnetLite0Settings(),
            is_study=False,
            wants_gpu=True,
        ),
        Preset(
            name="cpu_unet_lite0",
            task="segmenter",
            title="Segmenter without a GPU",
            description=(
                "The same U-Net at a field of view of 1024 px with smaller crops and batches: under 40 "
                "minutes on two cores, under a second an image."
            ),
            settings=UnetLite0Settings(
                side_px=1024,
                crop_px=320,
                batch_size=8,
                epochs=17,
                steps_per_epoch=70,
                averaging=0.99,
                jitter_px=40.0,
                views=2,
                minimum_component_px=2,
            ),
            is_study=False,
            wants_gpu=False,
        ),
    )
}


def preset_named(name: str, *, task: str) -> Preset:
    """The preset of that name. Raises InvalidSettings when there is none, or it trains something else."""
    preset = PRESETS.get(name)
    if preset is None or preset.task != task:
        fitting = ", ".join(known.name for known in PRESETS.values() if known.task == task)
        raise InvalidSettings(
            f"no {task} preset is called {name!r}", remedy=f"Choose one of: {fitting or 'none'}."
        )
    return preset


def settings_for(preset: Preset, overrides: Mapping[str, Any]) -> Settings:
    """The preset's settings with `overrides` applied. Raises InvalidSettings."""
    return with_overrides(preset.settings, overrides)
