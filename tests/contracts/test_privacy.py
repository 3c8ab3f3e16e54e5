"""Nothing of one person comes to another, and nothing said in private into a group, whatever happens in which order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.conversation import Context
from bot.core.ports import LearnerStore
from bot.learning.learner import Room
from tests.contracts.people import NOW, Person, Place, a_summary, a_turn, an_answer, everything

PEOPLE = range(4)
ROOMS = [
    Room(platform="telegram", number="-1", private=False),
    Room(platform="telegram", number="-2", private=False),
    # The same number as a group has elsewhere, and as a person has.
    Room(platform="discord", number="-1", private=False),
    Room(platform="telegram", number="0", private=False),
]


@dataclass(frozen=True)
class Event:
    """One person says something, in a group or (None) in private; or is forgotten."""

    person: int
    room: int | None
    forgets: bool = False


EVENTS = st.lists(
    st.builds(
        Event,
        person=st.sampled_from(PEOPLE),
        room=st.none() | st.integers(0, len(ROOMS) - 1),
        forgets=st.sampled_from([False] * 7 + [True]),
    ),
    min_size=4,
    max_size=10,
)
# Who joins platforms with whom, in the end: the first makes the code.
JOINING = st.none() | st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


def secret(number: int, event: Event) -> str:
    """A text of one event only. No id holds such brackets by chance."""
    return f"<{number} of {event.person} in {'private' if event.room is None else f'room {event.room}'}>"


async def live(store: LearnerStore, events: Sequence[Event], joining: tuple[int, int] | None) -> None:
    """Let everything happen, and look at everything that can be seen of it."""
    people = [Person(store, str(number)) for number in PEOPLE]
    for person in people:
        await store.forget(person.who, NOW)
    said: dict[int, list[tuple[str, Event]]] = {number: [] for number in PEOPLE}
    for number, event in enumerate(events):
        person, text = people[event.person], secret(number, event)
        if event.forgets:
            await store.forget(person.who, NOW)
            said[event.person].clear()
            continue
        room = person.room if event.room is None else ROOMS[event.room]
        changes = everything(text)
        turn = a_turn(room, text, answer=an_answer(text), context=Context(focus=(text,)), changes=changes)
        await store.keep_summary(await person.does(turn), room, a_summary(text, turn.key))
        said[event.person].append((text, event))
    one = {number: {number} for number in PEOPLE}
    if joining is not None:
        first, second = joining
        await store.redeem(await store.link_code(people[first].who, NOW), people[second].who, NOW)
        one[first] = one[second] = {first, second}
    for number, person in enumerate(people):
        await look(store, person, [told for other in sorted(one[number]) for told in said[other]])
    for claimed in await store.claim_reminders(NOW):
        own = [told for who in claimed.identities for told in said[int(who.number)]]
        nothing_else(asdict(claimed), own)


async def look(store: LearnerStore, person: Person, said: Sequence[tuple[str, Event]]) -> None:
    learner = await person.learner()
    of_the_learner: list[Any] = [learner, *await store.cards(learner)]
    if (before := await store.before_last_change(learner)) is not None:
        of_the_learner.append(before)
    nothing_else([asdict(seen) for seen in of_the_learner], said)
    nothing_else([asdict(review) for review in await store.reviews(learner)], said)
    exported = await store.export(person.who)
    nothing_else(exported, said)
    assert [text for text, _ in said] == [
        text for text, _ in said if text in {t["question"] for t in exported["turns"]}
    ]
    for place, room in enumerate(ROOMS):
        here = [(text, event) for text, event in said if event.room == place]
        turns = await store.turns(learner, room, limit=99)
        assert sorted(text for text, _ in here) == sorted(turn.question for turn in turns)
        nothing_else([asdict(turn) for turn in turns], here)
        nothing_else(asdict(await store.context(person.who, room)), here)
        summary = await store.summary(learner, room)
        assert (summary is not None) == bool(here)
        nothing_else(asdict(summary) if summary else None, here)
        assert not any("private" in turn.question for turn in turns)
    own = [turn.question for turn in await store.turns(learner, person.room, limit=99)]
    summary = await store.summary(learner, person.room)
    assert all("private" in text for text in (*own, *([summary.text] if summary else [])))


def nothing_else(seen: Any, said: Sequence[tuple[str, Event]]) -> None:
    """What is seen holds no secret but those."""
    text = json.dumps(seen, default=str, ensure_ascii=False)
    for known, _ in sorted(said, key=lambda told: len(told[0]), reverse=True):
        text = text.replace(known, "")
    assert " of " not in text, text
    assert "<" not in text, text


@pytest.fixture
def opened(place: Place) -> Iterator[tuple[asyncio.Runner, LearnerStore]]:
    """One store for all examples, and what runs them."""
    with asyncio.Runner() as runner:
        opening = place.open()
        yield runner, runner.run(opening.__aenter__())
        runner.run(opening.__aexit__(None, None, None))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, joining=JOINING)
def test_nothing_comes_to_another_person_or_room(
    opened: tuple[asyncio.Runner, LearnerStore], events: list[Event], joining: tuple[int, int] | None
) -> None:
    runner, store = opened
    runner.run(live(store, events, joining))
