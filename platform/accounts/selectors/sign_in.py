"""Whether a person can sign in, and by what."""

from collections import Counter
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.selectors.second_factor import has_second_factor
from accounts.states import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFacts:
    """What those who manage people see of somebody's ways in. `locked`: too many failures, somewhere."""

    password: bool
    second_factor: bool
    at_provider: bool
    locked: bool


def sign_in_facts(person: User) -> SignInFacts:
    """A person's ways in, as they are now."""
    return SignInFacts(
        password=person.has_usable_password(),
        second_factor=has_second_factor(person),
        at_provider=SocialAccount.objects.filter(user=person).exists(),
        locked=_is_locked(person),
    )


def _is_locked(person: User) -> bool:
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    failures: Counter[tuple[str, str | None]] = Counter()
    for row in AccessAttempt.objects.filter(username=person.username, attempt_time__gte=since):
        failures["address", row.ip_address] += row.failures_since_start
        if row.user_agent == Proof.CODE:
            failures["proof", row.user_agent] += row.failures_since_start
    return max(failures.values(), default=0) >= settings.AXES_FAILURE_LIMIT
