"""People who talk to a store, so that tests of any store read as sentences."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot import app
from bot.core.answer import Answer, Citation, Claim, Suggestion
from bot.core.conversation import Context
from bot.core.mail import Outgoing, Posted, Settlement, Update
from bot.core.owned import OwnDocument
from bot.core.ports import Budget, Erasable, LearnerStore, Limits, Summary, TurnRecord
from bot.documents.model import Passage
from bot.learning.learner import CardState, Changes, Holding, Identity, Learner, Profile, Reminder, Review, Room
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.token_budget import SqlBudget

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GROUP = Room(platform="telegram", number="-77", private=False)
_keys = itertools.count()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, which may be opened several times at once, as several processes do."""

    settings: Settings

    def open(self, also: Sequence[Erasable] = ()) -> AbstractAsyncContextManager[LearnerStore]:
        return app.open_store(self.settings, also)

    def open_all(self, also: Sequence[Erasable] = ()) -> AbstractAsyncContextManager[app.Stores]:
        return app.open_stores(self.settings, also)

    @asynccontextmanager
    async def budget(self, **limits: int) -> AsyncIterator[Budget]:
        """A budget with these limits and no others."""
        async with self.database() as database:
            yield SqlBudget(database, Limits(**limits))

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """What is below the store, for what its port does not show."""
        database = Database(self.settings.database_url or self.settings.database_file)
        try:
            yield database
        finally:
            await database.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. Commits to what is stored now, as a turn that nothing comes between."""

    store: LearnerStore
    number: str = "1001"
    platform: str = "telegram"

    @property
    def who(self) -> Identity:
        return Identity(platform=self.platform, number=self.number)

    @property
    def room(self) -> Room:
        return Room(platform=self.platform, number=self.number)

    async def learner(self) -> Learner:
        return await self.store.learner(self.who)

    async def does(self, turn: TurnRecord) -> Learner:
        return await self.store.commit(self.who, await self.learner(), turn)

    async def says(self, question: str, room: Room | None = None, **rest: Any) -> Learner:
        return await self.does(a_turn(room or self.room, question, **rest))

    async def changes(self, **changes: Any) -> Learner:
        return await self.does(a_turn(self.room, changes=Changes(**changes)))

    async def holds(self, *credentials: str) -> Learner:
        return await self.changes(holdings=tuple(Holding(credential=credential) for credential in credentials))

    async def wants_to_hear(self, *keys: str, at: datetime = NOW) -> Learner:
        return await self.changes(reminders=tuple(a_reminder(key, at) for key in keys))

    async def undoes(self) -> Learner:
        """Take back the last change, as the conversation does it."""
        now, before = await self.learner(), await self.store.before_last_change(await self.learner())
        assert before is not None
        kept = {holding.credential for holding in before.wallet}
        return await self.changes(
            profile=before.profile,
            holdings=before.wallet,
            dropped=tuple(holding.credential for holding in now.wallet if holding.credential not in kept),
            undo=True,
        )


@dataclass(slots=True)
class Cupboard:
    """An `Erasable`: things of people. While it is `stuck`, nothing can be taken out."""

    things: dict[Identity, int] = field(default_factory=dict)
    stuck: bool = False

    async def erase(self, identities: Sequence[Identity]) -> dict[str, int]:
        if self.stuck:
            raise RuntimeError("the cupboard does not open")
        return {"things": sum(self.things.pop(one, 0) for one in identities)}


def a_turn(room: Room, question: str = "?", **rest: Any) -> TurnRecord:
    """A turn with a key that no other one has."""
    given = {"key": f"key-{next(_keys)}", "at": NOW, "answer": None, "context": Context()} | rest
    return TurnRecord(room=room, question=question, **given)


def an_update(person: Person, key: str, text: str = "?", conversation: str | None = None) -> Update:
    return Update(
        platform=person.platform,
        key=key,
        conversation=conversation or person.number,
        payload={"text": text},
        sender=person.number,
    )


def a_message(room: Room, text: str = "!", **rest: Any) -> Outgoing:
    return Outgoing(room=room, kind="text", payload={"text": text}, **rest)


async def answered(
    stores: app.Stores, person: Person, room: Room, question: str = "?", *, message: str, at: datetime = NOW
) -> Posted:
    """Something that this person asks in a room is answered, and the answer has arrived as that message."""
    key = f"update-{next(_keys)}"
    await stores.mailbox.accept([an_update(person, key, conversation=key)], at)
    until, platforms = at + DAY, [person.platform]
    for taken in await stores.mailbox.take(at, until, limit=99, platforms=platforms):
        if taken.update.key != key:
            await stores.mailbox.give_back(taken.ticket, None, begun=False)
            continue
        settlement = Settlement(ticket=taken.ticket, outgoing=(a_message(room, key),))
        await person.says(question, room, answer=an_answer(question), settlement=settlement, at=at)
    for parcel in await stores.mailbox.parcels(at, until, limit=99, platforms=platforms):
        if parcel.payload["text"] == key:
            await stores.mailbox.sent(parcel, [message])
        else:
            await stores.mailbox.later(parcel, None)
    return Posted(room=room, number=message)


def a_document(mark: str, *texts: str, **rest: Any) -> OwnDocument:
    """A document named after its mark, which stands in each of its passages."""
    passages = tuple(
        Passage(
            id=f"own/{mark}#{n}", document=f"own/{mark}", kind="general", title=f"{mark}.md", heading=mark, text=text,
            links=(f"https://{mark}.example/",),
        )
        for n, text in enumerate(texts or (f"{mark} said here.",))
    )  # fmt: skip
    return OwnDocument(**{"id": mark, "name": f"{mark}.md", "at": NOW, "passages": passages} | rest)


def a_summary(text: str, upto: str) -> Summary:
    return Summary(text=text, upto=upto, at=NOW, model=f"{text} model", prompt=f"{text} prompt")


def a_reminder(key: str, due_at: datetime = NOW) -> Reminder:
    return Reminder(key=key, due_at=due_at, text_key="remind.renew", values={"days": "30"}, credential="az-104")


def a_card(item: str, *, mark: str = "", days: Sequence[date] = ()) -> CardState:
    return CardState(item=item, due_at=NOW + DAY, state={"step": None, "mark": mark}, correct_days=tuple(days))


def right(item: str, at: datetime = NOW) -> Review:
    return Review(item=item, at=at, rating=3, correct=True)


def wrong(item: str, at: datetime = NOW) -> Review:
    return Review(item=item, at=at, rating=1, correct=False)


def an_answer(text: str) -> Answer:
    """An answer that has something in every field."""
    citation = Citation(
        n=1, document="credentials/az-104", title=text, heading="Cost", passage=text, url="https://learn.microsoft.com/",
        source="Microsoft", as_of="2026-08",
    )  # fmt: skip
    return Answer(
        question=text,
        status="answered",
        language="en",
        mode="offline",
        text=f"{text} [1].",
        claims=(Claim(text=text, verdict="stale", citations=(1,)),),
        citations=(citation,),
        suggestions=(Suggestion(label=text, ask=text),),
        elapsed_ms=1.5,
        dropped=(text,),
    )


def everything(mark: str) -> Changes:
    """A change of everything that can be changed, with the mark in every text of it."""
    return Changes(
        profile=Profile(goals=(f"{mark}-goal",), goal_text=f"{mark} words", background=f"{mark} background"),
        holdings=(Holding(credential=f"{mark}-held", earned_on=date(2024, 2, 29)),),
        reminders=(
            Reminder(key=f"{mark}-due", due_at=NOW, text_key=mark, values={"days": mark}, credential=f"{mark}-held"),
            a_reminder(f"{mark}-later", NOW + DAY),
        ),
        cards=(a_card(f"{mark}-item", mark=mark, days=[date(2024, 2, 29)]),),
        reviews=(right(f"{mark}-item"), wrong(f"{mark}-item")),
    )
