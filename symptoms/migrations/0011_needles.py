"""Whether the needles were new, and whether somebody else used them."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('symptoms', '0010_patient_status'),
    ]

    operations = [
        migrations.AddField(
            model_name='treatment',
            name='needles_new',
            field=models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('unknown', 'Not known')], default='unknown', help_text='sealed until the treatment', max_length=10),
        ),
        migrations.AddField(
            model_name='treatment',
            name='needles_shared',
            field=models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('unknown', 'Not known')], default='unknown', help_text='or the blood kit, by somebody else', max_length=10),
        ),
    ]
