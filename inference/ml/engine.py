"""Running a model version with ONNX Runtime alone, as its card says: one path for every architecture."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from imaging.arrays import BoolMask, RgbImage
from imaging.fov import Fov
from imaging.frame import Frame, square_frame
from inference.ml.calibration import Calibration
from inference.ml.errors import UnusableData
from inference.ml.lesion_facts import facts_of
from inference.ml.looks import Look
from inference.ml.metrics import eight_bit, threshold_level
from inference.ml.model_store import StoredModel
from inference.ml.views import VIEWS, View, first_views

DR, REFERABLE = "DR", "REF"  # a classifier's classes
LESIONS = "lesions"  # the second input of a classifier that also reads a segmenter's findings
NOTHING: Mapping[str, NDArray[np.float32]] = {}
MAP_DIMENSIONS = 3  # of an output that has a value for each place of the picture


class OnnxModel:
    """A loaded model version. `threads`: cores for one inference.

    Raises UnusableData: wrong_task, and bad_card for a card that asks for what this engine can't do.
    """

    def __init__(self, stored: StoredModel, *, task: str, threads: int = 1) -> None:
        self.id = stored.id
        self.card = stored.card
        if stored.card["task"] != task:
            raise UnusableData(
                "wrong_task",
                f"model {stored.id[:12]} is a {stored.card['task']}, not a {task}",
                remedy=f"Choose a {task}.",
            )
        _require_supported(stored)
        given = stored.card["input"]
        self.side = int(given["size_px"][0])
        self._channels_first = given["layout"] == "NCHW"
        self._mean = np.asarray(given["mean"], np.float32)
        self._scale = np.float32(1) / (np.float32(255) * np.asarray(given["std"], np.float32))
        self._shift = -self._mean / np.asarray(given["std"], np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: the web server and other workers share these cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(stored.onnx, options, providers=["CPUExecutionProvider"])
        self._input_name = self._session.get_inputs()[0].name
        self._output_names = list(stored.card["output"]["names"])
        self._views = [VIEWS[name] for name in given.get("views", first_views(1))]

    def frame(self, fov: Fov) -> Frame:
        """The square this model sees of an image with that field of view."""
        return square_frame(fov, side=self.side)

    def run(
        self, picture: RgbImage, *, beside: Mapping[str, NDArray[np.float32]] = NOTHING
    ) -> list[NDArray[np.float32]]:
        """The card's outputs for one picture uint8 (S, S, 3) of the model's frame, without batch axis.

        `beside`: the model's other inputs by name, without batch axis, the same for every view.
        Where the card's input names `views` (flips, quarter turns), the mean over them.
        Raises UnusableData("no_number") for NaN and infinities, which would read as "no DR, no lesion".
        """
        others = {name: values[None] for name, values in beside.items()}
        outputs = self._seen(picture, self._views[0], others)
        for view in self._views[1:]:
            seen = self._seen(picture, view, others)
            outputs = [sum_of + part for sum_of, part in zip(outputs, seen, strict=True)]
        outputs = [sum_of / np.float32(len(self._views)) for sum_of in outputs]
        if not all(np.isfinite(output).all() for output in outputs):
            raise UnusableData(
                "no_number",
                f"model {self.id[:12]} gives no number for this image",
                remedy="Don't use this model: train it again, or roll back to the one before.",
            )
        return outputs

    def _seen(
        self, picture: RgbImage, view: View, others: Mapping[str, NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """The outputs for the picture seen one way; maps lie as the picture does."""
        values = view.of(picture) * self._scale + self._shift
        if self._channels_first:
            values = np.ascontiguousarray(values.transpose(2, 0, 1))
        feeds: dict[str, Any] = {self._input_name: values[None].astype(np.float32, copy=False), **others}
        outputs = [output[0] for output in self._session.run(self._output_names, feeds)]
        return [self._lying(output, view) if output.ndim == MAP_DIMENSIONS else output for output in outputs]

    def _lying(self, values: NDArray[np.float32], view: View) -> NDArray[np.float32]:
        if self._channels_first:
            return view.back(values)
        return view.back(values.transpose(2, 0, 1)).transpose(1, 2, 0)


class Classifier(OnnxModel):
    """A model that gives the probability of DR, and of referable DR (class REF) where trained for it.

    `lesion_finder`: the segmenter whose findings it also reads, where its card names one
    (`inference.ml.lesion_finder` finds it).
    """

    def __init__(
        self, stored: StoredModel, *, threads: int = 1, lesion_finder: "Segmenter | None" = None
    ) -> None:
        super().__init__(stored, task="classifier", threads=threads)
        self.lesion_finder = lesion_finder
        self.reads_lesions = LESIONS in stored.card["input"]
        self.classes = tuple(stored.card["output"]["classes"])
        self.thresholds = {name: float(stored.card["thresholds"][name]["value"]) for name in self.classes}
        self.calibrations = {name: Calibration.from_card(stored.card, name) for name in self.classes}

    def logits(
        self, picture: RgbImage, *, lesions: NDArray[np.float32] | None = None
    ) -> tuple[dict[str, float], NDArray[np.float32]]:
        """The network's logit of each class, and the activation map of DR float32 (h, w) in logit units.

        `lesions`: what `lesion_facts` gives, for a classifier that reads it.
        """
        logits, activations = self.run(picture, beside={} if lesions is None else {LESIONS: lesions})
        said = dict(zip(self.classes, map(float, logits), strict=True))
        return said, activations[self.classes.index(DR)]

    def judge(self, look: Look) -> tuple[dict[str, float], NDArray[np.float32]]:
        """The logits of an image and its map, with the findings of its segmenter where it reads them."""
        lesions = None
        if self.reads_lesions:
            if self.lesion_finder is None:
                raise RuntimeError("a classifier that reads findings is loaded with its segmenter")
            lesions = facts_of(look, self.lesion_finder)
        return self.logits(look.picture(self.side), lesions=lesions)

    def probabilities(self, look: Look) -> tuple[dict[str, float], NDArray[np.float32]]:
        """Calibrated probability of each class, and the activation map of DR as `logits` gives it."""
        logits, activation = self.judge(look)
        said = {name: self.calibrations[name].probability(value) for name, value in logits.items()}
        return said, activation


class Segmenter(OnnxModel):
    """A model that gives a probability per pixel and lesion class."""

    def __init__(self, stored: StoredModel, *, threads: int = 1) -> None:
        super().__init__(stored, task="segmenter", threads=threads)
        output = stored.card["output"]
        self.classes = tuple(output["classes"])
        self._skip = 1 if output["background"] else 0
        self.minimum_component_px = int(output.get("minimum_component_px", 1))
        self.thresholds = {
            name: threshold_level(stored.card["thresholds"][name]["value"]) for name in self.classes
        }

    def maps(self, picture: RgbImage, inside: BoolMask) -> NDArray[np.uint8]:
        """8-bit probabilities (C, S, S), class by class in the card's order, 0 outside the FOV `inside`."""
        (values,) = self.run(picture)
        if not self._channels_first:
            values = values.transpose(2, 0, 1)
        maps = eight_bit(values[self._skip :])
        maps[:, ~inside] = 0
        return maps


