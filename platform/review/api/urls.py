"""The addresses of review, below /api/."""

from django.urls import path

from review.api import queue, reports, reviews, watch

urlpatterns = [
    path("review-queue/", queue.QueueView.as_view(), name="review-queue"),
    path("review-queue/summary/", queue.QueueSummaryView.as_view(), name="review-queue-summary"),
    path("review-queue/next/", queue.NextPatientView.as_view(), name="review-queue-next"),
    path("patients/<int:pk>/review-claim/", queue.ClaimView.as_view(), name="review-claim"),
    path("exams/<int:pk>/reviews/", reviews.ExamReviewsView.as_view(), name="exam-reviews"),
    path("reviews/<int:pk>/", reviews.ReviewView.as_view(), name="review"),
    path("reviews/<int:pk>/changes/", reviews.ReviewChangesView.as_view(), name="review-changes"),
    path("reviews/<int:pk>/corrections/", reviews.CorrectionView.as_view(), name="review-correction"),
    path(
        "reviews/<int:pk>/take-corrections/",
        reviews.TakeCorrectionsView.as_view(),
        name="review-take-corrections",
    ),
    path("reviews/<int:pk>/sign/", reviews.SignReviewView.as_view(), name="sign-review"),
    path("reviews/<int:pk>/reports/<str:kind>/", reports.ReportView.as_view(), name="review-report"),
    path("watched-models/", watch.WatchedModelsView.as_view(), name="watched-models"),
    path("watched-models/<str:pk>/", watch.WatchedModelView.as_view(), name="watched-model"),
    path("watched-models/<str:pk>/csv/", watch.WatchedModelCsvView.as_view(), name="watched-model-csv"),
    path("model-alarms/", watch.ModelAlarmsView.as_view(), name="model-alarms"),
    path(
        "model-alarms/<int:pk>/acknowledge/",
        watch.AcknowledgeAlarmView.as_view(),
        name="acknowledge-model-alarm",
    ),
]
