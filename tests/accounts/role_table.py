"""Who may use which endpoint: one row for each url name and method. A new endpoint needs a row here.

A role in the row gets past the permission (and may then be told 400 or 404); every other role gets 403 and
somebody who is not signed in 401. `EVERYBODY` needs no sign-in.
"""

from accounts.roles import Role

ANONYMOUS = "anonymous"
SPECIALIST, REVIEWER, ADMINISTRATOR = Role.SPECIALIST.value, Role.REVIEWER.value, Role.ADMINISTRATOR.value

SIGNED_IN = frozenset({SPECIALIST, REVIEWER, ADMINISTRATOR})
EVERYBODY = SIGNED_IN | {ANONYMOUS}
LABELLERS = frozenset({SPECIALIST})
REVIEWERS = frozenset({REVIEWER})
JUDGES = frozenset({REVIEWER, ADMINISTRATOR})
ADMINISTRATORS = frozenset({ADMINISTRATOR})

CORE = {
    ("health", "get"): EVERYBODY,
    ("system", "get"): ADMINISTRATORS,
    ("jobs", "get"): SIGNED_IN,
    ("job", "get"): SIGNED_IN,
    ("cancel-job", "post"): SIGNED_IN,
    ("audit-events", "get"): ADMINISTRATORS,
}

ACCOUNTS = {
    ("session", "get"): EVERYBODY,
    ("session", "post"): EVERYBODY,
    ("session", "delete"): EVERYBODY,
    ("users", "get"): ADMINISTRATORS,
    ("preferences", "get"): SIGNED_IN,
    ("preferences", "patch"): SIGNED_IN,
    ("tokens", "get"): SIGNED_IN,
    ("tokens", "post"): SIGNED_IN,
    ("token", "delete"): SIGNED_IN,
}

ANNOTATIONS = {
    ("projects", "get"): SIGNED_IN,
    ("project", "get"): SIGNED_IN,
    ("project", "patch"): ADMINISTRATORS,
    ("project-progress", "get"): JUDGES,
    ("project-readers", "get"): JUDGES,
    ("project-agreement", "get"): JUDGES,
    ("project-agreement-images", "get"): JUDGES,
    ("project-members", "get"): ADMINISTRATORS,
    ("project-members", "post"): ADMINISTRATORS,
    ("project-member", "delete"): ADMINISTRATORS,
    ("lesion-class", "patch"): ADMINISTRATORS,
    ("file-name-pattern", "get"): ADMINISTRATORS,
    ("file-name-pattern", "put"): ADMINISTRATORS,
    ("file-name-preview", "post"): ADMINISTRATORS,
    ("burned-texts", "get"): ADMINISTRATORS,
    ("burned-texts", "post"): ADMINISTRATORS,
    ("burned-text-picture", "get"): ADMINISTRATORS,
    ("import-part", "post"): ADMINISTRATORS,
    ("patients", "get"): SIGNED_IN,
    ("patient", "get"): SIGNED_IN,
    ("images", "get"): SIGNED_IN,
    ("image", "get"): SIGNED_IN,
    ("image", "patch"): ADMINISTRATORS,
    ("image-picture", "get"): SIGNED_IN,
    ("image-landmarks", "get"): SIGNED_IN,
    ("image-quality", "post"): SIGNED_IN,
    ("image-label-sets", "get"): SIGNED_IN,
    ("image-label-sets", "post"): LABELLERS,
    ("image-agreement", "get"): JUDGES,
    ("merge-label-sets", "post"): JUDGES,
    ("label-sets", "get"): SIGNED_IN,
    ("label-set", "get"): SIGNED_IN,
    ("label-set-changes", "post"): LABELLERS | REVIEWERS,
    ("label-set-checks", "get"): SIGNED_IN,
    ("label-set-anatomy", "get"): SIGNED_IN,
    ("submit-label-set", "post"): LABELLERS,
    ("accept-label-set", "post"): JUDGES,
    ("return-label-set", "post"): JUDGES,
    ("label-set-masks", "get"): SIGNED_IN,
    ("mask-preview", "get"): SIGNED_IN,
    ("mask-picture", "get"): SIGNED_IN,
    ("build-masks", "post"): ADMINISTRATORS,
    ("assignments", "get"): SIGNED_IN,
    ("assignments", "post"): ADMINISTRATORS,
    ("assignment", "delete"): ADMINISTRATORS,
    ("open-assignment", "post"): LABELLERS,
    ("worklist", "get"): SIGNED_IN,
    ("worklist-counts", "get"): SIGNED_IN,
    ("worklist-next", "get"): SIGNED_IN,
    ("label-sources", "get"): ADMINISTRATORS,
    ("exports", "get"): ADMINISTRATORS,
    ("exports", "post"): ADMINISTRATORS,
    ("export", "get"): ADMINISTRATORS,
    ("export-file", "get"): ADMINISTRATORS,
    ("imports", "get"): ADMINISTRATORS,
    ("imports", "post"): ADMINISTRATORS,
    ("import", "get"): ADMINISTRATORS,
    ("import-files", "post"): ADMINISTRATORS,
    ("start-import", "post"): ADMINISTRATORS,
    ("repeat-import", "post"): ADMINISTRATORS,
    ("labels-preview", "get"): ADMINISTRATORS,
    ("import-problems", "get"): ADMINISTRATORS,
}

