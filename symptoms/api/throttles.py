"""How often one person, or one address without a person, may call the API."""

from django.core.cache import caches
from rest_framework.throttling import UserRateThrottle


class PerPerson(UserRateThrottle):
    """So many calls in any window of time, counted in every server process for itself."""

    scope = "person"
    cache = caches["throttle"]
