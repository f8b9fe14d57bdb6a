"""The addresses of review, below /api/."""

from django.urls import path

from review.api import reports, reviews

urlpatterns = [
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
]
