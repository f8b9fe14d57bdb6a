"""Measures how well rectangles become contours, by cross-validation over images."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.management.map_files import MapFile, maps_in
from inference.ml.errors import MlError
from inference.ml.tighten import FOLDER, TightenNetwork
from inference.ml.tighten_bench import Score, judge, summary
from inference.ml.tighten_folder import LabelledPhoto, photos_of


class Command(BaseCommand):
    """Dice of rectangles and of contours against true masks."""

    help = (
        "Draw a tight rectangle around every connected lesion of the true masks in DIR/masks, tighten it, "
        "and print per class the Dice (pooled pixels) of rectangles and contours. Each image is judged by "
        "the network of a fold that it was not used for; those networks are kept beside the one in use "
        "(inference/ml/tightener/folds), and --train trains them anew, some minutes each. Images that no "
        "network was trained on are judged by the one in use. --maps judges the images of a model's "
        "probability maps with and without them; that model must not have been trained on those images."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--train", action="store_true", help="train the networks of the folds anew")
        parser.add_argument(
            "--maps",
            type=Path,
            metavar="DIR",
            help="folders, each with a segmenter's card.json and its maps STEM_HE.png, STEM_EX.png of images "
            "that it was not trained on, as `python -m inference.ml predict` writes them",
        )
        parser.add_argument(
            "--map-weight",
            type=float,
            metavar="W",
            help="use the maps with this weight, whatever their card says",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every image and print the table."""
        try:
            photos = photos_of(options["folder"])
            if options["train"]:
                scores = self._trained_anew(options["folder"])
            else:
                scores = self._by_kept_networks(photos, options["maps"], options["map_weight"])
        except MlError as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        found = summary(scores)
        ways = list(scores[0].said)
        self.stdout.write(f"{'':6}{'images':>8}{'lesions':>9}" + "".join(f"{way:>13}" for way in ways))
        for code, one in found.items():
            dice = "".join(f"{one['dice'][way]:13.3f}" for way in ways)
            self.stdout.write(f"{code:6}{one['images']:8}{one['lesions']:9}{dice}")
        if options["json"]:
            self.stdout.write(json.dumps(found))

    def _by_kept_networks(
        self, photos: list[LabelledPhoto], folder: Path | None, weight: float | None
    ) -> list[Score]:
        maps = maps_in(folder, weight=weight) if folder else None
        if maps is not None:
            photos = [photo for photo in photos if photo.path.stem in maps]
            if not photos:
                raise CommandError(f"{folder} has no maps of these images beside a card.json.")
            self._tell_weights(maps)
        card = _card()
        fold_of = {key: number for number, keys in enumerate(card["folds"]) for key in keys}
        threshold = float(card["threshold"])
        networks = {
            number: TightenNetwork((FOLDER / "folds" / f"{number}.onnx").read_bytes(), threshold=threshold)
            for number in range(len(card["folds"]))
        }
        in_use = TightenNetwork((FOLDER / "model.onnx").read_bytes(), threshold=threshold)
        scores = []
        for number, photo in enumerate(photos, start=1):
            fold = fold_of.get(photo.key)
            own = {code: one.read() for code, one in maps[photo.path.stem].items()} if maps else None
            scores += judge(photo, in_use if fold is None else networks[fold], own)
            self.stderr.write(f"{number} of {len(photos)}: {photo.path.name}")
        return scores

    def _tell_weights(self, maps: dict[str, dict[str, MapFile]]) -> None:
        given = {
            (one.path.parent.name, code, one.weight) for own in maps.values() for code, one in own.items()
        }
        for name, code, weight in sorted(given):
            self.stdout.write(f"maps {name}: {code} weighs {weight:.2f}")

    def _trained_anew(self, folder: Path) -> list[Score]:
        from inference.ml.tighten_fit import TightenSettings
        from inference.ml.tighten_folder import folds_of, others
        from inference.ml.tighten_train import judge_fold, train_on

        def say(event: dict[str, Any]) -> None:
            self.stderr.write(json.dumps(event))

        scores = []
        folds = folds_of(photos_of(folder), len(_card()["folds"]))
        for number, fold in enumerate(folds):
            self.stderr.write(f"fold {number + 1} of {len(folds)} is trained")
            onnx = train_on(list(others(folds, number)), TightenSettings(), say=lambda *_: None)
            scores += judge_fold(onnx, fold, say)
        return scores


def _card() -> dict[str, Any]:
    """The card of the kept networks. Raises CommandError when there is none."""
    try:
        card: dict[str, Any] = json.loads((FOLDER / "card.json").read_bytes())
    except FileNotFoundError as missing:
        raise CommandError(
            f"{FOLDER} has no card.json: train with `python -m inference.ml tighten`."
        ) from missing
    return card
