"""Tokens that lay readable in the database end, with REST framework's table for them; their owners are told by mail."""

from django.conf import settings
from django.db import migrations

PLAIN = "authtoken_token"
SUBJECT = "Make a new token for your programs"
BODY = """You made a token on Mendline, with which a program reads or writes in your name. It no longer works.

From now on we keep tokens so that nobody can read them in our database. Each has a name and an end, and you choose what
it may do. If you still use that program, make a new token. Sign in and open "For programs" under "Account":

{address}

If you no longer use it, there is nothing to do.
"""


def end_plain_tokens(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if PLAIN not in connection.introspection.table_names(cursor):
            return  # a database that was made after them
        cursor.execute(f"SELECT user_id FROM {PLAIN}")
        owners = [user_id for (user_id,) in cursor.fetchall()]
    letter = {"subject": SUBJECT, "body": BODY.format(address=f"{settings.SITE_URL}/account/")}
    users = apps.get_model("accounts", "User").objects.filter(pk__in=owners, is_active=True)
    apps.get_model("accounts", "AccountMail").objects.bulk_create(
        apps.get_model("accounts", "AccountMail")(to=email, **letter) for email in users.values_list("email", flat=True)
    )
    schema_editor.execute(f"DROP TABLE {PLAIN}")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0022_tokens_for_programs")]

    operations = [migrations.RunPython(end_plain_tokens, migrations.RunPython.noop)]
