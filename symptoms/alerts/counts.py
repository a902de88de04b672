"""How many of a practice's rows there are, as a part of a statement about the practice."""

from typing import Any

from django.db.models import Count, QuerySet, Subquery


def counted(rows: QuerySet[Any], *, distinct: str = "", by: str = "practice") -> Subquery:
    """How many rows of one practice (the column `by`) there are, or different values of `distinct`; empty for none."""
    number = Count(distinct, distinct=True) if distinct else Count("*")
    return Subquery(rows.order_by().values(by).annotate(number=number).values("number"))
