"""No more is used than may be, by whoever asks at the same time: what every `Budget` promises that counts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from bot import app
from bot.core.ports import Budget, LearnerStore, Limits, Reservation, Spent, Unlimited
from bot.errors import InputError
from bot.learning.learner import Identity, Room
from bot.settings import Settings
from bot.storage.tables import community_spending, learner_spending, total_spending
from tests.contracts.people import DAY, GROUP, NOW, Person, Place

TODAY = NOW.date()
SECOND = timedelta(seconds=1)
ELSEWHERE = Room(platform="discord", number="-77", private=False)


def somebody(number: int | str = 1, platform: str = "telegram") -> Identity:
    return Identity(platform=platform, number=str(number))


def private(who: Identity) -> Room:
    return Room(platform=who.platform, number=who.number)


async def asks(budget: Budget, who: Identity, tokens: int, room: Room | None = None, at: datetime = NOW) -> Reservation:
    """Reserve what certainly can be."""
    reservation = await budget.reserve(who, room or private(who), tokens, at)
    assert reservation is not None
    return reservation


async def used_by(place: Place, who: Identity) -> list[tuple[date, int]]:
    """What is counted for an identity, day by day."""
    async with place.database() as database, database.read() as connection:
        of = learner_spending.c
        rows = await connection.execute(
            select(of.day, of.tokens).where(of.platform == who.platform, of.number == who.number).order_by(of.day)
        )
        return [(row.day, row.tokens) for row in rows]


class TestLimits:
    async def test_a_learner_uses_what_may_be_used_and_not_one_token_more(self, place: Place) -> None:
        async with place.budget(learner=10) as budget:
            await asks(budget, somebody(), 6)

            assert None is await budget.reserve(somebody(), None, 5, NOW)
            await asks(budget, somebody(), 4)
            assert None is await budget.reserve(somebody(), None, 1, NOW)

            assert [(TODAY, 10)] == await used_by(place, somebody())

    async def test_the_first_call_of_a_day_is_held_against_the_limit_as_well(self, place: Place) -> None:
        async with place.budget(total=10) as budget:
            assert None is await budget.reserve(somebody(), None, 11, NOW)
            assert Spent(day=TODAY) == await budget.spent(TODAY)

    async def test_one_learners_limit_is_nobody_elses(self, place: Place) -> None:
        async with place.budget(learner=10) as budget:
            await asks(budget, somebody(1), 10)

            await asks(budget, somebody(2), 10)
            # The same number on another platform is somebody else.
            await asks(budget, somebody(1, "discord"), 10)

    async def test_a_communitys_limit_counts_all_of_its_members(self, place: Place) -> None:
        async with place.budget(community=10) as budget:
            await asks(budget, somebody(1), 6, GROUP)

            assert None is await budget.reserve(somebody(2), GROUP, 6, NOW)
            assert None is await budget.reserve(None, GROUP, 6, NOW)
            # Not what they ask in private or elsewhere, be it a room of the same number.
            await asks(budget, somebody(2), 6)
            await asks(budget, somebody(2), 6, ELSEWHERE)

    async def test_a_private_room_is_no_community(self, place: Place) -> None:
        async with place.budget(community=10) as budget:
            await asks(budget, somebody(), 99)

            spent = await budget.spent(TODAY)
            assert (99, 0, ()) == (spent.total, spent.communities, spent.top)

    async def test_the_total_counts_everything(self, place: Place) -> None:
        async with place.budget(total=10) as budget:
            await asks(budget, somebody(1), 3)
            await asks(budget, somebody(2, "discord"), 3, ELSEWHERE)
            assert await budget.reserve(None, None, 3, NOW)

            assert None is await budget.reserve(somebody(3), None, 2, NOW)
            await asks(budget, somebody(3), 1)

    @pytest.mark.parametrize("limit", ["learner", "community", "total"])
    async def test_where_one_limit_is_reached_nothing_is_counted_anywhere(self, place: Place, limit: str) -> None:
        async with place.budget(**{limit: 10}) as budget:
            await asks(budget, somebody(), 8, GROUP)
            before = await budget.spent(TODAY)

            assert None is await budget.reserve(somebody(), GROUP, 3, NOW)

            assert before == await budget.spent(TODAY)
            assert [(TODAY, 8)] == await used_by(place, somebody())

    @pytest.mark.parametrize("limit", ["learner", "community", "total"])
    async def test_nought_is_no_model_and_nothing_set_no_limit(self, place: Place, limit: str) -> None:
        async with place.budget(**{limit: 0}) as none, place.budget() as all_:
            assert None is await none.reserve(somebody(), GROUP, 1, NOW)
            await asks(all_, somebody(), 10**12, GROUP)

    async def test_what_cannot_be_counted_is_refused_and_not_counted(self, place: Place) -> None:
        async with place.budget() as budget:
            for tokens in (0, -5):
                with pytest.raises(ValueError, match="at least one token"):
                    await budget.reserve(somebody(), None, tokens, NOW)
            with pytest.raises(ValueError, match="zone"):
                await budget.reserve(somebody(), None, 1, NOW.replace(tzinfo=None))
            with pytest.raises(ValueError, match="tokens back"):
                await budget.settle(await asks(budget, somebody(), 1), -1)
            with pytest.raises(InputError):
                await budget.reserve(somebody("9" * 201), None, 1, NOW)

            assert 1 == (await budget.spent(TODAY)).total


class TestAtOnce:
    @pytest.mark.parametrize("limit", ["learner", "community", "total"])
    async def test_of_fifty_calls_exactly_those_are_made_for_which_there_is_room(
        self, place: Place, limit: str
    ) -> None:
        async with place.budget(**{limit: 100}) as budget:
            told = await asyncio.gather(*(budget.reserve(somebody(), GROUP, 7, NOW) for _ in range(50)))

            assert 100 // 7 == sum(reservation is not None for reservation in told)
            assert 100 // 7 * 7 == (await budget.spent(TODAY)).total

    async def test_so_it_is_for_many_people_in_many_places_over_two_connections(self, place: Place) -> None:
        """Whatever order they come in, and whoever gives back meanwhile; nobody waits for another in a circle."""
        rooms = [GROUP, ELSEWHERE, None]
        async with place.budget(learner=40, community=90, total=200) as one, place.budget(
            learner=40, community=90, total=200
        ) as other:  # fmt: skip

            async def ask(number: int, budget: Budget) -> int:
                reservation = await budget.reserve(somebody(number % 5), rooms[number % 3], 10, NOW)
                if reservation is not None and number % 2:
                    await budget.settle(reservation, 7)
                return 0 if reservation is None else (7 if number % 2 else 10)

            told = await asyncio.gather(*map(ask, range(60), itertools.cycle([one, other, other])))

            spent = await one.spent(TODAY)
            assert sum(told) == spent.total == spent.learners <= 200
            assert all(tokens <= 90 for _, tokens in spent.top)
            for number in range(5):
                assert all(tokens <= 40 for _, tokens in await used_by(place, somebody(number)))

    async def test_two_stores_of_one_database_count_together(self, place: Place) -> None:
        async with place.budget(total=100) as one, place.budget(total=100) as other:
            told = await asyncio.gather(*(budget.reserve(somebody(), None, 9, NOW) for budget in [one, other] * 25))

            assert 100 // 9 == sum(reservation is not None for reservation in told)


class TestDays:
    async def test_a_day_ends_at_midnight_in_utc_wherever_it_is_asked(self, place: Place) -> None:
        midnight = datetime(2026, 11, 24, tzinfo=UTC)
        late = timezone(timedelta(hours=-8))
        async with place.budget(learner=10) as budget:
            await asks(budget, somebody(), 10, at=midnight - SECOND)

            assert None is await budget.reserve(somebody(), None, 1, (midnight - SECOND).astimezone(late))
            await asks(budget, somebody(), 10, at=midnight.astimezone(late))

            assert [(TODAY, 10), (midnight.date(), 10)] == await used_by(place, somebody())

    async def test_a_call_over_midnight_counts_on_the_day_on_which_it_began(self, place: Place) -> None:
        async with place.budget(learner=10) as budget:
            reservation = await asks(budget, somebody(), 9)
            await asks(budget, somebody(), 5, at=NOW + DAY)

            await budget.settle(reservation, 2)

            assert [(TODAY, 2), (TODAY + DAY, 5)] == await used_by(place, somebody())

    async def test_days_are_kept_for_a_month_and_then_gone_from_every_table(self, place: Place) -> None:
        async with place.budget() as budget:
            for days in (0, 1, 35, 36):
                await asks(budget, somebody(), 5, GROUP, at=NOW + days * DAY)

            async with place.database() as database, database.read() as connection:
                for table in (learner_spending, community_spending, total_spending):
                    kept = await connection.scalars(select(table.c.day).order_by(table.c.day))
                    assert [TODAY + days * DAY for days in (1, 35, 36)] == list(kept), table.name


class TestSettling:
    @pytest.mark.parametrize("used", [0, 3, 10, 25])
    async def test_what_was_used_takes_the_place_of_what_was_reserved(self, place: Place, used: int) -> None:
        async with place.budget(total=20) as budget:
            await asks(budget, somebody(), 5, GROUP)
            reservation = await asks(budget, somebody(), 10, GROUP)

            await budget.settle(reservation, used)

            spent = await budget.spent(TODAY)
            assert [5 + used] * 3 == [spent.total, spent.learners, spent.communities]

    async def test_more_than_a_limit_is_told_as_it_is_and_leaves_nothing_for_others(self, place: Place) -> None:
        async with place.budget(total=20) as budget:
            await budget.settle(await asks(budget, somebody(), 20), 30)

            assert 30 == (await budget.spent(TODAY)).total
            assert None is await budget.reserve(somebody(2), None, 1, NOW)

    async def test_what_is_given_back_can_be_used(self, place: Place) -> None:
        async with place.budget(learner=10) as budget:
            await budget.settle(await asks(budget, somebody(), 10), 4)

            await asks(budget, somebody(), 6)

    async def test_a_call_that_is_never_settled_stays_counted(self, place: Place) -> None:
        async with place.budget(learner=10) as budget:
            await asks(budget, somebody(), 10)
        async with place.budget(learner=10) as budget:
            assert None is await budget.reserve(somebody(), None, 1, NOW)

    async def test_who_was_forgotten_meanwhile_stays_forgotten(self, place: Place, store: LearnerStore) -> None:
        async with place.budget() as budget:
            reservation = await asks(budget, somebody(), 10)
            await store.forget(somebody(), NOW)

            await budget.settle(reservation, 15)

            assert [] == await used_by(place, somebody())
            assert 15 == (await budget.spent(TODAY)).total

    async def test_nobody_has_used_less_than_nothing(self, place: Place, store: LearnerStore) -> None:
        """Not even who was forgotten between two calls, and begins again before the first is settled."""
        async with place.budget() as budget:
            reservation = await asks(budget, somebody(), 10)
            await store.forget(somebody(), NOW)
            await asks(budget, somebody(), 3)

            await budget.settle(reservation, 1)

            assert [(TODAY, 0)] == await used_by(place, somebody())


class TestTelling:
    async def test_the_operator_sees_sums_and_the_communities_that_used_the_most(self, place: Place) -> None:
        async with place.budget() as budget:
            await asks(budget, somebody(1), 1)
            await asks(budget, somebody(1), 2, GROUP)
            await asks(budget, somebody(2), 4, ELSEWHERE)
            assert await budget.reserve(None, GROUP, 8, NOW)
            await asks(budget, somebody(3), 16, at=NOW + DAY)

            assert Spent(
                day=TODAY, total=15, learners=7, identities=2, communities=14, top=((GROUP, 10), (ELSEWHERE, 4))
            ) == await budget.spent(TODAY)
            assert ((GROUP, 10),) == (await budget.spent(TODAY, top=1)).top

    async def test_a_day_without_calls_is_nought(self, place: Place) -> None:
        async with place.budget() as budget:
            assert Spent(day=TODAY) == await budget.spent(TODAY)

    async def test_who_joins_platforms_keeps_a_count_on_each(self, place: Place, store: LearnerStore) -> None:
        ada, same = Person(store, "1"), Person(store, "2", "discord")
        async with place.budget() as budget:
            await asks(budget, ada.who, 3)
            await asks(budget, same.who, 4)

            await store.redeem(await store.link_code(ada.who, NOW), same.who, NOW)

        assert [[(TODAY, 3)], [(TODAY, 4)]] == [await used_by(place, one.who) for one in (ada, same)]
        assert 2 == len((await store.export(ada.who))["learner_spending"])


class TestSettings:
    @pytest.fixture
    async def set_to_five(self, place: Place) -> AsyncIterator[Budget]:
        settings = place.settings.model_copy(update={"llm_daily_tokens_learner": 5})
        async with app.open_stores(settings) as stores:
            yield stores.budget

    async def test_what_is_set_is_the_limit(self, set_to_five: Budget) -> None:
        assert None is await set_to_five.reserve(somebody(), None, 6, NOW)
        assert None is not await set_to_five.reserve(somebody(), None, 5, NOW)


def test_what_is_left_empty_has_its_default_and_nought_is_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_DAILY_TOKENS_LEARNER", "")
    monkeypatch.setenv("LLM_DAILY_TOKENS_COMMUNITY", "0")
    monkeypatch.delenv("LLM_DAILY_TOKENS_TOTAL", raising=False)

    assert Limits(learner=100_000, community=0, total=5_000_000) == app.limits_of(Settings(_env_file=None))


@pytest.mark.parametrize("told", ["-1", "many", "1.5", str(10**16)])
def test_what_is_no_number_of_tokens_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("LLM_DAILY_TOKENS_TOTAL", told)

    with pytest.raises(ValueError, match="llm_daily_tokens_total"):
        Settings(_env_file=None)


async def test_where_nobody_counts_everything_may_be_used() -> None:
    budget: Budget = Unlimited()
    reservation = await asks(budget, somebody(), 10**9, GROUP)
    await budget.settle(reservation, 10**9)

    assert (TODAY, GROUP) == (reservation.day, reservation.community)
    assert Spent(day=TODAY) == await budget.spent(TODAY)
