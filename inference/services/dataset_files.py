"""An image of a frozen dataset with its files at hand, as `inference.ml` takes it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from core.storage import local_path
from imaging.fov import Fov
from inference.ml.manifest import Item
from inference.models import DatasetItem


@contextmanager
def opened(item: DatasetItem) -> Iterator[Item]:
    """The image, its labels and masks; the files are there while the context lasts."""
    with ExitStack() as files:
        yield Item(
            id=str(item.image_id),
            path=files.enter_context(local_path(item.image.file)),
            patient=item.patient_code,
            fold="test",
            label=item.label,
            referable=item.referable,
            looked_for=tuple(item.classes_looked_for),
            masks={
                code: files.enter_context(local_path(mask["file"]))
                for code, mask in item.masks.items()
                if mask["area_px"] > 0
            },
            fov=Fov.from_json(item.image.fov) if item.image.fov else None,
        )
