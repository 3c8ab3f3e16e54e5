"""A session from start to summary, played over the packaged items; every draft passes the gate as it is."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.core.answer import Draft
from bot.learning.exercise import PracticeState
from bot.learning.learner import CardState, Review
from bot.learning.practice import Rhythm
from bot.practice.items import LETTERS, Item
from bot.practice.session import Learnt
from bot.practice.step import Step
from tests.practice.desk import Desk

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AZ_104 = "credentials/az-104"


def text_of(draft: Draft) -> str:
    return "\n".join(statement.text for statement in draft.statements)


class Player:
    """Somebody who practises: keeps what a step gives to be kept, and sees to it that the gate drops nothing."""

    def __init__(self, desk: Desk, language: str = "en") -> None:
        self.desk = desk
        self.language = language
        self.now = NOW
        self.cards: dict[str, CardState] = {}
        self.reviews: list[Review] = []
        self.state: PracticeState | None = None
        self.shown = ""

    @property
    def learnt(self) -> Learnt:
        return Learnt(now=self.now, cards=self.cards, reviews=self.reviews, rhythm=Rhythm())

    @property
    def item(self) -> Item:
        assert self.state is not None
        item = self.desk.book.item(self.state.items[0], self.language)
        assert item is not None
        return item

    def start(self, *documents: str, size: int = 5) -> str:
        return self.take(self.desk.sessions.start(documents, self.learnt, size=size, language=self.language))

    def begin(self, identity: str) -> str:
        """Put one item before the learner."""
        self.state = PracticeState(items=(identity,), language=self.language)
        return ""

    def say(self, text: str) -> str:
        assert self.state is not None
        step = self.desk.sessions.reply(self.state, text, self.learnt)
        assert step is not None, f"{text!r} is not meant for {self.state}"
        return self.take(step)

    def ignored(self, text: str) -> bool:
        assert self.state is not None
        return self.desk.sessions.reply(self.state, text, self.learnt) is None

    def take(self, step: Step[PracticeState]) -> str:
        same = self.language == "en"
        released = self.desk.gate.release(step.draft, step.own_words, same_language=same)
        assert released.dropped == ()
        self.state = step.state
        self.cards |= {card.item: card for card in step.cards}
        self.reviews += step.reviews
        self.shown = released.text
        return self.shown

    def right(self) -> str:
        item = self.item
        return LETTERS[item.key_index] if item.options else item.key

    def wrong(self) -> str:
        item = self.item
        return LETTERS[(item.key_index + 1) % len(item.options)] if item.options else "nonsense"


@pytest.fixture
def player(desk: Desk) -> Player:
    return Player(desk)


def first(items: list[Item], kind: str, aspect: str = "", document: str = "") -> Item:
    found = [i for i in items if i.kind == kind and aspect in {"", i.aspect} and document in {"", i.document}]
    assert found, f"no {kind} {aspect}"
    return found[0]


class TestASession:
    def test_from_the_first_question_to_the_summary(self, player: Player) -> None:
        shown = player.start(AZ_104, size=3)
        assert "AZ-104" in shown
        for _ in range(3):
            if player.item.kind == "recall":
                player.say("I have it")
                player.say("3")
            else:
                assert player.say(player.right()).startswith("Right.")
            player.say("next")
        assert player.state is None
        assert "3 of 3 right" in player.shown
        assert len(player.cards) == len(player.reviews) == 3
        assert all(review.correct for review in player.reviews)

    def test_a_wrong_answer_is_explained_with_its_source_and_where_the_choice_belongs(
        self, player: Player, items: list[Item]
    ) -> None:
        item = first(items, "field", "cost", AZ_104)
        player.begin(item.id)
        place = next(i for i, option in enumerate(item.options) if option.rationale is not None)
        shown = player.say(LETTERS[place])
        rationale = item.options[place].rationale
        assert rationale is not None
        assert f"The answer is {LETTERS[item.key_index]}." in shown
        assert "costs USD 165 per exam attempt" in shown
        assert "[1]" in shown
        assert "[2]" in shown
        assert rationale.text[:30] in shown
        assert player.reviews[-1].rating == 1

    def test_what_was_missed_comes_once_more_at_the_end_and_is_scheduled_once(self, player: Player) -> None:
        player.start("credentials/cka", size=2)
        missed = player.item.id
        player.say("I don't know")
        player.say("next")
        player.say(player.right())
        player.say("next")
        assert player.item.id == missed
        player.say(player.right())
        player.say("next")
        assert player.state is None
        assert "1 of 2 right" in player.shown
        assert [review.correct for review in player.reviews] == [False, True]

    def test_one_session_never_asks_the_same_thing_twice(self, desk: Desk) -> None:
        player = Player(desk)
        player.start(AZ_104, size=8)
        assert player.state is not None
        asked = [desk.book.item(identity) for identity in player.state.items]
        things = [(item.document, item.aspect.rpartition(".")[2]) for item in asked if item]
        assert len(set(things)) == len(things) == 8

    def test_topics_are_mixed(self, desk: Desk) -> None:
        player = Player(desk)
        player.start(*desk.book.documents, size=6)
        assert player.state is not None
        topics = [item.topic for identity in player.state.items if (item := desk.book.item(identity))]
        assert len(set(topics)) >= 2
        assert sum(a == b for a, b in pairwise(topics)) <= 1

    def test_a_topic_is_found_by_its_name(self, desk: Desk) -> None:
        about = desk.book.about("agile")
        assert {"credentials/psm-i", "credentials/csm"} <= set(about)
        assert "credentials/ccna" not in about

    def test_stopping_early_tells_how_it_went_so_far(self, player: Player) -> None:
        player.start(AZ_104)
        player.say(player.right())
        assert "1 of 1 right" in player.say("enough for now")
        assert player.state is None

    def test_stopping_at_once_is_fine(self, player: Player) -> None:
        player.start(AZ_104)
        assert player.say("stop").startswith("That is fine")

    def test_with_nothing_to_do_it_says_so(self, player: Player) -> None:
        assert "Nothing is due" in player.start("guides/there-is-none")
        assert player.state is None

    def test_another_question_is_left_to_the_conversation(self, player: Player, items: list[Item]) -> None:
        player.begin(first(items, "field", "cost", AZ_104).id)
        assert player.ignored("What does CCNA cost and how long is it valid?")
        player.begin(first(items, "typed", "cost", AZ_104).id)
        assert player.ignored("What does CCNA cost and how long is it valid?")
        player.say("165")
        assert player.ignored("What is a micro-credential?")

    def test_the_next_day_the_missed_one_is_due_first(self, player: Player) -> None:
        player.start(AZ_104, size=2)
        missed = player.item.id
        player.say("no idea")
        player.say("stop")
        player.now += timedelta(days=1)
        player.start(AZ_104, size=1)
        assert player.state is not None
        assert player.state.items == (missed,)

    def test_an_item_that_the_documents_no_longer_bear_is_passed_over(self, player: Player, items: list[Item]) -> None:
        item = first(items, "field", "cost", AZ_104)
        player.state = PracticeState(items=(f"{AZ_104}:gone", item.id))
        assert item.question in player.say("B")


class TestHints:
    def test_they_go_from_a_nudge_over_the_place_to_almost_the_answer(self, player: Player, items: list[Item]) -> None:
        item = first(items, "field", "cost", AZ_104)
        player.begin(item.id)
        shown = [player.say("hint") for _ in range(3)]
        assert len(set(shown)) == 3
        assert '"Cost"' in shown[1]
        assert LETTERS[item.key_index] in shown[2]
        assert not any("165" in text for text in shown)

    def test_right_with_a_hint_is_hard(self, player: Player, items: list[Item]) -> None:
        player.begin(first(items, "field", "cost", AZ_104).id)
        player.say("give me a hint")
        player.say(player.right())
        assert [review.rating for review in player.reviews] == [2]

    def test_no_hint_of_any_item_says_the_answer(self, items: list[Item]) -> None:
        telling = [
            item.id
            for item in items
            if item.kind in {"field", "typed", "cloze", "fit"} and len(item.key) > 3
            if any(item.key.casefold() in hint.casefold() for hint in item.hints)
            # The page of a credential is called after it.
            if item.kind != "fit" and item.aspect not in {"codes", "awarding_body", "level", "retired"}
        ]
        assert telling == []


class TestReplies:
    @pytest.mark.parametrize("how", ["letter", "lower", "bracket", "number", "text", "fact"])
    def test_an_option_is_chosen_by_letter_number_text_or_fact(
        self, player: Player, items: list[Item], how: str
    ) -> None:
        item = first(items, "field", "cost", AZ_104)
        player.begin(item.id)
        letter = LETTERS[item.key_index]
        said = {
            "letter": letter,
            "lower": letter.lower(),
            "bracket": f"{letter})",
            "number": str(item.key_index + 1),
            "text": item.key.lower(),
            "fact": "$165",
        }
        player.say(said[how])
        assert player.reviews[-1].rating == 3

    @pytest.mark.parametrize("said", ["{}?", "I think {}", "{}, not sure", "maybe {}"])
    def test_a_doubt_makes_a_right_answer_hard(self, player: Player, items: list[Item], said: str) -> None:
        player.begin(first(items, "field", "cost", AZ_104).id)
        shown = player.say(said.format(player.right()))
        assert player.reviews[-1].rating == 2
        assert "doubt" in shown

    def test_true_and_false_may_be_said(self, player: Player, items: list[Item]) -> None:
        item = first(items, "true_false")
        player.begin(item.id)
        player.say(item.key)
        assert player.reviews[-1].correct

    @pytest.mark.parametrize("said", ["USD 165", "165 dollars", "$165", "165", "one hundred sixty-five"])
    def test_a_price_is_right_however_it_is_written(self, player: Player, items: list[Item], said: str) -> None:
        player.begin(first(items, "typed", "cost", AZ_104).id)
        player.say(said)
        assert player.reviews[-1].rating == 3

    @pytest.mark.parametrize("said", ["USD 99", "165 minutes", "99 or 165", "blue", "EUR 165"])
    def test_a_wrong_price_is_wrong(self, player: Player, items: list[Item], said: str) -> None:
        player.begin(first(items, "typed", "cost", AZ_104).id)
        player.say(said)
        assert player.reviews[-1].rating == 1

    @pytest.mark.parametrize(
        ("document", "aspect", "right", "wrong"),
        [
            (
                "credentials/comptia-security-plus",
                "validity",
                ["three years", "3 years", "36 months", "3"],
                ["2 years"],
            ),
            ("credentials/psm-i", "validity", ["never", "it does not expire", "forever"], ["2 years", "often"]),
            (AZ_104, "exam_passing", ["700", "700/1000", "700 of 1000"], ["1000", "70", "750"]),
            ("credentials/az-500", "retired_on", ["31 August 2026", "2026-08-31", "Aug 2026"], ["2026-09-30", "2025"]),
            ("credentials/az-500", "replaced_by", ["SC-500", "sc500", "sc 500"], ["SC-100", "AZ-500"]),
            ("credentials/comptia-security-plus", "codes", ["SY0-701", "sy0701"], ["SY0-601"]),
            ("credentials/comptia-security-plus", "renewal_credits", ["50", "50 CEU", "fifty"], ["60", "30"]),
            (AZ_104, "exam_minutes", ["100 minutes", "100", "1 hour 40 minutes"], ["120", "100 hours"]),
        ],
    )
    def test_typed_answers_are_read_leniently_but_not_blindly(
        self, desk: Desk, items: list[Item], document: str, aspect: str, right: list[str], wrong: list[str]
    ) -> None:
        item = first(items, "typed", aspect, document)
        graded = {said: desk.grader.typed(item, said) for said in (*right, *wrong)}
        assert graded == dict.fromkeys(right, True) | dict.fromkeys(wrong, False)

    @pytest.mark.parametrize(("grade", "rating"), [("1", 1), ("partly", 2), ("Yes", 3), ("4", 4), ("easily", 4)])
    def test_what_is_recalled_is_graded_by_the_learner(
        self, player: Player, items: list[Item], grade: str, rating: int
    ) -> None:
        item = first(items, "recall", "renewal", AZ_104)
        player.begin(item.id)
        assert "free online assessment" in player.say("some free test on the web")
        assert player.ignored("What does CCNA cost?")
        player.say(grade)
        assert [review.rating for review in player.reviews] == [rating]

    def test_what_means_nothing_is_not_counted_against_anybody(self, player: Player, items: list[Item]) -> None:
        player.begin(first(items, "field", "cost", AZ_104).id)
        assert player.ignored("hello there")
        assert player.ignored("7")
        assert player.reviews == []


class TestEveryItem:
    def test_each_item_can_be_asked_hinted_answered_and_explained_through_the_gate(
        self, desk: Desk, items: list[Item]
    ) -> None:
        """A sample drawn by a fixed seed: the whole would take too long."""
        for item in random.Random(5).sample(items, 150):  # noqa: S311 - not a secret
            player = Player(desk)
            player.begin(item.id)
            player.say("hint")
            player.say("hint")
            player.say("hint")
            if item.kind == "recall":
                player.say("show")
                player.say("good")
            else:
                player.say(player.right())
                assert player.reviews[-1].rating == 2, item.id
            player.state = PracticeState(items=(item.id,))
            player.say("show" if item.kind == "recall" else player.wrong())

    def test_what_is_typed_as_the_key_is_right(self, desk: Desk, items: list[Item]) -> None:
        assert [] == [i.id for i in items if i.kind == "typed" and not desk.grader.typed(i, i.key)]

    def test_every_option_is_understood_by_its_own_text(self, desk: Desk, items: list[Item]) -> None:
        for item in items:
            for place, option in enumerate(item.options):
                assert desk.grader.option(item, option.text) == place, f"{item.id}: {option.text}"


LANGUAGES = ("es", "de", "fr", "pt", "hi", "zh")


class TestLanguages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_kind_is_played_by_its_buttons_and_passes_the_gate(
        self, desk: Desk, items: list[Item], language: str
    ) -> None:
        for kind in ("field", "fit", "true_false", "cloze", "typed", "recall"):
            item = next(i for i in items if i.kind == kind and desk.book.item(i.id, language))
            player = Player(desk, language)
            player.begin(item.id)
            hint, help_ = (desk.phrases.items(f"words.{name}", language)[0] for name in ("hint", "unknown"))
            player.say(hint)
            player.say(hint)
            player.say(hint)
            player.say(desk.phrases.items("words.show", language)[0] if kind == "recall" else player.right())
            player.say("2" if kind == "recall" else desk.phrases.items("words.next", language)[0])
            assert [review.rating for review in player.reviews] == [2], f"{kind}: {item.id}"
            player.begin(item.id)
            player.say(help_)
            player.say("1" if kind == "recall" else desk.phrases.items("words.stop", language)[0])
            assert player.reviews[-1].rating == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_phrase_is_there_with_the_same_blanks(self, desk: Desk, language: str) -> None:
        english, other = (desk.phrases.by_language[tag] for tag in ("en", language))
        # The words with which an English sentence needs its context belong to the documents' language.
        assert set(english) - set(other) <= {"cloze.needs_context", "cloze.passed_over"}

        def blanks(text: str) -> list[str]:
            return sorted(set(re.findall(r"\$([a-z]+)", text, re.ASCII)))

        assert {key: blanks(text) for key, text in other.items()} == {key: blanks(english[key]) for key in other}
