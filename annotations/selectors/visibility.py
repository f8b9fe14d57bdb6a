"""What a person may see. Every view and service starts from one of these querysets.

Administrators see everything; reviewers everything of their projects; specialists only the images that are
assigned to them there. Whatever is not in these querysets does not exist for the person (404).
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from annotations.models import (
    Assignment,
    Exam,
    Export,
    FundusImage,
    Import,
    ImportProblem,
    LabelSet,
    LesionClass,
    Mask,
    Membership,
    Patient,
    Project,
)
from annotations.selectors.repeats import (
    HANDED_IN,
    not_hidden_by_repeat,
    own_not_hidden_by_repeat,
    repeats_due,
    shown_on_worklist,
)
from annotations.states import LabelSetState
from core.actions import Action

SEEN_BY_JUDGES = (*HANDED_IN, LabelSetState.RETURNED)


def projects_for(user: User) -> QuerySet[Project]:
    """Projects this person belongs to, or all of them for administrators."""
    if user.can(Action.SEE_ALL_PROJECTS):
        return Project.objects.all()
    if user.can(Action.SEE_PROJECT_IMAGES) or user.can(Action.SEE_ASSIGNED_IMAGES):
        return Project.objects.filter(memberships__user=user)
    return Project.objects.none()


def lesion_classes_for(user: User) -> QuerySet[LesionClass]:
    """Lesion classes of the projects this person sees."""
    return LesionClass.objects.filter(project__in=projects_for(user).values("pk"))


def members_for(user: User, project: Project) -> QuerySet[User]:
    """The people of a project, for those who manage projects; else the person alone, if a member."""
    members = User.objects.filter(memberships__project=project).order_by("username")
    return members if user.can(Action.MANAGE_PROJECTS) else members.filter(pk=user.pk)


def may_open_image(user: User, path: str = "", *, project: str = "") -> Q:
    """The condition that this person may open the image at the end of `path` ("image__"; "": the row itself).

    `project` leads to the image's project where the row keeps it: one join less. No joins with memberships
    or assignments: these would give a row as often as they match.
    """
    if user.can(Action.SEE_ALL_PROJECTS):
        return Q()
    mine = Membership.objects.filter(user=user).values("project")
    if user.can(Action.SEE_PROJECT_IMAGES):
        return Q(**{f"{project or f'{path}project'}__in": mine})
    if user.can(Action.SEE_ASSIGNED_IMAGES):
        image = path.removesuffix("__") or "pk"
        return Q(Exists(Assignment.objects.filter(image=OuterRef(image), user=user, project__in=mine)))
    return Q(pk__in=[])


def images_for(user: User) -> QuerySet[FundusImage]:
    """Images this person may open; exam and patient joined, to avoid a query per row."""
    return FundusImage.objects.select_related("exam__patient").filter(may_open_image(user))


def images_with_text_for(user: User) -> QuerySet[FundusImage]:
    """Images with text in their corners, for those who import."""
    images = images_for(user).exclude(burned_text={})
    return images if user.can(Action.IMPORT) else images.none()


def exams_for(user: User) -> QuerySet[Exam]:
    """Exams with at least one image that this person may open."""
    images = images_for(user).filter(exam=OuterRef("pk"))
    return Exam.objects.filter(Exists(images))


def patients_for(user: User) -> QuerySet[Patient]:
    """Patients with at least one image that this person may open: a patient's images are of its project."""
    if user.can(Action.SEE_ALL_PROJECTS) or user.can(Action.SEE_PROJECT_IMAGES):
        images = FundusImage.objects.filter(exam__patient=OuterRef("pk"))
        return Patient.objects.filter(Exists(images), project__in=projects_for(user).values("pk"))
    return assigned_patients(user)


def assigned_patients(user: User) -> QuerySet[Patient]:
    """Patients with at least one image that this person is to read."""
    # Distinct, they are found before a database goes through everybody's patients in the order of a list.
    read = Assignment.objects.filter(user=user).order_by().values("image__exam__patient").distinct()
    return Patient.objects.filter(project__in=projects_for(user).values("pk"), pk__in=read)


