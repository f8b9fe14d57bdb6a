"""The model registry: what is registered, promoted, retired; one champion per task and project."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from annotations.models import Project
from core.errors import Conflict, Invalid
from core.services import audit
from inference.errors import MlRefusal, ReasonMissing, SecondPersonNeeded
from inference.ml.model_store import StoredModel
from inference.models import ModelVersion, Promotion
from inference.selectors.model_warnings import warnings_about
from inference.services.model_files import folder_of, store_model
from inference.states import MODEL_MOVES, ModelState, ModelTask


def register_trained_model(*, stored: StoredModel, project: Project, by: User | None) -> ModelVersion:
    """Add a stored model to the registry as a candidate, in the caller's transaction.

    Once, however often it is called. Raises Conflict when another project holds this very model.
    """
    card: dict[str, Any] = stored.card
    model, created = ModelVersion.objects.get_or_create(
        pk=stored.id,
        defaults={
            "project": project,
            "task": ModelTask(card["task"]),
            "architecture": _architecture(card),
            "preset": str(card.get("preset") or "")[:60],
            "folder": folder_of(stored.id),
            "card": card,
            "trained_by": by,
        },
    )
    if model.project_id != project.pk:
        raise Conflict(
            f"Model {stored.id[:12]} is registered in project '{model.project}' already.",
            remedy="Use it there, or train one for this project.",
        )
    if created:
        audit.record(
            actor=by,
            action="model.register",
            obj=model,
            after={"task": model.task, "architecture": model.architecture, "preset": model.preset},
        )
    return model


def register_folder(
    *, folder: Path, project: Project, by: User | None, expected_id: str = ""
) -> ModelVersion:
    """Take in a model version that was trained elsewhere, after checking card, ONNX file and a trial run.

    Whoever brings it in counts as its trainer: somebody else promotes it. Raises MlRefusal, Invalid.
    """
    from inference.services.model_checks import check_model_folder  # ONNX Runtime: not in web processes

    model_id = check_model_folder(folder)
    if expected_id and expected_id != model_id:
        raise MlRefusal(
            f"{folder}: expected model {expected_id[:12]}, found {model_id[:12]}",
            code="changed_model",
            remedy="Copy the folder again from the machine that trained it.",
        )
    stored = store_model(folder=folder)
    _require_dependencies(stored, project)
    with transaction.atomic():
        return register_trained_model(stored=stored, project=project, by=by)


@transaction.atomic
def promote_model(*, model: ModelVersion, by: User, reason: str) -> ModelVersion:
    """Make a model version its task's champion and retire the one before it.

    What there was to warn of is kept with the audit event; it blocks nothing.
    Raises SecondPersonNeeded (unless the site is set to one-person operation, which is written down),
    ReasonMissing, Conflict when it is the champion already.
    """
    reason = _given(reason, "A promotion needs a reason.", "Say in a sentence why this model is the better.")
    alone = model.trained_by_id == by.pk
    if alone and not settings.ONE_PERSON_SITE:
        raise SecondPersonNeeded(
            "You trained this model, so somebody else must promote it.",
            remedy="Ask another administrator. A site with one person can set ONE_PERSON_SITE.",
        )
    Project.objects.select_for_update().get(pk=model.project_id)
    champion = ModelVersion.objects.filter(
        project=model.project_id, task=model.task, state=ModelState.CHAMPION
    ).first()
    if champion is not None and champion.pk == model.pk:
        raise Conflict("This model is the champion already.", remedy="Nothing to do.")
    if champion is not None:
        _move(champion, ModelState.RETIRED)
    before = model.state
    _move(model, ModelState.CHAMPION)
    Promotion.objects.create(model=model, replaced=champion, by=by, reason=reason, one_person_site=alone)
    audit.record(
        actor=by,
        action="model.promote",
        obj=model,
        before={"state": before, "champion": champion.pk if champion else None},
        after={
            "state": model.state,
            "champion": model.pk,
            "one_person_site": alone,
            "warnings": [warning.message for warning in warnings_about(model)],
        },
        reason=reason,
    )
    return model


@transaction.atomic
def retire_model(*, model: ModelVersion, by: User, reason: str) -> ModelVersion:
    """Take a candidate or champion out of use; its predictions stay.

    Raises ReasonMissing, Conflict when it is retired already.
    """
    reason = _given(reason, "Retiring a model needs a reason.", "Say in a sentence why it must not be used.")
    before = model.state
    _move(model, ModelState.RETIRED)
    audit.record(
        actor=by,
        action="model.retire",
        obj=model,
        before={"state": before},
        after={"state": model.state},
        reason=reason,
    )
    return model


def _given(reason: str, message: str, remedy: str) -> str:
    if not reason.strip():
        raise ReasonMissing(message, remedy=remedy)
    return reason.strip()


def _move(model: ModelVersion, to: ModelState) -> None:
    """One conditional UPDATE; Conflict when somebody was first or the move does not exist."""
    was = ModelState(model.state)
    allowed = to in MODEL_MOVES[was]
    if not allowed or not ModelVersion.objects.filter(pk=model.pk, state=was).update(state=to):
        raise Conflict(
            f"A {was.label.lower()} model can't become {to.label.lower()}.", remedy="Reload the page."
        )
    model.state = to


def _architecture(card: dict[str, Any]) -> str:
    """The card's architecture, wherever it says it: itself, its settings, or by its task alone."""
    setting = (card.get("settings") or {}).get("architecture") or {}
    named = card.get("architecture") or (setting.get("value") if isinstance(setting, dict) else setting)
    return str(named or {"segmenter": "unet", "classifier": "resnet50"}.get(card["task"], "unknown"))[:40]


def _require_dependencies(stored: StoredModel, project: Project) -> None:
    needed = set(stored.card.get("depends_on") or ())
    known = set(ModelVersion.objects.filter(project=project, pk__in=needed).values_list("pk", flat=True))
    if needed - known:
        missing = ", ".join(sorted(name[:12] for name in needed - known))
        raise Invalid(f"The model depends on {missing}, not registered here.", remedy="Register that first.")
