"""What is remembered of how VIA files were read, by attribute and of the very same file; who is told."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project, Region
from core.models import AuditEvent
from tests.annotations.test_via_mapping import RECT, Write, start, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


@pytest.fixture
def api(administrator: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


def test_the_mapping_of_one_file_is_that_of_the_next(
    api: APIClient, project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    first, second = many_images(2, width=100, height=80)
    start(
        api,
        upload(api, project, write_via([(first.source_name, RECT, {"type": "red dot"})])),
        options={"attribute": "type", "classes": {"red dot": "HE"}},
    )

    path = write_via([(second.source_name, RECT, {"type": "Red  Dot"})], name="next.csv")
    pk = upload(api, project, path)
    seen = api.get(f"/api/imports/{pk}/preview/").json()
    done = start(api, pk)

    assert seen["attribute"] == "type"
    assert seen["attributes"][0]["values"][0]["lesion_class"] == "HE"
    assert done["report"]["regions_added"] == 1
    project.refresh_from_db()
    assert project.import_rules["via_labels"]["type"]["classes"] == {"red dot": "HE"}
    assert AuditEvent.objects.filter(action="project.remember_via").count() == 1


def test_a_check_and_a_file_whose_regions_are_all_alike_are_remembered_for_no_other_file(
    api: APIClient, project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    first, second = (one.source_name for one in many_images(2, width=100, height=80))
    alike = {"attribute": "", "classes": {"": "HE"}}
    plain = write_via([(first, RECT, {})])
    start(api, upload(api, project, plain), options=alike, dry_run=True)
    start(api, upload(api, project, plain), options=alike)
    red_dot = write_via([(second, RECT, {"type": "red dot"})], name="dots.csv")
    start(api, upload(api, project, red_dot), options={"classes": {"red dot": "MA"}}, dry_run=True)

    path = write_via([(second, RECT, {"Abnormality": "exudate", "type": "red dot"})], name="next.csv")
    seen = api.get(f"/api/imports/{upload(api, project, path)}/preview/").json()
    done = start(api, upload(api, project, path))

    assert seen["attribute"] == "Abnormality"
    assert done["report"]["regions_added"] == 1
    assert list(Region.objects.order_by("id").values_list("lesion_class__code", flat=True)) == ["HE", "EX"]
    project.refresh_from_db()
    assert project.import_rules.get("via_labels", {}) == {}


def test_each_attribute_has_a_mapping_of_its_own(
    api: APIClient, project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    names = [one.source_name for one in many_images(3, width=100, height=80)]
    for name, attribute, code in zip(names, ("type", "kind"), ("HE", "EX"), strict=False):
        path = write_via([(name, RECT, {attribute: "spot"})], name=f"{attribute}.csv")
        start(api, upload(api, project, path), options={"attribute": attribute, "classes": {"spot": code}})

    path = write_via([(names[2], RECT, {"type": "spot"})], name="next.csv")
    start(api, upload(api, project, path))

    assert Region.objects.get(label_set__image__source_name=names[2]).lesion_class.code == "HE"


@pytest.mark.parametrize(
    ("attributes", "options"),
    [
        ({}, {"attribute": "", "classes": {"": "EX"}}),
        ({"type": "spot"}, {"attribute": "type", "classes": {"spot": "EX"}}),
    ],
)
def test_the_very_same_file_is_read_as_it_was_whatever_came_in_between(
    api: APIClient,
    project: Project,
    many_images: Callable[..., list[FundusImage]],
    write_via: Write,
    attributes: dict[str, str],
    options: dict[str, Any],
) -> None:
    first, second = (one.source_name for one in many_images(2, width=100, height=80))
    path = write_via([(first, RECT, attributes)])
    start(api, upload(api, project, path), options=options)
    other = write_via([(second, RECT, {"type": "spot"})], name="other.csv")
    start(api, upload(api, project, other), options={"attribute": "type", "classes": {"spot": "HE"}})

    pk = upload(api, project, path)
    seen = api.get(f"/api/imports/{pk}/preview/").json()
    done = start(api, pk)

    assert seen["attribute"] == options["attribute"]
    assert seen["attributes"][0]["values"][0]["lesion_class"] == "EX"
    assert (done["report"]["regions_added"], done["report"]["regions_skipped"]) == (0, 1)
    problems = api.get(f"/api/imports/{pk}/problems/").json()["results"]
    assert [one["code"] for one in problems] == ["already_imported"]


def test_what_regions_without_the_attribute_are_is_remembered_for_no_other_file(
    api: APIClient, project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    first, second = (one.source_name for one in many_images(2, width=100, height=80))
    rows = [(first, RECT, {"type": "spot"}), (first, {**RECT, "x": 40}, {})]
    meanings = {"attribute": "type", "classes": {"spot": "HE", "": "HE"}}
    start(api, upload(api, project, write_via(rows)), options=meanings)

    rows = [(second, RECT, {"type": "spot"}), (second, {**RECT, "x": 40}, {})]
    done = start(api, upload(api, project, write_via(rows, name="next.csv")), skip_bad_rows=True)

    assert (done["report"]["regions_added"], done["report"]["errors"]) == (1, 1)


def test_an_import_keeps_how_its_file_was_read(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    rows = [
        (image.source_name, RECT, {"Abnormality": "exudado duro"}),
        (image.source_name, {**RECT, "x": 40}, {"Abnormality": "vessel"}),
    ]

    done = start(api, upload(api, project, write_via(rows)), options={"classes": {"vessel": ""}})

    assert done["options"] == {
        "attribute": "Abnormality",
        "classes": {"exudado duro": "EX", "vessel": ""},
        "close_polylines": False,
        "as_read": True,
    }


def test_what_was_guessed_is_not_remembered_when_the_file_comes_again(
    api: APIClient, project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    first, second = many_images(2, width=100, height=80)
    path = write_via([(one.source_name, RECT, {"Abnormality": "exudado duro"}) for one in (first, second)])
    start(api, upload(api, project, path))
    LabelSet.objects.filter(image=second).update(source="of another file")

    assert start(api, upload(api, project, path))["report"]["regions_added"] == 1

    project.refresh_from_db()
    assert "via_labels" not in project.import_rules
    assert not AuditEvent.objects.filter(action="project.remember_via").exists()


@pytest.mark.parametrize(
    ("rows", "asked", "words"),
    [
        (
            [{"Abnormality": "exudate"}, {"Abnormality": "vessel"}, {}],
            ["--map", "vessel=", "--map", "=HE"],
            "the lesions are named by 'Abnormality': 'exudate' is EX, 'vessel' is left out, not given is HE",
        ),
        ([{}], ["--attribute", "", "--map", "=HE"], "all regions are alike: HE"),
        ([{"a": "b"}], ["--attribute", "c"], "the lesions are named by 'c': no value of it is known"),
    ],
)
def test_the_command_line_says_how_it_read_the_file(
    project: Project,
    image: FundusImage,
    write_via: Write,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, str]],
    asked: list[str],
    words: str,
) -> None:
    path = write_via([(image.source_name, {**RECT, "x": number}, row) for number, row in enumerate(rows)])

    with suppress(SystemExit):
        call_command("import_via", str(path), "--dry-run", *asked)

    assert f"How the file was read: {words}." in capsys.readouterr().out
