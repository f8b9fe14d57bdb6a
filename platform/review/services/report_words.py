"""What reports call things; pure, from the signed document alone."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inference.decision_words import EYE_NAMES, LESION_NAMES, listed
from inference.states import DecisionOutcome
from review.states import Verdict, VerdictReason

LABELLED_BY_SIGNER = "The signer also labelled images of this exam."
MOST_SCORES = 4
WANTED = ("auc", "aupr", "dice", "recall", "specificity", "precision", "f1", "accuracy", "iou")
SAID = {"auc": "AUC", "aupr": "AUPR", "dice": "Dice", "recall": "sensitivity", "f1": "F1", "iou": "IoU"}
SKIPPED = ("mean", "at_half", "baseline", "over_baseline")


def outcome_name(outcome: str) -> str:
    """`no DR`, and so on."""
    return str(DecisionOutcome(outcome).label)


def eye_name(eye: str) -> str:
    """`right eye (OD)`."""
    return EYE_NAMES[eye]


def lesion_name(code: str) -> str:
    """`hemorrhage`; the code itself for a class that only the project knows."""
    return LESION_NAMES.get(code, code)


def verdict_name(finding: Mapping[str, Any]) -> str:
    """`rejected: part of a vessel (an arteriole)`."""
    name = str(Verdict(finding["verdict"]).label)
    why = _why(finding)
    return f"{name}: {why}" if finding["reason"] else f"{name}{why}"


def _why(finding: Mapping[str, Any]) -> str:
    why = str(VerdictReason(finding["reason"]).label) if finding["reason"] else ""
    return f"{why} ({finding['note']})" if finding["note"] else why


def findings_told(findings: Sequence[Mapping[str, Any]], *, most: int) -> tuple[list[Mapping[str, Any]], int]:
    """The findings that stand, for a table of about `most` rows, and how many accepted ones are left out.

    Whatever the reviewer corrected comes first and is never left out.
    """
    corrected = [one for one in findings if one["verdict"] == Verdict.EDIT]
    accepted = [one for one in findings if one["verdict"] == Verdict.ACCEPT]
    room = max(0, most - len(corrected))
    return [*corrected, *accepted[:room]], len(accepted[room:])


def rejected_told(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each class with rejected findings: `36 microaneurysms rejected: 30 not a lesion; 6 ...`."""
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    for one in findings:
        if one["verdict"] == Verdict.REJECT:
            by_class[one["class"]][_why(one)] += 1
    return [
        f"{listed({code: reasons.total()})} {Verdict.REJECT.label}: "
        + "; ".join(f"{count} {why}" for why, count in reasons.most_common())
        + "."
        for code, reasons in by_class.items()
    ]


def not_judged_told(findings: Sequence[Mapping[str, Any]]) -> str:
    """`Not judged, as this project does not label them: 3 soft exudates.`; empty where all were judged."""
    left = _not_judged(findings)
    return f"Not judged, as this project does not label them: {listed(left)}." if left else ""


def _not_judged(findings: Sequence[Mapping[str, Any]]) -> Counter[str]:
    return Counter(one["class"] for one in findings if not one["verdict"])


def lesion_counts(image: Mapping[str, Any]) -> dict[str, int]:
    """Class code -> lesions that stand after the review, for every class that was looked for.

    What nobody judged neither stands nor falls: a class of nothing else has no count.
    """
    left = _not_judged(image["findings"])
    counts = {code: 0 for code in image["looked_for"] if code not in left}
    for finding in image["findings"]:
        if finding["verdict"] in (Verdict.ACCEPT, Verdict.EDIT):
            code = finding.get("edited", finding)["class"]
            counts[code] = counts.get(code, 0) + 1
    for region in image["added"]:
        counts[region["class"]] = counts.get(region["class"], 0) + 1
    return counts


def headline(metrics: Mapping[str, Any]) -> str:
    """The few scores that a model is asked about first: `AUC 0.94 (0.91 to 0.97)`."""
    found = sorted(_scores(metrics, ()), key=lambda one: WANTED.index(one[1]))
    told = [f"{' '.join((*path, SAID.get(name, name)))} {value}" for path, name, value in found[:MOST_SCORES]]
    return "; ".join(told) or "none on record"


def _scores(part: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if not isinstance(part, Mapping) or len(path) > 3:
        return
    for name, inner in part.items():
        value = _score(inner)
        if name in WANTED and value:
            yield tuple(word for word in path if word not in ("classes", "at_threshold")), name, value
        elif name not in SKIPPED:
            yield from _scores(inner, (*path, name))


def _score(part: Any) -> str:
    if isinstance(part, Mapping) and isinstance(part.get("value"), int | float):
        low, high = part.get("low"), part.get("high")
        interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
        return f"{part['value']:.2f}{interval}"
    return f"{part:.2f}" if isinstance(part, int | float) and not isinstance(part, bool) else ""
