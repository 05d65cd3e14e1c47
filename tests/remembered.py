"""What a thousand tests begin with is built once, and from then on put back as it was written."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

# Django itself fills these; with every flush their rows get other keys.
FILLED_BY_DJANGO = (ContentType, Permission)

# By name: a statement that writes the rows again, and what the building returned.
_remembered: dict[tuple[str, int], tuple[str, bytes]] = {}


def once(name: str, build: Callable[[], Any]) -> Any:
    """What `build` makes of an empty database, with its rows; a copy of it the next time.

    The copy has the rows' keys as they were first given. What is built upon other rows is not
    remembered, for it may rest on them.
    """
    kinds = ContentType.objects.get_for_models(*apps.get_models())
    key = name, min(kind.pk for kind in kinds.values())
    if key not in _remembered:
        empty = not _tables_with_rows()
        made = build()
        if empty:
            _remembered[key] = _rows_as_statement(), pickle.dumps(made)
        return made
    statement, made = _remembered[key]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return pickle.loads(made)


def _tables_with_rows() -> list[str]:
    """The names of the models' tables that are not empty, in one query."""
    names = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model not in FILLED_BY_DJANGO
    }
    asked = " UNION ALL ".join(
        f"(SELECT '{name}' FROM {connection.ops.quote_name(name)} LIMIT 1)"
        for name in sorted(names)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]


def _rows_as_statement() -> str:
    """SQL that inserts every row there is; constraints and triggers look at them as ever."""
    statements = []
    with connection.cursor() as cursor:
        for name in _tables_with_rows():
            table = f'"{name}"'
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped AND attgenerated = ''",
                [table],
            )
            (columns,) = cursor.fetchone()
            cursor.execute(
                f"SELECT quote_literal(json_agg(whole)::text) FROM (SELECT * FROM {table}) AS whole"
            )
            (rows,) = cursor.fetchone()
            statements.append(
                f"INSERT INTO {table} ({columns})"
                f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, {rows})"
            )
    return ";\n".join(statements)
