"""What an uploaded file of labels holds, and which classes its labels would become."""

import time

from annotations.models import Import
from annotations.services.data_in.coco_preview import preview_coco
from annotations.services.data_in.image_names import names_in
from annotations.services.data_in.staged_files import staged_files
from annotations.services.via.import_via import class_table
from annotations.services.via.run_via import mapping_of
from annotations.services.via.via_preview import LabelsPreview, preview_via
from annotations.states import ImportKind
from core.errors import Conflict

SECONDS_AT_MOST = 8.0
LEAST_SECONDS = 2.0  # for looking, however long it took to put the file together


def preview_labels(*, batch: Import) -> LabelsPreview:
    """Look through the VIA or COCO file of an import for as long as a person waits.

    Raises BadTable, and Conflict when there is no such file.
    """
    began = time.monotonic()
    with staged_files(batch) as staged:
        if batch.kind not in (ImportKind.VIA, ImportKind.COCO) or len(staged) != 1:
            raise Conflict(
                "This import holds no file of labels, or several.",
                remedy="Open an import of a VIA or COCO file and send one.",
            )
        (title, path), *_ = staged
        names, classes = names_in(batch.project), class_table(batch.project)
        until = max(began + SECONDS_AT_MOST, time.monotonic() + LEAST_SECONDS)
        if batch.kind == ImportKind.COCO:
            mapped = batch.options.get("classes", {})
            return preview_coco(path, title=title, names=names, classes=classes, mapped=mapped, until=until)
        return preview_via(
            path, title=title, names=names, classes=classes, mapping=mapping_of(batch, path), until=until
        )
