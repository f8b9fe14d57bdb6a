"""What can be wrong with a save, a submission or a judgement."""

from core.errors import Conflict, Invalid, NotPermitted


class StaleRevision(Conflict):
    """Somebody (or another tab) saved this label set after it was opened here."""

    code = "stale_revision"


class LabelSetLocked(Conflict):
    """The label set was handed in, so its author can't change it any more."""

    code = "label_set_locked"


class WrongState(Conflict):
    """The label set is not in the state that this move starts from."""

    code = "wrong_state"


class MadeFromEarlier(Conflict):
    """A merged set's readings have changed, or were returned, since they were merged."""

    code = "made_from_earlier"


class ReadingsChanged(Conflict):
    """A reading was changed or returned after the adjudicator looked at it."""

    code = "readings_changed"


class CaseClaimed(Conflict):
    """Another person is settling this disagreement."""

    code = "claimed_by_another"


class InvalidRegion(Invalid):
    """A shape, its class or its uuid is wrong; nothing of the save was kept."""

    code = "invalid_region"


class InvalidReading(Invalid):
    """An answer of the reading is wrong; nothing of the save was kept."""

    code = "invalid_reading"


class NotReady(Invalid):
    """The label set can't be handed in yet."""

    code = "not_ready"


class NotTheAuthor(NotPermitted):
    """Only the author changes a label set."""

    code = "not_the_author"


class OwnWork(NotPermitted):
    """Nobody judges their own label set."""

    code = "own_work"
