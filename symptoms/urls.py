"""Every address of the domain: the patient's pages, the practitioner's, joining and leaving, the API."""

from django.urls import path  # noqa: F401

urlpatterns = [
    # --- patient
    # --- practitioner
    # --- joining and leaving
    # --- API
]
