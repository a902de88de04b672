"""What is stored takes its place in the new columns. Apart from what changes tables: PostgreSQL does not do both at once."""

from django.db import migrations
from django.utils import timezone

URGENT = 3


def kinds_of_notes(apps, schema_editor):
    apps.get_model("symptoms", "Note").objects.filter(for_patient=True).update(kind="to_patient")


def for_patients(apps, schema_editor):
    apps.get_model("symptoms", "Note").objects.filter(kind="to_patient").update(for_patient=True)


def what_is_open_is_told_on(apps, schema_editor):
    """The steps of what is open begin now; what is urgent and in nobody's hands is told again at once."""
    now = timezone.now()
    still_open = apps.get_model("symptoms", "Alert").objects.filter(resolved_at=None).exclude(practice=None)
    still_open.update(steps_from=now, steps_done=1)
    still_open.filter(urgency__gte=URGENT, acknowledged_at=None).update(next_step_at=now)


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0023_tests_outlive_their_channel")]

    operations = [
        migrations.RunPython(kinds_of_notes, for_patients),
        migrations.RunPython(what_is_open_is_told_on, migrations.RunPython.noop),
    ]
