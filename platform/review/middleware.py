"""Notes every look at a patient for the audit log."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.models import User
from annotations.models import Exam, FundusImage, LabelSet, Mask, Patient
from core.services.viewings import Seen, note_viewing
from inference.models import Prediction
from review.models import Review

PATIENT_OF: dict[str, tuple[type, str]] = {
    "patients": (Patient, ""),
    "exams": (Exam, "patient__"),
    "images": (FundusImage, "exam__patient__"),
    "label-sets": (LabelSet, "image__exam__patient__"),
    "masks": (Mask, "label_set__image__exam__patient__"),
    "predictions": (Prediction, "image__exam__patient__"),
    "reviews": (Review, "exam__patient__"),
}
SMALL = ("thumbnail", "preview")  # pictures of lists, where nobody opened the patient
REMEMBERED = 20_000


class PatientViewsMiddleware:
    """Notes, once a minute, that a person got an answer from an address below one of PATIENT_OF."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._noted: dict[tuple[int, str, int], int] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at what was asked once it is answered."""
        answer = self.get_response(request)
        if request.method in ("GET", "HEAD") and answer.status_code in (200, 304):
            self._note(request)
        return answer

    def _note(self, request: HttpRequest) -> None:
        match = request.resolver_match
        kind = match.route.removeprefix("api/").partition("/")[0] if match else ""
        pk = match.kwargs.get("pk") if match else None
        if not (match and kind in PATIENT_OF and isinstance(pk, int) and isinstance(request.user, User)):
            return
        if match.kwargs.get("layer") in SMALL or self._is_noted(request.user.pk, kind, pk):
            return
        model, way = PATIENT_OF[kind]
        patient = model.objects.filter(pk=pk).values_list(f"{way}pk", f"{way}code").first()  # type: ignore[attr-defined]
        if patient is not None:
            note_viewing(
                Seen(
                    person=request.user.pk,
                    minute=datetime.now(UTC).replace(second=0, microsecond=0),
                    object_type=Patient._meta.label_lower,
                    object_id=str(patient[0]),
                    title=patient[1],
                )
            )

    def _is_noted(self, person: int, kind: str, pk: int) -> bool:
        """Whether this process noted the same in this minute; remembers it."""
        minute = int(time.time() // 60)
        if self._noted.get((person, kind, pk)) == minute:
            return True
        if len(self._noted) > REMEMBERED:
            self._noted.clear()
        self._noted[person, kind, pk] = minute
        return False
