"""The lots of the products used in each treatment are kept without what is written differently, to be looked for."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.names
from accounts.search_words import squeezed

AT_ONCE = 500
LONGEST_LOT = 60


def keep_lots(apps, schema_editor):
    """Keep the lots that are there."""
    of_alias = schema_editor.connection.alias
    lots = apps.get_model("symptoms", "ProductLot").objects.using(of_alias)
    rows = []
    treatments = apps.get_model("symptoms", "Treatment").objects.using(of_alias).exclude(products=[])
    for treatment in treatments.only("products").iterator(chunk_size=AT_ONCE):
        found = {squeezed(product.get("lot", ""))[:LONGEST_LOT] for product in treatment.products}
        rows += [lots.model(treatment=treatment, lot=lot) for lot in sorted(found - {""})]
    lots.bulk_create(rows, batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [("symptoms", "0035_places_are_found_quickly")]

    operations = [
        migrations.CreateModel(
            name="ProductLot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("lot", accounts.names.PlainOrderField(max_length=LONGEST_LOT)),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_lots",
                        to="symptoms.treatment",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["lot", "treatment"], name="treatments_by_product_lot")]},
        ),
        migrations.RunPython(keep_lots, migrations.RunPython.noop),
    ]
