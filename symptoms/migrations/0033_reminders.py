"""Reminders: what a patient chose, what they asked to be told once, and links to one day's log."""

import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_wall_links'),
        ('symptoms', '0032_reached'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AdviceTimer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DayLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('on', models.DateField(help_text="the patient's date")),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('saved_id', models.UUIDField(blank=True, help_text='of the log that was saved by it', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Reminding',
            fields=[
                ('patient', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='reminding', serialize=False, to='accounts.patient')),
                ('is_on', models.BooleanField(default=False)),
                ('at', models.TimeField(default=datetime.time(19, 30), help_text="on the patient's clock")),
                ('by_email', models.BooleanField(default=True)),
                ('by_push', models.BooleanField(default=False)),
                ('once_more', models.BooleanField(default=True, help_text='the next morning, in the first week')),
                ('gives_link', models.BooleanField(default=False, help_text="an e-mail holds a link to the day's empty log")),
                ('zone', models.CharField(blank=True, help_text="the patient's, when `look_at` was worked out", max_length=64)),
                ('look_at', models.DateTimeField(blank=True, help_text='when the worker looks next; empty while it is off', null=True)),
                ('dealt_until', models.DateTimeField(blank=True, help_text='what fell due until then is dealt with', null=True)),
                ('said_on', models.DateField(blank=True, help_text="the patient's date of the last reminder", null=True)),
                ('not_on', models.DateField(blank=True, help_text='the date of which they said: not today', null=True)),
                ('later_at', models.DateTimeField(blank=True, help_text='when they want to be reminded instead, once', null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='a_delivery_is_about_one_thing',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='why',
            field=models.CharField(choices=[('holds', 'has the patient in hand'), ('treated', 'treated the patient'), ('on_call', 'on call that day'), ('stands_in', 'stands in for a colleague who is away'), ('practitioner', 'practitioner of the practice'), ('admin', 'no practitioner could be reached'), ('patient', 'is the patient'), ('reminder', 'is the patient, who wants to be reminded'), ('test', 'asked for a test'), ('digest', "the morning's list"), ('member', 'manages a practice in which somebody cannot be reached')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alert', None), ('entry__isnull', False), ('note', None)), models.Q(('alert', None), ('entry', None), ('note__isnull', False)), models.Q(('alert__isnull', False), ('entry', None), ('note', None)), models.Q(('alert', None), ('entry', None), ('note', None), ('why__in', ['test', 'digest', 'member', 'reminder'])), _connector='OR'), name='a_delivery_is_about_one_thing'),
        ),
        migrations.AddField(
            model_name='advicetimer',
            name='entry',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='timer', to='symptoms.entry'),
        ),
        migrations.AddField(
            model_name='daylink',
            name='delivery',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='day_link', to='symptoms.delivery'),
        ),
        migrations.AddField(
            model_name='daylink',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='day_links', to='accounts.patient'),
        ),
        migrations.AddIndex(
            model_name='reminding',
            index=models.Index(condition=models.Q(('look_at__isnull', False)), fields=['look_at'], name='reminders_due'),
        ),
        migrations.AddIndex(
            model_name='advicetimer',
            index=models.Index(condition=models.Q(('told_at', None)), fields=['due_at'], name='timers_due'),
        ),
    ]
