"""Hidden repeats: when one is due, and what it hides from its reader while it is.

A repeat asks a person to read an image once more, for intra-reader agreement, without telling them. It
becomes due once their reading before it is handed in, stays due once begun (also when the reading before it
is returned meanwhile), and has passed once it was handed in itself. While it is due it looks like any other
image to read, and nothing that the person or others did with it is shown.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from annotations.models import Assignment, LabelSet
from annotations.selectors.set_kinds import independent_readings
from annotations.states import LabelSetState
from core.actions import Action

HANDED_IN = (LabelSetState.SUBMITTED, LabelSetState.ACCEPTED)


def repeats_due(user: User) -> QuerySet[Assignment]:
    """Repeats that this person is to read now."""
    mine = LabelSet.objects.filter(independent_readings(), image=OuterRef("image"), author=user)
    before = mine.filter(reading_no=OuterRef("number_before"), state__in=HANDED_IN)
    begun = mine.filter(reading_no=OuterRef("reading_no"))
    return _repeats(user).filter(Exists(before) | Exists(begun), ~_was_handed_in(user))


def shown_assignments(user: User) -> QuerySet[Assignment]:
    """What this person's worklist shows: repeats only from when they are due, never beside what they hide."""
    hiding = repeats_due(user).filter(image=OuterRef("image"), reading_no__gt=OuterRef("reading_no"))
    due = repeats_due(user).values("pk")
    passed = _repeats(user).filter(_was_handed_in(user)).values("pk")
    shown = Assignment.objects.filter(Q(reading_no=1) | Q(pk__in=due) | Q(pk__in=passed), user=user)
    return shown.filter(~Exists(hiding))


def not_hidden_by_repeat(user: User) -> Q:
    """Label sets that no repeat hides from this person: those of other images, and the repeat itself."""
    due = repeats_due(user).filter(image=OuterRef("image"))
    return ~Q(Exists(due)) | Q(Exists(due.filter(reading_no=OuterRef("reading_no"))), author=user)


def _repeats(user: User) -> QuerySet[Assignment]:
    repeats = Assignment.objects.filter(user=user, reading_no__gt=1).annotate(
        number_before=F("reading_no") - 1
    )
    # By role: a token without the scope makes nobody less blind. Who may not read can hand no repeat in, and
    # it would hide for ever.
    return repeats if Action.LABEL in user.actions else repeats.none()


def _was_handed_in(user: User) -> Exists:
    mine = LabelSet.objects.filter(independent_readings(), image=OuterRef("image"), author=user)
    return Exists(mine.filter(reading_no=OuterRef("reading_no"), submitted_at__isnull=False))
