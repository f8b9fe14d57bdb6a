"""Where the findings of an image lie: their quadrant, and how far they are from the fovea."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from annotations.models import FundusImage
from annotations.selectors import label_sets_for
from annotations.selectors.places import Places, places_of
from annotations.states import LabelSetState
from imaging.anatomy import distance_to, middle_of, quadrant_of
from imaging.shapes import shape_from_json
from inference.models import Finding
from inference.selectors.findings import finding_uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPlace:
    """One finding; None where the places that it takes are not known. Pixels of the stored image."""

    uuid: UUID
    quadrant: str | None
    to_fovea_px: float | None


def marked_places(*, user: User, image: FundusImage) -> Places | None:
    """Disc and fovea as a person marked them: of an accepted reading before others, then of the newest."""
    sets = label_sets_for(user).filter(image=image).exclude(landmarks={})
    found = sorted(sets, key=lambda one: (one.state == LabelSetState.ACCEPTED, one.pk), reverse=True)
    readings = (places_of(one.landmarks) for one in found)
    return next((places for places in readings if places.disc or places.fovea), None)


def finding_places(findings: Iterable[Finding], *, places: Places) -> list[FindingPlace]:
    """Where each of the findings lies."""
    return [_placed(finding, places) for finding in findings]


def _placed(finding: Finding, places: Places) -> FindingPlace:
    shape = shape_from_json("polygon", finding.polygon)
    disc, fovea = places.disc, places.fovea
    quadrant = None
    if disc is not None and fovea is not None and places.tell_quadrants:
        quadrant = quadrant_of(middle_of(shape), disc=disc, fovea=fovea).value
    return FindingPlace(
        uuid=finding_uuid(finding),
        quadrant=quadrant,
        to_fovea_px=None if fovea is None else round(distance_to(shape, fovea), 1),
    )
