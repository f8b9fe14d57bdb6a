"""Everything a person may be allowed to do; accounts.roles says which role may do what."""

from enum import StrEnum


class Action(StrEnum):
    """One permission. Views and services ask `user.can(action)`, never for a role."""

    SEE_ASSIGNED_IMAGES = "images.see_assigned"
    SEE_PROJECT_IMAGES = "images.see_project"
    SEE_ALL_PROJECTS = "projects.see_all"
    LABEL = "labels.write"
    JUDGE_LABELS = "labels.judge"
    ADJUDICATE = "labels.adjudicate"
    REVIEW = "reviews.write"
    ASSIGN = "images.assign"
    IMPORT = "data.import"
    EXPORT = "data.export"
    BUILD_MASKS = "masks.build"
    TRAIN = "models.train"
    PROMOTE = "models.promote"
    SEE_MODELS = "models.see"
    PREDICT = "predictions.start"
    SEE_PREDICTIONS = "predictions.see"
    SEE_ALL_JOBS = "jobs.see_all"
    SEE_SYSTEM = "system.see"
    SEE_AUDIT = "audit.see"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_PROJECTS = "projects.manage"
    SEE_SOURCE_NAMES = "images.see_source_names"
