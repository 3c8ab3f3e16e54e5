"""Who wants to be seen in the ranking of a community."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("alias", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform", "room", "learner_id", name="pk_members"),
        sa.UniqueConstraint("platform", "room", "folded", name="uq_members_platform_room_folded"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], "fk_members_learner_id_learners"),
    )
    op.create_index("ix_members_learner_id", "members", ["learner_id"])
