"""What is kept of learners: the database that is set, opened and brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.mail import Leases, Mailbox
from bot.core.ports import Erasable, Keepsakes, LearnerStore
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One database: what is kept of learners, their mail, and what front ends remember."""

    store: LearnerStore
    mailbox: Mailbox
    leases: Leases
    keepsakes: Keepsakes


@asynccontextmanager
async def open_storage(
    settings: Settings, also: Sequence[Erasable] = (), passing: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Storage]:
    """What is kept of learners, its tables brought up to date. `also`: other places that forgetting empties.

    Raises `InputError` or `MissingService`, each saying what to set, where there is no such database.
    """
    from bot.storage.database import Database  # noqa: PLC0415
    from bot.storage.keepsakes import SqlKeepsakes  # noqa: PLC0415
    from bot.storage.mailbox import SqlMailbox  # noqa: PLC0415
    from bot.storage.store import SqlLearnerStore  # noqa: PLC0415

    database = Database(settings.database_url or settings.database_file)
    try:
        await database.migrate()
        mailbox = SqlMailbox(database, passing)
        yield Storage(
            store=SqlLearnerStore(database, also, passing),
            mailbox=mailbox,
            leases=mailbox,
            keepsakes=SqlKeepsakes(database),
        )
    finally:
        await database.close()


@asynccontextmanager
async def open_store(settings: Settings, also: Sequence[Erasable] = ()) -> AsyncIterator[LearnerStore]:
    """The same for those who need no mail."""
    async with open_storage(settings, also) as storage:
        yield storage.store


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """What the learners' database is and where, and the migration it is at: None where nothing has been made yet.

    `behind` migrations are run at the next start.
    """

    name: str
    migration: str | None
    behind: int = 0


async def database_state(settings: Settings) -> DatabaseState:
    """Looks and changes nothing. Raises as `open_store` does."""
    from bot.storage.database import Database  # noqa: PLC0415

    database = Database(settings.database_url or settings.database_file)
    if database.file and not database.file.exists():
        return DatabaseState(name=database.name, migration=None)
    try:
        schema = await database.schema()
    finally:
        await database.close()
    return DatabaseState(name=database.name, migration=schema.current, behind=len(schema.lacking))
