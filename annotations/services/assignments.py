"""Who reads which image: the same images for everybody, or shared out, with hidden repeats among them."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
from annotations.models import Assignment, FundusImage, Project
from annotations.services.projects import add_members
from annotations.states import Priority
from core.actions import Action
from core.errors import Invalid
from core.services import audit

FIRST, REPEAT = 1, 2  # readings


class NotAReader(Invalid):
    """Somebody on the list can't label images."""

    code = "not_a_reader"


class TooFewReaders(Invalid):
    """Images are to be read by more people than were chosen."""

    code = "too_few_readers"


def check_readers(users: Sequence[User]) -> None:
    """Raise NotAReader unless all of them may label."""
    if unable := [user.get_username() for user in users if not user.can(Action.LABEL)]:
        raise NotAReader(
            f"{', '.join(unable)} can't label images.", remedy="Give them the specialist's role first."
        )


@transaction.atomic
def assign_images(
    *,
    images: Sequence[FundusImage],
    users: Sequence[User],
    by: User | None,
    priority: Priority = Priority.NORMAL,
) -> list[Assignment]:
    """Put every image on everybody's worklist and let the people into the images' projects.

    What is assigned already stays. Gives these people's first readings of these images. Raises NotAReader.
    """
    check_readers(users)
    wanted = [(image, user) for image in images for user in users]
    return _assign(wanted, images=images, users=users, by=by, priority=priority, shared_out=False)


@transaction.atomic
def share_out(
    *,
    images: Sequence[FundusImage],
    users: Sequence[User],
    by: User | None,
    priority: Priority = Priority.NORMAL,
) -> list[Assignment]:
    """Spread images evenly over people: each gets as many readers as its project asks for.

    Readers whom an image has already count, so a second call adds nothing. Chance decides who reads what and
    which images get one more reader, but the same chance every time. Gives what `assign_images` gives.
    Raises NotAReader, TooFewReaders.
    """
    check_readers(users)
    there: dict[int, set[int]] = defaultdict(set)
    for image_id, user_id in _first_readings(images).values_list("image_id", "user_id"):
        there[image_id].add(user_id)
    load = Counter({user.pk: sum(user.pk in readers for readers in there.values()) for user in users})
    wanted: list[tuple[FundusImage, User]] = []
    missing = readers_wanted(images)
    for image in sorted(images, key=lambda one: _chance("order", one.pk)):
        readers = there[image.pk]
        free = [user for user in users if user.pk not in readers]
        free.sort(key=lambda user: (load[user.pk], _chance("reader", image.pk, user.pk)))
        lacking = max(0, missing[image.pk] - len(readers))
        if lacking > len(free):
            raise TooFewReaders(
                f"Some images are to be read by {missing[image.pk]} people, and {len(users)} were chosen.",
                remedy="Choose more people, or lower the number of readers on the project's page.",
            )
        for user in free[:lacking]:
            wanted.append((image, user))
            load[user.pk] += 1
    return _assign(wanted, images=images, users=users, by=by, priority=priority, shared_out=True)


def readers_wanted(images: Sequence[FundusImage]) -> dict[int, int]:
    """How many people are to read each image, by its id: its project's number, for some of them one more.

    The share that gets one more is of all the project's images that are handed out, these among them.
    """
    wanted: dict[int, int] = {}
    for project, some in _by_project(images).items():
        asked = Assignment.objects.filter(project=project, reading_no=FIRST).order_by()
        readers = dict(asked.values_list("image").annotate(readers=Count("user")))
        number = project.readers_per_image
        more = {image for image, count in readers.items() if count > number}
        handed_out = len(readers.keys() | {image.pk for image in some})
        lacking = max(0, round(handed_out * project.double_read_percent / 100) - len(more))
        free = sorted({image.pk for image in some} - more, key=lambda image: _chance("twice", image))
        more.update(free[:lacking])
        wanted |= {image.pk: number + (image.pk in more) for image in some}
    return wanted


