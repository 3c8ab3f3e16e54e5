"""The tables of what is kept of learners, as SQLAlchemy Core metadata. The migrations make exactly these.

Every table that holds something of a learner says so in `learner_id`, so that nothing is forgotten when forgetting; the
tables in `BY_IDENTITY` are about an identity, and those in `NOBODYS` about nobody. Foreign keys do not cascade: a table
left out would stop the deletion.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from bot.storage.columns import Key, Moment, Prose

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    # SQLite counts by itself only where the type is INTEGER, which there has 64 bits anyway.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _learner(**options: Any) -> Column[str]:
    return Column("learner_id", Key, ForeignKey("learners.id"), nullable=False, **options)


learners = Table(
    "learners",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("profile", Prose, nullable=False),
    Column("wallet", Prose, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    _learner(index=True),
)

# How profile and wallet were before a change, so that it can be taken back: the latest few.
history = Table(
    "history",
    metadata,
    _number(),
    _learner(index=True),
    Column("profile", Prose, nullable=False),
    Column("wallet", Prose, nullable=False),
)

# `key` is the platform's own of the message or button. The context is the one after the turn. `community` is the one in
# which all could see it, None where nobody else could.
turns = Table(
    "turns",
    metadata,
    _number(),
    _learner(),
    Column("platform", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("room", Key, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("question", Prose, nullable=False),
    Column("answer", Prose),
    Column("context", Prose, nullable=False),
    Column("community", Key),
    UniqueConstraint("platform", "key"),
    Index(None, "learner_id", "platform", "room"),
    Index(None, "platform", "community", "at"),
)

# Of one learner in one room, as both are in `turns`: what was said up to and with the turn of that key.
summaries = Table(
    "summaries",
    metadata,
    _learner(primary_key=True),
    Column("platform", Key, primary_key=True),
    Column("room", Key, primary_key=True),
    Column("private", Boolean, primary_key=True),
    Column("text", Prose, nullable=False),
    Column("upto", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("model", Prose, nullable=False),
    Column("prompt", Prose, nullable=False),
)

# `claim` is set when a reminder is given out to be sent, and never taken back but by postponing.
reminders = Table(
    "reminders",
    metadata,
    _number(),
    _learner(),
    Column("key", Key, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("text_key", Prose, nullable=False),
    Column("variables", Prose, nullable=False),
    Column("credential", Prose),
    Column("claim", Key),
    Column("sent_at", Moment),
    UniqueConstraint("learner_id", "key"),
    Index(None, "claim", "due_at"),
)

cards = Table(
    "cards",
    metadata,
    _learner(primary_key=True),
    Column("item", Key, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("state", Prose, nullable=False),
    Column("correct_days", Prose, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    _number(),
    _learner(),
    Column("item", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("correct", Boolean, nullable=False),
    Index(None, "learner_id", "at"),
)

# Who wants to be seen in a community's ranking, and as whom. `folded` is the alias as it is compared.
members = Table(
    "members",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("room", Key, primary_key=True),
    _learner(primary_key=True, index=True),
    Column("alias", Prose, nullable=False),
    Column("folded", Prose, nullable=False),
    UniqueConstraint("platform", "room", "folded"),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("digest", Key, primary_key=True),
    _learner(index=True),
    Column("expires_at", Moment, nullable=False),
)

# How often an identity has tried a code since when. Not tied to a learner: who guesses need not be one yet.
link_guesses = Table(
    "link_guesses",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)

# What came in and is not settled yet; a row leaves with the settlement. `number` is whom it is about, if anybody.
# Who works on it has it `until` then, as long as `fence` is the number it was given; before then nobody takes it or
# what waits behind it in its conversation. `queued_at` is since when it is its conversation's first. `fault` is set
# where it could not be answered.
inbox = Table(
    "inbox",
    metadata,
    _number(),
    Column("platform", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("conversation", Key, nullable=False),
    Column("number", Key),
    Column("payload", Prose, nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", Moment),
    Column("fault", Key),
    Index(None, "platform", "conversation", "id"),
    Index(None, "platform", "number"),
    # Without it SQLite gives the number of a row that is gone to a new one, and an old ticket would fit that.
    sqlite_autoincrement=True,
)

# Which updates have been seen: hashes of their keys, kept when the update itself is long settled and gone.
arrivals = Table(
    "arrivals",
    metadata,
    Column("digest", Key, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

# What goes out; a row leaves when it has arrived. `number` is whose answer it is, `turn` the key of the turn that it
# answers, if it is one. `until` and `fence` as above. `begun` counts who has been given it and has not said what became
# of it; `doubts` the times that no answer came.
outbox = Table(
    "outbox",
    metadata,
    _number(),
    Column("effect", Key, nullable=False),
    Column("platform", Key, nullable=False),
    Column("room", Key, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("number", Key),
    Column("kind", Key, nullable=False),
    Column("payload", Prose, nullable=False),
    Column("content", LargeBinary),
    Column("once", Boolean, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", Moment),
    Column("turn", Key),
    UniqueConstraint("effect"),
    Index(None, "platform", "room", "id"),
    Index(None, "platform", "number"),
    sqlite_autoincrement=True,
)

# Which messages, by the platform's numbers of them in a room, answer which turn. Every message of an answer, not only
# its last: people react to the one that they mean. `number` is whose answer it is.
sent_messages = Table(
    "sent_messages",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("room", Key, primary_key=True),
    Column("message", Key, primary_key=True),
    Column("turn", Key, nullable=False),
    Column("number", Key, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "platform", "number"),
)

# What somebody thinks of the answer to a turn, which need not be their own: 1 is a thumb up, -1 down, 0 taken back.
# `room` is the community in which it was given, if in one.
feedback = Table(
    "feedback",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("turn", Key, primary_key=True),
    Column("verdict", Integer, nullable=False),
    Column("room", Key),
    Column("at", Moment, nullable=False, index=True),
)

# Who has blocked us.
unreachable = Table(
    "unreachable",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("since", Moment, nullable=False),
)

# What a front end remembers of somebody from one update to the next, until when.
keepsakes = Table(
    "keepsakes",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("key", Key, primary_key=True),
    Column("payload", Prose, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)

# What one process does for all, until when.
leases = Table(
    "leases",
    metadata,
    Column("name", Key, primary_key=True),
    Column("owner", Key, nullable=False),
    Column("until", Moment, nullable=False),
    Column("fence", Integer, nullable=False),
)


def _document() -> list[Column[Any]]:
    """What is kept of a document. `document` is its id, which follows from its content; `passages` all of its text."""
    return [
        Column("document", Key, nullable=False),
        Column("name", Prose, nullable=False),
        Column("at", Moment, nullable=False),
        Column("count", Integer, nullable=False),
        Column("characters", Integer, nullable=False),
        Column("passages", Prose, nullable=False),
        Column("vectors", LargeBinary, nullable=False),
        Column("embedded", Integer, nullable=False),
        Column("model", Prose, nullable=False),
    ]


# Documents that belong to one learner, and those that belong to a community. Two tables, so that no query about one
# kind can ever come upon the other.
own_documents = Table(
    "own_documents", metadata, _number(), _learner(), *_document(), UniqueConstraint("learner_id", "document")
)

community_documents = Table(
    "community_documents",
    metadata,
    _number(),
    Column("platform", Key, nullable=False),
    Column("room", Key, nullable=False),
    *_document(),
    UniqueConstraint("platform", "room", "document"),
)


def _tokens() -> Column[int]:
    return Column("tokens", BigInteger, nullable=False)


# What the language model used or has reserved, by day in UTC. Like guesses, of an identity and not of a learner: who
# asks need not be one yet, and counting does not wait for whoever changes the learner.
learner_spending = Table(
    "learner_spending",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    _tokens(),
)

community_spending = Table(
    "community_spending",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("room", Key, primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    _tokens(),
)

total_spending = Table("total_spending", metadata, Column("day", Date, primary_key=True), _tokens())

# By platform and number, whoever is behind them.
BY_IDENTITY = frozenset(
    {link_guesses, learner_spending, inbox, outbox, sent_messages, feedback, unreachable, keepsakes}
)
# Sums over many and hashes, in which nobody can be found: neither given out to a learner nor forgotten with one.
# A community's documents are its own: who sent one is not kept.
NOBODYS = frozenset({community_spending, total_spending, arrivals, leases, community_documents})
