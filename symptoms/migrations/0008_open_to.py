

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_leaving_and_undoing'),
        ('symptoms', '0007_reasons_are_known'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TreatmentAccess',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('notes', models.BooleanField(default=False)),
                ('photos', models.BooleanField(default=False)),
                ('ended', models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name='treatment',
            name='open_to',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, help_text="the patient's present practice, where it may see this treatment", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.practice'),
        ),
        migrations.AddIndex(
            model_name='treatment',
            index=models.Index(fields=['open_to', '-recorded_at'], name='treatments_open_to'),
        ),
        migrations.AddField(
            model_name='treatmentaccess',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.practice'),
        ),
        migrations.AddField(
            model_name='treatmentaccess',
            name='treatment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='accesses', to='symptoms.treatment'),
        ),
        migrations.AddIndex(
            model_name='treatmentaccess',
            index=models.Index(fields=['treatment', 'practice', 'until'], name='access_to_a_treatment'),
        ),
        migrations.AddConstraint(
            model_name='treatmentaccess',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('treatment', 'practice'), name='one_present_access_a_practice'),
        ),
    ]
