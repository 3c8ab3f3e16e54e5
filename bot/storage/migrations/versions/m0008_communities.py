"""In which community a question was asked, so that those who look after it see what stayed unanswered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("turns", sa.Column("community", sa.Text))
    op.create_index("ix_turns_platform_community_at", "turns", ["platform", "community", "at"])
