"""What can be wrong with a picture or a shape: a stable code, a sentence, and what to do about it."""

from __future__ import annotations


class ImagingError(ValueError):
    """Base of this package's expected errors; the web layer maps `code`, `message`, `remedy`."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Survive a trip between processes with all three parts."""
        return _rebuild, (type(self), self.code, self.message, self.remedy)


class UnreadableImage(ImagingError):
    """The file can't be taken in as a fundus image."""


class InvalidShape(ImagingError):
    """The geometry is no region of this image."""


class NoFieldOfView(ImagingError):
    """The picture shows no retina: it is black all over."""


def _rebuild(kind: type[ImagingError], code: str, message: str, remedy: str) -> ImagingError:
    return kind(code, message, remedy=remedy)
