"""Imports over HTTP: open one, upload files, start it, follow it."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import load_handler
from django.db import transaction
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.requests import signed_in
from annotations.api.import_outputs import (
    FilesAddedOutput,
    ImportOutput,
    ImportProblemOutput,
    LabelsPreviewOutput,
    PartAddedOutput,
)
from annotations.api.inputs import FilesInput, ImportChoicesInput, ImportInput, PartInput
from annotations.api.lookups import one_of, people_named, project_of
from annotations.api.uploads import LimitedUpload
from annotations.models import Import, ImportFile, ImportProblem
from annotations.selectors import import_problems_for, imports_for
from annotations.services.data_in.archives import is_archive
from annotations.services.data_in.file_parts import LARGEST_PART_BYTES, add_part
from annotations.services.data_in.import_choices import checked_options, choose, repeat_import
from annotations.services.data_in.imports import (
    MAX_TABLE_BYTES,
    FileTooLarge,
    add_file,
    open_import,
    start_import,
)
from annotations.services.data_in.preview_labels import preview_labels
from annotations.states import ImportKind
from core.actions import Action
from core.api.requests import parse
from core.errors import Invalid
from core.permissions import requires

MAX_REQUEST_BYTES = MAX_TABLE_BYTES  # of all files of one request; the page sends large folders in parts
IMPORTS = [requires(Action.IMPORT)]


def _counted(imports: QuerySet[Import]) -> QuerySet[Import]:
    """Annotate how many files and problems each import has, its first file's name, whether it holds files."""

    def count_of(rows: QuerySet[Any]) -> Coalesce:
        counted = rows.filter(batch=OuterRef("pk")).order_by().values("batch").annotate(n=Count("pk"))
        return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)

    files = ImportFile.objects.filter(batch=OuterRef("pk")).order_by("pk")
    return imports.select_related("job__requested_by").annotate(
        files_count=count_of(ImportFile.objects.filter(offset=0)),
        problems_count=count_of(ImportProblem.objects.all()),
        file_name=Coalesce(Subquery(files.values("name")[:1], output_field=CharField()), Value("")),
        holds_files=Exists(files.exclude(file="")),
    )


def _output(request: Request, pk: int) -> dict[str, Any]:
    batch = one_of(_counted(imports_for(signed_in(request))), "import", pk=pk)
    return dict(ImportOutput(batch, context={"request": request}).data)


class ImportsView(generics.ListAPIView[Import]):
    """Imports, newest first."""

    permission_classes = IMPORTS
    serializer_class = ImportOutput
    queryset = Import.objects.none()

    def get_queryset(self) -> QuerySet[Import]:
        """Those the person may follow."""
        return _counted(imports_for(signed_in(self.request))).order_by("-pk")

    @extend_schema(request=ImportInput, responses={201: ImportOutput})
    def post(self, request: Request) -> Response:
        """Open an import; then upload its files and start it."""
        asked = parse(ImportInput, request.data)
        project, kind = project_of(request, asked["project"]), ImportKind(asked["kind"])
        batch = open_import(
            project=project,
            kind=kind,
            by=signed_in(request),
            accept=asked["accept"],
            dry_run=asked["dry_run"],
            skip_bad_rows=asked["skip_bad_rows"],
            assign_to=people_named(asked.get("assign_to", [])),
            options=checked_options(kind=kind, project=project, options=asked.get("options", {})),
        )
        return Response(_output(request, batch.pk), status=201)


class ImportView(generics.RetrieveAPIView[Import]):
    """One import; a page that follows it asks again and again."""

    permission_classes = IMPORTS
    serializer_class = ImportOutput
    queryset = Import.objects.none()

    def get_queryset(self) -> QuerySet[Import]:
        """Those the person may follow."""
        return _counted(imports_for(signed_in(self.request)))


class ImportFilesView(APIView):
    """Uploading."""

    permission_classes = IMPORTS
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Put the limit in place before anything reads the body."""
        self.limit = LimitedUpload(max_bytes=MAX_REQUEST_BYTES)
        handlers = [load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS]
        request.upload_handlers = [self.limit, *handlers]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": FilesInput}, responses={201: FilesAddedOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Add files to an import that has not started: pictures, archives and label tables, or a VIA file."""
        user = signed_in(request)
        batch = one_of(imports_for(user), "import", pk=pk)
        uploads = request.FILES.getlist("file")
        if self.limit.exceeded:
            raise FileTooLarge(
                f"One upload takes {MAX_REQUEST_BYTES / 1e6:.0f} MB.", remedy="Upload the files in parts."
            )
        if not uploads:
            raise Invalid("There is no file in the request.", remedy="Send each in a part called 'file'.")
        added = [
            add_file(
                batch=batch,
                name=name,
                content=upload,
                size=upload.size or 0,
                max_bytes=_most(name, batch),
                by=user,
            )
            for upload, name in zip(uploads, _names(request, uploads), strict=True)
        ]
        answer = {"files": added, "files_count": batch.files.filter(offset=0).count()}
        return Response(FilesAddedOutput(answer).data, status=201)


