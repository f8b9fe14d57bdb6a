"""Checks a report against its own hash, and against what was signed here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.core.files.storage import default_storage
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from annotations.models import FundusImage
from annotations.services.files import sha256_of_bytes
from core.errors import Invalid
from core.models import AuditEvent
from review.models import Report, Signature
from review.services.canonical import sha256_of_document, sha256_of_text
from review.services.report_pdf import ATTACHED
from review.states import ReportKind

MOST_NAMED = 20


class NoReport(Invalid):
    """The file is no report of a review, or too damaged to be read."""

    code = "no_report"


@dataclass(slots=True, kw_only=True)
class Verified:
    """What checking a report found; `problems` name what was altered, the first one first."""

    sha256: str
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.problems


def verify_report(content: bytes) -> Verified:
    """Check a PDF, JSON or FHIR report. Raises NoReport when it is none of them."""
    is_pdf = content.startswith(b"%PDF")
    told = _parse(_attached(content) if is_pdf else content)
    if not is_pdf and isinstance(told, dict) and told.get("resourceType") == "Bundle":
        return _verify_fhir(told)
    told = _of_report(told)
    document, claimed = told["document"], str(told["sha256"])
    verified = Verified(sha256=claimed)
    if sha256_of_document(document) != claimed:
        verified.problems.append("The content does not match the hash that the report names.")
    signature = Signature.objects.filter(sha256=claimed).select_related("review").first()
    signature = signature or _signature_named_in(document)
    if signature is None:
        verified.problems.append("No such review was signed here.")
        return verified
    verified.problems += _shortened(differences(json.loads(signature.document), document))
    if claimed != signature.sha256:
        verified.problems.append("The hash that the report names is not the one that was signed.")
    verified.problems += _against_records(signature)
    if is_pdf and not verified.problems:
        made = Report.objects.filter(signature=signature, kind=ReportKind.PDF).first()
        if made is None or made.sha256 != sha256_of_bytes(content):
            verified.problems.append("The pages: the PDF is not the file that was made here.")
    verified.problems += _against_images(json.loads(signature.document))
    return verified


def differences(signed: Any, shown: Any, path: str = "") -> Iterator[str]:
    """Where two JSON values differ: `images[0].findings[2].verdict`."""
    if isinstance(signed, dict) and isinstance(shown, dict):
        for name in sorted({*signed, *shown}):
            inner = f"{path}.{name}" if path else name
            if name in signed and name in shown:
                yield from differences(signed[name], shown[name], inner)
            else:
                yield f"{inner} was {'removed' if name in signed else 'added'}"
    elif isinstance(signed, list) and isinstance(shown, list) and len(signed) == len(shown):
        for place, (one, other) in enumerate(zip(signed, shown, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif isinstance(signed, list) and isinstance(shown, list):
        yield f"{path} has {len(shown)} entries, {len(signed)} were signed"
    elif signed != shown or isinstance(signed, bool) != isinstance(shown, bool):
        yield f"{path} was altered"


def _attached(content: bytes) -> bytes:
    try:
        attached = PdfReader(BytesIO(content)).attachments.get(ATTACHED)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise NoReport("This PDF is damaged and can't be read.") from error
    if not attached:
        raise NoReport(f"This PDF has no {ATTACHED} attached: it is no report of a review.")
    return bytes(attached[0])


def _verify_fhir(bundle: dict[str, Any]) -> Verified:
    """A FHIR report holds the hash and no signed document: it is compared with the file made here."""
    claimed = _hash_in(bundle)
    verified = Verified(sha256=claimed)
    signature = Signature.objects.filter(sha256=claimed).select_related("review").first()
    if signature is None:
        verified.problems.append("No such review was signed here.")
        return verified
    made = Report.objects.filter(signature=signature, kind=ReportKind.FHIR).first()
    stored = _stored(made) if made else None
    if stored is None:
        verified.problems.append(
            "The FHIR file that was made here is gone or was altered, so none can be checked."
        )
    else:
        verified.problems += _shortened(differences(json.loads(stored), bundle))
    verified.problems += _against_records(signature)
    verified.problems += _against_images(json.loads(signature.document))
    return verified


def _hash_in(bundle: dict[str, Any]) -> str:
    try:
        return str(bundle["entry"][0]["resource"]["identifier"][0]["value"])
    except (KeyError, IndexError, TypeError) as error:
        raise NoReport("This FHIR bundle is no report of a review: it names no hash of one.") from error


def _stored(made: Report) -> bytes | None:
    """The bytes of a report that was made here; None where they are gone or not the same any more."""
    if not default_storage.exists(made.file):
        return None
    with default_storage.open(made.file) as file:
        content = bytes(file.read())
    return content if sha256_of_bytes(content) == made.sha256 else None


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_named_once)
    except ValueError as error:
        raise NoReport("This is no JSON, or it was damaged.") from error


def _of_report(told: Any) -> dict[str, Any]:
    of_report = isinstance(told, dict) and told.keys() == {"sha256", "document"}
    if not of_report or not isinstance(told["document"], dict):
        raise NoReport(
            "This JSON is no report of a review, or something was added to it.",
            remedy="Give the PDF, JSON or FHIR report as it was downloaded.",
        )
    return dict(told)


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a JSON text; of a name that is there twice, readers show either value."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NoReport(f"This JSON was altered: it names {twice!r} twice in one place.")
    return found


def _signature_named_in(document: dict[str, Any]) -> Signature | None:
    """The signature of the exam and version that the document names, whatever its hash."""
    exam = document.get("exam")
    number, version = exam.get("id") if isinstance(exam, dict) else None, document.get("version")
    if not isinstance(number, int) or not isinstance(version, int):
        return None
    named = Signature.objects.filter(review__exam=number, review__version=version)
    return named.select_related("review").first()


def _shortened(altered: Iterator[str]) -> list[str]:
    problems = list(altered)
    if len(problems) > MOST_NAMED:
        problems = [*problems[:MOST_NAMED], f"and {len(problems) - MOST_NAMED} more"]
    return problems


def _against_records(signature: Signature) -> list[str]:
    """What is wrong with the signature itself, as it is stored here."""
    problems = []
    if sha256_of_text(signature.document) != signature.sha256:
        problems.append("The stored signature itself was altered: its text does not match its hash.")
    signing = AuditEvent.objects.filter(
        action="review.sign", object_type="review.review", object_id=str(signature.review_id)
    ).first()
    if signing is None or (signing.after or {}).get("sha256") != signature.sha256:
        problems.append("The audit log does not know this signature.")
    return problems


def _against_images(document: dict[str, Any]) -> list[str]:
    """Images whose stored files are not those that were signed."""
    problems = []
    for told in document["images"]:
        image = FundusImage.objects.filter(pk=told["id"]).first()
        if image is None or not default_storage.exists(image.file):
            problems.append(f"Image {told['id']}: its file is gone.")
            continue
        with default_storage.open(image.file) as stored:
            if sha256_of_bytes(stored.read()) != told["sha256"]:
                problems.append(f"Image {told['id']}: its stored file is not the one that was signed.")
    return problems
