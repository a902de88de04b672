"""Django's SQLite backend; how a statement is written for SQLite is worked out once, not whenever it runs."""

from functools import lru_cache

from django.db.backends.sqlite3 import base


class Cursor(base.SQLiteCursorWrapper):
    """Django writes places for values as %s, SQLite reads ?: a search through the whole statement at every call."""

    def convert_query(self, query, *, param_names=None):
        """The statement as SQLite reads it."""
        return _converted(query) if param_names is None else super().convert_query(query, param_names=param_names)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend; it differs in its cursor alone."""

    def create_cursor(self, name=None):
        """A cursor of the open connection."""
        return self.connection.cursor(factory=Cursor)


@lru_cache(maxsize=1024)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
