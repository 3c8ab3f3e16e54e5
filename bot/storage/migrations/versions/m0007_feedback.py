"""Which messages answer which turn, and what people think of the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("turn", sa.Text))
    op.create_table(
        "sent_messages",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "room", "message", name="pk_sent_messages"),
    )
    op.create_index("ix_sent_messages_at", "sent_messages", ["at"])
    op.create_index("ix_sent_messages_platform_number", "sent_messages", ["platform", "number"])
    op.create_table(
        "feedback",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("room", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "number", "turn", name="pk_feedback"),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])
