"""What training, evaluation and prediction refuse, each with a stable code and a remedy."""


class MlError(Exception):
    """An expected refusal of `inference.ml`: settings, data or a model file that can't be used.

    `code` is stable and machine-readable, `message` says what is wrong and with which file,
    `remedy` says what the person can do about it.
    """

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class InvalidSettings(MlError):
    """A setting is unknown, has the wrong type or is out of its range."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__("invalid_settings", message, remedy=remedy)


class UnusableData(MlError):
    """The images or labels given can't train or score this model."""


class StaleAttempt(MlError):
    """A newer attempt of the same run owns its folder; this one must not write any more."""

    def __init__(self, *, attempt: int, newest: int) -> None:
        super().__init__(
            "stale_attempt",
            f"attempt {attempt} may not write: attempt {newest} of this run has started",
            remedy="Nothing to do: the newer attempt goes on from the last checkpoint.",
        )


class ChangedModel(MlError):
    """A model folder's files no longer match the id they were registered under."""


class ExportMismatch(MlError):
    """The exported ONNX model does not compute what the framework computes."""
