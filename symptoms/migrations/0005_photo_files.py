"""A photo's key is the name of its file in the store; until now the name was worked out from the key."""

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr


def keys_become_names(apps, schema_editor):
    photos = apps.get_model("symptoms", "Photo").objects.exclude(key__contains="/")
    photos.update(key=Concat(Substr("key", 1, 2), Value("/"), F("key"), Value(".jpg")))


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0004_dates_are_known")]

    operations = [
        migrations.AlterField(
            "photo",
            "key",
            models.CharField(help_text="the name of its file in the store of photos", max_length=128, unique=True),
        ),
        migrations.RunPython(keys_become_names),
    ]
