"""When two masked readings of an image become a disagreement to settle, and when they don't."""

from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from annotations.models import Assignment, DoubleReading, FundusImage, LabelSet, Project
from annotations.selectors.double_readings import double_readings_for, state_counts
from annotations.services.adjudication import open_case
from annotations.services.agreement import agreement_of
from annotations.services.assignments import assign_images
from annotations.services.double_readings import (
    COMPARE_JOB,
    compare_again,
    compare_waiting,
    take_up_double_readings,
)
from annotations.services.label_set_moves import accept_label_set, return_label_set
from annotations.services.projects import set_reading_rules
from annotations.states import DOUBLE_READING_MOVES, DoubleReadingState
from core.models import AuditEvent, Job
from core.services.job_runner import run_job
from core.states import JobState
from tests.annotations.doubles import HERE, THERE, Team, compared, drawn, read_by_both
from tests.annotations.readings import read

pytestmark = pytest.mark.django_db
OPEN, AGREED, WAITING = DoubleReadingState.OPEN, DoubleReadingState.AGREED, DoubleReadingState.WAITING


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ({}, {}, []),
        ({"dr_status": "dr"}, {"dr_status": "no_dr"}, ["dr_status"]),
        ({"icdr_grade": 2}, {"icdr_grade": 3}, ["icdr_grade"]),
        ({"icdr_grade": 2}, {}, []),  # one of them gave no grade: no contradiction
        ({"macular_edema": 0}, {"macular_edema": 2}, ["macular_edema"]),
        ({}, {"gradability": "ungradable", "dr_status": ""}, ["gradability"]),
        ({"gradability": "gradable"}, {}, []),
    ],
)
def test_readings_whose_answers_differ_become_a_case(
    picture: FundusImage, team: Team, first: dict[str, Any], second: dict[str, Any], codes: list[str]
) -> None:
    read_by_both(picture, team, first, second)

    case = compared(picture)

    assert [reason["code"] for reason in case.reasons] == codes
    assert case.state == (OPEN if codes else AGREED)


def test_lesions_below_the_projects_level_become_a_case_with_the_figure(
    picture: FundusImage, team: Team
) -> None:
    read_by_both(picture, team, {}, {}, regions=(drawn(HERE, THERE, (100, 20, 8, 8)), drawn(HERE)))
    assert compared(picture).state == AGREED  # F1 0.5: not below

    set_reading_rules(project=picture.project, by=None, lesion_agreement_percent=60)

    case = compared(picture)
    assert (case.state, case.reasons) == (OPEN, [{"code": "lesions", "f1": 0.5, "least": 0.6}])
    set_reading_rules(project=picture.project, by=None, lesion_agreement_percent=0)
    assert compared(picture).state == AGREED


def test_lesions_of_an_image_that_one_calls_ungradable_are_not_compared(
    picture: FundusImage, team: Team
) -> None:
    ungradable = {"gradability": "ungradable", "dr_status": ""}
    read_by_both(picture, team, ungradable, ungradable, regions=(drawn(HERE), drawn(THERE)))

    assert compared(picture).state == AGREED


def test_a_single_reading_a_draft_and_a_hidden_repeat_make_no_double_reading(
    picture: FundusImage, team: Team
) -> None:
    read(picture, team.ada)
    read(picture, team.ben, submit=False)
    Assignment.objects.create(image=picture, user=team.ada, reading_no=2)
    read(picture, team.ada, dr_status="no_dr")

    assert not DoubleReading.objects.exists()


def test_handing_in_the_second_reading_queues_one_comparison_for_the_project(
    many_pictures: list[FundusImage], team: Team
) -> None:
    for picture in many_pictures[:2]:
        read_by_both(picture, team, {"dr_status": "dr"}, {"dr_status": "no_dr"})

    (job,) = Job.objects.filter(kind=COMPARE_JOB)
    run_job(job_id=job.pk)

    assert state_counts(DoubleReading.objects.all())["open"] == 2
    events = AuditEvent.objects.filter(action="disagreement.open")
    images = set(events.values_list("after__image", flat=True))
    assert images == {one.pk for one in many_pictures[:2]}


def test_a_returned_reading_puts_the_case_off_until_it_is_handed_in_again(
    picture: FundusImage, team: Team
) -> None:
    first, _ = read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    assert compared(picture).state == OPEN

    return_label_set(label_set=first, by=team.judge, comment="Look at the grade again.")
    assert DoubleReading.objects.get().state == WAITING

    read(picture, team.ada, icdr_grade=3)
    assert DoubleReading.objects.get().state == DoubleReadingState.COMPARING
    assert compared(picture).state == AGREED
    assert AuditEvent.objects.filter(action="disagreement.agree").count() == 1


def test_a_reading_that_changes_while_it_is_compared_is_compared_again(
    picture: FundusImage, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})

    def meanwhile(*pair: Any) -> Any:
        figures = agreement_of(*pair)
        return_label_set(label_set=first, by=team.judge, comment="Look again.")
        return figures

    monkeypatch.setattr("annotations.services.double_readings.agreement_of", meanwhile)

    compare_waiting(project=picture.project)

    assert DoubleReading.objects.get().state == WAITING


