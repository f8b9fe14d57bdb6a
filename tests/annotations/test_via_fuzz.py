"""Whatever a VIA file holds: it comes in whole, or not at all with a reason; nothing breaks.

`FOVEA_FUZZ_CASES` says how many files are tried; `make bench` tries 10,000.
"""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.services.data_in.image_names import names_in
from annotations.services.data_in.imports import open_import
from annotations.services.via.import_via import class_table
from annotations.services.via.run_via import mapping_of, run_via
from annotations.services.via.via_preview import preview_via
from annotations.states import ImportKind, ImportState, LabelSetState
from core.errors import DomainError
from tests.annotations import via_writers
from tests.annotations.conftest import QUIET, VIA_COLUMNS

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("FOVEA_FUZZ_CASES", "200"))
ODD_NAMES = ["IMG_00001.png", "nowhere.jpg", "file:///a/img_00000.jpg", "", "a\nb"]


def mostly(usual: some.SearchStrategy[Any], odd: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """Draw the usual nine times out of ten."""
    return some.integers(0, 9).flatmap(lambda chance: usual if chance else odd)


names = mostly(some.just("img_00000.jpg"), some.sampled_from(ODD_NAMES))
numbers = some.one_of(
    some.integers(-20, 130),
    some.floats(-20, 130),
    some.sampled_from([10**30, 1e300, float("nan"), float("inf"), "7", None, True]),
)
anything = some.recursive(
    some.none() | some.booleans() | numbers | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
lists_of_numbers = some.lists(numbers, max_size=6)
odd_shapes = some.one_of(
    some.fixed_dictionaries(
        {"name": some.sampled_from(["rect", "circle", "ellipse", "polygon", "polyline", "point", "star", 3])},
        optional=dict.fromkeys(("x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "theta"), numbers),
    ),
    some.fixed_dictionaries(
        {
            "name": some.sampled_from(["polygon", "polyline"]),
            "all_points_x": lists_of_numbers,
            "all_points_y": lists_of_numbers,
        }
    ),
    anything,
)
good_rects = some.builds(
    lambda x, y: {"name": "rect", "x": x, "y": y, "width": 5, "height": 7},
    some.integers(-4, 99),
    some.integers(-6, 79),
)
good_polylines = some.just({"name": "polyline", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]})
shapes = mostly(some.one_of(good_rects, good_rects, good_polylines), odd_shapes)
odd_attributes = some.one_of(
    some.fixed_dictionaries(
        {},
        optional={
            "Abnormality": some.sampled_from(["exudate", "", "\0", "\ud800", 7, {"HE": 1}]),
            "note": anything,
        },
    ),
    anything,
)
attributes = mostly(some.just({"Abnormality": "hemorrhage", "1": "0"}), odd_attributes)
regions = some.lists(some.tuples(shapes, attributes), max_size=4)
shapes_of_via_3 = mostly(
    some.just([2, 10, 20, 5, 8]), some.one_of(some.lists(numbers, min_size=1, max_size=8), anything)
)
regions_of_via_3 = some.lists(some.tuples(shapes_of_via_3, attributes), max_size=4)


@some.composite
def tables(draw: Callable[..., Any]) -> str:
    """A CSV whose cells may be cut short or changed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=draw(some.sampled_from(["\n", "\r\n"])))
    writer.writerow(draw(mostly(some.just(["#filename", *VIA_COLUMNS[1:]]), some.just(VIA_COLUMNS[:-1]))))
    for shape, values in draw(regions):
        cells = [json.dumps(shape), json.dumps(values), json.dumps(draw(attributes))]
        if draw(some.integers(0, 9)) == 0:
            cells[0] = cells[0][: draw(some.integers(0, len(cells[0])))]
        writer.writerow([draw(names), -1, cells[2], 1, draw(some.text(max_size=3)), *cells[:2]])
    return text.getvalue()


documents = some.one_of(
    *(
        some.builds(write, names, regions, file_attributes=attributes)
        for write in (via_writers.via_1_json, via_writers.via_2_json, via_writers.via_2_project)
    ),
    some.builds(via_writers.via_3_project, names, regions_of_via_3),
    some.builds(via_writers.via_3_csv, names, regions_of_via_3),
    some.dictionaries(some.text(max_size=6), anything, max_size=3).map(json.dumps),
)


@some.composite
def files(draw: Callable[..., Any]) -> bytes:
    """A VIA file in some encoding, often whole, sometimes with a piece of it gone or replaced."""
    text = draw(some.one_of(tables(), documents))
    content: bytes = text.encode(
        draw(some.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])), "replace"
    )
    if draw(some.integers(0, 5)) == 0:
        at = draw(some.integers(0, len(content)))
        content = content[:at] + draw(some.binary(max_size=6)) + content[at + draw(some.integers(0, 9)) :]
    return content


@pytest.fixture
def two_images(project: Project, many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(2, width=100, height=80)


@settings(
    max_examples=CASES,
    deadline=None,
    derandomize=CASES <= 500,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=files(), skip_bad_rows=some.booleans(), close_polylines=some.booleans())
def test_any_file_comes_in_whole_or_is_refused_with_a_reason(
    project: Project,
    two_images: list[FundusImage],
    tmp_path: Path,
    content: bytes,
    skip_bad_rows: bool,
    close_polylines: bool,
) -> None:
    path = tmp_path / "via"
    path.write_bytes(content)
    with transaction.atomic():
        _try(path, project, skip_bad_rows=skip_bad_rows, close_polylines=close_polylines)
        transaction.set_rollback(True)


def _try(path: Path, project: Project, *, skip_bad_rows: bool, close_polylines: bool) -> None:
    batch = open_import(
        project=project,
        kind=ImportKind.VIA,
        by=None,
        skip_bad_rows=skip_bad_rows,
        options={"close_polylines": close_polylines},
        started=True,
    )
    try:
        report = run_via(batch=batch, path=path, title="via", writing=QUIET)
    except DomainError as error:
        assert error.message and error.remedy
        assert not LabelSet.objects.exists()
        batch.refresh_from_db()
        assert batch.state == ImportState.FAILED
        return
    preview_via(
        path,
        title="via",
        names=names_in(project),
        classes=class_table(project),
        mapping=mapping_of(batch, path),
    )
    assert all(one.message for one in report.problems.kept)
    assert Region.objects.count() == report.regions_added
    assert LabelSet.objects.filter(state=LabelSetState.SUBMITTED).count() == LabelSet.objects.count()
    if report.problems.errors and not skip_bad_rows:
        assert not Region.objects.exists()
