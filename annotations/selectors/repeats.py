"""Hidden repeats: when one is due, and what it hides from its reader while it is.

A repeat asks a person to read an image once more, for intra-reader agreement, without telling them. It
becomes due once their reading before it is handed in, stays due once begun (also when the reading before it
is returned meanwhile), and has passed once it was handed in itself. While it is due it looks like any other
image to read, and nothing that the person or others did with it is shown.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from annotations.models import Assignment, LabelSet
from annotations.states import LabelSetState
from core.actions import Action

HANDED_IN = (LabelSetState.SUBMITTED, LabelSetState.ACCEPTED)


def repeats_due(user: User) -> QuerySet[Assignment]:
    """Repeats that this person is to read now."""
    repeats = Assignment.objects.filter(_came_up(user), user=user, reading_no__gt=1)
    handed_in = _reading_of_row(user).filter(submitted_at__isnull=False)
    # By role: a token without the scope makes nobody less blind. Who may not read can hand no repeat in, and
    # it would hide for ever.
    return repeats.filter(~Exists(handed_in)) if Action.LABEL in user.actions else repeats.none()


def shown_on_worklist(user: User) -> Q:
    """The condition that this person's worklist shows an assignment.

    Repeats only from when they are due, and never beside what they hide.
    """
    hiding = repeats_due(user).filter(image=OuterRef("image"), reading_no__gt=OuterRef("reading_no"))
    first = Q(reading_no=1)
    shown = first | _came_up(user) if Action.LABEL in user.actions else first
    return Q(~Exists(hiding), shown, user=user)


def not_hidden_by_repeat(user: User) -> Q:
    """Label sets that no repeat hides from this person: those of other images, and the repeat itself."""
    due = repeats_due(user).filter(image=OuterRef("image"))
    return ~Q(Exists(due)) | Q(Exists(due.filter(reading_no=OuterRef("reading_no"))), author=user)


def own_not_hidden_by_repeat(user: User) -> Q:
    """The same of this person's own label sets."""
    another = repeats_due(user).filter(~Q(reading_no=OuterRef("reading_no")), image=OuterRef("image"))
    return ~Q(Exists(another))


def _came_up(user: User) -> Q:
    """The condition that the reading before an assignment's is handed in, or its own begun."""
    before = _readings(user).filter(reading_no=OuterRef("reading_no") - 1, state__in=HANDED_IN)
    return Q(Exists(before)) | Q(Exists(_reading_of_row(user)))


def _reading_of_row(user: User) -> QuerySet[LabelSet]:
    return _readings(user).filter(reading_no=OuterRef("reading_no"))


def _readings(user: User) -> QuerySet[LabelSet]:
    return LabelSet.objects.filter(is_independent=True, image=OuterRef("image"), author=user)
