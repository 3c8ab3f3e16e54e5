"""One person on several platforms: codes that join two learners into one, in the transaction of the caller.

A code has 40 random bits, lives for ten minutes and works once; of it only a hash is stored. Who tries five that are
none has to wait: from one account a code is guessed with a probability of 5 in a million million, from a thousand
accounts at once against a thousand live codes with 5 in a million. (Forgetting a learner clears the count, as it must:
how often one may do that is for the rate limits of the front ends.)
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import and_, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import StaleLearner, TooManyGuesses
from bot.learning.changing import joined, joined_card
from bot.learning.learner import Identity, Learner, Room
from bot.storage.committing import locked_or_created, put_cards, rewrite
from bot.storage.dialects import insert
from bot.storage.reading import all_cards, in_room, learner_id, learner_of, locked_by_id
from bot.storage.summaries import COVERED
from bot.storage.tables import (
    cards,
    history,
    identities,
    learners,
    link_codes,
    link_guesses,
    members,
    own_documents,
    reminders,
    reviews,
    summaries,
    turns,
)

LIFETIME = timedelta(minutes=10)
MAX_GUESSES = 5
# Without the letters that are read as figures, or as each other.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", " -\n\t")
_LENGTH = 8


async def make_code(connection: AsyncConnection, who: Identity, now: datetime) -> str:
    """A code of eight letters and figures, shown as two fours. It takes the place of an earlier one."""
    owner = await locked_or_created(connection, who)
    await connection.execute(
        delete(link_codes).where((link_codes.c.learner_id == owner) | (link_codes.c.expires_at <= now))
    )
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    await connection.execute(
        insert(connection, link_codes).values(digest=digest(code), learner_id=owner, expires_at=now + LIFETIME)
    )
    return f"{code[:4]}-{code[4:]}"


def digest(code: str) -> str:
    """A code's hash, the same however people type it. Quick, since a code is of use for ten minutes only."""
    typed = code.upper().translate(_MISREAD)
    return hashlib.sha256(f"credway link code\0{typed}".encode(errors="replace")).hexdigest()


async def count_guess(connection: AsyncConnection, who: Identity, now: datetime) -> None:
    """Count a try before it is known whether it is right. Raises `TooManyGuesses`.

    Counting and comparing is one statement, so that guesses sent all at once do not pass together.
    """
    await connection.execute(delete(link_guesses).where(link_guesses.c.since <= now - LIFETIME))
    new = insert(connection, link_guesses).values(platform=who.platform, number=who.number, tries=1, since=now)
    counted = await connection.execute(
        new.on_conflict_do_update(
            index_elements=["platform", "number"],
            set_={"tries": case((link_guesses.c.tries > MAX_GUESSES, MAX_GUESSES + 1), else_=link_guesses.c.tries + 1)},
        ).returning(link_guesses.c.tries, link_guesses.c.since)
    )
    guesses = counted.one()
    if guesses.tries > MAX_GUESSES:
        raise TooManyGuesses(guesses.since + LIFETIME)


async def redeem(connection: AsyncConnection, code: str, who: Identity, now: datetime) -> Learner | None:
    """See `LearnerStore.redeem`; the guess has been counted."""
    live = and_(link_codes.c.digest == digest(code), link_codes.c.expires_at > now)
    maker = await connection.scalar(select(link_codes.c.learner_id).where(live))
    own = await learner_id(connection, who)
    if maker is None:
        return None
    rows = await locked_by_id(connection, [id_ for id_ in (maker, own) if id_ is not None])
    # Only one of those who use a code at the same time takes it away, and by then nobody has been forgotten or joined.
    used = await connection.execute(delete(link_codes).where(live, link_codes.c.learner_id == maker))
    if maker not in rows or used.rowcount == 0:
        return None
    if await learner_id(connection, who) != own:
        raise StaleLearner
    await connection.execute(
        delete(link_guesses).where(link_guesses.c.platform == who.platform, link_guesses.c.number == who.number)
    )
    first = learner_of(rows[maker])
    if own == maker:
        return first
    if own is None:
        added = await connection.execute(
            insert(connection, identities)
            .values(platform=who.platform, number=who.number, learner_id=maker)
            .on_conflict_do_nothing()
            .returning(identities.c.learner_id)
        )
        if added.first() is None:
            raise StaleLearner
        second = Learner(id="")
    else:
        second = learner_of(rows[own])
    both = joined(Learner(id=first.id, version=first.version + 1, profile=first.profile, wallet=first.wallet), second)
    await rewrite(connection, both, rows[maker])
    if own is not None:
        await _move(connection, second, both)
    return both


