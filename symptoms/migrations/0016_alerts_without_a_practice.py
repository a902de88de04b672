import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CONTACT, ON_TRACK = 2, 0
ON_TRACK_SETTLED = 2  # logs


def keep_what_stands(apps, schema_editor):
    """Somebody alone had nothing kept of a concern: what stood on top of their pages was worked out from their logs."""
    Entry, Assessment = apps.get_model("symptoms", "Entry"), apps.get_model("symptoms", "Assessment")
    alone = apps.get_model("accounts", "Patient").objects.filter(practice=None, treatments__entries__isnull=False)
    for patient in alone.distinct().iterator():
        entries = Entry.objects.filter(treatment__patient=patient, treatment__same_as=None, is_current=True)
        calm = 0
        for entry in entries.order_by("-date", "-received_at")[:60]:
            assessment = Assessment.objects.filter(entry=entry, is_current=True).first()
            calm += assessment is not None and assessment.urgency == ON_TRACK
            if calm == ON_TRACK_SETTLED:
                break
            if assessment is not None and assessment.urgency >= CONTACT:
                _open(apps, entry, assessment)
                break


def _open(apps, entry, assessment):
    Alert, Event = apps.get_model("symptoms", "Alert"), apps.get_model("symptoms", "AlertEvent")
    at = assessment.made_at
    answered = Alert.objects.filter(treatment=entry.treatment_id, resolved_at__gte=entry.received_at)
    done = set(answered.values_list("concern", flat=True))
    is_open = set(Alert.objects.filter(treatment=entry.treatment_id, resolved_at=None).values_list("concern", flat=True))
    for flag in assessment.flags:
        urgency = LEVELS.index(flag["urgency"])
        if urgency >= CONTACT and flag["concern"] not in done | is_open:
            alert = Alert.objects.create(
                treatment_id=entry.treatment_id, practice=None, kind="concern", concern=flag["concern"], entry=entry,
                urgency=urgency, current_urgency=urgency, opened_at=at, worsened_at=at,
            )
            Event.objects.create(alert=alert, what="opened", urgency=urgency, at=at)


LEVELS = ["on_track", "watch", "contact", "urgent", "emergency"]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_countries_are_asked'),
        ('symptoms', '0015_outcomes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='alert',
            name='a_resolved_alert_has_an_outcome',
        ),
        migrations.RemoveConstraint(
            model_name='alert',
            name='one_open_alert_per_concern',
        ),
        migrations.AlterField(
            model_name='alert',
            name='practice',
            field=models.ForeignKey(db_index=False, help_text='that must answer it; empty where the patient is alone: it stands on their pages, and nobody is told', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='accounts.practice'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('resolved_at', None), models.Q(('kind', 'left'), _negated=True)), fields=('treatment', 'practice', 'kind', 'concern'), name='one_open_alert_per_concern_and_practice'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('practice', None), ('resolved_at', None), models.Q(('kind', 'left'), _negated=True)), fields=('treatment', 'kind', 'concern'), name='one_open_alert_per_concern_alone'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('resolved_at', None), models.Q(('outcome', ''), _negated=True), ('practice', None), _connector='OR'), name='a_resolved_alert_has_an_outcome'),
        ),
        migrations.RunPython(keep_what_stands, migrations.RunPython.noop),
    ]
