"""Documents that belong to a learner or to a community."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "own_documents",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("learner_id", sa.Text, nullable=False),
        *_document(),
        sa.PrimaryKeyConstraint("id", name="pk_own_documents"),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_own_documents_learner_id_learners"),
        sa.UniqueConstraint("learner_id", "document", name="uq_own_documents_learner_id_document"),
    )
    op.create_table(
        "community_documents",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        *_document(),
        sa.PrimaryKeyConstraint("id", name="pk_community_documents"),
        sa.UniqueConstraint("platform", "room", "document", name="uq_community_documents_platform_room_document"),
    )


def _document() -> list[sa.Column[object]]:
    return [
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("passages", sa.Text, nullable=False),
        sa.Column("vectors", sa.LargeBinary, nullable=False),
        sa.Column("embedded", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
    ]
