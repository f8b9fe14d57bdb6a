"""Searches and trials a person may see, each with the state that follows from its jobs."""

from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Sum, TextField, Value, When

from accounts.models import User
from annotations.selectors import projects_for
from core.actions import Action
from core.states import JobState
from inference.models import Search, SearchTrial
from inference.states import SearchState, TrialState

# Best first; what is still to come stands last.
ORDER = (
    *(TrialState.FINISHED, TrialState.STOPPED_EARLY, TrialState.RUNNING, TrialState.QUEUED),
    *(TrialState.FAILED, TrialState.CANCELLED, TrialState.PLANNED),
)


def searches_for(user: User) -> QuerySet[Search]:
    """Searches of the person's projects for those who may see models.

    Each with its `state`, how many trials it has in each state (`trials_finished` and so on), and the highest
    `best_value` of the trials that were trained to their end.
    """
    if not user.can(Action.SEE_MODELS):
        return Search.objects.none()
    searches = Search.objects.filter(project__in=projects_for(user).values("pk"))
    return _with_progress(searches).select_related("project", "dataset", "queued_by").order_by("-id")


def _with_progress(searches: QuerySet[Search]) -> QuerySet[Search]:
    """The searches with `state`, the counts of their trials and `best_value`."""
    states = _trial_states("trials__")
    counts = {f"trials_{state.value}": Count("trials", filter=which) for state, which in states.items()}
    best = Max("trials__value", filter=states[TrialState.FINISHED])
    counted = searches.annotate(**counts, trials_all=Count("trials"), best_value=best)
    is_active = Q(trials_queued__gt=0) | Q(trials_running__gt=0)
    goes_on = Q(trials_planned__gt=0, is_cancelled=False)  # the next one is queued in a moment
    is_done = Q(trials_planned=0, trials_cancelled=0)
    state = Case(
        When(is_active | goes_on, then=Value(SearchState.RUNNING)),
        When(~is_done, then=Value(SearchState.CANCELLED)),
        When(trials_finished__gt=0, then=Value(SearchState.FINISHED)),
        default=Value(SearchState.FAILED),
        output_field=TextField(),
    )
    return counted.annotate(state=state)


def state_of(search: Search) -> SearchState:
    """Where a search stands now."""
    found: Any = _with_progress(Search.objects.filter(pk=search.pk)).get()
    return SearchState(found.state)


def trials_of(search: Search) -> QuerySet[SearchTrial]:
    """The trials of a search, best first, with `state`, `epochs` and `seconds`; not those still to come."""
    states = _trial_states()
    trials = search.trials.exclude(states[TrialState.PLANNED])
    rank = Case(
        *(When(states[state], then=place) for place, state in enumerate(ORDER)), output_field=IntegerField()
    )
    state = Case(
        *(When(which, then=Value(state)) for state, which in states.items()), output_field=TextField()
    )
    figures = trials.annotate(
        rank=rank, state=state, epochs=Max("run__epochs__epoch"), seconds=Sum("run__epochs__seconds")
    )
    return figures.select_related("run__job").order_by("rank", F("value").desc(nulls_last=True), "number")


def best_trial(search: Search) -> SearchTrial | None:
    """The best of the trials that were trained to their end; the first of equals."""
    finished = search.trials.filter(_trial_states()[TrialState.FINISHED])
    return finished.select_related("run").order_by("-value", "number").first()


def _trial_states(prefix: str = "") -> dict[TrialState, Q]:
    """What is true of the trials in each state; `prefix` leads from the row asked about to a trial."""

    def in_job_state(state: JobState) -> Q:
        return Q(**{f"{prefix}run__job__state": state})

    early, whole = (Q(**{f"{prefix}stopped_early": stopped}) for stopped in (True, False))
    return {
        TrialState.PLANNED: Q(**{f"{prefix}run__job": None}),
        TrialState.QUEUED: in_job_state(JobState.QUEUED),
        TrialState.RUNNING: in_job_state(JobState.RUNNING),
        TrialState.STOPPED_EARLY: in_job_state(JobState.SUCCEEDED) & early,
        TrialState.FINISHED: in_job_state(JobState.SUCCEEDED) & whole,
        TrialState.FAILED: in_job_state(JobState.FAILED),
        TrialState.CANCELLED: in_job_state(JobState.CANCELLED),
    }
