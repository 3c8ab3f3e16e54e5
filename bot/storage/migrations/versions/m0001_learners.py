"""Learners, what was said, what is to be said, practice, and joining from another platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Spelled out, not imported: a migration stays as it was when the tables of the code move on.
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _learner(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    reference = sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], f"fk_{table}_learner_id_learners")
    return sa.Column("learner_id", sa.Text, nullable=False), reference


def upgrade() -> None:
    _create_learners()
    _create_conversation()
    _create_practice()
    _create_linking()


def _create_learners() -> None:
    op.create_table(
        "learners",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("wallet", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
    )
    op.create_table(
        "identities",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        *_learner("identities"),
        sa.PrimaryKeyConstraint("platform", "number", name="pk_identities"),
    )
    op.create_index("ix_identities_learner_id", "identities", ["learner_id"])
    op.create_table(
        "history",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *_learner("history"),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("wallet", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_learner_id", "history", ["learner_id"])


def _create_conversation() -> None:
    op.create_table(
        "turns",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *_learner("turns"),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("context", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("platform", "key", name="uq_turns_platform_key"),
    )
    op.create_index("ix_turns_learner_id_platform_room", "turns", ["learner_id", "platform", "room"])
    op.create_table(
        "reminders",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *_learner("reminders"),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("text_key", sa.Text, nullable=False),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("credential", sa.Text),
        sa.Column("claim", sa.Text),
        sa.Column("sent_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint("learner_id", "key", name="uq_reminders_learner_id_key"),
    )
    op.create_index("ix_reminders_claim_due_at", "reminders", ["claim", "due_at"])


def _create_practice() -> None:
    op.create_table(
        "cards",
        *_learner("cards"),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("correct_days", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "item", name="pk_cards"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *_learner("reviews"),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("correct", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_learner_id_at", "reviews", ["learner_id", "at"])


def _create_linking() -> None:
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.Text, nullable=False),
        *_learner("link_codes"),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_link_codes"),
    )
    op.create_index("ix_link_codes_learner_id", "link_codes", ["learner_id"])
    op.create_table(
        "link_guesses",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "number", name="pk_link_guesses"),
    )
