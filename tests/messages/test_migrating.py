"""What was told before deliveries had a reason, a channel and a practice is still known to have been told after it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from symptoms.models.delivery import reason_of

BEFORE = [("accounts", "0005_who_changed_a_member"), ("symptoms", "0005_photo_files")]
AFTER = [("accounts", "0006_undelivered_letters"), ("symptoms", "0007_reasons_are_known")]


@pytest.fixture
def old(transactional_db, tmp_path, monkeypatch):
    """The models of before, with their tables in a file of its own; made at once, for it is known how they came."""
    connection.close()
    with monkeypatch.context() as patched:
        patched.setitem(connection.settings_dict, "NAME", str(tmp_path / "before.sqlite3"))
        executor = MigrationExecutor(connection)
        apps = executor.loader.project_state(BEFORE).apps
        with connection.schema_editor() as editor:
            for model in apps.get_models():
                editor.create_model(model)
        executor.recorder.ensure_schema()
        for migration, _ in executor.migration_plan(BEFORE):
            executor.recorder.record_applied(migration.app_label, migration.name)
        yield apps
        connection.close()


def test_deliveries_and_open_alerts_from_before_are_carried_over(old):
    now = timezone.now()

    def make(model: str, app: str = "symptoms", **fields):
        return old.get_model(app, model).objects.create(**fields)

    here, there = (make("Practice", "accounts", name=name) for name in ("Larkfield", "Otherwhere"))
    noor, price, ana = (make("User", "accounts", email=f"{name}@example.org") for name in ("noor", "price", "ana"))
    for user, place, days in ((noor, there, 900), (noor, here, 90), (price, here, 90)):
        since = now - timedelta(days=days)
        is_over = since + timedelta(days=1) if place == there else None
        make("Membership", "accounts", user=user, practice=place, joined_at=since, removed_at=is_over)
    patient = make("Patient", "accounts", user=ana, practice=there, name="Ana")
    treatment = make(
        "Treatment", patient=patient, practice=here, day_zero=now.date(), performed_at=now, device="pen", areas=["face"]
    )
    on = {"treatment": treatment, "date": now.date(), "day": 0, "answers": {}, "digest": "", "received_at": now}
    entry = make("Entry", id=uuid4(), **on)
    note = make("Note", treatment=treatment, practice=here, author=noor, text="Come.", written_at=now)
    about = {"entry": entry, "created_at": now}
    make("Delivery", recipient=noor, why="treated", urgency=3, **about, sent_at=now)
    make("Delivery", recipient=noor, why="treated", urgency=4, **about)
    make("Delivery", recipient=price, why="admin", urgency=4, **about, failed_at=now)
    make("Delivery", recipient=ana, why="patient", note=note, created_at=now)
    dates = {"opened_at": now, "worsened_at": now, "entry": entry, "treatment": treatment, "practice": there}
    make("Alert", concern="infection", urgency=3, current_urgency=0, **dates)
    make("Alert", concern="burn", urgency=3, current_urgency=3, **dates)

    executor = MigrationExecutor(connection)
    executor.migrate(AFTER)
    new = executor.loader.project_state(AFTER).apps
    rows = new.get_model("symptoms", "Delivery").objects.order_by("reason", "recipient__email")
    facts = rows.values_list("recipient__email", "practice__name", "reason", "channel", "step")
    assert sorted(facts) == [
        ("ana@example.org", "Larkfield", reason_of("note", note.pk), "email", 0),
        ("noor@example.org", "Larkfield", reason_of("entry", entry.pk, 3), "email", 0),
        ("noor@example.org", "Larkfield", reason_of("entry", entry.pk, 4), "email", 0),
        ("price@example.org", "Larkfield", reason_of("entry", entry.pk, 4), "email", 0),
    ]
    assert (rows.exclude(sent_at=None).count(), rows.exclude(failed_at=None).count()) == (1, 1)
    cleared = dict(new.get_model("symptoms", "Alert").objects.values_list("concern", "cleared_at"))
    assert cleared["burn"] is None and cleared["infection"] is not None
