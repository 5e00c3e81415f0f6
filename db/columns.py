"""Column types that mean the same on every database."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WORD_LENGTH = 32

# SQLite numbers rows by itself only where the key is called INTEGER.
RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DiscordId = sa.BigInteger  # does not fit four bytes


class Timestamp(sa.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970: exact and comparable."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + value * _MICROSECOND


def word(words: type[enum.StrEnum]) -> sa.Enum:
    """Make a text column whose values are the words of an enumeration."""
    return sa.Enum(
        words,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,  # `one_of` writes it, under a name of ours
        validate_strings=True,
        length=_WORD_LENGTH,
    )


def one_of(column: str, words: type[enum.StrEnum]) -> sa.CheckConstraint:
    """Let the database itself refuse any other word in this column."""
    values = ", ".join(f"'{member.value}'" for member in words)
    # quoted: "window" is a reserved word in PostgreSQL
    return sa.CheckConstraint(f'"{column}" IN ({values})', name=f"{column}_known")
