"""What is kept of learners: the database that is set, opened and brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.asked import Asked
from bot.core.feedback import Feedback
from bot.core.mail import Leases, Mailbox
from bot.core.ports import Budget, Erasable, Keepsakes, LearnerStore, Limits
from bot.core.shelf import Shelf, VectorShelf
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """All that one database holds. Opened together: on SQLite whoever writes in a process queues at one `Database`."""

    learners: LearnerStore
    budget: Budget
    mailbox: Mailbox
    leases: Leases
    keepsakes: Keepsakes
    shelf: Shelf
    feedback: Feedback
    asked: Asked
    vectors: VectorShelf


@asynccontextmanager
async def open_stores(
    settings: Settings, also: Sequence[Erasable] = (), passing: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Stores]:
    """What is kept of learners, their mail, and what the language model may use, the tables brought up to date. `also`:
    other places that forgetting empties; `passing` is told of places at which a test lets the process die.

    Raises `InputError` or `MissingService`, each saying what to set, where there is no such database.
    """
    from bot.adapters.discord.wearing import Worn  # noqa: PLC0415
    from bot.storage.asking import SqlAsked  # noqa: PLC0415
    from bot.storage.database import Database  # noqa: PLC0415
    from bot.storage.documents import SqlShelf  # noqa: PLC0415
    from bot.storage.feedback import SqlFeedback  # noqa: PLC0415
    from bot.storage.keepsakes import SqlKeepsakes  # noqa: PLC0415
    from bot.storage.mailbox import SqlMailbox  # noqa: PLC0415
    from bot.storage.store import SqlLearnerStore  # noqa: PLC0415
    from bot.storage.token_budget import SqlBudget  # noqa: PLC0415

    database = Database(settings.database_url or settings.database_file)
    try:
        await database.migrate()
        mailbox, keepsakes = SqlMailbox(database, passing), SqlKeepsakes(database)
        # Who is forgotten wears no role of ours on Discord any more, from wherever they have said so.
        worn = Worn(keepsakes, mailbox, lambda: datetime.now(UTC))
        shelf = SqlShelf(database)
        yield Stores(
            learners=SqlLearnerStore(database, (worn, *also), passing),
            budget=SqlBudget(database, limits_of(settings)),
            mailbox=mailbox,
            leases=mailbox,
            keepsakes=keepsakes,
            shelf=shelf,
            vectors=shelf,
            feedback=SqlFeedback(database),
            asked=SqlAsked(database),
        )
    finally:
        await database.close()


@asynccontextmanager
async def open_store(settings: Settings, also: Sequence[Erasable] = ()) -> AsyncIterator[LearnerStore]:
    """What is kept of learners, for whoever needs nothing else; as `open_stores`."""
    async with open_stores(settings, also) as stores:
        yield stores.learners


def limits_of(settings: Settings) -> Limits:
    return Limits(
        learner=settings.llm_daily_tokens_learner,
        community=settings.llm_daily_tokens_community,
        total=settings.llm_daily_tokens_total,
    )


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
