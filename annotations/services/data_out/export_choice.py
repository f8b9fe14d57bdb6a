"""What an export holds: which reading of which image, under which file name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from annotations.models import LabelSet, Project
from annotations.selectors import LabelTask, chosen_label_sets, of_source
from annotations.selectors.repeats import HANDED_IN
from annotations.services.data_in.image_names import base_name, stem
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.states import LabelSetState
from core.errors import Invalid

AWKWARD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # what no file name of any system may hold


class NothingToExport(Invalid):
    """No label set is there to export."""

    code = "nothing_to_export"


@dataclass(slots=True, kw_only=True)
class ExportReport:
    """What an export holds, and what a person should know of it."""

    images: int = 0
    regions: int = 0
    files: int = 0
    problems: ProblemLog = field(default_factory=ProblemLog)

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {
            "images": self.images,
            "regions": self.regions,
            "files": self.files,
            "notes": self.problems.notes,
        }

    def note(self, code: str, name: str, message: str) -> None:
        """Say something about one file of the export."""
        self.problems.add(Problem(code=code, file=name, message=message, is_error=False))


def label_sets_to_export(
    *,
    project: Project,
    source: str = "",
    waiting: bool = False,
    task: LabelTask = LabelTask.SEGMENTER,
    remarks: bool = False,
) -> list[LabelSet]:
    """One reading per image, as datasets choose it; with `waiting`, those not judged yet stand in.

    `remarks`: label sets that only say something of their image (VIA's file attributes) come along where an
    image has no other. Raises UnknownLabelSource, NothingToExport.
    """
    states = HANDED_IN if waiting else (LabelSetState.ACCEPTED,)
    label_sets = list(chosen_label_sets(project=project, task=task, source=source or None, states=states))
    if remarks:
        label_sets += _remarks(project, source, states, besides=label_sets)
    if not label_sets:
        raise NothingToExport(
            f"Project '{project}' has no {'' if waiting else 'accepted '}labels to export.",
            remedy="Accept label sets first, or export those that wait as well." if not waiting else "",
        )
    return label_sets


def _remarks(
    project: Project, source: str, states: Sequence[LabelSetState], *, besides: Sequence[LabelSet]
) -> Iterable[LabelSet]:
    """The newest remarks on each image that the other label sets are not about."""
    about = {one.image_id for one in besides}
    only_said = LabelSet.objects.filter(project=project, state__in=states, classes_looked_for=[])
    if source:
        only_said = only_said.filter(of_source(source))
    rows = only_said.exclude(file_attributes={}).select_related("image__exam__patient", "image__project")
    return {one.image_id: one for one in rows.order_by("pk") if one.image_id not in about}.values()


def named(
    label_sets: Sequence[LabelSet],
    *,
    report: ExportReport,
    by_stem: bool = False,
    given: Mapping[int, str] | None = None,
) -> list[tuple[str, LabelSet]]:
    """Each label set with its image's file name, as it came in but safe and different from all others.

    `by_stem`: names that differ in their ending only count as the same. `given` names, by image, stand.
    """
    if given is not None:
        return [(given[label_set.image_id], label_set) for label_set in label_sets]
    wanted = [(_safe(label_set), label_set) for label_set in label_sets]
    taken: set[str] = set()
    names = []
    for name, label_set in wanted:
        new, path, again = name, PurePath(name), ""
        while _key(new, by_stem=by_stem) in taken:
            new = f"{path.stem}_image{label_set.image_id}{again}{path.suffix}"
            again += "_"
        if new != name:
            report.note("renamed", new, f"Another image is called '{name}' too: this one was renamed.")
        taken.add(_key(new, by_stem=by_stem))
        names.append((new, label_set))
    return names


def _key(name: str, *, by_stem: bool) -> str:
    return stem(name) if by_stem else base_name(name)


def _safe(label_set: LabelSet) -> str:
    image = label_set.image
    name = AWKWARD.sub("_", re.split(r"[/\\]", image.source_name)[-1]).strip()
    ending = PurePath(image.file).suffix or ".jpg"
    return name if name.strip(". ") else f"image_{image.pk}{ending}"
