"""A segmenter's findings as numbers, and the classifier that reads them with the right segmenter only."""

from pathlib import Path

import numpy as np
import pytest

from inference.ml.engine import Classifier, Segmenter
from inference.ml.errors import ChangedModel, UnusableData
from inference.ml.lesion_facts import FACTS, fact_names, facts_of, lesion_facts
from inference.ml.lesion_finder import load_classifier
from inference.ml.looks import Look
from inference.ml.model_store import StoredModel, write_model
from inference.ml.predict import Predictor
from tests.ml.models import bright_classifier, leaning_segmenter, lesion_classifier, red_segmenter

SIDE = 64
INSIDE = np.ones((SIDE, SIDE), np.bool_)


def _map(*boxes: tuple[int, int, int]) -> np.ndarray:
    """Zero but for squares (left, top, side) of certainty."""
    values = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, side in boxes:
        values[top : top + side, left : left + side] = 255
    return values


def _spotted(spots: int) -> np.ndarray:
    """A grey picture whose FOV is the whole frame, with so many red squares in a row."""
    rgb = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for number in range(spots):
        rgb[30:34, 8 + 10 * number : 12 + 10 * number] = (230, 20, 20)
    return rgb


def test_lesions_are_counted_measured_and_placed_class_by_class() -> None:
    maps = {"HE": _map((4, 4, 2), (40, 4, 4), (10, 50, 1)), "EX": _map()}

    found = lesion_facts(maps, INSIDE, levels={"HE": 128, "EX": 128}, smallest_px=2)

    per_mille = 1000 / SIDE**2
    assert dict(zip(fact_names(["HE", "EX"]), found, strict=True)) == pytest.approx(
        {
            "HE count": np.log1p(2),  # the single pixel is too small
            "HE area": np.log1p(20 * per_mille),
            "HE largest": np.log1p(16 * per_mille),
            "HE mass": np.log1p(21 * per_mille),  # yet all probability counts
            "HE quadrants": 2,
            **{f"EX {fact}": 0 for fact in FACTS},
        }
    )


def test_flipped_and_turned_findings_are_the_same_numbers() -> None:
    values = _map((4, 4, 3), (40, 10, 4), (50, 50, 2))

    def facts(turned: np.ndarray) -> np.ndarray:
        found: np.ndarray = lesion_facts({"HE": turned}, INSIDE, levels={"HE": 128}, smallest_px=1)
        return found

    assert facts(np.rot90(values)) == pytest.approx(facts(values))
    assert facts(values[:, ::-1]) == pytest.approx(facts(values))


def test_the_prediction_of_an_image_follows_what_the_segmenter_finds_in_it() -> None:
    segmenter = Segmenter(red_segmenter())
    classifier = load_classifier(lesion_classifier(red_segmenter()), needed={}, at_hand=segmenter)
    predictor = Predictor(classifier=classifier, segmenter=segmenter)

    none, three = (predictor.predict(_spotted(spots)) for spots in (0, 3))

    assert three.lesions["HE"].count == 3
    assert none.dr_probability == pytest.approx(0.5)
    assert three.dr_probability == pytest.approx(1 / (1 + 1 / 4))  # logit log(1 + 3)


def test_a_segmenter_at_hand_looks_once_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = Segmenter(red_segmenter())
    classifier = load_classifier(lesion_classifier(red_segmenter()), needed={}, at_hand=segmenter)
    looked: list[int] = []
    run = segmenter.run

    def counted(*given: object, **named: object) -> object:
        looked.append(1)
        return run(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(segmenter, "run", counted)
    Predictor(classifier=classifier, segmenter=segmenter).predict(_spotted(1))

    assert len(looked) == 1


def test_another_champion_segmenter_does_not_stand_in_for_the_one_it_learned_with(tmp_path: Path) -> None:
    own, other = red_segmenter(), red_segmenter(threshold=0.9)
    folders = {model.id: _stored(tmp_path, model) for model in (own, other)}
    classifier = _stored(tmp_path, lesion_classifier(own))

    predictor = Predictor.load(classifier=classifier, segmenter=folders[other.id], needed=folders)

    assert predictor.classifier is not None
    assert predictor.classifier.lesion_finder is not None
    assert predictor.classifier.lesion_finder.id == own.id
    assert predictor.segmenter is not None
    assert predictor.segmenter.id == other.id
    with pytest.raises(UnusableData, match="which is not here") as refused:
        Predictor.load(classifier=classifier, segmenter=folders[other.id])
    assert refused.value.code == "missing_dependency"


def test_a_segmenter_that_changed_since_is_refused(tmp_path: Path) -> None:
    own = red_segmenter()
    folder = _stored(tmp_path, own)
    write_model(folder, onnx=own.onnx, card=own.card | {"title": "another"})

    with pytest.raises(ChangedModel):
        load_classifier(lesion_classifier(own), needed={own.id: folder})


def test_findings_in_another_order_are_refused() -> None:
    own = red_segmenter()
    stored = lesion_classifier(own, facts=tuple(reversed(fact_names(["HE", "EX"]))))

    with pytest.raises(UnusableData, match="reads other findings"):
        load_classifier(stored, needed={}, at_hand=Segmenter(own))


def test_a_classifier_that_sees_the_picture_alone_needs_no_segmenter() -> None:
    classifier = load_classifier(bright_classifier(), needed={})

    assert isinstance(classifier, Classifier)
    assert classifier.lesion_finder is None


def test_the_numbers_of_one_look_are_those_of_its_maps() -> None:
    segmenter = Segmenter(leaning_segmenter())

    assert facts_of(Look(_spotted(2)), segmenter).shape == (len(FACTS),)


def _stored(folder: Path, model: StoredModel) -> Path:
    write_model(folder / model.id, onnx=model.onnx, card=model.card)
    return folder / model.id
