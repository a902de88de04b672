"""The records of access become the audit record, which keeps more than readings and is sealed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def keep_whose(apps, schema_editor):
    apps.get_model("accounts", "AuditRecord").objects.update(subject=F("patient_id"))


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0018_second_factor_asked_at"),
    ]

    operations = [
        migrations.RenameModel("AccessRecord", "AuditRecord"),
        migrations.RemoveIndex("AuditRecord", "who_read_a_patient"),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.PositiveBigIntegerField(help_text='1, 2, 3 ... without a gap', primary_key=True, serialize=False)),
                ('last', models.PositiveBigIntegerField(help_text='the id of its last record; it begins after that of the seal before')),
                ('count', models.PositiveIntegerField()),
                ('digest', models.CharField(help_text='SHA-256, in hexadecimal digits', max_length=64)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddField(
            model_name='auditrecord',
            name='kind',
            field=models.CharField(choices=[('read', 'Read'), ('did', 'Did'), ('told', 'Told'), ('signed_in', 'Signed In'), ('signed_out', 'Signed Out'), ('failed', 'Failed'), ('locked_out', 'Locked Out'), ('role', 'Role')], default='read', max_length=10),
        ),
        migrations.AddField(
            model_name='auditrecord',
            name='network',
            field=models.CharField(blank=True, help_text='from where; empty for what Mendline did itself', max_length=50),
        ),
        migrations.AddField(
            model_name='auditrecord',
            name='subject',
            field=models.UUIDField(help_text='the patient whose record it was then', null=True),
        ),
        migrations.AddField(
            model_name='auditrecord',
            name='thing',
            field=models.UUIDField(help_text='the entry, photo, alert, message, membership it is about', null=True),
        ),
        migrations.RunPython(keep_whose, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='auditrecord',
            name='patient',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='audit_records', to='accounts.patient'),
        ),
        migrations.AlterField(
            model_name='auditrecord',
            name='practice',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.practice'),
        ),
        migrations.AlterField(
            model_name='auditrecord',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='auditrecord',
            name='what',
            field=models.CharField(max_length=60),
        ),
        migrations.AddIndex(
            model_name='auditrecord',
            index=models.Index(fields=['patient', 'kind', '-at'], name='what_happened_to_a_patient'),
        ),
        migrations.AddIndex(
            model_name='auditrecord',
            index=models.Index(fields=['practice', '-id'], name='what_happened_at_a_practice'),
        ),
        migrations.AddIndex(
            model_name='auditrecord',
            index=models.Index(fields=['user', '-id'], name='what_somebody_did'),
        ),
        migrations.AddConstraint(
            model_name='auditrecord',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['read', 'did', 'told', 'signed_in', 'signed_out', 'failed', 'locked_out', 'role'])), name='kind_of_audit_record_is_known'),
        ),
    ]
