"""Whatever is logged, corrected, answered or closed after a bad day: nothing that is open is outranked by "On track".

Courses of plain values, judged by the real rules; alerts that are never stored. 300 always, 10,000 with `make chance`.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Patient, Practice
from symptoms.alerts.answering import were_on_track
from symptoms.alerts.following import Change, follow
from symptoms.alerts.patient_answers import on_top, with_answer
from symptoms.models import Entry, Treatment
from symptoms.recovery import course as values
from symptoms.recovery.assessment import assess
from symptoms.recovery.vocabulary import Device, Urgency
from symptoms.wording.findings import Reported
from symptoms.wording.patient import PhoneNumbers, VerdictWriter, beneath
from symptoms.wording.seen import SeenAnswer, detail_of
from tests.treatments import answers
from tests.tries import tries

BAD = (
    {"pain": 3, "signs": ["pus"]},
    {"pain": 4, "signs": ["pus", "feeling_ill"], "temperature_c": 39.2},
    {"redness": 3, "warmth": 3, "temperature_c": 38.4},
    {"signs": ["hives", "trouble_breathing"]},
    {"signs": ["eye_pain"]},
    {"signs": ["black_skin"]},
)
CALM = ({}, {"redness": 1}, {"redness": 2}, {"signs": ["hives"]}, {"bumps": 2, "pain": 2}, {"raised_scar": 2})
WAS_SEEN = {SeenAnswer.SEEN, SeenAnswer.TREATED}
IS_OVER = {*WAS_SEEN, SeenAnswer.GONE}
reports = st.sampled_from([*BAD, *CALM])
ACTS = st.one_of(
    st.tuples(st.just("log"), st.sampled_from([*CALM, *BAD])),
    st.tuples(st.just("log"), st.sampled_from(CALM)),
    st.tuples(st.just("correct"), st.integers(0, 9), reports),
    st.tuples(st.just("log_earlier_session"), reports),
    st.tuples(st.just("new_session")),
    st.tuples(st.just("correct_the_depth"), st.sampled_from((0.25, 0.5, 1.5, 2.5))),
    st.tuples(st.just("answer"), st.sampled_from(SeenAnswer)),
    st.tuples(st.just("answer_and_get_worse"), st.sampled_from(sorted(WAS_SEEN))),
    st.tuples(st.just("practice_closes"), st.integers(0, 9)),
    st.tuples(st.just("leave")),
)


def key_of(alert):
    return alert.treatment_id, alert.concern, alert.practice_id


class Told:
    """A patient's sessions and what is open, kept as `journal.judging` and `alerts.raising` keep them in rows.

    `owed`: what a day said, by session, concern and practice, that nobody has dealt with since.
    """

    def __init__(self):
        self.now, self.today = datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 1)
        self.patient = Patient(practice=Practice(name="Larkfield"))
        self.sessions, self.depth = [], {}
        self.days: dict = {}  # by session, then day: the entry and its values
        self.made: dict = {}  # by entry: what was made of it last
        self.alerts, self.answered, self.owed, self.dealt_with = [], {}, {}, {}
        self.new_session()

    def new_session(self):
        if self.sessions and self.sessions[-1].day_zero == self.today:
            return
        session = Treatment(patient=self.patient, day_zero=self.today)
        self.sessions.append(session)
        self.depth[session.pk], self.days[session.pk] = 1.5, {}

    def log(self, report):
        session = self.sessions[-1]
        if self.days[session.pk]:
            self.today += timedelta(days=1)
        self.write(session, session.day_of(self.today), report)

    def log_earlier_session(self, report):
        session = self.sessions[0]
        self.write(session, session.day_of(self.today), report)

    def correct(self, which, report):
        written = [(session, day) for session in self.sessions for day in self.days[session.pk]]
        if written:
            self.write(*written[which % len(written)], report)

    def correct_the_depth(self, depth):
        session = self.sessions[-1]
        self.depth[session.pk] = depth
        self.judge(session, None, Change.TREATMENT)

    def write(self, session, day, report):
        self.now += timedelta(hours=1)
        is_amended = day in self.days[session.pk]
        entry = Entry(id=uuid4(), treatment=session, day=day, date=session.date_of(day), received_at=self.now)
        self.days[session.pk][day] = entry, values.entry_from_answers(day, answers(**report))
        self.judge(session, entry, Change.AMENDED if is_amended else Change.WRITTEN)

    def judge(self, session, written, change):
        logged = self.days[session.pk]
        if not logged:
            return
        treatment = values.Treatment(Device.PEN, self.depth[session.pk], areas=("face",))
        entries = tuple(each for _, (_, each) in sorted(logged.items()))
        course = values.Course(values.Patient(fitzpatrick=2), treatment, entries)
        newest, _ = logged[max(logged)]
        before = self.made.get(newest.pk)
        for day, (entry, _) in logged.items():
            self.made[entry.pk] = assess(course, day=day)
            entry.is_judged, entry.judged_urgency = True, self.made[entry.pk].urgency
        judged = [(written, self.made[written.pk])] if written else []
        if written is not newest:
            judged.append((newest, self.made[newest.pk]))
        known = {str(flag.concern): flag.urgency for flag in before.flags} if before else {}
        self.owe(session, written, judged, known)
        for alert in self.alerts:
            alert.entry_day = alert.entry.day
        self.alerts += follow(
            self.alerts, written or newest, judged, now=self.now, change=change, before=known, lost=lambda alert: True
        ).opened
        self.close_what_is_settled()

    def owe(self, session, written, judged, known):
        """What was written says, or what the newest day says more strongly than before, is to be dealt with."""
        for entry, assessment in judged:
            for flag in assessment.flags:
                concern, urgency = str(flag.concern), flag.urgency
                key = session.pk, concern, self.patient.practice_id
                is_new = entry is written or urgency > known.get(concern, 0)
                if is_new and urgency >= Urgency.CONTACT and urgency > self.dealt_with.get(key, 0):
                    self.owed[key] = max(urgency, self.owed.get(key, 0))

    def answer(self, answer):
        self.now += timedelta(minutes=1)
        for alert in self.alerts:
            self.answered[alert.pk] = detail_of(answer, ""), self.now
            if answer in WAS_SEEN:
                key = key_of(alert)
                self.dealt_with[key] = max(alert.urgency, self.dealt_with.get(key, 0))
                self.owed.pop(key, None)
        self.close_what_is_settled()

    def answer_and_get_worse(self, answer):
        self.answer(answer)
        self.log(BAD[1])

    def practice_closes(self, which):
        theirs = [alert for alert in self.alerts if alert.practice is not None]
        if theirs:
            self.close(theirs[which % len(theirs)])

    def leave(self):
        self.patient.practice = None

    def close_what_is_settled(self):
        """As `alerts.answering.close_settled` does for who is alone."""
        logs = [entry for session in self.sessions for entry, _ in self.days[session.pk].values()]
        newest = sorted(logs, key=lambda entry: (entry.date, entry.received_at), reverse=True)[:2]
        for concern in self.concerns():
            alert = concern.alert
            is_alone = self.patient.practice is None and alert.practice is None
            if is_alone and concern.answer in IS_OVER and were_on_track(newest, since=alert.worsened_at):
                assert [entry.judged_urgency for entry in newest] == [Urgency.ON_TRACK] * 2
                self.close(alert)

    def close(self, alert):
        self.alerts.remove(alert)
        self.owed.pop(key_of(alert), None)
        self.dealt_with.pop(key_of(alert), None)

    def concerns(self):
        return [with_answer(alert, *self.answered.get(alert.pk, (None, None))) for alert in self.alerts]


def said_beneath(top) -> str:
    """The word over a calm day's answers, as the pages and the API choose it."""
    calm = VerdictWriter(PhoneNumbers("999", clinic="Larkfield")).on_track(Reported(values.Entry(day=5)), ["pain"])
    return (beneath(calm) if top else calm).word


@pytest.mark.chance
@settings(max_examples=tries(300, 10_000), suppress_health_check=list(HealthCheck))
@given(quiet_days=st.integers(0, 6), bad=st.sampled_from(BAD), acts=st.lists(ACTS, min_size=1, max_size=10))
def test_after_a_bad_day_nothing_says_on_track_above_what_is_open(quiet_days, bad, acts):
    told = Told()
    for report in [*[{}] * quiet_days, bad]:
        told.log(report)
    assert max(told.owed.values()) >= Urgency.URGENT
    for name, *details in acts:
        getattr(told, name)(*details)
        top = on_top(told.concerns())
        if told.owed:
            assert top is not None and top.alert.urgency >= max(told.owed.values())
            assert said_beneath(top) != "On track"
        else:
            assert top is None or top.answer not in WAS_SEEN
