"""The job handlers and chores of inference: each calls one service.

The services are imported when a job runs: predictions load ONNX Runtime, which web processes never do.
What may take hours waits behind training: imports and predictions are not to wait for it.
"""

from typing import Any

from annotations.models import Project
from annotations.services.data_in.writing import Writing
from core.housekeeping import frequent
from core.job_handlers import job_handler
from core.services.job_context import JobContext
from core.states import Queue
from inference.services.comparisons import COMPARE_JOB
from inference.services.external_reports import EXTERNAL_JOB
from inference.services.predictions import PREDICT_JOB
from inference.services.searches import TRIAL_JOB, continue_searches
from inference.services.tighten_sets import TIGHTEN_JOB, tighten_label_sets
from inference.services.training_runs import TRAIN_JOB


@job_handler(kind=TRAIN_JOB, queue=Queue.TRAIN)
def train(context: JobContext) -> dict[str, Any]:
    """Do a queued training run."""
    from inference.services.train_job import train as do

    return do(context)


@job_handler(kind=TRIAL_JOB, queue=Queue.TRAIN)
def run_trial(context: JobContext) -> dict[str, Any]:
    """Do one trial of a search."""
    from inference.services.trial_job import run_trial as do

    return do(context)


@job_handler(kind=PREDICT_JOB, queue=Queue.SHORT)
def predict(context: JobContext) -> dict[str, Any]:
    """Predict the images a job names."""
    from inference.services.predict_job import predict as do

    return do(context)


@job_handler(kind=COMPARE_JOB, queue=Queue.TRAIN)
def compare(context: JobContext) -> dict[str, Any]:
    """Hold a candidate against the champion on the same images."""
    from inference.services.compare_job import compare as do

    return do(context)


@job_handler(kind=EXTERNAL_JOB, queue=Queue.TRAIN)
def external_report(context: JobContext) -> dict[str, Any]:
    """Score a model on images that it did not learn from."""
    from inference.services.external_job import score_on_dataset as do

    return do(context)


@job_handler(kind=TIGHTEN_JOB, queue=Queue.SHORT)
def tighten(context: JobContext) -> dict[str, Any]:
    """Propose contours for the label sets of a source."""
    return tighten_label_sets(
        project=Project.objects.get(pk=context.payload["project"]),
        source=context.payload["source"],
        by=context.job.requested_by,
        writing=Writing(open_transaction=context.fenced, progress=context.progress),
    ).counts()


@frequent
def go_on_with_searches() -> None:
    """Queue the next trial of searches whose last one ended before it could do so."""
    continue_searches()