INFERENCE = {
    ("presets", "get"): JUDGES,
    ("dataset-versions", "get"): JUDGES,
    ("dataset-version", "get"): JUDGES,
    ("dataset-items", "get"): JUDGES,
    ("dataset-changes", "get"): JUDGES,
    ("dataset-changed-images", "get"): JUDGES,
    ("training-readiness", "get"): ADMINISTRATORS,
    ("training-runs", "get"): JUDGES,
    ("training-runs", "post"): ADMINISTRATORS,
    ("training-run", "get"): JUDGES,
    ("training-epochs", "get"): JUDGES,
    ("search-presets", "get"): JUDGES,
    ("searches", "get"): JUDGES,
    ("searches", "post"): ADMINISTRATORS,
    ("search", "get"): JUDGES,
    ("search-trials", "get"): JUDGES,
    ("cancel-search", "post"): ADMINISTRATORS,
    ("resume-search", "post"): ADMINISTRATORS,
    ("models", "get"): JUDGES,
    ("model", "get"): JUDGES,
    ("promotions", "get"): JUDGES,
    ("promote-model", "post"): ADMINISTRATORS,
    ("retire-model", "post"): ADMINISTRATORS,
    ("roll-back", "post"): ADMINISTRATORS,
    ("comparisons", "get"): JUDGES,
    ("comparisons", "post"): ADMINISTRATORS,
    ("compared-images", "get"): JUDGES,
    ("external-reports", "get"): JUDGES,
    ("external-reports", "post"): ADMINISTRATORS,
    ("predict", "post"): ADMINISTRATORS,
    ("outdated", "get"): ADMINISTRATORS,
    ("prediction", "get"): SIGNED_IN,
    ("prediction-map", "get"): SIGNED_IN,
    ("prediction-overlay", "get"): SIGNED_IN,
    ("prediction-heatmap", "get"): SIGNED_IN,
    ("image-predictions", "get"): SIGNED_IN,
    ("image-decision", "get"): SIGNED_IN,
    ("image-finding-places", "get"): SIGNED_IN,
    ("image-findings", "get"): SIGNED_IN,
    ("tighten", "post"): LABELLERS | REVIEWERS,
    ("tighten-label-sets", "post"): ADMINISTRATORS,
    ("patient-burden", "get"): SIGNED_IN,
    ("patient-decision", "get"): SIGNED_IN,
    ("decisions", "get"): SIGNED_IN,
}

REVIEW = {
    ("review-queue", "get"): JUDGES,
    ("review-queue-summary", "get"): JUDGES,
    ("review-queue-next", "post"): REVIEWERS,
    ("review-claim", "get"): JUDGES,
    ("review-claim", "post"): REVIEWERS,
    ("review-claim", "delete"): REVIEWERS,
    ("exam-reviews", "get"): JUDGES,
    ("exam-reviews", "post"): REVIEWERS,
    ("review", "get"): JUDGES,
    ("review", "delete"): REVIEWERS,
    ("review-changes", "post"): REVIEWERS,
    ("review-correction", "post"): REVIEWERS,
    ("review-take-corrections", "post"): REVIEWERS,
    ("sign-review", "post"): REVIEWERS,
    ("review-report", "get"): JUDGES,
}

TABLE: dict[tuple[str, str], frozenset[str]] = {**CORE, **ACCOUNTS, **ANNOTATIONS, **INFERENCE, **REVIEW}
