"""How far readers agree, who may know it, and what a merged label set is made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Agreement, Assignment, FundusImage, LabelSet, Project, Region
from annotations.selectors import LabelTask, chosen_label_sets
from annotations.services.agreement import reader_pairs
from annotations.services.assignments import assign_images
from annotations.services.label_errors import MadeFromEarlier, OwnWork, WrongState
from annotations.services.label_set_moves import accept_label_set, return_label_set
from annotations.services.merge_label_sets import NotMergeable, merge_label_sets
from annotations.services.projects import add_members
from core.errors import NotPermitted
from tests.annotations.readings import read, rect

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def images(many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(4, width=200, height=160)


@pytest.fixture
def readers(images: list[FundusImage], make_user: Callable[..., User]) -> tuple[User, User]:
    ada, ben = make_user("ada", Role.SPECIALIST), make_user("ben", Role.SPECIALIST)
    assign_images(images=images, users=[ada, ben], by=None)
    return ada, ben


@pytest.fixture
def judge(project: Project, reviewer: User) -> User:
    add_members(project=project, users=[reviewer], by=None)
    return reviewer


@pytest.fixture
def pair(images: list[FundusImage], readers: tuple[User, User]) -> tuple[LabelSet, LabelSet]:
    """Two readings: one lesion in common (half of each), one of the first only, two of the second only."""
    common = [rect(10, 10, 10, 10), rect(50, 50, 4, 4), rect(100, 20, 8, 8, "EX")]
    other = [rect(15, 10, 10, 10), rect(80, 80, 4, 4), rect(90, 10, 2, 2)]
    return (
        read(images[0], readers[0], common, icdr_grade=2, gradability="gradable"),
        read(images[0], readers[1], other, icdr_grade=3, gradability="gradable"),
    )


def get(client: APIClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_images_agreement_tells_answers_figures_and_which_lesions_match(
    pair: tuple[LabelSet, LabelSet], judge: User, client_of: ClientOf
) -> None:
    first, second = pair

    answer = get(client_of(judge), f"/api/images/{first.image_id}/agreement/")

    (compared,) = answer["pairs"]
    assert (compared["pair_kind"], compared["first"], compared["second"]) == (
        "between",
        first.pk,
        second.pk,
    )
    answers = {one["field"]: (one["first"], one["second"], one["agree"]) for one in compared["answers"]}
    assert answers["dr_status"] == ("DR", "DR", True)
    assert answers["icdr_grade"] == ("moderate NPDR", "severe NPDR", False)
    exudates, hemorrhages = compared["classes"]
    assert (hemorrhages["matched"], hemorrhages["only_first"], hemorrhages["only_second"]) == (1, 1, 2)
    assert hemorrhages["dice"] == pytest.approx(2 * 50 / (116 + 120))
    assert hemorrhages["f1"] == pytest.approx(2 / 5)
    assert (exudates["lesion_class"], exudates["dice"], exudates["f1"]) == ("EX", 0, 0)
    both = next(one for one in hemorrhages["lesions"] if one["first"] and one["second"])
    assert both["overlap"] == pytest.approx(50 / 150)
    assert {one["source"] for one in answer["label_sets"]} == {first.source, second.source}


def test_a_projects_agreement_is_told_by_pairs_of_readers_and_repeats_apart(
    images: list[FundusImage], readers: tuple[User, User], judge: User, project: Project, client_of: ClientOf
) -> None:  # fmt: skip
    ada, ben = readers
    Assignment.objects.create(image=images[0], user=ada, reading_no=2)
    statuses = [("dr", "dr"), ("dr", "no_dr"), ("no_dr", "no_dr"), ("no_dr", "no_dr")]
    grades = [(2, 2), (2, 0), (1, 1), (0, 0)]
    for image, status, grade in zip(images, statuses, grades, strict=True):
        read(image, ada, [rect(10, 10, 10, 10)], dr_status=status[0], icdr_grade=grade[0])
        read(image, ben, [rect(10, 10, 10, 10)], dr_status=status[1], icdr_grade=grade[1])
    read(images[0], ada, [rect(15, 10, 10, 10)])

    between, within = get(client_of(judge), f"/api/projects/{project.pk}/agreement/")["results"]
    listed = get(client_of(judge), f"/api/projects/{project.pk}/agreement/images/")["results"]

    assert (between["pair_kind"], between["first_name"], between["second_name"]) == ("between", "ada", "ben")
    figures = between["figures"]
    assert (figures["images"], figures["dr_images"], figures["pending"]) == (4, 4, 0)
    assert figures["dr_kappa"] == pytest.approx((0.75 - 0.5) / 0.5)
    assert figures["grade_images"] == 4
    assert figures["grade_kappa"] == pytest.approx((0.75 - 0.3125) / 0.6875)
    assert figures["grade_weighted_kappa"] == pytest.approx(1 - 4 / 6.5)
    assert (figures["dice"], figures["f1"]) == ({"HE": 1.0}, {"HE": 1.0})
    assert (within["pair_kind"], within["figures"]["dice"]) == ("within", {"HE": 0.5})
    assert [(row["image"], row["pair_kind"]) for row in listed[:1]] == [(images[1].pk, "between")]
    assert listed[0]["dr_statuses"] == ["dr", "no_dr"]


def test_agreement_over_time_goes_by_the_month_or_week_in_which_the_later_reading_came(
    images: list[FundusImage], readers: tuple[User, User], judge: User, project: Project, client_of: ClientOf
) -> None:  # fmt: skip
    ada, ben = readers
    Assignment.objects.create(image=images[0], user=ada, reading_no=2)
    days = [(3, 30), (5, 6), (5, 7)]  # in 2026; the last two are of one week
    for image, (month, day) in zip(images, days, strict=False):
        read(image, ada, [rect(10, 10, 10, 10)])
        later = read(image, ben, [rect(10, 10, 10, 10), rect(50, 50, 4, 4)] if month == 5 else [])
        LabelSet.objects.filter(pk=later.pk).update(submitted_at=datetime(2026, month, day, tzinfo=UTC))
        LabelSet.objects.filter(image=image, author=ada).update(submitted_at=datetime(2026, 1, 1, tzinfo=UTC))
    read(images[0], ada, [rect(10, 10, 10, 10)])
    reader_pairs(user=judge, project=project)
    address = f"/api/projects/{project.pk}/agreement/trend/"

    months, weeks = (
        get(client_of(judge), f"{address}?period={name}")["points"] for name in ("month", "week")
    )
    of_ada = get(client_of(judge), f"{address}?pair_kind=within&first={ada.pk}&second={ada.pk}")["points"]

    assert [(one["begins"], one["figures"]["images"]) for one in months] == [
        ("2026-03-01", 1),
        ("2026-05-01", 2),
    ]
    assert [one["figures"]["mean_f1"] for one in months] == [0.0, pytest.approx(2 / 3)]
    assert [one["begins"] for one in weeks] == ["2026-03-30", "2026-05-04"]
    assert [one["figures"]["mean_f1"] for one in of_ada] == [1.0]
    assert client_of(judge).get(f"{address}?period=day").status_code == 400


def test_the_worst_images_come_first(
    images: list[FundusImage], readers: tuple[User, User], judge: User, project: Project, client_of: ClientOf
) -> None:  # fmt: skip
    ada, ben = readers
    drawn = [[rect(10, 10, 10, 10)], [rect(60, 60, 10, 10)], []]
    for image, other in zip(images, drawn, strict=False):
        read(image, ada, [rect(10, 10, 10, 10)] if other else [])
        read(image, ben, other)
    reader_pairs(user=judge, project=project)

    rows = get(client_of(judge), f"/api/projects/{project.pk}/agreement/images/")["results"]

    assert [(row["image"], row["mean_f1"]) for row in rows] == [
        (images[1].pk, 0.0),
        (images[0].pk, 1.0),
        (images[2].pk, None),
    ]


def test_figures_are_kept_and_reckoned_anew_after_a_correction(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User, project: Project
) -> None:
    reader_pairs(user=judge, project=project)
    (kept,) = Agreement.objects.all()
    reader_pairs(user=judge, project=project)
    assert list(Agreement.objects.all()) == [kept]

    return_label_set(label_set=pair[0], by=judge, comment="One is missing.")
    assert reader_pairs(user=judge, project=project) == []
    read(pair[0].image, readers[0], [rect(80, 80, 4, 4)], reading_no=1)

    (row,) = reader_pairs(user=judge, project=project)
    assert Agreement.objects.get().first_revision == 2
    assert row.figures.f1["HE"] == pytest.approx(2 * 2 / (3 + 3))


def test_what_takes_longer_than_a_request_is_told_as_pending(
    pair: tuple[LabelSet, LabelSet], judge: User, project: Project
) -> None:
    (row,) = reader_pairs(user=judge, project=project, within_s=-1.0)

    figures = row.figures
    assert (figures.images, figures.pending, figures.dr_images, figures.dice) == (1, 1, 1, {})


def test_only_judges_who_do_not_still_read_the_image_see_agreement(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User, project: Project,
    make_user: Callable[..., User], client_of: ClientOf,
) -> None:  # fmt: skip
    both = make_user("both", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=[pair[0].image], users=[both], by=None)
    address = f"/api/images/{pair[0].image_id}/agreement/"
    listed = f"/api/projects/{project.pk}/agreement/images/"
    of_project = f"/api/projects/{project.pk}/agreement/"
    assert get(client_of(judge), of_project)["count"] == 1

    assert get(client_of(both), of_project)["count"] == 0
    assert client_of(readers[0]).get(address).status_code == 403
    assert get(client_of(both), address)["pairs"] == []
    assert (get(client_of(both), listed)["count"], get(client_of(judge), listed)["count"]) == (0, 1)
    body = {"first": pair[0].pk, "second": pair[1].pk}
    refused = client_of(both).post(f"/api/images/{pair[0].image_id}/merge/", body)
    assert refused.status_code == 404
    read(pair[0].image, both)
    assert len(get(client_of(User.objects.get(pk=both.pk)), address)["pairs"]) == 3


def test_a_merged_set_has_matched_lesions_once_and_the_others_of_both(
    pair: tuple[LabelSet, LabelSet], judge: User
) -> None:
    first, second = pair

    merged, created = merge_label_sets(first=second, second=first, by=judge)

    assert created
    assert (merged.source, merged.author, merged.state) == (
        f"merged:{first.pk}+{second.pk}",
        None,
        "submitted",
    )
    regions = Region.objects.filter(label_set=merged)
    drawn = {(one.lesion_class.code, one.geometry["x"], one.origin) for one in regions}
    assert drawn == {
        ("HE", 10, f"merged:{first.pk}+{second.pk}"),
        ("HE", 50, f"merged:{first.pk}"),
        ("EX", 100, f"merged:{first.pk}"),
        ("HE", 80, f"merged:{second.pk}"),
        ("HE", 90, f"merged:{second.pk}"),
    }
    assert (merged.dr_status, merged.gradability, merged.icdr_grade) == ("dr", "gradable", None)
    assert merged.comment == "ada / ben differ. ICDR grade: moderate NPDR / severe NPDR."
    assert merged.classes_looked_for == ["EX", "HE"]


def test_a_contour_is_kept_rather_than_a_rectangle(
    images: list[FundusImage], readers: tuple[User, User], judge: User
) -> None:
    import uuid

    from annotations.services.label_sets import RegionChange

    points = [[11, 11], [19, 11], [19, 19], [11, 19]]
    contour = RegionChange(
        op="add", uuid=uuid.uuid4(), shape="polygon", geometry={"points": points}, lesion_class="HE"
    )
    first = read(images[0], readers[0], [rect(10, 10, 10, 10)])
    second = read(images[0], readers[1], [contour])

    merge_label_sets(first=first, second=second, by=judge)

    assert Region.objects.get(label_set__source__startswith="merged:").shape == "polygon"


def test_merging_again_gives_the_same_set_until_a_reading_changes(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User
) -> None:
    merged, _ = merge_label_sets(first=pair[0], second=pair[1], by=judge)
    assert merge_label_sets(first=pair[1], second=pair[0], by=judge) == (merged, False)

    return_label_set(label_set=pair[0], by=judge, comment="One is missing.")
    with pytest.raises(WrongState):
        merge_label_sets(first=pair[0], second=pair[1], by=judge)
    first = read(pair[0].image, readers[0], [rect(80, 80, 4, 4)], reading_no=1)

    newer, created = merge_label_sets(first=first, second=pair[1], by=judge)
    assert created
    assert (newer.pk != merged.pk, newer.reading_no) == (True, 2)


def test_what_can_be_merged_and_by_whom(
    pair: tuple[LabelSet, LabelSet], images: list[FundusImage], readers: tuple[User, User], judge: User
) -> None:
    merged, _ = merge_label_sets(first=pair[0], second=pair[1], by=judge)
    elsewhere = read(images[1], readers[0])

    for first, second in ((pair[0], pair[0]), (pair[0], elsewhere), (pair[0], merged)):
        with pytest.raises(NotMergeable):
            merge_label_sets(first=first, second=second, by=judge)
    with pytest.raises(NotPermitted):
        merge_label_sets(first=pair[0], second=pair[1], by=readers[0])


def test_a_merged_set_counts_before_single_readings_once_another_accepts_it(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User, project: Project
) -> None:
    merged, _ = merge_label_sets(first=pair[0], second=pair[1], by=judge)
    readers[0].roles = [Role.SPECIALIST, Role.REVIEWER]
    readers[0].save()

    with pytest.raises(OwnWork):
        accept_label_set(label_set=merged, by=User.objects.get(pk=readers[0].pk))
    accept_label_set(label_set=merged, by=judge)
    accept_label_set(label_set=pair[0], by=judge)

    assert list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER)) == [merged]


def test_nobody_accepts_labels_tightened_from_their_own_reading(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User
) -> None:
    own, source = pair[0], f"tightened:{pair[0].pk}"
    tightened = LabelSet.objects.create(image=own.image, source=source, state="submitted", revision=1)
    readers[0].roles = [Role.SPECIALIST, Role.REVIEWER]
    readers[0].save()

    with pytest.raises(OwnWork):
        accept_label_set(label_set=tightened, by=User.objects.get(pk=readers[0].pk))
    with pytest.raises(NotMergeable):
        merge_label_sets(first=own, second=tightened, by=judge)
    accept_label_set(label_set=tightened, by=judge)


def test_a_reading_is_not_merged_with_its_own_repeat(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User
) -> None:
    Assignment.objects.create(image=pair[0].image, user=readers[0], reading_no=2)

    with pytest.raises(NotMergeable):
        merge_label_sets(first=pair[0], second=read(pair[0].image, readers[0]), by=judge)


def test_readings_are_merged_as_they_are_now(pair: tuple[LabelSet, LabelSet], judge: User) -> None:
    return_label_set(label_set=LabelSet.objects.get(pk=pair[0].pk), by=judge, comment="Look again.")

    with pytest.raises(WrongState):
        merge_label_sets(first=pair[0], second=pair[1], by=judge)  # as they were loaded before


def test_a_merged_set_is_not_accepted_after_a_reading_moved_on(
    pair: tuple[LabelSet, LabelSet], readers: tuple[User, User], judge: User
) -> None:
    merged, _ = merge_label_sets(first=pair[0], second=pair[1], by=judge)
    return_label_set(label_set=pair[0], by=judge, comment="One is missing.")

    with pytest.raises(MadeFromEarlier, match="merge or tighten again"):
        accept_label_set(label_set=merged, by=judge)
    first = read(pair[0].image, readers[0], [rect(80, 80, 4, 4)], reading_no=1)
    with pytest.raises(MadeFromEarlier):
        accept_label_set(label_set=merged, by=judge)
    again, _ = merge_label_sets(first=first, second=pair[1], by=judge)

    assert accept_label_set(label_set=again, by=judge).state == "accepted"


def test_merging_over_the_api_and_comparing_with_what_came_of_it(
    pair: tuple[LabelSet, LabelSet], judge: User, client_of: ClientOf
) -> None:
    client, image = client_of(judge), pair[0].image_id
    body = {"first": pair[0].pk, "second": pair[1].pk}

    made = client.post(f"/api/images/{image}/merge/", body)
    again = client.post(f"/api/images/{image}/merge/", body)

    assert (made.status_code, again.status_code, made.json()["id"]) == (201, 200, again.json()["id"])
    pairs = get(client, f"/api/images/{image}/agreement/")["pairs"]
    assert [one["pair_kind"] for one in pairs] == ["between", "merged", "merged"]
    (hemorrhages,) = [one for one in pairs[1]["classes"] if one["lesion_class"] == "HE"]
    assert (hemorrhages["matched"], hemorrhages["only_first"], hemorrhages["only_second"]) == (2, 0, 2)
