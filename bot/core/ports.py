"""What the core needs from outside, as small as it can be. Each port has two implementations or a test double."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.core.answer import Answer
from bot.core.conversation import Context
from bot.core.mail import Posted, Settlement
from bot.core.owned import OwnDocument
from bot.documents.model import Passage
from bot.learning.learner import CardState, Changes, Identity, Learner, Reminder, Review, Room

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with what speaks for it.

    `score` orders hits of one search (0 to 1, not comparable between searches). `coverage` is the share of the
    question's terms, weighted by rarity, that the passage holds; `similarity` the cosine of the embeddings, None
    when there are none. The last two are comparable between searches.
    """

    passage: Passage
    score: float
    coverage: float
    similarity: float | None = None


class Retriever(Protocol):
    async def retrieve(self, query: str, *, limit: int = 5, documents: frozenset[str] | None = None) -> list[Hit]:
        """The best passages, best first; `documents` restricts the search to those ids before ranking."""
        ...


class Embedder(Protocol):
    """Text to unit vectors. `model` names the vector space: vectors of different models are never compared."""

    @property
    def model(self) -> str: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One turn as it is stored: whole or not at all. `key` is unique for a platform: a repeated one is stored once.

    `answer` is None for turns without one (a button that only changes something). `settlement` is what is settled and
    posted in the same transaction, where a front end has a mailbox; `shelved` are documents that become the learner's
    own in it. Times are in UTC.
    """

    key: str
    room: Room
    at: datetime
    question: str
    answer: Answer | None
    context: Context
    changes: Changes = field(default_factory=Changes)
    settlement: Settlement | None = None
    shelved: tuple[OwnDocument, ...] = ()
    community: Room | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a learner and the bot have said in a room up to and with the turn whose key is `upto`, in fewer words.

    Who put it so: `model` names the language model, `prompt` the version of what it was told to do.
    """

    text: str
    upto: str
    at: datetime
    model: str
    prompt: str


class StaleLearner(Exception):
    """The learner has changed since it was read: read again, decide again, commit again."""


