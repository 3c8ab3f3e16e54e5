"""What is known of a learner, and only what the learner told or did. Plain data; ids are platform and number."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal

from bot.planning.model import PlanWish

HoldingState = Literal["held", "in_progress", "planned"]
AnswerStyle = Literal["short", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person on a platform: never a name, because names change and are imitated."""

    platform: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where something is said. In a room that is not private nothing of a learner is shown or used."""

    platform: str
    number: str
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the learner has said of themselves; None or empty where nothing was said.

    `goals` are credential ids, `goal_text` the words where no credential was named; `time_zone` is an IANA name;
    quiet hours are local times, in which nothing is sent. `plan` is what the last path was asked for, so that it is
    the same on every platform; it was asked and not told, and so is nothing that can be taken back.
    """

    goals: tuple[str, ...] = ()
    goal_text: str | None = None
    background: str | None = None
    skills: tuple[str, ...] = ()
    hours_per_week: float | None = None
    budget_usd: float | None = None
    deadline: date | None = None
    languages: tuple[str, ...] = ()
    time_zone: str | None = None
    quiet_from: time = time(22)
    quiet_until: time = time(8)
    answer_style: AnswerStyle = "short"
    plan: PlanWish | None = None
    practice_reminders: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A credential in the wallet. `expires_on` is what the certificate itself says; None: computed from the facts.

    `exam_on` is when the exam of one in progress is sat.
    """

    credential: str
    state: HoldingState = "held"
    earned_on: date | None = None
    expires_on: date | None = None
    exam_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something to be told once. `key` is unique for a learner: the same reminder is never stored or sent twice.

    `due_at` is in UTC; `text_key` and `values` are the phrase to be said, so that it is worded when it is sent.
    """

    key: str
    due_at: datetime
    text_key: str
    values: dict[str, str] = field(default_factory=dict)
    credential: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """How well one practice item is known: the scheduler's own state as JSON, and when it is due (UTC)."""

    item: str
    due_at: datetime
    state: dict[str, Any]
    correct_days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One answer to one practice item, kept for ever: progress is counted from these. `rating` is FSRS's 1 to 4."""

    item: str
    at: datetime
    rating: int
    correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One person, perhaps on several platforms. `version` grows with every change (optimistic locking)."""

    id: str
    version: int = 0
    profile: Profile = field(default_factory=Profile)
    wallet: tuple[Holding, ...] = ()

    def holding(self, credential: str) -> Holding | None:
        return next((held for held in self.wallet if held.credential == credential), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one turn changes of a learner; None or empty leaves as it is.

    `holdings` are added or replaced by credential, `dropped` credentials leave the wallet. `reminders`, where given,
    is the whole set that is wanted from now on: new ones are added, unsent ones no longer wanted go, sent ones stay.
    `undo` marks a change that takes the last one back, and so is not itself remembered for undoing.
    """

    profile: Profile | None = None
    holdings: tuple[Holding, ...] = ()
    dropped: tuple[str, ...] = ()
    reminders: tuple[Reminder, ...] | None = None
    cards: tuple[CardState, ...] = ()
    reviews: tuple[Review, ...] = ()
    undo: bool = False

    @property
    def empty(self) -> bool:
        return self == Changes()
