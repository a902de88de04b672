"""Django finds the commands backup, restore and drill here."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "tracker.backups"
