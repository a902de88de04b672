"""What the database's errors mean is read the same way on both databases."""

import sqlite3
from uuid import uuid4

import django.db
import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import UniqueConstraint
from django.utils import timezone
from psycopg import errors
from psycopg_pool import PoolTimeout

from accounts.database_errors import is_transient, primary_key, violated_constraint
from accounts.models import Consent, Invitation, Membership, Patient, Practice, User
from tests import people
from tests.database_errors import raised_by, sqlite_error

pytestmark = pytest.mark.django_db


def violation(rows: list) -> str | None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        for row in rows:
            row.save(force_insert=True)
    return violated_constraint(caught.value)


def test_a_violated_constraint_is_known_by_its_name(clinic, noor, ana):
    now = timezone.now()
    care = {"patient": ana, "purpose": Consent.Purpose.CARE, "given_at": now}
    ana.consents.all().delete()
    assert violation([Practice(id=clinic.id, name="Another")]) == primary_key(Practice) == "accounts_practice_pkey"
    code = {"practice": clinic, "invited_by": noor, "token_hash": "0" * 64, "expires_at": now}
    assert violation([Invitation(**code), Invitation(**code)]) == "accounts_invitation_token_hash_key"
    assert violation([User(email=noor.email.upper())]) == "one_account_per_address"
    assert violation([Patient(name="Twin", user=ana.user)]) == "accounts_patient_user_id_key"
    assert violation([Consent(**care), Consent(**care)]) == "one_standing_consent_per_purpose"
    assert violation([Membership(user=noor, practice=clinic)]) == "one_current_practice_per_member"
    nobody = people.dr_okafor()
    assert violation([Membership(user=nobody, practice=clinic, is_practitioner=False)]) == "a_member_has_a_role"
    assert violation([Practice(name=None)]) is None


def test_no_two_constraints_of_a_table_are_alike_to_sqlite():
    """SQLite tells a violated constraint by its columns alone."""
    for model in apps.get_models():
        columns = [tuple(c.fields) for c in model._meta.constraints if isinstance(c, UniqueConstraint) and c.fields]
        assert len(columns) == len(set(columns)), model


@pytest.mark.parametrize(
    "cause",
    [
        *map(sqlite_error, [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_FULL]),
        *map(sqlite_error, [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY]),
        *[kind("in its words") for kind in (errors.AdminShutdown, errors.CannotConnectNow, errors.CrashShutdown)],
        *[kind("in its words") for kind in (errors.DeadlockDetected, errors.LockNotAvailable, errors.DiskFull)],
        *[kind("in its words") for kind in (errors.TooManyConnections, errors.QueryCanceled)],
        errors.OperationalError("the connection is lost"), PoolTimeout("no connection in time"),
        # What psycopg makes of an answer that a lost server never gave.
        errors.DatabaseError("server closed the connection unexpectedly"),
        errors.InternalError("got no result from the query"), errors.InterfaceError("the cursor is closed"),
    ],
    ids=lambda cause: getattr(cause, "sqlite_errorcode", None) or type(cause).__name__,
)  # fmt: skip
def test_what_may_pass_is_transient_also_where_django_lets_the_driver_s_error_through(cause):
    assert is_transient(raised_by(cause, getattr(django.db, type(cause).__name__, OperationalError)))
    assert is_transient(cause)


def test_a_fault_of_ours_is_not_transient():
    assert not is_transient(OperationalError("database is locked"))  # nobody's but the text's
    assert not is_transient(raised_by(sqlite_error(sqlite3.SQLITE_ERROR)))
    assert not is_transient(raised_by(errors.UndefinedColumn("no such column"), ProgrammingError))
    assert not is_transient(raised_by(errors.ProgrammingError("no result"), ProgrammingError))
    assert not is_transient(errors.ProgrammingError("the last operation didn't produce records"))
    assert not is_transient(errors.UndefinedColumn("no such column"))
    assert not is_transient(raised_by(errors.UniqueViolation("taken"), IntegrityError))
    assert not is_transient(raised_by(sqlite_error(sqlite3.SQLITE_CONSTRAINT_UNIQUE), IntegrityError))
    assert not is_transient(ValueError("database is locked"))
    with pytest.raises((OperationalError, ProgrammingError)) as caught, transaction.atomic():
        connection.cursor().execute(f'SELECT mood FROM "{Practice._meta.db_table}" WHERE id = %s', [str(uuid4())])
    assert not is_transient(caught.value)
