"""The app of people and what they may see."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.urls import register_converter

from accounts.audit_guards import put_guards
from accounts.ids import IdConverter


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
        post_migrate.connect(put_guards, sender=self)
