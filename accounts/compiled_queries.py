"""A query whose SQL is composed once: composing what every entry reads costs many times what reading it does."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, DateTimeField, Field, Model, QuerySet, UUIDField
from django.db.models.query import RelatedPopulator, get_related_populators

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
A_DATE, A_MOMENT, AN_ID = DateField(), DateTimeField(), UUIDField()
# Stand for what is asked for while the SQL is composed: nobody's id, a day and a moment that never come.
PLACEHOLDERS: "dict[Field[Any, Any], Any]" = {
    AN_ID: UUID(int=0),
    A_DATE: date.max,
    A_MOMENT: datetime(9999, 1, 1, tzinfo=UTC),
}


class _Plan(NamedTuple):
    model: type[Any]
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, Any]  # by the column's position
    fields: list[str]  # come first in a row
    related: list[RelatedPopulator]
    annotations: dict[str, int]  # the column's position by name


class CompiledQuery(Generic[P, M]):
    """Reads rows of one model by an id, a date or a moment: `takes` says which, in the order of what is passed.

    `build` gives the query set, and is called once, with placeholders: so the query may depend on nothing else, neither
    on the time nor on who asks. Rows come whole, with their annotations and what `select_related` names. Tested with
    Django 5.2, whose compiler is not a public interface.
    """

    def __init__(self, build: Callable[P, QuerySet[M]], *takes: "Field[Any, Any]"):
        self._build = build
        self._takes = takes or (AN_ID,)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[M]:
        """The rows for these values, as the query set would give them."""
        connection, plan = connections[DEFAULT_DB_ALIAS], self._plan
        stored = {
            field.get_db_prep_value(PLACEHOLDERS[field], connection): field.get_db_prep_value(value, connection)
            for field, value in zip(self._takes, args, strict=True)
        }
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, [stored.get(param, param) for param in plan.params])
            return [self._instance(list(row), connection) for row in cursor.fetchall()]

    @cached_property
    def _plan(self) -> _Plan:
        values = [PLACEHOLDERS[field] for field in self._takes]
        queryset: QuerySet[M] = self._build(*values)  # type: ignore[call-arg]  # as many as it takes
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        columns, of_the_model = [column for column, *_ in compiler.select], compiler.klass_info["select_fields"]
        return _Plan(
            queryset.model,
            sql,
            params,
            compiler.get_converters(columns),
            [columns[position].target.attname for position in of_the_model],
            get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # 6.1
            compiler.annotation_col_map,
        )

    def _instance(self, row: list[Any], connection: BaseDatabaseWrapper) -> M:
        plan = self._plan
        for position, (converters, column) in plan.converters.items():
            for convert in converters:
                row[position] = convert(row[position], column, connection)
        instance: M = plan.model.from_db(DEFAULT_DB_ALIAS, plan.fields, row[: len(plan.fields)])
        for populator in plan.related:
            populator.populate(row, instance)
        for name, position in plan.annotations.items():
            setattr(instance, name, row[position])
        return instance
