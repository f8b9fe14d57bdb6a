"""Closed vocabularies of inference and the moves between states."""

from django.db.models import TextChoices


class ModelTask(TextChoices):
    """What a model does."""

    CLASSIFIER = "classifier"
    SEGMENTER = "segmenter"


class Split(TextChoices):
    """Which part of a dataset version an image belongs to; both eyes of a patient share it."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class ModelState(TextChoices):
    """Where a model version stands; one per task and project is the champion."""

    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"


MODEL_MOVES: dict[ModelState, frozenset[ModelState]] = {
    ModelState.CANDIDATE: frozenset({ModelState.CHAMPION, ModelState.RETIRED}),
    ModelState.CHAMPION: frozenset({ModelState.RETIRED}),
    ModelState.RETIRED: frozenset({ModelState.CHAMPION}),
}


class Verdict(TextChoices):
    """What a comparison of a candidate with the champion shows."""

    BETTER = "better"
    NON_INFERIOR = "non_inferior", "not worse"
    NOT_SHOWN = "not_shown", "not shown to be as good"


class SearchState(TextChoices):
    """Where a search stands; it follows from its trials."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class TrialState(TextChoices):
    """Where a trial stands; it follows from its run's job."""

    PLANNED = "planned"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED_EARLY = "stopped_early", "stopped early"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DecisionOutcome(TextChoices):
    """What an image, an eye or a patient comes to."""

    DR = "dr", "DR"
    NO_DR = "no_dr", "no DR"
    UNGRADABLE = "ungradable"
    DISCORDANT = "discordant", "discordant: needs a human"
    INCOMPLETE = "incomplete", "incomplete: repeat or refer"
    PENDING = "pending", "no prediction yet"


WITHHELD = "withheld"  # instead of an outcome, to whoever has still to read the image
TOLD_OUTCOMES = (*DecisionOutcome.choices, (WITHHELD, "shown after your reading"))


class ReferenceSource(TextChoices):
    """Where the scores come from that a model's scores of today are held against."""

    CARD = "card", "the model's card: images held out of its training"
    DATASET = "dataset", "the held-out images of its own dataset, as it read them here"
    NONE = "none", "no reference distribution"
