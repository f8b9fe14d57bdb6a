"""Images and their image-level labels in: each file goes in whole or not at all; the report says which."""

import os
import tempfile
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from annotations.models import Import
from annotations.services.data_in.file_name_pattern import FileNamePattern
from annotations.services.data_in.image_details import ImageDetails, details_of_camera, settled
from annotations.services.data_in.image_names import names_in, unknown_file
from annotations.services.data_in.image_rows import Picture
from annotations.services.data_in.image_writer import ImageWriter, Known
from annotations.services.data_in.images_report import ImagesReport, SourceFile
from annotations.services.data_in.intake_pool import IntakePool, TakenFile, intake_pool
from annotations.services.data_in.label_tables import ScopedTable
from annotations.services.data_in.labels_csv import LabelRow
from annotations.services.data_in.near_duplicates import keep_small
from annotations.services.data_in.problems import Problem, ProblemLog, in_short
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.files import sha256_of_file
from annotations.services.label_matching import match_rows
from annotations.services.stored_pictures import storage_full, store_clean_copy
from annotations.states import BurnedText
from imaging.errors import ImagingError, UnreadableImage
from imaging.intake import DISK_FULL, Taken, intake_child

CHILDREN = min(2, os.cpu_count() or 1)
AHEAD = 3 * CHILDREN  # files given to the children before the first of them is stored


def import_images(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    tables: Sequence[ScopedTable] = (),
    pattern: FileNamePattern | None = None,
    problems: ProblemLog | None = None,
    open_transaction: OpenTransaction,
    progress: Progress,
) -> ImagesReport:
    """Bring files into the batch's project, with the rows of label tables that are about them.

    A bad file is refused with its reason and leaves nothing behind; the others go in. Byte-identical
    duplicates are skipped and point to the first; near duplicates go in and are reported.
    What is known of an image comes from its row, else from its name by `pattern`, else from its camera;
    where they say different things that is reported. Safe to run again after a crash: what went in stays in.
    Raises StorageFull.
    """
    report = ImagesReport(problems=problems or ProblemLog(), dry_run=batch.dry_run)
    with (
        tempfile.TemporaryDirectory(prefix="fovea-intake-") as folder,
        intake_pool(intake_child, size=CHILDREN, folder=Path(folder)) as pool,
    ):
        writer = ImageWriter(batch=batch, report=report, open_transaction=open_transaction)
        importer = _Importer(
            batch=batch, tables=tables, pattern=pattern, report=report, pool=pool, writer=writer
        )
        for done, file in enumerate(files):
            progress(done, len(files), file.shown)
            importer.take(file)
        importer.finish()
    progress(len(files), len(files), f"{report.images_added} images added")
    return report


