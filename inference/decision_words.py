"""The words of decisions: probabilities, lesions and eyes as people read them; pure."""

from collections.abc import Mapping

LESION_NAMES = {"HE": "hemorrhage", "EX": "hard exudate", "SE": "soft exudate", "MA": "microaneurysm"}
EYE_NAMES = {"OD": "right eye (OD)", "OS": "left eye (OS)", "": "eye of unknown side"}
UNGRADABLE_BECAUSE = {  # codes of imaging.quality
    "small_field": ": it shows too little of the retina",
    "too_dark": ": it is too dark",
    "uneven_light": ": its light is too uneven",
    "too_bright": ": it is too bright",
    "no_contrast": ": it has too little contrast",
    "out_of_focus": ": it is out of focus",
    "only_grain": ": it shows grain and no retina",
}


def chance_of(what: str, probability: float | None, threshold: float | None) -> str:
    """` (probability of DR 81%, DR from 59%)`, as far as it is known."""
    if probability is None:
        return ""
    limit = "" if threshold is None else f", {what} from {percent(threshold)}"
    return f" (probability of {what} {percent(probability)}{limit})"


def percent(probability: float) -> str:
    """Whole percent that never claims certainty."""
    if probability > 0.99:
        return "over 99%"
    return "under 1%" if probability < 0.01 else f"{probability:.0%}"


def in_order(lesions: Mapping[str, int]) -> list[tuple[str, int]]:
    """Lesion counts in one order, whatever order a database keeps the keys of JSON in."""
    order = list(LESION_NAMES)
    return sorted(
        lesions.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 99, item[0])
    )


def listed(found: Mapping[str, int]) -> str:
    """`3 hemorrhages and 1 hard exudate`."""
    parts = [
        f"{count} {LESION_NAMES.get(code, code)}{'' if count == 1 else 's'}" for code, count in found.items()
    ]
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"
