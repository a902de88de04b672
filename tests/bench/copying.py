"""Rows copied by SQL, each under an id of its own: a million in a minute or two, in tables like any other."""

from hashlib import md5
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model, UUIDField

from symptoms.models import Assessment, Entry, Treatment


def copy_rows(model: type[Model], source: str, params: list[Any], **differing: str) -> None:
    """Insert what `source` gives, the SQL from FROM on in which `of` is the table itself; `differing` says by column
    what is not as it was there. `copied(id, other)` is an id that follows from two."""
    _teach_the_database()
    columns = [field.column for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    values = ", ".join(differing.get(column, f"of.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} {source}", params)


def copy_days(written: Treatment) -> None:
    """Give the clinic's other sessions, of the same day as `written`, its days, and what is stored of each.

    What was logged on one day lies together, as it comes in.
    """
    sessions, entries, judged = (model._meta.db_table for model in (Treatment, Entry, Assessment))
    others = f"JOIN {sessions} AS other ON other.practice_id = %s AND other.id <> %s"
    params = [UUIDField().get_db_prep_value(id, connection) for id in (written.practice_id, written.pk, written.pk)]
    copy_rows(
        Entry, f"FROM {entries} AS of {others} WHERE of.treatment_id = %s ORDER BY of.day", params,
        id="copied(of.id, other.id)", treatment_id="other.id",
        reported_by_id="(SELECT user_id FROM accounts_patient WHERE id = other.patient_id)",
    )  # fmt: skip
    copy_rows(
        Assessment,
        f"FROM {judged} AS of JOIN {entries} AS entry ON entry.id = of.entry_id {others}"
        " WHERE entry.treatment_id = %s ORDER BY entry.day",
        params, entry_id="copied(of.entry_id, other.id)",
    )  # fmt: skip


def _teach_the_database() -> None:
    """A function of SQL: an id that follows from one and from what it is copied for."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION copied(id uuid, other anyelement) RETURNS uuid"
                " STRICT IMMUTABLE LANGUAGE sql AS 'SELECT md5(id::text || other::text)::uuid'"
            )
    else:
        connection.ensure_connection()
        connection.connection.create_function("copied", 2, _copied, deterministic=True)


def _copied(id: str | None, other: object) -> str | None:
    return None if id is None else md5(f"{id}{other}".encode()).hexdigest()
