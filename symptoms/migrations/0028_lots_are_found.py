"""The lot of each treatment's cartridge is kept without what is written differently, so that it can be looked for."""

from django.db import migrations

import symptoms.models.treatment
from accounts.search_words import squeezed

AT_ONCE = 500


def squeeze_lots(apps, schema_editor):
    """Squeeze the lots that are there."""
    treatments = apps.get_model("symptoms", "Treatment").objects.using(schema_editor.connection.alias)
    rows = []
    for treatment in treatments.exclude(cartridge_lot="").only("cartridge_lot").iterator(chunk_size=AT_ONCE):
        treatment.squeezed_lot = squeezed(treatment.cartridge_lot)[:60]
        rows.append(treatment)
    treatments.bulk_update(rows, ["squeezed_lot"], batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0013_found_by_any_word_quickly"),
        ("symptoms", "0027_verdicts_are_current"),
    ]

    operations = [
        migrations.AddField(
            model_name="treatment",
            name="squeezed_lot",
            field=symptoms.models.treatment.SqueezedLotField(
                default="", editable=False, help_text="as it is looked for", max_length=60
            ),
            preserve_default=False,
        ),
        migrations.RunPython(squeeze_lots, migrations.RunPython.noop),
    ]