@transaction.atomic
def remove_assignment(*, assignment: Assignment, by: User) -> None:
    """Take an image off a person's worklist, its repeats too; a reading they began stays theirs."""
    audit.record(
        actor=by,
        action="images.unassign",
        obj=assignment,
        before={"image": assignment.image_id, "user": assignment.user_id},
    )
    Assignment.objects.filter(
        image=assignment.image_id, user=assignment.user_id, reading_no__gte=assignment.reading_no
    ).delete()


def _assign(
    wanted: Iterable[tuple[FundusImage, User]],
    *,
    images: Sequence[FundusImage],
    users: Sequence[User],
    by: User | None,
    priority: Priority,
    shared_out: bool,
) -> list[Assignment]:
    """Write the first readings that are missing and their share of repeats, with one audit event."""
    asked = _first_readings(images).filter(user__in=users)
    there = set(asked.values_list("image_id", "user_id"))
    new = [(image, user) for image, user in wanted if (image.pk, user.pk) not in there]
    place = {image.pk: number for number, image in enumerate(images)}
    new.sort(key=lambda pair: place[pair[0].pk])  # worklists keep the order: a patient's eyes stay together
    firsts = [_asked(image, user, by=by, priority=priority) for image, user in new]
    Assignment.objects.bulk_create(firsts, ignore_conflicts=True)
    for project in _by_project(images):
        add_members(project=project, users=list(users), by=by)
    repeats = _add_repeats(new, by=by, priority=priority)
    if new:
        audit.record(
            actor=by,
            action="images.share_out" if shared_out else "images.assign",
            after={
                "images": sorted({image.pk for image, _ in new}),
                "users": sorted({user.pk for _, user in new}),
                "readings": len(new),
                "repeats": repeats,
                "priority": priority.label,
            },
        )
    return list(asked.select_related("image__exam__patient", "user", "assigned_by"))


def _asked(
    image: FundusImage, user: User, *, by: User | None, priority: Priority, reading_no: int = FIRST
) -> Assignment:
    return Assignment(
        image=image,
        project_id=image.project_id,
        user=user,
        assigned_by=by,
        reading_no=reading_no,
        priority=priority,
    )


def _add_repeats(new: Sequence[tuple[FundusImage, User]], *, by: User | None, priority: Priority) -> int:
    """Have some of the new images read again, until the project's share of a person's images is; how many.

    They come after all first readings in the worklist's order, so that time passes between the two.
    """
    images_of: dict[User, list[FundusImage]] = defaultdict(list)
    for image, user in new:
        images_of[user].append(image)
    groups = [
        (user, project, some)
        for user, images in images_of.items()
        for project, some in _by_project(images).items()
    ]
    repeats = []
    for user, project, images in groups:
        asked = Assignment.objects.filter(project=project, user=user)
        wanted = asked.filter(reading_no=FIRST).count() * project.repeat_percent // 100
        lacking = max(0, wanted - asked.filter(reading_no=REPEAT).count())
        ranked = sorted(images, key=lambda image: _chance("repeat", user.pk, image.pk))
        repeats += [
            _asked(image, user, by=by, priority=priority, reading_no=REPEAT) for image in ranked[:lacking]
        ]
    Assignment.objects.bulk_create(repeats, ignore_conflicts=True)
    return len(repeats)


def _first_readings(images: Sequence[FundusImage]) -> QuerySet[Assignment]:
    return Assignment.objects.filter(image__in=images, reading_no=FIRST)


def _by_project(images: Sequence[FundusImage]) -> dict[Project, list[FundusImage]]:
    """The images by their projects, whose rules are read anew."""
    groups: dict[int, list[FundusImage]] = defaultdict(list)
    for image in images:
        groups[image.project_id].append(image)
    return {project: groups[project.pk] for project in Project.objects.filter(pk__in=groups)}


def _chance(*what: object) -> str:
    """A number that looks random and is the same every time; as text, to sort by."""
    return hashlib.sha256(":".join(map(str, what)).encode()).hexdigest()
