"""A model that answers from its passages, in words of its own, each sentence with its mark."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.llm.reading import Entry, Reading, fitting
from tests.servers.llm.wire import Json, Said

NOTHING = "The documents do not say."
LEADS = ("Here is what I found:", "Good question!", "Happy to help.", "Sure, let me answer that.")
OFFERS = (
    "Would you like me to compare it with something else?",
    "Shall I look up how to prepare?",
    "Let me know if you want a learning path.",
)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LEAD = 0.1  # the share of sentences that say where they are from
_SPELT = {str(number): word for number, word in enumerate(NUMBERS, 2)}
_UNIT = r"(?P<unit> (?:months?|years?|hours?|weeks?|days?|minutes?|questions?|courses?|attempts?)\b)"
_SPAN = re.compile(r"\b(?P<n>24|36|48|60) months\b|\b(?P<m>60|120|180|240) minutes\b")
_CONTRACTIONS = (
    *((f"{verb} not", f"{verb}n't") for verb in ("does", "do", "is", "are", "has", "have", "was")),
    *(("cannot", "can't"), ("will not", "won't"), ("It is", "It's"), ("There is", "There's"), ("You will", "You'll")),
)

Rule = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What is said, with its marks apart. `lie` names what is wrong with it; empty: nothing."""

    text: str
    marks: tuple[int, ...] = ()
    bullet: bool = False
    lie: str = ""

    def __str__(self) -> str:
        marks = "".join(f"[{mark}]" for mark in self.marks)
        end = self.text[-1] if self.text.endswith((".", "!", "?", "。", "।")) else ""
        body = self.text.removesuffix(end) if end else self.text
        return ("- " if self.bullet else "") + (f"{body} {marks}{end}" if marks else self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """`most` sentences at most; with `frame`, it sometimes begins with a lead-in and ends with an offer."""

    seed: int = 0
    most: int = 4
    frame: bool = True

    def __call__(self, request: Json) -> Said:
        return Said(text=set_text(self.sentences(request)))

    def sentences(self, request: Json) -> list[Sentence]:
        reading = Reading(request)
        chance = reading.chance(self.seed)
        chosen = list(fitting(reading, chance.randint(1, self.most)))
        if not chosen:
            return [Sentence(text=NOTHING)]
        bullets = len(chosen) > 1 and chance.random() < 0.25
        said = [Sentence(text=rephrased(text, chance), marks=marks(entry), bullet=bullets) for text, entry in chosen]
        if self.frame and chance.random() < 0.3:
            said.insert(0, Sentence(text=chance.choice(LEADS)))
        if self.frame and chance.random() < 0.3:
            said.append(Sentence(text=chance.choice(OFFERS)))
        return said


def marks(entry: Entry) -> tuple[int, ...]:
    return () if entry.n is None else (entry.n,)


def set_text(said: list[Sentence]) -> str:
    """Sentences in one paragraph, bullets each on a line of its own."""
    text = ""
    bullet = False
    for sentence in said:
        if sentence.bullet:
            text += "\n" if text else ""
        elif text:
            text += "\n\n" if bullet else " "
        text += str(sentence)
        bullet = sentence.bullet
    return text


def rephrased(sentence: str, chance: random.Random) -> str:
    """The same facts in other words, by a few of the rules that change something."""
    plain = re.sub(r"\A[-*•]\s+", "", sentence)
    rules = list(RULES)
    chance.shuffle(rules)
    changes = chance.randint(0, 3)
    for rule in rules:
        if not changes:
            break
        changed = rule(plain)
        changes -= changed != plain
        plain = changed
    plain = plain[:1].upper() + plain[1:]
    return _with_lead(plain) if chance.random() < _LEAD else plain


def _replacing(pattern: str, words: str) -> Rule:
    return lambda text: re.sub(pattern, words, text, count=1)


def _contract(text: str) -> str:
    for long, short in _CONTRACTIONS:
        text = re.sub(rf"\b{long}\b", short, text)
    return text


def _spell_numbers(text: str) -> str:
    return re.sub(rf"(?<![\d.,-])(?P<n>[2-9]|1[0-2]){_UNIT}", lambda match: _SPELT[match["n"]] + match["unit"], text)


def _larger_unit(text: str) -> str:
    def larger(match: re.Match[str]) -> str:
        if match["n"]:
            return f"{int(match['n']) // 12} years"
        hours = int(match["m"]) // 60
        return "1 hour" if hours == 1 else f"{hours} hours"

    return _SPAN.sub(larger, text)


def _month_by_name(text: str) -> str:
    return re.sub(r"\b(20\d\d)-(0[1-9]|1[0-2])(?!-?\d)", lambda match: f"{MONTHS[int(match[2]) - 1]} {match[1]}", text)


def _day_by_name(text: str) -> str:
    def named(match: re.Match[str]) -> str:
        return f"{int(match[3])} {MONTHS[int(match[2]) - 1]} {match[1]}"

    return re.sub(r"\b(20\d\d)-(0[1-9]|1[0-2])-([0-3]\d)\b", named, text)


def _with_lead(text: str) -> str:
    """Names keep their capital letter, the words that begin a sentence do not."""
    begun = re.sub(r"\A(?:It|The|You|There|This)\b", lambda word: word[0].lower(), text)
    return f"According to the documents, {begun}"


# Each leaves what is stated as it is; none may make a true sentence false.
RULES: tuple[Rule, ...] = (
    _replacing(
        r"\A[^,]{3,90}? costs (USD [\d,.]*\d) (?:per|an|each) (?:exam )?attempt", r"You pay \1 for each attempt"
    ),
    _replacing(
        r"\A(?P<who>[^,]{3,90}?) costs (?P<sum>(?:USD|EUR|GBP|INR) [\d,.]*\d)", r"The price of \g<who> is \g<sum>"
    ),
    _replacing(
        r"\A(?:The )?[A-Z][^,.]{3,90}? (?=(?:costs|lasts|expires|is valid|requires|does not|is not|has) )", "It "
    ),
    _replacing(r"\bUSD (?=\d)", "$"),
    _replacing(r"\bUSD ([\d,.]*\d)", r"\1 US dollars"),
    _replacing(r"\b((?:USD|EUR|GBP) [\d,.]*\d|\$[\d,.]*\d)", r"**\1**"),
    _replacing(r"\b(\d[\d,]* (?:months|years|hours|minutes|questions))\b", r"**\1**"),
    _replacing(r" \([^()]*\)(?=[ .])", ""),
    _replacing(r"\bis valid for\b", "stays valid for"),
    _replacing(r"\brequires\b", "needs"),
    _replacing(r"\b(You|you) must\b", r"\1 have to"),
    _replacing(r"\b(?<!You )(?<!you )must (?=be\b)", "has to "),
    _replacing(r"\A(?:The exam|It|[A-Z][^,.]{3,60}?) has (?=\d[^.]* questions)", "Expect "),
    _replacing(r"\bper exam attempt\b", "each time you sit the exam"),
    _replacing(r"\b(\d+)%", r"\1 percent"),
    _contract,
    _spell_numbers,
    _larger_unit,
    _month_by_name,
    _day_by_name,
)
