"""Web push: to each browser of a member that takes messages, encrypted for it, through its maker's push service."""

import base64
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import floor
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from accounts.contact_methods import is_push_service
from accounts.models import ContactMethod, Patient, Sending
from symptoms.messages.channels.https import Forbidden, NotReached, post
from symptoms.messages.channels.interface import Fault, Receipt, Refused
from symptoms.messages.push_keys import private_key
from symptoms.messages.words import notice_of
from symptoms.models import Delivery, Reminding
from symptoms.recovery.vocabulary import Urgency

log = logging.getLogger(__name__)

DECLARATIVE = 8030  # by which a browser knows that it may show the message without asking our script
SIGNED_FOR = 2 * 60 * 60  # seconds; push services take 24 hours at most
KEPT = {Urgency.EMERGENCY: 6 * 60 * 60, Urgency.URGENT: 12 * 60 * 60}  # seconds, while the browser is not reached
KEPT_ELSE = 24 * 60 * 60
KEPT_TEST = 10 * 60
KEPT_REMINDER = 60 * 60  # and not into quiet hours
KEPT_BY_WHY = {str(Delivery.Why.TEST): KEPT_TEST, str(Delivery.Why.REMINDER): KEPT_REMINDER}
GONE = (404, 410)
TAKEN = range(200, 300)
LATER = (408, 425, 429, *range(500, 600))


@dataclass(frozen=True, slots=True)
class Browser:
    """What its push service takes, and what is sent to it."""

    method: UUID
    subscription: dict[str, object]
    payload: bytes


@dataclass(frozen=True, slots=True)
class PushMessage:
    """One message, ready for each browser."""

    browsers: tuple[Browser, ...]
    key: bytes
    topic: str
    kept: int
    urgency: str
    until: datetime | None = None  # by then a browser must have shown it, or never

    def is_over(self, now: datetime) -> bool:
        """Whether it may not be shown any more."""
        return self.until is not None and self.until <= now

    def seconds(self, now: datetime) -> int:
        """For how long a push service keeps it that is handed over at `now` (RFC 8030, TTL)."""
        return self.kept if self.until is None else max(0, min(self.kept, floor((self.until - now).total_seconds())))


class Push:
    """Web push."""

    name = str(ContactMethod.Kind.PUSH)

    def write(self, sending: Sending) -> PushMessage:
        """The words of the letter's subject, and no other; encrypted only where it is handed over."""
        assert isinstance(sending, Delivery)
        topic = base64.urlsafe_b64encode(sha256(sending.reason.encode()).digest()[:24]).decode()
        is_test = sending.why == Delivery.Why.TEST
        kept = KEPT_BY_WHY.get(sending.why) or KEPT.get(Urgency(sending.urgency), KEPT_ELSE)
        return PushMessage(
            browsers=tuple(_browsers(sending, topic)),
            key=private_key(),
            topic=topic,
            kept=kept,
            urgency="high" if is_test or sending.urgency >= Urgency.URGENT else "normal",
            until=_shown_until(sending, timezone.now()),
        )

    def hand_over(self, message: PushMessage, *, ends: float) -> Receipt:
        """Give it to the push service of each browser, each in its share of the time: taken when one of them took it.

        A browser that its service knows no more is named in the receipt.
        """
        if message.is_over(timezone.now()):
            raise Refused("it would be shown at night", Fault.POINTLESS)
        taken, ended, faults = False, {}, []
        for place, browser in enumerate(message.browsers):
            now = time.monotonic()
            try:
                status = _send(message, browser, ends=now + (ends - now) / (len(message.browsers) - place))
            except (NotReached, Forbidden) as fault:
                faults.append(str(fault))
                continue
            except Exception as fault:  # whatever one browser says of itself, the others are told
                log.exception("browser %s could not be sent to", browser.method)
                faults.append(f"could not be sent ({type(fault).__name__})")
                continue
            if status in TAKEN:
                taken = True
            elif status in GONE:
                ended[browser.method] = str(status)
            else:
                faults.append(str(status))
        if taken:
            return Receipt(ended)
        if not faults:
            raise Refused("no browser takes push messages any more", Fault.POINTLESS, Receipt(ended))
        raise Refused(f"push service: {', '.join(sorted(set(faults)))}"[:200], Fault.LATER, Receipt(ended))


def _shown_until(delivery: Delivery, now: datetime) -> datetime | None:
    """When quiet hours begin for who is reminded: a phone that is turned on in them must show nothing."""
    if delivery.why != Delivery.Why.REMINDER:
        return None
    patient = Patient.objects.select_related("practice").get(user=delivery.recipient_id)
    reminding = Reminding.objects.filter(patient=patient).first() or Reminding(patient=patient)
    return reminding.may_come_until(now, patient.zone, due_at=delivery.created_at)


def _browsers(delivery: Delivery, topic: str) -> Iterable[Browser]:
    """The browsers of its recipient that take messages; a test's own, whatever is known of it."""
    rows = ContactMethod.objects.filter(user=delivery.recipient_id, kind=ContactMethod.Kind.PUSH)
    rows = rows.filter(deliveries=delivery) if delivery.why == Delivery.Why.TEST else rows.working()
    notice = notice_of(delivery)
    language = get_language() or settings.LANGUAGE_CODE
    for row in rows.order_by("created_at"):
        arrived = reverse("push_arrived", args=[delivery.pk, row.pk])
        notification: dict[str, Any] = {
            "title": notice.subject,
            "navigate": notice.link,
            "lang": language,
            "dir": "rtl" if get_language_info(language)["bidi"] else "ltr",
            "tag": topic,
            "data": {"navigate": notice.link, "arrived": f"{settings.SITE_URL}{arrived}"},
        }
        if notice.stop:  # it is a reminder, and can be put off
            notification["data"] |= _later(delivery, row)
        payload = {"web_push": DECLARATIVE, "mutable": True, "notification": notification}
        yield Browser(row.pk, json.loads(row.address), json.dumps(payload).encode())


def _later(delivery: Delivery, method: ContactMethod) -> dict[str, dict[str, str]]:
    """For browsers that show buttons in a message; the others have it on the page that opens."""
    address = reverse("push_later", args=[delivery.pk, method.pk])
    return {"later": {"title": _("In two hours"), "address": f"{settings.SITE_URL}{address}"}}


def _send(message: PushMessage, browser: Browser, *, ends: float) -> int:
    """The status that the push service answers.

    Raises:
        NotReached, Forbidden.
    """
    from py_vapid import Vapid02  # both take most of a second and 39 MB: only the worker ever loads them
    from pywebpush import WebPusher

    endpoint = str(browser.subscription["endpoint"])
    if not is_push_service(endpoint):
        raise Forbidden("no push service that we know")
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + SIGNED_FOR, "sub": _whom_to_ask()}
    headers = {
        **Vapid02.from_pem(message.key).sign(claims),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(message.seconds(timezone.now())),
        "Topic": message.topic,
        "Urgency": message.urgency,
    }
    body = bytes(WebPusher(browser.subscription).encode(browser.payload)["body"])
    return post(endpoint, body, headers, ends=ends, plain=settings.PUSH_STAND_IN)


def _whom_to_ask() -> str:
    """Whom a push service asks when something is wrong with our messages."""
    is_public = settings.SITE_URL.startswith("https://")
    return settings.SITE_URL if is_public else f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].rstrip('>')}"
