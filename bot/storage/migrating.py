"""Brings a database's tables up to date with the migrations in this package, from code and in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from bot.errors import MissingService
from bot.storage.dialects import wait_for_turn_to_migrate

_SCRIPTS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The migration that a database is at (None: it is empty) and those it lacks, oldest first.

    `known` is False where the database is at a migration that this version of the code does not have.
    """

    current: str | None
    lacking: tuple[str, ...] = ()
    known: bool = True


def upgrade(connection: Connection, to: str = "heads") -> None:
    """Run the migrations that are lacking, in the transaction that the connection is in.

    Raises `MissingService` where the database is newer than the code; nothing is changed then.
    """
    # Who comes second waits here, and only then looks what is left to do.
    wait_for_turn_to_migrate(connection)
    scripts = ScriptDirectory(str(_SCRIPTS))
    context = MigrationContext.configure(connection)
    schema = schema_of(connection, to)
    if not schema.known:
        raise MissingService(newer(schema))
    with Operations.context(context):
        for revision in schema.lacking:
            scripts.get_revision(revision).module.upgrade()
            context.stamp(scripts, revision)


def schema_of(connection: Connection, to: str = "heads") -> Schema:
    scripts = ScriptDirectory(str(_SCRIPTS))
    current = MigrationContext.configure(connection).get_current_revision()
    try:
        lacking = [script.revision for script in scripts.iterate_revisions(to, current or "base")]
    except (CommandError, RevisionError):
        return Schema(current=current, known=False)
    return Schema(current=current, lacking=tuple(reversed(lacking)))


def newer(schema: Schema) -> str:
    return (
        f"the learners' database is of a newer Credway (migration {schema.current}); "
        "install that version, or set DATABASE_URL to another database"
    )
