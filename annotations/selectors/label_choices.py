"""The sources of a project's labels, as people tell them apart: each file, and all that people drew here."""

from collections import Counter
from dataclasses import dataclass

from annotations.models import Project
from annotations.selectors.chosen import label_sources

KINDS_OF_PEOPLE = {
    "person": "Readings by people",
    "correction": "Corrections",
    "adjudication": "Adjudications",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChoice:
    """Labels that a dataset or an export can be narrowed to: `value` names them, as `of_source` takes it."""

    value: str
    title: str
    label_sets: int


def label_choices(project: Project, *, waiting: bool = False) -> list[LabelChoice]:
    """Each file that brought accepted labels, and all that people drew here, the largest first. One query.

    `waiting`: labels that were handed in and nobody has accepted yet count, too.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for source, title, label_sets in label_sources(project=project, waiting=waiting):
        kind = source.partition(":")[0]
        named = title or source
        counted[(kind, KINDS_OF_PEOPLE[kind]) if kind in KINDS_OF_PEOPLE else (named, named)] += label_sets
    return [
        LabelChoice(value=value, title=title, label_sets=count)
        for (value, title), count in counted.most_common()
    ]
