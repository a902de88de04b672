"""Brings a database of the first version, with its rows, to today's, and compares: each value must still be there.

    python first_version.py KILLS SEED      on the database that the environment names, which must be empty

`migrate` is killed so many times, each time at a statement that the seed draws, and run again, as an operator would.
Prints a line for each row or value that was lost or changed.
"""

import json
import os
import signal
import sys
from pathlib import Path
from random import Random

ROWS = Path(__file__).with_name("first_version.json")  # the demo's people, as `dumpdata` of that version wrote them
FURTHEST = 200  # statements that a run may come to before it is killed; the longest migrations have some hundred
FIRST_VERSION = {"accounts": "0002_names_in_order", "symptoms": "0002_leaner_entries"}
CALLED_NOW = {"symptoms.standing": "symptoms.patientstatus", "accounts.accessrecord": "accounts.auditrecord"}
# A field that another took the place of, with its value there.
RENAMED = {("symptoms.note", "for_patient"): lambda old: ("kind", "to_patient" if old else "inside")}
# What is meant to read otherwise by now: the old value and its row, as it should read.
READS_NOW = {
    ("symptoms.photo", "key"): lambda old, row: f"{old[:2]}/{old}.jpg",
    ("accounts.patient", "country"): lambda old, row: "" if row["practice"] else old,  # it was the clinic's: they are asked
}


def main(kills: str, seed: str) -> None:
    """Make the old schema, fill it, migrate, compare."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django

    django.setup()
    from django.core.management import call_command

    rows = json.loads(ROWS.read_text(encoding="utf-8"))
    for app in ("contenttypes", "auth", "sessions", *FIRST_VERSION):
        call_command("migrate", app, *filter(None, [FIRST_VERSION.get(app)]), verbosity=0)
    call_command("migrate", "account", "0009", verbosity=0)
    fill(rows)
    owner = make_plain_token()
    drawn = Random(f"{seed} migrations killed")
    for _ in range(int(kills)):
        # Counted from behind: `make test` kills once, with the seed of always, where a table is about to be made anew.
        migrate_and_die_at(FURTHEST - drawn.randrange(FURTHEST))
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    for row in rows:
        for difference in compare(row):
            print(difference)
    for difference in compare_plain_token(owner):
        print(difference)


def migrate_and_die_at(statement: int) -> None:
    """Let a process migrate that is killed before it runs that statement, if it comes so far."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, -signal.SIGKILL), f"a run of migrate ended with {status}"
        return
    left = [statement]

    def count(execute, *given):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*given)

    status = 1
    try:
        with connection.execute_wrapper(count):
            call_command("migrate", verbosity=0)
        status = 0
    finally:
        os._exit(status)


def make_plain_token() -> str:
    """Write down a token as REST framework kept them, whose app is gone; gives the address of its owner."""
    from django.db import connection
    from django.db.models import UUIDField

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamp with time zone NOT NULL, "
            f"user_id {UUIDField().db_type(connection)} NOT NULL UNIQUE REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        cursor.execute("SELECT id, email FROM accounts_user ORDER BY id")
        user_id, email = cursor.fetchone()
        cursor.execute("INSERT INTO authtoken_token VALUES ('zq9plain', CURRENT_TIMESTAMP, %s)", [user_id])
    return email


def compare_plain_token(owner: str):
    """What became of that token: it must be gone, and its owner told."""
    from django.db import connection

    from accounts.models import AccountMail

    if "authtoken_token" in connection.introspection.table_names():
        yield "plain tokens are still there"
    if not AccountMail.objects.filter(to=owner, subject="Make a new token for your programs").exists():
        yield "whose plain token ended was not told"


def fill(rows: list[dict]) -> None:
    """Write the rows by the models as they were then; what is numbered goes on after them."""
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    loader = MigrationExecutor(connection).loader
    then = loader.project_state([key for key in loader.applied_migrations if key in loader.graph.nodes]).apps
    with transaction.atomic():
        for row in rows:
            model = then.get_model(row["model"])
            fields = {
                name: value for name, value in row["fields"].items() if not model._meta.get_field(name).many_to_many
            }
            values = {model._meta.get_field(name).attname: value for name, value in fields.items()}
            model._base_manager.bulk_create([model(pk=row["pk"], **values)])
        models = [then.get_model(name) for name in {row["model"] for row in rows}]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)


def compare(row: dict):
    """What became of one row."""
    from django.apps import apps

    name_now = CALLED_NOW.get(row["model"], row["model"])
    model, what = apps.get_model(name_now), f"{row['model']} {row['pk']}"
    kept = model._base_manager.filter(pk=row["pk"]).first()
    if kept is None:
        yield f"{what} is gone"
        return
    for name, old in row["fields"].items():
        name, old = RENAMED.get((row["model"], name), lambda old: (name, old))(old)
        field = model._meta.get_field(name)
        if field.many_to_many:
            continue
        wanted = field.to_python(READS_NOW.get((row["model"], name), lambda old, row: old)(old, row["fields"]))
        if getattr(kept, field.attname) != wanted:
            yield f"{what}: {name} was {wanted!r}, and is {getattr(kept, field.attname)!r}"


if __name__ == "__main__":
    main(*sys.argv[1:])
