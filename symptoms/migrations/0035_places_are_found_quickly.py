"""One small index for whom the lists by urgency may hold takes the place of two."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("symptoms", "0034_places_in_the_queue"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="patientstatus", name="queue_open"),
        migrations.RemoveIndex(model_name="patientstatus", name="messages_waiting"),
        migrations.AddIndex(
            model_name="patientstatus",
            index=models.Index(
                condition=models.Q(("waiting_since__isnull", False), ("message_since__isnull", False), _connector="OR"),
                fields=[
                    "practice", "waits_until", "message_since", "has_left", "alert_urgency", "is_free", "is_raised",
                    "is_over", "urgency", "waiting_since", "patient",
                ],
                name="queue_open_or_unread",
            ),
        ),
    ]
