"""The figures about models as JSON and as a table, for the page, the command line and spreadsheets."""

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from accounts.models import User
from core.one_person import STATEMENT, one_person_site
from core.services import audit
from core.spreadsheets import inert
from inference.models import ModelVersion
from inference.score_stability import Stability
from inference.selectors.model_versions import champion_since
from review.selectors.watch import ScoreDrift, Watched, first_week, limits_of_site, watch
from review.watch_figures import Decisions, Figures, Findings
from review.watch_rules import Share

COLUMNS = ("part", "name", "week", "figure", "count", "of", "value", "low", "high")


def summary_json(one: Watched, *, weeks: int) -> dict[str, Any]:
    """One model version in a line."""
    model = one.model
    worst = one.worst_score
    return {
        "id": model.pk,
        "project": model.project_id,
        "task": model.task,
        "preset": model.preset,
        "title": model.title,
        "name": model.name,
        "state": model.state,
        "created_at": model.created_at,
        "since": first_week(weeks),
        **figures_json(one.total),
        "standing": one.standing,
        "worst_score": None if worst is None else score_json(worst),
    }


def detail_json(one: Watched, *, weeks: int) -> dict[str, Any]:
    """Everything about one model version."""
    return {
        **summary_json(one, weeks=weeks),
        "champion_since": champion_since(one.model),
        "scores": [score_detail_json(drift) for drift in one.scores],
        "weeks": [{"week": week, **figures_json(part)} for week, part in sorted(one.weeks.items())],
        "classes": [{"code": code, **findings_json(part)} for code, part in sorted(one.classes.items())],
        "class_weeks": [
            {"week": week, "code": code, **findings_json(part)}
            for (week, code), part in sorted(one.class_weeks.items())
        ],
        "sites": [{"name": name, **figures_json(part)} for name, part in sorted(one.sites.items())],
        "cameras": [{"name": name, **figures_json(part)} for name, part in sorted(one.cameras.items())],
        "limits": asdict(limits_of_site()),
        "one_person_site": one_person_site(),
    }


def share_json(share: Share) -> dict[str, Any]:
    """A share with its interval."""
    return {"count": share.count, "of": share.of, "value": share.value, "low": share.low, "high": share.high}


def figures_json(figures: Figures) -> dict[str, Any]:
    """Decisions and findings."""
    return {"decisions": decisions_json(figures.decisions), "findings": findings_json(figures.findings)}


def decisions_json(decisions: Decisions) -> dict[str, Any]:
    """How reviewers decided."""
    return {
        "overrides": share_json(decisions.overrides),
        "patient_overrides": share_json(decisions.patient_overrides),
        "agreement": share_json(decisions.agreement),
        "asked": decisions.asked,
    }


def findings_json(findings: Findings) -> dict[str, Any]:
    """What became of findings."""
    return {
        **asdict(findings),
        "kept": share_json(findings.kept),
        "overlooked": share_json(findings.overlooked),
    }


def score_json(drift: ScoreDrift) -> dict[str, Any]:
    """One score against its reference."""
    found = drift.found
    return {
        "code": drift.score.code,
        "title": drift.score.title,
        "is_probability": drift.score.is_probability,
        "psi": found.psi if found else None,
        "chance": found.chance if found else None,
        "images": drift.images,
        "reference": drift.reference.source,
        "reference_title": drift.reference.source.label,
        "reference_images": sum(drift.reference.counts),
        "standing": drift.standing,
    }


def score_detail_json(drift: ScoreDrift) -> dict[str, Any]:
    """The same with its bins, and week by week."""
    return {
        **score_json(drift),
        "bins": _bins(drift, drift.found) if drift.found else [],
        "weeks": [
            {"week": week, "images": found.images, "psi": found.psi} for week, found in drift.weeks.items()
        ],
    }


@transaction.atomic
def export_watch(*, model: ModelVersion, weeks: int, by: User) -> str:
    """The figures of one model version as CSV, a row for each; who took them is in the audit log."""
    (one,) = watch([model], weeks=weeks, limits=limits_of_site())
    table = watch_csv(one, weeks=weeks)
    audit.record(actor=by, action="model.watch_export", obj=model, after={"weeks": weeks})
    return table


def watch_csv(one: Watched, *, weeks: int) -> str:
    """`part` (all, week, class, site, camera, score), `name`, `week`, `figure`, counts and intervals."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="")
    table.writeheader()
    told = detail_json(one, weeks=weeks)
    table.writerows(_rows("all", "", None, told))
    if told["one_person_site"]:
        table.writerow({"part": "all", "name": STATEMENT, "figure": "one_person_site"})
    for row in told["weeks"]:
        table.writerows(_rows("week", "", row["week"], row))
    for part, name in (("class", "classes"), ("class", "class_weeks")):
        for row in told[name]:
            table.writerows(_of_findings(part, row["code"], row.get("week"), row))
    for part, name in (("site", "sites"), ("camera", "cameras")):
        for row in told[name]:
            table.writerows(_rows(part, inert(row["name"]), None, row))
    for score in told["scores"]:
        table.writerow(_of_score(score["code"], None, score))
        for row in score["weeks"]:
            table.writerow(_of_score(score["code"], row["week"], row))
    return out.getvalue()


def _bins(drift: ScoreDrift, found: Stability) -> list[dict[str, Any]]:
    score = drift.score
    return [
        {
            "begins": score.begins(one.first),
            "ends": score.begins(one.last + 1) if one.last + 1 < score.bins else score.ends,
            "reference": one.reference,
            "seen": one.seen,
        }
        for one in found.bins
    ]


def _rows(
    part: str, name: str, week: datetime.date | None, told: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for figure in ("overrides", "patient_overrides", "agreement"):
        yield _row(part, name, week, figure, told["decisions"][figure])
    yield {"part": part, "name": name, "week": week, "figure": "asked", "count": told["decisions"]["asked"]}
    yield from _of_findings(part, name, week, told["findings"])


def _of_findings(
    part: str, name: str, week: datetime.date | None, told: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for figure in ("accepted", "edited", "rejected", "missed"):
        yield {"part": part, "name": name, "week": week, "figure": figure, "count": told[figure]}
    for figure in ("kept", "overlooked"):
        yield _row(part, name, week, figure, told[figure])


def _of_score(code: str, week: datetime.date | None, told: Mapping[str, Any]) -> dict[str, Any]:
    row = {"part": "score", "name": code, "week": week, "figure": "psi"}
    return {**row, "of": told["images"], "value": told["psi"]}


def _row(
    part: str, name: str, week: datetime.date | None, figure: str, share: Mapping[str, Any]
) -> dict[str, Any]:
    return {"part": part, "name": name, "week": week, "figure": figure, **share}
