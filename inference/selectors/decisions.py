"""Decisions for images and patients, from what the models said about each image."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from annotations.models import FundusImage, Patient, Project, QualityJudgement
from annotations.selectors import images_for, patients_for
from annotations.selectors.quality import standing_judgements
from core.actions import Action
from inference.decision_rules import ImageVerdict, PatientVerdict, Reason, decide_image, decide_patient
from inference.models import ImageDecision
from inference.selectors.model_versions import champions
from inference.selectors.predictions import blinded_for, images_open_to
from inference.selectors.readings import reading_of
from inference.states import DecisionOutcome, ModelState, ModelTask


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDecision:
    """The decision for one patient; `by_earlier_models`: images that other models than champions decided."""

    patient: Patient
    verdict: PatientVerdict
    by_earlier_models: frozenset[int] = frozenset()

    def is_by_champions(self, images: Iterable[int] | None = None) -> bool:
        """Whether champions decided these images (all of the patient's when none are named)."""
        return not (self.by_earlier_models if images is None else self.by_earlier_models & set(images))


def images_with_decisions_for(user: User) -> QuerySet[FundusImage]:
    """Images whose decisions this person may see: not those that they have still to read."""
    if not user.can(Action.SEE_PREDICTIONS):
        return FundusImage.objects.none()
    return images_for(user).filter(~blinded_for(user))


def patients_with_decisions_for(user: User) -> QuerySet[Patient]:
    """Patients whose decisions this person may see, at the latest once they have read all images of them."""
    if not user.can(Action.SEE_PREDICTIONS):
        return Patient.objects.none()
    return patients_for(user)


def withheld_patients(user: User, patients: Iterable[Patient], *, exam: int | None = None) -> frozenset[int]:
    """Of these patients those (of whose exam) the person has still to read an image. One query."""
    unread = FundusImage.objects.filter(blinded_for(user), exam__patient__in=[one.pk for one in patients])
    if exam is not None:
        unread = unread.filter(exam=exam)
    return frozenset(unread.order_by().values_list("exam__patient", flat=True))


def current_decisions(image_ids: Iterable[int]) -> dict[int, ImageDecision]:
    """Per image the newest of the decisions that rest on the most champions. One query."""
    decisions = ImageDecision.objects.filter(image__in=list(image_ids))
    decisions = decisions.select_related("classifier__model", "segmenter__model")
    decisions = decisions.defer("classifier__model__card", "segmenter__model__card")  # long
    current: dict[int, ImageDecision] = {}
    for decision in sorted(decisions, key=lambda decision: (_champions(decision), decision.pk)):
        current[decision.image_id] = decision
    return current


def image_verdict(
    *, image: FundusImage, decision: ImageDecision | None, judgement: QualityJudgement | None
) -> ImageVerdict:
    """The stored decision as a verdict; pending where there is none.

    Decided anew from the same predictions where a person has judged the image's quality, which may have been
    after the decision.
    """
    if decision is None:
        return decide_image(None, eye=image.eye, image=image.pk)
    if judgement is not None:
        asked = {ModelTask.CLASSIFIER: decision.classifier, ModelTask.SEGMENTER: decision.segmenter}
        predictions = {task: prediction for task, prediction in asked.items() if prediction is not None}
        return decide_image(reading_of(predictions, judgement), eye=image.eye, image=image.pk)
    return ImageVerdict(
        outcome=DecisionOutcome(decision.outcome),
        eye=image.eye,
        image=image.pk,
        probability=decision.dr_probability,
        threshold=_said(decision, "dr_threshold"),
        referable_probability=_said(decision, "referable_probability"),
        referable_threshold=_said(decision, "referable_threshold"),
        reasons=tuple(
            Reason(reason["code"], reason["message"], image=image.pk) for reason in decision.reasons
        ),
    )


def patient_decisions(patients: Sequence[Patient], *, exam: int | None = None) -> list[PatientDecision]:
    """The decision for each patient over all images there are of them, or over those of one exam.

    Three queries, however many.
    """
    images: dict[int, list[FundusImage]] = {patient.pk: [] for patient in patients}
    found = FundusImage.objects.filter(exam__patient__in=list(images)).select_related("exam")
    if exam is not None:
        found = found.filter(exam=exam)
    for image in found.only("id", "eye", "exam__patient_id"):
        images[image.exam.patient_id].append(image)
    decisions = current_decisions(image.pk for part in images.values() for image in part)
    judgements = standing_judgements(decisions)
    earlier = {image_id for image_id, decision in decisions.items() if not is_by_champions(decision)}
    return [
        PatientDecision(
            patient=patient,
            verdict=decide_patient(
                image_verdict(
                    image=image, decision=decisions.get(image.pk), judgement=judgements.get(image.pk)
                )
                for image in images[patient.pk]
            ),
            by_earlier_models=frozenset(earlier.intersection(image.pk for image in images[patient.pk])),
        )
        for patient in patients
    ]


def is_by_champions(decision: ImageDecision | None) -> bool:
    """Whether every model that the decision rests on is its task's champion now; so where none was asked."""
    predictions = (decision.classifier, decision.segmenter) if decision else ()
    return all(
        prediction is None or prediction.model.state == ModelState.CHAMPION for prediction in predictions
    )


def outdated_images(*, user: User | None, project: Project) -> QuerySet[FundusImage]:
    """Images with a decision, but none that rests on all champions of today: to be predicted again.

    None where the project has no champion: there is nobody to ask.
    """
    asked = champions(project)
    if not asked:
        return FundusImage.objects.none()
    decisions = ImageDecision.objects.filter(image=OuterRef("pk"))
    wanted = decisions.filter(**{f"{task.value}__model": model for task, model in asked.items()})
    return images_open_to(user).filter(Exists(decisions), ~Exists(wanted), project=project)


def undecided_images(*, user: User | None, project: Project) -> QuerySet[FundusImage]:
    """Images that no model has decided yet, such as those just imported, but for those that can't be read."""
    return _undecided(user=user, project=project).filter(unreadable=None)


def unreadable_images(*, user: User | None, project: Project) -> QuerySet[FundusImage]:
    """Images that no model has decided because their stored file could not be read, when last tried."""
    return _undecided(user=user, project=project).exclude(unreadable=None)


def _undecided(*, user: User | None, project: Project) -> QuerySet[FundusImage]:
    decisions = ImageDecision.objects.filter(image=OuterRef("pk"))
    return images_open_to(user).filter(~Exists(decisions), project=project)


def _said(decision: ImageDecision, name: str) -> float | None:
    """A number of the classifier's, where it was gradable: what was said of others counts for nothing."""
    if decision.dr_probability is None or decision.classifier is None:
        return None
    said: float | None = decision.classifier.outputs.get(name)
    return said


def _champions(decision: ImageDecision) -> int:
    predictions = (decision.classifier, decision.segmenter)
    return sum(
        prediction is not None and prediction.model.state == ModelState.CHAMPION for prediction in predictions
    )
