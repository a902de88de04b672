"""Everything stays open to the patient's present practice; a practice that was left keeps what it surely had seen.

When a patient left was not stored. The last moment at which the practice certainly was theirs is taken: it recorded a
treatment, an alert came to it, it wrote a note or let the patient in. It may see less than before, never more.
"""

from django.db import migrations
from django.db.models import F, Max, OuterRef, Q, Subquery

AS_KNOWN = ("name", "folded_name", "year_of_birth", "country", "time_zone")


def open_to_the_present_practice(apps, schema_editor):
    patients = apps.get_model("accounts", "Patient").objects.filter(pk=OuterRef("patient"))
    apps.get_model("symptoms", "Treatment").objects.update(open_to=Subquery(patients.values("practice")))
    # Agreed to while alone, for whichever practice comes: that one has come.
    waiting = apps.get_model("accounts", "Consent").objects.filter(practice=None, purpose="photos", withdrawn_at=None)
    waiting.update(practice=Subquery(patients.values("practice")))


def keep_what_was_seen(apps, schema_editor):
    treatments = apps.get_model("symptoms", "Treatment").objects
    departures = apps.get_model("accounts", "Departure").objects
    access = apps.get_model("symptoms", "TreatmentAccess")
    left = treatments.filter(Q(open_to=None) | ~Q(open_to=F("practice")), practice__isnull=False)
    pairs = left.order_by("patient", "practice").values_list("patient", "practice").distinct()
    for patient_id, practice_id in pairs:
        until = _last_seen(apps, patient_id, practice_id)
        patient = apps.get_model("accounts", "Patient").objects.get(pk=patient_id)
        departures.create(
            patient_id=patient_id,
            practice_id=practice_id,
            at=until,
            **{name: getattr(patient, name) for name in AS_KNOWN},
        )
        ours = left.filter(patient=patient_id, practice=practice_id)
        access.objects.bulk_create(
            access(treatment=treatment, practice_id=practice_id, until=until) for treatment in ours
        )


def _last_seen(apps, patient_id, practice_id):
    of = {"practice": practice_id}
    moments = [
        apps.get_model("symptoms", "Treatment").objects.filter(**of, patient=patient_id).aggregate(at=Max("recorded_at")),
        apps.get_model("symptoms", "Alert").objects.filter(**of, treatment__patient=patient_id).aggregate(at=Max("opened_at")),
        apps.get_model("symptoms", "Note").objects.filter(**of, treatment__patient=patient_id).aggregate(at=Max("written_at")),
        apps.get_model("accounts", "Invitation").objects.filter(**of, patient=patient_id).aggregate(at=Max("confirmed_at")),
    ]  # fmt: skip
    return max(moment["at"] for moment in moments if moment["at"] is not None)


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0008_open_to")]

    operations = [
        migrations.RunPython(open_to_the_present_practice, migrations.RunPython.noop),
        migrations.RunPython(keep_what_was_seen, migrations.RunPython.noop),
    ]
