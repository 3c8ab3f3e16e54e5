"""The kinds of columns that tables have, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from bot.errors import InputError
from bot.storage.codec import storable

# PostgreSQL indexes at most 2,704 bytes of a row, and the widest key here is three of these in UTF-8.
MAX_KEY = 200


class UnfitKey(DontWrapMixin, InputError):
    """An id that cannot be stored as it is. Not cleaned: two different ids must never become the same."""


class Key(TypeDecorator[str]):
    """An id or key of up to 200 characters, stored as it is or not at all (`UnfitKey`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        if value is not None and (len(value) > MAX_KEY or value != storable(value)):
            raise UnfitKey(f"an id may have {MAX_KEY} characters, none of them a control character; shorten it")
        return value


class Prose(TypeDecorator[str]):
    """Text as people and documents have it, without what a database refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """A point in time: any aware datetime goes in, UTC comes out, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone is no point in time")
        utc = value.astimezone(UTC)
        # SQLite keeps text and has no zones; without them texts compare as times.
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
