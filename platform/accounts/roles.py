"""Who may do what: one table."""

from django.db.models import TextChoices

from core.actions import Action


class Role(TextChoices):
    """What a person is here for; one person may hold several."""

    SPECIALIST = "specialist"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.SPECIALIST: frozenset({Action.SEE_ASSIGNED_IMAGES, Action.LABEL, Action.SEE_PREDICTIONS}),
    Role.REVIEWER: frozenset(
        {
            Action.SEE_PROJECT_IMAGES,
            Action.SEE_PREDICTIONS,
            Action.SEE_MODELS,
            Action.JUDGE_LABELS,
            Action.ADJUDICATE,
            Action.REVIEW,
        }
    ),
    Role.ADMINISTRATOR: frozenset(set(Action) - {Action.LABEL, Action.ADJUDICATE, Action.REVIEW}),
}
