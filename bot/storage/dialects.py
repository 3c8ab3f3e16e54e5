"""What is different between SQLite and PostgreSQL, all of it: opening, beginning, inserting, and leaving no trace."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import InputError

# How long, in seconds, a connection waits for another one that writes, or for a server that does not answer.
PATIENCE = 5
# Connections that a process keeps. Who needs one beyond these waits for a moment: opening one takes longer than most of
# what is done with it, and what the pool opens beyond its size it closes again at once.
_CONNECTIONS = {"pool_size": 10, "max_overflow": 0}
# How long a server is waited for whose host or network has gone without a word, as when another takes its place: the
# system itself would wait for a quarter of an hour, and for two hours where nothing is being sent.
_WAITING = {
    "connect_timeout": PATIENCE,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_WRITES = "credway_writes"
# How often a connection to a new file makes way for another one; more than once was never seen.
_ATTEMPTS = 9
# Any number, as long as it is the same for all who bring the tables of one database up to date.
_MIGRATING = 0x0C8ED3A1
# The same for those who take something from the mailbox.
TAKING, SENDING = 0x0C8ED3A2, 0x0C8ED3A3


def parsed(url: str | Path) -> URL:
    """A file, or `postgresql://…`, with the driver that is used here. Raises `InputError`, never quoting the URL."""
    if isinstance(url, Path):
        return URL.create("sqlite+aiosqlite", database=str(url))
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    kind = address.drivername.partition("+")[0] if address else ""
    # A password with @ / ? # in it, written as it is, is cut in two, and the rest of it taken for a host or a name.
    whole = url.count("@") == (1 if address and address.username is not None else 0)
    if address and whole and kind in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    raise InputError(
        "DATABASE_URL: write it as postgresql://user:password@host:5432/database, with %40 %3A %2F %3F %23 for "
        "@ : / ? # in the password, or leave it empty"
    )


def file_of(address: URL) -> Path | None:
    """The file of an SQLite database, None for PostgreSQL."""
    return Path(address.database) if is_sqlite(address) and address.database else None


def is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def build_engine(address: URL) -> AsyncEngine:
    """Nothing is opened yet. Errors never show parameters: those are what people have said."""
    if not is_sqlite(address):
        patience = {name: value for name, value in _WAITING.items() if name not in address.query}
        # As reading needs it: who reads sees everything as it was at one moment. Set once for a connection and not each
        # time that it is taken from the pool, since who is cancelled at that moment never brings it back.
        level = {"isolation_level": "REPEATABLE READ"}
        engine = create_async_engine(
            address, hide_parameters=True, pool_pre_ping=True, connect_args=patience, **level, **_CONNECTIONS
        )
        event.listen(engine.sync_engine, "begin", _begin_postgresql)
        return engine
    engine = create_async_engine(address, hide_parameters=True, **_CONNECTIONS)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _let_go)
    return engine


def writing(engine: AsyncEngine) -> AsyncEngine:
    """On SQLite a transaction has the file to itself from its beginning; on PostgreSQL rows are locked one by one, and
    each statement sees what others have done before it.
    """
    return engine.execution_options(**{_WRITES: True})


def insert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, spelled alike by both."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def make_private(file: Path) -> None:
    """Create the file so that only its owner may read it; SQLite gives its companions the same permissions."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def wait_for_turn_to_migrate(connection: Connection) -> None:
    """Let one process at a time bring the tables up to date, until the end of the transaction."""
    if connection.dialect.name != "sqlite":
        # As long as another's migrations take; nobody is waiting for an answer.
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})


async def wait_for_turn(connection: AsyncConnection, number: int) -> None:
    """Let one transaction at a time do the thing of this number. On SQLite there is only ever one that writes."""
    if connection.dialect.name != "sqlite":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


async def leave_no_trace(engine: AsyncEngine) -> bool:
    """Take what was deleted out of the file, byte by byte; False where somebody else's reading prevents it.

    SQLite: `secure_delete` overwrites what is deleted, but not the copies that a page keeps of rows which moved to
    another page (measured: in three of three files of 4 MB); only `VACUUM` drops those, and only the checkpoint takes
    them out of the log. PostgreSQL: nothing is done here. Deleted rows cannot be read by any query from the moment of
    the commit; their bytes stay in the table's pages until (auto)vacuum frees the space and other rows overwrite it,
    at once only by `VACUUM FULL`, and in the write-ahead log and backups as long as those are kept.
    """
    if engine.dialect.name != "sqlite":
        return True
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None  # noqa: S101 - a connection that was just opened
        await raw.execute("VACUUM")
        cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = await cursor.fetchone()
        await cursor.close()
        return not busy


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself; `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    _keep_a_log(cursor)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _keep_a_log(cursor: Any) -> None:
    """Write ahead, which is set once for a file. Of those who do so at once for a new one, SQLite refuses some without
    waiting (measured: 99 of 9,000). For a transaction it does wait, and after that the other has done it.
    """
    for _ in range(_ATTEMPTS):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and then wants to write fails at once when another one wrote in between.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _let_go(connection: Any, _record: object, _error: object) -> None:
    """End the transaction of a connection that is given up, as its user was cancelled. Closing it does not: SQLite
    keeps it, and the file locked, as long as a statement of it that has rows left is anywhere in memory.

    The connection does one thing after the other, so that a transaction is ended, too, which is only beginning.
    """
    connection.rollback()


def _begin_postgresql(connection: Connection) -> None:
    # Set here and not with the connection, which a pooler in between may share out to others.
    if connection.get_execution_options().get(_WRITES, False):
        level = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
        connection.exec_driver_sql(f"{level}; SET LOCAL lock_timeout = '{PATIENCE}s'")