def test_accepting_a_reading_changes_nothing_of_its_case(picture: FundusImage, team: Team) -> None:
    first, _ = read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    case = compared(picture)

    accept_label_set(label_set=first, by=team.judge)

    assert compared(picture).state == case.state == OPEN


def test_of_three_readers_the_two_who_differ_most_make_the_case(
    picture: FundusImage, team: Team, make_user: Any
) -> None:
    cleo = make_user("cleo", Role.SPECIALIST)
    assign_images(images=[picture], users=[cleo], by=None)
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 2})
    assert compared(picture).state == AGREED

    read(picture, cleo, dr_status="no_dr", icdr_grade=0)

    case = compared(picture)
    assert case.state == OPEN
    assert cleo in (case.first.author, case.second.author)


def test_images_read_twice_before_this_was_followed_are_taken_up(picture: FundusImage, team: Team) -> None:
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    DoubleReading.objects.all().delete()

    take_up_double_readings()
    take_up_double_readings()

    assert compared(picture).state == OPEN


def test_a_case_whose_readings_are_both_back_is_not_left_waiting(picture: FundusImage, team: Team) -> None:
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    DoubleReading.objects.update(state=WAITING)

    take_up_double_readings()

    assert compared(picture).state == OPEN


def test_a_case_that_a_person_opened_stays_open_until_it_is_settled(picture: FundusImage, team: Team) -> None:
    read_by_both(picture, team, {}, {})
    open_case(case=compared(picture), by=team.judge, reason="Both missed the venous beading.")

    compare_again(project=picture.project)

    case = compared(picture)
    assert case.state == OPEN
    assert [reason["code"] for reason in case.reasons] == ["opened"]


def test_readings_that_can_not_be_compared_hold_up_no_others(
    many_pictures: list[FundusImage], team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = many_pictures[:2]
    for picture in (broken, fine):
        read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})

    def fails_once(first: LabelSet, second: LabelSet) -> Any:
        if first.image_id == broken.pk:
            raise ValueError("a damaged shape")
        return agreement_of(first, second)

    monkeypatch.setattr("annotations.services.double_readings.agreement_of", fails_once)

    assert compare_waiting(project=fine.project) == {"failed": 1, OPEN: 1}


def test_a_long_comparison_lets_other_work_in_between(
    many_pictures: list[FundusImage], team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    for picture in many_pictures[:2]:
        read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    Job.objects.all().delete()
    monkeypatch.setattr("annotations.services.double_readings.SECONDS_PER_JOB", 0.0)

    assert compare_waiting(project=many_pictures[0].project) == {OPEN: 1}
    assert Job.objects.filter(kind=COMPARE_JOB, state=JobState.QUEUED).count() == 1


def test_a_comparison_that_its_job_never_did_is_asked_for_again(picture: FundusImage, team: Team) -> None:
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    Job.objects.all().delete()

    take_up_double_readings()

    assert Job.objects.filter(kind=COMPARE_JOB).count() == 1


def test_a_case_shows_itself_only_to_judges_of_the_project_who_may_see_both_readings(
    picture: FundusImage, team: Team, make_user: Any
) -> None:
    reads_and_judges = make_user("reads", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=[picture], users=[reads_and_judges], by=None)
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    compared(picture)

    def sees(user: User) -> bool:
        return double_readings_for(user).exists()

    assert sees(team.judge)
    assert not sees(team.ada)
    assert not sees(make_user("stranger", Role.REVIEWER))
    assert not sees(reads_and_judges)  # still to read the image: masked
    read(picture, reads_and_judges, icdr_grade=2)
    assert sees(reads_and_judges)


def test_the_counts_and_the_list_take_the_same_queries_however_many_there_are(
    many_pictures: list[FundusImage],
    team: Team,
    project: Project,
    client_of: Any,
    django_assert_max_num_queries: Any,
) -> None:
    for picture in many_pictures:
        read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3})
    compare_waiting(project=project)
    client = client_of(team.judge)

    with django_assert_max_num_queries(8):
        listed = client.get(f"/api/double-readings/?project={project.pk}&state=open").json()
    counts = client.get(f"/api/double-readings/counts/?project={project.pk}").json()

    assert listed["count"] == len(many_pictures) == counts["open"]
    assert listed["results"][0]["reasons"] == [
        {"code": "icdr_grade", "first": "moderate NPDR", "second": "severe NPDR"}
    ]
    assert client.get("/api/double-readings/?state=nonsense").status_code == 400


def test_every_move_between_states_that_is_not_in_the_table_is_refused() -> None:
    moves = {(was, to) for was, some in DOUBLE_READING_MOVES.items() for to in some}

    assert set(DOUBLE_READING_MOVES) == set(DoubleReadingState)
    assert {to for was, to in moves if was == DoubleReadingState.SETTLED} == {OPEN}
    assert {was for was, to in moves if to == DoubleReadingState.SETTLED} == {OPEN}
