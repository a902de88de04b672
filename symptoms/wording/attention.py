"""What needs somebody's hand at a practice or on its server, in words: how pressing, what is wrong, what it means."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.durations import in_words
from accounts.models import Reach
from symptoms.wording.channels import channels_in_words
from symptoms.wording.phrases import in_a_row
from symptoms.wording.times import full

PRESSING = timedelta(days=3)  # a gap that begins sooner cannot wait for the next look at the rota


class Due(StrEnum):
    """How soon it is to be mended; no urgency, which is a patient's."""

    NOW = "now"
    TODAY = "today"
    SOON = "soon"

    @property
    def word(self) -> str:
        return str(DUE_IN_WORDS[self])


DUE_IN_WORDS = {Due.NOW: gettext_lazy("Now"), Due.TODAY: gettext_lazy("Today"), Due.SOON: gettext_lazy("Soon")}


class Kind(StrEnum):
    """What it is about; the first ten only who runs the server can mend."""

    WORKER = "worker"
    MAIL_SERVER = "mail_server"
    MESSAGES = "messages"
    DISK = "disk"
    PUSH_KEYS = "push_keys"
    PROTOCOL = "protocol"
    BACKUP = "backup"
    DRILL = "drill"
    KEYS = "keys"
    STORE = "store"
    ROTA = "rota"
    MEMBER = "member"
    PROOF = "proof"
    PATIENT = "patient"
    INVITATION = "invitation"
    PLANS = "plans"
    WALLS = "walls"
    UNTOLD = "untold"


