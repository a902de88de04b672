"""Every address of the domain: the patient's pages, the practitioner's, joining and leaving, the API."""

from django.urls import include, path

from symptoms.views import joining

urlpatterns = [
    # --- patient
    # --- practitioner
    # --- joining and leaving
    path("join/<str:token>/", joining.join, name="join"),
    path("account/leave/", joining.leave_practice, name="leave_practice"),
    path("practice/invitations/<uuid:invitation_id>/confirm/", joining.confirm_invitation, name="confirm_invitation"),
    # --- API
    path("api/", include("symptoms.api.urls")),
]
