"""Mendline's addresses and the floor's."""

from django.urls import include, path

from tests.bench.floor import views

urlpatterns = [
    path("floor/reports/", views.Reports.as_view()),
    path("floor/list/", views.listing),
    path("", include("tracker.urls")),
]
