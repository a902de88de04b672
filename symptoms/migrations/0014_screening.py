"""What a patient answers before a treatment."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_last_left'),
        ('symptoms', '0013_skin_answers_and_depth'),
    ]

    operations = [
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('patient', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='screening', serialize=False, to='accounts.patient')),
                ('document', models.JSONField()),
                ('changed_at', models.DateTimeField()),
            ],
        ),
    ]
