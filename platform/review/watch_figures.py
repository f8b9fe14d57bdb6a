"""Counts of what was signed about a model, and the shares that follow; pure, no database."""

import datetime
from dataclasses import dataclass, field

from inference.states import DecisionOutcome
from review.states import SETTLED, Scope
from review.watch_rules import Share

READ = frozenset(SETTLED[Scope.IMAGE])
DR_OR_NOT = frozenset({DecisionOutcome.DR, DecisionOutcome.NO_DR})


@dataclass(frozen=True, slots=True)
class SignedDecisions:
    """So many images (or patients) that were decided and signed alike."""

    model: str
    week: datetime.date
    site: str
    camera: str
    decided: str
    said: str
    outcome: str
    is_patient: bool
    images: int


@dataclass(slots=True)
class Decisions:
    """How reviewers decided where models had decided before.

    `asked`: images whose models asked for a person (a contradiction), so that nothing was overridden.
    `overridden_images` and `overridden_patients` of those decided; `agreed`: images of which this very model
    and the signature say DR or no DR alike, of `compared`.
    """

    images: int = 0
    overridden_images: int = 0
    asked: int = 0
    patients: int = 0
    overridden_patients: int = 0
    compared: int = 0
    agreed: int = 0

    def add(self, row: SignedDecisions) -> None:
        """Count these in."""
        settled = row.decided in (SETTLED[Scope.PATIENT] if row.is_patient else READ)
        overridden = row.images if settled and row.decided != row.outcome else 0
        if row.is_patient:
            self.patients += row.images if settled else 0
            self.overridden_patients += overridden
            return
        self.images += row.images if settled else 0
        self.asked += 0 if settled else row.images
        self.overridden_images += overridden
        if row.said and row.outcome in DR_OR_NOT:
            self.compared += row.images
            self.agreed += row.images if row.said == row.outcome else 0

    @property
    def overrides(self) -> Share:
        """Of images."""
        return Share(self.overridden_images, self.images)

    @property
    def patient_overrides(self) -> Share:
        """Of patients."""
        return Share(self.overridden_patients, self.patients)

    @property
    def agreement(self) -> Share:
        """Of this very model with the signature on DR or no DR."""
        return Share(self.agreed, self.compared)


@dataclass(slots=True)
class Findings:
    """What reviewers said of findings."""

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    missed: int = 0

    def add(self, other: "Findings") -> None:
        """Count these in."""
        self.accepted += other.accepted
        self.edited += other.edited
        self.rejected += other.rejected
        self.missed += other.missed

    @property
    def kept(self) -> Share:
        """Findings that were not rejected."""
        kept = self.accepted + self.edited
        return Share(kept, kept + self.rejected)

    @property
    def overlooked(self) -> Share:
        """Lesions that a reviewer had to add, of all that there are in the end."""
        return Share(self.missed, self.accepted + self.edited + self.missed)


@dataclass(slots=True)
class Figures:
    """What was signed about one model: in a week, at a site, with a camera, or altogether."""

    decisions: Decisions = field(default_factory=Decisions)
    findings: Findings = field(default_factory=Findings)
