"""The morning list has one name, and that it was opened a column of its own: `arrived_at` says of a message that it is
there, by whoever got it or by their browser."""

from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Substr

WAS, IS = "digest", "morning_list"
SETTINGS = {"digest": "morning_list", "digest_at": "morning_list_at"}  # in what a practice has set


def name_the_lists(apps, schema_editor):
    deliveries = apps.get_model("symptoms", "Delivery").objects.using(schema_editor.connection.alias)
    lists = deliveries.filter(why=WAS)
    # Of push a browser says that it was shown, so that it arrived; of e-mail its reader, by opening the queue.
    # In one statement: of rows that are changed twice PostgreSQL checks keys at the end, and alters no table before.
    lists.update(
        opened_at=Case(When(channel="email", then=F("arrived_at"))),
        arrived_at=Case(When(channel="email", then=None), default=F("arrived_at")),
        why=IS,
        reason=Concat(Value("list:"), Substr("reason", len(f"{WAS}:") + 1)),
    )


def name_what_is_set(apps, schema_editor):
    practices = apps.get_model("accounts", "Practice").objects.using(schema_editor.connection.alias)
    for practice in practices.exclude(telling={}):
        practice.telling = {SETTINGS.get(name, name): value for name, value in practice.telling.items()}
        practice.save(update_fields=["telling"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0017_keys_of_patients"),
        ("symptoms", "0037_words_are_sealed"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="opened_at",
            field=models.DateTimeField(
                null=True, blank=True, help_text="of a morning list: when its recipient opened the queue, to which it leads"
            ),
        ),
        migrations.RemoveConstraint(model_name="delivery", name="a_delivery_is_about_one_thing"),
        migrations.RemoveIndex(model_name="delivery", name="digests"),
        migrations.RunPython(name_the_lists, migrations.RunPython.noop),
        migrations.RunPython(name_what_is_set, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="delivery",
            name="why",
            field=models.CharField(
                choices=[
                    ("holds", "has the patient in hand"),
                    ("treated", "treated the patient"),
                    ("on_call", "on call that day"),
                    ("stands_in", "stands in for a colleague who is away"),
                    ("practitioner", "practitioner of the practice"),
                    ("admin", "no practitioner could be reached"),
                    ("patient", "is the patient"),
                    ("reminder", "is the patient, who wants to be reminded"),
                    ("test", "asked for a test"),
                    ("morning_list", "the morning's list"),
                    ("member", "manages a practice in which somebody cannot be reached"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=Q(entry__isnull=False, note=None, alert=None)
                | Q(entry=None, note__isnull=False, alert=None)
                | Q(entry=None, note=None, alert__isnull=False)
                | Q(entry=None, note=None, alert=None, why__in=["test", "morning_list", "member", "reminder"]),
                name="a_delivery_is_about_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["practice", "-created_at"], name="morning_lists", condition=Q(why="morning_list")
            ),
        ),
    ]
