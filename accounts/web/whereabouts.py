"""Where somebody is: the country they chose, or the one their browser's clock hangs in, which `clock.js` sends along.

The clock is only ever a guess: it is shown as one, asked about, and never stands for what somebody said.
"""

from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest

from accounts.help_numbers import UNKNOWN, HelpNumbers, all_numbers, country_of_zone, numbers_for, numbers_of
from accounts.models import Patient

ZONE_HERE = "zone_here"  # the cookie with the browser's time zone
NOT_HERE = "not_here"  # in the session: the country of which somebody said that they are not there
LONGEST_ZONE = 64  # characters
# The cookie of who is no patient: the country chosen on the help page.
HELP_COUNTRY = "help_country" if settings.DEBUG else "__Host-help_country"


def numbers_here(request: HttpRequest) -> HelpNumbers:
    """The numbers of the country that the browser's clock hangs in; none where it names none that is listed."""
    zone = unquote(request.COOKIES.get(ZONE_HERE, ""))
    return numbers_of(country_of_zone(zone)) if len(zone) <= LONGEST_ZONE else UNKNOWN


def numbers_of_site(request: HttpRequest) -> HelpNumbers:
    """For somebody who has not said where they are: those of the guess, else of the country that the site serves."""
    here = numbers_here(request)
    return here if here.country else numbers_of(settings.COUNTRY)


def numbers_abroad(request: HttpRequest) -> HelpNumbers:
    """The numbers of another country than the one the patient named, if they seem to be there and did not deny it."""
    here = abroad_of(request, _patient(request))
    return UNKNOWN if here.country == request.session.get(NOT_HERE) else here


def abroad_of(request: HttpRequest, patient: Patient | None) -> HelpNumbers:
    """The same of a patient who is not signed in, and has denied nothing."""
    here, home = numbers_here(request), numbers_for(patient)
    return here if here.country and home.country and here.country != home.country else UNKNOWN


def chosen_country(request: HttpRequest) -> str:
    """The country that was asked for (?country=) or, by somebody who is no patient, chosen before; "" for none."""
    asked = request.GET.get("country", "")
    return asked or ("" if _patient(request) else request.COOKIES.get(HELP_COUNTRY, ""))


def numbers_shown(request: HttpRequest) -> tuple[HelpNumbers, bool]:
    """The numbers on a page for anybody, and whether they are only a guess: chosen, else one's own, else the guess."""
    country = chosen_country(request)
    if country in all_numbers():
        return numbers_of(country), False
    numbers = numbers_for(_patient(request))
    return (numbers, False) if numbers.country else (numbers_of_site(request), True)


def _patient(request: HttpRequest) -> Patient | None:
    return request.user.as_patient if request.user.is_authenticated else None
