"""A signed review as FHIR R4: a Bundle with a DiagnosticReport and its Observations.

Codes are given only where they are certain; everything else is text. Reference: https://hl7.org/fhir/R4/.
"""

import json
from typing import Any
from uuid import UUID, uuid5

from core.one_person import STATEMENT
from inference.decision_rules import DISCLAIMER
from inference.states import DecisionOutcome
from review.models import Signature
from review.services.report_words import (
    LABELLED_BY_SIGNER,
    eye_name,
    lesion_counts,
    lesion_name,
    not_judged_told,
    outcome_name,
)

NAMESPACE = UUID("5f6cbd07-9d5c-4e0c-8a8e-0d0f6f3f2c51")  # of the ids within a bundle
SNOMED = "http://snomed.info/sct"
DIABETIC_RETINOPATHY = {"system": SNOMED, "code": "4855003", "display": "Diabetic retinopathy"}
EYES = {
    "OD": {"system": SNOMED, "code": "18944008", "display": "Right eye structure"},
    "OS": {"system": SNOMED, "code": "8966001", "display": "Left eye structure"},
}


def fhir_report(signature: Signature) -> bytes:
    """UTF-8 JSON of the bundle."""
    bundle = fhir_bundle(json.loads(signature.document), signature.sha256)
    return (json.dumps(bundle, indent=2, ensure_ascii=False) + "\n").encode()


def fhir_bundle(document: dict[str, Any], sha256: str) -> dict[str, Any]:
    """The bundle of a signed document."""

    def name(part: str) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE, f'{sha256}/{part}')}"

    subject = {"reference": name("patient"), "display": document["patient"]["code"]}
    observations = [
        {"fullUrl": name(f"eye/{eye['eye']}"), "resource": _eye(eye, document, subject)}
        for eye in document["eyes"]
    ]
    results = [{"reference": name(f"eye/{eye['eye']}")} for eye in document["eyes"]]
    patient = {"resourceType": "Patient", "identifier": [{"value": document["patient"]["code"]}]}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": document["signature"]["at"],
        "entry": [
            {"fullUrl": name("report"), "resource": _report(document, sha256, subject, results)},
            {"fullUrl": name("patient"), "resource": patient},
            *observations,
        ],
    }


def _report(
    document: dict[str, Any], sha256: str, subject: dict[str, str], results: list[dict[str, str]]
) -> dict[str, Any]:
    decision, signature = document["decision"], document["signature"]
    told = [
        f"Decision: {outcome_name(decision['outcome'])}; {decision['urgency_title']}.",
        document["conclusion"],
        decision["reason"],
        STATEMENT if document["site"]["one_person_operation"] else "",
        LABELLED_BY_SIGNER if signature["labelled_by_signer"] else "",
        DISCLAIMER,
    ]
    report = {
        "resourceType": "DiagnosticReport",
        "identifier": [{"type": {"text": "SHA-256 of the signed review"}, "value": sha256}],
        "status": "final" if document["version"] == 1 else "amended",
        "code": {"text": "Review of fundus photographs for diabetic retinopathy"},
        "subject": subject,
        "issued": signature["at"],
        "resultsInterpreter": [{"display": signature["name"] or signature["by"]}],
        "result": results,
        "conclusion": "\n".join(one for one in told if one),
    }
    if document["exam"]["date"]:
        report["effectiveDateTime"] = document["exam"]["date"]
    if decision["outcome"] == DecisionOutcome.DR:
        report["conclusionCode"] = [{"coding": [DIABETIC_RETINOPATHY]}]
    return report


def _eye(eye: dict[str, Any], document: dict[str, Any], subject: dict[str, str]) -> dict[str, Any]:
    """Diabetic retinopathy or not in one eye; the lesions that stand in its images are its components."""
    site: dict[str, Any] = {"text": eye_name(eye["eye"])}
    if eye["eye"] in EYES:
        site["coding"] = [EYES[eye["eye"]]]
    images = [image for image in document["images"] if image["eye"] == eye["eye"]]
    left = (not_judged_told(image["findings"]) for image in images)
    notes = (*_because(eye), eye["reason"], *left, DISCLAIMER)
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final" if document["version"] == 1 else "amended",
        "code": {"coding": [DIABETIC_RETINOPATHY], "text": "Diabetic retinopathy"},
        "subject": subject,
        "bodySite": site,
        "valueCodeableConcept": {"text": outcome_name(eye["outcome"])},
        "note": [{"text": text} for text in notes if text],
    }
    if document["exam"]["date"]:
        observation["effectiveDateTime"] = document["exam"]["date"]
    components = [
        {
            "code": {"text": f"{lesion_name(code)}s in image {image['id']}"},
            "valueInteger": count,
        }
        for image in images
        for code, count in lesion_counts(image).items()
    ]
    return observation | ({"component": components} if components else {})


def _because(eye: dict[str, Any]) -> list[str]:
    """Why the eye is what it is; of a decision against the rules, what they had proposed and why."""
    because: list[str] = eye["because"]
    if eye["agreed"]:
        return because
    return [f"The rules proposed: {outcome_name(eye['proposed'])}. {' '.join(because)}".strip()]
