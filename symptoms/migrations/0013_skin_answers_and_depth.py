"""The patient's two answers about the skin, and depths by device: RF reaches deeper than needles."""

import django.core.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_last_left'),
        ('symptoms', '0012_answered'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='treatment',
            name='needles_go_no_deeper_than_they_are_made',
        ),
        migrations.AddField(
            model_name='treatment',
            name='skin_burning',
            field=models.PositiveSmallIntegerField(blank=True, help_text='as the patient knows it; 0: not sure', null=True, validators=[django.core.validators.MaxValueValidator(6)]),
        ),
        migrations.AddField(
            model_name='treatment',
            name='skin_colour',
            field=models.PositiveSmallIntegerField(blank=True, help_text='as the patient sees it; 0: not sure', null=True, validators=[django.core.validators.MaxValueValidator(6)]),
        ),
        migrations.AlterField(
            model_name='treatment',
            name='fitzpatrick',
            field=models.PositiveSmallIntegerField(blank=True, help_text='what counts', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(6)]),
        ),
        migrations.AlterField(
            model_name='treatment',
            name='needle_depth_mm',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=3, null=True, validators=[django.core.validators.MinValueValidator(0.1), django.core.validators.MaxValueValidator(8.0)]),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(('needle_depth_mm', None), models.Q(('needle_depth_mm__gt', 0), ('needle_depth_mm__lte', 5.0)), models.Q(('device', 'rf'), ('needle_depth_mm__gt', 0), ('needle_depth_mm__lte', 8.0)), _connector='OR'), name='needles_go_no_deeper_than_they_are_made'),
        ),
    ]
