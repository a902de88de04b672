"""The app of recoveries: treatments, entries, assessments, alerts."""

from django.apps import AppConfig


class SymptomsConfig(AppConfig):
    name = "symptoms"
