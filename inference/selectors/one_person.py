"""What one person alone did for a model, where a site is set to one-person operation: part of its card."""

from typing import Any

from core.one_person import STATEMENT, one_person_site
from inference.models import DatasetVersion, ModelVersion


def one_person_provenance(dataset: DatasetVersion) -> dict[str, Any]:
    """How a site was set when a model was trained, and how many label sets their own readers accepted."""
    own = dataset.items.filter(label_set__one_person_site=True)
    return {"one_person_operation": one_person_site(), "label_sets_judged_by_their_reader": own.count()}


def site_part(model: ModelVersion) -> dict[str, Any]:
    """`one_person_operation`: now, or when it was trained or promoted; `because` says it in sentences."""
    site = (model.card.get("provenance") or {}).get("site") or {}
    own = int(site.get("label_sets_judged_by_their_reader") or 0)
    because = []
    if one_person_site():
        because.append(STATEMENT)
    elif site.get("one_person_operation"):
        because.append("It was trained while the site was set to one-person operation.")
    if own:
        sets = "1 label set it learned from was" if own == 1 else f"{own:,} label sets it learned from were"
        because.append(f"{sets} accepted by whoever read the image.")
    if any(one.one_person_site for one in model.promotions.all()):
        because.append("It was made the champion by the person who trained it.")
    return {"one_person_operation": bool(because), "because": because}
