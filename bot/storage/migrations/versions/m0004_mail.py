"""What came in and goes out, who has blocked us, and what only one process does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# Spelled out, not imported: a migration stays as it was when the tables of the code move on.
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_inbox()
    _create_outbox()
    op.create_table(
        "unreachable",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "number", name="pk_unreachable"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("until", _MOMENT),
        sa.Column("fault", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_platform_conversation_id", "inbox", ["platform", "conversation", "id"])
    op.create_index("ix_inbox_platform_number", "inbox", ["platform", "number"])
    op.create_table(
        "arrivals",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_arrivals"),
    )
    op.create_index("ix_arrivals_at", "arrivals", ["at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("once", sa.Boolean, nullable=False),
        sa.Column("posted_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("doubts", sa.Integer, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("effect", name="uq_outbox_effect"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_platform_room_id", "outbox", ["platform", "room", "id"])
    op.create_index("ix_outbox_platform_number", "outbox", ["platform", "number"])
