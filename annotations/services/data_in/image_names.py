"""Matches the file names of label tables to a project's images."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from annotations.models import FundusImage, Project
from annotations.services.data_in.problems import Problem

_FOLDERS = re.compile(r"^.*[/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    """One image and the size that shapes must fit."""

    image_id: int
    width: int
    height: int


class ImageNames:
    """Looks images up by file name: the base name counts, then its stem, without regard to case."""

    def __init__(
        self, named: Iterable[tuple[str, ImageSize]], *, otherwise: "ImageNames | None" = None
    ) -> None:
        self._otherwise = otherwise
        self._by_name: dict[str, set[ImageSize]] = defaultdict(set)
        self._by_stem: dict[str, set[ImageSize]] = defaultdict(set)
        for name, image in named:
            self._by_name[base_name(name)].add(image)
            self._by_stem[stem(name)].add(image)

    def find(self, name: str) -> ImageSize | Problem:
        """Give the one image of that name, or say why there is none (unknown_file, ambiguous_file)."""
        one = self._one(name, self._by_name.get(base_name(name)) or self._by_stem.get(stem(name)) or ())
        return one or (unknown_file(name) if self._otherwise is None else self._otherwise.find(name))

    def find_stem(self, name: str) -> ImageSize | Problem:
        """Give the one image of that name without an ending, or say why there is none, as `find`."""
        one = self._one(name, self._by_stem.get(base_name(name), ()))
        return one or (unknown_file(name) if self._otherwise is None else self._otherwise.find_stem(name))

    def _one(self, name: str, found: Collection[ImageSize]) -> ImageSize | Problem | None:
        if len(found) == 1:
            return next(iter(found))
        if found:
            return Problem(
                code="ambiguous_file",
                file=name,
                message=f"{len(found)} images of the project are called '{name}'.",
                remedy="Import the table together with its own folder of images (--images); within that, "
                "give each image a name of its own.",
            )
        return None


def names_in(project: Project) -> ImageNames:
    """The names under which a project's images were imported."""
    rows = FundusImage.objects.filter(project=project).values_list("source_name", "pk", "width", "height")
    return ImageNames(
        (name, ImageSize(image_id=pk, width=width, height=height))
        for name, pk, width, height in rows.iterator()
    )


def names_of(images: Mapping[str, Collection[int]], *, otherwise: ImageNames | None = None) -> ImageNames:
    """Names that stand for given images (name to ids): those of one folder that was just imported."""
    sizes: dict[int, ImageSize] = {}
    ids = sorted({pk for some in images.values() for pk in some})
    for start in range(0, len(ids), 500):
        rows = FundusImage.objects.filter(pk__in=ids[start : start + 500])
        for pk, width, height in rows.values_list("pk", "width", "height"):
            sizes[pk] = ImageSize(image_id=pk, width=width, height=height)
    named = ((name, sizes[pk]) for name, some in images.items() for pk in some if pk in sizes)
    return ImageNames(named, otherwise=otherwise)


def unknown_file(name: str) -> Problem:
    """What to say of a name that no image has."""
    return Problem(
        code="unknown_file",
        file=name,
        message=f"The project has no image called '{name}'.",
        remedy="Import the image first, or correct the name in the table.",
    )


def base_name(name: str) -> str:
    """The last part of a path of any system, lower case."""
    return _FOLDERS.sub("", name.strip()).lower()


def stem(name: str) -> str:
    """The base name without its ending."""
    base = base_name(name)
    return base.rpartition(".")[0] or base
