"""Items from the fields of a credential: with options, true or false, typed, and to be recalled in one's own words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalog.credential import Credential, Prerequisites
from bot.catalog.fields import sourced
from bot.core.answer import Statement
from bot.practice.asks import Ask, asks_of, known
from bot.practice.items import MAX_OPTION, OPTIONS, Bloom, Item, Option, digest
from bot.practice.workshop import Workshop, gives_away
from bot.text.prompts import DEFAULT_LANGUAGE

# What can be typed in a word or a figure.
_TYPED = frozenset(
    {"cost", "exam_minutes", "validity", "exam_passing", "retired_on", "replaced_by", "codes", "renewal_credits"}
)
# What can be said of a credential in one plain sentence with a value in it.
_CLAIMED = frozenset({"cost", "validity", "exam_minutes", "exam_passing", "level", "replaced_by", "retired_on"})
_FEWEST_AREAS = 2  # an exam with three areas has no fourth
_TRUTHS = 2  # a credential, so that they do not crowd out the rest
# What is best told in one's own words.
_RECALLED = ("renewal", "prerequisites", "stacks_into", "retake")
_BLOOM: dict[str, Bloom] = {"largest_area": "analyse", "retired": "apply"}


def from_fields(shop: Workshop, credential: Credential, language: str) -> Iterator[Item]:
    """All items of a credential's own fields."""
    asks = asks_of(credential, shop.catalog)
    for make in (_choices(shop, asks, language), _typed(shop, asks, language), _truths(shop, asks, language)):
        yield from make
    yield from _steps(shop, credential, language)
    yield from _disagreements(shop, credential, language)
    yield from _recalls(shop, credential, language)


def _told(shop: Workshop, ask: Ask, language: str) -> tuple[Statement, str, str] | None:
    """The explanation, the right answer in English and the quote; None unless the passage says that answer."""
    explanation = shop.explanation(ask.credential, ask.field, language)
    key = shop.text(ask, ask.key, DEFAULT_LANGUAGE)
    if explanation is None:
        return None
    # "No formal prerequisite" is our word for it; that nothing is required, the data says.
    unsaid = ask.aspect == "prerequisites" and not ask.key.required
    if not unsaid and not shop.backs(explanation.passages[0], key) and ask.aspect != "retired":
        return None
    return explanation, key, shop.wording.record(ask.credential, ask.field)


def _question(shop: Workshop, ask: Ask, language: str) -> str:
    # A title often holds the level, a short name the code: the name that is asked with must not be the answer.
    name = ask.credential.title if ask.aspect == "codes" else shop.name(ask.credential)
    by_unit = f"question.{ask.aspect}.{ask.credential.cost_unit}"
    key = by_unit if ask.aspect == "cost" and shop.says(by_unit) else f"question.{ask.aspect}"
    return shop.say(key, language, name=name)


def _choices(shop: Workshop, asks: list[Ask], language: str) -> Iterator[Item]:
    for ask in asks:
        told = _told(shop, ask, language)
        question = _question(shop, ask, language)
        key = shop.text(ask, ask.key, language)
        if told is None or len(key) > MAX_OPTION or gives_away(question, key):
            continue
        explanation, key_en, quote = told
        rivals = shop.rivals(ask, explanation.passages[0], language)
        if len(rivals) < (_FEWEST_AREAS if ask.aspect == "largest_area" else OPTIONS - 1):
            continue
        item = shop.item(
            shop.subject(ask.credential, language),
            "field",
            ask.aspect,
            question=question,
            key=key,
            key_en=key_en,
            explanation=explanation,
            quote=quote,
            rivals=rivals,
            bloom=_BLOOM.get(ask.aspect, "remember"),
        )
        if item is not None:
            yield item


def _typed(shop: Workshop, asks: list[Ask], language: str) -> Iterator[Item]:
    for ask in asks:
        told = _told(shop, ask, language) if ask.aspect in _TYPED else None
        question = _question(shop, ask, language)
        key = shop.text(ask, ask.key, language)
        if told is None or gives_away(question, key):
            continue
        explanation, key_en, quote = told
        item = shop.item(
            shop.subject(ask.credential, language),
            "typed",
            ask.aspect,
            question=shop.say("typed.ask", language, question=question),
            key=key,
            key_en=key_en,
            explanation=explanation,
            quote=quote,
            accepts=_spellings(shop, ask, key_en, language),
        )
        if item is not None:
            yield item


def _spellings(shop: Workshop, ask: Ask, key: str, language: str) -> list[str]:
    """The right answer as people may write it; figures and dates are read anyhow."""
    named = shop.catalog.get(str(ask.key)) if ask.aspect == "replaced_by" else None
    if ask.key == "never":
        return [key, *shop.lists("accept.never", language)]
    return [key, *((named.short_name, named.title, *named.codes, *named.aliases) if named else ())]


