"""Reads learners, turns and practice. Every function works in the transaction of its caller."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.answer import Answer
from bot.core.conversation import Context
from bot.core.mail import Posted
from bot.core.ports import StaleLearner, TurnRecord
from bot.learning.learner import CardState, Holding, Identity, Learner, Profile, Review, Room
from bot.storage.codec import loaded
from bot.storage.tables import cards, history, identities, learners, reviews, sent_messages, turns

AnyRow = Row[*tuple[Any, ...]]

# Somebody who joins platforms just now changes who is behind an identity; not more often than this in a row.
_ATTEMPTS = 3


def newcomer() -> Learner:
    """Somebody of whom nothing is known, not even stored yet."""
    return Learner(id=uuid.uuid4().hex)


def learner_of(row: AnyRow) -> Learner:
    """From a row with the columns of `learners`."""
    return Learner(
        id=row.id,
        version=row.version,
        profile=loaded(Profile, row.profile),
        wallet=loaded(tuple[Holding, ...], row.wallet),
    )


async def learner_id(connection: AsyncConnection, who: Identity) -> str | None:
    found: str | None = await connection.scalar(
        select(identities.c.learner_id).where(identities.c.platform == who.platform, identities.c.number == who.number)
    )
    return found


async def stored(connection: AsyncConnection, who: Identity) -> Learner | None:
    found = await connection.execute(
        select(learners)
        .join(identities)
        .where(identities.c.platform == who.platform, identities.c.number == who.number)
    )
    row = found.first()
    return learner_of(row) if row else None


async def page_of_learners(connection: AsyncConnection, after: str | None, limit: int) -> list[Learner]:
    practised = select(cards.c.learner_id).where(cards.c.learner_id == learners.c.id).exists()
    behind = true() if after is None else learners.c.id > after
    found = await connection.execute(
        select(learners).where(behind, or_(learners.c.wallet != "[]", practised)).order_by(learners.c.id).limit(limit)
    )
    return [learner_of(row) for row in found]


async def locked(connection: AsyncConnection, who: Identity) -> AnyRow | None:
    """The row of the learner behind an identity, which nobody else changes before the end of the transaction.

    All writers lock the learner before they touch anything of theirs, so that none waits for another in a circle.
    """
    for _ in range(_ATTEMPTS):
        behind = await learner_id(connection, who)
        if behind is None:
            return None
        rows = await locked_by_id(connection, [behind])
        # While waiting for the lock, this learner may have become part of another one, which ends the row.
        if behind in rows:
            return rows[behind]
    raise StaleLearner


async def locked_by_id(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, AnyRow]:
    """The rows of those that still exist, locked in an order that is the same for everybody."""
    found = await connection.execute(
        select(learners).where(learners.c.id.in_(ids)).order_by(learners.c.id).with_for_update()
    )
    return {row.id: row for row in found}


async def identities_of(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[Identity, ...]]:
    """The identities of learners, by learner, each in the same order every time."""
    found = await connection.execute(select(identities).where(identities.c.learner_id.in_(ids)))
    rows = sorted(found, key=lambda row: (row.platform, row.number))
    return {
        id_: tuple(Identity(platform=row.platform, number=row.number) for row in rows if row.learner_id == id_)
        for id_ in ids
    }


async def context(connection: AsyncConnection, who: Identity, room: Room) -> Context:
    """The context after the last turn of this person in this room."""
    found = await connection.scalar(
        select(turns.c.context)
        .join(identities, identities.c.learner_id == turns.c.learner_id)
        .where(identities.c.platform == who.platform, identities.c.number == who.number, *in_room(turns, room))
        .order_by(turns.c.id.desc())
        .limit(1)
    )
    return loaded(Context, found) if found else Context()


async def latest_turns(
    connection: AsyncConnection, learner: Learner, room: Room, limit: int, after: str | None
) -> list[TurnRecord]:
    said = and_(turns.c.learner_id == learner.id, *in_room(turns, room))
    query = select(turns).where(said).order_by(turns.c.id.desc()).limit(limit)
    if after is not None:
        last = await connection.scalar(select(turns.c.id).where(said, turns.c.key == after))
        query = query.where(turns.c.id > last) if last is not None else query
    found = await connection.execute(query)
    return [_turn(row) for row in reversed(found.all())]


async def turn_of(connection: AsyncConnection, learner: Learner, room: Room, message: Posted) -> TurnRecord | None:
    """See `LearnerStore.turn_of`."""
    of = sent_messages.c
    answered = and_(of.platform == turns.c.platform, of.turn == turns.c.key)
    seen = or_(turns.c.learner_id == learner.id, not_(turns.c.private))
    found = await connection.execute(
        select(turns).join_from(turns, sent_messages, answered).where(is_message(message), seen, *in_room(turns, room))
    )
    row = found.first()
    return _turn(row) if row else None


def is_message(message: Posted) -> ColumnElement[bool]:
    """The row that says which turn a message answers."""
    of, room = sent_messages.c, message.room
    return and_(of.platform == room.platform, of.room == room.number, of.message == message.number)


def in_room(table: Table, room: Room) -> tuple[Any, ...]:
    """A room that was private once and is not any more is another room: what was said stays there."""
    return table.c.platform == room.platform, table.c.room == room.number, table.c.private == room.private


def _turn(row: AnyRow) -> TurnRecord:
    return TurnRecord(
        key=row.key,
        room=Room(platform=row.platform, number=row.room, private=row.private),
        at=row.at,
        question=row.question,
        answer=loaded(Answer, row.answer) if row.answer is not None else None,
        context=loaded(Context, row.context),
    )


async def before_last_change(connection: AsyncConnection, learner: Learner) -> Learner | None:
    found = await connection.execute(
        select(learners.c.id, learners.c.version, history.c.profile, history.c.wallet)
        .join(history)
        .where(learners.c.id == learner.id)
        .order_by(history.c.id.desc())
        .limit(1)
    )
    row = found.first()
    return learner_of(row) if row else None


async def all_cards(connection: AsyncConnection, learner: Learner) -> list[CardState]:
    """What is due first stands first."""
    found = await connection.execute(select(cards).where(cards.c.learner_id == learner.id).order_by(cards.c.due_at))
    return [card_of(row) for row in found]


def card_of(row: AnyRow) -> CardState:
    days = loaded(tuple[date, ...], row.correct_days)
    return CardState(item=row.item, due_at=row.due_at, state=json.loads(row.state), correct_days=days)


async def all_reviews(connection: AsyncConnection, learner: Learner, since: datetime | None) -> list[Review]:
    """In the order in which they were given."""
    query = select(reviews).where(reviews.c.learner_id == learner.id).order_by(reviews.c.at, reviews.c.id)
    if since is not None:
        query = query.where(reviews.c.at >= since)
    found = await connection.execute(query)
    return [Review(item=row.item, at=row.at, rating=row.rating, correct=row.correct) for row in found]
