"""Whom to call where: emergency and urgent-care numbers by country, from the settings (never from the protocol)."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Patient


@dataclass(frozen=True)
class HelpNumbers:
    """A country's numbers; `urgent` is empty where there is no single urgent-care line."""

    country: str
    name: str
    emergency: str
    urgent: str


def numbers_of(country: str) -> HelpNumbers:
    """The numbers of a country by its code; of the configured country when the code is not listed."""
    code = country if country in settings.HELP_NUMBERS else settings.HELP_COUNTRY
    return HelpNumbers(country=code, **settings.HELP_NUMBERS[code])


def numbers_for(patient: Patient | None) -> HelpNumbers:
    """The numbers of the country in which a patient is followed."""
    return numbers_of(patient.country if patient else "")
