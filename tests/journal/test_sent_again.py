"""What an id that was used before is answered, whatever else would be said of what came with it; nothing is written."""

from datetime import timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal import entries
from symptoms.journal.entries import ForeignId, NotTheirs, SameIdOtherAnswers, record_entry
from symptoms.journal.treatments import change_treatment, say_same
from symptoms.models import Alert, AlertEvent, Assessment, Delivery, Entry, PatientStatus
from tests.moving import leaves
from tests.people import patient
from tests.treatments import answers, logged, pen

pytestmark = pytest.mark.django_db

AGAIN = "saved before"
WRITTEN = (Entry, Assessment, Alert, AlertEvent, Delivery, PatientStatus)


@pytest.fixture
def known(ana, noor, clinic, monkeypatch):
    """Ids by what became of them, and the sessions: of `day 5` a first answer was superseded, as often as it may be."""
    monkeypatch.setattr(entries, "MOST_A_DAY", 3)
    now, bens = timezone.now(), pen(patient(clinic, "Ben"), days_ago=5)
    session, older = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=90, by=noor)
    recorded_twice = pen(ana, days_ago=6)
    of_the_other_record = logged(recorded_twice, 4, pain=1).entry.id  # of the date that is day 3
    say_same(session, recorded_twice, now=now)
    ids = {
        "day 2": logged(session, 2, pain=1).entry.id,
        "superseded": logged(session, 5, pain=1).entry.id,
        "superseded too": logged(session, 5, pain=2).entry.id,
        "day 5": logged(session, 5, pain=3, signs=["pus"]).entry.id,
        "older session's": logged(older, 5, pain=1).entry.id,
        "Ben's": logged(bens, 3, pain=1).entry.id,
        "other record's": of_the_other_record,
    }
    return SimpleNamespace(ana=ana, noor=noor, now=now, session=session, older=older, twice=recorded_twice, ids=ids)


def consent_withdrawn(known):
    withdraw_consent(known.ana, "care", timezone.now())


def two_days_ago(known):
    known.now -= timedelta(days=2)


def date_moved(known):
    """What was day 2 and day 5 are days 0 and 3, of which the first was not logged; day 5 has not come."""
    change_treatment(known.session, by=known.noor, now=known.now, performed_at=known.now - timedelta(days=3))


def clinic_left(known):
    leaves(known.ana)


def nothing(known):
    """Nothing else is the matter."""


SENT = [  # which id, for which day, with which answers; what is the matter meanwhile; the answer
    ("day 2", 2, {"pain": 1}, AGAIN),
    ("day 2", 2, {"pain": 2}, SameIdOtherAnswers),
    ("day 2", 1, {"pain": 1}, SameIdOtherAnswers),  # a day that was not logged
    ("day 2", 5, {"pain": 1}, SameIdOtherAnswers),  # one that was, and may be changed no more
    ("day 2", 9, {"pain": 1}, SameIdOtherAnswers),  # one that has not come
    ("superseded", 5, {"pain": 1}, AGAIN),
    ("superseded", 5, {"pain": 2}, SameIdOtherAnswers),
    ("superseded", 1, {"pain": 1}, SameIdOtherAnswers),
    ("superseded", 2, {"pain": 1}, SameIdOtherAnswers),
    ("day 5", 5, {"pain": 3, "signs": ["pus"]}, AGAIN),
    ("day 5", 5, {"pain": 3}, SameIdOtherAnswers),
    ("older session's", 5, {"pain": 1}, SameIdOtherAnswers),
    ("other record's", 3, {"pain": 1}, SameIdOtherAnswers),
    ("Ben's", 3, {"pain": 1}, ForeignId),
    ("Ben's", 1, {"pain": 2}, ForeignId),
    ("Ben's", 5, {"pain": 1}, ForeignId),
    ("Ben's", 9, {"pain": 1}, ForeignId),
]


@pytest.mark.parametrize("meanwhile", [nothing, consent_withdrawn, two_days_ago, date_moved, clinic_left])
def test_an_id_that_was_used_before_is_recognised_before_anything_is_refused(known, meanwhile):
    meanwhile(known)
    before = everything()
    for (which, day, reported, answer), instead_of in product(SENT, [None, "", "day 2"]):
        given = sent(known, known.session, which, day, reported, instead_of)
        assert given == answer, (which, day, reported, instead_of)
    assert everything() == before


def test_what_was_sent_to_a_record_that_was_set_aside_is_recognised_there(known):
    before = everything()
    assert sent(known, known.twice, "other record's", 4, {"pain": 1}) == AGAIN
    assert sent(known, known.twice, "other record's", 4, {"pain": 2}) == SameIdOtherAnswers
    assert sent(known, known.twice, "Ben's", 4, {"pain": 1}) == ForeignId
    assert everything() == before


def test_to_somebody_elses_session_no_id_is_known(known):
    bens = Entry.objects.get(pk=known.ids["Ben's"]).treatment
    for which in known.ids:
        assert sent(known, bens, which, 3, {"pain": 1}) == NotTheirs


def sent(known, session, which, day, reported, instead_of=None):
    """What is answered: AGAIN with the entry that was saved and what was said of it, or the class of the refusal."""
    id = known.ids[which]
    try:
        recorded = record_entry(
            session.id, id=id, day=day, answers=answers(**reported), by=known.ana.user, now=known.now,
            instead_of=instead_of and str(known.ids[instead_of]),
        )  # fmt: skip
    except SameIdOtherAnswers as refusal:
        assert refusal.saved.pk == id
        return type(refusal)
    except (ForeignId, NotTheirs) as refusal:
        return type(refusal)
    assert (recorded.entry.pk, recorded.is_new, recorded.is_on_its_way) == (id, False, False)
    assert recorded.assessment == Assessment.objects.get(entry=id, is_current=True)
    return AGAIN


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in WRITTEN]
