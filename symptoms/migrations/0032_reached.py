"""When the last log came in is kept beside where a patient stands; this and the morning lists are found quickly."""

from django.conf import settings
from django.db import migrations, models


def date_the_last_logs(apps, schema_editor):
    """As far as a row says it: when its newest entry came in."""
    alias = schema_editor.connection.alias
    status, entry = apps.get_model("symptoms", "PatientStatus"), apps.get_model("symptoms", "Entry")
    received = entry.objects.using(alias).filter(pk=models.OuterRef("entry")).values("received_at")
    status.objects.using(alias).exclude(entry=None).update(logged_at=models.Subquery(received))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_needs_attention'),
        ('symptoms', '0031_needs_attention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='patientstatus',
            name='logged_at',
            field=models.DateTimeField(help_text='when the last log came in, of whichever day', null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('why', 'digest')), fields=['practice', '-created_at'], name='digests'),
        ),
        migrations.AddIndex(
            model_name='patientstatus',
            index=models.Index(condition=models.Q(('logged_at__isnull', False)), fields=['practice', '-logged_at'], name='last_log'),
        ),
        migrations.RunPython(date_the_last_logs, migrations.RunPython.noop),
    ]
