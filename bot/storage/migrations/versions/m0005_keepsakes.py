"""What a front end remembers of somebody from one update to the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "keepsakes",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "number", "key", name="pk_keepsakes"),
    )
    op.create_index("ix_keepsakes_until", "keepsakes", ["until"])
