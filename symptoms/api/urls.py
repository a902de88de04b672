"""The addresses of the API, under /api/."""

from django.urls import path, re_path

from symptoms.api import schema  # noqa: F401 — the generator finds what is registered there
from symptoms.api.views import alerts, course, documentation, entries, messages, photos, standing, treatments

TREATMENT = "v1/treatments/<id:treatment_id>/"

urlpatterns = [
    path(f"{TREATMENT}entries/<id:entry_id>/", entries.OneEntry.as_view(), name="api_entry"),
    path(f"{TREATMENT}entries/", entries.Entries.as_view(), name="api_entries"),
    path("v1/treatments/", treatments.Treatments.as_view(), name="api_treatments"),
    path(TREATMENT, treatments.OneTreatment.as_view(), name="api_treatment"),
    path(f"{TREATMENT}photos/", photos.Photos.as_view(), name="api_photos"),
    path(f"{TREATMENT}photos/<id:photo_id>/", photos.OnePhoto.as_view(), name="api_photo"),
    path(f"{TREATMENT}course/", course.Course.as_view(), name="api_course"),
    path(f"{TREATMENT}assessments/", entries.Assessments.as_view(), name="api_assessments"),
    path(f"{TREATMENT}messages/", messages.Messages.as_view(), name="api_messages"),
    path(f"{TREATMENT}messages/read/", messages.MessagesRead.as_view(), name="api_messages_read"),
    path("v1/standing/", standing.OnTop.as_view(), name="api_standing"),
    path("v1/alerts/", alerts.Alerts.as_view(), name="api_alerts"),
    path("v1/alerts/<id:alert_id>/", alerts.OneAlert.as_view(), name="api_alert"),
    path("v1/alerts/<id:alert_id>/acknowledge/", alerts.Acknowledgement.as_view(), name="api_acknowledge"),
    path("v1/alerts/<id:alert_id>/resolve/", alerts.Resolution.as_view(), name="api_resolve"),
    path("schema/", documentation.Schema.as_view(), name="api_schema"),
    path("docs/", documentation.Docs.as_view(), name="api_docs"),
    re_path("", documentation.NotFoundView.as_view(), name="api_nowhere"),  # a line's end, too: `<path:…>` takes none
]
