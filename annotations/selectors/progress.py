"""How far the reading of a project has come: in all, and by person."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from accounts.models import User
from annotations.models import Assignment, LabelSet, Project
from annotations.selectors.repeats import HANDED_IN, shown_on_worklist
from annotations.selectors.visibility import own_label_sets
from annotations.selectors.worklist import not_begun
from annotations.states import WorkState

SECONDS_PER_HOUR = 3600.0


@dataclass(slots=True)
class Progress:
    """Readings by state, and the time they took; idle time is not in it.

    The pace counts readings that were handed in at least once, and their time only.
    """

    assigned: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WorkState.values, 0))
    seconds_spent: float = 0.0
    handed_in: int = 0
    seconds_handed_in: float = 0.0

    @property
    def images_per_hour(self) -> float | None:
        """None before anything was handed in with a time."""
        if not self.seconds_handed_in:
            return None
        return SECONDS_PER_HOUR * self.handed_in / self.seconds_handed_in

    def add(self, other: "Progress") -> None:
        """Count another's work in."""
        self.assigned += other.assigned
        self.seconds_spent += other.seconds_spent
        self.handed_in += other.handed_in
        self.seconds_handed_in += other.seconds_handed_in
        for state, number in other.counts.items():
            self.counts[state] += number


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectProgress:
    """The whole project: its images by how often they were read, and everybody's readings together."""

    images: int
    images_assigned: int
    images_read: int  # handed in by one person at least
    images_read_twice: int
    readings: Progress


def progress_of(project: Project, *, seen_by: User) -> dict[int, Progress]:
    """By id, the progress of people who have images to read or have read some; hidden repeats are readings.

    Whoever looks finds of their own work what their worklist shows: numbers give no hidden repeat away.
    """
    asked = Assignment.objects.filter(project=project).order_by()
    read = LabelSet.objects.filter(is_independent=True, project=project, author__isnull=False).order_by()
    asked = asked.filter(~Q(user=seen_by) | shown_on_worklist(seen_by))
    own = own_label_sets(seen_by)  # few: a long list is gone through for each row
    read = read.filter(~Q(author=seen_by) | Q(pk__in=own.values("pk")))
    progress: dict[int, Progress] = defaultdict(Progress)
    for user, assigned in asked.values_list("user").annotate(rows=Count("pk")):
        progress[user].assigned = assigned
    for user, rows in not_begun(asked).values_list("user").annotate(rows=Count("pk")):
        progress[user].counts[WorkState.TO_DO] = rows
    handed_in = Q(submitted_at__isnull=False, seconds_spent__gt=0)
    summed = read.values_list("author", "state").annotate(
        sets=Count("pk"),
        seconds=Sum("seconds_spent"),
        timed=Count("pk", filter=handed_in),
        timed_seconds=Sum("seconds_spent", filter=handed_in, default=0.0),
    )
    for author, state, sets, seconds, timed, timed_seconds in summed:
        if author is None:
            continue
        one = progress[author]
        one.counts[state] = sets
        one.seconds_spent += seconds
        one.handed_in += timed
        one.seconds_handed_in += timed_seconds
    return progress


def project_progress(project: Project, *, seen_by: User) -> ProjectProgress:
    """All people's work on a project; `seen_by` as in `progress_of`."""
    readings = Progress()
    for one in progress_of(project, seen_by=seen_by).values():
        readings.add(one)
    handed_in = LabelSet.objects.filter(
        is_independent=True, project=project, author__isnull=False, state__in=HANDED_IN
    )
    people = handed_in.order_by().values("image").annotate(people=Count("author", distinct=True))
    assigned = Assignment.objects.filter(project=project)
    return ProjectProgress(
        images=project.images.count(),
        images_assigned=assigned.order_by().values("image").distinct().count(),
        images_read=people.count(),
        images_read_twice=people.filter(people__gte=2).count(),
        readings=readings,
    )
