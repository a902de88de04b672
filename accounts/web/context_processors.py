"""What every page knows about the reader."""

from typing import Any

from django.http import HttpRequest

from accounts.help_numbers import UNKNOWN, numbers_for
from accounts.web.whereabouts import numbers_abroad

DAYS_KEPT = 7  # after which Safari throws away what scripts of a site that is not installed have kept


def reader(request: HttpRequest) -> dict[str, Any]:
    """Whether the reader is a patient or a member, for the tabs, and whom they would call in an emergency."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"help_numbers": numbers_for(None)}
    patient = None if user.membership else user.as_patient  # never both: they are two accounts
    return {
        "is_patient": patient is not None,
        # Whose log this browser may keep: nothing is kept on a phone that is not said to be the patient's own.
        "offline_account": user.pk if patient and not request.session.get_expire_at_browser_close() else "",
        "days_kept": DAYS_KEPT,
        "second_factor_due": user.membership.second_factor_due() if user.membership else None,
        "is_kept_out": user.is_kept_out,
        "is_practitioner": user.practice_as_practitioner is not None,
        "is_admin": user.practice_as_admin is not None,
        "practice": user.membership.practice if user.membership else None,
        "help_numbers": numbers_for(patient),
        "asks_country": patient is not None and not patient.country,
        "numbers_abroad": UNKNOWN if patient is None else numbers_abroad(request),
    }
