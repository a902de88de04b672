from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0020_telling_on")]

    operations = [
        migrations.AddIndex(
            model_name="note",
            index=models.Index(
                condition=models.Q(("followed_up", 2), ("kind", "to_patient"), ("read_at", None)),
                fields=["practice", "written_at"],
                name="messages_not_read",
            ),
        ),
        migrations.AddIndex(
            model_name="patientstatus",
            index=models.Index(
                condition=models.Q(("message_since__isnull", False)),
                fields=["practice", "message_since"],
                name="messages_waiting",
            ),
        ),
    ]
