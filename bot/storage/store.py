"""`LearnerStore` on SQLite and PostgreSQL: each method one transaction, what happens in it told elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot.core.conversation import Context
from bot.core.mail import Posted, Settlement
from bot.core.ports import DueReminder, Erasable, Receipt, Standing, Summary, TurnRecord
from bot.learning.learner import CardState, Identity, Learner, Reminder, Review, Room
from bot.storage import committing, leaving, linking, ranking, reading, receiving, reminder_claims, summaries
from bot.storage.database import Database
from bot.storage.reading import newcomer


class SqlLearnerStore:
    """See the port for what each method promises. `also` are other places that hold something of people; `passing` is
    told of places at which a test lets the process die.
    """

    def __init__(
        self, database: Database, also: Sequence[Erasable] = (), passing: Callable[[str], None] = lambda _: None
    ) -> None:
        self._database = database
        self._also = tuple(also)
        self._passing = passing

    async def learner(self, who: Identity) -> Learner:
        async with self._database.read() as connection:
            return await reading.stored(connection, who) or newcomer()

    async def context(self, who: Identity, room: Room) -> Context:
        async with self._database.read() as connection:
            return await reading.context(connection, who, room)

    async def commit(self, who: Identity, learner: Learner, turn: TurnRecord) -> Learner:
        async with self._database.write() as connection:
            after = await committing.commit(connection, who, learner, turn)
            if turn.settlement is not None:
                await receiving.settle(connection, turn.settlement, turn.at, turn.key)
            self._passing("before_commit")
            return after

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        async with self._database.write() as connection:
            await receiving.settle(connection, settlement, now)
            self._passing("before_commit")

    async def before_last_change(self, learner: Learner) -> Learner | None:
        async with self._database.read() as connection:
            return await reading.before_last_change(connection, learner)

    async def turns(self, learner: Learner, room: Room, *, limit: int, after: str | None = None) -> list[TurnRecord]:
        async with self._database.read() as connection:
            return await reading.latest_turns(connection, learner, room, limit, after)

    async def turn_of(self, learner: Learner, room: Room, message: Posted) -> TurnRecord | None:
        async with self._database.read() as connection:
            return await reading.turn_of(connection, learner, room, message)

    async def summary(self, learner: Learner, room: Room) -> Summary | None:
        async with self._database.read() as connection:
            return await summaries.stored(connection, learner, room)

    async def keep_summary(self, learner: Learner, room: Room, summary: Summary) -> None:
        async with self._database.write() as connection:
            await summaries.keep(connection, learner, room, summary)

    async def cards(self, learner: Learner) -> list[CardState]:
        async with self._database.read() as connection:
            return await reading.all_cards(connection, learner)

    async def reviews(self, learner: Learner, *, since: datetime | None = None) -> list[Review]:
        async with self._database.read() as connection:
            return await reading.all_reviews(connection, learner, since)

    async def learners(self, *, after: str | None, limit: int) -> list[Learner]:
        async with self._database.read() as connection:
            return await reading.page_of_learners(connection, after, limit)

    async def plan_reminders(self, learner: Learner, reminders: Sequence[Reminder]) -> bool:
        async with self._database.write() as connection:
            return await committing.plan_reminders(connection, learner, reminders)

    async def claim_reminders(
        self, now: datetime, *, limit: int = 100, platforms: Sequence[str] | None = None
    ) -> list[DueReminder]:
        async with self._database.write() as connection:
            return await reminder_claims.claim(connection, now, limit, platforms)

    async def reminders_sent(self, claims: Sequence[str], at: datetime) -> None:
        async with self._database.write() as connection:
            await reminder_claims.sent(connection, claims, at)

    async def postpone_reminders(self, claims: Sequence[str], until: datetime) -> None:
        async with self._database.write() as connection:
            await reminder_claims.postpone(connection, claims, until)

    async def join_ranking(self, who: Identity, community: Room, alias: str) -> bool:
        try:
            async with self._database.write() as connection:
                await ranking.join(connection, who, community, alias)
        except IntegrityError:
            return False
        return True

    async def leave_ranking(self, who: Identity, community: Room) -> None:
        async with self._database.write() as connection:
            await ranking.leave(connection, who, community)

    async def ranking(self, community: Room, *, since: datetime) -> list[Standing]:
        async with self._database.read() as connection:
            return await ranking.standings(connection, community, since)

    async def link_code(self, who: Identity, now: datetime) -> str:
        async with self._database.write() as connection:
            return await linking.make_code(connection, who, now)

    async def redeem(self, code: str, who: Identity, now: datetime) -> Learner | None:
        # Two transactions, against the port's rule: a guess counts also when what follows does not come to its end.
        async with self._database.write() as connection:
            await linking.count_guess(connection, who, now)
        async with self._database.write() as connection:
            return await linking.redeem(connection, code, who, now)

    async def export(self, who: Identity) -> dict[str, Any]:
        async with self._database.read() as connection:
            return await leaving.export(connection, who)

    async def forget(self, who: Identity, now: datetime) -> Receipt:
        async with self._database.read() as connection:
            known = await leaving.everyone(connection, who)
        erased: dict[str, int] = {}
        # The others first: should one of them fail, the learner is still there to be forgotten again.
        for place in self._also:
            erased |= await place.erase(known)
        async with self._database.write() as connection:
            erased |= await leaving.erase(connection, who)
        await self._database.leave_no_trace()
        return Receipt(at=now, erased=erased)
