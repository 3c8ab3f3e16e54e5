"""One database: its engine, its transactions, and its faults in words that hold neither a password nor data."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import MissingService, Unreachable
from bot.storage import dialects
from bot.storage.migrating import Schema, newer, schema_of, upgrade

logger = logging.getLogger(__name__)


class Database:
    """An SQLite file or a PostgreSQL database. Opens connections when they are needed.

    Every method raises `MissingService` where the database does not answer.
    """

    def __init__(self, url: str | Path) -> None:
        """A path is an SQLite file. Raises `InputError` for a URL that cannot be understood."""
        self._url = str(url)
        self._address = dialects.parsed(url)
        self.file = dialects.file_of(self._address)
        self.engine = dialects.build_engine(self._address)
        # Writers of this process queue here. SQLite would let them try again and again, in no order.
        self._queue: AbstractAsyncContextManager[None] = asyncio.Lock() if self.file else nullcontext()

    @property
    def name(self) -> str:
        """What it is and where, for people: never with the user or the password."""
        if self.file:
            return f"SQLite file {self.file}"
        port = f":{self._address.port}" if self._address.port else ""
        return f"PostgreSQL database {self._address.database or ''} at {self._address.host or 'its socket'}{port}"

    async def migrate(self) -> None:
        """Bring the tables up to date, creating them where there are none. Several processes may do so at once."""
        if self.file:
            try:
                dialects.make_private(self.file)
            except OSError as error:
                raise self._missing(str(error)) from None
        async with self.write() as connection:
            await connection.run_sync(upgrade)

    async def schema(self) -> Schema:
        """Which migration the database is at, and which it lacks. Changes nothing; raises like `migrate`."""
        async with self.read() as connection:
            schema = await connection.run_sync(schema_of)
        if not schema.known:
            raise MissingService(newer(schema))
        return schema

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees everything as it was at one moment."""
        with self._faults():
            async with self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: all of what is done in it, or, where anything is raised, nothing."""
        with self._faults():
            async with self._queue, dialects.writing(self.engine).begin() as connection:
                yield connection

    async def leave_no_trace(self) -> None:
        """What was deleted leaves the file too (see `dialects.leave_no_trace`)."""
        with self._faults():
            async with self._queue:
                if not await dialects.leave_no_trace(self.engine):
                    logger.warning("storage.trace_left in=%s-wal until=the next checkpoint", self.file)

    async def close(self) -> None:
        await self.engine.dispose()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Translate what the driver raises when the database is not there, full, locked or not to be written."""
        try:
            yield
        except (DBAPIError, sqlite3.Error, OSError, PoolTimeout) as error:
            if not _is_about_the_database(error):
                raise
            # Without the cause, whose text may hold what must not be in a log.
            raise self._missing(str(getattr(error, "orig", None) or error)) from None

    def _missing(self, reason: str) -> MissingService:
        told = self._without_secrets(reason.strip().partition("\n")[0])
        if self.file:
            advice = "set CREDWAY_HOME to a folder you can write to"
            return MissingService(f"the {self.name} cannot be used ({told}); {advice}")
        return Unreachable(f"the {self.name} cannot be used ({told}); start it, or correct DATABASE_URL")

    def _without_secrets(self, reason: str) -> str:
        """The reason, or less where it quotes what could be the password."""
        written = self._url.partition("://")[2].rpartition("@")[0].partition(":")[2]
        options = [str(value) for name, value in self._address.query.items() if name != "host"]
        secrets = {written, str(self._address.password or ""), *options}
        quoted = any(secret and secret in reason for secret in secrets)
        return "it does not accept the connection" if quoted else reason


def _is_about_the_database(error: Exception) -> bool:
    """Whether it is the place that fails, and not what is done there."""
    if not isinstance(error, DBAPIError):
        return True
    no_rights = getattr(error.orig, "sqlstate", None) in {"42501", "25006"}
    # Itself, not a subclass of it, is what SQLite calls a file that is none of its own.
    damaged = type(error) is DatabaseError
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated or no_rights or damaged