def _truths(shop: Workshop, asks: list[Ask], language: str) -> Iterator[Item]:
    """Claims about fields, right or with a value that belongs elsewhere; which, the credential's name decides."""
    claimable = [ask for ask in asks if ask.aspect in _CLAIMED]
    claimable.sort(key=lambda ask: digest("claim", ask.credential.id, ask.aspect))
    for number, ask in enumerate(claimable[:_TRUTHS]):
        told = _told(shop, ask, language)
        rivals = shop.rivals(ask, told[0].passages[0], language) if told else []
        if told is None or not rivals:
            continue
        # Of a credential's two claims one is right and one is wrong, whichever comes first.
        right = (int(digest("right", ask.credential.id)[:2], 16) + number) % 2 == 0
        text = shop.text(ask, ask.key, language) if right else rivals[0].text
        claim = _claim(shop, ask, text, language)
        item = _verdict(shop, ask.credential, language, f"claim.{ask.aspect}", claim, right=right, told=told)
        if item is not None and not gives_away(shop.name(ask.credential), text):
            yield item


def _claim(shop: Workshop, ask: Ask, text: str, language: str) -> str:
    if ask.aspect == "validity" and text == shop.wording.say("never", language):
        return shop.wording.say("field.validity.never", language, name=shop.name(ask.credential))
    phrase = "field.status.retired" if ask.field == "retired_on" else f"field.{ask.field}"
    return shop.wording.say(phrase, language, name=shop.name(ask.credential), value=text)


def _verdict(
    shop: Workshop,
    credential: Credential,
    language: str,
    aspect: str,
    claim: str,
    *,
    right: bool,
    told: tuple[Statement, str, str],
    bloom: Bloom = "understand",
) -> Item | None:
    """A true-or-false item."""
    explanation, value, quote = told
    yes, no = shop.say("true", language), shop.say("false", language)
    return shop.item(
        shop.subject(credential, language),
        "true_false",
        aspect,
        question=shop.say("true_false.ask", language, claim=claim),
        key=yes if right else no,
        key_en=f"{right}",
        explanation=explanation,
        quote=quote,
        hidden=value,
        rivals=[Option(text=no if right else yes)],
        bloom=bloom,
    )


def _steps(shop: Workshop, credential: Credential, language: str) -> Iterator[Item]:
    """Whether one credential must come before another: recommended is often taken for required."""
    needed = known(credential, "prerequisites", shop.catalog)
    explanation = shop.explanation(credential, "prerequisites", language)
    if needed is None or explanation is None or shop.catalog.status(credential) == "retired":
        return
    quote = shop.wording.record(credential, "prerequisites")
    required = [group[0].credential for group in needed.required if len(group) == 1 and group[0].credential]
    advised = [item.credential for item in needed.recommended if item.credential]
    for identity, right in (*((i, True) for i in required), *((i, False) for i in advised[:1])):
        claim = shop.say("claim.must_hold", language, first=shop.wording.name_of(identity), name=shop.name(credential))
        told = (explanation, "", quote)
        item = _verdict(shop, credential, language, f"step.{identity}", claim, right=right, told=told)
        if item is not None:
            yield item


def _disagreements(shop: Workshop, credential: Credential, language: str) -> Iterator[Item]:
    """Of a fact on which the sources disagree only this is asked: whether they agree."""
    for field in ("cost", "exam_minutes", "exam_questions", "exam_passing", "validity"):
        value = sourced(credential, field)
        explanation = shop.explanation(credential, field, language)
        if value is None or not value.conflict or explanation is None:
            continue
        claim = shop.say(
            "claim.agree", language, field=shop.wording.field_name(field, language), name=shop.name(credential)
        )
        told = (explanation, "", shop.wording.record(credential, field))
        item = _verdict(shop, credential, language, f"agree.{field}", claim, right=False, told=told, bloom="evaluate")
        if item is not None:
            yield item


def _recalls(shop: Workshop, credential: Credential, language: str) -> Iterator[Item]:
    for field in _RECALLED if shop.catalog.status(credential) != "retired" else ():
        explanation = shop.explanation(credential, field, language)
        value = known(credential, field, shop.catalog)
        if explanation is None or value is None or value == Prerequisites():
            continue
        record = shop.wording.record(credential, field)
        item = shop.item(
            shop.subject(credential, language),
            "recall",
            field,
            question=shop.say(f"recall.{field}", language, name=shop.name(credential)),
            key=explanation.text,
            key_en=record,
            explanation=explanation,
            quote=record,
            bloom="understand",
        )
        if item is not None:
            yield item
