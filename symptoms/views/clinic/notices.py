"""What a practitioner should know before the rest of a page: who joins, who has left, what does not go out."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Invitation, Patient, Practice

DAY_AND_TIME = "j F, H:i"


@dataclass(frozen=True)
class Notice:
    """What `practitioner/notice.html` shows: a title, a sentence or two, and perhaps a link; `icon` by its name."""

    title: str
    text: str
    icon: str = "info"
    urgency: str = ""
    href: str = ""
    link: str = ""


def to_confirm(invitation: Invitation, patient: Patient) -> Notice:
    """Somebody used the code that was shown to `patient`, and the clinic has not said yet whether it was them."""
    title, href = f"Is this {patient}?", reverse("confirm_invitation", args=[invitation.pk])
    return Notice(title, "Somebody used the code you showed.", "people", href=href, link="Confirm who it was")


def messages_stuck(since: datetime, zone: ZoneInfo) -> Notice:
    """Nothing has gone out for some time, although the list itself is right."""
    text = "This list is right, but nobody is being told. Look at it by hand, and phone whoever is urgent."
    return Notice(f"Messages have been waiting since {_on(since, zone, DAY_AND_TIME)}.", text, "alert", "urgent")


def handed_over(patient: Patient, practice: Practice, left_at: datetime, *, has_open_alerts: bool) -> Notice:
    """The patient left the practice, which reads on what it did."""
    text = f"You read what was here on {_on(left_at, practice.zone, 'j F Y, H:i')}, nothing later."
    stayed = " What is open below stayed with you: close it." if has_open_alerts else ""
    return Notice(f"Handed over: {patient} has left {practice}.", text + stayed)


def not_joined(patient: Patient, waiting: Invitation | None, undelivered: Invitation | None, zone: ZoneInfo) -> Notice:
    """Why somebody without an account cannot log yet.

    `waiting` was used and is to be confirmed, `undelivered` could not be delivered.
    """
    if waiting is not None:
        return to_confirm(waiting, patient)
    href = reverse("invite_patient", args=[patient.pk])
    if undelivered is not None and undelivered.undelivered_at is not None:
        title = f"The invitation could not be delivered to {undelivered.email}"
        text = f"({_on(undelivered.undelivered_at, zone, DAY_AND_TIME)}). Check the address."
        return Notice(title, text, "alert", "contact", href, "Invite again")
    text = "Nothing can be logged until then."
    return Notice(f"{patient} has not joined yet.", text, "people", href=href, link="Invite")


def last_invitation(invitation: Invitation, zone: ZoneInfo, now: datetime) -> Notice:
    """What became of the newest invitation."""
    made = _on(invitation.created_at, zone, DAY_AND_TIME)
    if invitation.used_at:
        text = f"{invitation.used_by or 'Somebody'} used the code on {_on(invitation.used_at, zone, DAY_AND_TIME)}."
        href = reverse("confirm_invitation", args=[invitation.pk])
        return Notice("Waiting to be confirmed.", text, href=href, link="Confirm who it was")
    if invitation.undelivered_at:
        failed = _on(invitation.undelivered_at, zone, DAY_AND_TIME)
        text = f"({failed}). Check the address and send the link again, or show a code."
        return Notice(f"Could not be delivered to {invitation.email}", text, "alert", "contact")
    if invitation.expires_at < now:
        text = f"It was made on {_on(invitation.created_at, zone, 'j F')} and not used."
        return Notice("The last invitation is over.", text)
    title = f"Sent to {invitation.email}" if invitation.email else "A code was shown"
    until = _on(invitation.expires_at, zone, DAY_AND_TIME)
    return Notice(title, f"on {made}. Not used yet; works until {until}.")


def _on(moment: datetime, zone: ZoneInfo, form: str) -> str:
    return date_format(moment.astimezone(zone), form)
