"""Patients with their exams and images, and label sets with what lists show, in a fixed number of queries."""

from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery

from accounts.models import User
from annotations.models import Exam, FundusImage, LabelSet, Patient, Revision
from annotations.selectors.counts import with_label_state
from annotations.selectors.quality import with_judgements
from annotations.selectors.visibility import images_for


def with_images(patients: QuerySet[Patient], user: User) -> QuerySet[Patient]:
    """Prefetch `seen_exams` and their `seen_images`: what the person may open, with `label_state`."""
    images = with_judgements(with_label_state(images_for(user), user)).order_by("eye", "pk")
    seen = images_for(user).filter(exam=OuterRef("pk")).values("exam")[:1]
    exams = (
        Exam.objects.filter(pk__in=Subquery(seen))
        .order_by("-date", "pk")
        .prefetch_related(Prefetch("images", queryset=images, to_attr="seen_images"))
    )
    return patients.prefetch_related(Prefetch("exams", queryset=exams, to_attr="seen_exams"))


def with_brief_images(patients: QuerySet[Patient], user: User) -> QuerySet[Patient]:
    """The same with no more of exams and images than a list of patients shows."""
    images = with_label_state(images_for(user).select_related(None), user).only(
        "exam", "eye", "width", "height"
    )
    exams = Exam.objects.only("patient").prefetch_related(
        Prefetch("images", queryset=images.order_by("pk"), to_attr="seen_images")
    )
    return patients.prefetch_related(Prefetch("exams", queryset=exams.order_by("pk"), to_attr="seen_exams"))


def with_saved_at(label_sets: QuerySet[LabelSet]) -> QuerySet[LabelSet]:
    """Annotate `saved_at`, the time of the last revision."""
    saves = Revision.objects.filter(label_set=OuterRef("pk")).order_by().values("label_set")
    return label_sets.annotate(saved_at=Subquery(saves.annotate(last=Max("at")).values("last")))


def images_of_patients(user: User, patient_ids: list[int]) -> QuerySet[FundusImage]:
    """All images of some patients that the person may open."""
    return images_for(user).filter(exam__patient__in=patient_ids)
