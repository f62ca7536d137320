"""Writes the rows that a query finds without bringing them into Python: INSERT ... SELECT, on both databases.

Django has no such statement. A hundred thousand rows written one object each take a minute; written by the database
from what it has found, seconds. The query is Django's own, compiled; the statement around it names columns only.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, Func, Model, QuerySet, TextField
from django.db.models.constants import OnConflict


def insert_found(
    model: type[Model],
    found: QuerySet[Any],
    *,
    from_found: Mapping[str, str],
    same: Mapping[str, Any],
    finish_looking: str = "",
) -> int:
    """Write one row of `model` for each row of `found`; rows that break a unique constraint are left out.

    `found` is what `.values(...)` gives. `from_found` names, for a field, what comes from there: SQL over the found
    rows, which are called `d`, mostly just `d.column`. `same` holds the values that all rows share; whatever is in
    neither gets the field's default. How many rows were written.

    A query that looks into the very table that is written wants `finish_looking`, a column of `d`: PostgreSQL then
    sorts by it, and so finds all rows before it writes the first. Otherwise each look passes the rows written so far.
    """
    try:
        inner, inner_values = found.query.get_compiler(using=found.db).as_sql()
    except EmptyResultSet:  # Django sees without asking that there is none
        return 0
    columns, selected, values = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.name not in {*from_found, *same}:
            continue
        columns.append(connection.ops.quote_name(field.column))
        if field.name in from_found:
            selected.append(from_found[field.name])
        else:
            selected.append("%s")
            values.append(_stored(field, same.get(field.name, field.get_default())))
    insert = connection.ops.insert_statement(on_conflict=OnConflict.IGNORE)
    suffix = connection.ops.on_conflict_suffix_sql([], OnConflict.IGNORE, [], [])
    table = connection.ops.quote_name(model._meta.db_table)
    sort = f"ORDER BY {finish_looking}" if finish_looking else ""
    into, chosen = f"{insert} {table} ({', '.join(columns)})", ", ".join(selected)
    # Names and SQL of the code alone; every value is a parameter.
    statement = f"{into} SELECT {chosen} FROM ({inner}) AS d {sort} {suffix}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *inner_values])
        return cursor.rowcount


def _stored(field: Field, value: Any) -> Any:
    """The value as this column holds it."""
    return field.get_db_prep_save(value.pk if isinstance(value, Model) else value, connection)


class SHA256(Func):
    """The digest of a text in hexadecimal. Django's own needs an extension of PostgreSQL that is built in by now."""

    function = "SHA256"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="ENCODE(SHA256(CONVERT_TO(%(expressions)s, 'UTF8')), 'hex')", **context
        )
