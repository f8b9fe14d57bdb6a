"""What inference refuses, each with a stable code, a message and a remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Conflict, DomainError, Invalid
from inference.ml.errors import MlError


class MlRefusal(DomainError):
    """`inference.ml` refused settings, data or a model file; the code, message and remedy are its own."""

    status = 422

    def __init__(self, message: str, *, code: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code  # one class for a family of codes that inference.ml owns


@contextmanager
def refusals_of_ml() -> Iterator[None]:
    """Raise the expected errors of `inference.ml` as domain errors with the same code."""
    try:
        yield
    except MlError as error:
        raise MlRefusal(error.message, code=error.code, remedy=error.remedy) from error


class TrainingFailed(MlRefusal):
    """The training process refused, crashed or ended without a model."""


class NotReady(MlRefusal):
    """The labels at hand can't train this model; `detail.problems` lists everything that is wrong."""


class NoModel(Conflict):
    """There is no champion to predict with."""

    code = "no_champion"


class NotTogether(Invalid):
    """The chosen models can't work together."""

    code = "models_do_not_fit"


class SecondPersonNeeded(DomainError):
    """Whoever trained a model can't be the one who promotes it."""

    code = "second_person_needed"
    status = 403


class ReasonMissing(Invalid):
    """Promoting or retiring a model needs a reason in words."""

    code = "reason_missing"


class CanNotCompare(Invalid):
    """Two models can't be held against each other on images that neither learned from."""

    code = "can_not_compare"


class CanNotScore(Invalid):
    """A model can't be scored on these images."""

    code = "can_not_score"


class CanNotSearch(Invalid):
    """The labels at hand can't judge a trial, or the search has not so many."""

    code = "can_not_search"


class TrialWithoutValue(Invalid):
    """A trial was trained but its validation images gave no figure to judge it by."""

    code = "no_validation_figure"


class NoWayBack(Conflict):
    """There is no earlier champion to go back to."""

    code = "no_way_back"


class NothingToPredict(Invalid):
    """The request names no image that the person may see."""

    code = "nothing_to_predict"
