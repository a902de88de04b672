"""Statements that are kept do what Django's own do."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.compiled_queries import CompiledQuery, insert
from accounts.models import AccessRecord, AccountMail, Consent, Membership, Patient, Practice
from tests import people

pytestmark = pytest.mark.django_db

PATIENTS = CompiledQuery(lambda practice: Patient.objects.filter(practice=practice).select_related("practice", "user"))
ONE = CompiledQuery(lambda practice, id: Patient.objects.filter(pk=id, practice=practice).defer("phone"))
MEMBERS = CompiledQuery(lambda practice: Membership.objects.practitioners().filter(practice=practice))


def everything(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_what_is_read_is_what_the_query_set_reads():
    clinic, other = people.practice(), people.practice("Otherwhere Clinic")
    people.patient(clinic, "Ana", "ana@example.org")
    people.patient(clinic, "Bo", accepted=False)
    people.patient(other, "Cleo", "cleo@example.org")
    for place in (clinic, other, clinic):
        read, asked = PATIENTS(place.pk), Patient.objects.filter(practice=place)
        assert [everything(row) for row in read] == [everything(row) for row in asked]
        assert [(row.practice, row.user) for row in read] == [(row.practice, row.user) for row in asked]


def test_what_is_read_along_needs_no_further_statement():
    clinic = people.practice()
    people.patient(clinic)
    with CaptureQueriesContext(connection) as made:
        (ana,) = PATIENTS(clinic.pk)
        assert (ana.practice, ana.user.name) == (clinic, "Ana")
    assert len(made) == 1


def test_each_id_goes_to_its_own_place_and_what_is_left_out_is_read_when_asked_for():
    clinic = people.practice()
    ana, bo = people.patient(clinic, "Ana", phone="1"), people.patient(clinic, "Bo", phone="2")
    assert [row.phone for row in ONE(clinic.pk, bo.pk)] == ["2"]
    assert ONE(ana.pk, clinic.pk) == ONE(uuid4(), ana.pk) == []


def test_conditions_without_an_id_are_kept():
    clinic = people.practice()
    noor, gone = people.dr_noor(clinic), people.practitioner(clinic, "Dr Gone")
    people.admin(clinic)
    gone.memberships.update(removed_at=timezone.now())
    assert [member.user_id for member in MEMBERS(clinic.pk)] == [noor.pk]


def test_rows_are_written_whole_and_can_be_changed_afterwards():
    clinics = insert([Practice(name="One 100%", country="CH"), Practice(name="Two", phone="1")])
    assert [everything(Practice.objects.get(pk=clinic.pk)) for clinic in clinics] == list(map(everything, clinics))
    clinics[0].name = "One"
    with CaptureQueriesContext(connection) as made:
        clinics[0].save()
    assert len(made) == 1 and Practice.objects.get(pk=clinics[0].pk).name == "One"


def test_rows_that_the_database_numbers_learn_their_numbers():
    ana = people.patient(people.practice())
    rows = insert([AccessRecord(patient=ana, what=what) for what in ("one", "two")])
    assert [(row.pk, row.what) for row in rows] == list(AccessRecord.objects.order_by("pk").values_list("pk", "what"))


def test_nothing_is_written_without_rows():
    with CaptureQueriesContext(connection) as made:
        assert insert([]) == []
    assert not made.captured_queries


def test_a_row_that_breaks_a_constraint_is_refused_unless_the_statement_passes_over_it():
    ana = people.patient(people.practice(), consents=("care",))
    again = Consent(patient=ana, purpose="care", given_at=timezone.now())
    insert([again], on_conflict="ON CONFLICT DO NOTHING")
    assert ana.consents.count() == 1
    with pytest.raises(IntegrityError):
        insert([again])


def test_a_mail_in_line_is_as_django_would_have_written_it():
    (mail,) = insert([AccountMail(to="ana@example.org", subject="Hello", body="é ’ %s")])
    assert everything(AccountMail.objects.get()) == everything(mail)
