"""Messages between a patient and their practice: written, read, and followed up until somebody has read them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.locks import lock_patient
from accounts.models import Patient, Practice, User
from accounts.practices import NEXT_DAY, SAME_DAY
from symptoms.alerts.answering import CareNotAgreed
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.patient_status import refresh_messages, refresh_status
from symptoms.alerts.policy import ADMINS, EVERYBODY, Group, policy_of
from symptoms.alerts.telling import tell_groups
from symptoms.models import Alert, Delivery, Note, Treatment
from symptoms.models.delivery import reason_of
from symptoms.recovery.vocabulary import Urgency

Kind = Note.Kind
MESSAGES = (Kind.TO_PATIENT, Kind.FROM_PATIENT)
INVOLVED = frozenset({Group.TREATED})  # whoever holds something open of the patient is told whatever the groups are
REMIND_AFTER = timedelta(days=1)  # the patient, once
NOT_READ_AFTER = timedelta(days=2)  # then it stands in the practice's list
AT_ONCE = timedelta(minutes=15)  # what a patient writes within it is told once, unless it was read meanwhile
STANDS_FOR = timedelta(days=14)  # after that the practice has seen in every list that it is not read
NOT_READ = 2  # `Note.followed_up` of a message that stands in the practice's list


class SameIdOtherNote(Exception):
    """The writer used the id for another note before."""


class ForeignNoteId(Exception):
    """The id belongs to somebody else's note: to the writer it does not exist."""


class NobodyReads(Exception):
    """The message is for a practice that does not read this patient's messages (any more); `present`: one that does."""

    def __init__(self, present: Practice | None) -> None:
        super().__init__()
        self.present = present


def can_be_written_to(practice: Practice | None) -> bool:
    """Whether a patient's message to this practice of theirs is read by anybody."""
    return practice is not None and practice.closed_at is None


def open_treatments(patient: Patient) -> QuerySet[Treatment]:
    """The sessions about which a patient and their practice can write to one another, the newest first."""
    return Treatment.objects.filter(patient=patient, open_to=patient.practice_id, same_as=None).newest_first()


def conversation(patient: Patient, practice: Practice) -> QuerySet[Note]:
    """The messages of both sides at this practice, the newest first; notes inside the practice are none of them."""
    messages = Note.objects.filter(treatment__patient=patient, practice=practice, kind__in=MESSAGES)
    return messages.select_related("author", "practice", "read_by").order_by("-written_at", "-id")


def newest_of(patient: Patient, practice: Practice, messages: int, inside: int) -> tuple[list[Note], list[Note]]:
    """So many of the newest messages, and of the newest notes inside the practice, in one statement."""
    own = Note.objects.filter(treatment__patient=patient, practice=practice)
    newest_first = own.order_by("-written_at", "-id")
    of_both = newest_first.filter(kind__in=MESSAGES).values("pk")[:messages]
    within = newest_first.filter(kind=Kind.INSIDE).values("pk")[:inside]
    notes = newest_first.filter(Q(pk__in=of_both) | Q(pk__in=within)).select_related("author", "practice", "read_by")
    by_kind: tuple[list[Note], list[Note]] = ([], [])
    for note in notes:
        by_kind[note.kind == Kind.INSIDE].append(note)
    return by_kind


def unread_of(patient: Patient, practice: Practice) -> QuerySet[Note]:
    """What the patient wrote to this practice and nobody there has read, the oldest first."""
    return conversation(patient, practice).filter(kind=Kind.FROM_PATIENT, read_at=None).order_by("written_at", "id")