async def _move(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    """Make everything of the second learner the first one's; where both have the same thing, they become one."""
    await _join_cards(connection, second, first)
    await _join_reminders(connection, second, first)
    await _join_memberships(connection, second, first)
    await _join_summaries(connection, second, first)
    await _join_documents(connection, second, first)
    # After joining, "before the last change" would be before one of two lives.
    await connection.execute(delete(history).where(history.c.learner_id.in_([first.id, second.id])))
    await connection.execute(delete(link_codes).where(link_codes.c.learner_id == second.id))
    for table in (turns, summaries, reviews, reminders, cards, members, own_documents, identities):
        await connection.execute(update(table).where(table.c.learner_id == second.id).values(learner_id=first.id))
    await connection.execute(delete(learners).where(learners.c.id == second.id))


async def _join_cards(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    own = {card.item: card for card in await all_cards(connection, first)}
    both = [(own[card.item], card) for card in await all_cards(connection, second) if card.item in own]
    await put_cards(connection, first.id, [joined_card(mine, other) for mine, other in both])
    items = [mine.item for mine, _ in both]
    await connection.execute(delete(cards).where(cards.c.learner_id == second.id, cards.c.item.in_(items)))


async def _join_reminders(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    """Of two with the same key the one stays that has been claimed, so that nobody is told twice; else the first's."""
    ours, theirs = reminders.alias(), reminders.alias()
    found = await connection.execute(
        select(ours.c.id.label("ours"), ours.c.claim, theirs.c.id.label("theirs"), theirs.c.claim.label("their_claim"))
        .join_from(ours, theirs, ours.c.key == theirs.c.key)
        .where(ours.c.learner_id == first.id, theirs.c.learner_id == second.id)
    )
    going = [row.ours if row.claim is None and row.their_claim is not None else row.theirs for row in found]
    await connection.execute(delete(reminders).where(reminders.c.id.in_(going)))


async def _join_memberships(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    """One person is seen once in a community, by the first's alias."""
    ours, theirs = members.alias(), members.alias()
    found = await connection.execute(
        select(theirs.c.platform, theirs.c.room)
        .join_from(ours, theirs, and_(ours.c.platform == theirs.c.platform, ours.c.room == theirs.c.room))
        .where(ours.c.learner_id == first.id, theirs.c.learner_id == second.id)
    )
    for row in found.all():
        await connection.execute(
            delete(members).where(
                members.c.learner_id == second.id, members.c.platform == row.platform, members.c.room == row.room
            )
        )


async def _join_summaries(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    """Of two of the same room the one stays that goes further."""
    of = summaries.c
    found = await connection.execute(
        select(of.learner_id, of.platform, of.room, of.private)
        .join_from(summaries, turns, COVERED)
        .where(of.learner_id.in_([first.id, second.id]))
        .order_by(turns.c.id.desc())
    )
    staying = set()
    for row in found.all():
        room = Room(platform=row.platform, number=row.room, private=row.private)
        if room in staying:
            await connection.execute(
                delete(summaries).where(of.learner_id == row.learner_id, *in_room(summaries, room))
            )
        staying.add(room)


async def _join_documents(connection: AsyncConnection, second: Learner, first: Learner) -> None:
    """What both have sent is one document."""
    of = own_documents.c
    ours = select(of.document).where(of.learner_id == first.id)
    await connection.execute(delete(own_documents).where(of.learner_id == second.id, of.document.in_(ours)))