def _names(request: Request, uploads: list[Any]) -> list[str]:
    """The files' names with the folders they came in, where the page sends those too."""
    paths = request.POST.getlist("path")
    if len(paths) != len(uploads):
        paths = [""] * len(uploads)
    return [path or upload.name or "unnamed" for upload, path in zip(uploads, paths, strict=True)]


class StartImportView(APIView):
    """Starting."""

    permission_classes = IMPORTS

    @extend_schema(request=ImportChoicesInput, responses={202: ImportOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Queue the import's job, with other choices than it was opened with if any are sent."""
        user = signed_in(request)
        choices = parse(ImportChoicesInput, request.data)
        batch = one_of(imports_for(user), "import", pk=pk)
        with transaction.atomic():
            start_import(batch=choose(batch=batch, by=user, choices=choices), by=user)
        return Response(_output(request, pk), status=202)


class RepeatImportView(APIView):
    """Another try."""

    permission_classes = IMPORTS

    @extend_schema(request=ImportChoicesInput, responses={201: ImportOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Open another import of the files that an ended one holds: after a dry run, or a refusal."""
        user = signed_in(request)
        choices = parse(ImportChoicesInput, request.data)
        again = repeat_import(batch=one_of(imports_for(user), "import", pk=pk), by=user, choices=choices)
        return Response(_output(request, again.pk), status=201)


class LabelsPreviewView(APIView):
    """Looking into a file of labels."""

    permission_classes = IMPORTS

    @extend_schema(responses=LabelsPreviewOutput)
    def get(self, request: Request, pk: int) -> Response:
        """What the uploaded VIA or COCO file holds: values, shapes; and which class each would become."""
        batch = one_of(imports_for(signed_in(request)), "import", pk=pk)
        return Response(LabelsPreviewOutput(preview_labels(batch=batch)).data)


class ImportProblemsView(generics.ListAPIView[ImportProblem]):
    """What an import refused or skipped."""

    permission_classes = IMPORTS
    serializer_class = ImportProblemOutput
    queryset = ImportProblem.objects.none()

    def get_queryset(self) -> QuerySet[ImportProblem]:
        """Errors first, then by row."""
        user = signed_in(self.request)
        batch = one_of(imports_for(user), "import", pk=self.kwargs["pk"])
        return import_problems_for(user).filter(batch=batch).order_by("-is_error", "pk")


class ImportPartView(APIView):
    """Uploading a large file in parts."""

    permission_classes = IMPORTS
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Put the limit in place before anything reads the body."""
        self.limit = LimitedUpload(max_bytes=LARGEST_PART_BYTES)
        handlers = [load_handler(name, request) for name in settings.FILE_UPLOAD_HANDLERS]
        request.upload_handlers = [self.limit, *handlers]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": PartInput}, responses={201: PartAddedOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Add the next part of a large file; 409 says how many bytes have come, to go on from there."""
        user = signed_in(request)
        batch = one_of(imports_for(user), "import", pk=pk)
        asked = parse(PartInput, request.data)
        part = asked["file"]
        if self.limit.exceeded:
            raise FileTooLarge(
                f"A part has at most {LARGEST_PART_BYTES / 1e6:.0f} MB.", remedy="Send smaller parts."
            )
        received = add_part(
            batch=batch,
            upload=asked["upload"],
            name=asked["name"],
            offset=asked["offset"],
            total_bytes=asked["total_bytes"],
            content=part,
            size=part.size or 0,
            max_bytes=_most(asked["name"], batch),
            by=user,
        )
        return Response({"received": received}, status=201)


def _most(name: str, batch: Import) -> int:
    """How many bytes a file may have: tables more than pictures, archives most."""
    if is_archive(name):
        return int(settings.MAX_ARCHIVE_BYTES)
    is_table = batch.kind in (ImportKind.VIA, ImportKind.COCO) or name.lower().endswith((".csv", ".txt"))
    return MAX_TABLE_BYTES if is_table else settings.MAX_IMAGE_BYTES