@transaction.atomic
def write_to_practice(
    treatment: Treatment, *, id: UUID, text: str, by: User, now: datetime, practice: UUID | None = None,
    seen: UUID | None = None,
) -> Note:  # fmt: skip
    """Keep what a patient writes to their practice, and tell its people. The same `id` once.

    `practice`: the one that the patient had before them; None: whichever is theirs. `seen`: the last message of the
    conversation that they had before them; it and all before it count as read; None: all that is there.

    Raises:
        CareNotAgreed: the patient has not agreed that what they write is kept.
        NobodyReads: the patient has no such practice any more, or the treatment is not open to it.
        SameIdOtherNote, ForeignNoteId: as their names say; nothing is kept.
        PermissionDenied: `by` is not the patient.
    """
    patient, text = lock_patient(treatment.patient_id), text.strip()
    treatment.patient = patient  # whose key seals the message
    if patient.user_id != by.pk:
        raise PermissionDenied
    earlier = kept_before(id, by=by, text=text, kind=Kind.FROM_PATIENT)
    if earlier is not None:
        return earlier
    if not patient.agreed_to("care"):
        raise CareNotAgreed
    present = _reader(patient, treatment, practice)
    open_alerts = list(Alert.objects.open().filter(treatment__patient=patient, practice=present))
    held_until = _held_until(present, open_alerts, now)
    note = keep(
        id, treatment=treatment, practice=present, author=by, text=text, kind=Kind.FROM_PATIENT, written_at=now,
        follow_up_at=held_until or reading_due(present, now),
    )  # fmt: skip
    if held_until is None:
        _tell(note, INVOLVED, open_alerts, step=0, now=now)
    _read(conversation(patient, present).filter(kind=Kind.TO_PATIENT), seen, by=by, now=now)
    refresh_status(patient)
    return note


def _reader(patient: Patient, treatment: Treatment, practice: UUID | None) -> Practice:
    """The practice that reads what the patient writes about this treatment; raises NobodyReads, as its words say."""
    present = patient.practice if can_be_written_to(patient.practice) else None
    is_open = open_treatments(patient).filter(pk=treatment.pk).exists()
    if present is None or practice not in (None, present.pk) or not is_open:
        raise NobodyReads(present)
    return present


def kept_before(id: UUID, *, by: User, text: str, kind: str, practice: Practice | None = None) -> Note | None:
    """The note that `by` wrote under this id before; None where the id is free.

    Raises:
        SameIdOtherNote: with other words, or to another reader.
        ForeignNoteId: somebody else did, or `by` did for another practice than `practice` (None: any).
    """
    note = Note.objects.filter(pk=id).first()
    if note is None:
        return None
    if note.author_id != by.pk or (practice is not None and note.practice_id != practice.pk):
        raise ForeignNoteId
    if (note.text, note.kind) != (text, kind):
        raise SameIdOtherNote
    return note


# As the audit record keeps them.
WROTE = {
    Note.Kind.INSIDE: gettext_noop("wrote a note"),
    Note.Kind.TO_PATIENT: gettext_noop("wrote to the patient"),
    Note.Kind.FROM_PATIENT: gettext_noop("wrote to the clinic"),
}


def keep(id: UUID, **facts: Any) -> Note:
    """Keep a note whose id was free when `kept_before` looked.

    Raises:
        ForeignNoteId: somebody else took the id meanwhile; one's own second try waits for the patient's lock.
    """
    note, is_new = Note.objects.get_or_create(id=id, defaults=facts)
    if not is_new:
        raise ForeignNoteId
    what, patient = WROTE[Note.Kind(note.kind)], note.treatment.patient
    audit.did(what, by=note.author_id, patient=patient, practice=note.practice_id, thing=id, now=note.written_at)
    return note


def message_to_patient(note: Note, patient: Patient, *, by: User, now: datetime, seen: UUID | None = None) -> None:
    """Follow a message that a practice has just written: the patient is told, what it answers counts as read.

    Call it inside the transaction that keeps the note, with the patient locked. `seen` as in `write_to_practice`.
    """
    messages = conversation(patient, note.practice)
    # A newer message is worth a new reminder; the older ones need none beside it.
    messages.filter(kind=Kind.TO_PATIENT, read_at=None).exclude(pk=note.pk).update(follow_up_at=None, followed_up=0)
    Note.objects.filter(pk=note.pk).update(follow_up_at=now + REMIND_AFTER)
    _tell_patient(note, patient, step=0, now=now)
    _read(messages.filter(kind=Kind.FROM_PATIENT), seen, by=by, now=now)
    refresh_status(patient)


