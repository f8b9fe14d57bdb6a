"""Model versions a person may see, and the ones that predict."""

import datetime
from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from accounts.models import User
from annotations.models import Project
from annotations.selectors import projects_for
from core.actions import Action
from core.errors import NotFound
from inference.errors import NoModel, NotTogether
from inference.models import ModelVersion, TrainingRun
from inference.states import ModelState, ModelTask

ModelChoice = dict[ModelTask, ModelVersion]


def models_for(user: User) -> QuerySet[ModelVersion]:
    """Model versions of the person's projects, for those who may see models."""
    if not user.can(Action.SEE_MODELS):
        return ModelVersion.objects.none()
    models = ModelVersion.objects.filter(project__in=projects_for(user).values("pk"))
    return models.select_related("project", "trained_by")


def with_brief_cards(models: QuerySet[ModelVersion]) -> QuerySet[ModelVersion]:
    """Models with their runs' ids and of the card, some 30 KB, only what lists show.

    Annotates `test_metrics`, `starter` and `card_title`, None in a card without them.
    """
    brief = models.defer("card").annotate(
        test_metrics=KeyTransform("test", KeyTransform("metrics", "card")),
        starter=KeyTransform("starter", "card"),
        card_title=KeyTextTransform("title", "card"),
    )
    return brief.prefetch_related(Prefetch("runs", queryset=TrainingRun.objects.only("model")))


def champions(project: Project) -> ModelChoice:
    """The champion of each task that has one."""
    found = ModelVersion.objects.filter(project=project, state=ModelState.CHAMPION)
    return {ModelTask(model.task): model for model in found}


def champion_before(champion: ModelVersion) -> ModelVersion | None:
    """The retired champion that a rollback would bring back: what this one replaced when it was promoted.

    A champion that came back by a rollback goes on to the one before it, not to the one just left.
    """
    promoted = champion.promotions.filter(is_rollback=False, replaced__state=ModelState.RETIRED)
    newest = promoted.select_related("replaced").order_by("-pk").first()
    return newest.replaced if newest else None


def champion_since(model: ModelVersion) -> datetime.datetime | None:
    """When it last became the champion; None for one that is not the champion now."""
    if model.state != ModelState.CHAMPION:
        return None
    return model.promotions.order_by("-pk").values_list("at", flat=True).first()


def chosen_models(*, project: Project, names: Iterable[str] = (), with_champions: bool = True) -> ModelChoice:
    """The models to predict with: the named ones, and the champions of the tasks nobody named.

    A name is a model id or the first eight or more characters of one.
    Raises NotFound, NotTogether for two models of one task, NoModel when there is nothing to predict with.
    """
    chosen: ModelChoice = {}
    for name in names:
        model = model_named(project=project, name=name)
        task = ModelTask(model.task)
        if task in chosen:
            raise NotTogether(
                f"Models {chosen[task].pk[:12]} and {model.pk[:12]} are both {task.label.lower()}s.",
                remedy="Name one model for each task.",
            )
        chosen[task] = model
    if with_champions or not chosen:
        chosen = {**champions(project), **chosen}
    if not chosen:
        raise NoModel(
            "This project has no champion model yet.",
            remedy="Promote a model first, or name the models to predict with.",
        )
    return chosen


def model_named(*, project: Project | None, name: str) -> ModelVersion:
    """The one model version whose id is `name` or starts with it (8 characters or more). Raises NotFound."""
    models = ModelVersion.objects.all() if project is None else ModelVersion.objects.filter(project=project)
    found = list(models.filter(pk__startswith=name)[:2]) if len(name) >= 8 else []
    if len(found) != 1:
        raise NotFound(
            f"No model is called {name!r}." if not found else f"Several models start with {name!r}.",
            remedy="Give the model's id (its first 8 characters are enough when no other starts with them).",
        )
    return found[0]
