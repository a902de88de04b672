"""Where somebody stands in the queue is kept with what decides it, for whom something is open or unread."""

from datetime import UTC, datetime, timedelta

from django.db import migrations, models

AT_ONCE = 500
CONTACT, ON_TRACK = 2, 0
LAST_DAY = 400
FOR_AN_ANSWER = datetime(9000, 1, 1, tzinfo=UTC)


def find_places(apps, schema_editor):
    """Work out the places of whom something is open, some at a time, as the verbs do from now on."""
    database = schema_editor.connection.alias
    statuses = apps.get_model("symptoms", "PatientStatus").objects.using(database)
    alerts = apps.get_model("symptoms", "Alert").objects.using(database).filter(resolved_at=None).exclude(kind="left")
    notes = apps.get_model("symptoms", "Note").objects.using(database).exclude(kind="inside")
    members = apps.get_model("accounts", "Membership").objects.using(database)
    here = members.filter(removed_at=None, user__is_active=True, is_practitioner=True)
    work_there = set(here.values_list("practice", "user"))
    open_ones = statuses.filter(alert_urgency__gt=0).select_related("patient").order_by("pk")
    after = None
    while rows := list((open_ones.filter(pk__gt=after) if after else open_ones)[:AT_ONCE]):
        after = rows[-1].pk
        by_patient = {row.pk: [] for row in rows}
        for alert in alerts.filter(treatment__patient__in=by_patient).select_related("treatment"):
            by_patient[alert.treatment.patient_id].append(alert)
        newest = {}
        written = notes.filter(treatment__patient__in=by_patient).order_by("written_at", "id")
        for patient, practice, kind, at in written.values_list("treatment__patient", "practice", "kind", "written_at"):
            newest[patient, practice] = (kind, at)
        for row in rows:
            ours = [alert for alert in by_patient[row.pk] if alert.practice_id == row.practice_id]
            _place(row, ours, newest.get((row.pk, row.practice_id)), work_there)
        statuses.bulk_update(rows, FIELDS, batch_size=AT_ONCE)


FIELDS = [
    "alert_urgency", "waiting_since", "waits_until", "is_free", "is_raised", "is_over", "has_left",
]  # fmt: skip


def date_the_ends(apps, schema_editor):
    """Write down the last day of each course that somebody logs, some at a time."""
    database = schema_editor.connection.alias
    statuses = apps.get_model("symptoms", "PatientStatus").objects.using(database)
    joined = statuses.filter(patient__user__isnull=False).select_related("treatment").only("treatment__day_zero")
    after = None
    while rows := list((joined.filter(pk__gt=after) if after else joined).order_by("pk")[:AT_ONCE]):
        after = rows[-1].pk
        for row in rows:
            row.logs_until = row.treatment.day_zero + timedelta(days=LAST_DAY)
        statuses.bulk_update(rows, ["logs_until"], batch_size=AT_ONCE)


def _place(row, alerts, newest, work_there):
    alerts.sort(key=lambda alert: (-alert.urgency, alert.worsened_at))
    worst = [alert for alert in alerts if alert.urgency == alerts[0].urgency]
    row.alert_urgency = worst[0].urgency if worst else 0
    row.waiting_since = worst[0].worsened_at if worst else None
    row.is_free = any(alert.acknowledged_by_id is None for alert in worst)
    row.is_raised = any(alert.cleared_at is None for alert in worst)
    row.is_over = bool(alerts) and all(_is_over(alert) for alert in alerts)
    row.has_left = bool(alerts) and row.patient.practice_id is None
    until = [_waits_until(alert, newest, work_there) for alert in alerts]
    row.waits_until = min(until) if until and None not in until else None


def _is_over(alert):
    is_low = alert.urgency <= CONTACT and alert.current_urgency == ON_TRACK and alert.kind in ("concern", "quiet")
    return is_low and alert.cleared_at is not None and alert.answers_changed_at is None


def _waits_until(alert, newest, work_there):
    is_held = (alert.practice_id, alert.acknowledged_by_id) in work_there and alert.acknowledged_at >= alert.worsened_at
    kind, at = newest or ("", None)
    if is_held and alert.urgency <= CONTACT and kind == "to_patient" and at > alert.worsened_at:
        return FOR_AN_ANSWER
    is_left_open = alert.kept_open_at is not None and alert.kept_open_at >= alert.worsened_at
    return alert.comes_back_at if is_left_open else None


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0016_wall_links"),
        ("symptoms", "0033_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="patientstatus",
            name="waits_until",
            field=models.DateTimeField(null=True, help_text="the patient's turn, or a day's, until then; empty: ours"),
        ),
        migrations.AddField(
            model_name="patientstatus",
            name="is_free",
            field=models.BooleanField(default=False, help_text="nobody has what is most urgent"),
        ),
        migrations.AddField(
            model_name="patientstatus",
            name="is_raised",
            field=models.BooleanField(default=False, help_text="the newest log still raises what is most urgent"),
        ),
        migrations.AddField(
            model_name="patientstatus",
            name="is_over",
            field=models.BooleanField(
                default=False, help_text="the newest log raises nothing of what is open any more"
            ),
        ),
        migrations.AddField(
            model_name="patientstatus",
            name="has_left",
            field=models.BooleanField(
                default=False, help_text="what is open stayed on the desk of the practice they left"
            ),
        ),
        migrations.AddField(
            model_name="patientstatus",
            name="logs_until",
            field=models.DateField(
                null=True, help_text="the last day of their course; empty while the record is nobody's account"
            ),
        ),
        migrations.RunPython(find_places, migrations.RunPython.noop),
        migrations.RunPython(date_the_ends, migrations.RunPython.noop),
    ]