@transaction.atomic
def read_by_practice(patient_id: UUID, *, seen: UUID | None, by: User, now: datetime) -> int:
    """A practitioner has read what their patient wrote, up to the message `seen` (None: all); gives how many those are.

    Raises:
        PermissionDenied: the patient is not of their practice.
    """
    patient, practice = lock_patient(patient_id), by.practice_as_practitioner
    if practice is None or patient.practice_id != practice.pk:
        raise PermissionDenied
    count = _read(conversation(patient, practice).filter(kind=Kind.FROM_PATIENT), seen, by=by, now=now)
    refresh_messages(patient)
    return count


@transaction.atomic
def read_by_patient(patient_id: UUID, *, seen: UUID | None, by: User, now: datetime) -> int:
    """The patient has read what practices wrote to them, up to the message `seen` (None: all); gives how many."""
    patient = lock_patient(patient_id)
    return _read(Note.objects.filter(treatment__patient=patient, kind=Kind.TO_PATIENT), seen, by=by, now=now)


def read_of_who_left(closed: Collection[Alert], *, by: User, now: datetime) -> None:
    """Whoever closes that a patient left has read what they wrote before, which stands above it.

    Call it inside the transaction that closes, with the patient locked.
    """
    for alert in closed:
        if alert.kind == Alert.Kind.LEFT and alert.practice is not None:
            _read(unread_of(alert.treatment.patient, alert.practice), None, by=by, now=now)


def _read(messages: QuerySet[Note], seen: UUID | None, *, by: User, now: datetime) -> int:
    """Mark those of `messages` as read that are not, up to the note `seen` of the same conversation."""
    unread = messages.filter(read_at=None).order_by()
    if seen is not None:
        of_patient = messages.order_by().values("treatment__patient")
        last = Note.objects.filter(pk=seen, kind__in=MESSAGES, treatment__patient__in=of_patient).first()
        if last is None:
            return 0
        unread = unread.filter(written_at__lte=last.written_at)
    return Note.objects.filter(pk__in=list(unread.values_list("pk", flat=True))).update(
        read_at=now, read_by=by, follow_up_at=None
    )


def reading_due(practice: Practice, since: datetime) -> datetime:
    """When a message of `since` should have been read: the practice's answering time, counted while it is open; the
    next working morning where either is not known. An answer "on the same working day" was due once the next has
    begun, one "by the next working day" a day later."""
    hours, at = practice.hours, since
    if practice.answers_within is None or not hours.are_known:
        return hours.next_working_morning(since)
    if practice.answers_within >= NEXT_DAY:
        return hours.next_working_morning(hours.next_working_morning(since))
    if practice.answers_within >= SAME_DAY:
        begins = since if hours.is_open(since) else hours.opens_next(since)
        return hours.next_working_morning(begins or since)
    left = timedelta(hours=practice.answers_within)
    while True:
        if (span := hours.span_at(at)) is None:
            opens = hours.opens_next(at)
            span = hours.span_at(opens) if opens else None
            if span is None:
                return hours.next_working_morning(since)
            at = span.opens
        if at + left <= span.closes:
            return at + left
        left, at = left - (span.closes - at), span.closes


def _held_until(practice: Practice, open_alerts: Collection[Alert], now: datetime) -> datetime | None:
    """When quiet hours end that hold a message back; None where they do not, or something urgent is open."""
    is_urgent = any(alert.urgency >= Urgency.URGENT for alert in open_alerts)
    return None if is_urgent else policy_of(practice).quiet_ends(practice, now)


def _tell(
    note: Note, groups: Collection[Group], open_alerts: Collection[Alert], *, step: int, now: datetime
) -> list[Delivery]:
    """Queue the messages about a note, but none to who was told in this moment of another that nobody has read yet."""
    urgency = max([Urgency.CONTACT, *(alert.urgency for alert in open_alerts)])
    lately = _told_of_unread(note, now - AT_ONCE).filter(urgency__gte=urgency).values_list("recipient", flat=True)
    return tell_groups(
        note.practice, note.treatment, urgency, groups, now=now, open_alerts=open_alerts, not_again=set(lately),
        reason=reason_of("note", note.pk), step=step, note=note,
    )  # fmt: skip


