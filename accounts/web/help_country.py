"""The country that somebody who is not signed in chose on the help page: whose numbers they are shown."""

from django.conf import settings
from django.http import HttpRequest

from accounts.help_numbers import HelpNumbers, numbers_for, numbers_of

HELP_COUNTRY = "help_country" if settings.DEBUG else "__Host-help_country"  # the cookie's name


def numbers_for_reader(request: HttpRequest) -> HelpNumbers:
    """A patient's numbers; for anybody else those of the country they chose."""
    patient = request.user.as_patient if request.user.is_authenticated else None
    return numbers_for(patient) if patient else numbers_of(request.COOKIES.get(HELP_COUNTRY, ""))