def label_sets_for(user: User) -> QuerySet[LabelSet]:
    """Label sets this person may see: their own, and others' by three rules.

    Whoever is to read an image is blind to every other reading of it until both are handed in. Who
    judges, and does not read the image, sees whatever has been handed in. Nobody sees another's draft.
    While a hidden repeat is due, its reader is blind to all but that repeat: to their own first reading too.
    """
    sets = LabelSet.objects.filter(may_open_image(user, "image__", project="project")).select_related(
        "image__exam__patient", "author", "decided_by"
    )
    mine = LabelSet.objects.filter(is_independent=True, image=OuterRef("image"), author=user)
    i_handed_in = Exists(mine.filter(state__in=HANDED_IN))
    others = Q(i_handed_in, state__in=HANDED_IN)
    if user.can(Action.JUDGE_LABELS):
        others = Q(~_is_reader(user), state__in=SEEN_BY_JUDGES) | others
    return sets.filter(not_hidden_by_repeat(user), Q(author=user) | others)


def own_label_sets(user: User) -> QuerySet[LabelSet]:
    """Those of `label_sets_for` that are this person's own."""
    return LabelSet.objects.filter(
        may_open_image(user, "image__", project="project"), own_not_hidden_by_repeat(user), author=user
    )


def _is_reader(user: User) -> Q:
    """Whether this person is asked to read the outer label set's image, or has begun to."""
    if Action.LABEL not in user.actions:  # by role: a token without the scope makes nobody less blind
        return Q(pk__in=[])
    asked = Assignment.objects.filter(image=OuterRef("image"), user=user)
    begun = LabelSet.objects.filter(is_independent=True, image=OuterRef("image"), author=user)
    return Q(Exists(asked)) | Q(Exists(begun))


def images_still_to_read(user: User) -> QuerySet[FundusImage]:
    """Images that this person is to read and has not handed in: others' readings of them stay hidden."""
    images = images_for(user)
    if Action.LABEL not in user.actions:  # by role, as in _is_reader
        return images.none()
    asked = Assignment.objects.filter(image=OuterRef("pk"), user=user)
    mine = LabelSet.objects.filter(is_independent=True, image=OuterRef("pk"), author=user)
    handed_in = mine.filter(state__in=HANDED_IN)
    repeat = repeats_due(user).filter(image=OuterRef("pk"))
    waits = Q(Exists(asked) | Exists(mine)) & ~Q(Exists(handed_in))
    return images.filter(waits | Q(Exists(repeat)))


def masks_for(user: User) -> QuerySet[Mask]:
    """Masks of the label sets this person may see."""
    return Mask.objects.filter(label_set__in=label_sets_for(user).values("pk")).select_related(
        "lesion_class", "label_set"
    )


def imports_for(user: User) -> QuerySet[Import]:
    """Imports this person may follow: those of their projects, if they import at all."""
    if not user.can(Action.IMPORT):
        return Import.objects.none()
    imports = Import.objects.filter(project__in=projects_for(user).values("pk"))
    return imports.select_related("job", "created_by", "project")


def import_problems_for(user: User) -> QuerySet[ImportProblem]:
    """What was wrong in the imports this person may follow."""
    return ImportProblem.objects.filter(batch__in=imports_for(user).values("pk"))


def exports_for(user: User) -> QuerySet[Export]:
    """The exports that this very person asked for, while they may export at all."""
    if not user.can(Action.EXPORT):
        return Export.objects.none()
    exports = Export.objects.filter(created_by=user, project__in=projects_for(user).values("pk"))
    return exports.select_related("job__requested_by", "project", "created_by")


def assignments_for(user: User) -> QuerySet[Assignment]:
    """Assignments this person may see: all of visible images for who assigns or judges, else their own.

    Nobody sees more of their own than their worklist shows: a hidden repeat stays hidden.
    """
    own = shown_on_worklist(user)
    if user.can(Action.ASSIGN) or user.can(Action.JUDGE_LABELS):
        assignments = Assignment.objects.filter(
            may_open_image(user, "image__", project="project"), own | ~Q(user=user)
        )
    else:
        assignments = Assignment.objects.filter(own, project__in=projects_for(user).values("pk"))
    return assignments.select_related("image__exam__patient", "user", "assigned_by")
