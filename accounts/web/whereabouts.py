"""Where somebody seems to be: the country that their browser's clock hangs in, which `here.js` sends along.

It is only ever a guess: it is shown as one, asked about, and never stands for what somebody said.
"""

from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest

from accounts.help_numbers import UNKNOWN, HelpNumbers, country_of_zone, numbers_for, numbers_of

ZONE_HERE = "zone_here"  # the cookie with the browser's time zone
NOT_HERE = "not_here"  # in the session: the country of which somebody said that they are not there
LONGEST_ZONE = 64  # characters


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
    patient = request.user.as_patient if request.user.is_authenticated else None
    here, home = numbers_here(request), numbers_for(patient)
    is_abroad = here.country and home.country and here.country != home.country
    if not is_abroad or here.country == request.session.get(NOT_HERE):
        return UNKNOWN
    return here
