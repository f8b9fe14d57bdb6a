"""How far readers agree over many images, counted by the database: it has them all at hand."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, F, FilteredRelation, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest, Least, NullIf

from accounts.models import User
from annotations.models import Agreement, LabelSet, LesionClass, Project
from annotations.selectors.agreement import comparable, images_compared_by, kept_agreements
from annotations.selectors.kappa import cohens_kappa
from annotations.states import DrStatus, IcdrGrade

ANSWERS = {
    "first_dr": F("dr_status"),
    "second_dr": F("other__dr_status"),
    "first_grade": F("icdr_grade"),
    "second_grade": F("other__icdr_grade"),
}
STATUSES = [DrStatus.NO_DR, DrStatus.DR]
BY_READERS = {"reader": F("first_reader"), "other_reader": F("second_reader")}
JSON_NULL = Value("null")  # as SQLite gives it; PostgreSQL gives NULL


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """How far pairs of readings agree, over their images.

    `dr_answers` and `grade_answers` are how often which answers met, where both readers gave one. `dice` and
    `f1` are means over images by lesion class code; images where neither drew any of the class don't count.
    """

    images: int
    pending: int  # images whose lesions are still to be compared
    dr_answers: Counter[tuple[int, int]]
    grade_answers: Counter[tuple[int, int]]
    dice: dict[str, float]
    f1: dict[str, float]
    mean_dice: float | None
    mean_f1: float | None

    @property
    def dr_images(self) -> int:
        """Images for which both said DR or no DR."""
        return self.dr_answers.total()

    @property
    def dr_kappa(self) -> float | None:
        """Cohen's kappa on DR or no DR."""
        return cohens_kappa(self.dr_answers, categories=len(STATUSES))

    @property
    def grade_images(self) -> int:
        """Images that both graded."""
        return self.grade_answers.total()

    @property
    def grade_kappa(self) -> float | None:
        """Cohen's kappa on the ICDR grade."""
        return cohens_kappa(self.grade_answers, categories=len(IcdrGrade.values))

    @property
    def grade_weighted_kappa(self) -> float | None:
        """The same with quadratic weights."""
        return cohens_kappa(self.grade_answers, categories=len(IcdrGrade.values), quadratic=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPairs:
    """All pairs of readings of a project that a person may compare, and the figures kept of them.

    Both have `first_reader`, the one with the smaller id, `second_reader`, the same for hidden repeats, and
    `handed_in`, when the later reading came: whoever began earlier, kappa tells its readers apart.
    """

    project: Project
    pairs: QuerySet[Any]  # of LabelSet, the first reader's; `other_set` and `other_revision` are the second's
    agreements: QuerySet[Any]

    def of(self, *conditions: Q, **narrowed: Any) -> "ComparedPairs":
        """Only some, by what both have."""
        return ComparedPairs(
            project=self.project,
            pairs=self.pairs.filter(*conditions, **narrowed),
            agreements=self.agreements.filter(*conditions, **narrowed),
        )


def compared_pairs(user: User, project: Project) -> ComparedPairs:
    """Two people's first readings of the same image, and one person's first and repeat.

    Whom a repeat or a reading of their own to come keeps blind sees neither of an image's readings: so which
    pairs a judge sees is asked of images, and not of each of two sets.
    """
    others = FilteredRelation("image__label_sets", condition=comparable("image__label_sets__"))
    pairs = (
        LabelSet.objects.order_by()
        .annotate(other=others)
        .filter(
            Q(author__lt=F("other__author"), reading_no=1, other__reading_no=1)
            | Q(author=F("other__author"), pk__lt=F("other__pk")),
            comparable(),
            images_compared_by(user, project="project"),
            project=project,
        )
    )
    agreements = kept_agreements(user, project).filter(
        Q(first__author=F("second__author")) | Q(first__reading_no=1, second__reading_no=1)
    )
    return ComparedPairs(
        project=project,
        pairs=pairs.annotate(
            first_reader=F("author"),
            second_reader=F("other__author"),
            other_set=F("other__pk"),
            other_revision=F("other__revision"),
            handed_in=_later("submitted_at", "other__submitted_at"),
        ),
        agreements=agreements.order_by().annotate(
            first_reader=Least("first__author", "second__author"),
            second_reader=Greatest("first__author", "second__author"),
            handed_in=_later("first__submitted_at", "second__submitted_at"),
        ),
    )


def figures_by(compared: ComparedPairs, **by: Any) -> dict[tuple[Any, ...], PairFigures]:
    """The figures of the pairs that have the same values of `by`, expressions of what both querysets have.

    Three queries.
    """
    codes = list(
        LesionClass.objects.filter(project=compared.project).order_by("code").values_list("code", flat=True)
    )
    lesions = _lesion_figures(compared.agreements, codes, by)
    met: dict[tuple[Any, ...], dict[tuple[Any, ...], int]] = defaultdict(dict)
    counted = compared.pairs.values(**by, **ANSWERS).annotate(pairs=Count("*"))
    for *row, pairs in counted.values_list(*by, *ANSWERS, "pairs"):
        met[tuple(row[: len(by)])][tuple(row[len(by) :])] = pairs
    return {key: _figures(answers, lesions.get(key, {})) for key, answers in met.items()}


def pairs_without_figures(compared: ComparedPairs) -> QuerySet[Any, tuple[int, int]]:
    """Ids of two label sets whose lesions are still to be compared, the one that was opened earlier first."""
    ids, revisions = ("pk", "other_set"), ("revision", "other_revision")
    there = [
        Exists(
            Agreement.objects.filter(
                first=OuterRef(ids[first]),
                second=OuterRef(ids[1 - first]),
                first_revision=OuterRef(revisions[first]),
                second_revision=OuterRef(revisions[1 - first]),
            )
        )
        for first in (0, 1)
    ]
    missing = compared.pairs.filter(*(~one for one in there)).order_by("image", "pk", "other_set")
    return missing.values_list(Least("pk", "other_set"), Greatest("pk", "other_set"))


def _figures(met: dict[tuple[Any, ...], int], lesions: dict[str, Any]) -> PairFigures:
    statuses, grades = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for (first_dr, second_dr, first_grade, second_grade), times in met.items():
        if first_dr and second_dr:
            statuses[STATUSES.index(first_dr), STATUSES.index(second_dr)] += times
        if first_grade is not None and second_grade is not None:
            grades[first_grade, second_grade] += times
    images = sum(met.values())
    return PairFigures(
        images=images,
        pending=images - lesions.pop("compared", 0),
        dr_answers=statuses,
        grade_answers=grades,
        **({"dice": {}, "f1": {}, "mean_dice": None, "mean_f1": None} | lesions),
    )


def _lesion_figures(
    agreements: QuerySet[Any], codes: Sequence[str], by: Mapping[str, Any]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """`compared` (images), `mean_dice`, `mean_f1`; `dice` and `f1` of classes that someone drew, by code."""
    of_classes = [(figure, code) for figure in ("dice", "f1") for code in codes]
    means = [Avg("mean_dice"), Avg("mean_f1"), *(Avg(_of_class(*one)) for one in of_classes)]
    named = {f"mean_{number}": mean for number, mean in enumerate(means)}
    rows = agreements.values(**by).annotate(compared=Count("*"), **named)
    found = {}
    for row in rows.values_list(*by, "compared", *named):
        key, (compared, mean_dice, mean_f1, *figures) = tuple(row[: len(by)]), row[len(by) :]
        told: dict[str, Any] = {"compared": compared, "mean_dice": mean_dice, "mean_f1": mean_f1}
        told |= {"dice": {}, "f1": {}}
        for (figure, code), value in zip(of_classes, figures, strict=True):
            if value is not None:
                told[figure][code] = value
        found[key] = told
    return found


def _of_class(figure: str, code: str) -> Cast:
    """One class's figure; null where neither reader drew any, or one did not look for it."""
    text = KeyTextTransform(figure, KeyTextTransform(code, KeyTextTransform("classes", "figures")))
    return Cast(NullIf(text, JSON_NULL), FloatField())


def _later(one: str, other: str) -> Greatest:
    """The later of two times, either of which may be unknown: SQLite's greatest of a null is null."""
    return Greatest(Coalesce(one, other), Coalesce(other, one))
