"""A site where one person works alone: what the rule of two people allows there, and what says so."""

from django.conf import settings

STATEMENT = (
    "This site is set to one-person operation: the same person may label, accept, review and sign, and may "
    "train and promote models."
)


def one_person_site() -> bool:
    """Whether the site is set to one-person operation (`ONE_PERSON_SITE`)."""
    return bool(settings.ONE_PERSON_SITE)
