"""The addresses of inference, below /api/."""

from django.urls import path

from inference.api import (
    comparisons,
    dataset_changes,
    external_reports,
    finding_places,
    lesion_burden,
    models,
    predictions,
    searches,
    tighten,
    training,
)

urlpatterns = [
    path("presets/", training.PresetsView.as_view(), name="presets"),
    path("dataset-versions/", training.DatasetVersionsView.as_view(), name="dataset-versions"),
    path("dataset-versions/<int:pk>/", training.DatasetVersionView.as_view(), name="dataset-version"),
    path("dataset-versions/<int:pk>/items/", training.DatasetItemsView.as_view(), name="dataset-items"),
    path(
        "dataset-versions/<int:pk>/changes/",
        dataset_changes.DatasetChangesView.as_view(),
        name="dataset-changes",
    ),
    path(
        "dataset-versions/<int:pk>/changes/images/",
        dataset_changes.ChangedImagesView.as_view(),
        name="dataset-changed-images",
    ),
    path("training-readiness/", training.ReadinessView.as_view(), name="training-readiness"),
    path("training-runs/", training.TrainingRunsView.as_view(), name="training-runs"),
    path("training-runs/<int:pk>/", training.TrainingRunView.as_view(), name="training-run"),
    path("training-runs/<int:pk>/epochs/", training.EpochsView.as_view(), name="training-epochs"),
    path("promotions/", models.PromotionsView.as_view(), name="promotions"),
    path("search-presets/", searches.SearchPresetsView.as_view(), name="search-presets"),
    path("searches/", searches.SearchesView.as_view(), name="searches"),
    path("searches/<int:pk>/", searches.SearchView.as_view(), name="search"),
    path("searches/<int:pk>/trials/", searches.TrialsView.as_view(), name="search-trials"),
    path("searches/<int:pk>/cancel/", searches.CancelSearchView.as_view(), name="cancel-search"),
    path("searches/<int:pk>/resume/", searches.ResumeSearchView.as_view(), name="resume-search"),
    path("models/", models.ModelsView.as_view(), name="models"),
    path("models/<str:pk>/", models.ModelView.as_view(), name="model"),
    path("models/<str:pk>/promote/", models.PromoteView.as_view(), name="promote-model"),
    path("models/<str:pk>/roll-back/", models.RollBackView.as_view(), name="roll-back"),
    path("models/<str:pk>/comparisons/", comparisons.ComparisonsView.as_view(), name="comparisons"),
    path("comparisons/<int:pk>/images/", comparisons.ComparedImagesView.as_view(), name="compared-images"),
    path(
        "models/<str:pk>/external-reports/",
        external_reports.ExternalReportsView.as_view(),
        name="external-reports",
    ),
    path("models/<str:pk>/retire/", models.RetireView.as_view(), name="retire-model"),
    path("predictions/", predictions.PredictView.as_view(), name="predict"),
    path("predictions/outdated/", predictions.OutdatedView.as_view(), name="outdated"),
    path("predictions/<int:pk>/", predictions.PredictionView.as_view(), name="prediction"),
    path(
        "predictions/<int:pk>/map/<str:lesion_class>/", predictions.MapView.as_view(), name="prediction-map"
    ),
    path(
        "predictions/<int:pk>/overlay/<str:lesion_class>/",
        predictions.OverlayView.as_view(),
        name="prediction-overlay",
    ),
    path("predictions/<int:pk>/heatmap/", predictions.HeatmapView.as_view(), name="prediction-heatmap"),
    path(
        "images/<int:pk>/predictions/", predictions.ImagePredictionsView.as_view(), name="image-predictions"
    ),
    path("images/<int:pk>/findings/", tighten.FindingsView.as_view(), name="image-findings"),
    path(
        "images/<int:pk>/findings/places/",
        finding_places.FindingPlacesView.as_view(),
        name="image-finding-places",
    ),
    path("images/<int:pk>/tighten/", tighten.TightenView.as_view(), name="tighten"),
    path("label-sets/tighten/", tighten.TightenSetsView.as_view(), name="tighten-label-sets"),
    path("images/<int:pk>/decision/", predictions.ImageDecisionView.as_view(), name="image-decision"),
    path("patients/<int:pk>/decision/", predictions.PatientDecisionView.as_view(), name="patient-decision"),
    path("patients/<int:pk>/lesion-burden/", lesion_burden.LesionBurdenView.as_view(), name="patient-burden"),
    path("decisions/", predictions.DecisionsView.as_view(), name="decisions"),
]