OF_THE_SERVER = frozenset(
    {
        Kind.WORKER, Kind.MAIL_SERVER, Kind.MESSAGES, Kind.DISK, Kind.PUSH_KEYS, Kind.PROTOCOL, Kind.BACKUP, Kind.DRILL,
        Kind.KEYS, Kind.STORE,
    }
)  # fmt: skip
ICONS = {
    Kind.WORKER: "device", Kind.MAIL_SERVER: "mail", Kind.MESSAGES: "mail", Kind.DISK: "lock", Kind.PUSH_KEYS: "key",
    Kind.PROTOCOL: "note", Kind.BACKUP: "lock", Kind.DRILL: "lock", Kind.KEYS: "key", Kind.ROTA: "people",
    Kind.MEMBER: "phone", Kind.PROOF: "phone", Kind.PATIENT: "mail", Kind.INVITATION: "mail", Kind.PLANS: "calendar",
    Kind.WALLS: "clinic", Kind.UNTOLD: "trash", Kind.STORE: "camera",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing to mend. `count`: for how many it stands; `about`: the rows that its button needs, by name."""

    kind: Kind
    due: Due
    title: str
    text: str
    count: int = 1
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def is_of_the_server(self) -> bool:
        """Whether only who runs Mendline can mend it."""
        return self.kind in OF_THE_SERVER


def soonest_first(items: Iterable[Item]) -> list[Item]:
    """What is due now, then today, then soon; what is due alike stays in its order."""
    return sorted(items, key=lambda item: list(Due).index(item.due))


# What may be said while nothing of these kinds needs attention.
WELL = (
    ({Kind.WORKER, Kind.MAIL_SERVER, Kind.MESSAGES, Kind.PUSH_KEYS}, gettext_lazy("Alerts are going out.")),
    ({Kind.ROTA}, gettext_lazy("The days ahead have no gap in which an emergency would reach nobody.")),
    ({Kind.MEMBER, Kind.PROOF}, gettext_lazy("No member is known to be out of reach.")),
    ({Kind.PATIENT}, gettext_lazy("No message that a patient has not read was refused.")),
    ({Kind.INVITATION}, gettext_lazy("No invitation was refused or has lapsed.")),
    ({Kind.PLANS}, gettext_lazy("No follow-up is overdue.")),
)


def what_is_well(items: Iterable[Item]) -> list[str]:
    """The sentences that hold while `items` are all that needs attention."""
    wrong = {item.kind for item in items}
    return [str(sentence) for kinds, sentence in WELL if not kinds & wrong]


def silent_worker(seen_at: datetime | None, zone: ZoneInfo) -> Item:
    """`seen_at`: when a worker last showed itself, None: never."""
    if seen_at is None:
        text = _("The part that sends alerts has never run. Check the queue yourself and phone anyone urgent.")
    else:
        sentence = _("The part that sends alerts has been silent since {at}. Check the queue yourself and phone anyone urgent.")  # fmt: skip  # noqa: E501
        text = sentence.format(at=_clock(seen_at, zone))
    return Item(Kind.WORKER, Due.NOW, _("Alerts are not going out"), text)


def dead_mail_server(since: datetime, zone: ZoneInfo) -> Item:
    text = _("The mail server has taken nothing since {at}. What waits goes out by itself once it does.")
    return Item(Kind.MAIL_SERVER, Due.NOW, _("E-mails are not going out"), text.format(at=_clock(since, zone)))


def messages_standing_still() -> Item:
    """By one of the channels nothing goes out, though a worker runs."""
    text = _("By one of the channels nothing that is due is taken. `manage.py outbox` says what waits, and why.")
    return Item(Kind.MESSAGES, Due.NOW, _("Messages stand still"), text)


def full_disk(free: int, *, is_full: bool) -> Item:
    """`free`: bytes that are left; `is_full`: as good as none."""
    if is_full:
        title, due = _("The disk is full"), Due.NOW
        text = _("{megabytes} MB are left. Nothing can be logged once they are used.")
    else:
        title, due = _("The disk is nearly full"), Due.TODAY
        text = _("{megabytes} MB are left. When they are used, nothing can be logged.")
    return Item(Kind.DISK, due, title, text.format(megabytes=free // 1_000_000))


def photos_not_taken(since: datetime, zone: ZoneInfo) -> Item:
    """`since`: when the store of photos was first found not to take any."""
    text = _("The photo store has taken nothing since {at}. Logs are kept; anyone who sends a photo is told to retry.")
    return Item(Kind.STORE, Due.TODAY, _("Photos cannot be kept"), text.format(at=_clock(since, zone)))


def lost_push_keys() -> Item:
    text = _("The key for push messages is gone from the data folder. Members who rely on push are not told.")
    return Item(Kind.PUSH_KEYS, Due.TODAY, _("Push messages cannot be sent"), text)


def not_all_sealed() -> Item:
    """It was never written down that everything is sealed."""
    text = _("Notes and photos of before there were keys may lie readable on the disk. Run: manage.py seal_records")
    return Item(Kind.KEYS, Due.TODAY, _("Not everything is known to be sealed"), text)


def keys_missing(count: int) -> Item:
    """So many patients' keys are not in the folder."""
    sentence = ngettext(
        "The key of {count} patient is not in the folder of keys, so what they wrote cannot be read. "
        "Put back a newer copy.",
        "The keys of {count} patients are not in the folder of keys, so what they wrote cannot be read. "
        "Put back a newer copy.",
        count,
    )
    return Item(Kind.KEYS, Due.TODAY, _("Keys are missing"), sentence.format(count=count), count=count)


def keys_unavailable(why: str) -> Item:
    """`why`: as the fault says it to whoever runs the server."""
    return Item(Kind.KEYS, Due.NOW, _("The keys cannot be used"), _("Records cannot be read: {why}.").format(why=why))


def old_copy_of_keys(copied_at: datetime | None, zone: ZoneInfo) -> Item:
    """`copied_at`: when a copy was last reported, None: never."""
    if copied_at is None:
        text = _("Without one all notes and photos are lost with the disk. Each day, run: manage.py backup --keys")
        return Item(Kind.KEYS, Due.TODAY, _("No copy of the keys is known"), text)
    sentence = _(
        "The last was made on {at}. Should the disk be lost, so are the notes and photos of all who came since."
    )
    text = sentence.format(at=_clock(copied_at, zone))
    return Item(Kind.KEYS, Due.TODAY, _("The copy of the keys is old"), text)


def no_backup(done_at: datetime | None, said: str, zone: ZoneInfo) -> Item:
    """The newest backup is too old; `said`: why the last try failed."""
    return Item(Kind.BACKUP, Due.TODAY, _("There is no new backup"), _age(done_at, said, zone))


def no_drill(done_at: datetime | None, said: str, zone: ZoneInfo) -> Item:
    """No backup was put back for long, or the last one could not be."""
    if said:
        title, due = _("A backup could not be put back"), Due.TODAY
    else:
        title, due = _("Nothing shows that backups can be put back"), Due.SOON
    return Item(Kind.DRILL, due, title, _age(done_at, said, zone))


def _age(done_at: datetime | None, said: str, zone: ZoneInfo) -> str:
    if done_at is None:
        age = _("None was made yet.")
    else:
        age = _("The last one that went well is of {at}.").format(at=_clock(done_at, zone))
    return _("{age} The last try failed: {why}.").format(age=age, why=said) if said else age


def protocol_to_review(version: str, review_by: date, today: date) -> Item:
    """The rules by which everything is judged are due, or overdue, to be looked at again."""
    is_late = today > review_by
    text = _("Recovery protocol {version} was due on {day}.") if is_late else _("Recovery protocol {version} is due on {day}.")  # fmt: skip  # noqa: E501
    day = date_format(review_by, "DATE_FORMAT")
    due = Due.TODAY if is_late else Due.SOON
    return Item(Kind.PROTOCOL, due, _("The rules are due for review"), text.format(version=version, day=day))


def rota_gap(stretches: Collection[tuple[date, date]], today: date, last: date, *, is_on_call: bool) -> Item:
    """Days, the first first, on which an emergency reaches nobody who is here; `is_on_call`: nobody of the rota, while
    others are told. `last`: the last day that was looked at."""
    when = in_a_row(_stretch(first, until, today, last) for first, until in stretches)
    soon = next(iter(stretches))[0] < today + PRESSING
    if is_on_call:
        text = _("{when}: whoever is on call is away or not set. An emergency would be told to everybody instead.")
        due, title = Due.TODAY if soon else Due.SOON, _("Nobody is on call")
    else:
        text = _(
            "{when}: no practitioner who is here can be told. Whoever is away, or an admin, would be told instead."
        )
        due, title = Due.NOW if soon else Due.TODAY, _("An emergency would reach nobody")
    return Item(Kind.ROTA, due, title, text.format(when=when), about={"is_on_call": is_on_call})


def _stretch(first: date, until: date, today: date, last: date) -> str:
    """ "Saturday 28 November, 00:00 to Monday 30 November, 00:00"; what lasts past `last` has no end."""
    since = _("now") if first == today else _midnight(first)
    if until == last:
        return _("from {since} on").format(since=since)
    return _("{since} to {until}").format(since=since, until=_midnight(until + timedelta(days=1)))


def _midnight(day: date) -> str:
    return _("{day}, 00:00").format(day=full(day))


def unreached_member(name: str, reach: Reach | None, **about: Any) -> Item:
    """A member who is not told of all; `reach` None: they are, though their e-mail comes back."""
    if reach is None:
        title, due = _("E-mail to {name} is refused"), Due.SOON
        text = _("Their address does not take e-mail. Push still reaches them.")
    elif reach == Reach.NOTHING:
        title, due = _("{name} cannot be reached"), Due.TODAY
        text = _("No channel reaches them: they are told of nothing.")
    else:
        title, due = _("{name} is told only of what is urgent"), Due.SOON
        text = _("Neither e-mail nor push reaches them, only their phone.")
    return Item(Kind.MEMBER, due, title.format(name=name), text, about=about)


def unproven_member(name: str, channels: list[str], within: timedelta, **about: Any) -> Item:
    """A member of whom nothing shows that messages by these channels arrive: no list was opened `within` that time."""
    title = _("Nothing shows that alerts reach {name}").format(name=name)
    text = _("No morning list by {channels} was opened within {time}. Ask them to open one, or send a test.")
    text = text.format(channels=channels_in_words(channels), time=in_words(within))
    return Item(Kind.PROOF, Due.SOON, title, text, about=about)


def refused_patient(email: str, since: datetime, zone: ZoneInfo, **about: Any) -> Item:
    """A patient to whom the practice wrote, and whose address refuses it."""
    title = _("An e-mail to {name} was refused").format(name=about["name"])
    text = _("To {email}, since {at}. They may not have read what you wrote.").format(
        email=email, at=_clock(since, zone)
    )
    return Item(Kind.PATIENT, Due.TODAY, title, text, about=about)


def refused_patients(count: int) -> Item:
    """The same for who opens no records: how many."""
    title = ngettext("E-mails to {count} patient were refused", "E-mails to {count} patients were refused", count)
    text = _("Practitioners read here whose they are, and can phone them.")
    return Item(Kind.PATIENT, Due.TODAY, title.format(count=count), text, count)


def bounced_invitation(to: str, email: str, **about: Any) -> Item:
    """An invitation whose letter did not arrive; `to`: who was invited."""
    title = _("The invitation to {name} did not arrive").format(name=to)
    text = _("{email} refused it. Check the address and invite again.").format(email=email)
    return Item(Kind.INVITATION, Due.TODAY, title, text, about=about)


def lapsed_invitation(to: str, expired_at: datetime, zone: ZoneInfo, **about: Any) -> Item:
    """An invitation that was over before anybody took it; `to`: who was invited."""
    title = _("The invitation to {name} has lapsed").format(name=to)
    text = _("It ended on {at} and was not used.").format(at=_clock(expired_at, zone))
    return Item(Kind.INVITATION, Due.SOON, title, text, about=about)


def unused_invitations(count: int) -> Item:
    """The same of patients for who opens no records: how many."""
    title = ngettext(
        "{count} patient’s invitation did not arrive or has lapsed",
        "{count} patients’ invitations did not arrive or have lapsed",
        count,
    )
    text = _("Practitioners read here whose they are, and can invite again.")
    return Item(Kind.INVITATION, Due.SOON, title.format(count=count), text, count)


def overdue_plans(count: int) -> Item:
    """What was left open until a day that has come."""
    title = ngettext("{count} follow-up is due", "{count} follow-ups are due", count)
    text = _("Somebody was to look again by now, and nobody has written anything down since.")
    return Item(Kind.PLANS, Due.TODAY, title.format(count=count), text)


def blank_screens(count: int) -> Item:
    """Wall screens that show nothing since whoever made their links works there no more."""
    title = ngettext("{count} wall screen is blank", "{count} wall screens are blank", count)
    text = _("Its link ended as whoever made it works here no more, and may have kept the address. Make a new one.")
    if count > 1:
        text = _("Their links ended as whoever made them works here no more, and may have kept them. Make new ones.")
    return Item(Kind.WALLS, Due.TODAY, title.format(count=count), text)


def untold_patient(goes_at: datetime, zone: ZoneInfo, **about: Any) -> Item:
    """A patient whose record goes by the retention period, and whom no letter reached."""
    title = _("{name} could not be told that their record goes").format(name=about["name"])
    text = _("No e-mail about it reached them. The record goes on {at}, unless they keep it.")
    return Item(Kind.UNTOLD, Due.SOON, title, text.format(at=_clock(goes_at, zone)), about=about)


def untold_patients(count: int) -> Item:
    """The same for who opens no records: how many."""
    title = ngettext(
        "{count} patient could not be told that their record goes",
        "{count} patients could not be told that their records go",
        count,
    )
    text = _("Practitioners read here whose they are, and can phone them.")
    return Item(Kind.UNTOLD, Due.SOON, title.format(count=count), text, count)


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return date_format(moment.astimezone(zone), _("j F, H:i"))
