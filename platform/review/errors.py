"""What review refuses, each with a stable code, a message and a remedy."""

from core.errors import Conflict, Invalid, NotPermitted


class StaleReview(Conflict):
    """The review was saved elsewhere after it was opened here."""

    code = "stale_review"


class ReviewSigned(Conflict):
    """A signed version is never changed."""

    code = "review_signed"


class SignedMeanwhile(Conflict):
    """Somebody signed a version of this exam's review after this draft was begun."""

    code = "signed_meanwhile"


class NotReadyToSign(Invalid):
    """Something is still open; `detail.problems` lists what."""

    code = "not_ready_to_sign"


class ReasonMissing(Invalid):
    """Rejecting a finding or overriding the rules needs a reason."""

    code = "reason_missing"


class NotDecidable(Invalid):
    """This can't be decided so: the rules that protect patients forbid it."""

    code = "not_decidable"


class UnknownPart(Invalid):
    """The review has no such finding, image or eye."""

    code = "unknown_part"


class OwnLabels(NotPermitted):
    """Whoever labelled an image does not sign the review of it."""

    code = "own_labels"


class NotTheReviewer(NotPermitted):
    """A draft is changed by its reviewer alone."""

    code = "not_the_reviewer"


class ClaimedByAnother(Conflict):
    """Another reviewer sits on this patient now; `detail` says who and until when."""

    code = "claimed_by_another"


class ReadFirst(NotPermitted):
    """Whoever has still to read an image of the exam sees no review of it, and begins none."""

    code = "read_first"


class ChangedMeanwhile(Conflict):
    """What is to be signed is not what the reviewer was shown; `detail.review` is what it is now."""

    code = "changed_meanwhile"


class SignedPartAltered(Conflict):
    """Something that a signature binds by its hash is not in the database as it was signed."""

    code = "signed_part_altered"

    def __init__(self, message: str) -> None:
        super().__init__(message, remedy="No report is made of it: find out who changed the database.")
