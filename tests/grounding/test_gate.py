"""What its citations do not say is dropped, and what they do say passes however it is worded."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.app import build_fact_reader
from bot.catalog.catalog import Catalog, on
from bot.catalog.wording import Wording
from bot.core.answer import Claim, Draft, Shape, Statement
from bot.documents.model import Passage
from bot.documents.passages import fact_passages
from bot.documents.schema import parse_document
from bot.grounding.facts import FactReader, FactWords
from bot.grounding.gate import Gate
from bot.settings import content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases

COST = Passage(
    id="credentials/ena#cost",
    document="credentials/ena",
    kind="credential",
    title="Example Network Associate (EX-100)",
    heading="Cost",
    text="Example Network Associate (EX-100) costs USD 1,350 per attempt and is valid for three years from 2026-08-31.",
    url="https://example.org/Prices/EX100",
    source="Example shop",
    as_of="2026-06",
    links=("https://example.org/ena",),
)
EXAM = Passage(
    id="credentials/ena#exam",
    document="credentials/ena",
    kind="credential",
    title="Example Network Associate (EX-100)",
    heading="Exam",
    text="The exam for Example Network Associate (EX-100) has 90 questions.",
)


@pytest.fixture
def gate() -> Gate:
    words = FactWords(numbers={"three": 3, "five": 5}, units={"years": "year", "months": "month"}, months={"august": 8})
    return Gate(FactReader(words))


def cited(text: str, *passages: Passage, shape: Shape = "sentence") -> Statement:
    return Statement(text=text, passages=passages or (COST,), shape=shape)


def draft(*statements: Statement) -> Draft:
    return Draft(status="answered", statements=statements)


@pytest.mark.parametrize(
    "text",
    [
        "Example Network Associate costs $1350.",
        "Example Network Associate is valid for 36 months.",
        "Example Network Associate is valid from 31 August 2026.",
        "EX-100 costs $1350 per attempt.",
        "The price of Example Network Associate was read in June 2026 or 2026-06.",
        "Prices of Example Network Associate: https://example.org/Prices/EX100.",
        "Read more on Example Network Associate at www.example.org/ena",
        "Example Network Associate costs money.",
    ],
)
def test_a_claim_that_its_passage_says_passes(gate: Gate, text: str) -> None:
    assert gate.problem(cited(text), "") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Example Network Associate costs $1355.", "money 'usd 1355'"),
        ("Example Network Associate costs EUR 1350.", "money 'eur 1350'"),
        ("Example Network Associate is valid for five years.", "duration '60 months'"),
        ("Example Network Associate is valid from 30 August 2026.", "date '2026-08-30'"),
        ("Example Network Associate costs 20% less for members.", "percent '20'"),
        ("Example Network Associate is now called EX-101.", "code 'ex-101'"),
        ("Example Network Associate has 90 questions.", "number '90'"),
        ("Example Network Associate: https://example.org/prices/ex-100", "link 'example.org/prices/ex-100'"),
        ("Example Network Associate: bit.ly/3xyz", "link 'bit.ly/3xyz'"),
        ("Pineapple belongs on every pizza.", "shares too few words"),
    ],
)
def test_a_claim_that_its_passage_does_not_say_is_dropped_with_the_reason(gate: Gate, text: str, reason: str) -> None:
    assert reason in (gate.problem(cited(text), "") or "")


def test_a_fact_may_stand_in_any_of_the_passages_that_a_claim_cites(gate: Gate) -> None:
    text = "Example Network Associate has 90 questions and costs USD 1,350."
    assert gate.problem(cited(text, COST, EXAM), "") is None
    assert gate.problem(cited(text, EXAM), "") is not None


def test_the_words_of_a_link_are_not_held_against_a_claim(gate: Gate) -> None:
    long = "https://example.org/what/ever/people/like/to/write/into/their/addresses"
    claim = "EX-100 costs USD 1,350: "
    other = Passage(
        id="a", document="a", kind="general", title="A", heading="", text="EX-100 costs USD 1,350", url=long
    )
    assert gate.problem(cited(claim + long, other), "") is None


def test_a_claim_in_another_language_need_not_share_words_but_its_facts_must_stand(gate: Gate) -> None:
    assert gate.problem(cited("EX-100 的费用是 USD 1,350"), "", same_language=False) is None
    assert gate.problem(cited("EX-100 的费用是 USD 1,351"), "", same_language=False) is not None


def test_framing_may_repeat_the_facts_of_the_learner_and_no_others(gate: Gate) -> None:
    framing = Statement(text="With 200 dollars and three months, this fits:")
    assert gate.problem(framing, "I have $200 and 3 months") is None
    assert gate.problem(framing, "I have $200") is not None


def test_a_link_that_only_the_learner_gave_is_not_repeated(gate: Gate) -> None:
    own = "is https://evil.example.org/login the real one?"
    assert gate.problem(Statement(text="Log in at https://evil.example.org/login now."), own) is not None


def test_a_link_that_the_learner_gave_and_a_source_has_may_be_repeated(gate: Gate) -> None:
    claim = cited("Example Network Associate is described at https://example.org/ena.")
    assert gate.problem(claim, "is https://example.org/ena the right page?") is None


def test_allowed_links_need_no_citation() -> None:
    gate = Gate(FactReader(FactWords(numbers={}, units={}, months={})), ["https://credway.example/help"])
    assert gate.problem(Statement(text="Help: credway.example/help/"), "") is None


def test_what_fails_is_left_out_and_logged_and_the_rest_is_numbered_by_first_use(gate: Gate) -> None:
    released = gate.release(
        draft(
            cited("The exam for Example Network Associate has 90 questions.", EXAM),
            cited("Example Network Associate costs USD 7."),
            cited("Example Network Associate costs USD 1,350 and its exam has 90 questions.", COST, EXAM),
        ),
        "",
    )
    assert released.text == (
        "The exam for Example Network Associate has 90 questions [1]. "
        "Example Network Associate costs USD 1,350 and its exam has 90 questions [1][2]."
    )
    assert [(citation.n, citation.heading) for citation in released.citations] == [(1, "Exam"), (2, "Cost")]
    assert [claim.citations for claim in released.claims] == [(1,), (1, 2)]
    assert released.dropped == ("money 'usd 7' is in none of its citations: Example Network Associate costs USD 7.",)


def test_a_citation_says_where_its_text_was_taken_from_and_when(gate: Gate) -> None:
    (citation,) = gate.release(draft(cited("EX-100 costs USD 1,350 per attempt.")), "").citations
    told = (citation.document, citation.url, citation.source, citation.as_of, citation.passage)
    assert told == (COST.document, COST.url, COST.source, COST.as_of, COST.text)


def test_a_claim_keeps_its_verdict_and_framing_is_no_claim(gate: Gate) -> None:
    stale = Statement(text="EX-100 costs USD 1,350 per attempt.", passages=(COST,), verdict="stale")
    released = gate.release(draft(Statement(text="Here is what I found."), stale), "")
    assert released.claims == (Claim(text="EX-100 costs USD 1,350 per attempt", verdict="stale", citations=(1,)),)


def test_marks_that_a_draft_wrote_itself_are_not_shown(gate: Gate) -> None:
    released = gate.release(draft(cited("EX-100 costs USD 1,350 [7] per attempt [3].")), "")
    assert released.text == "EX-100 costs USD 1,350 per attempt [1]."


@pytest.mark.parametrize(
    ("end", "marked"),
    [(".", "[1]."), ("?", "[1]?"), ("。", "[1]。"), ("।", "[1]।"), ("", "[1]"), (":", ": [1]")],
)
def test_marks_stand_before_what_ends_the_sentence(gate: Gate, end: str, marked: str) -> None:
    released = gate.release(draft(cited(f"EX-100 costs USD 1,350 per attempt{end}")), "")
    assert released.text.endswith(f"attempt {marked}" if end != ":" else f"attempt{marked}")


def test_items_stand_on_lines_and_text_after_them_is_a_paragraph(gate: Gate) -> None:
    item = cited("EX-100 costs USD 1,350 per attempt", shape="item")
    released = gate.release(
        draft(Statement(text="These fit:"), item, item, Statement(text="Ask on."), Statement(text="Or stop.")), ""
    )
    line = "- EX-100 costs USD 1,350 per attempt [1]"
    assert released.text == f"These fit:\n{line}\n{line}\n\nAsk on. Or stop."


def test_a_heading_stands_on_a_line_of_its_own(gate: Gate) -> None:
    heading = Statement(text="Price", shape="heading")
    claim = cited("EX-100 costs USD 1,350 per attempt.")
    released = gate.release(draft(claim, heading, claim), "")
    sentence = "EX-100 costs USD 1,350 per attempt [1]."
    assert released.text == f"{sentence}\n\nPrice\n\n{sentence}"


def test_an_answer_of_which_nothing_holds_is_empty(gate: Gate) -> None:
    released = gate.release(draft(cited("EX-100 costs USD 7 per attempt.")), "")
    assert (released.text, released.claims, released.citations) == ("", (), ())


# The gate against all that the packaged credentials say: each fact changed in turn, and each said in other words.

NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
UNIT = r"(?:year|month|week|day|hour|minute)s?\b"
# How facts look on the page, on purpose not read with the reader that is under test.
SURFACES = {
    "code": re.compile(r"\b[A-Z][A-Z0-9]{1,3}-[A-Z]?\d{2,4}\b|\b\d{3}-\d{4}\b"),
    "date": re.compile(r"\b20\d\d-\d\d(?:-\d\d)?\b"),
    "price": re.compile(r"USD \d[\d,]*(?:\.\d+)?"),
    "percentage": re.compile(r"\d+(?=%)"),
    "duration": re.compile(rf"\b(?:\d+|{'|'.join(NUMBER_WORDS)})(?=[ -]{UNIT})"),
    "number": re.compile(rf"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w%-]|[.,]\d|[ -]{UNIT})"),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    kind: str
    text: str
    passage: Passage


def test_what_goes_on_with_an_item_stands_in_its_line(gate: Gate) -> None:
    released = gate.release(
        draft(
            cited("Example Network Associate costs $1350.", shape="item"),
            cited("Example Network Associate is valid for 36 months.", shape="continued"),
            cited("Example Network Associate has 90 questions.", EXAM, shape="item"),
        ),
        "",
    )
    assert released.text == (
        "- Example Network Associate costs $1350 [1]. Example Network Associate is valid for 36 months [1].\n"
        "- Example Network Associate has 90 questions [2]."
    )


def test_what_goes_on_with_something_dropped_is_dropped_with_it(gate: Gate) -> None:
    released = gate.release(
        draft(
            cited("Example Network Associate costs $1355.", shape="item"),
            cited("Example Network Associate is valid for 36 months.", shape="continued"),
            cited("Example Network Associate has 90 questions.", EXAM, shape="item"),
        ),
        "",
    )
    assert released.text == "- Example Network Associate has 90 questions [1]."
    assert [reason.split(":")[0] for reason in released.dropped][1:] == ["goes on with what was dropped"]


@pytest.fixture(scope="module")
def shipped_gate() -> Gate:
    return Gate(build_fact_reader(Lexicon.load(content_folder("prompts") / "understanding")))


@pytest.fixture(scope="module")
def shipped_claims() -> list[tuple[str, Passage]]:
    """Every sentence of every fact passage, with the passage that it cites."""
    folder = content_folder("knowledge") / "credentials"
    documents = [
        parse_document(f"credentials/{path.name}", path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))
    ]
    credentials = [document.credential for document in documents if document.credential]
    wording = Wording(Phrases.load(content_folder("prompts") / "offline"), Catalog(credentials, on(date(2026, 11, 23))))
    passages = [passage for credential in credentials for passage in fact_passages(credential, wording)]
    return [(f"{text.rstrip('.')}.", passage) for passage in passages for text in passage.text.split(". ")]


def test_every_sentence_of_the_packaged_facts_passes_as_it_stands(
    shipped_gate: Gate, shipped_claims: list[tuple[str, Passage]]
) -> None:
    dropped = [text for text, passage in shipped_claims if shipped_gate.problem(cited(text, passage), "")]
    assert dropped == []


def test_every_link_of_the_packaged_passages_may_be_shown_with_them(
    shipped_gate: Gate, shipped_claims: list[tuple[str, Passage]]
) -> None:
    shown = [(f"{text[:-1]}: {link}", passage) for text, passage in shipped_claims for link in links_of(text, passage)]
    assert len(shown) >= 500
    assert [text for text, passage in shown if shipped_gate.problem(cited(text, passage), "")] == []


def test_almost_every_changed_fact_is_caught(shipped_gate: Gate, shipped_claims: list[tuple[str, Passage]]) -> None:
    """Of the numbers, dates, prices, percentages, spans, codes and links that no source says 99%, of each kind 97%."""
    made, caught = Counter[str](), Counter[str]()
    for mutant in mutants(shipped_claims, dice_of(20261123)):
        made[mutant.kind] += 1
        caught[mutant.kind] += shipped_gate.problem(cited(mutant.text, mutant.passage), "") is not None
    assert made.total() >= 1000
    assert {kind: count for kind, count in made.items() if count < 50} == {}
    assert caught.total() >= 0.99 * made.total(), caught - made
    assert [kind for kind in made if caught[kind] < 0.97 * made[kind]] == []


def test_a_changed_fact_does_not_hide_behind_other_words(
    shipped_gate: Gate, shipped_claims: list[tuple[str, Passage]]
) -> None:
    made = caught = 0
    for mutant in mutants(shipped_claims, dice_of(8)):
        for text in {paraphrase(mutant.text) for paraphrase in PARAPHRASES.values()} - {mutant.text}:
            made += 1
            caught += shipped_gate.problem(cited(text, mutant.passage), "") is not None
    assert made >= 1000
    assert caught >= 0.99 * made


@pytest.mark.parametrize(
    "way", ["$", "dollars", "spoken dates", "US dates", "months", "years", "percent", "figures", "words", "hours"]
)
def test_honest_claims_pass_in_other_words(
    shipped_gate: Gate, shipped_claims: list[tuple[str, Passage]], way: str
) -> None:
    paraphrased = [
        (PARAPHRASES[way](text), passage) for text, passage in shipped_claims if PARAPHRASES[way](text) != text
    ]
    dropped = [text for text, passage in paraphrased if shipped_gate.problem(cited(text, passage), "")]
    assert len(paraphrased) >= 10
    assert len(dropped) <= 0.05 * len(paraphrased), dropped


def dice_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same mutants every time, and nothing secret


def mutants(claims: list[tuple[str, Passage]], dice: random.Random) -> Iterator[Mutant]:
    """Each claim with one of its facts changed, once for each fact; a passage's first claim also with a false link."""
    for text, passage in claims:
        said = f"{passage.title}. {passage.text} {passage.as_of}"
        rest = text
        for kind, surface in SURFACES.items():
            for found in surface.finditer(rest):
                false = changed(kind, found[0], dice)
                # A value that stands elsewhere in the source is in the wrong place, but it is not made up.
                if not re.search(rf"(?<![\d.,]){re.escape(false)}(?!\d)", said):
                    yield Mutant(kind, text[: found.start()] + false + text[found.end() :], passage)
            rest = surface.sub(lambda found: "·" * len(found[0]), rest)
        for link in links_of(text, passage):
            yield Mutant("link", f"{text.rstrip('.')}: {changed_link(link, dice)}", passage)


