"""Statements that nearly every entry makes, their SQL worked out once instead of each time.

Django composes the SQL of a query set anew whenever it runs; for a row or two by an id that costs several times what
reading them does. See docs/decisions/0011.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from inspect import signature
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DecimalField, Field, ForeignKey, JSONField, Model, QuerySet, UUIDField
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)
AN_ID = UUIDField()
AS_THEY_ARE = frozenset({str, int, bool, type(None)})
MADE_INTO_TEXT = (JSONField, DecimalField)
Writer = Callable[[Any, BaseDatabaseWrapper], Any]


class CompiledQuery(Generic[M]):
    """A query set as a function of ids: `ask` is called once, with stand-ins, and its SQL is kept.

    What `ask` gives must therefore depend on nothing but the ids: neither on the time nor on who asks.
    """

    def __init__(self, ask: Callable[..., QuerySet[M]]):
        self._ask = ask

    def __call__(self, *ids: UUID) -> list[M]:
        """The rows for these ids, as the query set would give them."""
        plan, database = self._plan, connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(plan.sql, plan.params(ids, database))
            return [plan.instance(list(row), database) for row in cursor.fetchall()]

    @cached_property
    def _plan(self) -> "_Plan":
        stand_ins = [uuid4() for _ in signature(self._ask).parameters]
        return _Plan(self._ask(*stand_ins), stand_ins, connections[DEFAULT_DB_ALIAS])


class _Plan:
    """What Django's compiler found out about a query set: its SQL, where the ids go, how a row becomes objects."""

    def __init__(self, queryset: QuerySet, stand_ins: list[UUID], database: BaseDatabaseWrapper):
        compiler = queryset.query.get_compiler(connection=database)
        self.sql, self._values = compiler.as_sql()
        places = {_stored(stand_in, database): place for place, stand_in in enumerate(stand_ins)}
        self._places = [(at, places[value]) for at, value in enumerate(self._values) if value in places]
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        own = compiler.klass_info["select_fields"]
        self._model, self._own = queryset.model, slice(own[0], own[-1] + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._own]]
        # The stubs describe a later Django, where this takes one thing more.
        parts = compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS
        self._related = get_related_populators(*parts)  # type: ignore[call-arg]
        self._annotations = tuple(compiler.annotation_col_map.items())

    def params(self, ids: Sequence[UUID], database: BaseDatabaseWrapper) -> list[Any]:
        values = list(self._values)
        for at, place in self._places:
            values[at] = _stored(ids[place], database)
        return values

    def instance(self, row: list[Any], database: BaseDatabaseWrapper) -> Any:
        for at, (converters, column) in self._converters.items():
            for convert in converters:
                row[at] = convert(row[at], column, database)
        found = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, found)
        for name, at in self._annotations:
            setattr(found, name, row[at])
        return found


def insert(rows: list[M], *, on_conflict: str = "") -> list[M]:
    """Write rows of one model in one statement, as `bulk_create` does, and give them back.

    `on_conflict` is SQL, for a model whose ids are made here: the database cannot number a row that it does not write.

    Raises:
        IntegrityError: a row breaks a constraint.
    """
    if not rows:
        return rows
    database = connections[DEFAULT_DB_ALIAS]
    sql, fields, is_numbered = _insertion(type(rows[0]), len(rows), on_conflict)
    values = [write(getattr(row, name), database) for row in rows for name, write in fields]
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        numbers = cursor.fetchall() if is_numbered else []
    for row, (number,) in zip(rows, numbers, strict=False):
        row.pk = number
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return rows


@lru_cache
def _insertion(model: type[Model], count: int, on_conflict: str) -> tuple[str, list[tuple[str, Writer]], bool]:
    """The statement, the attributes it takes and how they are written, and whether the database numbers the rows."""
    quoted, number = connections[DEFAULT_DB_ALIAS].ops.quote_name, model._meta.auto_field
    fields = [field for field in model._meta.concrete_fields if field is not number]
    columns = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    sql = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES {places} {on_conflict}"  # noqa: S608  names from the models only
    written = [(field.attname, _writer(field)) for field in fields]
    return (f"{sql} RETURNING {quoted(number.column)}" if number else sql), written, number is not None


def _writer(field: Field) -> Writer:
    """How the field's values are written: most as they are, ids and times by the shortest way, else as Django does."""
    if isinstance(field, MADE_INTO_TEXT):
        return field.get_db_prep_save
    holds_ids = isinstance(field, UUIDField | ForeignKey)

    def write(value: Any, database: BaseDatabaseWrapper) -> Any:
        kind = type(value)
        if kind in AS_THEY_ARE:
            return value
        if kind is UUID and holds_ids:
            return _stored(value, database)
        if kind is datetime:
            return database.ops.adapt_datetimefield_value(value)
        return field.get_db_prep_save(value, database)

    return write


def _stored(id: UUID, database: BaseDatabaseWrapper) -> Any:
    return AN_ID.get_db_prep_value(id, database)
