"""The job handlers of inference: each calls one service.

The services are imported when a job runs: predictions load ONNX Runtime, which web processes never do.
"""

from typing import Any

from core.job_handlers import job_handler
from core.services.job_context import JobContext
from core.states import Queue
from inference.services.predictions import PREDICT_JOB
from inference.services.training_runs import TRAIN_JOB


@job_handler(kind=TRAIN_JOB, queue=Queue.TRAIN)
def train(context: JobContext) -> dict[str, Any]:
    """Do a queued training run."""
    from inference.services.train_job import train as do

    return do(context)


@job_handler(kind=PREDICT_JOB, queue=Queue.SHORT)
def predict(context: JobContext) -> dict[str, Any]:
    """Predict the images a job names."""
    from inference.services.predict_job import predict as do

    return do(context)
