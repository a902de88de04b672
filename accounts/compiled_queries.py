"""A query whose SQL is composed once: composing what every entry reads costs many times what reading it does."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet, UUIDField

M = TypeVar("M", bound=Model)
PLACEHOLDER = UUID(int=0)  # nobody's id


class _Plan(NamedTuple):
    model: type[Any]
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, Any]  # by the column's position
    fields: list[str]  # come first in a row
    annotations: list[str]


class CompiledQuery(Generic[M]):
    """Reads rows of one model by an id: `build` gives the query set, and is called once, with a placeholder for the id.

    So the query may depend on nothing else, neither on the time nor on who asks. Rows come whole and with their
    annotations, but without related rows. Tested with Django 5.2, whose compiler is not a public interface.
    """

    def __init__(self, build: Callable[[UUID], QuerySet[M]]):
        self._build = build

    def __call__(self, id: UUID) -> list[M]:
        """The rows for `id`, as the query set would give them."""
        connection, plan = connections[DEFAULT_DB_ALIAS], self._plan
        placeholder, stored = (UUIDField().get_db_prep_value(value, connection) for value in (PLACEHOLDER, id))
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, [stored if param == placeholder else param for param in plan.params])
            return [self._instance(list(row), connection) for row in cursor.fetchall()]

    @cached_property
    def _plan(self) -> _Plan:
        queryset = self._build(PLACEHOLDER)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        columns, annotations = [column for column, *_ in compiler.select], list(compiler.annotation_col_map)
        fields = [column.target.attname for column in columns[: len(columns) - len(annotations)]]
        return _Plan(queryset.model, sql, params, compiler.get_converters(columns), fields, annotations)

    def _instance(self, row: list[Any], connection: BaseDatabaseWrapper) -> M:
        plan = self._plan
        for position, (converters, column) in plan.converters.items():
            for convert in converters:
                row[position] = convert(row[position], column, connection)
        instance: M = plan.model.from_db(DEFAULT_DB_ALIAS, plan.fields, row[: len(plan.fields)])
        for name, value in zip(plan.annotations, row[len(plan.fields) :], strict=True):
            setattr(instance, name, value)
        return instance
