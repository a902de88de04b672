"""The demo is played through the real verbs: what its stories are meant to show is what Mendline makes of them."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Patient, Practice, User
from symptoms.demo import cast, playing
from symptoms.models import Alert, Entry, Note, PatientStatus, Photo, Screening
from symptoms.recovery.screening import Clearance, clearance_of, unanswered
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.queue_lists import patients_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing_drawn(monkeypatch):
    """Photos take the longest and are tested where they are drawn."""
    monkeypatch.setattr(playing, "_photos", lambda *args: None)


def test_each_story_ends_as_it_is_told_and_each_clinic_sees_its_own(nothing_drawn):
    playing.play_all(timezone.now())
    stands = {row.patient.name: Urgency(row.alert_urgency) for row in PatientStatus.objects.select_related("patient")}
    assert {name: urgency for name, urgency in stands.items() if urgency} == {
        "Grace Turner": Urgency.EMERGENCY,
        "Julia Brandt": Urgency.URGENT,
        "Sofia Marin": Urgency.URGENT,
        "Amara Bello": Urgency.CONTACT,
        "Iris Lowe": Urgency.CONTACT,
        "Ellen Hughes": Urgency.CONTACT,
    }
    assert set(Alert.objects.filter(treatment__patient__name="Sofia Marin").values_list("concern", flat=True)) == {
        "cold_sore_reactivation"
    }
    assert set(Alert.objects.exclude(resolved_at=None).values_list("treatment__patient__name", flat=True)) == {
        "Carla Mendes", "Dana Weiss"
    }  # fmt: skip
    assert not Entry.objects.filter(is_judged=False).exists()
    assert Patient.objects.get(name="Robin Slade").practice is None
    ruth = Screening.objects.get()
    assert ruth.patient.name == "Ruth Carver" and not ruth.patient.treatments.exists()
    assert clearance_of(ruth.answers) is Clearance.DOCTOR and unanswered(ruth.answers) == 1
    okafor = User.objects.get(email=cast.OKAFOR)
    assert set(okafor.practice_as_practitioner.patients.values_list("name", flat=True)) == {"Ben Adeyemi"}


def test_each_list_beside_the_queue_has_somebody_in_it_at_any_hour(nothing_drawn):
    lists = {"follow_up": "Ellen Hughes", "quiet": "Iris Lowe", "not_joined": "Nadia Rahman", "closed": "Dana Weiss"}
    now = timezone.now().astimezone(playing.ZONE).replace(hour=0, minute=20)
    playing.play_all(now)
    practice = Practice.objects.get(name=cast.LARKFIELD["name"])
    conditions = patients_in(practice, now)
    for name, patient in lists.items():
        assert [str(row) for row in Patient.objects.of_practice(practice).filter(conditions[name])] == [patient]


@pytest.fixture
def only_priya(monkeypatch):
    """One story is enough where it does not matter which."""
    monkeypatch.setattr(cast, "PATIENTS", tuple(patient for patient in cast.PATIENTS if patient.name == "Priya Nair"))


def test_a_patient_and_their_clinic_write_to_one_another(nothing_drawn, monkeypatch):
    monkeypatch.setattr(cast, "PATIENTS", tuple(patient for patient in cast.PATIENTS if patient.name == "Carla Mendes"))
    playing.play_all(timezone.now())
    kinds = Note.objects.exclude(kind=Note.Kind.INSIDE).order_by("written_at").values_list("kind", flat=True)
    assert list(kinds) == ["to_patient", "from_patient", "to_patient"]
    assert Note.objects.get(kind=Note.Kind.FROM_PATIENT).read_by.email == cast.NOOR


def test_photos_are_drawn_and_kept_with_their_day(only_priya):
    playing.play_all(timezone.now())
    assert list(Photo.objects.order_by("day").values_list("day", "view")) == [(0, "front"), (1, "front")]


def test_a_second_time_adds_nothing(nothing_drawn, only_priya, settings, capsys):
    settings.DEBUG = True
    call_command("load_demo")
    before = User.objects.count(), Entry.objects.count()
    call_command("load_demo")
    assert (User.objects.count(), Entry.objects.count()) == before
    assert cast.PASSWORD in capsys.readouterr().out


def test_it_stays_away_from_real_people(settings, capsys):
    settings.DEBUG = True
    User.objects.create_user("somebody@example.org")
    call_command("load_demo")
    assert User.objects.count() == 1
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command("load_demo")
