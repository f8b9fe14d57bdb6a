"""The addresses of annotations, below /api/."""

from django.urls import path

from annotations.api import assignments, images, imports, label_sets, projects, reading_figures

urlpatterns = [
    path("projects/", projects.ProjectsView.as_view(), name="projects"),
    path("projects/<int:pk>/", projects.ProjectView.as_view(), name="project"),
    path("projects/<int:pk>/members/", projects.MembersView.as_view(), name="project-members"),
    path("projects/<int:pk>/members/<int:user>/", projects.MemberView.as_view(), name="project-member"),
    path("lesion-classes/<int:pk>/", projects.LesionClassView.as_view(), name="lesion-class"),
    path("patients/", images.PatientsView.as_view(), name="patients"),
    path("patients/<int:pk>/", images.PatientView.as_view(), name="patient"),
    path("images/", images.ImagesView.as_view(), name="images"),
    path("images/<int:pk>/", images.ImageView.as_view(), name="image"),
    path("images/<int:pk>/picture/<str:layer>/", images.PictureView.as_view(), name="image-picture"),
    path("images/<int:pk>/label-sets/", label_sets.ImageLabelSetsView.as_view(), name="image-label-sets"),
    path("label-sets/", label_sets.LabelSetsView.as_view(), name="label-sets"),
    path("label-sets/<int:pk>/", label_sets.LabelSetView.as_view(), name="label-set"),
    path("label-sets/<int:pk>/changes/", label_sets.ChangesView.as_view(), name="label-set-changes"),
    path("label-sets/<int:pk>/checks/", reading_figures.ChecksView.as_view(), name="label-set-checks"),
    path("label-sets/<int:pk>/anatomy/", reading_figures.AnatomyView.as_view(), name="label-set-anatomy"),
    path("label-sets/<int:pk>/submit/", label_sets.SubmitView.as_view(), name="submit-label-set"),
    path("label-sets/<int:pk>/accept/", label_sets.AcceptView.as_view(), name="accept-label-set"),
    path("label-sets/<int:pk>/return/", label_sets.ReturnView.as_view(), name="return-label-set"),
    path("label-sets/<int:pk>/masks/", label_sets.LabelSetMasksView.as_view(), name="label-set-masks"),
    path("label-sets/<int:pk>/mask-preview/", label_sets.MaskPreviewView.as_view(), name="mask-preview"),
    path("masks/<int:pk>/picture/", label_sets.MaskPictureView.as_view(), name="mask-picture"),
    path("masks/build/", label_sets.BuildMasksView.as_view(), name="build-masks"),
    path("assignments/", assignments.AssignmentsView.as_view(), name="assignments"),
    path("assignments/<int:pk>/", assignments.AssignmentView.as_view(), name="assignment"),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    path("imports/<int:pk>/", imports.ImportView.as_view(), name="import"),
    path("imports/<int:pk>/files/", imports.ImportFilesView.as_view(), name="import-files"),
    path("imports/<int:pk>/start/", imports.StartImportView.as_view(), name="start-import"),
    path("imports/<int:pk>/problems/", imports.ImportProblemsView.as_view(), name="import-problems"),
]
