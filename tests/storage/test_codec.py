"""What another version has written costs nobody anything: defaults for what is missing, the rest is kept."""

from __future__ import annotations

import json
import logging
from dataclasses import fields
from datetime import date

import pytest
from sqlalchemy import text

from bot.core.answer import Answer
from bot.core.conversation import Context
from bot.errors import InternalFault
from bot.learning.learner import CardState, Holding, Learner, Profile, Reminder, Review
from bot.storage.codec import as_json, dumped, loaded, plain, revived, storable
from tests.contracts.people import NOW, Person, Place, an_answer, everything


@pytest.mark.parametrize(
    "value",
    [
        everything("a").profile,
        everything("a").holdings[0],
        everything("a").cards[0],
        everything("a").reviews[0],
        an_answer("a 👩🏽‍🎓"),
        Context(focus=("a",), fields=("cost",), comparing=True),
        Learner(id="a", wallet=everything("a").holdings),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_comes_back_as_it_was(value: object) -> None:
    assert value == loaded(type(value), dumped(value))


def test_what_is_stored_can_be_read_by_people() -> None:
    assert '{"credential":"资格","state":"held","earned_on":"2024-02-29","expires_on":null,"exam_on":null}' == dumped(
        Holding(credential="资格", earned_on=date(2024, 2, 29))
    )


@pytest.mark.parametrize("kind", [Profile, Context])
def test_what_an_older_version_did_not_know_gets_its_default(kind: type[object]) -> None:
    assert kind() == loaded(kind, "{}")
    for field in fields(kind):  # type: ignore[arg-type]
        older = {name: value for name, value in plain(kind()).items() if name != field.name}
        assert kind() == revived(kind, older)


@pytest.mark.parametrize(
    ("kind", "missing"), [(Answer, "dropped"), (Holding, "state"), (CardState, "correct_days"), (Reminder, "values")]
)
def test_so_does_every_field_that_can_be_left_out(kind: type[object], missing: str) -> None:
    needed = {
        Answer: {"question": "?", "status": "answered", "language": "en", "mode": "llm", "text": ""},
        Holding: {"credential": "a"},
        CardState: {"item": "a", "due_at": NOW.isoformat(), "state": {}},
        Reminder: {"key": "a", "due_at": NOW.isoformat(), "text_key": "a"},
    }
    assert hasattr(revived(kind, needed[kind]), missing)


def test_what_this_version_does_not_understand_is_passed_over_and_told_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    newer = {"goals": ["a", {"secret": 1}, "b"], "answer_style": "secret", "deadline": "secret", "mood": "secret"}

    with caplog.at_level(logging.WARNING):
        profile = revived(Profile, newer)

    assert Profile(goals=("a", "b")) == profile
    assert "answer_style" in caplog.text
    assert "deadline" in caplog.text
    assert "secret" not in caplog.text


def test_an_item_that_cannot_be_understood_costs_only_itself() -> None:
    newer = [{"credential": "a", "state": "lapsed"}, {"state": "held"}, "x", {"credential": "b", "state": "planned"}]

    wallet: object = revived(tuple[Holding, ...], newer)

    assert (Holding(credential="a"), Holding(credential="b", state="planned")) == wallet


@pytest.mark.parametrize(("kind", "text_"), [(Profile, "[]"), (Review, '{"item": "a"}'), (Answer, "null")])
def test_what_is_no_such_thing_at_all_is_a_fault_and_not_an_empty_one(kind: type[object], text_: str) -> None:
    with pytest.raises(InternalFault):
        loaded(kind, text_)


def test_what_is_no_number_is_nothing() -> None:
    profile = Profile(hours_per_week=float("inf"), budget_usd=float("nan"))

    assert Profile() == loaded(Profile, dumped(profile))
    assert '{"a":[null]}' == as_json({"a": [float("-inf")]})


@pytest.mark.parametrize(("sent", "kept"), [("a\0\ud800\udfffb", "ab"), ("🇮🇳 👩🏽‍🎓\r\n", "🇮🇳 👩🏽‍🎓\r\n")])
def test_only_what_no_database_takes_is_left_out(sent: str, kept: str) -> None:
    assert kept == storable(sent)
    assert {kept: [kept]} == json.loads(as_json({sent: [sent]}))


async def test_a_replica_of_an_older_version_keeps_what_a_newer_one_has_written(place: Place) -> None:
    async with place.open() as store:
        ada = Person(store)
        await ada.changes(profile=Profile(goal_text="old"), holdings=everything("a").holdings)
        async with place.database() as database, database.write() as connection:
            await connection.execute(
                text("UPDATE learners SET profile = :profile, wallet = :wallet"),
                {
                    "profile": '{"goal_text": "old", "mood": "good"}',
                    "wallet": '[{"credential": "a", "badge": "https://b.example"}, {"credential": "b", "badge": "x"}]',
                },
            )

        await ada.changes(profile=Profile(goal_text="new"), dropped=("b",))

        [row] = (await store.export(ada.who))["learners"]
        assert ("new", "good") == (row["profile"]["goal_text"], row["profile"]["mood"])
        assert [("a", "https://b.example")] == [(held["credential"], held["badge"]) for held in row["wallet"]]
