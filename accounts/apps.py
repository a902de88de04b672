"""The app of people and what they may see."""

from django.apps import AppConfig
from django.urls import register_converter

from accounts.ids import IdConverter


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
