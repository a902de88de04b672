"""Messages that did not go out are found by their practice without reading all that did."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_needs_attention'),
        ('symptoms', '0030_recorded_by_the_practice'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('sent_at', None)), fields=['practice', 'why'], name='deliveries_not_sent'),
        ),
    ]