@dataclass(slots=True, kw_only=True)
class _Importer:
    batch: Import
    tables: Sequence[ScopedTable]
    pattern: FileNamePattern | None
    report: ImagesReport
    pool: IntakePool
    writer: ImageWriter
    row_of: dict[SourceFile, LabelRow] = field(default_factory=dict)
    used_rows: set[LabelRow] = field(default_factory=set)
    misfits: list[str] = field(default_factory=list)
    in_work: deque[tuple[SourceFile, str, "Future[TakenFile]"]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        for one in self.tables:
            rows, refused = match_rows(one.table, one.files)
            self.row_of = rows | self.row_of
            self.used_rows |= refused
            self.report.problems.take_over(one.table.problems)

    def take(self, file: SourceFile) -> None:
        """Hash a file, skip it when its bytes are known, else have it decoded; stores what is decoded."""
        try:
            self._check_size(file)
            sha256 = sha256_of_file(file.path)
        except ImagingError as error:
            self._refuse(file, error.code, error.message, error.remedy)
            return
        except OSError as error:
            self._not_readable(file, error)
            return
        if any(sha256 == other for _, other, _ in self.in_work):
            self._store_all()
        if sha256 in self.writer.waiting:
            self.writer.write()
        known = self.writer.known.get(sha256)
        if known is not None:
            self._skip(file, known)
            return
        self.in_work.append((file, sha256, self.pool.submit(file.path)))
        if len(self.in_work) >= AHEAD:
            self._store_next()

    def finish(self) -> None:
        """Store what is still being decoded; apply the rows about images that the project has already."""
        self._store_all()
        self.writer.write()
        for one in self.tables:
            self._apply_to_known_images(one)
        self.writer.write()
        self._sum_up()

    def _sum_up(self) -> None:
        """Say once what is true of many pictures."""
        if self.misfits and self.pattern is not None:
            count = len(self.misfits)
            self.report.tell(
                "name_does_not_fit",
                self.misfits[0] if count == 1 else "",
                f"{count:,} name{' does' if count == 1 else 's do'} not fit the pattern {self.pattern.text}: "
                f"{in_short(self.misfits)}.",
                "Correct the pattern, or say what is known of these images in a labels CSV.",
                is_error=False,
            )
        if count := self.report.images_with_text:
            self.report.tell(
                "text_in_corners",
                "",
                f"{count:,} picture{' has' if count == 1 else 's have'} writing in the dark corners, which "
                "may name a patient.",
                "Look at it on the import's page, then blank it there or say that it may stay.",
                is_error=False,
            )

    def _apply_to_known_images(self, scoped: ScopedTable) -> None:
        unused = [row for row in scoped.table.rows.values() if row not in self.used_rows]
        names = names_in(self.batch.project) if unused and scoped.everywhere else None
        for row in unused:
            found = names.find(row.file) if names else unknown_file(row.file)
            if isinstance(found, Problem):
                self.report.tell(found.code, row.file, found.message, found.remedy, row=row.row)
            else:
                self._label_later(found.image_id, row)

    def _store_all(self) -> None:
        while self.in_work:
            self._store_next()

    def _store_next(self) -> None:
        file, sha256, future = self.in_work.popleft()
        try:
            found = future.result()
        except ImagingError as error:
            if error.code == DISK_FULL:
                raise storage_full() from error
            self._refuse(file, error.code, error.message, error.remedy)
            return
        except OSError as error:
            self._not_readable(file, error)
            return
        picture = self._stored(file, sha256, found)
        row = self._row_of(file)
        self.writer.add(picture, details=self._details(file, found.taken, row), row=row, shown=file.shown)

    def _stored(self, file: SourceFile, sha256: str, found: TakenFile) -> Picture:
        if self.batch.dry_run:
            keep_small(found.clean_copy)
            small, stored = found.clean_copy, ""
        else:
            small, stored = None, store_clean_copy(found)
            found.clean_copy.unlink(missing_ok=True)
        taken = found.taken
        if self.writer.synthetic and taken.burned_text:  # it says so in a corner, to be read
            taken = replace(taken, burned_text={**taken.burned_text, "state": BurnedText.DISMISSED.value})
        return Picture(name=file.name, upload_sha256=sha256, file=stored, taken=taken, small=small)

    def _details(self, file: SourceFile, taken: Taken, row: LabelRow | None) -> ImageDetails:
        sources = [("its camera", details_of_camera(taken))]
        if self.pattern is not None:
            told = self.pattern.read(file.shown)
            if told is None:
                self.misfits.append(file.shown)
            else:
                sources.insert(0, ("its name", told))
        if row is not None:
            sources.insert(0, ("its row", row.details))
        details, contradictions = settled(sources)
        for sentence in contradictions:
            self.report.tell(
                "details_contradict",
                file.shown,
                sentence,
                "Check the image; correct the table or the name if they are wrong.",
                row=row.row if row else None,
                is_error=False,
            )
        return details

    def _label_later(self, image_id: int, row: LabelRow) -> None:
        self.used_rows.add(row)
        self.writer.label(image_id, row)

    def _skip(self, file: SourceFile, known: Known) -> None:
        """Skip a file whose very bytes are an image already; its label row stays with the first."""
        row = self._row_of(file)
        if self.writer.skip(file.name, known, shown=file.shown) and row is not None:
            self._label_later(known.image_id, row)
        elif row is not None:
            self.report.tell(
                "label_of_duplicate",
                file.shown,
                f"The row is about a skipped duplicate of '{known.name}' and was not applied.",
                "If it is the better label, put it into the row of the first file.",
                row=row.row,
                is_error=False,
            )

    def _row_of(self, file: SourceFile) -> LabelRow | None:
        row = self.row_of.get(file)
        if row is not None:
            self.used_rows.add(row)
        return row

    def _check_size(self, file: SourceFile) -> None:
        size, most = file.path.stat().st_size, settings.MAX_IMAGE_BYTES
        if size > most:
            raise UnreadableImage(
                "too_many_bytes",
                f"The file has {size / 1e6:.0f} MB; {most / 1e6:.0f} MB are the most.",
                remedy="Save the photograph as a JPEG of high quality.",
            )

    def _not_readable(self, file: SourceFile, error: OSError) -> None:
        self._refuse(file, "not_readable", f"{error.strerror}.", "Check that you may read the file.")

    def _refuse(self, file: SourceFile, code: str, message: str, remedy: str) -> None:
        self.report.tell(code, file.shown, message, remedy)
        row = self._row_of(file)
        if row is not None:
            self.report.tell(
                "label_of_refused_file",
                file.shown,
                "The row is about a file that was refused; it was not applied.",
                row=row.row,
                is_error=False,
            )