def links_of(text: str, passage: Passage) -> list[str]:
    """The links that a passage's first claim might show."""
    first = passage.text.startswith(text.removesuffix("."))
    return [*passage.links, *filter(None, [passage.url])] if first else []


def changed(kind: str, told: str, dice: random.Random) -> str:
    if told in NUMBER_WORDS:
        return dice.choice([word for word in NUMBER_WORDS if word not in {told, "one"}])
    if kind == "code" and told[0].isalpha() and dice.random() < 0.3:
        return dice.choice([letter for letter in "BCDFGT" if letter != told[0]]) + told[1:]
    place = dice.choice([place for place, char in enumerate(told) if char.isdigit()])
    digit = dice.choice([digit for digit in "123456789" if digit != told[place]])
    return told[:place] + digit + told[place + 1 :]


def changed_link(link: str, dice: random.Random) -> str:
    host = link.split("/")[2]
    return dice.choice(
        [f"{link}x", link.replace(host, f"{host}.evil.com"), link.replace("://", "://my-"), f"bit.ly/{len(link)}"]
    )


def spoken_date(found: re.Match[str]) -> str:
    year, month, *day = found[0].split("-")
    return (
        " ".join([*(str(int(part)) for part in day), MONTHS[int(month) - 1], year])
        if 1 <= int(month) <= 12
        else found[0]
    )