def _told_of_unread(note: Note, since: datetime) -> QuerySet[Delivery]:
    """Messages since then to people of the practice about what the same patient wrote and nobody has read."""
    unread = Note.objects.filter(treatment__patient=note.treatment.patient_id, practice=note.practice_id, read_at=None)
    return Delivery.objects.deliverable().filter(note__in=unread.filter(kind=Kind.FROM_PATIENT), created_at__gt=since)


def _tell_patient(note: Note, patient: Patient, *, step: int, now: datetime) -> None:
    if patient.user_id is not None:
        row = Delivery(
            note=note, recipient_id=patient.user_id, practice=note.practice, why=Delivery.Why.PATIENT, step=step,
            reason=reason_of("note", note.pk), created_at=now, not_before=now,
        )  # fmt: skip
        Delivery.objects.bulk_create([row], ignore_conflicts=True)


def follow_up_next(now: datetime) -> bool:
    """Follow up the message that is due to be and that nobody has read; False when there is none."""
    due = Note.objects.filter(read_at=None, follow_up_at__lte=now)
    others = due.exclude(treatment__patient__in=passed_over()).order_by("follow_up_at")
    patient_id = others.values_list("treatment__patient", flat=True).first()
    if patient_id is None:
        return False
    with trying(patient_id), transaction.atomic():
        patient = lock_patient(patient_id)
        # Who reads it at the same moment had the lock first: then nothing is due any more.
        notes = due.filter(treatment__patient=patient).select_related("practice", "treatment").order_by("written_at")
        for note in notes:
            note.treatment.patient = patient
            if patient.practice_id != note.practice_id or not can_be_written_to(note.practice):
                note.follow_up_at = None  # who wrote to whom is over
            elif note.kind == Kind.TO_PATIENT:
                _remind(note, patient, now)
            else:
                _tell_on(note, patient, now)
            note.save(update_fields=["follow_up_at", "followed_up"])
    return True


def _remind(note: Note, patient: Patient, now: datetime) -> None:
    """Tell the patient once more of a message that they have not read; then let it stand in the practice's list."""
    note.followed_up += 1
    if note.followed_up < NOT_READ:
        _tell_patient(note, patient, step=note.followed_up, now=now)
        note.follow_up_at = max(now, note.written_at + NOT_READ_AFTER)
    else:
        note.follow_up_at = None


def _tell_on(note: Note, patient: Patient, now: datetime) -> None:
    """Tell whoever quiet hours kept from being told; else everybody, and at last the admins."""
    open_alerts = list(Alert.objects.open().filter(treatment__patient=patient, practice=note.practice))
    if (held_until := _held_until(note.practice, open_alerts, now)) is not None:
        note.follow_up_at = held_until
    elif not note.deliveries.exists() and not _was_told_with_another(note, now):
        _tell(note, INVOLVED, open_alerts, step=0, now=now)
        note.follow_up_at = reading_due(note.practice, now)
    else:
        note.followed_up += 1
        is_last = note.followed_up > 1
        _tell(note, ADMINS if is_last else EVERYBODY, open_alerts, step=note.followed_up, now=now)
        note.follow_up_at = None if is_last else reading_due(note.practice, now)


def _was_told_with_another(note: Note, now: datetime) -> bool:
    """Whether its people know of it by a message about another that was written in one go with it, some time ago."""
    return _told_of_unread(note, note.written_at - AT_ONCE).filter(created_at__lte=now - AT_ONCE).exists()


def not_read_by_patients(practice: Practice, now: datetime) -> QuerySet[Note]:
    """Messages of the practice that its patients have not read for two days, the longest unread first."""
    unread = Note.objects.filter(practice=practice, kind=Kind.TO_PATIENT, read_at=None, followed_up=NOT_READ)
    still_theirs = unread.filter(treatment__patient__practice=practice, written_at__gte=now - STANDS_FOR)
    return still_theirs.order_by("written_at")
