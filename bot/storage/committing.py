"""Stores a turn and everything that it changes, in the transaction of its caller."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import StaleLearner, TurnRecord
from bot.learning.changing import changed
from bot.learning.learner import CardState, Changes, Holding, Identity, Learner, Profile, Reminder, Review
from bot.storage.codec import as_json, dumped, dumped_over, plain, revived
from bot.storage.dialects import insert
from bot.storage.reading import AnyRow, learner_of, locked, locked_by_id, newcomer
from bot.storage.shelving import shelve
from bot.storage.tables import cards, history, identities, learners, own_documents, reminders, reviews, turns

# How many changes can be taken back, one after the other.
UNDO_DEPTH = 20


async def commit(connection: AsyncConnection, who: Identity, learner: Learner, turn: TurnRecord) -> Learner:
    """See `LearnerStore.commit`."""
    row = await locked(connection, who)
    if await _is_stored(connection, turn):
        return learner_of(row) if row else learner
    if row is None:
        await create(connection, who, learner)
    elif (row.id, row.version) != (learner.id, learner.version):
        raise StaleLearner
    # What is stored counts, not what the caller says it read: only changes are the caller's to make.
    before = learner_of(row) if row else Learner(id=learner.id)
    after = await _change(connection, before, turn.changes, row)
    await _add_turn(connection, after, turn)
    for document in turn.shelved:
        await shelve(connection, own_documents, {"learner_id": after.id}, document)
    return after


async def locked_or_created(connection: AsyncConnection, who: Identity) -> str:
    """The id of the learner behind an identity, who is stored from now on."""
    row = await locked(connection, who)
    if row is not None:
        return str(row.id)
    new = newcomer()
    await create(connection, who, new)
    return new.id


async def create(connection: AsyncConnection, who: Identity, learner: Learner) -> None:
    """Store somebody new, with nothing but who they are. Raises `StaleLearner` where somebody else did so first."""
    if learner.version != 0:
        # Somebody who was known when this turn began, and has been forgotten since.
        raise StaleLearner
    empty = Learner(id=learner.id)
    await connection.execute(
        insert(connection, learners).values(
            id=empty.id, version=0, profile=dumped(empty.profile), wallet=as_json(_wallet(empty))
        )
    )
    # Asked for what was added, since how many rows it was is not told for an INSERT on PostgreSQL.
    added = await connection.execute(
        insert(connection, identities)
        .values(platform=who.platform, number=who.number, learner_id=empty.id)
        .on_conflict_do_nothing()
        .returning(identities.c.learner_id)
    )
    if added.first() is None:
        raise StaleLearner


async def _is_stored(connection: AsyncConnection, turn: TurnRecord) -> bool:
    same = and_(turns.c.platform == turn.room.platform, turns.c.key == turn.key)
    return bool(await connection.scalar(select(func.count()).select_from(turns).where(same)))


async def _change(connection: AsyncConnection, before: Learner, changes: Changes, row: AnyRow | None) -> Learner:
    """Everything but the turn itself. `row` is how `before` is stored, None for somebody new."""
    if row is not None and changes.empty:
        return before
    after = _as_stored(replace(changed(before, changes), version=before.version + 1))
    await rewrite(connection, after, row)
    if changes.undo:
        await _forget_last_change(connection, before)
    elif _told(before) != _told(after):
        await _remember_for_undoing(connection, before)
    if changes.reminders is not None:
        await _set_reminders(connection, after.id, changes.reminders)
    await put_cards(connection, after.id, changes.cards)
    await _add_reviews(connection, after.id, changes.reviews)
    return after


def _told(learner: Learner) -> tuple[Profile, tuple[Holding, ...]]:
    """What can be taken back."""
    return replace(learner.profile, plan=None), learner.wallet


def _as_stored(learner: Learner) -> Learner:
    """As it will be read again: texts without what cannot be stored."""
    wallet: tuple[Holding, ...] = revived(tuple[Holding, ...], _wallet(learner))
    return replace(learner, profile=revived(Profile, plain(learner.profile)), wallet=wallet)


async def rewrite(connection: AsyncConnection, learner: Learner, row: AnyRow | None) -> None:
    """Store profile, wallet and version in the place of `row`'s, with the fields in it that are not ours to know."""
    profile = json.loads(row.profile) if row else {}
    wallet = json.loads(row.wallet) if row else []
    await connection.execute(
        update(learners)
        .where(learners.c.id == learner.id)
        .values(
            version=learner.version,
            profile=as_json(dumped_over(learner.profile, profile)),
            wallet=as_json(_wallet(learner, {holding.get("credential"): holding for holding in wallet})),
        )
    )


