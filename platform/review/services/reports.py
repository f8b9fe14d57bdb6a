"""Reports of signed reviews: made once, kept, and downloaded under a note in the audit log."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User
from annotations.services.files import sha256_of_bytes, store_bytes
from core.errors import Conflict, NotFound
from core.services import audit
from review.models import Report, Review, Signature
from review.services.report_fhir import fhir_report
from review.states import ReportKind, ReviewState


class ReportAltered(Conflict):
    """The stored file is not the one that was made."""

    code = "report_altered"


class NotSigned(Conflict):
    """A draft has no report."""

    code = "not_signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A report's bytes, and what the browser is told of them."""

    content: bytes
    media_type: str
    file_name: str


MEDIA_TYPES = {
    ReportKind.PDF: "application/pdf",
    ReportKind.JSON: "application/json",
    ReportKind.FHIR: "application/fhir+json",
}
_SUFFIXES = {ReportKind.PDF: ".pdf", ReportKind.JSON: ".json", ReportKind.FHIR: ".fhir.json"}


def download_report(*, review: Review, kind: ReportKind, by: User) -> Download:
    """The report of a signed version, made when it is first asked for.

    Raises NotSigned, NotFound, ReportAltered.
    """
    if review.state != ReviewState.SIGNED:
        raise NotSigned("This review is a draft; only signed versions have reports.", remedy="Sign it first.")
    report = _report(review.signature, kind)
    if not default_storage.exists(report.file):
        raise NotFound(
            "The file of this report is gone from the storage.",
            remedy="Bring it back from a backup; a report is made once, so that it can be checked.",
        )
    with default_storage.open(report.file) as stored:
        content = stored.read()
    if sha256_of_bytes(content) != report.sha256:
        raise ReportAltered(
            "The stored file of this report is not the one that was made, so it is not given out.",
            remedy="Bring it back from a backup, and find out who changed the storage.",
        )
    with transaction.atomic():
        told = {"kind": kind.value, "sha256": report.sha256, "version": review.version}
        audit.record(actor=by, action="review.download", obj=review, after=told)
    return Download(content=content, media_type=MEDIA_TYPES[kind], file_name=_file_name(review, kind))


def json_report(signature: Signature) -> bytes:
    """The signed document and its hash, indented for people; whoever re-formats it changes nothing."""
    told = {"sha256": signature.sha256, "document": json.loads(signature.document)}
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def _pdf(signature: Signature) -> bytes:
    from review.services.report_pdf import pdf_report  # heavy: at its first use

    return pdf_report(signature, attached=json_report(signature))


_MAKERS: dict[ReportKind, Callable[[Signature], bytes]] = {
    ReportKind.JSON: json_report,
    ReportKind.PDF: _pdf,
    ReportKind.FHIR: fhir_report,
}


def _report(signature: Signature, kind: ReportKind) -> Report:
    """The report as it was made first, or made now."""
    there = Report.objects.filter(signature=signature, kind=kind)
    if made := there.first():
        return made
    content = _MAKERS[kind](signature)
    digest = sha256_of_bytes(content)
    file = store_bytes(
        f"reports/{signature.sha256[:2]}/{signature.sha256}/{digest}{_SUFFIXES[kind]}", content
    )
    try:
        with transaction.atomic():
            return Report.objects.create(
                signature=signature, kind=kind, file=file, sha256=digest, size_bytes=len(content)
            )
    except IntegrityError:  # made by another request a moment ago; that one counts
        return there.get()


def _file_name(review: Review, kind: ReportKind) -> str:
    """What the browser saves it as: plain letters only."""
    code = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in str(review.exam.patient)
    )
    return f"review-{code[:40]}-exam-{review.exam_id}-v{review.version}{_SUFFIXES[kind]}"
