"""The model registry: what is registered, promoted, retired; one champion per task and project."""

from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations.models import Project
from core.errors import Conflict
from core.one_person import one_person_site
from core.services import audit
from inference.errors import MlRefusal, NoWayBack, ReasonMissing, SecondPersonNeeded, refusals_of_ml
from inference.ml.model_store import StoredModel, load_model
from inference.models import ModelVersion, Promotion
from inference.selectors.comparisons import evidence_for, speaks_for
from inference.selectors.model_versions import champion_before
from inference.selectors.model_warnings import warnings_about
from inference.services.model_files import folder_of, folders_needed_by, store_model
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

    Whoever brings it in counts as its trainer: somebody else promotes it. Raises MlRefusal (such as
    missing_dependency, when it reads the findings of a segmenter that is not registered here).
    """
    from inference.services.model_checks import check_model_folder  # ONNX Runtime: not in web processes

    with refusals_of_ml():
        card = load_model(folder).card
    model_id = check_model_folder(folder, needed=folders_needed_by(card, project=project))
    if expected_id and expected_id != model_id:
        raise MlRefusal(
            f"{folder}: expected model {expected_id[:12]}, found {model_id[:12]}",
            code="changed_model",
            remedy="Copy the folder again from the machine that trained it.",
        )
    stored = store_model(folder=folder)
    with transaction.atomic():
        return register_trained_model(stored=stored, project=project, by=by)


@transaction.atomic
def promote_model(*, model: ModelVersion, by: User, reason: str = "") -> ModelVersion:
    """Make a model version its task's champion and retire the one before it.

    Speaks for it: its newest comparison with the champion, where that shows that it is better or not worse;
    else a written reason. What there was to warn of is kept with the audit event; it blocks nothing.
    Raises SecondPersonNeeded (unless the site is set to one-person operation, which is written down),
    ReasonMissing, Conflict when it is the champion already.
    """
    alone = _alone(model, by)
    Project.objects.select_for_update().get(pk=model.project_id)
    champion = _champion_of_task(model)
    if champion is not None and champion.pk == model.pk:
        raise Conflict("This model is the champion already.", remedy="Nothing to do.")
    evidence = evidence_for(model) if champion is not None else None
    if not speaks_for(evidence):
        evidence = None
        reason = _given(
            reason,
            "A promotion needs a reason, or a comparison with the champion that speaks for it.",
            "Say in a sentence why this model is the better.",
        )
    before = _crown(model, instead_of=champion)
    Promotion.objects.create(
        model=model,
        replaced=champion,
        by=by,
        reason=reason.strip(),
        comparison=evidence,
        one_person_site=alone,
    )
    audit.record(
        actor=by,
        action="model.promote",
        obj=model,
        before={"state": before, "champion": champion.pk if champion else None},
        after={
            "state": model.state,
            "champion": model.pk,
            "one_person_site": alone,
            "comparison": evidence.pk if evidence else None,
            "warnings": [warning.message for warning in warnings_about(model)],
        },
        reason=reason.strip(),
    )
    return model


@transaction.atomic
def crown_first_champion(*, model: ModelVersion, reason: str) -> bool:
    """As the system, make a candidate the champion of a task without any other model; says whether it did.

    Nothing is replaced, so there is nothing that a second person would have to judge. A task whose champion
    was promoted, replaced or retired by people stays as they left it, and a site's own candidate may be
    waiting for its second person.
    """
    Project.objects.select_for_update().get(pk=model.project_id)
    had_one = Promotion.objects.filter(model__project=model.project_id, model__task=model.task).exists()
    of_task = ModelVersion.objects.filter(project=model.project_id, task=model.task)
    if had_one or of_task.exclude(pk=model.pk).exists() or model.state != ModelState.CANDIDATE:
        return False
    before = _crown(model, instead_of=None)
    Promotion.objects.create(model=model, replaced=None, by=None, reason=reason)
    audit.record(
        actor=None,
        action="model.promote",
        obj=model,
        before={"state": before, "champion": None},
        after={
            "state": model.state,
            "champion": model.pk,
            "second_person": "not needed: nothing was replaced",
            "warnings": [warning.message for warning in warnings_about(model)],
        },
        reason=reason,
    )
    return True


@transaction.atomic
def roll_back(*, model: ModelVersion, by: User) -> ModelVersion:
    """Make the champion before `model`, which is today's, the champion again; returns it.

    It was promoted once, so no reason is asked for; but nobody brings back a model that they trained against
    somebody else's newer one. Raises Conflict when `model` is not the champion (any more), NoWayBack when
    none came before it that could be used again, SecondPersonNeeded as `promote_model` does.
    """
    Project.objects.select_for_update().get(pk=model.project_id)
    champion = _champion_of_task(model)
    if champion is None or champion.pk != model.pk:
        raise Conflict("This model is not the champion.", remedy="Reload the page.")
    earlier = champion_before(model)
    if earlier is None:
        raise NoWayBack("There is no champion before this one.", remedy="Promote another model.")
    alone = _alone(earlier, by)
    _crown(earlier, instead_of=champion)
    Promotion.objects.create(model=earlier, replaced=model, by=by, is_rollback=True, one_person_site=alone)
    audit.record(
        actor=by,
        action="model.roll_back",
        obj=earlier,
        before={"champion": model.pk},
        after={"champion": earlier.pk, "one_person_site": alone},
    )
    return earlier


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


def _alone(model: ModelVersion, by: User) -> bool:
    """Whether somebody crowns a model that they trained, where the site allows it.

    Raises SecondPersonNeeded.
    """
    own = model.trained_by_id == by.pk
    if own and not one_person_site():
        raise SecondPersonNeeded(
            "You trained this model, so somebody else must promote it.",
            remedy="Ask another administrator. A site with one person can set ONE_PERSON_SITE.",
        )
    return own


def _given(reason: str, message: str, remedy: str) -> str:
    if not reason.strip():
        raise ReasonMissing(message, remedy=remedy)
    return reason.strip()


def _champion_of_task(model: ModelVersion) -> ModelVersion | None:
    """The champion of the model's project and task as the rows say now."""
    return ModelVersion.objects.filter(
        project=model.project_id, task=model.task, state=ModelState.CHAMPION
    ).first()


def _crown(model: ModelVersion, *, instead_of: ModelVersion | None) -> str:
    """Retire one champion and make another; returns the state the new one had."""
    if instead_of is not None:
        _move(instead_of, ModelState.RETIRED)
    before = model.state
    _move(model, ModelState.CHAMPION)
    return before


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