def _wallet(learner: Learner, known: Mapping[str, Any] | None = None) -> list[Any]:
    return [dumped_over(holding, (known or {}).get(holding.credential, {})) for holding in learner.wallet]


async def _remember_for_undoing(connection: AsyncConnection, before: Learner) -> None:
    await connection.execute(
        insert(connection, history).values(
            learner_id=before.id, profile=dumped(before.profile), wallet=as_json(_wallet(before))
        )
    )
    own = select(history.c.id).where(history.c.learner_id == before.id)
    oldest_kept = own.order_by(history.c.id.desc()).offset(UNDO_DEPTH - 1).limit(1)
    await connection.execute(
        delete(history).where(history.c.learner_id == before.id, history.c.id < oldest_kept.scalar_subquery())
    )


async def _forget_last_change(connection: AsyncConnection, learner: Learner) -> None:
    last = select(func.max(history.c.id)).where(history.c.learner_id == learner.id).scalar_subquery()
    await connection.execute(delete(history).where(history.c.id == last))


async def plan_reminders(connection: AsyncConnection, learner: Learner, wanted: Sequence[Reminder]) -> bool:
    """See `LearnerStore.plan_reminders`."""
    row = (await locked_by_id(connection, [learner.id])).get(learner.id)
    if row is None or row.version != learner.version:
        return False
    await _set_reminders(connection, learner.id, wanted)
    return True


async def _set_reminders(connection: AsyncConnection, learner_id: str, wanted: Sequence[Reminder]) -> None:
    """Make `wanted` the set of those to come. What is or was being sent stays and is not touched."""
    by_key = {reminder.key: reminder for reminder in wanted}
    waiting = and_(reminders.c.learner_id == learner_id, reminders.c.claim.is_(None))
    await connection.execute(delete(reminders).where(waiting, reminders.c.key.not_in(list(by_key))))
    if not by_key:
        return
    new = insert(connection, reminders)
    told = ("due_at", "text_key", "variables", "credential")
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["learner_id", "key"],
            set_={name: new.excluded[name] for name in told},
            where=reminders.c.claim.is_(None),
        ),
        [
            {
                "learner_id": learner_id,
                "key": reminder.key,
                "due_at": reminder.due_at,
                "text_key": reminder.text_key,
                "variables": as_json(reminder.values),
                "credential": reminder.credential,
            }
            for reminder in by_key.values()
        ],
    )


async def put_cards(connection: AsyncConnection, learner_id: str, states: Sequence[CardState]) -> None:
    if not states:
        return
    new = insert(connection, cards)
    told = ("due_at", "state", "correct_days")
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["learner_id", "item"], set_={name: new.excluded[name] for name in told}
        ),
        [
            {
                "learner_id": learner_id,
                "item": card.item,
                "due_at": card.due_at,
                "state": as_json(card.state),
                "correct_days": dumped(card.correct_days),
            }
            for card in {card.item: card for card in states}.values()
        ],
    )


async def _add_reviews(connection: AsyncConnection, learner_id: str, given: Sequence[Review]) -> None:
    if given:
        await connection.execute(
            insert(connection, reviews),
            [
                {
                    "learner_id": learner_id,
                    "item": review.item,
                    "at": review.at,
                    "rating": review.rating,
                    "correct": review.correct,
                }
                for review in given
            ],
        )


async def _add_turn(connection: AsyncConnection, learner: Learner, turn: TurnRecord) -> None:
    """Raises `StaleLearner` where the same turn is being stored for another learner at this moment."""
    added = await connection.execute(
        insert(connection, turns)
        .values(
            learner_id=learner.id,
            platform=turn.room.platform,
            key=turn.key,
            room=turn.room.number,
            private=turn.room.private,
            at=turn.at,
            question=turn.question,
            answer=None if turn.answer is None else dumped(turn.answer),
            context=dumped(turn.context),
            community=turn.community.number if turn.community else None,
        )
        .on_conflict_do_nothing()
        .returning(turns.c.learner_id)
    )
    if added.first() is None:
        raise StaleLearner
