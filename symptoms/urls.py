"""Every address of the domain: the patient's pages, the practitioner's, joining and leaving, the API."""

from django.urls import include, path

from symptoms.views import joining, practice_treatments, practitioner, queue

urlpatterns = [
    # --- patient
    # --- practitioner
    path("practice/", queue.queue, name="queue"),
    path("practice/patients/<uuid:patient_id>/", practitioner.patient, name="patient"),
    path("practice/patients/<uuid:patient_id>/invite/", practice_treatments.invite, name="invite_patient"),
    path("practice/treatments/new/", practice_treatments.treatment_new, name="practice_treatment_new"),
    path(
        "practice/treatments/<uuid:treatment_id>/edit/",
        practice_treatments.treatment_edit,
        name="practice_treatment_edit",
    ),
    path("practice/treatments/<uuid:treatment_id>/acknowledge/", practitioner.take, name="acknowledge"),
    path("practice/treatments/<uuid:treatment_id>/notes/", practitioner.write, name="note"),
    path("practice/alerts/<uuid:alert_id>/resolve/", practitioner.close, name="resolve"),
    # --- joining and leaving
    path("join/<str:token>/", joining.join, name="join"),
    path("account/leave/", joining.leave_practice, name="leave_practice"),
    path("practice/invitations/<uuid:invitation_id>/confirm/", joining.confirm_invitation, name="confirm_invitation"),
    # --- API
    path("api/", include("symptoms.api.urls")),
]
