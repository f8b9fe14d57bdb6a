"""Who reads which image."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from annotations.models import Assignment, FundusImage
from annotations.services.projects import add_members
from core.actions import Action
from core.errors import Invalid
from core.services import audit


class NotAReader(Invalid):
    """Somebody on the list can't label images."""

    code = "not_a_reader"


def check_readers(users: Sequence[User]) -> None:
    """Raise NotAReader unless all of them may label."""
    if unable := [user.get_username() for user in users if not user.can(Action.LABEL)]:
        raise NotAReader(
            f"{', '.join(unable)} can't label images.", remedy="Give them the specialist's role first."
        )


@transaction.atomic
def assign_images(
    *, images: Sequence[FundusImage], users: Sequence[User], by: User | None
) -> list[Assignment]:
    """Put images on people's worklists and let the people into the images' projects.

    What is assigned already stays. Gives all assignments of these people to these images. Raises NotAReader.
    """
    check_readers(users)
    asked = Assignment.objects.filter(image__in=images, user__in=users)
    there = set(asked.values_list("image_id", "user_id"))
    new = [
        Assignment(image=image, user=user, assigned_by=by)
        for image in images
        for user in users
        if (image.pk, user.pk) not in there
    ]
    Assignment.objects.bulk_create(new, ignore_conflicts=True)
    for project in {image.project for image in images}:
        add_members(project=project, users=list(users), by=by)
    if new:
        audit.record(
            actor=by,
            action="images.assign",
            after={
                "images": sorted({one.image_id for one in new}),
                "users": sorted({one.user_id for one in new}),
            },
        )
    return list(asked.select_related("image__exam__patient", "user", "assigned_by"))


@transaction.atomic
def remove_assignment(*, assignment: Assignment, by: User) -> None:
    """Take an image off a person's worklist; a reading they began stays theirs."""
    audit.record(
        actor=by,
        action="images.unassign",
        obj=assignment,
        before={"image": assignment.image_id, "user": assignment.user_id},
    )
    assignment.delete()