class TooManyGuesses(Exception):
    """Somebody has tried too many link codes that were none. None is looked at before `until`, not even a right one."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"no link code before {until:%H:%M}")
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """A reminder whose time has come, and to whom it goes. `claim` is given back when it has been sent."""

    claim: str
    learner: Learner
    identities: tuple[Identity, ...]
    reminder: Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was erased: how many rows of each kind. Holds nothing of the learner, not even the id."""

    at: datetime
    erased: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A line of a community's ranking. Of a learner it shows the alias chosen for it, and nothing else.

    `rank` counts from 1, equals share it; `correct` is how many answers in practice were right.
    """

    rank: int
    alias: str
    correct: int


class Erasable(Protocol):
    """Another place that holds something of people, by their identities (which never change, unlike learners' ids,
    of which joining two leaves one). Forgetting a learner empties all such places.
    """

    async def erase(self, identities: Sequence[Identity]) -> dict[str, int]:
        """Erase everything of these; how many of each kind it was. Doing it again does no harm."""
        ...


class Keepsakes(Protocol):
    """Small things that a front end has to remember from one update to the next: what a button asks, which poll is
    whose. Each belongs to somebody, and goes when they are forgotten or when its time is over.
    """

    async def keep(self, who: Identity, things: Mapping[str, Any], until: datetime) -> None:
        """Keep things of what JSON knows by their keys, instead of what was kept by these before."""
        ...

    async def recall(self, who: Identity, key: str, now: datetime) -> Any | None: ...

    async def change(
        self, who: Identity, key: str, changed: Callable[[Any | None], Any | None], now: datetime, until: datetime
    ) -> None:
        """Keep what `changed` makes of the thing that is kept by a key, None where there is none, and nothing where it
        makes None. Of several who do so at once, in whatever processes, each is given what the one before has made.
        """
        ...

    async def drop(self, who: Identity, key: str) -> None: ...


class LearnerStore(Protocol):
    """What is kept of learners. Every method is one transaction.

    Raises `MissingService` where the database does not answer, and `InputError` for an id that cannot be stored (of
    more than 200 characters, or with NUL or half a surrogate pair; other texts are stored without these). Whatever
    changes a learner may raise `StaleLearner`. Times are aware; those that come back are in UTC.
    """

    async def learner(self, who: Identity) -> Learner:
        """The learner behind an identity; somebody new gets an empty one, which is stored with the first commit."""
        ...

    async def context(self, who: Identity, room: Room) -> Context:
        """What this person and the bot were talking about in this room; an empty context where nothing was said."""
        ...

    async def commit(self, who: Identity, learner: Learner, turn: TurnRecord) -> Learner:
        """Store a turn with all its changes; the learner as it is then. Raises `StaleLearner` when `learner` is not
        who is behind `who`, or its version not the stored one; a turn whose key is already stored changes nothing but
        what it settles. Raises `Superseded` where that is not its to settle any more.
        """
        ...

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        """The same for a turn that is not kept. Raises `Superseded`."""
        ...

    async def before_last_change(self, learner: Learner) -> Learner | None:
        """Profile and wallet as they were before the last change that is not yet undone; None when there is none."""
        ...

    async def turns(self, learner: Learner, room: Room, *, limit: int, after: str | None = None) -> list[TurnRecord]:
        """The latest turns of one learner in one room, oldest first; without what they changed or shelved. `after`:
        only those after the turn with this key; all where they have no such turn here.
        """
        ...

    async def turn_of(self, learner: Learner, room: Room, message: Posted) -> TurnRecord | None:
        """The turn in this room that was answered with a message, as `turns` gives it: this learner's, or where all
        see it anybody's. None where the message answers none there, or it is not remembered any more.
        """
        ...

    async def summary(self, learner: Learner, room: Room) -> Summary | None:
        """What is kept in the place of turns long ago; the rest are the `turns` after its `upto`."""
        ...

    async def keep_summary(self, learner: Learner, room: Room, summary: Summary) -> None:
        """Keep it in the place of an earlier one; one that covers less than the one that is kept changes nothing.

        Nor does one of a learner who is not stored, or not any more: hence the learner and not the identity, behind
        which there may be somebody new when the model has done. It makes no other version of the learner.
        """
        ...

    async def cards(self, learner: Learner) -> list[CardState]: ...

    async def reviews(self, learner: Learner, *, since: datetime | None = None) -> list[Review]: ...

    async def learners(self, *, after: str | None, limit: int) -> list[Learner]:
        """A page of those who hold something or have practised, in the order of their ids, from the one behind `after`
        on.
        """
        ...

    async def plan_reminders(self, learner: Learner, reminders: Sequence[Reminder]) -> bool:
        """Make these the whole set that is wanted, as `Changes.reminders` does, with nothing else changed. False where
        the learner has changed since they were read, or has gone: nothing is planned then.
        """
        ...

    async def claim_reminders(
        self, now: datetime, *, limit: int = 100, platforms: Sequence[str] | None = None
    ) -> list[DueReminder]:
        """Reminders due by `now`, each given to one caller only: a claim that is not confirmed is never given again
        (a reminder is sent at most once). `platforms`: only of those who can be reached on one of these, and with
        only the identities at which they can be.
        """
        ...

    async def reminders_sent(self, claims: Sequence[str], at: datetime) -> None: ...

    async def postpone_reminders(self, claims: Sequence[str], until: datetime) -> None:
        """Give back what was claimed and certainly not sent (it has become quiet hours, say): due again at `until`."""
        ...

    async def join_ranking(self, who: Identity, community: Room, alias: str) -> bool:
        """Be seen in the ranking of this community, by an alias of up to 32 characters; doing it again changes the
        alias. False where another has it already. Raises `InputError` for an alias with nothing to be seen in it.
        """
        ...

    async def leave_ranking(self, who: Identity, community: Room) -> None: ...

    async def ranking(self, community: Room, *, since: datetime) -> list[Standing]:
        """Those who joined, by right answers since then, the most first."""
        ...

    async def link_code(self, who: Identity, now: datetime) -> str:
        """A code, valid once and for ten minutes, with which the same person joins from another platform."""
        ...

    async def redeem(self, code: str, who: Identity, now: datetime) -> Learner | None:
        """Join `who` to the learner who made the code: profile, wallet and practice become one, what the code's
        maker has said prevails, and neither's last change can be undone. None when the code is unknown, used or too
        old; raises `TooManyGuesses` after five of those within ten minutes.
        """
        ...

    async def export(self, who: Identity) -> dict[str, Any]:
        """Everything that is kept of a learner, as JSON: readable, complete, nothing of anybody else."""
        ...

    async def forget(self, who: Identity, now: datetime) -> Receipt:
        """Erase everything of the learner, on every platform, in every `Erasable` and then here, so that nothing is
        left in the database's files (on PostgreSQL: nothing that a query could find). A turn that was being answered
        meanwhile is not stored any more: its commit raises `StaleLearner`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many tokens a language model may use on one day in UTC: for one identity, for one community, and for all
    together. None is no limit, 0 no model at all.
    """

    learner: int | None = None
    community: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Tokens that are counted as used until it is known how many were: on which day, for whom, in which community."""

    day: date
    tokens: int
    who: Identity | None = None
    community: Room | None = None

    @classmethod
    def of(cls, who: Identity | None, room: Room | None, tokens: int, now: datetime) -> Reservation:
        """A room that is private is no community."""
        if now.tzinfo is None:
            raise ValueError("a time without its zone is on no certain day")
        if tokens < 1:
            raise ValueError("at least one token is reserved")
        community = room if room is not None and not room.private else None
        return cls(day=now.astimezone(UTC).date(), tokens=tokens, who=who, community=community)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was used on a day, or is reserved: for the operator, who sees communities, and of learners only sums.

    `learners` is what was counted for identities that have not been forgotten since, `identities` how many those are;
    `communities` what was used in rooms that are not private, `top` those of them that used the most, the most first.
    """

    day: date
    total: int = 0
    learners: int = 0
    identities: int = 0
    communities: int = 0
    top: tuple[tuple[Room, int], ...] = ()


class Budget(Protocol):
    """What a language model may use, counted before it does.

    A call that dies between `reserve` and `settle` leaves counted what it reserved: rather too much than a limit that
    does not hold. Raises `MissingService` and `InputError` as a `LearnerStore` does.
    """

    async def reserve(
        self,
        who: Identity | None,
        room: Room | None,
        tokens: int,
        now: datetime,
        *,
        community_limit: int | None = None,
    ) -> Reservation | None:
        """Count tokens, at least one, before a call: for the identity, for the room unless it is private, and for all.
        None where one of the limits would be exceeded; nothing is counted then. `community_limit` is a community's own,
        where that is lower than the one for all communities.
        """
        ...

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        """Once for each reservation: what was used takes its place, also where that is more than a limit allows. Who
        was forgotten meanwhile stays forgotten.
        """
        ...

    async def spent(self, day: date, *, top: int = 10) -> Spent:
        """Days that are long past (a month is kept) are as if nothing had been used."""
        ...


class Unlimited:
    """A `Budget` where nobody counts: on one's own machine with one's own model, or in a test."""

    async def reserve(
        self,
        who: Identity | None,
        room: Room | None,
        tokens: int,
        now: datetime,
        *,
        community_limit: int | None = None,
    ) -> Reservation | None:
        del community_limit
        return Reservation.of(who, room, tokens, now)

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        pass

    async def spent(self, day: date, *, top: int = 10) -> Spent:
        del top
        return Spent(day=day)
