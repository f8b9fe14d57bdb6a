"""A signed version as the signed document has it: what is shown is what was signed, for ever. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inference.states import DecisionOutcome
from review.states import Scope, Verdict

Told = Mapping[str, Any]


def signed_json(document: Told) -> dict[str, Any]:
    """The fields of a review's answer that the document tells."""
    signature, exam = document["signature"], document["exam"]
    return {
        "patient_code": document["patient"]["code"],
        "reviewer_name": signature["name"] or signature["by"],
        "urgency": document["decision"]["urgency"],
        "conclusion": document["conclusion"],
        "images": [_image(image) for image in document["images"]],
        "decisions": list(_decisions(document)),
        "signed_as": {
            "patient_code": document["patient"]["code"],
            "exam_date": exam["date"],
            "site": exam["site"],
            "camera": exam["camera"],
        },
        "one_person_site": document["site"]["one_person_operation"],
        "meaning": signature["meaning"],
        "disclaimer": document["disclaimer"],
    }


def _image(image: Told) -> dict[str, Any]:
    segmenter, classifier, correction = image["segmenter"], image["classifier"], image["correction"]
    return {
        "image": image["id"],
        "eye": image["eye"],
        "prediction": segmenter["id"] if segmenter else None,
        "classifier": classifier["id"] if classifier else None,
        "correction": correction["label_set"] if correction else None,
        "findings": [_finding(one) for one in image["findings"]],
        "added": [_drawn(one) for one in image["added"]],
    }


def _finding(one: Told) -> dict[str, Any]:
    edited = one.get("edited") if one["verdict"] == Verdict.EDIT else None
    return {
        "id": one["id"],
        "uuid": one["uuid"],
        "lesion_class": one["class"],
        "counts_as": edited["class"] if edited else one["class"],
        "labelled": one.get("labelled", True),  # older versions could be signed with every verdict alone
        "drawn": _drawn(edited) if edited else None,
        **{name: one[name] for name in ("confidence", "area_px", "area_fov_percent")},
        **{name: one[name] for name in ("verdict", "reason", "note")},
    }


def _drawn(region: Told) -> dict[str, Any]:
    return {
        "uuid": region["uuid"],
        "lesion_class": region["class"],
        "shape": region["shape"],
        "geometry": region["geometry"],
    }


def _decisions(document: Told) -> Iterator[dict[str, Any]]:
    """Images, eyes, then the patient."""
    for image in document["images"]:
        yield _decision(image, scope=Scope.IMAGE, image=image["id"])
    for eye in document["eyes"]:
        yield _decision(eye, scope=Scope.EYE, eye=eye["eye"])
    yield _decision(document["decision"], scope=Scope.PATIENT)


def _decision(said: Told, *, scope: Scope, image: int | None = None, eye: str = "") -> dict[str, Any]:
    because = [
        {"code": "signed", "message": message, "eye": eye or None, "image": image}
        for message in said["because"]
    ]
    return {
        "scope": scope.value,
        "image": image,
        "eye": eye,
        "proposed": DecisionOutcome(said["proposed"]).value,
        "outcome": DecisionOutcome(said["outcome"]).value,
        "agreed": said["agreed"],
        "decided": scope == Scope.PATIENT or not said["agreed"],
        "settled": True,
        "out_of_date": False,
        "reasons": because,
        "reason": said["reason"],
    }
