"""The learner's own affairs in every language: what is told, confirmed, planned, and what is no command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.app import Library, build_understanding, prompts_folder
from bot.catalog.catalog import Catalog
from bot.dialogue.plan_wishes import PlanWishes
from bot.dialogue.telling import Telling
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases
from bot.text.words import words
from tests.conftest import TODAY
from tests.dialogue.conftest import Place


def SAY(key: str, **_: object) -> str:  # noqa: N802
    return key


LANGUAGES = [path.stem for path in sorted(Path("prompts/understanding_commands").glob("*.md")) if path.stem != "en"]
STATEMENTS = {
    "es": "Aprobé Security+ el 2023-12-01, tengo 6 horas a la semana y 400 dólares",
    "fr": "J'ai réussi Security+ le 2023-12-01, j'ai 6 heures par semaine et 400 dollars",
    "de": "Ich habe Security+ am 2023-12-01 bestanden, habe 6 Stunden pro Woche und 400 Dollar",
    "pt": "Passei no Security+ em 2023-12-01, tenho 6 horas por semana e 400 dólares",
    "hi": "मैंने Security+ 2023-12-01 को पास किया, मेरे पास हफ्ते में 6 घंटे और 400 डॉलर हैं",
    "zh": "我在2023-12-01通过了Security+，每周有6小时，预算400美元",
}
PLANS = {
    "es": "Hazme un plan para AZ-305 con 5 horas a la semana",
    "fr": "Fais-moi un plan pour AZ-305 avec 5 heures par semaine",
    "de": "Mach mir einen Plan für AZ-305 mit 5 Stunden pro Woche",
    "pt": "Faça um plano para AZ-305 com 5 horas por semana",
    "hi": "AZ-305 के लिए योजना बनाओ, हफ्ते में 5 घंटे",
    "zh": "帮我规划AZ-305的学习路线，每周5小时",
}
YES = {"es": "sí", "fr": "oui", "de": "ja", "pt": "sim", "hi": "हाँ", "zh": "是"}
NO = {"es": "no", "fr": "non", "de": "nein", "pt": "não", "hi": "नहीं", "zh": "不"}
WITHOUT = {
    "es": "Planifica una ruta hacia AZ-305 sin AZ-104",
    "fr": "Planifie un parcours vers AZ-305 sans AZ-104",
    "de": "Plane einen Weg zu AZ-305 ohne AZ-104",
    "pt": "Planeje um caminho para AZ-305 sem AZ-104",
    "hi": "AZ-104 के बिना AZ-305 का रास्ता बनाओ",
    "zh": "规划AZ-305的学习路线，不考AZ-104",
}
ORDINARY = {
    "es": ["¿Qué necesito antes de AZ-305?", "¿Puedo pagar CISSP con 500 dólares?", "¿Tengo que tener CKA para CKS?"],
    "fr": ["Combien coûte CISSP ?", "Est-ce que j'ai besoin de CKA pour CKS ?", "500 dollars, ça suffit pour PMP ?"],
    "de": ["Was kostet CISSP?", "Ich war unsicher: gilt CKA ewig?", "Habe ich mit CKA schon CKS?"],
    "pt": ["Quanto custa o CISSP?", "Preciso ter CKA para fazer CKS?", "Com 500 dólares dá para fazer PMP?"],
    "hi": ["CISSP कितने का है?", "क्या CKS के लिए CKA चाहिए?", "क्या मेरे पास CKA होना चाहिए?"],
    "zh": ["CISSP多少钱？", "考CKS之前要通过CKA吗？", "有CKA能直接考CKS吗"],
}  # fmt: skip
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def commands(library: Library) -> Lexicon:
    return Lexicon.load(prompts_folder(library.settings, "understanding_commands"))


@pytest.fixture(scope="module")
def wishes(library: Library, catalog: Catalog, commands: Lexicon) -> PlanWishes:
    return PlanWishes(catalog, build_understanding(library, catalog), commands)


def phrases(library: Library, kind: str) -> Phrases:
    return Phrases.load(prompts_folder(library.settings, kind))


def say(key: str, **_: object) -> str:
    return key


def variables(phrase: str) -> set[str]:
    return set(re.findall(r"\$[a-z_]+", phrase))


def wordings(phrase: str) -> Iterator[str]:
    """The stretches of a phrase that stand between what is filled in, where they are words and not signs."""
    yield from (part for part in re.split(r"\$[a-z_]+", phrase) if len(words(part)) > 1)


@in_every_language
async def test_one_sentence_is_noted_with_its_three_things(place: Place, library: Library, language: str) -> None:
    said = phrases(library, "dialogue")
    text = await place.person().says(STATEMENTS[language])
    assert said.say("wallet.held.dated", language, name="Security+", date="2023-12-01") in text
    assert said.say("profile.hours_per_week", language, value="6") in text
    assert said.say("profile.budget_usd", language, value="400") in text


@in_every_language
async def test_yes_after_forget_erases(place: Place, library: Library, language: str) -> None:
    person = place.person()
    text = await person.says(STATEMENTS[language], "/forget", YES[language])
    assert text.startswith(phrases(library, "dialogue").by_language[language]["forget.done"].split("$")[0])


@in_every_language
async def test_no_after_forget_keeps(place: Place, library: Library, language: str) -> None:
    text = await place.person().says(STATEMENTS[language], "/forget", NO[language])
    assert phrases(library, "dialogue").say("forget.kept", language) in text


@in_every_language
async def test_the_words_on_the_buttons_of_forget_are_understood(
    library: Library, commands: Lexicon, language: str
) -> None:
    said = phrases(library, "dialogue")
    for word in ("yes", "no"):
        heard = {cue.key for cue in commands.cues(words(said.say(f"word.{word}", language)))}
        assert heard & {"yes", "no"} == {word}


@in_every_language
async def test_a_plan_is_given_with_no_english_phrase_in_it(place: Place, library: Library, language: str) -> None:
    person = place.person()
    text = await person.says(PLANS[language])
    assert "AZ-305" in text
    assert phrases(library, "offline").say("plan.lead.cost", language) in text
    for kind in ("dialogue", "offline"):
        english = phrases(library, kind).by_language["en"]
        own = phrases(library, kind).by_language[language]
        for key, phrase in english.items():
            if key.startswith(("plan.", "label.", "told.")) and own[key] != phrase:
                assert not [part for part in wordings(phrase) if part in text], key
    labels = [suggestion.label for suggestion in person.answers[-1].suggestions]
    assert phrases(library, "dialogue").say("label.picture", language) in labels


@in_every_language
async def test_what_a_plan_suggests_is_understood_when_it_is_asked(
    library: Library, commands: Lexicon, wishes: PlanWishes, language: str
) -> None:
    said = phrases(library, "offline")
    pace = said.say("hours", language, n=5)
    asks = {
        "plan.ask": {},
        "plan.ask.without": {"names": "AZ-104"},
        "plan.ask.hours": {"pace": pace},
        "plan.ask.budget": {"amount": "USD 400"},
        "plan.ask.deadline": {"deadline": "2027-06-30"},
    }
    for key, values in asks.items():
        ask = said.say(key, language, goals="AZ-305", **values)
        assert "command.plan" in {cue.key for cue in commands.cues(words(ask))}, ask
        wish = wishes.read(ask, TODAY, SAY)
        assert wish.goals == ("az-305",), ask
        assert wish.without == (("az-104",) if "names" in values else ()), ask
        assert wish.hours_per_week == (5.0 if "pace" in values else None), ask
        assert wish.budget_usd == (400.0 if "amount" in values else None), ask
        assert wish.deadline == (date(2027, 6, 30) if "deadline" in values else None), ask


@in_every_language
def test_a_plan_may_leave_something_out(wishes: PlanWishes, language: str) -> None:
    wish = wishes.read(WITHOUT[language], TODAY, SAY)
    assert (wish.goals, wish.without) == (("az-305",), ("az-104",))


@in_every_language
def test_an_ordinary_question_is_no_command_and_tells_nothing(
    commands: Lexicon, telling: Telling, language: str
) -> None:
    for question in [*ORDINARY[language], *questions_of(language)]:
        heard = {cue.key for cue in commands.cues(words(question)) if cue.key.startswith("command.")}
        assert not heard, question
        told = telling.read(question, TODAY, say)
        assert not told.holdings, question
        assert not told.lost, question
        assert told.budget_usd is None, question


def questions_of(language: str) -> Iterator[str]:
    for path in sorted(Path("tests/evals").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if (case["language"], case["split"]) == (language, "dev"):
                yield case["question"]


@in_every_language
@pytest.mark.parametrize(("kind", "prefix"), [("dialogue", ""), ("offline", "plan.")])
def test_every_phrase_has_its_translation_with_the_same_variables(
    library: Library, kind: str, prefix: str, language: str
) -> None:
    by_language = phrases(library, kind).by_language
    for key, phrase in by_language["en"].items():
        if key.startswith(prefix):
            assert variables(phrase) == variables(by_language[language][key]), key


@in_every_language
def test_every_command_can_be_given_in_words(library: Library, language: str) -> None:
    from bot.text.prompts import read_prompt_file  # noqa: PLC0415

    folder = prompts_folder(library.settings, "understanding_commands")
    english, own = (read_prompt_file(folder / f"{name}.md").sections for name in ("en", language))
    assert {key for key in english if key.startswith("command.")} <= own.keys()
