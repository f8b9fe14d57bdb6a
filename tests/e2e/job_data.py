"""The images and labels of the whole loop: real photographs where they are, phantoms otherwise."""

import csv
import os
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from imaging.phantom_files import write_samples

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = ROOT.parent / "shared" / "data"
IDRID, RAHIM = PHOTOGRAPHS / "idrid", PHOTOGRAPHS / "rahim"
FORCE_PHANTOMS = "FOVEA_E2E_PHANTOMS"  # set to 1: phantoms even where the photographs are

SEGMENTATION_IMAGES = 8
GRADED_PATIENTS = 26  # half of them with DR; the fewest that leave five of them to compare two models on
WITH_BOTH_EYES = 4  # the first with DR, whom the loop predicts and reviews; one eye of everybody else
PHANTOM_SIDE_PX = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class JobData:
    """What an administrator has on disk: graded images, images with drawn lesions, and their tables."""

    name: str
    graded: list[Path]
    labels_csv: Path
    drawn: list[Path]  # empty: the VIA file speaks of the graded images
    via_csv: Path
    regions: int  # rows of the VIA file with a shape

    @property
    def images(self) -> int:
        """How many images there are in all."""
        return len(self.graded) + len(self.drawn)


def wanted_data() -> str:
    """`photographs` where they are and nobody asked for phantoms, else `phantoms`."""
    missing = not (IDRID.is_dir() and RAHIM.is_dir())
    return "phantoms" if missing or os.environ.get(FORCE_PHANTOMS) == "1" else "photographs"


def make_job_data(name: str, folder: Path) -> JobData:
    """Gather or draw the files of one variant; tables are written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return _photographs(folder) if name == "photographs" else _phantoms(folder)


def _photographs(folder: Path) -> JobData:
    drawn = sorted((IDRID / "segmentation" / "images").glob("*.jpg"))[:SEGMENTATION_IMAGES]
    via = _some_rows(
        IDRID / "segmentation" / "via_rectangles.csv",
        folder / "via_rectangles.csv",
        column="filename",
        names={path.name for path in drawn},
    )
    eyes = _by_patient(_rows(RAHIM / "labels.csv"))
    chosen: set[str] = set()
    for label in ("dr", "no_dr"):
        alike = [found for found in eyes.values() if [row["label"] for row in found] == [label, label]]
        chosen |= _some_eyes(alike[: GRADED_PATIENTS // 2])
    labels = _some_rows(RAHIM / "labels.csv", folder / "labels.csv", column="file", names=chosen)
    return JobData(
        name="photographs",
        graded=[RAHIM / "images" / file for file in sorted(chosen)],
        labels_csv=labels,
        drawn=drawn,
        via_csv=via,
        regions=_regions(via),
    )


def _phantoms(folder: Path) -> JobData:
    samples = write_samples(folder / "samples", count=GRADED_PATIENTS, side=PHANTOM_SIDE_PX)
    chosen = _some_eyes(list(_by_patient(_rows(samples.labels_csv)).values()))
    labels, via = folder / "labels.csv", folder / "via_rectangles.csv"
    _some_rows(samples.labels_csv, labels, column="file", names=chosen)
    _some_rows(samples.via_rectangles_csv, via, column="filename", names=chosen)
    return JobData(
        name="phantoms",
        graded=[samples.images / file for file in sorted(chosen)],
        labels_csv=labels,
        drawn=[],
        via_csv=via,
        regions=_regions(via),
    )


def _by_patient(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    eyes: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=itemgetter("patient")):
        eyes.setdefault(row["patient"], []).append(row)
    return eyes


def _some_eyes(patients: list[list[dict[str, str]]]) -> set[str]:
    """Files of the worse eye of each patient, and of the other eye of the first who have DR."""
    worse_first = [sorted(eyes, key=lambda row: row["label"] != "dr") for eyes in patients]
    with_dr = [eyes for eyes in worse_first if eyes[0]["label"] == "dr"]
    both = [row for eyes in with_dr[:WITH_BOTH_EYES] for row in eyes]
    return {row["file"] for row in [*both, *(eyes[0] for eyes in worse_first)]}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _some_rows(source: Path, target: Path, *, column: str, names: set[str]) -> Path:
    rows = _rows(source)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row[column] in names)
    return target


def _regions(via: Path) -> int:
    return sum(row["region_shape_attributes"] not in ("", "{}") for row in _rows(via))