def _require_supported(stored: StoredModel) -> None:
    """Refuse what would otherwise give wrong probabilities without a word."""
    given, output = stored.card["input"], stored.card["output"]
    sides = list(given["size_px"])
    faults = {
        f"size_px {sides} is no square": len(sides) != 2 or sides[0] != sides[1],
        "tiles": bool(given.get("tile_px")),
        f"views {given.get('views')}": not set(given.get("views", first_views(1))) <= set(VIEWS)
        or given.get("views") == [],
        f"layout {given['layout']}": given["layout"] not in ("NCHW", "NHWC"),
        f"channels {given.get('channels')}": given.get("channels") != "RGB",
        f"value_range {given.get('value_range')}": list(given.get("value_range") or ()) != [0, 1],
        f"activation {output.get('activation')}": output.get("activation") not in ("sigmoid", "softmax"),
        "a classifier of other classes than DR, or DR and REF": stored.card["task"] == "classifier"
        and list(output.get("classes") or ()) not in ([DR], [DR, REFERABLE]),
        "a classifier gives its logit, a segmenter its probabilities": output.get("applied")
        is not (stored.card["task"] == "segmenter"),
    }
    wrong = [fault for fault, found in faults.items() if found]
    if wrong:
        raise UnusableData(
            "bad_card",
            f"model {stored.id[:12]}: its card asks for what can't be done here: {'; '.join(wrong)}",
            remedy="Export the model again: the whole image in a square, RGB from 0 to 1.",
        )