def american_date(found: re.Match[str]) -> str:
    day, *rest = spoken_date(found).split()
    return f"{rest[0]} {day}, {rest[1]}" if len(rest) == 2 else found[0]


def in_years(found: re.Match[str]) -> str:
    years, rest = divmod(int(found[1]), 12)
    return f"{years} years" if years and not rest else found[0]


PARAPHRASES: dict[str, Callable[[str], str]] = {
    "$": lambda text: re.sub(r"USD ([\d,.]*\d)", lambda found: "$" + found[1].replace(",", ""), text),
    "dollars": lambda text: re.sub(r"USD ([\d,.]*\d)", r"\1 dollars", text),
    "spoken dates": lambda text: SURFACES["date"].sub(spoken_date, text),
    "US dates": lambda text: SURFACES["date"].sub(american_date, text),
    "months": lambda text: re.sub(
        rf"\b({'|'.join(NUMBER_WORDS)})[ -]years?\b", lambda f: f"{12 * (NUMBER_WORDS.index(f[1]) + 1)} months", text
    ),
    "years": lambda text: re.sub(r"\b(\d+) months\b", in_years, text),
    "percent": lambda text: re.sub(r"(\d+)-(\d+)%", r"\1 to \2 percent", text).replace("%", " per cent"),
    "figures": lambda text: re.sub(
        rf"\b(?:{'|'.join(NUMBER_WORDS[1:])})\b", lambda found: str(NUMBER_WORDS.index(found[0]) + 1), text
    ),
    "words": lambda text: re.sub(
        r"(?<![\w.,/-])(?:[2-9]|10)(?![\w%/-]|[.,]\d)", lambda found: NUMBER_WORDS[int(found[0]) - 1], text
    ),
    "hours": lambda text: re.sub(
        r"\b(\d+) minutes",
        lambda found: f"{found[1]} minutes" if int(found[1]) % 30 else f"{int(found[1]) / 60:g} hours",
        text,
    ),
}


