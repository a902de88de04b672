from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0024_notes_and_steps_are_known")]

    operations = [migrations.RemoveField(model_name="note", name="for_patient")]
