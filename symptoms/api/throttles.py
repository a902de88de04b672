"""How often one person, or one address without a person, may call the API."""

from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from accounts.networks import network_of


class PerPerson(UserRateThrottle):
    """So many calls in any window of time, counted in every server process for itself.

    Of a person; without one, also with a token that is none, of an address (of IPv6 a network, which is one line's).
    """

    scope = "person"
    cache = caches["throttle"]

    def get_ident(self, request: Request) -> str:
        return network_of(super().get_ident(request), v4_bits=32)