@pytest.mark.parametrize(
    "form",
    [
        "![chart](https://example.org/ena)",
        "![chart][1]",
        "<b>costs</b>",
        '<img src="https://example.org/ena">',
        "<script>alert(1)</script>",
        "&lt;script&gt;",
        "<!-- costs -->",
        "@everyone",
        "@here",
        "＠here",
        "@some_name",
        "<@123456>",
        "<#123456>",
        "[more](javascript:alert(1))",
        "JAVASCRIPT:alert(1)",
        "java\u200bscript:alert(1)",
        "data:text/html;base64,AAAA",
        "tg://user?id=1",
    ],
)
def test_forms_that_a_platform_acts_on_are_never_shown_even_if_cited(gate: Gate, form: str) -> None:
    passage = replace(COST, text=f"{COST.text} {form}", links=(*COST.links, form))
    for statement in (cited(f"{COST.text} {form}", passage), Statement(text=f"Well, {form}")):
        assert "holds" in (gate.problem(statement, form) or "")


@pytest.mark.parametrize(
    "text", ["Write to exams@example.org.", "Use <name> and <resource group>.", "Is a < b and b > c?", "My data: none."]
)
def test_what_only_looks_like_such_a_form_passes(gate: Gate, text: str) -> None:
    assert gate.problem(cited(text, replace(COST, text=text)), "") is None


@pytest.mark.parametrize("end", ["?q=1", "#cost", "?utm=x#y", "/more", ".evil.com"])
def test_a_link_that_differs_from_the_cited_one_in_anything_is_dropped(gate: Gate, end: str) -> None:
    told = cited(f"Example Network Associate: https://example.org/ena{end}")
    assert "link" in (gate.problem(told, "") or "")
