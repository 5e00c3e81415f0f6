from __future__ import annotations

import dataclasses
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from db.database import Database
from db.event_models import Event, EventNotice
from db.event_schema import event_notices, events
from db.models import Job, Limit
from db.quota_models import Grant, Perk, QuotaChange
from db.quota_schema import grants, perks, quota_changes
from db.schema import jobs, limits, metadata


def test_rows_have_the_fields_of_their_models() -> None:
    for table, model in (
        (jobs, Job),
        (limits, Limit),
        (events, Event),
        (event_notices, EventNotice),
        (grants, Grant),
        (perks, Perk),
        (quota_changes, QuotaChange),
    ):
        assert {column.name for column in table.c} == {
            field.name for field in dataclasses.fields(model)
        }


async def test_schema_in_code_is_what_the_migrations_make(
    database: Database, tmp_path: Path
) -> None:
    written = sa.create_engine(f"sqlite:///{tmp_path / 'written.db'}")
    migrated = sa.create_engine(f"sqlite:///{database.path}")
    try:
        metadata.create_all(written)
        with migrated.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, metadata) == []
        assert _described(migrated) == _described(written)
    finally:
        written.dispose()
        migrated.dispose()


def _described(engine: sa.Engine) -> dict[str, object]:
    """Columns, keys, CHECKs and indexes with their conditions, in no particular order."""
    inspector = sa.inspect(engine)
    tables = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {
        table: {
            "columns": sorted(repr(column) for column in inspector.get_columns(table)),
            "key": repr(inspector.get_pk_constraint(table)),
            "unique": sorted(map(repr, inspector.get_unique_constraints(table))),
            "foreign": sorted(map(repr, inspector.get_foreign_keys(table))),
            "checks": sorted(map(repr, inspector.get_check_constraints(table))),
            "indexes": sorted(_statements(engine, table)),
            "autoincrement": "AUTOINCREMENT" in _create_statement(engine, table),
        }
        for table in tables
    }


def _statements(engine: sa.Engine, table: str) -> list[str]:
    query = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql > ''"
    with engine.connect() as connection:
        return [" ".join(row.sql.split()) for row in connection.exec_driver_sql(query, (table,))]


def _create_statement(engine: sa.Engine, table: str) -> str:
    query = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(query, (table,)).scalar_one())


def test_schema_compiles_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        assert str(sa.schema.CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert str(sa.schema.CreateIndex(index).compile(dialect=dialect))
