"""What the language model has used by day, and what it made of long conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _create_spending("learner_spending", "platform", "number")
    _create_spending("community_spending", "platform", "room")
    _create_spending("total_spending")
    op.create_table(
        "summaries",
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("upto", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "platform", "room", "private", name="pk_summaries"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], "fk_summaries_learner_id_learners"),
    )


def _create_spending(table: str, *of: str) -> None:
    op.create_table(
        table,
        *(sa.Column(name, sa.Text, nullable=False) for name in of),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*of, "day", name=f"pk_{table}"),
    )
    if of:
        # What is too old is found by its day alone.
        op.create_index(f"ix_{table}_day", table, ["day"])
