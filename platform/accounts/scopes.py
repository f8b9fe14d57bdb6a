"""What a personal token may do: every action of core belongs to one scope."""

from django.db.models import TextChoices

from core.actions import Action


class Scope(TextChoices):
    """A part of what a token's owner may do. Reading goes with every token."""

    READ = "read", "Read"
    LABEL = "label", "Label"
    REVIEW = "review", "Review and judge"
    DATA = "data", "Import and export"
    TRAIN = "train", "Train and predict"
    PROMOTE = "promote", "Promote models"
    ADMINISTER = "administer", "People, projects and audit"


SCOPE_ACTIONS: dict[Scope, frozenset[Action]] = {
    Scope.READ: frozenset(
        {
            Action.SEE_ASSIGNED_IMAGES,
            Action.SEE_PROJECT_IMAGES,
            Action.SEE_ALL_PROJECTS,
            Action.SEE_SOURCE_NAMES,
            Action.SEE_PREDICTIONS,
            Action.SEE_MODELS,
            Action.SEE_ALL_JOBS,
            Action.SEE_SYSTEM,
        }
    ),
    Scope.LABEL: frozenset({Action.LABEL}),
    Scope.REVIEW: frozenset({Action.JUDGE_LABELS, Action.ADJUDICATE, Action.REVIEW}),
    Scope.DATA: frozenset({Action.IMPORT, Action.EXPORT}),
    Scope.TRAIN: frozenset({Action.BUILD_MASKS, Action.TRAIN, Action.PREDICT}),
    Scope.PROMOTE: frozenset({Action.PROMOTE}),
    Scope.ADMINISTER: frozenset(
        {Action.ASSIGN, Action.MANAGE_PEOPLE, Action.MANAGE_PROJECTS, Action.SEE_AUDIT}
    ),
}
# What is only looked at needs no scope of its own, but for files of data, people and the audit log.
_LOOKED_AT = frozenset().union(
    *(SCOPE_ACTIONS[scope] for scope in (Scope.READ, Scope.LABEL, Scope.REVIEW, Scope.TRAIN, Scope.PROMOTE))
)


def actions_granted(scopes: frozenset[Scope], *, looking: bool) -> frozenset[Action]:
    """The actions that a token of these scopes grants; `looking`: to a request that changes nothing."""
    granted = SCOPE_ACTIONS[Scope.READ].union(*(SCOPE_ACTIONS[scope] for scope in scopes))
    return granted | _LOOKED_AT if looking else granted
