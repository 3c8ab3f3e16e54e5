"""Rooms are kept apart: what is learnt in private shows nowhere else, not even by advice."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import Library, open_store
from bot.learning.learner import Room
from tests.dialogue.conftest import Person, Place

GROUP = Room(platform="test", number="-100", private=False)
HELD = ("cissp", "az-104", "pmp", "cka")
SECRETS = ("zq1xv", "zq2xv", "zq3xv")

# Who says which of these where; 0 is the group.
TELL = st.sampled_from(
    [
        "I hold {held}",
        "I want to become a {secret} engineer",
        "my budget is {money} dollars",
        "I have {hours} hours a week",
    ]
)
ASK = st.sampled_from(
    [
        "what should I learn next?", "which cloud certification for a beginner?", "/plan AZ-305", "/me", "/wallet",
        "what do you know about me?", "and what does it cost?", "/leaderboard", "/export", "what do I hold?", "/undo",
        "quiz me on az-900", "the second one", "yes",
    ]
)  # fmt: skip
STEPS = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.one_of(TELL, ASK)), min_size=4, max_size=12)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_told_in_private_shows_in_a_group_or_to_anybody_else(
    library: Library, tmp_path_factory: object, steps: list[tuple[int, bool, str]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("rooms")  # type: ignore[attr-defined]
    home = library.settings.model_copy(update={"credway_home": folder})
    async with open_store(home) as store:
        place = Place(library, store)
        people = [place.person(str(number)) for number in range(3)]
        for person in people:
            index = int(person.who.number)
            await person.says(f"I hold {HELD[index]}, have {11 + index} hours a week and {7001 + index} dollars")
        for number, in_group, text in steps:
            line = text.format(held=HELD[number], secret=SECRETS[number], money=7001 + number, hours=11 + number)
            said = await people[number].says(line, room=GROUP if in_group else None)
            shown = f"{said} {[action.label for action in people[number].reply.actions]}"
            foreign = [other for other in range(3) if other != number or in_group]
            for other in foreign:
                # What somebody says in the group they may be answered there; what another said, never.
                if other != number or line == text:
                    assert str(7001 + other) not in shown
                    assert f"{7001 + other:,}" not in shown
                    assert SECRETS[other] not in shown
            assert not (in_group and people[number].reply.attachments)


async def test_a_group_is_advised_as_if_nobody_were_known(place: Place) -> None:
    known, stranger = place.person("1"), place.person("2")
    await known.says("I hold AZ-104, my goal is AZ-305 and my budget is 50 dollars")
    for line in ("what should I learn next?", "/plan AZ-305", "which cloud certification for a beginner?"):
        assert await known.says(line, room=GROUP) == await stranger.says(line, room=GROUP)


class TestRanking:
    async def _right(self, person: Person) -> None:
        await person.says("quiz me on az-900")
        for _ in range(2):
            await person.says("A", "next")

    async def test_only_those_who_joined_are_shown_and_by_their_chosen_name(self, place: Place) -> None:
        ann, ben = place.person("1001"), place.person("1002")
        await self._right(ann)
        await self._right(ben)
        assert "as Falcon" in await ann.says("/join Falcon", room=GROUP)
        said = await ben.says("/leaderboard", room=GROUP)
        assert "1. Falcon" in said
        assert "1002" not in said
        assert "2." not in said

    async def test_a_name_is_taken_once_and_given_back(self, place: Place) -> None:
        ann, ben = place.person("1"), place.person("2")
        await ann.says("/join Falcon", room=GROUP)
        assert "already" in await ben.says("/join falcon", room=GROUP)
        await ann.says("/leave", room=GROUP)
        assert "as falcon" in await ben.says("/join falcon", room=GROUP)

    async def test_a_ranking_is_of_a_group(self, place: Place) -> None:
        assert "belongs to a group" in await place.person().says("/leaderboard")
