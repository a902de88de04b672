"""Deliveries say what they are about, by which channel and for which practice; alerts say whether they were well."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

AT_ONCE = 2000
CONTACT = 2


def fill_deliveries(apps, schema_editor):
    """A delivery was unique by entry, recipient and urgency, and went to members of one practice at a time."""
    Delivery = apps.get_model("symptoms", "Delivery")
    memberships = apps.get_model("accounts", "Membership").objects.order_by("joined_at")
    worked_at: dict = {}
    for user, practice, since in memberships.values_list("user_id", "practice_id", "joined_at"):
        worked_at.setdefault(user, []).append((since, practice))
    waiting = Delivery.objects.filter(reason="").select_related("entry__treatment__patient", "note")
    while rows := list(waiting[:AT_ONCE]):
        for row in rows:
            if row.note is not None:
                row.reason, row.practice_id = f"note:{row.note_id}:0", row.note.practice_id
                continue
            row.reason = f"entry:{row.entry_id}:{row.urgency}"
            places = worked_at.get(row.recipient_id, [])
            then = [practice for since, practice in places if since <= row.created_at] or [p for _, p in places]
            treatment = row.entry.treatment
            row.practice_id = then[-1] if then else treatment.patient.practice_id or treatment.practice_id
        Delivery.objects.bulk_update(rows, ["reason", "practice"])


def fill_cleared(apps, schema_editor):
    """What is open and not raised by the newest answers has been well since it was told."""
    open_alerts = apps.get_model("symptoms", "Alert").objects.filter(resolved_at=None, current_urgency__lt=CONTACT)
    open_alerts.update(cleared_at=F("worsened_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_undelivered_letters"),
        ("symptoms", "0005_photo_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("delivery", "told_once_of_an_entry_at_an_urgency"),
        migrations.RemoveConstraint("delivery", "a_delivery_is_about_an_entry_or_a_note"),
        migrations.RemoveConstraint("alert", "one_open_alert_per_concern"),
        migrations.AddField(
            "delivery",
            "practice",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                db_index=False,
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            "delivery", "reason", models.CharField(default="", max_length=60), preserve_default=False
        ),
        migrations.AddField("delivery", "channel", models.CharField(default="email", max_length=10)),
        migrations.AddField(
            "delivery",
            "step",
            models.PositiveSmallIntegerField(default=0, help_text="0: at once; an escalation of it counts up"),
        ),
        migrations.AddField(
            "delivery", "refused_at", models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            "delivery",
            "alert",
            models.ForeignKey(
                null=True,
                blank=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                db_index=False,
                to="symptoms.alert",
            ),
        ),
        migrations.AddField("alert", "cleared_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(fill_deliveries, migrations.RunPython.noop),
        migrations.RunPython(fill_cleared, migrations.RunPython.noop),
    ]
